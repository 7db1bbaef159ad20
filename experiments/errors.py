"""Errors that end in one line for the user, and the exit code each one means."""

import difflib
import sys

LINE = 280  # characters of the line in which an error ends, without what the command puts before it
QUOTE = 60  # characters that are quoted of what came in


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


def printable(text):
    """Return a text with its control characters escaped: line breaks, what a terminal obeys, halves of characters."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(text))


def quoted(text, most=QUOTE):
    """Return what came in as an error quotes it: printable, and its beginning only where it is long."""
    shown = printable(str(text)[: most + 1])
    return shown if len(shown) <= most else f"{shown[:most]}…"


def line(error):
    """Return an error as one line of bounded length: of a long one, its beginning and its end."""
    text = printable(error)
    return text if len(text) <= LINE else f"{text[: LINE - 103]} … {text[-100:]}"


def described(error):
    """Return an error of the operating system in words: what it is, and of which file."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{reason}: {error.filename}" if error.filename is not None else reason


def nearest(name, known):
    """Return the nearest known name in words, or all of them where none is near."""
    known = [str(k) for k in known]
    close = difflib.get_close_matches(str(name)[:QUOTE], known, n=1, cutoff=0.4)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(known)}."


def unknown(kind, name, known):
    """Return a `UsageError` that names the nearest known name."""
    return UsageError(f"Unknown {kind}: '{quoted(name)}'. {nearest(name, known)}")


def warn(text):
    """Say on standard error, in one line, what does not stop the command."""
    print(f"experiments: {printable(text)}", file=sys.stderr)
