"""The tab "Variability" of Compress: draws of what rounding took."""

from collections.abc import Iterator
from typing import NamedTuple

import gradio as gr

from demo.compress.coded import Request, decode
from demo.kit.cards import draw_cards
from demo.kit.controls import figure, seeds
from demo.kit.numbers import decibels
from demo.kit.tab import Tab
from demo.kit.words import say
from demo.spread import Variability, compare_draws
from demo.spread_figure import variability_figure
from irn_core.ops.metrics import psnr_rgb


class Found(NamedTuple):
    """Draws and how they differ, with the temperature and the first seed that they were made by."""

    draws: Variability
    tau: float
    seed: int


class LostInCells(Tab[Request, Found | None]):
    key = "lost_in_cells"

    def build(self) -> None:
        gr.Markdown(say("lost_in_cells.intro"))
        self.outputs = {
            "cards": gr.HTML(say("kit.computing"), elem_id="cell-cards"),
            "figure": figure("lost", "Maps of spread and error, and plots of both"),
        }

    def compute(self, request: Request) -> Iterator[Found | None]:
        yield Found(variability(request), request.tau, request.seed) if request.shown.photo else None

    def draw(self, found: Found | None) -> dict[str, object]:
        if found is None:
            return {"cards": say("compress.no_original"), "figure": None}
        draws, tau, seed = found
        return {
            "cards": draw_cards(draws.draws, [decibels(psnr) for psnr in draws.psnr], tau, seed),
            "figure": variability_figure(draws, tau),
        }


def variability(request: Request) -> Variability:
    """Draws from the file, with maps of spread and error."""
    shown, tau, count, seed = request
    drawn = tuple(decode(shown.coded.data, tau, s) for s in seeds(seed, count))
    x = shown.photo.pixels
    return compare_draws(x, shown.coded.pixels, drawn, lambda x_hat: psnr_rgb(x, x_hat), "PSNR-RGB")
