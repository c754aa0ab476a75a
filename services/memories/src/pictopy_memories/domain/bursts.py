"""Bursts and moments: which photos of a pool were taken as one."""

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.candidate import Spread
from pictopy_memories.domain.library import Columns, Rows
from pictopy_memories.domain.looks import Alike

MOMENT_GAP_S = 20 * 60
"""A pause longer than this begins a new moment (study/algorithms.md 2.4)."""

UNITS = {Spread.DAY: "datetime64[D]", Spread.MONTH: "datetime64[M]", Spread.YEAR: "datetime64[Y]"}


def burst_of(pool: Alike) -> NDArray[np.intp]:
    """(k,) number of each photo's burst: photos that a chain of like shots links, whatever was taken in between."""
    number = np.arange(len(pool.burst), dtype=np.intp)
    linked = pool.burst | np.eye(len(number), dtype=np.bool_)
    while True:
        lowest = np.min(np.where(linked, number[None, :], len(number)), axis=1, initial=len(number))
        if np.array_equal(lowest, number):
            return np.unique(number, return_inverse=True)[1]
        number = lowest


def best_of_each(groups: NDArray[np.intp], worth: NDArray[np.float32]) -> NDArray[np.intp]:
    """The place of the worthiest member of each group, in order of the groups; the first of equals."""
    order = np.lexsort((np.arange(len(groups)), -worth, groups))
    _, first = np.unique(groups[order], return_index=True)
    best: NDArray[np.intp] = np.sort(order[first])
    return best


def scenes(columns: Columns, rows: Rows, spread: Spread) -> NDArray[np.intp]:
    """(k,) number of what each photo stands for in a story: its moment, day, month or year.

    Undated ones stand alone."""
    taken = columns.taken[rows]
    if spread is Spread.MOMENT:
        pauses = np.diff(taken.astype(np.int64)) > MOMENT_GAP_S
        number = np.concatenate([np.zeros(min(1, len(rows)), dtype=np.intp), np.cumsum(pauses)])
    else:
        number = taken.astype(UNITS[spread]).astype(np.int64).astype(np.intp)
    undated = np.isnat(taken)
    number[undated] = number[~undated].max(initial=0) + 1 + np.arange(np.count_nonzero(undated))
    return number
