"""The lesson on an example, computed while nobody asks for anything, so that whoever opens it never waits."""

from collections.abc import Callable
from functools import partial

from demo import examples
from demo.kit.work import idle
from demo.learn.chapter import found_by
from demo.learn.chapters import CHAPTERS
from demo.learn.chapters.quiz import tasks
from demo.photo import Photo


def prepare(name: str) -> None:
    """Hand in all chapters and the quiz for an example; those that are known take no time."""
    for job in (*(partial(found_by, chapter) for chapter in CHAPTERS), tasks):
        idle(partial(_on_example, job, name))


def _on_example(job: Callable[[Photo], object], name: str) -> None:
    job(Photo(examples.example(name), name))
