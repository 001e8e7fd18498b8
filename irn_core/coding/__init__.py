"""Pictures as bytes: the range coder, the .icn file, and the codecs that everybody has."""

from types import ModuleType

from irn_core.errors import IRNError


def range_coder() -> ModuleType:
    """`constriction.stream`, imported when it is first needed, as some machines cannot have it.

    Raises:
        IRNError: it is not installed; the message says what that turns off, and what to do.
    """
    try:
        from constriction import stream
    except ImportError as error:
        raise IRNError(
            "compression is off, as its range coder, constriction, is not installed; everything else works. "
            "Install it (python -m pip install constriction==0.5.0), or compress on another machine: "
            "it has no wheel for Linux on ARM"
        ) from error
    return stream


def available() -> bool:
    """Whether files can be coded and decoded here."""
    try:
        range_coder()
    except IRNError:
        return False
    return True
