"""Files in the folder that Gradio serves from: written once, and never seen half."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_once(path: Path, write: Callable[[BinaryIO], object]) -> str:
    """Return the path, named by its content, of a file that `write` fills if it is not there yet."""
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
