"""Training: one interface, a small adapter per backend.

A `Session` performs a `Training`, epoch by epoch. The adapter keeps the data on the device, compiles a loop
over steps that gathers each batch by index, and evaluates without randomness. The order of the examples is a
function of (seed, epoch).
"""

from experiments.engine.inputs import Augment
from experiments.engine.probes import Probe
from experiments.engine.session import Session
from experiments.engine.task import BINARY_CLASSIFICATION, CLASSIFICATION, OWN_LOSS, REGRESSION, Task
from experiments.engine.training import Arrays, Computation, Plan, Stop, Training

__all__ = [
    "BINARY_CLASSIFICATION",
    "CLASSIFICATION",
    "OWN_LOSS",
    "REGRESSION",
    "Arrays",
    "Augment",
    "Computation",
    "Plan",
    "Probe",
    "Session",
    "Stop",
    "Task",
    "Training",
]
