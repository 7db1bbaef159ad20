"""Claims of a paper as data, and the verdict that the records give."""

from experiments.harness.claims.base import VERDICTS, Claim, Verdict, describe
from experiments.harness.claims.grids import BasinTilt, ChosenRatio, NoGain, WorseCells
from experiments.harness.claims.means import Ordering, Probability, Table, Value
from experiments.harness.claims.ratios import Ratio, not_reached

__all__ = [
    "VERDICTS",
    "BasinTilt",
    "ChosenRatio",
    "Claim",
    "NoGain",
    "Ordering",
    "Probability",
    "Ratio",
    "Table",
    "Value",
    "Verdict",
    "WorseCells",
    "describe",
    "not_reached",
]
