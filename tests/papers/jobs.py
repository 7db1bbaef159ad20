"""A job of a paper's experiment, as the runner would make it, and its rows, without a store."""

import keras

from experiments import data, engine
from experiments.spec import Job


def job(paper, experiment, variant, preset="quick", seed=0, **changes):
    """Return a `Job` under a preset, with some settings changed."""
    found = paper.experiment(experiment)
    settings = found.settings(preset, variant).but(**changes)
    return Job(found, settings, seed, data.load(settings.data))


def rows(training):
    """Perform a `Training` or a `Computation`; return its rows. A run that diverges raises."""
    if isinstance(training, engine.Computation):
        return list(training.rows)
    compiler = "graph" if keras.backend.backend() == "tensorflow" else "auto"  # compiles in half the time
    found = []
    for (cell,) in engine.Session([training], compiler=compiler).rows():
        if isinstance(cell, Exception):
            raise cell
        found.append(training.recorded(cell))
    return found


def trained(paper, experiment, variant, preset="quick", seed=0, **changes):
    """Return the rows of an experiment's job."""
    asked = job(paper, experiment, variant, preset, seed, **changes)
    return rows(asked.experiment.train(asked))
