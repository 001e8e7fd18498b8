"""What exactly is lost: three bands of detail."""

from itertools import product
from typing import NamedTuple

import numpy as np

from demo.kit.apart import apart
from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.viewer import png_url
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide
from demo.photo import Photo
from demo.rescale.footprint import busiest
from demo.rescale.pyramid import GAIN, Pyramid, pyramid
from demo.rescale.tabs.bands import BANDS, with_bands
from irn_core.ops import haar
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.pixels import luma, pixels_of, tensor_of

SIDE = 128


class Found(NamedTuple):
    """A part of the picture with each set of bands, by which of BANDS are kept; and how much lies in the details.

    `bilinear` is the largest difference, in grey levels, between the low band and the mean of 2×2 pixels.
    """

    built: dict[tuple[bool, ...], tuple[np.ndarray, float]]
    pyramid: Pyramid
    share: float
    bilinear: float
    is_exact: bool


class BandsChapter(Chapter[Found]):
    key = "bands"
    go = "tab=bands"

    def compute(self, photo: Photo) -> Found:
        height, width = (side // 2 * 2 for side in photo.size)
        pixels = photo.pixels[: max(height, 1), : max(width, 1)]
        x = tensor_of(pixels, 2)
        bands = haar.split(x)
        seen = busiest(np.square(luma(pixels) - luma(with_bands(pixels, 1, ()))), SIDE)
        built = {}
        for kept in product((True, False), repeat=len(BANDS)):
            again = with_bands(pixels, 1, tuple(band for band, has in zip(BANDS, kept, strict=True) if has))
            built[kept] = again[seen.rows, seen.columns], psnr_rgb(pixels, again)
        means = x.unfold(2, 2, 2).unfold(3, 2, 2).mean((-1, -2))
        return Found(
            built,
            pyramid(pixels[seen.rows, seen.columns], 1),
            _share(bands),
            255 * float((bands.low - means).abs().max()),
            bool(np.array_equal(pixels_of(haar.merge(bands), pixels.shape[:2]), pixels)),
        )

    def draw(self, found: Found) -> Slide:
        said = words("learn.bands")
        values = {
            "share": f"{100 * found.share:.2g} %", "lost": decibels(found.built[(False,) * 3][1]),
            "bilinear": f"{found.bilinear:.0g}",
        }  # fmt: skip
        frames = [(decibels(psnr), png_url(pixels)) for _, (pixels, psnr) in sorted(found.built.items())]
        figure = fill(_FIGURE, frames=frames, names=said["names"], quadrants=apart(*found.pyramid, GAIN), said=said)
        return Slide(values, figure, 1)


def _share(bands: haar.Bands) -> float:
    """The details' share of the energy about the mean."""
    low = bands.low - bands.low.mean((-1, -2), keepdim=True)
    details = sum(float(band.square().sum()) for band in bands[1:])
    total = details + float(low.square().sum())
    return details / total if total else 0.0


_FIGURE = template("""
<div class="bands" data-figure="mask">
<figure><div class="frames">{% for psnr, url in frames %}
<img src="{{ url }}" alt="{{ said.together }}, {{ psnr }}" data-note="{{ psnr }}" hidden>{% endfor %}</div>
<figcaption><b>{{ said.together }}</b> <span class="note"></span></figcaption>
<div class="picks">{% for name in names %}
<label><input type="checkbox" checked data-bit="{{ loop.revindex0 }}"> {{ name }}</label>{% endfor %}</div></figure>
{{ quadrants }}</div>""")
