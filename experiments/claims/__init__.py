"""Claims of a paper as data, and the verdict that the records give."""

from experiments.claims.claim import VERDICTS, Claim, Verdict, describe
from experiments.claims.evidence import Evidence, gather
from experiments.claims.means import Cell, Ordering, Probability, Table, Value
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

__all__ = [
    "MEAN_LOG_OBJECTIVE",
    "OBJECTIVE",
    "TEST_ERROR",
    "TEST_LOSS",
    "TRAIN_ERROR",
    "TRAIN_LOSS",
    "VALIDATION_ERROR",
    "VERDICTS",
    "Cell",
    "Claim",
    "Evidence",
    "Ordering",
    "Probability",
    "Quantity",
    "Ratio",
    "Table",
    "Value",
    "Verdict",
    "describe",
    "gather",
    "not_reached",
]
