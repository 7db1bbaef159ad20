"""The contract of a claim: what it measures, what it says of it, and the verdict."""

import dataclasses
import datetime
import math
from collections.abc import Mapping

from experiments.claims.quantities import Quantity
from experiments.claims.statistics import LEVEL, Estimate, runs_for
from experiments.spec.experiment import EARLIER
from experiments.spec.text import Amount, bracketed

VERDICTS = (
    "reproduced",
    "direction only",
    "no such difference",
    "not reproduced",
    "open",
    "not at this scale",
    "not run",
    "confirmed",
)
ENOUGH = 3  # runs; fewer give no verdict
MOST = 200  # runs that anybody would add


@dataclasses.dataclass(frozen=True)
class Margin:
    """The largest difference that is taken for none. It judges runs that began after it was declared.

    Attributes:
        value: in the record's unit; for a ratio, a factor above 1.
        declared: day, `YYYY-MM-DD`, or minute, `YYYY-MM-DDTHH:MM` in UTC, since when it stands in the paper's folder;
            a run of that day, or minute, is not judged. "": before anything ran.
    """

    value: float
    declared: str = ""

    def __post_init__(self):
        if self.declared:
            datetime.datetime.fromisoformat(self.declared)
        if not self.value > 0:
            raise ValueError(f"Received: value={self.value!r}. Expected a margin above 0.")

    def judges(self, record):
        """Tell whether a run began late enough."""
        return record["started"][: len(self.declared) or None] > self.declared


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why a verdict is what it is, or what else is known of a number.

    Attributes:
        key: of the text's `[reasons]`.
        words: what fills its blanks, as pairs.
        about: the variant that it is about, where the place does not say so.
    """

    key: str
    words: tuple = ()
    about: str = ""

    @classmethod
    def of(cls, key, **words):
        """Return the reason of this key."""
        return cls(key, tuple(words.items()))

    def joined(self, other):
        """Return the reason that two give together, which differ in their presets alone; `None` where they do not."""
        mine, others = dict(self.words), dict(other.words)
        both = tuple(
            sorted({*mine.get("presets", ()), *others.get("presets", ())}, key=lambda name: (" " in name, name))
        )
        if (self.key, self.about) != (other.key, other.about) or mine | {"presets": both} != others | {"presets": both}:
            return None
        return dataclasses.replace(self, words=tuple({**mine, "presets": both}.items())) if both else self


@dataclasses.dataclass(frozen=True)
class Part:
    """One number that a claim rests on.

    Attributes:
        estimate: in the record's unit; for a ratio its logarithm.
        against: the variant that is compared with, or "".
        later: the same from the runs that the claim's margin may judge, or `None`.
        notes: what else is said of it, `Reason`s.
    """

    estimate: Estimate
    against: str = ""
    later: Estimate | None = None
    notes: tuple = ()


@dataclasses.dataclass(frozen=True)
class Measured:
    """What the records say of a claim: its numbers, or why there are none."""

    parts: tuple = ()
    missing: Reason | None = None
    p: float | None = None  # of its direction, where it has one


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A verdict, the reasons for it, and the numbers it rests on."""

    verdict: str
    reasons: tuple = ()
    parts: tuple = ()
    p: float | None = None

    @property
    def reason(self):
        """The first reason's key."""
        return self.reasons[0].key if self.reasons else ""


