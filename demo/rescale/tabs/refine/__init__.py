"""The tab "Refine ŷ": the LR optimised for a decoder that does not know."""

from collections.abc import Iterator, Sequence

import gradio as gr

from demo.kit.controls import download
from demo.kit.tab import Tab, paced
from demo.kit.viewer import ViewerImage
from demo.kit.words import say
from demo.rescale.draw import labelled
from demo.rescale.rescaled import Request
from demo.rescale.tabs.refine.compute import STEPS, Progress, refine
from demo.rescale.tabs.refine.draw import curve, finding, lr_cards, summary


class Refine(Tab[Request, Progress]):
    key = "refine"

    def build(self) -> None:
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                chart = gr.HTML(say("kit.computing"), elem_id="refine-chart")
            with gr.Column(scale=2, min_width=320):
                scores = gr.HTML(elem_id="refine-scores")
                file = gr.DownloadButton(say("refine.file"), size="sm", interactive=False, elem_id="refined-lr")
        self.outputs = {"chart": chart, "scores": scores, "file": file, "cards": gr.HTML(elem_id="refine-cards")}

    def compute(self, request: Request) -> Iterator[Progress]:
        yield from paced(refine(request.photo, request.net))

    def draw(self, found: Progress) -> dict[str, object]:
        drawn = {"chart": curve(found.points)}
        if found.result is None:
            waiting = say("refine.step").format(len(found.points) - 1, STEPS)
            return drawn | {"scores": waiting, "cards": "", "file": gr.update(interactive=False)}
        result = found.result
        file = download(f"refined-x{found.before.scale}-lr.png", result.lr_png)
        return drawn | {
            "scores": summary(found, result),
            "cards": lr_cards(found, result),
            "file": gr.update(value=file, interactive=True),
        }

    def finding(self, found: Progress) -> str:
        return finding(found, found.result) if found.result else ""

    def progress(self, found: Progress) -> tuple[int, int]:
        return len(found.points) - 1, STEPS

    def picture_keys(self) -> Sequence[str]:
        return "refined", "refined-lr", "refined-change"

    def pictures(self, found: Progress) -> Sequence[ViewerImage]:
        """The refined picture, its LR, and what changed in that."""
        if found.result is None:
            return ()
        result = found.result
        return (
            labelled("refined", say("refine.picture"), result.scores.psnr_y, result.x_hat),
            ViewerImage("refined-lr", say("refine.lr"), result.lr),
            ViewerImage("refined-change", say("refine.change"), result.change),
        )
