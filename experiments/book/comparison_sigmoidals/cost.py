"""What a training step costs: two nets that differ in their function, in turns, so that both see the same machine."""

from custom.activations import Tanh
from experiments import engine
from experiments.book.comparison_sigmoidals.network import described
from experiments.errors import Diverged

YARDSTICK = Tanh


def train(job):
    """Return the times of a step of one net and of one of tanh units, epoch by epoch."""
    return engine.Computation(in_turns(job), {})


def in_turns(job):
    """Yield rows with the milliseconds of a step: `own` and `yardstick`. The first epoch compiles."""
    trainings = [described(job, function, "normalised") for function in (job.variant[0], YARDSTICK)]
    steps = [len(t.arrays.x) // t.plan.batch_size for t in trainings]
    rows = [engine.Session([training]).rows() for training in trainings]
    for epoch in range(1, job.settings.epochs + 1):
        took = {}
        for i in (0, 1) if epoch % 2 else (1, 0):  # who comes first changes too
            (row,) = next(rows[i])
            if isinstance(row, Diverged):
                raise row
            took[i] = row["seconds"]
        own, yardstick = (1000 * took[i] / steps[i] for i in (0, 1))
        yield {"epoch": epoch, "seconds": took[0] + took[1], "own": own, "yardstick": yardstick}
