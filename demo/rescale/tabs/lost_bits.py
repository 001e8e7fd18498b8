"""The tab "Lost bits": how much information z holds given ŷ, by the formula and as a file."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr
from PIL import Image

from demo.kit.cache import cached
from demo.kit.controls import figure
from demo.kit.html import fill, template
from demo.kit.numbers import decibels, kilobytes
from demo.kit.plots import INK, OURS, STYLE, bits_map, render
from demo.kit.tab import Tab
from demo.kit.words import say
from demo.photo import Photo
from demo.rescale.rescaled import Request, Rescaled, network, rescale
from irn_core.measure.information import Information, decode_lost, drop, encode_lost, lost_information
from irn_core.ops.metrics import psnr_rgb

FINENESS = 16
"""Steps so fine that a density is constant over them."""


@dataclass(frozen=True, eq=False)
class Lost:
    """What one picture lost: by the formula, and as a file beside the LR, with the PSNR-RGB that both give in dB.

    The fine file holds z in steps 1/FINENESS as large, where the formula expects `fine_expected` bytes.
    """

    information: Information
    file_bytes: int
    psnr_rgb: float
    fine_bytes: int
    fine_expected: float


@cached
def lost(photo: Photo, net: str) -> Lost:
    """Count the information in z given ŷ, and code z to prove it."""
    irn, result = network(net), rescale(photo, net)
    dropped = drop(irn, photo.pixels, result.lr)
    file, _ = encode_lost(irn, dropped)
    fine, fine_bits = encode_lost(irn, dropped, FINENESS)
    x_hat = decode_lost(irn, result.lr, file, photo.size)
    return Lost(lost_information(irn, dropped), file.size, psnr_rgb(photo.pixels, x_hat), fine.size, fine_bits / 8)


class LostBits(Tab[Request, tuple[Lost, Rescaled]]):
    key = "lost_bits"

    def build(self) -> None:
        gr.Markdown(say("lost_bits.intro"))
        self.outputs = {
            "table": gr.HTML(say("kit.computing"), elem_id="lost-table"),
            "figure": figure("lost-bits", "Map of lost bits per pixel, and bytes by level and band"),
        }

    def compute(self, request: Request) -> Iterator[tuple[Lost, Rescaled]]:
        yield lost(request.photo, request.net), rescale(request.photo, request.net)

    def draw(self, found: tuple[Lost, Rescaled]) -> dict[str, object]:
        return {"table": lost_table(*found), "figure": lost_figure(found[0].information)}


_TABLE = template("""
<div class="measures wide"><p class="statement">The LR costs <b>{{ lr }}</b>;
what was lost costs another <b>{{ lost }}</b>.</p><table><tbody>
{% for name, size, remark in rows %}
<tr><th scope="row">{{ name }}</th><td>{{ size }}</td><td>{{ remark }}</td></tr>
{% endfor %}
</tbody></table></div>""")


def lost_table(found: Lost, result: Rescaled) -> str:
    """What the LR costs, what was lost would cost, and how far both together give the picture back."""
    formula, lr_bytes = found.information.total / 8, len(result.lr_png)
    pixels = result.size[0] * result.size[1]
    both = lr_bytes + found.file_bytes
    rows = (
        ("Kept: the LR as PNG", kilobytes(lr_bytes), f"{8 * lr_bytes / pixels:.2f} bits per pixel"),
        ("Lost: z given ŷ, by the formula", kilobytes(formula), f"{8 * formula / pixels:.2f} bits per pixel"),
        ("Lost: z given ŷ, in a file", kilobytes(found.file_bytes), _beyond(found.file_bytes, formula, "the formula")),
        (
            f"The same file, {FINENESS} times finer",
            kilobytes(found.fine_bytes),
            _beyond(found.fine_bytes, found.fine_expected, "the formula for such steps"),
        ),
        ("LR and the first file", kilobytes(both), f"decoded: {decibels(found.psnr_rgb)} PSNR-RGB"),
        ("Original as PNG", kilobytes(result.original_bytes), "lossless"),
    )
    return fill(_TABLE, lr=kilobytes(lr_bytes), lost=kilobytes(found.file_bytes), rows=rows)


def _beyond(bytes_in_file: int, expected: float, what: str) -> str:
    """How much longer a file is than it should be; a sure model may expect less than nothing."""
    return f"{bytes_in_file / expected - 1:+.1%} against {what}" if expected > 0 else ""


def lost_figure(found: Information) -> Image.Image:
    """Lost bits per pixel as a map, and the bytes of each level and band as bars."""
    figure, axes = bits_map(found.heat(), kilobytes(found.total / 8))
    bars = axes.barh(list(found.bits), [bits.sum() / 8 for bits in found.bits.values()], color=OURS)
    axes.bar_label(bars, [kilobytes(bar.get_width()) for bar in bars], color=INK, fontsize=12, padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.tick_params(axis="y", labelsize=13)
    axes.set_xlabel("bytes", **STYLE)
    axes.set_title("by level (1 is the finest) and band", **STYLE)
    return render(figure)
