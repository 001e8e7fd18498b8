"""The tab "Lost bits": how much information z holds given ŷ, by the formula and as a file."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr

from demo.kit.cache import cached
from demo.kit.controls import figure
from demo.kit.html import fill, template
from demo.kit.numbers import decibels, kilobytes
from demo.kit.plots import INK, OURS, Plots, legible, map_of_bits
from demo.kit.tab import Tab
from demo.kit.words import say, words
from demo.photo import Photo
from demo.rescale.draw import value_name
from demo.rescale.rescaled import Request, Rescaled, calibrated, network, rescale
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
        self.outputs = {
            "table": gr.HTML(say("kit.computing"), elem_id="lost-table"),
            "figure": figure("lost-bits"),
        }

    def compute(self, request: Request) -> Iterator[tuple[Lost, Rescaled]]:
        net = calibrated(request.scale)
        yield lost(request.photo, net), rescale(request.photo, net)

    def draw(self, found: tuple[Lost, Rescaled]) -> dict[str, object]:
        return {"table": lost_table(*found), "figure": lost_figure(found[0].information)}

    def finding(self, found: tuple[Lost, Rescaled]) -> str:
        more, kept = found[0].file_bytes, len(found[1].lr_png)
        times = more / kept
        said = f"{times:.2g}" if times < 10 else f"{times:,.0f}"
        return say("lost_bits.finding", lr=kilobytes(kept), lost=kilobytes(more), times=said)


_TABLE = template("""
<div class="measures wide"><table><tbody>
{% for name, size, remark in rows %}
<tr><th scope="row">{{ name }}</th><td>{{ size }}</td><td>{{ remark }}</td></tr>
{% endfor %}
</tbody></table><p class="hint">{{ notes }}</p></div>""")


def lost_table(found: Lost, result: Rescaled) -> str:
    """What the LR costs, what was lost would cost, and how far both together give the picture back."""
    formula, lr_bytes = found.information.total / 8, len(result.lr_png)
    pixels = result.size[0] * result.size[1]
    both = lr_bytes + found.file_bytes
    said = words("lost_bits.rows")
    rows = (
        (said["kept"], kilobytes(lr_bytes), say("lost_bits.rate", rate=8 * lr_bytes / pixels)),
        (said["formula"], kilobytes(formula), say("lost_bits.rate", rate=8 * formula / pixels)),
        (said["file"], kilobytes(found.file_bytes), _beyond(found.file_bytes, formula, "beyond")),
        (
            said["finer"].format(FINENESS),
            kilobytes(found.fine_bytes),
            _beyond(found.fine_bytes, found.fine_expected, "beyond_finer"),
        ),
        (said["both"], kilobytes(both), say("lost_bits.decoded", psnr=decibels(found.psnr_rgb))),
        (say("kit.original_file"), kilobytes(result.original_bytes), say("lost_bits.lossless")),
    )
    return fill(_TABLE, rows=rows, notes=say("lost_bits.notes"))


def _beyond(bytes_in_file: int, expected: float, sentence: str) -> str:
    """How much longer a file is than it should be; a sure model may expect less than nothing."""
    return say(f"lost_bits.{sentence}", share=bytes_in_file / expected - 1) if expected > 0 else ""


@legible
def lost_figure(found: Information) -> str:
    """Lost bits per pixel as a map, and the bytes of each level and band as bars."""
    plots = Plots(columns=2)
    map_of_bits(plots, found.heat(), kilobytes(found.total / 8))
    axes = plots.axes(say("lost_bits.by_level"))
    bars = axes.barh(
        [value_name(name) for name in found.bits], [bits.sum() / 8 for bits in found.bits.values()], color=OURS
    )
    axes.bar_label(bars, [kilobytes(bar.get_width()) for bar in bars], color=INK, fontsize=11, padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.4)
    axes.set_xlabel(say("kit.bytes_axis"), color=INK, fontsize=11)
    return plots.html()