@dataclasses.dataclass(frozen=True)
class Yardstick:
    """What a claim's estimate is held against, in the estimate's unit.

    Attributes:
        unit: what is printed after a number; "times" for a ratio.
        published: the paper's number, or `None`.
        line: where there is no difference, or `None`.
        low, high: the band in which the estimate has to lie; `None`: no end on that side.
        scale: factor between the estimate and the printed number.
        ratio: whether it belongs on a logarithmic axis.
        logarithm: whether the estimate is the logarithm of what is printed.
    """

    unit: str = ""
    published: float | None = None
    line: float | None = None
    low: float | None = None
    high: float | None = None
    scale: float = 1.0
    ratio: bool = False
    logarithm: bool = False

    def printed(self, value):
        """Return a number in the estimate's unit as it is printed."""
        if value is None:
            return None
        if self.logarithm:
            return math.exp(value) if value < 700 else math.inf
        return value * self.scale


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """One checkable statement of a paper. Its words stand in the paper's text: `source`, `says` and `why`.

    Attributes:
        name: identifier, unique in the paper.
        experiment: name of the experiment that judges it.
        quantity: the `Quantity` that it is about.
        presets: presets that may judge it.
        instead: another experiment, whose preset `reduced` judges it where this one's runs may not: a scale of its
            own that carries the claim. "": none.
        stated: whether the paper states the protocol that the claim rests on. Where it does not, a contradiction
            leaves the claim open, unless two readings of the protocol agree on it.
        readings: experiments that read the protocol otherwise.
        text: key of its words; default: its name. Claims of one form share their words.
        words: what fills the blanks of its words, beside the labels of its variants, which fill those called
            as the claim's attributes.
    """

    name: str
    experiment: str
    quantity: Quantity
    presets: tuple = ("paper",)
    instead: str = ""
    stated: bool = True
    readings: tuple = ()
    text: str = ""
    words: Mapping = dataclasses.field(default_factory=dict)
    naming = ()  # attributes that name a variant, or several

    def __post_init__(self):
        object.__setattr__(self, "text", self.text or self.name)

    def named(self):
        """Return, by attribute, the variant or the variants that it names."""
        return {name: value for name in self.naming if (value := getattr(self, name))}

    def variants(self):
        """Return all variants that the claim names."""
        found = self.named().values()
        return tuple(v for value in found for v in ([value] if isinstance(value, str) else value))

    def statement(self, text):
        """Return the claim in words."""
        return text.claim(self)["says"]

    def source(self, text):
        """Return where the paper says so."""
        return text.claim(self)["source"]

    def why(self, text):
        """Return where tolerances and bounds come from."""
        return text.claim(self)["why"]

    def published(self, text):
        """Return what the paper has, in words."""
        raise NotImplementedError(f"{type(self).__name__} does not say what the paper has.")

    def measured(self, verdict, text):
        """Return the numbers of a verdict in words; "" where there are none."""
        words = []
        for part in verdict.parts:
            number = self.shown(part.estimate, text)
            if part.against:
                number = text.phrase("against", variant=text.labels[part.against], number=number)
            words.append("; ".join([number, *(text.reason(note) for note in part.notes)]))
        return "; ".join(words)

    def shown(self, estimate, text):
        """Return an estimate in words."""
        return describe(estimate, self.quantity, text)

    def measure(self, evidence) -> Measured:
        """Return what the records of one preset say."""
        raise NotImplementedError(f"{type(self).__name__} measures nothing.")

    def decide(self, measured, evidence, p) -> tuple:
        """Return `(verdict, reasons)` from at least three runs; `p` is that of its direction, corrected."""
        raise NotImplementedError(f"{type(self).__name__} states no verdict.")

    def judged(self, evidence):
        """Tell whether the preset that ran may judge it."""
        return evidence is not None and evidence.preset in self.presets

    def judge(self, evidence, p=None, measured=None):
        """Return the verdict from an `Evidence`, which holds one preset's runs.

        Args:
            evidence: of the claim's experiment.
            p: the p-value of its direction, corrected for the other claims of the paper. Default: its own.
            measured: what `measure` gave. Default: it is measured.
        """
        if evidence is None or evidence.preset is None:
            return Verdict("not run", (Reason.of("no_run", presets=self._judges(evidence)),))
        measured = measured or self.measure(evidence)
        if not self.judged(evidence):
            key = "replaced" if evidence.preset == EARLIER else "scale"
            reason = Reason.of(key, preset=evidence.preset, presets=self._judges(evidence))
            return Verdict("not at this scale", (reason,), measured.parts)
        if measured.missing:
            return Verdict("not run", (measured.missing,), measured.parts)
        p = measured.p if p is None else p
        if min(part.estimate.n for part in measured.parts) < ENOUGH:
            reasons = (Reason.of("few_runs", least=ENOUGH), *self.settled_by(measured, evidence))
            return Verdict("open", reasons, measured.parts, p)
        if evidence.missing:
            return Verdict("open", (Reason.of("seeds_missing", missing=evidence.missing),), measured.parts, p)
        verdict, reasons = self.decide(measured, evidence, p)
        if verdict == "open":
            reasons = (*reasons, *self.settled_by(measured, evidence))
        return Verdict(verdict, reasons, measured.parts, p)

    def _judges(self, evidence):
        """Return the presets that may judge it, one of another experiment with that one's heading."""
        smaller = (f"reduced ({evidence.text.title(self.instead)})",) if self.instead and evidence else ()
        return (*self.presets, *smaller)

    def effect(self):
        """Return the difference that more runs would have to find, in the unit of its parts; `None`: none is known."""
        return None

    def yardstick(self):
        """Return what its estimates are held against. Default: nothing, in the quantity's unit."""
        return Yardstick(self.quantity.unit, scale=self.quantity.scale)

    def settled_by(self, measured, evidence):
        """Return, as reasons, how many more runs would be expected to settle an open claim."""
        effect, errors = self.effect(), [part.estimate for part in measured.parts if part.estimate.error is not None]
        if effect is None or not errors:
            return ()
        spread = max(e.error * math.sqrt(e.n) for e in errors)
        n, had = runs_for(effect, spread), min(e.n for e in errors)
        if n is None or n > MOST:
            return (Reason.of("none_would", most=MOST),)
        if n <= had:
            return ()
        hours = (n - had) * evidence.seconds(self.variants()) / 3600
        return (Reason.of("more_runs" if n - had > 1 else "more_run", more=n - had, hours=hours),)

    def amount(self, value):
        """Return a value of the claim's quantity, to be written with its unit."""
        return Amount(self.quantity, value)

    def difference(self, value):
        """Return a margin or tolerance of the claim's quantity, to be written with its unit."""
        return Amount(self.quantity, value, difference=True)


