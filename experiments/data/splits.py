"""Numbers of examples that a run trains on."""

HELD_OUT = 6  # a validation set is one part in six of the training set


def training_points(settings, dataset):
    """Return how many examples a run with these settings trains on; see `recipes.classifier`."""
    if settings.get("examples") is not None:
        return settings.examples
    n = len(dataset.x_train)
    return n - n // HELD_OUT if settings.get("evaluation") == "validation" else n


def steps_per_epoch(settings, dataset):
    """Return the batches of an epoch, without the incomplete last one; a batch size of 0 is the engine's to refuse."""
    return training_points(settings, dataset) // max(1, settings.batch_size)
