"""What stands beside the viewer of Rescale: everything measured on the picture, and the same on a command line."""

import math

from demo.kit.cards import data_url
from demo.kit.html import fill, template
from demo.kit.numbers import decibels, kilobytes, psnr_text, seconds_text, ssim_text
from demo.kit.viewer import ViewerImage
from demo.kit.words import say, words
from demo.rescale.rescaled import Rescaled
from irn_core.measure.information import ROUNDING

_MEASURES = template("""
<div class="measures">
<div class="headline"><b>{{ headline }}</b><span>{{ said.headline.format(gain) }}</span></div>
<table><thead><tr><td></td><th scope="col">IRN ×{{ scale }}</th><th scope="col">{{ said.bicubic }}</th></tr>
</thead><tbody>
{% for name, ours, rival, best in rows %}
<tr><th scope="row">{{ name }}</th><td{% if best != "rival" %} class="best"{% endif %}>{{ ours }}</td>
<td{% if best != "ours" %} class="best"{% endif %}>{{ rival }}</td></tr>
{% endfor %}
</tbody></table>
<dl>
{% for name, small, value in facts %}<dt>{{ name }}<small>{{ small }}</small></dt><dd>{{ value }}</dd>{% endfor %}
</dl>
<figure class="lr"><div><img src="{{ lr }}" width="{{ width }}" height="{{ height }}"
 alt="{{ said.alt }}, {{ width }}×{{ height }}"></div>
<figcaption>{{ said.kept }}</figcaption></figure>
</div>""")


def measures(result: Rescaled) -> str:
    """PSNR and SSIM beside bicubic, bytes, times, and the LR itself."""
    ours, rival, said = result.scores, result.bicubic_scores, words("rescale.measures")
    rows = [
        _row("PSNR-Y, dB", ours.psnr_y, rival.psnr_y, psnr_text),
        _row("PSNR-RGB, dB", ours.psnr_rgb, rival.psnr_rgb, psnr_text),
        _row("SSIM-Y", ours.ssim_y, rival.ssim_y, ssim_text),
        _row("SSIM-RGB", ours.ssim_rgb, rival.ssim_rgb, ssim_text),
    ]
    height, width = result.lr.shape[:2]
    saved = len(result.lr_png) / result.original_bytes
    facts = [
        (said["lr"], "PSNR-RGB", decibels(ours.lr_psnr)),
        (say("kit.original_file"), f"{result.size[1]}×{result.size[0]}", kilobytes(result.original_bytes)),
        (said["file"], say("rescale.share", width=width, height=height, share=saved), kilobytes(len(result.lr_png))),
        (said["time"], said["when"], f"{seconds_text(result.down_s)}, {seconds_text(result.up_s)}"),
    ]
    return fill(
        _MEASURES, said=said, headline=decibels(ours.psnr_y), gain=_gain(ours.psnr_y, rival.psnr_y), scale=result.scale,
        rows=rows, facts=facts, lr=data_url(result.lr_png), width=width, height=height,
    )  # fmt: skip


def _row(name: str, ours: float, rival: float, show) -> tuple[str, str, str, str]:
    """A line of the table, and whose value is better; both, where they are equal or there is none."""
    best = "ours" if ours > rival else "rival" if rival > ours else "both"
    return name, show(ours), show(rival), best


def _gain(ours: float, rival: float) -> str:
    if math.isinf(ours) or math.isinf(rival):
        return say("rescale.no_gap")
    return say("rescale.gap", gain=ours - rival)


def finding(result: Rescaled) -> str:
    """What the network makes of so few pixels, in a sentence."""
    return say("rescale.finding").format(
        percent=f"{100 * math.prod(result.lr.shape[:2]) / math.prod(result.size):.3g}",
        ours=decibels(result.scores.psnr_y), bicubic=decibels(result.bicubic_scores.psnr_y),
    )  # fmt: skip


def labelled(key: str, label: str, psnr: float, pixels) -> ViewerImage:
    """A picture of the viewer with its PSNR-Y in dB."""
    return ViewerImage(key, f"{label} · {decibels(psnr)}", pixels)


def value_name(name: str) -> str:
    """A level and band, as `value_names` has it, in words."""
    level, _, band = name.partition(" ")
    return say("bands.rounding") if name == ROUNDING else f"{level} {say(f'bands.names.{band}')}"


def file_part(net: str) -> str:
    """What names of files say of a network: x4, x4-plus."""
    return net.removeprefix("irn-")


def commands(model: str, tau: float, seed: int, picture: str = "picture.png") -> str:
    """The lines that give the same files on a command line."""
    return (
        f"python -m irn_core downscale {picture} lr.png --model {model}\n"
        f"python -m irn_core upscale lr.png reconstruction.png --tau 0\n"
        f"python -m irn_core upscale lr.png draw-1.png --tau {tau:g} --seed {seed}"
    )
