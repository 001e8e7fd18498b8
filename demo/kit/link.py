"""What an address says: named parts, each read strictly; what cannot be read is told. Values only, no components."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from demo.kit.words import Said, anew, say

FOREIGN = ("__", "utm_", "fbclid", "gclid")
"""Names that hosts and other sites add to addresses begin like this; they are left alone."""
LONGEST = 40
"""So much of a text that cannot be read is repeated to the visitor."""


@dataclass(frozen=True)
class Part:
    """A part of the page's state, under `name` in an address, where `first` is left out.

    `read` takes the text, and raises ValueError with what it expected. The part counts only while all parts in `when`
    have those values; several parts may share a name if no two of them ever count together. To change a `step` is a
    step that Back undoes.
    """

    name: str
    first: object
    read: Callable[[str], object]
    when: Mapping[str, object] = field(default_factory=dict)
    step: bool = False

    def counts(self, values: Mapping[str, object]) -> bool:
        """Whether it does beside these values of other parts."""
        return all(values.get(name) == wanted for name, wanted in self.when.items())


def choice(name: str, first: object, options: Iterable[object], **rest: object) -> Part:
    """One of several, each written as its text."""
    known = {str(option): option for option in options}

    def read(text: str) -> object:
        if text not in known:
            raise ValueError(say("link.choice", options=", ".join(known)))
        return known[text]

    return Part(name, first, read, **rest)


def number(name: str, low: float, high: float, first: float | None, whole: bool = False, **rest: object) -> Part:
    """A number within limits."""

    def read(text: str) -> float:
        form = r"-?[0-9]+" if whole else r"-?[0-9]+(\.[0-9]+)?"
        if not re.fullmatch(form, text) or not low <= float(text) <= high:
            kind = say("link.whole") if whole else say("link.number")
            raise ValueError(kind.format(low=f"{low:.10g}", high=f"{high:.10g}"))
        return int(text) if whole else float(text)

    return Part(name, first, read, **rest)


def pattern(name: str, form: str, expected: Said, **rest: object) -> Part:
    """A text of a certain form, which words describe; it is left out at first."""

    def read(text: str) -> str:
        if not re.fullmatch(form, text):
            raise ValueError(anew(expected))
        return text

    return Part(name, None, read, **rest)


def read_link(query: str, parts: Sequence[Part]) -> tuple[dict[str, object], list[str]]:
    """The values of all parts that count, by name, and a sentence for each text that was no use.

    A part that others depend on stands before them in `parts`.
    """
    said = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    values: dict[str, object] = {}
    wrong: list[str] = []
    for part in parts:
        if part.counts(values):
            values[part.name] = part.first
            try:
                if part.name in said:
                    values[part.name] = part.read(said[part.name])
            except ValueError as error:
                wrong.append(_problem(part.name, said[part.name], str(error)))
    for name in said:
        if name not in values and not name.startswith(FOREIGN):
            known = any(part.name == name for part in parts)
            wrong.append(_problem(name, said[name], say("link.elsewhere") if known else say("link.unknown")))
    return values, wrong


def _problem(name: str, text: str, expected: str) -> str:
    return say("link.problem", said=_short(f"{name}={text}"), expected=expected)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
