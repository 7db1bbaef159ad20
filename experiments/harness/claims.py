"""Claims of a paper as data, and the verdict that the records give."""

import dataclasses
import math

from experiments.harness.quantities import QUANTITIES
from experiments.harness.statistics import binomial_interval, mean_interval, paired_difference, ratio_interval

VERDICTS = ("reproduced", "not reproduced", "inconclusive", "not run")


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A verdict, the reason for it, and the measured number it rests on."""

    verdict: str
    reason: str
    measured: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """What every claim has.

    Attributes:
        source: where the paper says so.
        experiment: name of the experiment that judges it.
        quantity: name in `QUANTITIES`.
        presets: presets that may judge it.
    """

    source: str
    experiment: str
    quantity: str
    presets: tuple = ("paper",)

    def judge(self, evidence):
        """Verdict from an `Evidence` (see `report.evidence`), which holds one preset's runs."""
        if evidence is None or evidence.preset is None:
            return Verdict("not run", f"no finished run; judged by preset {' or '.join(self.presets)}")
        if evidence.preset not in self.presets:
            return Verdict(
                "not run", f"preset {evidence.preset} may not judge it; preset {' or '.join(self.presets)} may"
            )
        return self._judge(evidence)

    def _values(self, evidence, variant):
        return evidence.values(variant, self.quantity)

    def number(self, value):
        """A value of the claim's quantity with its unit."""
        quantity = QUANTITIES[self.quantity]
        return f"{quantity.number(value)} {quantity.unit}".strip()

    def difference(self, value):
        """A margin or tolerance of the claim's quantity with its unit."""
        quantity = QUANTITIES[self.quantity]
        return f"{quantity.number(value)} {quantity.difference_unit}".strip()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Value(Claim):
    """A published number: reproduced if the measured interval lies within the tolerance.

    Attributes:
        variant: whose number it is.
        value: the published number, in the record's unit.
        tolerance: how far the measured mean may be off, in the same unit.
        why: where the tolerance comes from.
    """

    variant: str
    value: float
    tolerance: float
    why: str
    kind = "value"

    def statement(self, labels):
        return f"{labels[self.variant]}: {QUANTITIES[self.quantity].label.lower()} {self.number(self.value)}"

    def published(self):
        return f"{self.number(self.value)} ± {self.difference(self.tolerance)}"

    def _judge(self, evidence):
        values = self._values(evidence, self.variant)
        if not values:
            return Verdict("not run", "no finished run of this variant")
        estimate = mean_interval(list(values.values()))
        return _interval_verdict(
            estimate, self.value - self.tolerance, self.value + self.tolerance, describe(estimate, self.quantity)
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ordering(Claim):
    """`lower` has a smaller value than each of `higher`, by at least `margin`, seed by seed.

    Every pair is compared by the interval of its paired differences. The claim is reproduced if all
    pairs are (no correction is due: all have to hold), not reproduced if one is contradicted.

    Attributes:
        lower: a variant.
        higher: variants that it should lie below.
        margin: by how much, in the record's unit.
        text: the claim in words.
    """

    lower: str
    higher: tuple
    text: str
    margin: float = 0.0
    kind = "ordering"

    def statement(self, labels):
        return self.text

    def published(self):
        return f"by more than {self.difference(self.margin)}" if self.margin else "lower"

    def _judge(self, evidence):
        parts = []
        for other in self.higher:
            left, right = self._values(evidence, self.lower), self._values(evidence, other)
            estimate = paired_difference(left, right)
            if estimate is None:
                return Verdict("not run", "no seed has finished for both variants")
            parts.append((other, estimate, _interval_verdict(estimate, None, -self.margin, "")))
        measured = "; ".join(
            f"vs {evidence.labels[o]}: {describe(e, self.quantity, difference=True)}" for o, e, _ in parts
        )
        verdicts = [v.verdict for _, _, v in parts]
        for verdict in ("not reproduced", "inconclusive"):
            if verdict in verdicts:
                names = ", ".join(evidence.labels[o] for o, _, v in parts if v.verdict == verdict)
                reason = next(v.reason for _, _, v in parts if v.verdict == verdict)
                return Verdict(verdict, f"{reason} (against {names})", measured)
        return Verdict("reproduced", parts[0][2].reason, measured)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probability(Claim):
    """The probability of an event lies between two numbers, judged by counts pooled over the seeds.

    Reproduced if the exact 95 % interval (Clopper and Pearson) of the count lies between them. The
    cases are taken to be independent, within a run and between runs.

    Attributes:
        variant: whose probability it is.
        text: the claim in words.
        low, high: bounds, shares of 1; `None`: no bound on that side.
        why: where bounds that the paper does not print come from.
    """

    variant: str
    text: str
    low: float | None = None
    high: float | None = None
    why: str = ""
    kind = "probability"

    def statement(self, labels):
        return self.text

    def published(self):
        if self.low is None:
            bounds = f"at most {self.number(self.high)}"
        elif self.high is None:
            bounds = f"at least {self.number(self.low)}"
        else:
            bounds = f"{self.number(self.low)} to {self.number(self.high)}"
        return bounds + (f" ({self.why})" if self.why else "")

    def _judge(self, evidence):
        quantity = QUANTITIES[self.quantity]
        counts = [quantity.counts(record["history"]) for record in evidence.done(self.variant).values()]
        counts = [pair for pair in counts if pair]
        if not counts:
            return Verdict("not run", "no finished run of this variant")
        estimate = binomial_interval(*map(sum, zip(*counts, strict=True)))
        ends = ", ".join(quantity.number(end) for end in estimate.interval)
        cases = sum(count for count, _ in counts)
        measured = f"{self.number(estimate.mean)} [{ends}], {cases:,} of {estimate.n:,}"
        return _interval_verdict(estimate, self.low, self.high, measured)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ratio(Claim):
    """A positive quantity is so many times larger for one variant than for another, seed by seed.

    Judged by the interval of the geometric mean of the paired ratios (Student's t of their
    logarithms). Of a time until something that a run never got to only a lower bound is known: the ratio
    then has no mean, and an interval from six pairs on (`statistics.ratio_interval`).

    Attributes:
        larger, smaller: variants.
        value: the published ratio.
        low, high: what counts as reproduced; `None`: no bound on that side.
        why: where these bounds come from.
        text: the claim in words.
    """

    larger: str
    smaller: str
    value: float
    text: str
    why: str
    low: float | None = None
    high: float | None = None
    kind = "ratio"

    def statement(self, labels):
        return self.text

    def published(self):
        bounds = [f"{word} {x:g}" for word, x in (("at least", self.low), ("at most", self.high)) if x is not None]
        return f"{self.value:g} times (reproduced if {' and '.join(bounds)}: {self.why})"

    def _judge(self, evidence):
        sides = [self._bounds(evidence, variant) for variant in (self.larger, self.smaller)]
        seeds = sorted(set(sides[0]) & set(sides[1]))
        if not seeds:
            return Verdict("not run", "no seed has finished for both variants")
        pairs = [(sides[0][seed], sides[1][seed]) for seed in seeds]
        # A time that was not reached may be any larger one: the bound of the ratio is then 0 or infinity.
        lows, highs = [a[0] / b[1] for a, b in pairs], [a[1] / b[0] for a, b in pairs]
        mean, low, high = ratio_interval(lows, highs)
        parts = [f"{mean:.3g} times" if mean else _bounds_in_words(lows, highs)]
        if mean and low:
            parts[0] += f" [{low:.3g}, {high:.3g}]"
        parts[0] += f", n = {len(seeds)}"
        for variant in (self.larger, self.smaller):
            values, beyond = self._values(evidence, variant), evidence.beyond(variant, self.quantity)
            if beyond:
                parts.append(f"{evidence.labels[variant]}: {not_reached(values, beyond, self.quantity)}")
        measured = "; ".join(parts)
        above, below = self.low is None or low >= self.low, self.high is None or high <= self.high
        if above and below:
            return Verdict("reproduced", "the 95 % interval lies where the claim puts it", measured)
        if (self.low is not None and high < self.low) or (self.high is not None and low > self.high):
            return Verdict("not reproduced", "the 95 % interval excludes the claim", measured)
        reason = "the 95 % interval straddles the line"
        if (low, high) == (0, math.inf):
            reason = (
                "one pair gives no interval" if mean else "where a time is only bounded, an interval needs six pairs"
            )
        return Verdict("inconclusive", reason, measured)

    def _bounds(self, evidence, variant):
        """By seed, two numbers between which the quantity lies."""
        known = {seed: (value, value) for seed, value in self._values(evidence, variant).items()}
        open_ended = evidence.beyond(variant, self.quantity)
        return known | {seed: (least, math.inf) for seed, least in open_ended.items()}


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorseCells(Claim):
    """In how many cells of the tuning grids, one seed each, a variant does worse than another.

    It does where the quantity is larger by more than `tolerance`, and where it alone diverged. There is
    no interval: the cells are the whole grid, not a sample of it.

    Attributes:
        pairs: `(variant, other)`; each value of the grid gives a cell in which the first may do worse.
        text: the claim in words.
        tolerance: a share of the other's value.
        why: where the tolerance comes from.
        most: as many cells may be worse.
        more_than: instead of `most`, pairs among whose cells fewer are to be worse.
    """

    pairs: tuple
    text: str
    tolerance: float
    why: str
    most: int = 0
    more_than: tuple = ()
    kind = "cells"

    def statement(self, labels):
        return self.text

    def published(self):
        cells = f"at most {self.most} cells" if self.most else "no cell"
        cells = "more cells than in the comparison" if self.more_than else cells
        return f"worse by more than {100 * self.tolerance:g} % in {cells} ({self.why})"

    def _judge(self, evidence):
        cells, others = self._cells(evidence, self.pairs), self._cells(evidence, self.more_than)
        if not cells or self.more_than and not others:
            return Verdict("not run", "the grid has no finished runs of both variants")
        worse, measured = self._count(cells)
        most = self.most
        if self.more_than:
            fewer, text = self._count(others)
            measured, most = f"{measured}; in the comparison {text}", None
        holds = worse > fewer if most is None else worse <= most
        return Verdict("reproduced" if holds else "not reproduced", "counted over the whole grid", measured)

    def _count(self, cells):
        """How many cells are worse, and the counts in words."""
        worse = sum(first > other * (1 + self.tolerance) for first, other in cells)
        higher, diverged = sum(a > b for a, b in cells), [sum(math.isinf(c[i]) for c in cells) for i in (0, 1)]
        text = f"worse in {worse} of {len(cells)} cells, higher at all in {higher}"
        return worse, f"{text}; diverged {diverged[0]}, the other {diverged[1]}"

    def _cells(self, evidence, pairs):
        """Both values of each cell; infinity for a run that diverged."""
        cells, setting = [], evidence.experiment.tuning.setting
        for pair in pairs:
            first, other = (
                {r["settings"][setting]: self._value(r) for r in evidence.tuning.get(variant, ())} for variant in pair
            )
            cells += [(first[x], other[x]) for x in first if first[x] is not None and other.get(x) is not None]
        return cells

    def _value(self, record):
        if record["outcome"] == "diverged":
            return math.inf
        return QUANTITIES[self.quantity].of(record) if record["outcome"] == "done" else None


def _bounds_in_words(lows, highs):
    """What ratios are known to be that are not all known."""
    parts = [f"at least {min(lows):.3g}"] if min(lows) > 0 else []
    parts += [f"at most {max(highs):.3g}"] if max(highs) < math.inf else []
    return f"{' and '.join(parts)} times in every pair" if parts else "not known"


def not_reached(values, beyond, quantity):
    """In words, a time until something that some runs, or all, have waited for in vain."""
    quantity, runs = QUANTITIES[quantity], len(values) + len(beyond)
    waited = " or ".join(f"{least:g}" for least in sorted(set(beyond.values())))
    text = f"not reached within {waited} {quantity.unit} in {len(beyond)} of {runs} runs"
    reached = ", ".join(quantity.number(value) for _, value in sorted(values.items()))
    return f"{text}; {reached} {quantity.unit} in the others" if reached else text


def _interval_verdict(estimate, low, high, measured):
    """Verdict on "the mean lies between low and high" (`None`: no bound), by the 95 % interval."""
    if estimate.interval is None:
        return Verdict("inconclusive", "one run gives no interval", measured)
    above = low is None or estimate.low >= low
    below = high is None or estimate.high <= high
    if above and below:
        return Verdict("reproduced", "the 95 % interval lies where the claim puts it", measured)
    if (high is not None and estimate.low > high) or (low is not None and estimate.high < low):
        return Verdict("not reproduced", "the 95 % interval excludes the claim", measured)
    return Verdict("inconclusive", "the 95 % interval straddles the line", measured)


def describe(estimate, quantity, difference=False):
    """An estimate of a quantity, or of a difference of two, in words: mean, 95 % interval, number of runs."""
    quantity = QUANTITIES[quantity]
    unit = quantity.difference_unit if difference else quantity.unit
    text = f"{quantity.number(estimate.mean)} {unit}".strip()
    if estimate.interval:
        text += f" [{quantity.number(estimate.low)}, {quantity.number(estimate.high)}]"
    return f"{text}, n = {estimate.n}"


@dataclasses.dataclass(frozen=True)
class Table:
    """A published table, typed once; each cell becomes a `Value` claim.

    Attributes:
        source: its number in the paper (and the book).
        experiment: the experiment that measures it.
        columns: names in `QUANTITIES`.
        rows: published numbers by variant, in the record's unit; `None` where the table has none.
        tolerance: by column.
        why: where the tolerances come from.
    """

    source: str
    experiment: str
    columns: tuple
    rows: dict
    tolerance: dict
    why: str
    presets: tuple = ("paper",)

    def claims(self):
        return [
            Value(
                source=self.source,
                experiment=self.experiment,
                quantity=column,
                presets=self.presets,
                variant=variant,
                value=value,
                tolerance=self.tolerance[column],
                why=self.why,
            )
            for variant, values in self.rows.items()
            for column, value in zip(self.columns, values, strict=True)
            if value is not None
        ]

    def value(self, variant, column):
        """The published number, or `None`."""
        if column not in self.columns or variant not in self.rows:
            return None
        return self.rows[variant][self.columns.index(column)]
