"""Exceptions of the core. A leaf: it imports nothing, and everything may import it."""


class IRNError(Exception):
    """Something the user can mend. The message says what came, what was expected and what to do."""


class ImageError(IRNError):
    """A file or array that cannot be used as a picture."""


class WeightsError(IRNError):
    """A weights file that is missing, damaged, or made for another network."""


class StreamError(IRNError):
    """A compressed file that is damaged, foreign, or too large."""
