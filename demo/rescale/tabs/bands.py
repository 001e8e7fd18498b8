"""The tab "High frequencies": the picture drawn apart into bands, and Haar details of original and reconstruction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr
import numpy as np
import torch

from demo.kit.apart import apart
from demo.kit.cards import Card, cards
from demo.kit.controls import figure
from demo.kit.finding import percent
from demo.kit.numbers import decibels
from demo.kit.plots import ACTUAL, INK, OURS, SIGNED, Plots, describe, legible
from demo.kit.tab import Tab
from demo.kit.words import say, words
from demo.rescale.pyramid import GAIN, Pyramid, pyramid
from demo.rescale.rescaled import Request, rescale
from irn_core.ops import haar
from irn_core.ops.metrics import psnr_y
from irn_core.ops.pixels import pixels_of, tensor_of

BANDS = ("horizontal", "vertical", "diagonal")


class Built(NamedTuple):
    """A picture put together again from some of its bands, H×W×3 uint8, and its PSNR-Y in dB."""

    name: str
    pixels: np.ndarray
    psnr_y: float


@dataclass(frozen=True, eq=False)
class HighFrequencies:
    """Haar details of the grey picture at one level: band name → H/2ˡ×W/2ˡ float32, in grey levels."""

    original: dict[str, np.ndarray]
    reconstruction: dict[str, np.ndarray]
    built: tuple[Built, ...]
    level: int
    missing: tuple[str, ...]  # bands that were left out of `built`
    pyramid: Pyramid  # of the original, as many levels as the scale has factors of 2

    @property
    def shares(self) -> tuple[float, float] | None:
        """The energy of all details of the reconstruction, and of their error, as shares of the original's, if any."""
        error = {band: self.reconstruction[band] - self.original[band] for band in BANDS}
        original, ours, wrong = (sum(self.energy(bands)) for bands in (self.original, self.reconstruction, error))
        return (ours / original, wrong / original) if original > 1e-6 else None

    def energy(self, which: dict[str, np.ndarray]) -> list[float]:
        """Mean square of each band, in grey levels²."""
        return [float(np.mean(which[band] ** 2)) for band in BANDS]


class Bands(Tab[Request, HighFrequencies]):
    key = "bands"

    def build(self) -> None:
        quadrants = gr.HTML(elem_id="quadrants")
        with gr.Row():
            level = gr.Radio([1, 2], value=1, label=say("bands.level_label"), info=say("bands.level"), elem_id="level")
            kept = gr.CheckboxGroup(
                [(name, band) for band, name in words("bands.names").items()],
                value=list(BANDS),
                label=say("bands.kept_label"),
                info=say("bands.kept"),
                elem_id="bands",
            )
        self.inputs, self.triggers = {"level": level, "kept": kept}, [level.input, kept.input]
        self.outputs = {
            "quadrants": quadrants,
            "cards": gr.HTML(say("kit.computing")),
            "figure": figure("bands"),
        }

    def compute(self, request: Request, level: int, kept: list[str]) -> Iterator[HighFrequencies]:
        photo, x_hat = request.photo, rescale(request.photo, request.net).reconstruction
        built = []
        for name, pixels in (("original", photo.pixels), ("reconstruction", x_hat)):
            again = with_bands(pixels, level, tuple(kept))
            built.append(Built(name, again, psnr_y(photo.pixels, again, request.scale)))
        missing = tuple(band for band in BANDS if band not in kept)
        details, levels = (_details(pixels, level) for pixels in (photo.pixels, x_hat)), request.scale.bit_length() - 1
        yield HighFrequencies(*details, tuple(built), level, missing, pyramid(photo.pixels, levels))

    def draw(self, found: HighFrequencies) -> dict[str, object]:
        said = words("bands")
        names = said["and"].join(said["names"][band] for band in found.missing)
        if len(found.missing) == len(BANDS):
            names = said["any"]
        form = "without" if found.missing else "whole"
        items = [
            Card(
                say(f"bands.{form}", picture=said["pictures"][one.name], names=names, level=found.level),
                say("kit.against_original", psnr=decibels(one.psnr_y)), one.pixels,
            )
            for one in found.built
        ]  # fmt: skip
        quadrants = apart(*found.pyramid, GAIN)
        return {"quadrants": quadrants, "cards": cards(items), "figure": bands_figure(found)}

    def finding(self, found: HighFrequencies) -> str:
        if not found.shares:
            return say("bands.finding.none", level=found.level)
        share, error = found.shares
        form = "worse" if error > 1 else "found"
        return say(f"bands.finding.{form}", level=found.level, share=percent(share), error=percent(error))


def detail_energy(pixels: np.ndarray) -> float:
    """Mean square of the finest Haar details of the grey picture, all three bands, in grey levels²."""
    return float(sum(np.mean(band**2) for band in _details(pixels, 1).values()))


def _details(pixels: np.ndarray, level: int) -> dict[str, np.ndarray]:
    """Bands of the grey picture (mean of R, G, B), orthonormal, so that energies add up."""
    x = 255 * tensor_of(pixels, 2**level).mean(1, keepdim=True)
    for _ in range(level - 1):
        x = 2 * haar.split(x).low
    bands = haar.split(x)
    return {band: 2 * getattr(bands, band)[0, 0].numpy() for band in BANDS}


def with_bands(pixels: np.ndarray, level: int, kept: tuple[str, ...]) -> np.ndarray:
    """The picture, H×W×3 uint8, without the detail bands of one Haar level that are not `kept`."""
    return pixels_of(_drop_bands(tensor_of(pixels, 2**level), level, kept), pixels.shape[:2])


def _drop_bands(x: torch.Tensor, level: int, kept: tuple[str, ...]) -> torch.Tensor:
    bands = haar.split(x)
    if level > 1:
        return haar.merge(bands._replace(low=_drop_bands(bands.low, level - 1, kept)))
    silent = {band: torch.zeros_like(bands.low) for band in BANDS if band not in kept}
    return haar.merge(bands._replace(**silent))


@legible
def bands_figure(found: HighFrequencies) -> str:
    """Three bands × (original, reconstruction, difference) in signed colours, and the energy of each."""
    values = np.concatenate([np.abs(found.original[band]).ravel() for band in BANDS])
    limit = max(1.0, float(np.percentile(values, 99)))
    difference = {band: found.reconstruction[band] - found.original[band] for band in BANDS}
    pictures = {"original": found.original, "reconstruction": found.reconstruction, "difference": difference}
    plots, said = Plots(columns=2), words("bands")
    rows = {
        said["pictures"][name]: {said["names"][band]: bands[band] for band in BANDS} for name, bands in pictures.items()
    }
    plots.maps(rows, say("bands.maps", level=found.level), limit, SIGNED, -limit)
    _energies(plots, found, difference)
    return plots.html()


def _energies(plots: Plots, found: HighFrequencies, difference: dict[str, np.ndarray]) -> None:
    series = (
        ("original", found.energy(found.original), INK),
        ("reconstruction", found.energy(found.reconstruction), OURS),
        ("difference", found.energy(difference), ACTUAL),
    )
    places, said = np.arange(len(BANDS)), words("bands")
    axes = plots.axes(said["energy"])
    for i, (name, energies, colour) in enumerate(series):
        bars = axes.bar(places + 0.27 * (i - 1), energies, 0.25, color=colour, label=said["pictures"][name])
        axes.bar_label(bars, [f"{e:.0f}" for e in energies], color=INK, fontsize=11, padding=2)
    axes.margins(y=0.18)
    axes.set_ylim(bottom=0)
    axes.set_xticks(places, list(said["names"].values()))
    describe(axes, "", "")
