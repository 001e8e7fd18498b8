"""The page for those who listen to it or use its keys: a way past the controls, and a line that tells what came.

access.js names what Gradio leaves without a name, and tells what is new.
"""

import gradio as gr

from demo.kit.html import fill, template
from demo.kit.words import lasting, say

_ACCESS = template("""<a class="skip" href="#viewer">{{ skip }}</a><p id="told" role="status"></p>""")


def build_access() -> gr.HTML:
    """Before all else on the page, as the first stop of the tabulator key."""
    return gr.HTML(lasting(lambda: fill(_ACCESS, skip=say("access.skip"))), elem_id="access", padding=False)
