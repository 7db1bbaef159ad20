"""Declarations, and the runs that they ask for. Pure: imports no Keras."""

from experiments.spec.experiment import PRESETS, Experiment, Job, Preset, Tuning
from experiments.spec.paper import INCOMPLETE_BATCHES, Deviation, Paper
from experiments.spec.request import Request
from experiments.spec.settings import Settings
from experiments.spec.text import Citation, Text

__all__ = [
    "INCOMPLETE_BATCHES",
    "PRESETS",
    "Citation",
    "Deviation",
    "Experiment",
    "Job",
    "Paper",
    "Preset",
    "Request",
    "Settings",
    "Text",
    "Tuning",
]
