"""The tab "Motion": a clip frame by frame, where draws that differ between frames flicker."""

from collections.abc import Iterator

import gradio as gr

from demo.kit.player import build_player, player_value
from demo.kit.tab import Tab, paced
from demo.kit.words import say
from demo.rescale.rescaled import Request
from demo.rescale.tabs.motion.compute import Found, rescale_clip
from demo.rescale.tabs.motion.draw import curve, figures, finding, source

FILES = [".gif", ".webp", ".png", ".apng", ".avif", ".mp4", ".webm"]


class Motion(Tab[Request, Found]):
    key = "motion"

    def build(self) -> None:
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                player = build_player("motion-player")
            with gr.Column(scale=2, min_width=300):
                figures = gr.HTML(elem_id="motion-figures")
                source = gr.HTML(elem_id="motion-source")
                upload = gr.File(label=say("motion.upload"), file_types=FILES, elem_id="motion-upload", height=84)
        chart = gr.HTML(elem_id="motion-chart")
        self.inputs = {"path": upload}
        self.outputs = {"source": source, "player": player, "figures": figures, "chart": chart}
        self.triggers = [upload.upload, upload.clear]

    def compute(self, request: Request, path: str | None) -> Iterator[Found]:
        steps = rescale_clip(request, path)
        yield next(steps)  # the frames themselves, before any has come back
        yield from paced(steps)

    def draw(self, found: Found) -> dict[str, object]:
        originals = [photo.pixels for photo in found.clip.frames]
        return {
            "source": source(found),
            "player": player_value({"original": originals} | found.back, found.clip.durations),
            "figures": figures(found),
            "chart": curve(found),
        }

    def progress(self, found: Found) -> tuple[int, int]:
        return sum(map(len, found.back.values())), len(found.clip.frames) * len(found.back)

    def finding(self, found: Found) -> str:
        return finding(found) if found.flicker else ""
