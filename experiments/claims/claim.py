"""The contract of a claim: what it measures, what it says of it, and the verdict."""

import dataclasses
import math
from collections.abc import Mapping

from experiments.claims.quantities import Quantity
from experiments.claims.statistics import runs_for
from experiments.claims.verdict import ENOUGH, Measured, Reason, Verdict, Yardstick
from experiments.spec.experiment import EARLIER
from experiments.spec.text import Amount, bracketed

MOST = 200  # runs that anybody would add


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
            return self._not_run(evidence)
        measured = measured or self.measure(evidence)
        if not (measured.parts or self.judged(evidence)):
            return self._not_run(evidence)
        if not self.judged(evidence):
            key = "replaced" if evidence.preset == EARLIER else "scale"
            reason = Reason.of(key, preset=evidence.preset, presets=self._judges(evidence))
            return Verdict("not at this scale", (reason,), measured.parts)
        if measured.missing:
            return Verdict("not run", (measured.missing,), measured.parts)
        p = measured.p if p is None else p
        declared = (Reason.of("seeds_missing", missing=evidence.missing),) if evidence.missing else ()
        few = min(part.estimate.n for part in measured.parts) < ENOUGH
        if few or declared:
            first = (Reason.of("few_runs", least=ENOUGH),) if few else ()
            return Verdict("open", first + (declared or self.settled_by(measured, evidence)), measured.parts, p)
        verdict, reasons = self.decide(measured, evidence, p)
        if verdict == "open" and reasons[0].key != "protocol_unknown":  # of which runs tell nothing
            reasons = (*reasons, *self.settled_by(measured, evidence))
        return Verdict(verdict, reasons, measured.parts, p)

    def _not_run(self, evidence):
        return Verdict("not run", (Reason.of("no_run", presets=self._judges(evidence)),))

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
        estimates = [part.estimate for part in measured.parts if part.estimate.error is not None]
        effect = self.effect()
        if not estimates or effect is None:
            return ()
        needs = [runs_for(effect, e.error * math.sqrt(e.n)) for e in estimates]
        n, had = max(math.inf if need is None else need for need in needs), min(e.n for e in estimates)
        if n > MOST:
            return (Reason.of("none_would", most=MOST),)
        if n <= had:
            return ()
        most = evidence.experiment.most
        if most is not None and n > most:
            return (Reason.of("beyond_most", more=n - had, most=most),)
        seconds = (n - had) * evidence.seconds(self.variants())
        unit, length = ("hours", 3600) if seconds >= 3600 else ("minutes", 60)
        key = ("more_runs" if n - had > 1 else "more_run") + ("_minutes" if unit == "minutes" else "")
        return (Reason.of(key, more=n - had, **{unit: float(f"{seconds / length:.2g}")}),)

    def amount(self, value):
        """Return a value of the claim's quantity, to be written with its unit."""
        return Amount(self.quantity, value)

    def difference(self, value):
        """Return a margin or tolerance of the claim's quantity, to be written with its unit."""
        return Amount(self.quantity, value, difference=True)


def describe(estimate, quantity, text, difference=False):
    """Return an estimate of a quantity, or of a difference of two, in words: mean, 95 % interval, number of runs."""
    words = text.amount(Amount(quantity, estimate.mean, difference))
    if estimate.interval:
        words += f" {bracketed(*(text.number(quantity, end) for end in estimate.interval))}"
    if estimate.cases:
        return text.phrase("estimate_of_cases", estimate=words, n=estimate.n, cases=estimate.cases)
    return text.phrase("estimate", estimate=words, n=estimate.n)
