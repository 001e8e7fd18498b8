"""How fast: each shipped model beside the paper's layout, in one run."""

import time
from collections.abc import Callable

import numpy as np
import torch

from irn_core.nets.irn import IRN, IRNConfig
from irn_core.rescale import downscale, upscale
from irn_core.weights import count_params, list_weights, load_model

REPEATS, PAPER_REPEATS = 5, 2


def paper_name(scale: int) -> str:
    """What the rows call the paper's layout."""
    return f"paper's layout ×{scale}"


def bench(side: int = 1000, report: Callable[[str], None] = print) -> list[dict]:
    """Seconds to downscale and to upscale (tau 0) a side×side picture, best of five, and the ratio.

    The paper's layout is timed with fresh weights, for its speed does not depend on their values, and best of two.
    """
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    models = [(path.stem, load_model(path)) for path in list_weights(IRN)]
    rows = []
    for scale in sorted({irn.config.scale for _, irn in models}):
        paper = IRN(IRNConfig.paper(scale)).eval().to(memory_format=torch.channels_last)
        reference = _time(paper_name(scale), paper, pixels, PAPER_REPEATS)
        report(_line(reference, reference))
        rows.append(reference)
        for name, irn in models:
            if irn.config.scale == scale:
                rows.append(_time(name, irn, pixels, REPEATS))
                report(_line(rows[-1], reference))
    return rows


def _time(name: str, irn: IRN, pixels: np.ndarray, repeats: int) -> dict:
    lr = downscale(irn, pixels)
    upscale(irn, lr)  # now both are warm
    down = min(_seconds(lambda: downscale(irn, pixels)) for _ in range(repeats))
    up = min(_seconds(lambda: upscale(irn, lr)) for _ in range(repeats))
    return {"name": name, "scale": irn.config.scale, "params": count_params(irn), "down_s": down, "up_s": up}


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _line(row: dict, reference: dict) -> str:
    return (
        f"{row['name']:<20} {row['params']:>9,} parameters   "
        f"down {row['down_s']:6.2f} s ({reference['down_s'] / row['down_s']:4.1f}×)   "
        f"up {row['up_s']:6.2f} s ({reference['up_s'] / row['up_s']:4.1f}×)"
    )
