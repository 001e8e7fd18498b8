"""A picture to draw on: a plain ``gr.HTML`` whose template is a file of `web`, style and behaviour `web/painter.*`.

The browser draws on a transparent canvas that lies over the picture and has its pixels, one to one. It hands only the
strokes to an event; the picture itself never comes back, so nothing can change it.
"""

import base64
import binascii
import io
from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image

from demo.kit.limits import limit
from demo.kit.viewer import png_data, png_file, read_web, speaking_script
from irn_core.errors import ImageError
from irn_core.ops.tiling import Window
from irn_core.pictures.files import DECODER_ERRORS

STROKES, REGION = "painter.html", "region.html"
"""Templates: to draw in colours, and to brush over what is meant."""
_PREFIX = "data:image/png;base64,"


def build_painter(template: str, elem_id: str) -> gr.HTML:
    """Create a painter inside a ``gr.Blocks``. What it sends is its `layer`."""
    painter = gr.HTML(
        html_template=read_web(template),
        css_template=read_web("painter.css"),
        js_on_load=speaking_script("painter", "painter.js"),
        apply_default_css=False,
        elem_id=elem_id,
    )
    return limit(painter, layer(elem_id))


def layer(elem_id: str) -> str:
    """JavaScript, a function: the strokes in a painter as `read_layer` takes them; nothing if it is not there."""
    return f"() => document.querySelector('#{elem_id} .painter')?.painterLayer?.() ?? ''"


def painter_value(pixels: np.ndarray, filled: Window | None = None) -> dict:
    """The value of the painter for a picture H×W×3 uint8, without strokes but for a rectangle that is filled.

    The same picture keeps the strokes that it has.
    """
    return {
        "file": png_data(pixels),
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "filled": filled and list(filled),
    }


def layer_is_of(layer: str, pixels: np.ndarray) -> bool:
    """Whether the strokes that a painter sent were made on this picture, H×W×3 uint8."""
    return Path(png_file(pixels)).name in layer.partition(" ")[0]


def read_layer(layer: str, pixels: np.ndarray) -> np.ndarray:
    """The strokes that a painter sent, as H×W×4 uint8 (R, G, B, alpha), over a picture H×W×3 uint8.

    Raises:
        ImageError: not a PNG of that size: the picture has changed since, or something else was sent.
    """
    size = pixels.shape[:2]
    try:
        data = base64.b64decode(layer.partition(" ")[2].removeprefix(_PREFIX), validate=True)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as png:
            if png.size == size[::-1]:
                return np.array(png.convert("RGBA"))
    except (binascii.Error, *DECODER_ERRORS) as error:
        raise ImageError("the drawing did not arrive whole; try again") from error
    raise ImageError(
        f"the drawing has {png.width}×{png.height} pixels, the picture below {size[1]}×{size[0]}; draw once more"
    )
