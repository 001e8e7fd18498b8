"""Importance maps: how far the quality of each cell lies below that of the file, kept at the front of its stream.

A cell is a coefficient of the network's lowest band, 64×64 pixels of the picture; its quality is that of the file
less MAP_STEP times its drop, and at least 0. Drops are whole numbers, so encoder and decoder know the same qualities
exactly. Each is predicted from its neighbours, and all differences are coded by one table, which the stream names.
"""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from irn_core.coding.entropy import Reader, Writer
from irn_core.coding.icn_file import Header
from irn_core.coding.tables import TABLES, cost_in_bits
from irn_core.errors import ImageError, StreamError

MAP_STEP = 2
"""In quality. Part of the format, as are all numbers here but SPREADS."""
LARGEST_DROP = 50
"""In steps: the whole range of qualities."""
SPREADS = (0, 50)
"""Black may lie so far below white in quality: networks learn with maps that deviate by up to 25, as these do at 50."""
FIRST_SPREAD = 20.0
TABLE_BITS = 5


def drops_of(mask: np.ndarray, spread: float, size: tuple[int, int], side: int) -> np.ndarray:
    """A mask, H×W or H×W×3 uint8, white = important, as drops of the cells of a picture of this size (H, W), h×w.

    Cells of side×side pixels are means of the mask. The most important one has the quality of the file; black lies
    `spread` below white.

    Raises:
        ImageError: no mask, or of other proportions than the picture.
        StreamError: a spread out of range.
    """
    low, high = SPREADS
    if not low <= spread <= high:
        raise StreamError(f"the spread is {spread:g}; expected {low} (all alike) to {high} steps of quality")
    importance = cell_means(_as_large(_grey(mask), size), side) / 255
    return np.rint((importance.max() - importance) * spread / MAP_STEP).astype(np.int64)


def cell_means(values: np.ndarray, side: int) -> np.ndarray:
    """Means of an array H×W over cells of side×side, of which the last may be smaller."""
    for axis, length in enumerate(values.shape):
        starts = np.arange(0, length, side)
        counts = np.diff(starts, append=length).reshape([-1 if other == axis else 1 for other in range(2)])
        values = np.add.reduceat(values, starts, axis) / counts
    return values


def _grey(mask: np.ndarray) -> np.ndarray:
    if mask.dtype != np.uint8 or mask.ndim not in (2, 3) or 0 in mask.shape or mask.shape[2:] not in ((), (3,)):
        raise ImageError(f"the mask is an array {mask.shape} of {mask.dtype}; expected H×W or H×W×3 uint8")
    return mask.astype(np.float32) if mask.ndim == 2 else mask.mean(-1, dtype=np.float32)


def _as_large(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A mask at the size of its picture, by averaging; a pixel more or less is the rounding of a resizing."""
    (height, width), (own_height, own_width) = size, mask.shape
    if (height, width) == (own_height, own_width):
        return mask
    if abs(own_width - own_height * width / height) > 1 and abs(own_height - own_width * height / width) > 1:
        raise ImageError(
            f"the mask is {own_width}×{own_height}, the picture {width}×{height}; give one of the same proportions"
        )
    return np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.BOX))


def grid_of(header: Header, side: int) -> tuple[int, int]:
    """How many cells of side×side pixels a picture has: rows, columns."""
    return -(-header.height // side), -(-header.width // side)


def check_drops(drops: np.ndarray, grid: tuple[int, int]) -> None:
    """Whether the format can hold a map.

    Raises:
        StreamError: of another shape, or out of range.
    """
    if drops.shape != grid or drops.dtype.kind not in "iu":
        raise StreamError(
            f"the map is {drops.shape} of {drops.dtype}; expected {grid} whole numbers, one for each cell"
        )
    if drops.min() < 0 or drops.max() > LARGEST_DROP:
        raise StreamError(f"drops of the map are {drops.min()} to {drops.max()}; expected 0 to {LARGEST_DROP}")


def write_map(writer: Writer, drops: np.ndarray) -> None:
    """Put a map, h×w, into the stream, by the table that takes the fewest bits."""
    cells = drops.astype(int).tolist()
    places = np.ndindex(drops.shape)
    differences = np.array([cells[row][column] - _foretold(cells, row, column) for row, column in places])
    tables = [np.full(len(differences), index, np.uint8) for index in range(TABLES)]
    best = min(range(TABLES), key=lambda index: cost_in_bits(differences, tables[index]).sum())
    writer.bits(best, TABLE_BITS)
    writer.put(differences, tables[best])


def read_map(reader: Reader, grid: tuple[int, int]) -> np.ndarray:
    """The map h×w at the front of a stream.

    Raises:
        StreamError: no encoder writes such a map.
    """
    table = reader.bits(TABLE_BITS)
    if table >= TABLES:
        raise StreamError(f"the stream is damaged: its map names table {table}, of 0 to {TABLES - 1}")
    differences = reader.get(np.full(grid[0] * grid[1], table, np.uint8)).tolist()
    cells = [[0] * grid[1] for _ in range(grid[0])]
    for (row, column), difference in zip(np.ndindex(grid), differences, strict=True):
        cells[row][column] = drop = _foretold(cells, row, column) + difference
        if not 0 <= drop <= LARGEST_DROP:
            raise StreamError(f"the stream is damaged: a drop in its map is {drop}, of 0 to {LARGEST_DROP}")
    return np.array(cells)


def _foretold(cells: list[list[int]], row: int, column: int) -> int:
    """A cell as its neighbours to the left and above let one expect it: the median predictor of JPEG-LS."""
    if not row:
        return cells[0][column - 1] if column else 0
    above = cells[row - 1][column]
    if not column:
        return above
    left = cells[row][column - 1]
    return sorted((left, above, left + above - cells[row - 1][column - 1]))[1]


def read_quality(header: Header, reader: Reader, side: int) -> Tensor:
    """The quality of a file as a network takes it, from its header and the front of its stream: see `as_quality`."""
    return as_quality(header.quality, read_map(reader, grid_of(header, side)) if header.has_map else None)


def as_quality(quality: float, drops: np.ndarray | None) -> Tensor:
    """One number, or a map 1×1×h×w, of multiples of 1/512 that float32 holds exactly."""
    if drops is None:
        return torch.tensor([quality])
    return torch.from_numpy((quality - MAP_STEP * drops).clip(0).astype(np.float32))[None, None]
