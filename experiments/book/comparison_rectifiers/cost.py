"""What a training step costs beside that of a net of ReLU."""

from custom.activations import ReLU
from experiments import engine
from experiments.book.comparison_rectifiers.network import Contender, described
from experiments.recipes.turns import in_turns

YARDSTICK = Contender(ReLU)


def train(job):
    """Return the times of a step of one net and of one of ReLU, epoch by epoch."""
    own, yardstick = (described(job, contender) for contender in (job.variant, YARDSTICK))
    return engine.Computation(in_turns(own, yardstick), {})
