"""HTML by Jinja2, which escapes whatever is put into a template unless it is HTML already."""

import jinja2
from markupsafe import Markup

_ENVIRONMENT = jinja2.Environment(
    autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
)


def template(source: str) -> jinja2.Template:
    """A template; a value that is missing when it is filled is an error."""
    return _ENVIRONMENT.from_string(source)


def fill(source: jinja2.Template, **values: object) -> Markup:
    """The filled template, which another template takes as HTML."""
    return Markup(source.render(**values))
