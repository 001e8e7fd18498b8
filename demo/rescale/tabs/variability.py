"""The tab "Variability": how draws differ, and whether their spread knows the error."""

from collections.abc import Iterator

import gradio as gr

from demo.kit.controls import figure, seeds
from demo.kit.tab import Tab
from demo.kit.words import say
from demo.rescale.rescaled import Request, draw, rescale
from demo.spread import Found, Variability, compare_draws
from demo.spread_figure import draw_spread, spread_finding
from irn_core.ops.metrics import psnr_y


class VariabilityTab(Tab[Request, Found]):
    key = "variability"

    def build(self) -> None:
        self.outputs = {
            "cards": gr.HTML(say("kit.computing")),
            "figure": figure("variability"),
        }

    def compute(self, request: Request) -> Iterator[Found]:
        yield Found(variability(request), request.tau, request.seed)

    def draw(self, found: Found) -> dict[str, object]:
        return draw_spread(found)

    def finding(self, found: Found) -> str:
        return spread_finding(found)


def variability(request: Request) -> Variability:
    """Draws of z, their scores, and the maps of spread and of actual error."""
    photo, net, tau, count, seed = request
    drawn = tuple(draw(photo, net, tau, s) for s in seeds(seed, count))
    likeliest = rescale(photo, net).reconstruction
    return compare_draws(photo.pixels, likeliest, drawn, lambda x_hat: psnr_y(photo.pixels, x_hat, request.scale))
