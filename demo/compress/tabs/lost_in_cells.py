"""The tab "Variability" of Compress: draws of what rounding took."""

from collections.abc import Iterator

import gradio as gr

from demo.compress.coded import Coded, Request, decode
from demo.compress.draw import opened_finding
from demo.kit.controls import figure, seeds
from demo.kit.tab import Tab
from demo.kit.words import say
from demo.spread import Found, Variability, compare_draws
from demo.spread_figure import draw_spread, spread_finding
from irn_core.ops.metrics import psnr_rgb


class LostInCells(Tab[Request, Found | Coded]):
    key = "lost_in_cells"

    def build(self) -> None:
        self.outputs = {
            "cards": gr.HTML(say("kit.computing"), elem_id="cell-cards"),
            "figure": figure("lost"),
        }

    def compute(self, request: Request) -> Iterator[Found | Coded]:
        shown = request.shown
        yield Found(variability(request), request.tau, request.seed) if shown.photo else shown.coded

    def draw(self, found: Found | Coded) -> dict[str, object]:
        if isinstance(found, Coded):
            return {"cards": say("compress.no_original"), "figure": ""}
        return draw_spread(found)

    def finding(self, found: Found | Coded) -> str:
        return opened_finding(found) if isinstance(found, Coded) else spread_finding(found)


def variability(request: Request) -> Variability:
    """Draws from the file, with maps of spread and error."""
    shown, tau, count, seed = request
    drawn = tuple(decode(shown.coded.data, tau, s) for s in seeds(seed, count))
    x = shown.photo.pixels
    return compare_draws(x, shown.coded.pixels, drawn, lambda x_hat: psnr_rgb(x, x_hat), "PSNR-RGB")
