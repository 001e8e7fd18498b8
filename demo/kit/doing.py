"""What the page is doing: a line of words, a bar with the time that is left, and a button that stops it.

`web/work.js` moves the bar and dims what is old meanwhile.
"""

import gradio as gr

from demo.kit.html import fill, template
from demo.kit.words import lasting, say

BEGIN, REFUSED = "(...values) => (pageWork.begin(), values)", "() => pageWork.refused()"
"""JavaScript of an event that chooses another picture, and of one after it that has failed."""
_BAR = template("""
<div class="doing" data-left="{{ left }}"><progress aria-label="{{ label }}"></progress>
<output aria-live="off"></output></div>""")


def build_doing() -> tuple[gr.Textbox, gr.Textbox, gr.Button]:
    """The line of words, what tells the bar how far the work is, and the button."""
    with gr.Column(elem_id="doing"):
        status = gr.Textbox(
            label=say("page.status"), show_label=False, container=False, interactive=False, lines=1, elem_id="status"
        )  # fmt: skip
        with gr.Row():
            bar = lasting(lambda: fill(_BAR, left=say("page.work.left"), label=say("page.status")))
            gr.HTML(bar, padding=False)
            cancel = gr.Button(say("page.work.cancel"), size="sm", elem_id="cancel-work")
    progress = gr.Textbox(elem_classes="unseen")
    progress.change(None, progress, None, js="text => pageWork.progress(text)")
    return status, progress, cancel
