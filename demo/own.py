"""A visitor's own pictures on the page: the field that takes them, the row to return by, and the part worked on."""

import shlex
from pathlib import Path
from urllib.parse import unquote

import gradio as gr
from gradio.components import Component

from demo.examples import middle_square
from demo.kit.cards import notice
from demo.kit.doing import BEGIN, REFUSED
from demo.kit.events import HIDDEN, QUIET, refusals
from demo.kit.html import fill, template
from demo.kit.viewer import png_file, png_url, read_web, speaking_script
from demo.kit.words import lasting, say, speak, words
from demo.photo import Photo
from demo.upload import Upload, Uploads, read_upload, size_text
from irn_core.errors import ImageError

OWN = "own"
"""What links call a picture that was uploaded; it is not in them."""
THUMBNAIL = 96
_ROW = template("""
{% if thumbs %}<div class="own" role="group" aria-label="{{ said.yours }}"><span>{{ said.yours }}</span><div>
{% for name, size, url in thumbs %}
<button type="button" data-own="{{ loop.index0 }}" title="{{ name }}, {{ size }}"
 aria-label="{{ said.back.format(name=name, size=size) }}" aria-pressed="{{ 'true' if loop.index0 == at else 'false' }}"
><img src="{{ url }}" alt="" width="96" height="96"></button>{% endfor %}
</div></div>{% endif %}""")


class OwnPictures:
    """Components for a visitor's own pictures, and what happens when one is brought, returned to or cut anew.

    What a picture is depends on the visitor alone: `uploads` is a state, so no visitor sees another's.
    """

    def __init__(self):
        self.uploads = gr.State(Uploads())

    def build(self) -> None:
        """Below the examples."""
        with gr.Row(elem_id="bring"):
            self.field = gr.File(label=say("page.upload"), elem_id="upload", height=64)
            self.row = gr.HTML(js_on_load=read_web("own.js"), elem_id="own")
        self.part = gr.HTML(
            html_template=read_web("part.html"), css_template=read_web("part.css"), visible=False,
            js_on_load=speaking_script("part", "part.js"), apply_default_css=False, elem_id="part",
        )  # fmt: skip

    def wire(
        self, language: gr.Radio, net: gr.Radio, cancel: gr.Button,
        photo: gr.State, asked: gr.Number, example: gr.Textbox,
    ) -> None:  # fmt: skip
        """Each event chooses a picture: `asked` grows, and the page answers.

        The commands for a part name `net`. `cancel` keeps a picture that is still being decoded from being chosen.
        """
        inputs, outputs = [language, net, self.uploads, asked], [photo, asked, example, *self.shown_in]
        waits = {"js": BEGIN, **HIDDEN}
        uploaded = self.field.upload(_bring, [*inputs, self.field], outputs, **waits)
        for ended in (uploaded.success, uploaded.failure):  # free the field for the next picture
            ended(lambda: None, None, self.field, **QUIET)
        returned = self.row.select(_return, inputs, outputs, trigger_mode="always_last", **waits)
        cut = self.part.select(_cut, inputs, outputs, trigger_mode="always_last", **waits)
        events = [uploaded, returned, cut]
        for event in events:
            event.failure(None, None, None, js=REFUSED)
        cancel.click(lambda: None, None, self.field, cancels=events, **QUIET)
        said_in, shown = [language, net, self.uploads, example], [self.row, self.part]
        gr.on([language.change, net.change], _show, said_in, shown, **QUIET)
        example.change(_leave, said_in, shown, **QUIET)

    def again(
        self, language: str, net: str, uploads: Uploads, former: Upload | None
    ) -> tuple[Photo, dict[Component, object]]:
        """The picture that was on screen before, or else the one chosen last, and what to set for it.

        Raises:
            ImageError: there is none, or its file is not kept any more.
        """
        if former:
            uploads = uploads.back_to(former)
        if not uploads.current:
            raise ImageError(say("link.own_missing"))
        shown = dict(zip(self.shown_in, (uploads, *_show(language, net, uploads, OWN)), strict=True))
        return uploads.current.open(), shown

    @property
    def shown_in(self) -> list[Component]:
        """The pictures, and what shows them."""
        return [self.uploads, self.row, self.part]


def build_drop_hint() -> gr.HTML:
    """What lies over the page while a file is dragged over it."""
    return gr.HTML(lasting(lambda: f"<div id='drop'><p>{say('drop.hint')}</p></div>"), padding=False)


def _bring(language: str, net: str, uploads: Uploads, asked: int, path: str) -> list:
    speak(language)
    with refusals():
        new = read_upload(path, unquote(Path(path).name))
        if new.notices:
            gr.Info(notice(new.name, new.notices))  # the line below the viewer may be out of sight
        return _chosen(language, net, uploads.joined_by(new), asked)


def _return(language: str, net: str, uploads: Uploads, asked: int, event: gr.EventData) -> list:
    with refusals():
        return _chosen(language, net, uploads._replace(chosen=event.index), asked)


def _cut(language: str, net: str, uploads: Uploads, asked: int, event: gr.EventData) -> list:
    current = uploads.current
    with refusals():
        cut = current.whole() if event.whole else current.cut(event.top, event.left)
        return _chosen(language, net, uploads.changed(cut), asked)


def _chosen(language: str, net: str, uploads: Uploads, asked: int) -> list:
    speak(language)
    return [uploads.current.open(), asked + 1, OWN, uploads, *_show(language, net, uploads, OWN)]


def _show(language: str, net: str, uploads: Uploads, example: str) -> list:
    """The row with the current picture marked, and the part of a large one."""
    speak(language)
    current = uploads.current if example == OWN else None
    is_large = current is not None and current.is_large
    return [_row(uploads, current), gr.update(visible=is_large, **({"value": _part(current, net)} if is_large else {}))]


def _leave(language: str, net: str, uploads: Uploads, example: str) -> list:
    """The same once an example is chosen; what chose an own picture has shown it, and may have been moved since."""
    return [gr.skip(), gr.skip()] if example == OWN else _show(language, net, uploads, example)


def _row(uploads: Uploads, current: Upload | None) -> str:
    thumbs = [(one.name, size_text(one.size), png_url(middle_square(one.small, THUMBNAIL))) for one in uploads.pictures]
    return fill(_ROW, said=words("own.row"), thumbs=thumbs, at=uploads.chosen if current else None)


def _part(upload: Upload, net: str) -> dict:
    """What part.js shows: all of the photograph, small, and where the part lies that is worked on."""
    name = shlex.quote(upload.name)
    lines = (f"downscale {name} lr.png --model {net}", f"compress {name} photo.icn")
    return {
        "file": gr.FileData(path=png_file(upload.small), mime_type="image/png").model_dump(),
        "size": upload.size, "shown": upload.shown, "at": upload.part and [upload.part.top, upload.part.left],
        "commands": "\n".join(f"python -m irn_core {line}" for line in lines),
    }  # fmt: skip
