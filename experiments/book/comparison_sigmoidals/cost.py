"""What a training step costs beside that of a net of tanh units."""

from custom.activations import Tanh
from experiments import engine
from experiments.book.comparison_sigmoidals.network import described
from experiments.recipes.turns import in_turns

YARDSTICK = Tanh


def train(job):
    """Return the times of a step of one net and of one of tanh units, epoch by epoch."""
    own, yardstick = (described(job, function, "normalised") for function in (job.variant[0], YARDSTICK))
    return engine.Computation(in_turns(own, yardstick), {})
