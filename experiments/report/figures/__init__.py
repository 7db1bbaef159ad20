"""Figures, drawn from evidence. The same records give the same bytes, as SVG and PNG."""

from experiments.report.figures.curves import LearningCurves, Shares
from experiments.report.figures.style import (
    COLOURS,
    DASHES,
    MARKERS,
    STYLE,
    Figure,
    counted,
    curves_of,
    draw_mean,
    from_zero,
    legend,
    log_axis,
    save,
    style,
)
from experiments.report.figures.tuning import Sensitivity
from experiments.report.figures.values import FinalValues

__all__ = [
    "COLOURS",
    "DASHES",
    "MARKERS",
    "STYLE",
    "Figure",
    "FinalValues",
    "LearningCurves",
    "Sensitivity",
    "Shares",
    "counted",
    "curves_of",
    "draw_mean",
    "from_zero",
    "legend",
    "log_axis",
    "save",
    "style",
]
