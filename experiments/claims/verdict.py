"""What is said of a claim: its verdict, the reasons, the numbers; and the table by which numbers give a verdict."""

import dataclasses
import datetime
import math

from experiments.claims.statistics import LEVEL, Estimate

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
    against = "corrected_against" if estimate.high < 0 else "straddles"
    return "open", Reason("corrected" if estimate.low > 0 else against)


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
