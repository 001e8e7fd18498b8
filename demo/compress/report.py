"""What Compress takes along: the file, its pictures, figures and numbers, and what gives the same again."""

from collections.abc import Sequence

import numpy as np

from demo.compress.coded import ICN, NAMES, Coded, Request, Shown, decode
from demo.compress.draw import commands, finding
from demo.compress.tabs.bits import account, bits_figure
from demo.kit.controls import seeds
from demo.kit.words import say
from demo.report import ORIGINAL, Report, figures_of
from demo.rescale.footprint import DETAIL_SIDE, busiest
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.ops.pixels import luma
from irn_core.ops.tiling import Window


def python_lines(shown: Shown, tau: float, seed: int, picture: str = "picture.png") -> str:
    """Python that gives the same files as `commands`."""
    model = "" if shown.coded.codec == ICN else f', model="{shown.coded.codec}"'
    return (
        "from pathlib import Path\n\n"
        "from PIL import Image\n"
        "from irn_core import decode, encode, read_picture\n\n"
        f'x = read_picture("{picture}").pixels\n'
        f"data = encode(x, quality={shown.coded.setting / QUALITY_STEPS:g}{model})\n"
        'Path("picture.icn").write_bytes(data)\n'
        'Image.fromarray(decode(data)).save("decoded.png")\n'
        f'Image.fromarray(decode(data, tau={tau:g}, seed={seed})).save("draw-1.png")\n'
    )


def report(request: Request, rivals: Sequence[Coded]) -> bytes:
    """The ZIP of a file of a picture of the page, with its draws and the files of others at its size."""
    (name, coded, photo, aim), tau, count, seed = request
    jpeg = next(rival for rival in rivals if rival.codec == "jpeg")
    draws = {f"draw-{k}": decode(coded.data, tau, s) for k, s in enumerate(seeds(seed, count), start=1)}
    others = {rival.codec: rival for rival in rivals}
    pictures = {
        "original": photo.pixels, "decoded": coded.pixels,
        **{codec: rival.pixels for codec, rival in others.items()}, **draws,
    }  # fmt: skip
    sizes = {"decoded": len(coded.data)} | {codec: len(rival.data) for codec, rival in others.items()}
    return Report(
        name=name, finding=finding(coded, jpeg),
        state={
            "picture": name, "codec": NAMES[coded.codec], "quality": coded.setting / QUALITY_STEPS,
            "bytes": len(coded.data), "bpp": round(coded.bpp, 4), "tau": tau, "seed": seed, "size": photo.size[::-1],
        },
        pictures=pictures,
        rows=[
            {"picture": key, "bytes": sizes.get(key, len(coded.data) if key in draws else None)}
            | figures_of(photo.pixels, pixels, 0)
            for key, pixels in pictures.items()
        ],
        compared=("jpeg", "decoded"), draws=list(draws),
        part=_part(photo.pixels, jpeg.pixels, coded.pixels), about_part=say("report.detail_of_file"),
        commands=commands(aim, tau, seed, ORIGINAL), python=python_lines(request.shown, tau, seed, ORIGINAL),
        files={"picture.icn": coded.data, **bits_figure(account(coded.data)).files()},
    ).zip()  # fmt: skip


def _part(x: np.ndarray, jpeg: np.ndarray, ours: np.ndarray) -> Window:
    """Where the file gains most over JPEG."""
    before, after = (np.square(luma(x) - luma(x_hat)) for x_hat in (jpeg, ours))
    return busiest(before - after, DETAIL_SIDE)
