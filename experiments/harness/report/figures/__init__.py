"""Figures, drawn from evidence. The same records give the same bytes, as SVG and PNG."""

from experiments.harness.report.figures.base import COLOURS, DASHES, MARKERS, STYLE, log_axis, save, style
from experiments.harness.report.figures.curves import LearningCurves, PublishedCurves, Shares
from experiments.harness.report.figures.grids import HeatMaps, Sensitivity, TuningPanels
from experiments.harness.report.figures.values import FinalValues, Outcomes

__all__ = [
    "COLOURS",
    "DASHES",
    "MARKERS",
    "STYLE",
    "FinalValues",
    "HeatMaps",
    "LearningCurves",
    "Outcomes",
    "PublishedCurves",
    "Sensitivity",
    "Shares",
    "TuningPanels",
    "log_axis",
    "save",
    "style",
]
