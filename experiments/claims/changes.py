"""What changed between two sets of records of a paper: verdicts, and the numbers they rest on."""

import dataclasses
import math

import numpy as np
from scipy import stats

from experiments.claims.claim import Claim, describe
from experiments.claims.comparisons import NoBetter, Ordering
from experiments.claims.evidence import gather
from experiments.claims.finding import Finding, judge, placed
from experiments.claims.published_numbers import Table
from experiments.claims.statistics import LEVEL, Estimate, mean_interval, paired_difference
from experiments.claims.verdict import Verdict


@dataclasses.dataclass(frozen=True)
class Shift:
    """One number of a claim, before and after.

    Attributes:
        against: the variant that is compared with, or "".
        before, after: its estimates; `None` where there is none.
        difference: after less before, an `Estimate` whose `n` is that of the smaller side; `None` where one lacks.
        method: how its interval came about, "paired" or "Welch"; "" where there is none.
    """

    against: str
    before: Estimate | None
    after: Estimate | None
    difference: Estimate | None = None
    method: str = ""

    @property
    def n(self):
        """How many runs each side has, in words: one number where pairs were compared."""
        if self.method == "paired":
            return str(self.difference.n if self.difference else "")
        return ", ".join("-" if side is None else str(side.n) for side in (self.before, self.after))


@dataclasses.dataclass(frozen=True)
class ClaimChange:
    """A claim with the verdicts on it, before and after, and its numbers."""

    claim: Claim
    before: Verdict
    after: Verdict
    shifts: tuple

    @property
    def changed(self):
        """Whether the verdict is another."""
        return self.before.verdict != self.after.verdict

    def shown(self, difference, text):
        """Return a difference of two estimates of the claim in words; that of two gaps is above 0 where it grew."""
        if type(self.claim).shown is Claim.shown or isinstance(self.claim, (Ordering, NoBetter)):
            return describe(difference, self.claim.quantity, text, difference=True)
        return self.claim.shown(difference, text)


@dataclasses.dataclass(frozen=True)
class FindingChange:
    """A finding with the verdicts on it, before and after, and the changes of its claims."""

    finding: Finding | Table
    before: str
    after: str
    claims: tuple

    @property
    def changed(self):
        """Whether its verdict, or one on a claim of it, is another."""
        return self.before != self.after or any(change.changed for change in self.claims)


def changes(paper, before, after):
    """Return a `FindingChange` of every finding of a paper, its tables among them.

    The numbers of a claim are compared seed by seed where both sides have the same seeds, on the same backend, data and
    protocol; else as those of independent runs, which makes the interval too wide where they share some.

    Args:
        paper: a `Paper`, whose findings of today judge both.
        before, after: its records in two places.
    """
    sides = [{e.name: gather(paper, e, records) for e in paper.experiments} for records in (before, after)]
    pairs = zip(*(judge(paper, evidence) for evidence in sides), strict=True)
    return [
        FindingChange(
            old.finding,
            old.verdict,
            new.verdict,
            tuple(
                ClaimChange(claim, was, now, _shifts(claim, was, now, sides))
                for (claim, was), (_, now) in zip(old.claims, new.claims, strict=True)
            ),
        )
        for old, new in pairs
    ]


def _shifts(claim, was, now, sides):
    parts = [{part.against: part for part in verdict.parts} for verdict in (was, now)]
    evidence = [side[placed(claim, side).experiment] for side in sides]
    seeds = [_by_seed(claim, each) for each in evidence]
    pair = evidence[0].group is not None and evidence[0].group == evidence[1].group
    found = []
    for against in dict.fromkeys([*parts[0], *parts[1]]):
        both = [side.get(against) for side in parts]
        values = [of_side.get(against, {}) for of_side in seeds]
        before, after = (part and part.estimate for part in both)
        found.append(Shift(against, before, after, *_difference(before, after, values, pair)))
    return tuple(found)


def _by_seed(claim, evidence):
    """Return, by the variant that is compared with, what each seed alone gives for the claim's number."""
    found = {}
    if evidence.preset is None:
        return found
    for seed in sorted({seed for runs in evidence.runs.values() for seed in runs}):
        of_seed = {v: {seed: runs[seed]} for v, runs in evidence.runs.items() if seed in runs}
        for part in claim.measure(dataclasses.replace(evidence, runs=of_seed)).parts:
            if part.estimate.mean is not None:
                found.setdefault(part.against, {})[seed] = part.estimate.mean
    return found


def _difference(before, after, values, pair):
    """Return the estimate of a difference of two estimates, and its method; `None` where one of them has no number.

    Args:
        before, after: the estimates, or `None`.
        values: of each, what its seeds alone give.
        pair: whether the runs of a seed may be paired.
    """
    if before is None or after is None or before.mean is None or after.mean is None:
        return None, ""
    whole = [_is_mean_of(each, list(own.values())) for each, own in zip((before, after), values, strict=True)]
    if pair and all(whole) and set(values[0]) == set(values[1]) and before.n > 1:
        return paired_difference(values[1], values[0]), "paired"
    sides = []
    for estimate, own, complete in zip((before, after), values, whole, strict=True):
        if estimate.error is None and complete and len(own) > 1:  # a share, whose interval is not Student's
            estimate = mean_interval(list(own.values()))
        sides.append(estimate)
    if all(side.error is not None for side in sides):
        return welch(*sides), "Welch"
    return Estimate(after.mean - before.mean, min(before.n, after.n)), ""


def _is_mean_of(estimate, values):
    """Tell whether an estimate is the mean of what each seed alone gives; one over the cells of a map is not."""
    return len(values) == estimate.n and math.isclose(estimate.mean, float(np.mean(values)), abs_tol=1e-12)


def welch(before, after, confidence=1 - LEVEL):
    """Return the difference of two means of independent runs, after less before, with the interval of Welch.

    Args:
        before, after: `Estimate`s with standard errors.
        confidence: coverage of the interval if the runs of both are normally distributed, of whatever variances.
    """
    mean, n = after.mean - before.mean, min(before.n, after.n)
    squares = [(side.error**2, side.n - 1) for side in (before, after)]
    error = math.hypot(before.error, after.error)
    if error == 0:
        return Estimate(mean, n, mean, mean, 0.0)
    degrees = error**4 / sum(square**2 / freedom for square, freedom in squares)
    half = float(stats.t.ppf((1 + confidence) / 2, degrees)) * error
    return Estimate(mean, n, mean - half, mean + half, error)
