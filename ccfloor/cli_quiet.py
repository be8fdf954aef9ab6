"""Keeps what libraries written in C print by themselves out of a command's own output."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def libraries_aside() -> Iterator[None]:
    """Until its end, what C code prints to stdout goes to stderr: HiGHS 1.12 lets out a line of its debugging
    now and then (its issue 2783), which would stand in the midst of ``--json``.

    It is the whole process' stdout, so it is for commands alone. Where stdout is closed nothing is moved.
    """
    if sys.__stdout__ is None or sys.__stderr__ is None:
        yield
        return
    sys.__stdout__.flush()
    own, aside = sys.__stdout__.fileno(), sys.__stderr__.fileno()
    kept = os.dup(own)
    os.dup2(aside, own)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C holds back would come out after all
        os.dup2(kept, own)
        os.close(kept)