def on_differences(quantity, **parts):
    """Return the `Yardstick` of differences of a quantity."""
    return Yardstick(quantity.difference_unit, line=0.0, scale=quantity.scale, **parts)


def on_ratios(**parts):
    """Return the `Yardstick` of the logarithms of ratios."""
    return Yardstick("times", line=0.0, ratio=True, logarithm=True, **parts)


def compare(estimate, p, size=None, judged_size=True, margin=None, later=None):
    """Return the verdict on an estimate that is above 0 where the claim holds, by the table of verdicts.

    Args:
        estimate: of at least three runs.
        p: two-sided p-value of 0, corrected for the other claims of the paper.
        size: the published size, of a claim on a size.
        judged_size: whether the preset that ran may judge a size.
        margin: half-width of the band that is taken for no difference, or `None`.
        later: the estimate from the runs that the margin may judge, or `None`.

    Returns:
        `(verdict, reason)`.
    """
    right, wrong = p <= LEVEL and estimate.low > 0, p <= LEVEL and estimate.high < 0
    if right and (size is None or judged_size and not _lacks(estimate, size)):
        return "reproduced", Reason("where_claimed" if size is None else "size_found")
    if margin is not None and later is not None and later.n >= ENOUGH and later.within(margin):
        return "no such difference", Reason("within_margin")
    if right:
        return "direction only", Reason(_lacks(estimate, size) if judged_size else "size_needs_scale")
    if wrong:
        return "not reproduced", Reason("other_side")
    plain = estimate.low > 0 or estimate.high < 0
    return "open", Reason("corrected" if plain else "straddles")


def _lacks(estimate, size):
    """Return the key of the reason why an interval does not establish a size; "" where it does."""
    if not estimate.low <= size <= estimate.high:
        return "size_excluded"
    return "size_too_wide" if estimate.half_width > abs(size) / 2 else ""


def contradicted(claim, verdict, reasons):
    """Return verdict and reasons, "open" instead of "not reproduced" where the protocol is a guess."""
    if verdict == "not reproduced" and not claim.stated:
        return "open", (Reason("protocol_unknown"), *reasons)
    return verdict, reasons


def between(estimate, low, high):
    """Return the verdict on "the number lies between low and high" (`None`: no bound), by the 95 % interval."""
    above = low is None or estimate.low >= low
    below = high is None or estimate.high <= high
    if above and below:
        return "reproduced", Reason("where_claimed")
    if (high is not None and estimate.low > high) or (low is not None and estimate.high < low):
        return "not reproduced", Reason("excluded")
    return "open", Reason("straddles")


def describe(estimate, quantity, text, difference=False):
    """Return an estimate of a quantity, or of a difference of two, in words: mean, 95 % interval, number of runs."""
    words = text.amount(Amount(quantity, estimate.mean, difference))
    if estimate.interval:
        words += f" {bracketed(*(text.number(quantity, end) for end in estimate.interval))}"
    if estimate.cases:
        return text.phrase("estimate_of_cases", estimate=words, n=estimate.n, cases=estimate.cases)
    return text.phrase("estimate", estimate=words, n=estimate.n)
