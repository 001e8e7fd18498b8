"""Files in the folder that Gradio serves from: written once, and never seen half."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


class _Paths(set):
    """A set of paths that may grow while Gradio, in a thread of its own, walks through it."""

    def __iter__(self):
        return iter(self.copy())


SERVED = _Paths()
"""What was written. Of most of it Gradio sees only an address inside HTML, so its delete_cache has to be told."""


def write_once(path: Path, write: Callable[[BinaryIO], object]) -> str:
    """Return the path, named by its content, of a file that `write` fills if it is not there yet."""
    SERVED.add(str(path))
    try:
        os.utime(path)  # restarts the age that Gradio's delete_cache goes by
        return str(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    # Write aside and rename, so that another request never serves half a file.
    descriptor, partial = tempfile.mkstemp(suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            write(stream)
        os.replace(partial, path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return str(path)
