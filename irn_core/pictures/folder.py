"""Folders of pictures: what is taken, by which name, and what was left out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
from PIL import Image

from irn_core.errors import ImageError
from irn_core.pictures.files import FORMATS, Picture, read_picture

EXTENSIONS = {ext for ext, name in Image.registered_extensions().items() if name in (*FORMATS, "MPO")}
"""Those of the formats that are read, in lower case with the dot; MPO is the JPEG of some cameras."""

NAMED = 5
"""So many files are named in a message at most."""


@dataclass(frozen=True)
class Folder:
    """The pictures below `root`, each of which could be read; `notices` say in plain words what became of others."""

    root: Path
    files: list[Path]
    notices: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[str, np.ndarray]]:
        """Name, which is the path below `root` with slashes, and pixels H×W×3 uint8 of each picture."""
        for file in self.files:
            yield file.relative_to(self.root).as_posix(), read_picture(file).pixels


def list_pictures(folder: str | Path) -> list[Path]:
    """Every file below `folder` with the extension of a picture that is not hidden, sorted.

    Raises:
        ImageError: there is none.
    """
    return _sift(Path(folder))[0]


def open_folder(folder: str | Path | Folder, skip_unreadable: bool = False) -> Folder:
    """The pictures below a folder, each decoded once to see that it can be: better now than in the middle of the work.

    Raises:
        ImageError: no pictures, or some that cannot be read, unless these are to be skipped and others are left.
    """
    if isinstance(folder, Folder):
        return folder
    files, notices = _sift(Path(folder))
    good, done = [], Counter()
    for file, picture in _read_all(files, skip_unreadable, notices):
        good.append(file)
        done.update(picture.notices)
    notices += [f"{notice} ({count} of {len(good)} pictures)" for notice, count in done.items()]
    return Folder(Path(folder), good, tuple(notices))


def load_pictures(folder: str | Path, skip_unreadable: bool = False) -> tuple[list[np.ndarray], list[str]]:
    """The pixels of all pictures below a folder, H×W×3 uint8 each, and notices of what was left out.

    Raises:
        ImageError: as `open_folder` does.
    """
    files, notices = _sift(Path(folder))
    return [picture.pixels for _, picture in _read_all(files, skip_unreadable, notices)], notices


def is_hidden(path: PurePath) -> bool:
    """Whether a file, or a folder on its way, is one that systems keep for themselves: macOS has one beside each."""
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _sift(root: Path) -> tuple[list[Path], list[str]]:
    """The pictures by their names, and a notice of the files that are none."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    taken = [p for p in files if p.suffix.lower() in EXTENSIONS and not is_hidden(p.relative_to(root))]
    if not taken:
        raise ImageError(f"no pictures below {root}; expected files like *.png, *.jpg, *.webp, *.avif")
    known = set(taken)
    left = [path.relative_to(root).as_posix() for path in files if path not in known]
    what = f"{len(left)} of {len(files)} files left out, hidden or not named like a picture: {_some(left, ', ')}"
    return taken, [what] if left else []


def _read_all(files: list[Path], skip_unreadable: bool, notices: list[str]) -> Iterator[tuple[Path, Picture]]:
    """Each file that can be read, decoded; the others are refused together at the end, or end in `notices`."""
    errors = []
    for file in files:
        try:
            yield file, read_picture(file)
        except ImageError as error:
            errors.append(str(error))
    if len(errors) == len(files):
        raise ImageError(f"none of {len(files)} files could be read as a picture: {_some(errors, '; ')}")
    if errors and not skip_unreadable:
        raise ImageError(
            f"{len(errors)} of {len(files)} pictures cannot be read; mend or remove them, or add --skip-unreadable: "
            + _some(errors, "; ")
        )
    notices += [f"skipped: {error}" for error in errors]


def _some(texts: list[str], between: str) -> str:
    return between.join(texts[:NAMED]) + (f"{between}…" if len(texts) > NAMED else "")
