"""Small stand-ins: a dataset, a paper whose training is a function of the test, a silent progress."""

import functools

import numpy as np

from experiments.data import Dataset, load
from experiments.spec import Citation, Experiment, Paper, Preset, Text


def small_digits(train=220, test=60):
    """The first digits: enough for an epoch of a chunk and a remainder, with batches of 4."""
    digits = load("digits")
    return Dataset(
        "digits",
        digits.x_train[:train],
        digits.y_train[:train],
        digits.x_test[:test],
        digits.y_test[:test],
        digits.classes,
        {"source": "test"},
    )


class Progress:
    """Remembers what it is told."""

    def __init__(self):
        self.trained, self.skips, self.notes = [], [], []

    def started(self, run):
        return lambda epoch, step, steps: None

    def epoch(self, run, row):
        pass

    def finished(self, run, record):
        self.trained.append((run.settings.variant, run.role, run.seed, record["outcome"]))

    def skipped(self, run, why):
        self.skips.append((run.settings.variant, run.seed, why))

    def note(self, text):
        self.notes.append(text)


def computed(function):
    """A `train` whose rows are those that the generator `function(job)` yields."""
    from experiments.engine import Computation

    @functools.wraps(function)
    def train(job):
        facts = {}
        return Computation(function(job), facts)

    return train


def rows(losses):
    """A history with these validation losses."""
    for epoch, loss in enumerate(losses, start=1):
        yield {"epoch": epoch, "objective": loss, "seconds": 0.0, "validation_loss": loss}


CITATION = Citation("A paper", "Fake, A.", "Journal", 2000, "https://example.org", "1")


def paper(train, variants=("a", "b"), seeds=2, tuning=None, domains=None, **settings):
    """A paper with one experiment, `e`, on the digits; `train` is called with the job."""
    values = {"data": "digits", "epochs": 2, "learning_rate": None if tuning else 0.1, **settings}
    presets = {"quick": Preset(values, seeds)}
    experiment = Experiment("e", dict.fromkeys(variants), train, presets, tuning, domains=domains or {})
    words = Text({"labels": {v: v.upper() for v in variants}, "experiments": {"e": "An experiment"}})
    return Paper("fake2000_test", words, CITATION, (experiment,))


def images(n, shape, seed=0):
    """Random images and labels."""
    draw = np.random.default_rng(seed)
    return draw.integers(0, 256, (n, *shape)).astype("uint8"), draw.integers(0, 10, n)
