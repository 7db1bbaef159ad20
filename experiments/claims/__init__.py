"""Findings of a paper as data, and the verdicts that the records give."""

from experiments.claims.claim import Claim, describe
from experiments.claims.comparisons import Alike, Lower, NoBetter, Ordering
from experiments.claims.evidence import Evidence, gather
from experiments.claims.finding import Finding, confirmations, judge, totals
from experiments.claims.gaps import WiderGap
from experiments.claims.over_rates import NarrowerSpread
from experiments.claims.published_numbers import Cell, Probability, Range, Table, Value
from experiments.claims.quantities import (
    MEAN_LOG_OBJECTIVE,
    OBJECTIVE,
    TEST_ERROR,
    TEST_LOSS,
    TRAIN_ERROR,
    TRAIN_LOSS,
    VALIDATION_ERROR,
    Quantity,
)
from experiments.claims.ratios import Ratio, not_reached
from experiments.claims.step_times import RELATIVE_TIME, STEP_TIME
from experiments.claims.verdict import (
    VERDICTS,
    Margin,
    Measured,
    Part,
    Reason,
    Verdict,
    Yardstick,
    on_differences,
    on_ratios,
)

__all__ = [
    "MEAN_LOG_OBJECTIVE",
    "OBJECTIVE",
    "RELATIVE_TIME",
    "STEP_TIME",
    "TEST_ERROR",
    "TEST_LOSS",
    "TRAIN_ERROR",
    "TRAIN_LOSS",
    "VALIDATION_ERROR",
    "VERDICTS",
    "Alike",
    "Cell",
    "Claim",
    "Evidence",
    "Finding",
    "Lower",
    "Margin",
    "Measured",
    "NarrowerSpread",
    "NoBetter",
    "Ordering",
    "Part",
    "Probability",
    "Quantity",
    "Range",
    "Ratio",
    "Reason",
    "Table",
    "Value",
    "Verdict",
    "WiderGap",
    "Yardstick",
    "confirmations",
    "describe",
    "gather",
    "judge",
    "not_reached",
    "on_differences",
    "on_ratios",
    "totals",
]
