"""What all modes of the page share."""

from typing import NamedTuple

import gradio as gr


class Shared(NamedTuple):
    """Components that every mode uses. `mode` holds the key of the open mode; `asked` grows whenever another picture
    was chosen.
    """

    visit: gr.State
    mode: gr.Radio
    photo: gr.State
    asked: gr.Number
    viewer: gr.HTML
    status: gr.Textbox
    notice: gr.HTML
