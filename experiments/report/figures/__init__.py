"""Figures, drawn from evidence. The same records give the same bytes, as SVG for light and dark grounds."""

from experiments.report.figures.columns import OverColumn
from experiments.report.figures.curves import LearningCurves, Shares
from experiments.report.figures.forest import forest, forest_of, forest_rows
from experiments.report.figures.looks import COLOURS, DASHES, MARKERS, looks_of
from experiments.report.figures.overview import overview
from experiments.report.figures.pairs import PairedDifferences, SeedsToVerdict
from experiments.report.figures.rates import ByRate
from experiments.report.figures.style import (
    Figure,
    counted,
    curves_of,
    draw_mean,
    from_zero,
    legend,
    log_axis,
    name_lines,
    numerals,
    style,
    title,
)
from experiments.report.figures.svg import STYLE, export, save
from experiments.report.figures.tasks import critical_differences, performance_profile
from experiments.report.figures.tuning import Sensitivity
from experiments.report.figures.values import FinalValues

__all__ = [
    "COLOURS",
    "DASHES",
    "MARKERS",
    "STYLE",
    "ByRate",
    "Figure",
    "FinalValues",
    "LearningCurves",
    "OverColumn",
    "Sensitivity",
    "Shares",
    "counted",
    "curves_of",
    "draw_mean",
    "export",
    "forest",
    "forest_of",
    "from_zero",
    "legend",
    "log_axis",
    "looks_of",
    "name_lines",
    "numerals",
    "overview",
    "rows",
    "save",
    "style",
    "title",
    "PairedDifferences",
    "SeedsToVerdict",
    "forest_rows",
    "critical_differences",
    "performance_profile",
]
