"""The tab "Gaussian?": z of three pictures before and after the conditional normaliser."""

from collections.abc import Iterator

import gradio as gr

from demo.kit.controls import figure
from demo.kit.tab import Tab
from demo.kit.words import say
from demo.rescale.rescaled import Request, calibrated
from demo.rescale.tabs.gaussian.compute import Found, find
from demo.rescale.tabs.gaussian.draw import finding, normality_figure, tables


class Gaussian(Tab[Request, Found]):
    key = "gaussian"

    def build(self) -> None:
        self.outputs = {
            "figure": figure("gaussian"),
            "tables": gr.HTML(say("kit.computing"), elem_id="gaussian-tables"),
        }

    def compute(self, request: Request) -> Iterator[Found]:
        yield find(request.photo, calibrated(request.scale))

    def draw(self, found: Found) -> dict[str, object]:
        return {"figure": normality_figure(found.cases), "tables": tables(found)}

    def finding(self, found: Found) -> str:
        return finding(found.pictures[0])
