"""Cut a large picture into overlapping tiles, so that memory stays bounded."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

Progress = Callable[[int, int], None]
"""Called with (tiles done, tiles in all)."""


class Window(NamedTuple):
    """A rectangle of pixels; indexing `tensor[..., w.rows, w.columns]` cuts it out."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> slice:
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.right)

    def times(self, factor: int) -> "Window":
        """The same rectangle on a grid `factor` times finer."""
        return Window(*(side * factor for side in self))

    def within(self, outer: "Window") -> "Window":
        """This rectangle in coordinates that start at the corner of `outer`."""
        return Window(self.top - outer.top, self.bottom - outer.top, self.left - outer.left, self.right - outer.left)


class Tile(NamedTuple):
    """`inner` is what the tile is responsible for, `outer` what must be seen to compute it."""

    inner: Window
    outer: Window


def tiles(height: int, width: int, side: int, halo: int) -> Iterator[Tile]:
    """Tiles of side×side pixels that cover height×width, with `halo` pixels more around each."""
    for top in range(0, height, side):
        for left in range(0, width, side):
            inner = Window(top, min(top + side, height), left, min(left + side, width))
            outer = Window(
                max(top - halo, 0),
                min(inner.bottom + halo, height),
                max(left - halo, 0),
                min(inner.right + halo, width),
            )
            yield Tile(inner, outer)
