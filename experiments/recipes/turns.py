"""What a training step costs: two nets in turns, epoch by epoch, so that both see the same machine."""

from experiments import engine
from experiments.errors import Diverged


def in_turns(own, yardstick):
    """Yield rows with the milliseconds of a step: `own` and `yardstick`. The first epoch compiles.

    Args:
        own, yardstick: trainings of as many epochs.
    """
    trainings = own, yardstick
    steps = [len(t.arrays.x) // t.plan.batch_size for t in trainings]
    rows = [engine.Session([training]).rows() for training in trainings]
    for epoch in range(1, own.plan.epochs + 1):
        took = {}
        for i in (0, 1) if epoch % 2 else (1, 0):  # who comes first changes too
            (row,) = next(rows[i])
            if isinstance(row, Diverged):
                raise row
            took[i] = row["seconds"]
        milliseconds = [1000 * took[i] / steps[i] for i in (0, 1)]
        yield {"epoch": epoch, "seconds": sum(took.values())} | dict(
            zip(("own", "yardstick"), milliseconds, strict=True)
        )
