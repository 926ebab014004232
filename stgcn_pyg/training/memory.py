"""Memory that a training frees and needs again a moment later."""

import ctypes
import platform

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1
"""What glibc's ``mallopt`` calls the size from which it maps memory anew, and what it holds back at most."""

MOST = 2**31 - 1


def keep_freed_memory(most: int = MOST) -> bool:
    """Have this process keep what it frees, pieces of up to ``most`` bytes, for its next use.

    glibc hands blocks of more than 32 MB back to the system as soon as they are freed, and fetches fresh pages for
    the next one. A training step frees and takes as much again and again, and can spend much of its time on it.
    The process then holds on to the most that it has needed, up to gaps.

    Returns:
        Whether it will; other C libraries do as they do.

    Example:
        >>> keep_freed_memory() == (platform.libc_ver()[0] == "glibc")
        True
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(MMAP_THRESHOLD, most)) and bool(mallopt(TRIM_THRESHOLD, min(2 * most, MOST)))
