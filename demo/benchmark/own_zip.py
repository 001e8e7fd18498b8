"""A visitor's pictures in a ZIP, scored one after another. Knows nothing of the page, and writes nothing to disk."""

import csv
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

from demo.photo import MAX_PAGE_PIXELS
from demo.rescale.rescaled import network
from irn_core.errors import ImageError
from irn_core.measure.rescaling import evaluate_picture
from irn_core.measure.scores import FIGURES, score_row, summarise
from irn_core.pictures.files import DECODER_ERRORS, read_picture
from irn_core.pictures.folder import EXTENSIONS, is_hidden
from irn_core.weights import count_params

MAX_ZIP_BYTES = 40 * 2**20
MAX_ENTRIES = 5_000
"""Files in a ZIP, pictures or not: reading its directory costs memory for each."""
MAX_PICTURES = 100
MAX_UNPACKED_BYTES = 200_000_000
"""All pictures together, as files."""
MAX_TOTAL_PIXELS = 40_000_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How members may be packed: other methods can ask for gigabytes of memory."""
TAU, SEED = 0.0, 0

_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 1
_UNREADABLE = (*DECODER_ERRORS, zipfile.BadZipFile, zlib.error)


class Skipped(NamedTuple):
    """A picture without figures, and why."""

    name: str
    reason: str


def list_members(path: str | Path) -> list[zipfile.ZipInfo]:
    """The pictures in a ZIP, in the order in which `evaluate` takes those of the folder.

    Raises:
        ImageError: no ZIP, a damaged or encrypted one, no pictures in it, or more than the limits above.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(_zip_bytes(path))) as archive:
            found = [member for member in archive.infolist() if _is_picture(member.filename)]
    except _UNREADABLE as error:
        raise ImageError(f"the file is not a ZIP that can be read here ({error}); pack the folder again") from error
    _check(found)
    return sorted(found, key=lambda member: PurePosixPath(member.filename))


def _zip_bytes(path: str | Path) -> bytes:
    """The file, if neither it nor its directory is too large; the directory is not read yet."""
    if Path(path).stat().st_size > MAX_ZIP_BYTES:
        raise ImageError(f"the ZIP is larger than {MAX_ZIP_BYTES >> 20} MB; leave some pictures out")
    data = Path(path).read_bytes()
    if data.count(_ENTRY) > MAX_ENTRIES:
        raise ImageError(f"the ZIP holds more than {MAX_ENTRIES:,} files; pack the pictures alone")
    return data


def _is_picture(name: str) -> bool:
    """Whether its extension says so, as in a folder; hidden files, as macOS adds them, do not count."""
    path = PurePosixPath(name)
    return path.suffix.lower() in EXTENSIONS and not is_hidden(path) and not name.endswith("/")


def _check(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise ImageError("the ZIP holds no pictures; expected files like *.png, *.jpg, *.webp, *.avif")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ImageError("the ZIP is encrypted; pack it without a password")
    if len(members) > MAX_PICTURES:
        raise ImageError(f"the ZIP holds {len(members)} pictures; at most {MAX_PICTURES} are accepted here")
    size = sum(member.file_size for member in members)
    if size > MAX_UNPACKED_BYTES:
        raise ImageError(
            f"the pictures have {size / 1e6:,.0f} MB unpacked; at most {MAX_UNPACKED_BYTES / 1e6:.0f} are accepted here"
        )


class Batch:
    """The pictures of a ZIP, scored by `step` one at a time at tau 0; `stopped` may be set at any moment.

    Raises:
        ImageError: as `list_members` does.
    """

    def __init__(self, path: str | Path, model: str):
        self.path, self.model = path, model
        self.members = list_members(path)
        self.done: list[dict | Skipped] = []
        self.stopped = False
        self._pixels_left = MAX_TOTAL_PIXELS

    @property
    def running(self) -> bool:
        return not self.stopped and len(self.done) < len(self.members)

    @property
    def next_name(self) -> str:
        """The name of the picture that `step` takes."""
        return PurePosixPath(self.members[len(self.done)].filename).name

    def step(self) -> None:
        """Score the next picture, or note why it cannot be. What comes after `stopped` does not count."""
        found: dict | Skipped
        try:
            pixels = self._read(self.members[len(self.done)])
            found = score_row(self.next_name, evaluate_picture(network(self.model), pixels, TAU, SEED))
        except ImageError as error:
            found = Skipped(self.next_name, str(error))
        if not self.stopped:
            self.done.append(found)

    def result(self) -> dict | None:
        """What `evaluate` says of the pictures scored so far; None if there are none."""
        rows = [found for found in self.done if not isinstance(found, Skipped)]
        if not rows:
            return None
        irn = network(self.model)
        return summarise(self.model, irn.config.scale, count_params(irn), TAU, SEED, rows)

    def _read(self, member: zipfile.ZipInfo) -> np.ndarray:
        """A picture, H×W×3 uint8, unpacked in memory; never more bytes than the ZIP declares and `_check` allowed."""
        if member.compress_type not in METHODS:
            raise ImageError("the picture is packed in an unusual way; pack it as ordinary ZIP (deflate)")
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(member) as file:
                data = file.read(member.file_size)
        except _UNREADABLE as error:
            raise ImageError(f"the picture is damaged in the ZIP ({error}); pack it again") from error
        pixels = read_picture(data, MAX_PAGE_PIXELS).pixels
        area = pixels.shape[0] * pixels.shape[1]
        if area > self._pixels_left:
            raise ImageError(f"the limit of {MAX_TOTAL_PIXELS / 1e6:.0f} megapixels for all pictures is reached")
        self._pixels_left -= area
        return pixels


def csv_bytes(result: dict) -> bytes:
    """A result of `evaluate` as CSV: a line for each picture, the mean last; figures that JSON calls null are empty."""
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, ["name", *FIGURES])
    writer.writeheader()
    writer.writerows([*result["images"], {"name": "mean"} | result["mean"]])
    return table.getvalue().encode()
