"""Errors that end in one line for the user, and the exit code each one means."""

import difflib
import sys


class UsageError(Exception):
    """The command or a setting is wrong: exit code 2."""


class DeclarationError(UsageError):
    """A paper names something that does not exist; raised when the paper is imported."""


class DatasetMissing(UsageError):
    """A dataset is not on this machine; the message says how to get it."""


class Diverged(Exception):
    """Training produced a NaN or an infinity."""

    def __init__(self, epoch, quantity, value):
        super().__init__(f"{quantity} became {value} in epoch {epoch}")
        self.epoch, self.quantity, self.value = epoch, quantity, str(value)


def nearest(name, known):
    """Return the nearest known name in words, or all of them where none is near."""
    known = [str(k) for k in known]
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(known)}."


def unknown(kind, name, known):
    """Return a `UsageError` that names the nearest known name."""
    return UsageError(f"Unknown {kind}: {name!r}. {nearest(name, known)}")


def warn(text):
    """Say on standard error, in one line, what does not stop the command."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    print(f"experiments: {line}", file=sys.stderr)
