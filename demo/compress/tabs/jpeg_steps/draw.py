"""How the tab "JPEG step by step" is drawn: its sentence, pictures to choose a block in, the block, the account."""

from itertools import pairwise

import matplotlib
import numpy as np
from markupsafe import Markup

from demo.compress.tabs.jpeg_steps.compute import Block, Found, Row
from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.picker import mark, picker
from demo.kit.viewer import png_url
from demo.kit.words import say, words

BLUE, ORANGE = "47 127 216", "224 123 57"
GAP = 1
"""Pixels between basis pictures."""

_GRID = template("""
<figure class="grid8"><table aria-label="{{ name }}"><tbody>{% for row in rows %}
<tr>{% for text, colour in row %}<td{% if colour %} style="background: rgb({{ colour }})"{% endif %}>{{ text }}</td>
{% endfor %}</tr>{% endfor %}</tbody></table>
<figcaption><b>{{ name }}</b> {{ note }}</figcaption></figure>""")
_PICTURE = template("""
<figure class="grid8"><img src="{{ url }}" alt="{{ name }}"><figcaption><b>{{ name }}</b> {{ note }}</figcaption>
</figure>""")
_BLOCK = template("""{{ mark }}<h2>{{ title }}</h2><div class="block-steps">
{% for part in parts %}{{ part }}{% endfor %}</div><h2>{{ codes_title }}</h2><ol class="code-words">
{% for word, bits, said in codes %}<li><code>{{ word }}<b>{{ bits }}</b></code><small>{{ said }}</small></li>
{% endfor %}</ol>""")
_ACCOUNT = template("""<h2>{{ said.title }}</h2><div class="scores steps"><table><thead><tr>
{% for head in said.heads.values() %}<th scope="col">{{ head }}</th>{% endfor %}</tr></thead><tbody>
{% for name, note, cells in rows %}<tr><th scope="row">{{ name }}<small>{{ note }}</small></th>
{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></div><p class="hint">{{ said.hint }}</p>""")


def finding(found: Found) -> str:
    """The size, which step took most, and what zeros are worth."""
    rows, steps, said = found.apart.rows, found.apart.steps, words("jpeg_steps")
    start = "" if found.fits else said["too_small"]
    losses = [(before, row) for before, row in pairwise(rows) if row.added]
    before, worst = max(losses, key=lambda pair: pair[1].added, default=(rows[0], rows[-1]))
    gain = rows[-1].psnr - rows[-2].psnr
    regained = say("jpeg_steps.regained", gain=decibels(gain)) if gain >= 0.005 else ""
    sentence = say(
        f"jpeg_steps.{'finding' if losses else 'exact'}", quality=found.quality, chroma=found.chroma,
        size=len(steps.file), psnr=decibels(rows[-1].psnr), step=said["short"][worst.step],
        before=decibels(before.psnr), after=decibels(worst.psnr), regained=regained,
        zeros=100 * steps.zeros, mean=found.apart.bits.mean(),
    )  # fmt: skip
    return start + sentence


def pickers(field: str, found: Found) -> Markup:
    """The picture and the map of its bits, in both of which a block is chosen."""
    height, width = found.photo.size
    bits, said = found.apart.bits, words("jpeg_steps")
    limit = float(np.percentile(bits, 99.5)) or 1.0
    heat = (255 * matplotlib.colormaps["magma"](np.minimum(bits / limit, 1.0))[..., :3]).astype(np.uint8)
    heat = heat.repeat(8, 0).repeat(8, 1)[:height, :width]
    note = say("jpeg_steps.map_note", least=bits.min(), most=bits.max(), mean=bits.mean())
    places = (
        (found.apart.steps.x_hat, said["picture"], said["picture_note"]),
        (heat, said["map"], note),
    )
    shape = height / 8, width / 8  # the last row and column may be narrower
    shown = [picker(field, pixels, shape, name, said["keys"], text) for pixels, name, text in places]
    return Markup("<div class='pickers'>{}</div>").format(Markup("").join(shown))


