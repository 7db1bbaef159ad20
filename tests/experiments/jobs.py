"""A job of a paper's experiment, as the runner would make it, without a store."""

import keras

from experiments.harness import data
from experiments.harness.runner import Job


def job(paper, experiment, variant, preset="quick", seed=0, **changes):
    """A `Job` under a preset, with some settings changed."""
    found = paper.experiment(experiment)
    settings = found.settings(preset, variant).but(**changes)
    compiler = "graph" if keras.backend.backend() == "tensorflow" else "auto"  # compiles in half the time
    return Job(found, settings, seed, data.load(settings.data), lambda *where: None, compiler=compiler)


def rows(paper, experiment, variant, preset="quick", seed=0, **changes):
    """The rows that it yields."""
    return list(paper.experiment(experiment).train(job(paper, experiment, variant, preset, seed, **changes)))
