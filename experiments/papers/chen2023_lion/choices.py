"""Claims on what a search finds: the ratio of the best settings, how much worse the rest of the space is."""

import dataclasses
import math

import numpy as np
from scipy import stats

from experiments.claims import Alike, Claim, Lower, Measured, Ordering, Part, Quantity, Reason, on_ratios
from experiments.claims.ratios import describe_ratio
from experiments.claims.statistics import LEVEL, Estimate, mean_interval
from experiments.claims.verdict import between, compare

SETTINGS = {
    "rate": lambda rate, decay: rate,
    "decay": lambda rate, decay: decay,
    "product": lambda rate, decay: rate * decay,
}


def reach_of(finals):
    """Return by how much two single runs of the same settings may differ: the 95 % interval of a new difference.

    Args:
        finals: what the runs of a few seeds have; `None` is returned for fewer than two.
    """
    if len(finals) < 2:
        return None
    return float(stats.t.ppf(1 - LEVEL / 2, len(finals) - 1) * np.std(finals, ddof=1) * math.sqrt(2))


def near_best(cells, reach):
    """Return the values of a grid that the spread between seeds does not tell from the best one, the best first."""
    order = sorted((error, value) for value, error in cells.items() if math.isfinite(error))
    return [value for error, value in order if error <= order[0][0] + reach]


@dataclasses.dataclass(frozen=True, kw_only=True)
class RatioOfBest(Claim):
    """A setting of the best trial of one search, by that of another: between `low` and `high`.

    The interval is that of all ratios of trials that may be the best: those whose error is above the lowest by no more
    than two runs of one setting differ (`reach_of` the runs that count). A search finds its best place no closer than
    its trials lie to each other, so that each end is further out by the side of a cell: with n trials in a space of
    two settings, each over a factor `width`, that is a factor `width^(1 / sqrt(n))`, half a side for each search; for
    a product of both settings twice as much.

    Attributes:
        first, second: variants.
        setting: a name of `SETTINGS`.
        low, high: the published range of the ratio.
        spread: the quantity of the runs that count whose spread between seeds is taken.
        width: of the space, a factor.
        direction: whether the claim is first of all that the ratio is above 1, where the range lies.
        sizes: presets that may judge the range.
    """

    first: str
    second: str
    setting: str
    low: float
    high: float
    spread: Quantity
    width: float
    direction: bool = True
    sizes: tuple = ("paper",)
    kind = "ratio of the best"
    naming = ("first", "second")

    def published(self, text):
        return text.phrase("between", low=self.low, high=self.high)

    def shown(self, estimate, text):
        return describe_ratio(estimate, text, self.first, self.second)

    def yardstick(self):
        return on_ratios(low=math.log(self.low), high=math.log(self.high))

    def measure(self, evidence):
        if not all(evidence.whole(variant, self.quantity) for variant in (self.first, self.second)):
            return Measured(missing=Reason("not_whole"))
        found, counts = [], []
        for variant in (self.first, self.second):
            reach = reach_of(list(evidence.values(variant, self.spread).values()))
            if reach is None:
                return Measured(missing=Reason("no_spread"))
            near = near_best(evidence.cells(variant, self.quantity), reach)
            found.append([math.log(SETTINGS[self.setting](*value)) for value in near])
            counts.append(len(near))
        trials = len(evidence.cells(self.first, self.quantity))
        side = math.log(self.width) / math.sqrt(trials) * (2 if self.setting == "product" else 1)
        (first, second), mean = found, found[0][0] - found[1][0]
        low, high = min(first) - max(second) - side, max(first) - min(second) + side
        best = [math.exp(values[0]) for values in found]
        note = Reason.of("near_best", best=best[0], other=best[1], near=counts[0], others=counts[1], trials=trials)
        return Measured((Part(Estimate(mean, trials, low, high), notes=(note,)),))

    def decide(self, measured, evidence, p):
        (part,) = measured.parts
        estimate, ends = part.estimate, (math.log(self.low), math.log(self.high))
        cannot = Reason.of("search_cannot_tell", trials=estimate.n)
        if not self.direction:
            verdict, reason = between(estimate, *ends)
            return verdict, ((reason, cannot) if verdict == "open" else (reason,))
        if estimate.low > 0:
            if evidence.preset not in self.sizes:
                return "direction only", (Reason("size_needs_scale"),)
            verdict, reason = between(estimate, *ends)
            wide = Reason("size_too_wide" if verdict == "open" else "size_excluded")
            return ("reproduced", (reason,)) if verdict == "reproduced" else ("direction only", (wide,))
        if estimate.high < 0:
            return "not reproduced", (Reason("other_side"),)
        return "open", (Reason("straddles"), cannot)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MoreRobust(Lower):
    """Over its space, one optimizer's trials lie less far above its best one than another's do above its own.

    Trials are paired by their place in the spaces, which is the same in both; a place has the mean of several
    searches. Student's t over the places. A trial that diverged has the error of guessing.

    Attributes:
        pairs: `(variant, the one that is the more robust)`, a pair for each search.
        guessing: the error of guessing, in the record's unit.
    """

    pairs: tuple
    guessing: float
    kind = "robust"

    def variants(self):
        return tuple(variant for pair in self.pairs for variant in pair)

    def measure(self, evidence):
        if not all(evidence.whole(variant, self.quantity) for variant in self.variants()):
            return Measured(missing=Reason("not_whole"))
        first, second = (np.mean([self.excess(evidence, pair[i]) for pair in self.pairs], axis=0) for i in (0, 1))
        found = mean_interval(first - second)
        means = dict(first=self.difference(float(first.mean())), second=self.difference(float(second.mean())))
        note = Reason.of("excess", places=len(first), **means)
        return Measured((Part(found, notes=(note,)),), p=found.p_value())

    def excess(self, evidence, variant):
        """Return by how much each trial of a search lies above the best, in the order of the places."""
        cells = evidence.cells(variant, self.quantity)
        values = evidence.experiment.tuning.values(evidence.preset, variant)
        errors = np.array([cells[value] for value in values])
        errors[~np.isfinite(errors)] = self.guessing
        return errors - errors.min()

    def decide(self, measured, evidence, p):
        verdict, reason = compare(measured.parts[0].estimate, p)
        return verdict, (reason,)


class _OnImageNet:
    """A claim on ImageNet, which no run here may judge: the numbers on CIFAR-10 stand beside it."""

    def judged(self, evidence):
        return False

    def judge(self, evidence, p=None, measured=None):
        return dataclasses.replace(super().judge(evidence, p, measured), reasons=(Reason("only_imagenet"),))


@dataclasses.dataclass(frozen=True, kw_only=True)
class LowerOnImageNet(_OnImageNet, Ordering):
    """An `Ordering` of the paper on ImageNet."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlikeOnImageNet(_OnImageNet, Alike):
    """An `Alike` of the paper on ImageNet."""
