"""Declarations, and the runs that they ask for. Pure: imports no Keras."""

from experiments.spec.bibliography import Citation
from experiments.spec.domains import Choice, Flag, Integer, Listed, Maybe, Real, Rule
from experiments.spec.experiment import PRESETS, Experiment, Job, Preset, Tuning
from experiments.spec.paper import INCOMPLETE_BATCHES, Deviation, Paper
from experiments.spec.request import Request
from experiments.spec.settings import Settings
from experiments.spec.text import Text

__all__ = [
    "INCOMPLETE_BATCHES",
    "PRESETS",
    "Choice",
    "Citation",
    "Deviation",
    "Experiment",
    "Flag",
    "Integer",
    "Job",
    "Listed",
    "Maybe",
    "Paper",
    "Preset",
    "Real",
    "Request",
    "Rule",
    "Settings",
    "Text",
    "Tuning",
]
