"""Parts of a dataset: what trains, what is held out, what may be evaluated, and how many examples that leaves."""

from experiments.errors import UsageError

HELD_OUT = 6  # a validation set is one part in six of the training set
EVALUATED = ("test", "validation")  # what a training does not see; the set that it sees is evaluated under its own name


def evaluated(split):
    """Return the name of a split that a training does not see.

    Raises:
        UsageError: it is another.
    """
    if split not in EVALUATED:
        raise UsageError(f"Received: evaluation={split!r}. Expected {' or '.join(EVALUATED)}.")
    return split


def training_points(settings, dataset):
    """Return how many examples a run with these settings trains on; see `recipes.classifier`."""
    return _points(settings, len(dataset.x_train))


def _points(settings, n):
    if settings.get("examples") is not None:
        return settings.examples
    return n - n // HELD_OUT if settings.get("evaluation") == "validation" else n


def steps_per_epoch(settings, dataset):
    """Return the batches of an epoch, without the incomplete last one; a batch size of 0 is the engine's to refuse."""
    return training_points(settings, dataset) // max(1, settings.batch_size)


def check(settings, name, shape, n):
    """Refuse settings that ask for more than a dataset has.

    Args:
        settings: of a run.
        name: of the dataset.
        shape: of one of its examples.
        n: how many of them there are to train on.
    """
    examples, batch = settings.get("examples"), settings.get("batch_size")
    if examples is not None:
        most = n - n // HELD_OUT if "evaluation" in settings else n
        if examples > most:
            raise UsageError(f"Received: examples={examples}. Expected at most {most}, of {name}.")
    # Where neither is a setting, the paper makes its training set itself, and the engine counts it.
    if batch is not None and ("examples" in settings or "evaluation" in settings):
        most = _points(settings, n)
        if batch > most:
            raise UsageError(
                f"Received: batch_size={batch}. Expected at least 1 and at most {most} (the training set)."
            )
    crop, room = settings.get("crop"), 2 * settings.get("pad", 0)
    if crop is not None and len(shape) == 3 and crop > min(shape[:2]) + room:
        raise UsageError(f"Received: crop={crop}. Expected at most {min(shape[:2]) + room}, of {name}.")
