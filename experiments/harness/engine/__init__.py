"""Training: one interface, a small adapter per backend.

`train(model, optimizer, arrays, plan)` yields one row per epoch. The adapter keeps the data on the
device, compiles a loop over steps that gathers each batch by index, and evaluates without
randomness. The order of the examples is a function of (seed, epoch).
"""

from experiments.harness.engine.base import Arrays, Plan, train
from experiments.harness.engine.inputs import Augment
from experiments.harness.engine.probes import Probe
from experiments.harness.engine.task import BINARY_CLASSIFICATION, CLASSIFICATION, OWN_LOSS, REGRESSION, Task

__all__ = [
    "BINARY_CLASSIFICATION",
    "CLASSIFICATION",
    "OWN_LOSS",
    "REGRESSION",
    "Arrays",
    "Augment",
    "Plan",
    "Probe",
    "Task",
    "train",
]
