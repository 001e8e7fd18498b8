"""Make the golden files: `python -m tests.golden.make`, only when the format has changed, with its version.

Another machine's floats differ in the last digits. So seeds are tried until one gives a file in which no
coefficient, log scale or pixel lies near the place where it would be rounded to another value.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch

from irn_core.coding import entropy, tiled
from irn_core.coding import symbols as symbols_module
from irn_core.coding.codec import Codec, load_codec
from irn_core.coding.shifts import shifted
from irn_core.coding.tables import BORDERS
from irn_core.nets.icn import ICN
from irn_core.weights import save_model
from tests.helpers import tiny_icn

GOLDEN = Path(__file__).parent
QUALITY = 62.5
MAP, MAP_QUALITY = np.array([[4, 0], [9, 3]]), 70.0
"""The second file has this map, which gives the drops of its four cells, and this quality."""
MARGIN = 1e-3
"""Coefficients in steps and pixels in grey levels keep away from borders by this; floats differ by about 1e-4."""
LOG_S_MARGIN = 4e-6
"""log s keeps away by this; the floats of so small a network differ by less than 1e-6."""


def golden_pixels() -> np.ndarray:
    """A slanted ramp with a bright corner, by arithmetic alone."""
    y, x = np.mgrid[:11, :13]
    corner = 90 * ((y < 4) & (x > 7))
    return np.stack([9 * x + 7 * y, 240 - 11 * x - 3 * y, 40 + 12 * y + corner], axis=2).astype(np.uint8)


def golden_icn(seed: int) -> ICN:
    return tiny_icn(seed, gain=0.1, width=4, depth=1, lift_width=4, filter_width=4)


def is_robust(codec: Codec, quality: float = QUALITY, drops: np.ndarray | None = None) -> bool:
    """Whether small changes of all that is rounded would change neither the file nor the pixels."""
    quantise, choose_shifts = symbols_module.quantise, symbols_module.choose_shifts
    choose_tables, to_uint8 = entropy.Writer.choose_tables, tiled.to_uint8
    clear = []

    def watched_shifts(log_scale, symbols):
        shifts = choose_shifts(log_scale, symbols)
        moved = (choose_shifts(log_scale + margin, symbols) for margin in (-LOG_S_MARGIN, LOG_S_MARGIN))
        clear.extend(np.array_equal(each, shifts) for each in moved)
        return shifts

    def watched_quantise(v, indices):
        k = quantise(v, indices)
        clear.extend(np.array_equal(quantise(v + shift, indices), k) for shift in (-MARGIN, MARGIN))
        return k

    def watched_tables(writer, log_scale, shifts):
        from_border = np.abs(shifted(log_scale, shifts)[:, None] - BORDERS).min(1, initial=np.inf)
        clear.append((np.abs(from_border - entropy.TOLERANCE) > LOG_S_MARGIN).all())  # a hint more, or less
        clear.append((from_border > LOG_S_MARGIN).all())  # the other table, in a file without hints
        return choose_tables(writer, log_scale, shifts)

    def watched_pixels(x):
        clear.extend(torch.equal(to_uint8(x + shift / 255), to_uint8(x)) for shift in (-MARGIN, MARGIN))
        return to_uint8(x)

    try:
        symbols_module.quantise, tiled.to_uint8 = watched_quantise, watched_pixels
        symbols_module.choose_shifts = watched_shifts
        entropy.Writer.choose_tables = watched_tables
        codec.encode_and_decode(golden_pixels(), quality, drops)
    finally:
        symbols_module.quantise, tiled.to_uint8 = quantise, to_uint8
        symbols_module.choose_shifts = choose_shifts
        entropy.Writer.choose_tables = choose_tables
    return all(clear)


def make() -> None:
    seed = next(seed for seed in range(10_000) if _all_robust(Codec(golden_icn(seed), b"search")))
    save_model(golden_icn(seed), GOLDEN / "tiny.safetensors", {"seed": seed})
    _write("picture.icn", "pixels.sha256", QUALITY, None)
    _write("map.icn", "map.sha256", MAP_QUALITY, MAP)


def _all_robust(codec: Codec) -> bool:
    return is_robust(codec) and is_robust(codec, MAP_QUALITY, MAP)


def _write(file: str, pixels: str, quality: float, drops: np.ndarray | None) -> None:
    """A file, and the hash of what is in it."""
    data, x_hat, _ = load_codec(GOLDEN / "tiny.safetensors").encode_and_decode(golden_pixels(), quality, drops)
    (GOLDEN / file).write_bytes(data)
    (GOLDEN / pixels).write_text(hashlib.sha256(x_hat.tobytes()).hexdigest() + "\n")


if __name__ == "__main__":
    make()
