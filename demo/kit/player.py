"""Two clips played in step, and a row of each over time: a plain ``gr.HTML`` of `web/player.*`.

All pictures are in the browser, so that frames, rows and choices change without the server.
"""

from collections.abc import Mapping, Sequence

import gradio as gr
import numpy as np

from demo.kit.viewer import png_data, read_web, speaking_script


def build_player(elem_id: str) -> gr.HTML:
    """Create a player inside a ``gr.Blocks``."""
    return gr.HTML(
        html_template=read_web("player.html"),
        css_template=read_web("player.css"),
        js_on_load=speaking_script("player", "player.js"),
        apply_default_css=False,
        elem_id=elem_id,
    )


def player_value(clips: Mapping[str, Sequence[np.ndarray]], durations: Sequence[int]) -> dict:
    """The value of the player: frames H×W×3 uint8 of `original`, and by the choices of player.html as far as they are
    known, each shown for so many ms.
    """
    files = {name: [png_data(pixels) for pixels in frames] for name, frames in clips.items()}
    height, width = clips["original"][0].shape[:2]
    return {"clips": files, "durations": list(durations), "height": height, "width": width}
