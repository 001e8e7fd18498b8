"""The pictures on the example strip: photographs that come with scikit-image, and a test chart."""

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from irn_core.pictures.files import read_picture

CHART = "test chart"
_PHOTOGRAPHS = {
    "astronaut": "astronaut.png",
    "coffee": "coffee.png",
    "cat": "chelsea.png",
    "rocket": "rocket.jpg",
    "motorcycle": "motorcycle_left.png",
    "hubble": "hubble_deep_field.jpg",
    "text": "text.png",
}
NAMES = (*_PHOTOGRAPHS, CHART)
FIRST = NAMES[0]


@cache
def example(name: str) -> np.ndarray:
    """An example by name, H×W×3 uint8. Do not write to it."""
    if name == CHART:
        return draw_chart()
    return read_picture(f"{data.__path__[0]}/{_PHOTOGRAPHS[name]}").pixels


@cache
def thumbnail(name: str, side: int = 96) -> np.ndarray:
    """The middle square of an example, side×side×3 uint8."""
    return middle_square(example(name), side)


def middle_square(pixels: np.ndarray, side: int) -> np.ndarray:
    """The middle square of a picture, side×side×3 uint8."""
    height, width = pixels.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    square = Image.fromarray(pixels[top : top + edge, left : left + edge])
    return np.asarray(square.resize((side, side), Image.Resampling.LANCZOS))


def draw_chart(side: int = 512) -> np.ndarray:
    """Zone plate, Siemens star, colour bars and fine text, side×side×3 uint8: what downscaling finds hardest."""
    half = side // 2
    chart = np.full((side, side, 3), 255, np.uint8)
    chart[:half, :half] = _zone_plate(half)[..., None]
    chart[:half, half:] = _siemens_star(half)[..., None]
    chart[half:, half:] = _gratings(half)
    image = Image.fromarray(chart)
    _write_text(ImageDraw.Draw(image), half)
    return np.asarray(image)


def _centred(side: int) -> tuple[np.ndarray, np.ndarray]:
    axis = np.arange(side) - (side - 1) / 2
    return axis[None, :], axis[:, None]


def _zone_plate(side: int) -> np.ndarray:
    """cos(k·r²), whose frequency grows with r and reaches Nyquist at the edge."""
    x, y = _centred(side)
    return np.round(127.5 + 127.5 * np.cos(np.pi * (x**2 + y**2) / side)).astype(np.uint8)


def _siemens_star(side: int, spokes: int = 36) -> np.ndarray:
    """Black and white spokes, antialiased by 4×4 samples per pixel."""
    x, y = _centred(4 * side)
    star = np.where(np.sin(spokes * np.arctan2(y, x)) > 0, 255.0, 0.0)
    return star.reshape(side, 4, side, 4).mean((1, 3)).round().astype(np.uint8)


def _gratings(side: int) -> np.ndarray:
    """Stripes of 1 to 8 pixels, upright above, lying in the middle, coloured below."""
    periods = (2, 4, 6, 8, 12, 16)
    patch = side // len(periods)
    out = np.full((side, side, 3), 128, np.uint8)
    colours = ((255, 0, 0), (0, 160, 0), (0, 0, 255), (255, 255, 0), (0, 200, 200), (200, 0, 200))
    third = side // 3
    position = np.arange(max(patch, third))
    for i, (period, colour) in enumerate(zip(periods, colours, strict=True)):
        columns = slice(i * patch, (i + 1) * patch)
        stripes = (position % period < period // 2) * 255
        out[:third, columns] = stripes[:patch][None, :, None]
        out[third : 2 * third, columns] = stripes[:third][:, None, None]
        checker = (position[:patch] // (period // 2))[None, :] + (position[:third] // (period // 2))[:, None]
        out[2 * third : 3 * third, columns] = np.where((checker % 2)[..., None] == 0, colour, 255)
    return out


def _write_text(draw: ImageDraw.ImageDraw, half: int) -> None:
    y = half + 8
    for size in (28, 20, 15, 12, 10, 9, 8):
        draw.text((8, y), f"{size} px  What is lost? Hamburgefonstiv 0123456789"[: 2 * half // size], "black",
                  font=ImageFont.load_default(size))  # fmt: skip
        y += int(1.35 * size) + 6
    for i, colour in enumerate(("black", "crimson", "navy", "darkgreen")):
        draw.line((8, half * 2 - 52 + 10 * i, half - 12, half * 2 - 40 + 10 * i), fill=colour, width=1)
