"""A picture in which a cell is chosen by a click, or by the arrow keys: HTML, `web/picker.js` and `web/picker.css`.

The choice goes to a hidden text box, as "row,column". Several pictures may share one; where each is a layer of its own,
the choice is "row,column,layer".
"""

import re

import gradio as gr
import numpy as np
from markupsafe import Markup

from demo.kit.html import fill, template
from demo.kit.viewer import png_url

_PICKER = template("""
<figure class="picker"><div class="pick" data-field="{{ field }}" data-layer="{{ layer }}"
 data-rows="{{ rows }}" data-columns="{{ columns }}" style="--rows: {{ rows }}; --columns: {{ columns }}" tabindex="0"
 role="application" aria-label="{{ name }}. {{ keys }}">
<img src="{{ url }}" alt="" width="{{ width }}" height="{{ height }}"><span></span></div>
<figcaption><b>{{ name }}</b> {{ note }}</figcaption></figure>""")
_AT = template("""
<style>.pick[data-field="{{ field }}"] { --row: {{ row }}; --column: {{ column }} }
{% if layer %}.picker:has([data-layer="{{ layer }}"]) { --chosen: var(--color-accent) }{% endif %}</style>""")


def choice_of_cell(elem_id: str) -> gr.Textbox:
    """Where a choice is kept; empty until there is one."""
    return gr.Textbox("", elem_classes="unseen", elem_id=elem_id)


def picker(
    field: str, pixels: np.ndarray, shape: tuple[int, int], name: str, keys: str, note: str = "", layer: str = ""
) -> Markup:  # fmt: skip
    """A picture of rows×columns cells; `field` is the id of the box, `keys` says how keys move."""
    rows, columns = shape
    height, width = pixels.shape[:2]  # so that its place is kept until it has arrived, and no click misses
    return fill(
        _PICKER, field=field, url=png_url(pixels), width=width, height=height, rows=rows, columns=columns, name=name,
        keys=keys, note=note, layer=layer,
    )  # fmt: skip


def mark(field: str, row: int, column: int, layer: str = "") -> Markup:
    """Shows the chosen cell in all pictures of a field: it stands apart from them, so that they keep the focus."""
    return fill(_AT, field=field, row=row, column=column, layer=layer)


def read_cell(text: str, shape: tuple[int, int]) -> tuple[int, int] | None:
    """Row and column of a choice, moved into rows×columns; None before there is one."""
    if not (found := re.fullmatch(r"(\d{1,6}),(\d{1,6})(,[\w.]*)?", text)):
        return None
    return tuple(min(int(part), side - 1) for part, side in zip(found.groups()[:2], shape, strict=True))


def read_layer(text: str) -> str:
    """In which layer a choice was made; empty where there is none."""
    return "".join(text.split(",")[2:])