def block_html(field: str, found: Found) -> Markup:
    """The chosen block, step after step, and its code words."""
    block, said = found.block, words("jpeg_steps")
    names = said["block"]
    kept, lost = int(np.count_nonzero(block.symbols)), float(np.sqrt(np.mean(np.square(block.lost))))
    after = float(np.sqrt(np.mean(np.square(block.decoded - block.samples))))
    parts = [
        _picture(_grey(block.samples), names["samples"], names["samples_note"]),
        _grid(block.coefficients, names["coefficients"], names["coefficients_note"], ".0f"),
        _grid(block.table, names["table"], names["table_note"], ".0f", signed=False),
        _grid(block.symbols, names["symbols"], say("jpeg_steps.block.symbols_note", kept=kept), ".0f"),
        _grid(block.lost, names["lost"], say("jpeg_steps.block.lost_note", rms=lost), ".0f"),
        _picture(_mosaic(block), names["weighed"], names["weighed_note"]),
        _picture(_grey(block.decoded), names["decoded"], say("jpeg_steps.block.decoded_note", rms=after)),
    ]
    row, column = found.cell
    title = say("jpeg_steps.block_title", component=found.component, row=row, column=column)
    codes = [(code.word, code.bits, _said(code)) for code in block.codes]
    codes_title = say("jpeg_steps.codes_title", bits=block.bits, words=len(codes))
    return fill(_BLOCK, mark=mark(field, row, column), title=title, parts=parts, codes=codes, codes_title=codes_title)


def _said(code) -> str:
    """What a code word stands for."""
    if code.place == 0:
        return say("jpeg_steps.code.dc", value=code.value)
    if code.value is None:
        return say("jpeg_steps.code.end", zeros=code.zeros)
    if code.value == 0:
        return say("jpeg_steps.code.run")
    return say("jpeg_steps.code.ac", zeros=code.zeros, value=code.value)


def _grid(values: np.ndarray, name: str, note: str, shape: str, signed: bool = True) -> Markup:
    """8×8 numbers, each on a colour by sign and size."""
    limit = np.log1p(np.abs(values).max()) or 1.0

    def cell(value: float) -> tuple[str, str]:
        text = f"{value:{shape}}".replace("-0", "0") if abs(value) < 0.5 else f"{value:{shape}}".replace("-", "−")
        strength = 0.65 * np.log1p(abs(value)) / limit if text != "0" else 0
        return (
            text,
            f"{(BLUE if value >= 0 else ORANGE) if signed else '125 134 148'} / {strength:.2f}" if strength else "",
        )

    return fill(_GRID, name=name, note=note, rows=[[cell(value) for value in row] for row in values.tolist()])


def _picture(pixels: np.ndarray, name: str, note: str) -> Markup:
    return fill(_PICTURE, url=png_url(pixels), name=name, note=note)


def _grey(values: np.ndarray) -> np.ndarray:
    """A plane as a picture H×W×3 uint8."""
    return np.repeat(np.asarray(values).clip(0, 255).astype(np.uint8)[..., None], 3, axis=-1)


def _mosaic(block: Block) -> np.ndarray:
    """The 64 basis pictures as the block weighs them, the constant one apart from the contrast of the others."""
    rest = np.abs(block.weighed.reshape(64, -1)[1:]).max()
    tiles = 128 + block.weighed * (127 / rest if rest else 0)
    tiles[0, 0] = block.weighed[0, 0] + 128
    padded = np.pad(tiles, ((0, 0), (0, 0), (0, GAP), (0, GAP)), constant_values=255)
    side = 8 * (8 + GAP)
    return _grey(padded.swapaxes(1, 2).reshape(side, side)[:-GAP, :-GAP])


def account(found: Found) -> Markup:
    """What every step costs and saves."""
    said = words("jpeg_steps.account")
    rows = [(said["steps"][row.step], said["notes"][row.step], _cells(row)) for row in found.apart.rows]
    return fill(_ACCOUNT, said=said, rows=rows)


def _cells(row: Row) -> tuple[str, str, str]:
    added = "" if row.added is None else f"{100 * row.added:.1f} %".replace("-", "−")
    return decibels(row.psnr), added, "" if row.bpp is None else f"{row.bpp:.2f}"
