"""Domains of settings: which values there are of each, and how a text is read as one."""

import ctypes
import dataclasses
import itertools
import json
import math

from experiments.errors import UsageError, quoted


class Refused(Exception):
    """A value outside a domain; the message says what would do, as the rest of a sentence that quotes it."""


@dataclasses.dataclass(frozen=True)
class Integer:
    """Integers from `low` to `high`."""

    low: int
    high: int
    type = int

    @property
    def example(self):
        """A value, for messages."""
        return str(self.low)

    def read(self, text):
        """Return the value that a text stands for."""
        return self.checked(parsed(text))

    def checked(self, value):
        """Return a value in the form in which records hold it.

        Raises:
            Refused: it is outside.
        """
        _typed(self, value)
        _bounded(self, value)
        return value


@dataclasses.dataclass(frozen=True)
class Real:
    """Finite numbers; strict bounds hold for what is left of a number in 32 bits, in which networks compute."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    type = float
    example = "0.1"

    def read(self, text):
        """Return the value that a text stands for."""
        return self.checked(parsed(text))

    def checked(self, value):
        """Return a value in the form in which records hold it: an integer as a float, and one zero."""
        if type(value) is int:
            value = float(value) if abs(value) < 1e300 else math.inf
        _typed(self, value)
        single = ctypes.c_float(value).value
        if not math.isfinite(single):
            raise Refused(". Expected a finite number, in 32 bits too.")
        if self.above is not None and single <= self.above:
            raise Refused(f". Expected above {self.above:g}.")
        if self.below is not None and single >= self.below:
            raise Refused(f". Expected below {self.below:g}.")
        _bounded(self, value)
        return value + 0.0


@dataclasses.dataclass(frozen=True)
class Flag:
    """`true` or `false`."""

    type = bool
    example = "true"

    def read(self, text):
        """Return the value that a text stands for."""
        return self.checked(parsed(text))

    def checked(self, value):
        """Return the value."""
        _typed(self, value)
        return value


@dataclasses.dataclass(frozen=True)
class Choice:
    """Some texts."""

    names: tuple
    type = str

    @property
    def example(self):
        """A value, for messages."""
        return self.names[0]

    def read(self, text):
        """Return the text."""
        return self.checked(text)

    def checked(self, value):
        """Return the text."""
        if value not in self.names:
            raise Refused(f". Expected {_listed(self.names)}.")
        return value


@dataclasses.dataclass(frozen=True)
class Name:
    """A text that another room knows: the name of a dataset."""

    type = str
    example = "digits"

    def read(self, text):
        """Return the text."""
        return self.checked(text)

    def checked(self, value):
        """Return the text."""
        _typed(self, value)
        return value


@dataclasses.dataclass(frozen=True)
class Rule:
    """Some texts, or a word and a number: `normal_0.05`."""

    names: tuple
    word: str
    number: Real
    type = str

    @property
    def example(self):
        """A value, for messages."""
        return f"{self.word}_{self.number.example}"

    def read(self, text):
        """Return the text."""
        return self.checked(text)

    def checked(self, value):
        """Return the text."""
        if value in self.names:
            return value
        word, _, number = str(value).partition("_")
        try:
            if word == self.word and isinstance(parsed(number), (int, float)):
                self.number.read(number)
                return value
        except (Refused, UsageError):
            pass
        raise Refused(f". Expected {_listed((*self.names, self.example))}.")


@dataclasses.dataclass(frozen=True)
class Listed:
    """Lists of at most `most` values of one domain; `ascending`: each larger than the one before."""

    item: Integer | Real
    most: int
    ascending: bool = False
    type = list

    @property
    def example(self):
        """A value, for messages."""
        return f"[{self.item.example}]"

    def read(self, text):
        """Return the value that a text stands for."""
        return self.checked(parsed(text))

    def checked(self, value):
        """Return a value in the form in which records hold it."""
        _typed(self, list(value) if isinstance(value, tuple) else value)
        if len(value) > self.most:
            raise Refused(f". Expected at most {self.most} numbers.")
        values = [self.item.checked(item) for item in value]
        if self.ascending and any(a >= b for a, b in itertools.pairwise(values)):
            raise Refused(". Expected numbers in ascending order.")
        return values


@dataclasses.dataclass(frozen=True)
class Maybe:
    """Values of a domain, or none: `null`."""

    domain: Integer | Real

    def read(self, text):
        """Return the value that a text stands for."""
        return None if text == "null" else self.domain.read(text)

    def checked(self, value):
        """Return a value in the form in which records hold it."""
        return None if value is None else self.domain.checked(value)


Domain = Integer | Real | Flag | Choice | Name | Rule | Listed | Maybe


def parsed(text):
    """Return the JSON value that a text stands for; the text itself where it stands for none, or has space around it.

    Raises:
        UsageError: a number that is not finite.
    """
    try:
        return json.loads(text, parse_constant=_refuse) if text.strip() == text else text
    except (ValueError, RecursionError):  # more digits, or brackets, than Python reads
        return text


def _refuse(constant):
    raise UsageError(f"Received {constant} as a setting. Expected a finite number.")


def _typed(domain, value):
    if type(value) is not domain.type:
        kind = f", of type {type(value).__name__}. Expected: {domain.type.__name__}"
        raise Refused(f"{kind}, such as {domain.example}.")


def _bounded(domain, value):
    if domain.low is not None and value < domain.low:
        raise Refused(f". Expected at least {domain.low}.")
    if domain.high is not None and value > domain.high:
        raise Refused(f". Expected at most {domain.high}.")


def _listed(names):
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def refusal(name, value, why):
    """Return the `UsageError` of a setting's value, for the reason that a domain gave."""
    return UsageError(f"Received: {quoted(name)}={quoted(value)}{why}")


# The settings that papers share. A paper states the domains of its own, or a narrower one, beside its experiments.
RATE = Real(low=0.0, below=1.0)
PERIOD = Integer(1, 100_000)  # a record has a row for each epoch, and is read at once
COMMON = {
    "data": Name(),
    "examples": Maybe(Integer(1, 100_000_000)),
    "epochs": PERIOD,
    "batch_size": Integer(1, 1_000_000),
    "learning_rate": Real(above=0.0, high=1e30),
    "drops": Listed(PERIOD, 100, ascending=True),
    "momentum": RATE,
    "l2": Real(low=0.0, high=1e6),
    "weight_decay": Real(low=0.0, high=1e6),
    "input_dropout": RATE,
    "dropout": RATE,
    "width": Real(above=0.0, high=16.0),
    "hidden": Listed(Integer(1, 16_384), 16),
    "initializer": Rule(("he_normal", "lecun_normal"), "normal", Real(above=0.0, high=100.0)),
    "precision": Choice(("float32", "tf32", "mixed_bfloat16", "mixed_float16", "float64")),
    "preprocessing": Choice(("unit", "identity", "standardize", "mean_image", "image_standardize", "gcn_zca", "words")),
    "pad": Integer(0, 1024),
    "crop": Integer(1, 1024),
    "flip": Flag(),
    # Of the sets that a training does not see; what it trains on is evaluated in any case, under its own name.
    "evaluation": Choice(("test", "validation")),
    "evaluation_every": PERIOD,
    "train_evaluation_every": PERIOD,
}
