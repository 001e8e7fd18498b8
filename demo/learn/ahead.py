"""The lesson on a picture, computed while nobody asks for anything, so that whoever opens it never waits."""

from functools import partial

from demo.kit.work import idle
from demo.learn.chapter import found_by
from demo.learn.chapters import CHAPTERS
from demo.learn.chapters.quiz import tasks
from demo.photo import Photo


def prepare(photo: Photo) -> None:
    """Hand in all chapters and the quiz; those that are known take no time."""
    for job in (*(partial(found_by, chapter) for chapter in CHAPTERS), tasks):
        idle(partial(job, photo))
