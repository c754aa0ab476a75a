"""How this process takes memory and gives it back: with glibc both are worth a word, elsewhere nothing happens.

A run of a detector takes and frees 100 MB in large pieces. By default glibc fetches each from the system and hands it
back at once, and the system clears it page by page: YuNet at 960 px took 26 to 54 ms that way, 22 ms with memory kept.
One heap for all threads, because only that one gives all back when models rest (58 MB instead of 124 after YuNet).
"""

import ctypes
import ctypes.util
import gc
from functools import cache

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD, MOST_HEAPS = -1, -2, -3, -8  # glibc's malloc.h
LARGEST_BYTES = 256 << 20  # larger pieces than any model takes still come and go one by one
KEPT_BYTES, STEP_BYTES = 512 << 20, 16 << 20


def keep_freed() -> None:
    """Memory that is freed stays with the process until `give_back`."""
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(MOST_HEAPS, 1)
        mallopt(MMAP_THRESHOLD, LARGEST_BYTES)
        mallopt(TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(TOP_PAD, STEP_BYTES)


def give_back() -> None:
    """All that is free goes to the system."""
    gc.collect()
    trim = getattr(_libc(), "malloc_trim", None)
    if trim is not None:
        trim(0)


@cache
def _libc() -> ctypes.CDLL | None:
    library = ctypes.util.find_library("c")
    return ctypes.CDLL(library) if library else None
