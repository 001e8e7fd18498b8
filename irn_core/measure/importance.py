"""What an importance map gives inside and takes outside, at the bytes of the plain file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from irn_core.coding.codec import Codec, load_codec
from irn_core.coding.icn_file import QUALITY_STEPS, read_header
from irn_core.coding.importance import MAP_STEP, cell_means, drops_of
from irn_core.coding.target import largest_within
from irn_core.errors import IRNError
from irn_core.ops.metrics import psnr_rgb, psnr_rgb_where, ssimulacra2
from irn_core.ops.pixels import luma
from irn_core.pictures.folder import Folder, open_folder

SLACK = 0.01
"""Files count as equally large if the one with a map is smaller by at most this share."""
IMPORTANT = 128
"""Grey of a mask from which a pixel counts as inside."""
BLOCK = 8
"""Side of the blocks in which detail is measured, in pixels."""


class Sides(NamedTuple):
    """PSNR-RGB of a picture in dB: where it is important, elsewhere (nan where there is nothing), and as a whole."""

    inside: float
    outside: float
    whole: float


def sides(x: np.ndarray, x_hat: np.ndarray, inside: np.ndarray) -> Sides:
    """H×W×3 uint8 twice, and H×W bool."""
    return Sides(psnr_rgb_where(x, x_hat, inside), psnr_rgb_where(x, x_hat, ~inside), psnr_rgb(x, x_hat))


def calm(pixels: np.ndarray, side: int) -> np.ndarray:
    """How calm each cell of a picture H×W×3 uint8 is, h×w in [0, 1]: by the mean log variance of luma in small blocks.

    The calmest are 1: in a sky or on a cheek eyes see errors that they miss in leaves. Where all are alike, all are 1.
    """
    y = luma(pixels)
    variance = np.maximum(cell_means(np.square(y), BLOCK) - np.square(cell_means(y, BLOCK)), 0)
    detail = cell_means(np.log1p(variance), side // BLOCK)
    low, high = np.percentile(detail, (5, 95))
    return np.ones_like(detail) if high - low < 1e-6 else ((high - detail) / (high - low)).clip(0, 1)


def as_mask(cells: np.ndarray, side: int, size: tuple[int, int]) -> np.ndarray:
    """Cells h×w in [0, 1] as a mask H×W uint8."""
    return np.rint(255 * cells).astype(np.uint8).repeat(side, 0).repeat(side, 1)[: size[0], : size[1]]


def encode_as_large(codec: Codec, pixels: np.ndarray, plain: bytes, drops: np.ndarray) -> bytes:
    """A file with a map of the bytes of the plain one, or up to 1 % less: the quality of its best cells is searched.

    Raises:
        IRNError: even quality 0 takes more, as the map takes bytes itself; the message says how much.
    """

    def run(setting: int) -> bytes:
        return codec.encode(pixels, setting / QUALITY_STEPS, drops)

    highest = min(read_header(plain).quality + MAP_STEP * drops.max(), 100)  # all cells are as good as in the plain one
    return largest_within(len(plain), 0, round(highest * QUALITY_STEPS), run, len, SLACK)


def evaluate_importance(
    model: str, folder: str | Path | Folder, quality: float, spreads: list[float],
    report: Callable[[str], None] = print,
) -> dict:  # fmt: skip
    """PSNR inside and outside, and SSIMULACRA2, against the plain file of a quality, for two maps and some spreads.

    `calm` is the automatic map, inside are cells of at least half its importance; `middle` is the middle third of each
    side. `constant_map_is_plain` says whether a map of equal numbers gives exactly the plain picture. `left_out` has
    the pictures that cannot be compared, and why: too large for the codec, or files so small that no map has room.
    """
    codec, rows, constant, left_out = load_codec(model), [], True, {}
    for name, pixels in open_folder(folder):
        try:
            constant &= _constant_is_plain(codec, pixels, quality)
            found = [{"picture": name} | row for row in _rows(codec, pixels, quality, spreads)]
        except IRNError as error:
            left_out[name] = str(error)
            report(f"leaves out {name}: {error}")
            continue
        rows += found
        for row in found:
            report(_line(row))
    return {
        "model": model, "quality": quality, "constant_map_is_plain": constant, "rows": rows, "left_out": left_out
    }  # fmt: skip


def _rows(codec: Codec, pixels: np.ndarray, quality: float, spreads: list[float]) -> Iterator[dict]:
    """What each map gives a picture at each spread."""
    plain = codec.encode_and_decode(pixels, quality)
    for kind, mask in _masks(pixels, codec.cell).items():
        inside = mask >= IMPORTANT
        before = sides(pixels, plain.x_hat, inside)
        for spread in spreads:
            drops = drops_of(mask, spread, mask.shape, codec.cell)
            data = encode_as_large(codec, pixels, plain.data, drops)
            x_hat = codec.decode(data)
            gains = np.subtract(sides(pixels, x_hat, inside), before).tolist()
            looks = ssimulacra2(pixels, x_hat) - ssimulacra2(pixels, plain.x_hat)
            row = {"map": kind, "spread": spread, "inside_share": float(inside.mean())}
            row |= {"plain_bytes": len(plain.data), "bytes": len(data)}
            yield row | dict(zip(Sides._fields, gains, strict=True)) | {"ssimulacra2": looks}


def _masks(pixels: np.ndarray, side: int) -> dict[str, np.ndarray]:
    height, width = pixels.shape[:2]
    middle = np.zeros((height, width), np.uint8)
    middle[height // 3 : -(-2 * height // 3), width // 3 : -(-2 * width // 3)] = 255
    return {"calm": as_mask(calm(pixels, side), side, (height, width)), "middle": middle}


def _constant_is_plain(codec: Codec, pixels: np.ndarray, quality: float) -> bool:
    """By a map that is really written, of cells that lie one step below a better file."""
    better = min(quality + MAP_STEP, 100)
    equal = np.ones([-(-side // codec.cell) for side in pixels.shape[:2]], int)
    by_map = codec.decode(codec.encode(pixels, better, equal))
    return np.array_equal(by_map, codec.decode(codec.encode(pixels, better - MAP_STEP)))


def _line(row: dict) -> str:
    return (
        f"{row['picture']:<14} {row['map']:<6} spread {row['spread']:>4g}  {row['bytes']:,} of {row['plain_bytes']:,} "
        f"bytes  inside {row['inside']:+.2f} dB, outside {row['outside']:+.2f} dB, whole {row['whole']:+.2f} dB, "
        f"SSIMULACRA2 {row['ssimulacra2']:+.1f}"
    )
