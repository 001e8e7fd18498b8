"""The same with a bitrate: R + λ·D, and who is best at the same bytes."""

import json
from typing import NamedTuple

import numpy as np

from demo.compress.coded import Coded, compress, match
from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.viewer import png_url
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide
from demo.photo import Photo
from demo.rescale.footprint import busiest
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.measure.lagrangian import mse_of
from irn_core.nets.icn import LAMBDA_RANGE
from irn_core.ops.pixels import luma

QUALITIES = (5, 17, 30, 45, 60, 75)
SIDE = 160
SMALLER, ENDS = 2, (1, -1)
"""The scale at which a smaller picture is compressed instead, and for which of the files that is tried."""


class Found(NamedTuple):
    """ICN's files from small to large, JPEG's of as many bytes, two of the smaller picture, and what is shown."""

    icn: list[Coded]
    jpeg: list[Coded]
    scaled: list[Coded]
    rows: slice
    columns: slice


class Bitrate(Chapter[Found]):
    key = "bitrate"
    go = "mode=compress&tab=curve"

    def compute(self, photo: Photo) -> Found:
        icn = [compress(photo, quality * QUALITY_STEPS) for quality in QUALITIES]
        jpeg = [match(photo, "jpeg", len(coded.data)) for coded in icn]
        ends = [match(photo, "jpeg", len(icn[k].data), SMALLER) for k in ENDS]
        seen = busiest(np.square(luma(icn[0].pixels) - luma(photo.pixels)), SIDE)
        return Found(icn, jpeg, ends, seen.rows, seen.columns)

    def draw(self, found: Found) -> Slide:
        def part(coded: Coded) -> str:
            return png_url(np.ascontiguousarray(coded.pixels[found.rows, found.columns]))

        points = [
            {
                "bpp": ours.bpp, "mse": mse_of(ours.scores.psnr_rgb), "bytes": len(ours.data),
                "psnr": decibels(ours.scores.psnr_rgb), "picture": part(ours), "jpeg": part(rival),
                "jpeg_psnr": decibels(rival.scores.psnr_rgb), "jpeg_bytes": len(rival.data), "fits": rival.fits,
            }
            for ours, rival in zip(found.icn, found.jpeg, strict=True)
        ]  # fmt: skip
        said, (few, many) = words("learn.bitrate"), (found.jpeg[k] for k in ENDS)
        pairs = zip(found.scaled, (few, many), strict=True)
        gains = [scaled.scores.psnr_rgb - full.scores.psnr_rgb for scaled, full in pairs]
        values = {
            "few": f"{few.bpp:.2f}", "few_gain": signed(gains[0]), "many": f"{many.bpp:.2f}",
            "many_gain": signed(gains[1]), "verdict": said["verdicts"][sum(gain > 0 for gain in gains)],
        }  # fmt: skip
        figure = fill(_FIGURE, points=json.dumps(points), lambdas=json.dumps(LAMBDA_RANGE), said=said["figure"])
        return Slide(values, figure, 0)


def signed(gain: float) -> str:
    """A difference of PSNR."""
    return f"{gain:+.1f} dB".replace("-", "−")


_FIGURE = template("""
<div class="bitrate" data-figure="bitrate" data-points='{{ points }}' data-lambdas='{{ lambdas }}'>
<div class="bars"><div class="plot" role="img" aria-label="{{ said.plot }}"></div>
<label>λ <input type="range" min="0" max="100" value="40" aria-label="λ"><output></output></label>
<p class="hint">{{ said.hint }}</p></div>
<figure><img data-part="jpeg" alt="JPEG"><figcaption><b>JPEG</b> <span data-note="jpeg"></span></figcaption></figure>
<figure><img data-part="picture" alt="ICN"><figcaption><b>ICN</b>
<span data-note="picture"></span></figcaption></figure>
</div>""")
