"""The address follows the page, and the page an address: which component holds which part of a link.

The browser writes the address (`web/link.js`), so it costs no request; the server reads it (`link.py`). What only the
browser knows, how the viewer looks at the pictures, it hands on as text.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import gradio as gr
from gradio.components import Component

from demo.kit.events import QUIET
from demo.kit.html import fill, template
from demo.kit.limits import clean, limit
from demo.kit.link import Part, choice, pattern, read_link
from demo.kit.viewer import VIEWS, read_web
from demo.kit.words import lasting, say, words


class Held(NamedTuple):
    """A part of links, and the component that holds it; without one, the viewer does.

    `names` are the texts of values that links call otherwise. `show` gives from the values of all parts the
    components to set, where setting the value is not all; they are `component` and `others`.
    """

    part: Part
    component: Component | None = None
    names: Mapping[object, object] | None = None
    show: Callable[[dict[str, object]], dict[Component, object]] | None = None
    others: Sequence[Component] = ()

    def shown(self, values: dict[str, object]) -> dict[Component, object]:
        """The components to set, from the values of all parts."""
        return self.show(values) if self.show else {self.component: values[self.part.name]}

    @property
    def row(self) -> dict[str, object]:
        """What the browser needs to know of it."""
        part = self.part
        return {"name": part.name, "first": part.first, "when": part.when, "step": part.step, "names": self.names}


def viewer_links(mode: str, keys: Sequence[str]) -> list[Held]:
    """How the viewer looks at the pictures of a mode, under `keys` and as draws."""
    when, forms = {"mode": mode}, "|".join((*keys, "draw-[1-9][0-9]?"))
    known = say("link.choice", options=", ".join((*keys, "draw-1", "draw-2", "…")))
    parts = (
        choice("view", None, VIEWS, when=when),
        pattern("a", forms, known, when=when),
        pattern("b", forms, known, when=when),
        pattern("zoom", "fit|[1-9][0-9]{0,3}", say("link.zoom"), when=when),
        pattern("at", "[0-9]{1,5},[0-9]{1,5}", say("link.at"), when=when),
    )
    return [Held(part) for part in parts]


_NOTICE = template("""
<div class="notice" role="status"><div>{{ intro }}
{% for problem in problems %}<br>{{ problem }}{% endfor %}
</div><button type="button" aria-label="{{ close }}" onclick="this.parentElement.remove()">×</button></div>""")
_COPY = template(read_web("link.html"))


class Address:
    """The components that tie a page to its address, and `held`, what there is to say."""

    def __init__(self):
        self.copy = gr.HTML(lasting(lambda: fill(_COPY, said=words("link.copy"))), elem_id="link", padding=False)
        self.query, self.seen = limit(gr.Textbox(visible=False), "() => location.search"), gr.Textbox(visible=False)
        self.back = gr.Button(elem_classes="unseen", elem_id="restore")

    def build_notice(self) -> None:
        """Where it is told what was wrong with a link."""
        self.told = gr.HTML(visible=False, elem_id="link-told")

    def follow(self, held: Sequence[Held]) -> None:
        """Let the address follow the controls.

        To be called before slower listeners are made: Gradio runs those of one event in order, each to its end.
        """
        self.held = sorted(held, key=lambda one: one.component is None)  # the browser has the viewer's values last
        controls = [one for one in self.held if one.component]
        self.components = [one.component for one in controls]
        self.rows, self.cleaned = json.dumps([one.row for one in self.held]), clean(self.components)
        write = f"(...held) => pageLink.write({self.rows}, ({self.cleaned})(...held))"
        gr.on([component.change for component in self.components], None, self.components, None, js=write)

    def restore(self, load: Callable, run: Callable, inputs: Sequence[Component], outputs: Sequence[Component]) -> None:
        """When the page is loaded, and at Back, let `run` set it from the address and the inputs."""
        asked = [self.query, *inputs]
        others = (other for one in self.held for other in one.others)
        restored = gr.on(
            [load, self.back.click], run, asked,
            list(dict.fromkeys([self.told, self.query, self.seen, *self.components, *others, *outputs])),
            js=clean(asked), trigger_mode="always_last", **QUIET,
        )  # fmt: skip
        js = f"(query, seen, ...held) => pageLink.restored({self.rows}, query, seen, ({self.cleaned})(...held))"
        restored.then(None, [self.query, self.seen, *self.components], None, js=js)

    def read(self, query: str) -> tuple[dict[str, object], list[str]]:
        """The values of all parts of an address, by name, and what was wrong with it."""
        return read_link(query, [one.part for one in self.held])

    def shown(self, query: str, values: dict[str, object], wrong: Sequence[str]) -> dict[Component, object]:
        """The components to set for the values of an address, and what was wrong with it."""
        live = [one for one in self.held if one.part.counts(values)]
        seen = {one.part.name: values[one.part.name] for one in live if not one.component}
        told = fill(_NOTICE, intro=say("link.intro"), problems=wrong, close=say("link.close"))
        shown = {self.query: query, self.told: gr.update(value=told, visible=bool(wrong))}
        shown[self.seen] = json.dumps({name: text for name, text in seen.items() if text is not None})
        for one in live:
            if one.component:
                shown |= one.shown(values)
        return shown
