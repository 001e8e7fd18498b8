"""Pixels ↔ planes of Y, Cb, Cr ↔ 8×8 DCT: integer arithmetic that gives what libjpeg gives, bit by bit.

Planes are H×W float64 of whole numbers from 0 to 255, blocks are rows×columns×8×8.
"""

import numpy as np
from scipy.fft import idctn

SIDE = 8
DCT = np.array([
    [8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192],
    [11363, 9633, 6437, 2260, -2260, -6437, -9633, -11363],
    [10703, 4433, -4433, -10703, -10703, -4433, 4433, 10703],
    [9633, -2259, -11362, -6436, 6436, 11362, 2259, -9633],
    [8192, -8192, -8192, 8192, 8192, -8192, -8192, 8192],
    [6437, -11362, 2261, 9633, -9633, -2261, 11362, -6437],
    [4433, -10704, 10704, -4433, -4433, 10704, -10704, 4433],
    [2260, -6436, 9633, -11363, 11363, -9633, 6436, -2260],
])  # fmt: skip
"""The accurate integer DCT of libjpeg ("islow") as a matrix: 2¹³·√8 times the orthonormal one, to within 1.2."""
BITS, EXTRA = 13, 2
"""Bits of fractions in the matrix, and further ones that are kept between columns and rows."""
RGB_TO_YCC = np.array([[19595, 38470, 7471], [-11059, -21709, 32768], [32768, -27439, -5329]])
"""BT.601 in 1/65536."""
YCC_TO_RGB = np.array([[0, 91881], [-22554, -46802], [116130, 0]])
"""What Cb and Cr, less 128, add to R, G and B, in 1/65536."""


def to_planes(pixels: np.ndarray) -> list[np.ndarray]:
    """H×W×3 uint8 → Y, Cb, Cr, each rounded to 8 bits."""
    half = np.array([32768, (128 << 16) + 32767, (128 << 16) + 32767])
    ycc = (pixels.astype(np.int64) @ RGB_TO_YCC.T + half) >> 16
    return list(np.moveaxis(ycc, -1, 0).astype(float))


def to_pixels(planes: list[np.ndarray]) -> np.ndarray:
    """Y, Cb, Cr of 8 bits → H×W×3 uint8, as libjpeg's decoder rounds and clips them."""
    y, *chroma = (plane.astype(np.int64) for plane in planes)
    added = np.stack(chroma, -1) - 128
    return (y[..., None] + ((added @ YCC_TO_RGB.T + 32768) >> 16)).clip(0, 255).astype(np.uint8)


def to_rgb(planes: list[np.ndarray]) -> np.ndarray:
    """Y, Cb, Cr → H×W×3 float, neither rounded nor clipped."""
    y, *chroma = planes
    return y[..., None] + (np.stack(chroma, -1) - 128) @ (YCC_TO_RGB.T / 65536)


def halve(plane: np.ndarray) -> np.ndarray:
    """Means of 2×2 pixels, which round down and up in turn from column to column, as libjpeg takes them."""
    plane = extend(plane, -plane.shape[0] % 2, -plane.shape[1] % (2 * SIDE))
    sums = plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
    return (sums + 1 + np.arange(sums.shape[1]) % 2) // 4


def double(plane: np.ndarray, size: tuple[int, int], whole: bool = True) -> np.ndarray:
    """Twice the resolution, cut to H×W: "fancy" upsampling, where the nearer sample counts three times the farther.

    Planes of one or two columns are too narrow for that: their samples are repeated. `whole` rounds as libjpeg does.
    """
    height, width = size
    if -(-width // 2) <= 2:
        return plane.repeat(2, 0).repeat(2, 1)[:height, :width]
    near = plane[: -(-height // 2), : -(-width // 2)]
    rows = _thrice(np.pad(near, ((1, 1), (0, 0)), "edge"))
    sums = _thrice(np.pad(rows.T, ((1, 1), (0, 0)), "edge")).T[:height, :width]
    return (sums + 8 - np.arange(width) % 2) // 16 if whole else sums / 16


def _thrice(padded: np.ndarray) -> np.ndarray:
    """Between the rows of a plane that has one more at each end: 3·near + far, two for each."""
    near, above, below = 3 * padded[1:-1], padded[:-2], padded[2:]
    return np.stack([near + above, near + below], 1).reshape(-1, padded.shape[1])


def extend(plane: np.ndarray, below: int, right: int) -> np.ndarray:
    """The plane with its last row and column repeated."""
    return np.pad(plane, ((0, below), (0, right)), "edge")


def to_blocks(plane: np.ndarray) -> np.ndarray:
    """The plane in 8×8 blocks, filled up at its ends."""
    plane = extend(plane, -plane.shape[0] % SIDE, -plane.shape[1] % SIDE)
    rows, columns = (side // SIDE for side in plane.shape)
    return plane.reshape(rows, SIDE, columns, SIDE).swapaxes(1, 2)


def from_blocks(blocks: np.ndarray) -> np.ndarray:
    """The inverse of `to_blocks`, with what it filled up."""
    rows, columns = blocks.shape[:2]
    return blocks.swapaxes(1, 2).reshape(rows * SIDE, columns * SIDE)


def forward(blocks: np.ndarray) -> np.ndarray:
    """Samples → DCT coefficients in steps of 1/8."""
    rows = _rounded((blocks - 128) @ DCT.T, BITS - EXTRA)
    return _rounded(DCT @ rows, BITS + EXTRA) / 8


def inverse(coefficients: np.ndarray) -> np.ndarray:
    """Coefficients, whole numbers → samples, rounded and clipped to 8 bits."""
    columns = _rounded(DCT.T @ coefficients, BITS - EXTRA)
    return (_rounded(columns @ DCT, BITS + EXTRA + 3) + 128).clip(0, 255)


def exact_inverse(coefficients: np.ndarray) -> np.ndarray:
    """Coefficients → samples, neither rounded nor clipped."""
    return idctn(coefficients, axes=(-2, -1), norm="ortho") + 128


def quantise(coefficients: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The whole multiples of the 8×8 table that are nearest; halves go away from zero. int64."""
    return (np.sign(coefficients) * np.floor(np.abs(coefficients) / table + 0.5)).astype(np.int64)


def _rounded(values: np.ndarray, bits: int) -> np.ndarray:
    """Whole numbers divided by 2^bits, halves up."""
    return np.floor((values + 2.0 ** (bits - 1)) / 2.0**bits)
