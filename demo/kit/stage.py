"""Stage mode: the page for a speaker, walked by a clicker. stage.js says what it does, stage.css how it looks."""

import gradio as gr

from demo.kit.html import fill, template
from demo.kit.words import lasting, say, words

_BUTTON = template("""<button type="button" id="present" title="{{ hint }}">{{ present }}</button>""")
_BAR = template("""
<div id="stage-bar" role="toolbar" aria-label="{{ present }}">
<span class="stage-scales" role="group">{% for scale in (2, 4, 8) %}
<button type="button" data-stage="scale" data-scale="{{ scale }}">×{{ scale }}</button>{% endfor %}</span>
<button type="button" data-stage="resample">{{ said.resample }}</button>
<span class="stage-gap"></span>
<button type="button" data-stage="back" aria-label="{{ said.back }}">←</button><output></output>
<button type="button" data-stage="next" aria-label="{{ said.next }}">→</button>
<button type="button" data-stage="pin">{{ said.pin }}</button>
<button type="button" data-stage="unpin">{{ said.unpin }}</button>
<button type="button" data-stage="save">{{ said.save }}</button>
<button type="button" data-stage="load">{{ said.load }}</button>
<button type="button" data-stage="leave">{{ said.leave }}</button>
<input type="file" accept="application/json" hidden data-bad="{{ said.bad }}" data-name="{{ said.file }}"></div>
<div id="blank" hidden></div>""")


def build_button() -> gr.HTML:
    """Begins it."""
    button = lasting(lambda: fill(_BUTTON, present=say("stage.present"), hint=say("stage.hint")))
    return gr.HTML(button, elem_id="to-stage", padding=False)


def build_bar() -> gr.HTML:
    """The controls that it leaves within reach."""
    bar = lasting(lambda: fill(_BAR, present=say("stage.present"), said=words("stage.bar")))
    return gr.HTML(bar, elem_id="stage", padding=False)
