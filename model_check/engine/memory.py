"""Arrays in huge pages.

A search touches memory at random; with small pages most of its time would go into address
translation. Pages are handed out when first touched, so room that is not used costs nothing.
"""

import mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

HUGE_PAGE = 1 << 21  # bytes
_ADVICE = getattr(mmap, "MADV_HUGEPAGE", None)  # Linux


def zeros(count: int, dtype: DTypeLike) -> NDArray[Any]:
    """Make an array of zeros, in huge pages if it fills one."""
    size = count * np.dtype(dtype).itemsize
    if size < HUGE_PAGE or _ADVICE is None:
        return np.zeros(count, dtype)
    pages = mmap.mmap(-1, -(-size // HUGE_PAGE) * HUGE_PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(_ADVICE)
    return np.frombuffer(pages, dtype, count)


def grown(array: NDArray[Any], count: int) -> NDArray[Any]:
    """Copy ``array`` into the beginning of one of ``count`` elements."""
    bigger = zeros(count, array.dtype)
    bigger[: array.shape[0]] = array
    return bigger
