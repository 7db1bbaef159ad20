"""Standard streams that cannot stop a training: closed, full, or read by nobody any more."""

import contextlib
import os
import select
import sys
from collections.abc import Iterator
from typing import TextIO

PIECE = 1024  # characters that are written at once: what a pipe that has room takes without waiting
WAIT = 1.0  # seconds for a reader who is slow, as a pager is; then a line is dropped


def open_closed() -> None:
    """Open standard streams that were closed, on nothing: else the next file that is opened takes their place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            while (opened := os.open(os.devnull, os.O_RDWR)) < number:  # a lower one that is closed too
                pass
            if opened > number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


class Steady:
    """A text stream to which writing never fails, and never waits for long; what cannot be written is dropped."""

    def __init__(self, stream: TextIO):
        self.stream, self.wait = stream, WAIT
        try:
            self.number = stream.fileno()
        except (OSError, ValueError, AttributeError):
            self.number = None

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write a text; return its length, whatever became of it."""
        with contextlib.suppress(OSError, ValueError):
            for start in range(0, len(text), PIECE):
                if not self._ready():
                    break
                self.stream.write(text[start : start + PIECE])
                self.stream.flush()
        return len(text)

    def flush(self) -> None:
        """Do nothing that can fail."""
        with contextlib.suppress(OSError, ValueError):
            if self._ready():
                self.stream.flush()

    def _ready(self) -> bool:
        """Tell whether the stream takes a text now; wait for it a little, unless that was in vain before."""
        if self.number is None:
            return True
        try:
            ready = bool(select.select([], [self.number], [], self.wait)[1])
        except (OSError, ValueError):  # on Windows it is for sockets only
            return True
        self.wait = WAIT if ready else 0.0
        return ready


@contextlib.contextmanager
def steady(*names: str) -> Iterator[None]:
    """Make standard streams, by name, steady while the block lasts."""
    before = {name: getattr(sys, name) for name in names}
    for name, stream in before.items():
        setattr(sys, name, Steady(stream))
    try:
        yield
    finally:
        for name, stream in before.items():
            setattr(sys, name, stream)


def finish() -> None:
    """Write out what is buffered; what that fails for is given up, so that the interpreter ends without a complaint.

    Raises:
        OSError: the standard output could not be written.
    """
    failed = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except ValueError:  # closed
            pass
        except OSError as error:
            failed = failed or (error if stream is sys.stdout else None)
            with contextlib.suppress(OSError, ValueError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, stream.fileno())
                os.close(nothing)
    if failed:
        raise failed
