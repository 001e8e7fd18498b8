"""What Rescale takes along: its pictures, figures and numbers, and what gives the same again."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from demo.kit.words import say
from demo.report import ORIGINAL, Report, figures_of
from demo.rescale.draw import commands, finding
from demo.rescale.footprint import detail
from demo.rescale.rescaled import Request, rescale
from demo.rescale.tabs.variability import variability
from demo.spread_figure import variability_figure
from irn_core.weights import model_tag


def python_lines(net: str, tau: float, seed: int, picture: str = "picture.png") -> str:
    """Python that gives the same files as `commands`."""
    return (
        "from PIL import Image\n"
        "from irn_core import downscale, load_model, read_picture, upscale\n\n"
        f'irn = load_model("{net}")\n'
        f'x = read_picture("{picture}").pixels\n'
        "lr = downscale(irn, x)\n"
        'Image.fromarray(lr).save("lr.png")\n'
        'Image.fromarray(upscale(irn, lr, tau=0, size=x.shape[:2])).save("reconstruction.png")\n'
        f'Image.fromarray(upscale(irn, lr, tau={tau:g}, seed={seed}, size=x.shape[:2])).save("draw-1.png")\n'
    )


def report(request: Request, drawn: Sequence[np.ndarray]) -> bytes:
    """The ZIP of a result with its draws."""
    photo, net, tau, _, seed = request
    result = rescale(photo, net)
    draws = {f"draw-{k}": pixels for k, pixels in enumerate(drawn, start=1)}
    pictures = {
        "original": photo.pixels, "bicubic": result.bicubic, "reconstruction": result.reconstruction, **draws,
    }  # fmt: skip
    return Report(
        name=photo.name, finding=finding(result),
        state={
            "picture": photo.name, "model": model_tag(net), "tau": tau, "seed": seed, "size": photo.size[::-1],
            "scores": asdict(result.scores),
        },
        pictures=pictures,
        rows=[
            {"picture": name} | figures_of(photo.pixels, pixels, request.scale) for name, pixels in pictures.items()
        ],
        compared=("bicubic", "reconstruction"), draws=list(draws),
        part=detail(result, photo), about_part=f"{say('report.detail')} {say('report.cropped')}",
        commands=commands(net, tau, seed, ORIGINAL), python=python_lines(net, tau, seed, ORIGINAL),
        files={"lr.png": result.lr_png, **variability_figure(variability(request), tau).files()},
    ).zip()  # fmt: skip
