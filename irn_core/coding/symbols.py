"""Coefficients ↔ symbols in a stream: what the network's walk over groups of coefficients calls."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from irn_core.coding.entropy import Reader, Writer
from irn_core.coding.shifts import choose_shifts
from irn_core.coding.tables import TABLES, nearest, scale_of
from irn_core.nets.icn import Coder, Coefficients
from irn_core.ops import laplace

PART = 1 << 20
"""Coefficients that are coded together. Part of the format."""
LARGEST_SYMBOL = 2**29


class Group(NamedTuple):
    """Coded coefficients, 1-D in the order of channels, rows, columns: symbols, the tables that coded them, where."""

    level: int
    channels: slice
    symbols: np.ndarray
    indices: np.ndarray
    where: np.ndarray | None


def encoder(writer: Writer, sources: list[Tensor | None], groups: list[Group] | None) -> Coder:
    """Takes each group of coefficients from the true ones, and writes its symbols; lets go of levels that are done."""

    def code(group: Coefficients) -> Tensor:
        source = sources[group.level]
        if group.channels.stop == source.shape[1]:
            sources[group.level] = None  # this is the last group of its level
        v = _chosen((source[:, group.channels] - group.mean).div_(group.step), group.where)
        del source
        log_s = _chosen(group.log_scale, group.where)
        k, indices = np.empty(v.shape, np.int32), np.empty(v.shape, np.uint8)
        for part in _parts(len(v)):
            shifts = choose_shifts(log_s[part], quantise(v[part], nearest(log_s[part])))
            indices[part] = writer.choose_tables(log_s[part], shifts)
            k[part] = quantise(v[part], indices[part])
            writer.put(k[part], indices[part])
        if groups is not None:
            where = None if group.where is None else group.where.numpy()
            groups.append(Group(group.level, group.channels, k, indices, where))
        return _coefficients(group, k)

    return code


def decoder(reader: Reader, lost: "Lost | None" = None) -> Coder:
    """Reads the symbols of each group."""

    def code(group: Coefficients) -> Tensor:
        log_s = _chosen(group.log_scale, group.where)
        k, indices = np.empty(log_s.shape, np.int32), np.empty(log_s.shape, np.uint8)
        for part in _parts(len(k)):
            indices[part] = reader.choose_tables(log_s[part])
            k[part] = reader.get(indices[part])
        if lost:
            lost.add(group, k, indices)
        return _coefficients(group, k)

    return code


def _parts(count: int) -> Iterator[slice]:
    """Slices of a group: each goes to the coder as a whole, and bounds its memory."""
    yield from (slice(start, start + PART) for start in range(0, count, PART))


class Lost:
    """Draws, for the details of each level, of what the symbols leave out, in units of the coefficients."""

    def __init__(self, levels: int, tau: float, seed: int):
        self.levels, self.tau = levels, tau
        self.generator = torch.Generator().manual_seed(seed)
        self.details: dict[int, Tensor] = {}

    def add(self, group: Coefficients, k: np.ndarray, indices: np.ndarray) -> None:
        """Draw inside the cells of the symbols k; cells are those of the tables. The low band stays as decoded."""
        if group.level == self.levels:
            return
        draw = torch.empty(k.shape)
        for part in _parts(len(k)):
            s, uniform = torch.from_numpy(scale_of(indices[part])), torch.rand(len(k[part]), generator=self.generator)
            draw[part] = laplace.draw(torch.from_numpy(k[part].astype(np.float32)), s, uniform)
        level = self.details.setdefault(group.level, torch.zeros(1, 9, *group.mean.shape[-2:]))
        level[:, group.channels] += placed(draw, group).mul_(self.tau * group.step)


def quantise(v: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """`laplace.quantise` by table, int32."""
    first, lean = (edges[indices] for edges in _edges_of_tables())
    k = laplace.quantise(torch.from_numpy(v), torch.from_numpy(first), torch.from_numpy(lean))
    return k.clamp(-LARGEST_SYMBOL, LARGEST_SYMBOL).int().numpy()


@cache
def _edges_of_tables() -> tuple[np.ndarray, ...]:
    return tuple(edges.numpy() for edges in laplace.edges(torch.from_numpy(scale_of(np.arange(TABLES)))))


def _chosen(x: Tensor, where: Tensor | None) -> np.ndarray:
    """The coefficients that are coded, 1-D, in the order of channels, rows, columns."""
    x = x[0] if where is None else x[0][:, where]
    return x.contiguous().flatten().numpy()


def placed(values: Tensor, group: Coefficients) -> Tensor:
    """1-D values, as `_chosen` gives them, back in their places, 1×C×H×W; 0 where none was coded."""
    if group.where is None:
        return values.view(group.mean.shape)
    found = torch.zeros(group.mean.shape)
    found[0][:, group.where] = values.view(len(found[0]), -1)
    return found


def _coefficients(group: Coefficients, k: np.ndarray) -> Tensor:
    return placed(torch.from_numpy(k.astype(np.float32)), group).mul_(group.step).add_(group.mean)
