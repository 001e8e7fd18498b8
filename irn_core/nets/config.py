"""The shape of a network as a record that weights files keep as JSON."""

from dataclasses import asdict
from typing import TypeVar

Shape = TypeVar("Shape", bound="NetConfig")


class NetConfig:
    """Turns a frozen dataclass of numbers and tuples of numbers into a dictionary for JSON, and back."""

    @classmethod
    def from_dict(cls: type[Shape], values: dict) -> Shape:
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})

    def to_dict(self) -> dict:
        return asdict(self)
