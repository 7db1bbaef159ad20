"""Findings: the facts of a paper, each resting on claims, and the verdicts on all of them together."""

import collections
import dataclasses

from experiments.claims.published_numbers import Table
from experiments.claims.statistics import holm
from experiments.claims.verdict import ENOUGH, VERDICTS, Measured

# Of the verdicts of a finding's claims the first of these that one of them has is the finding's.
WORST = (
    "not reproduced",
    "no such difference",
    "open",
    "not at this scale",
    "not run",
    "direction only",
    "reproduced",
)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One fact of a paper. Its words stand in the paper's text: `says` and `source`; default: its first claim's.

    Attributes:
        name: identifier, unique in the paper, also among its tables.
        claims: what it rests on. All of them have to hold.
        kind: "finding", or "confirmation": a theorem, a bound or an exact construction. Those check the
            implementation, and count apart.
        exploratory: stated after the data had been seen, or not the paper's own claim. Shown, not counted.
    """

    name: str
    claims: tuple
    kind: str = "finding"
    exploratory: bool = False

    def statement(self, text):
        """Return the finding in words."""
        if text.has("findings", self.name):
            return text.row("findings", self.name)["says"]
        return self.claims[0].statement(text)

    def source(self, text):
        """Return where the paper says so."""
        if text.has("findings", self.name):
            return text.row("findings", self.name)["source"]
        return self.claims[0].source(text)

    def looked(self, text):
        """Return what was looked at where the finding does not come out as the paper has it; "": nothing is said."""
        return self._words(text, "looked")

    def note(self, text):
        """Return what a reader should know beside the verdict, whatever it is, once something has run; "": nothing."""
        return self._words(text, "note")

    def _words(self, text, part):
        return text.row("findings", self.name).get(part, "") if text.has("findings", self.name) else ""


@dataclasses.dataclass(frozen=True)
class Judgement:
    """A finding with its verdict, and that of each of its claims."""

    finding: Finding | Table
    verdict: str
    claims: tuple  # `(claim, verdict)`

    @property
    def counted(self):
        """Whether it enters the totals of findings."""
        return _counted(self.finding)


def judge(paper, evidence):
    """Return a `Judgement` of every finding of a paper, its tables among them.

    The p-values of all directions that are judged are corrected for their number by Holm's method; confirmations and
    exploratory findings are left out of it.

    Args:
        paper: a `Paper`.
        evidence: `Evidence` by experiment.
    """
    findings = {f.name: (f, [placed(c, evidence) for c in f.claims]) for f in (*paper.findings, *paper.tables)}
    measured, tested = {}, []
    for finding, claims in findings.values():
        for claim in claims:
            found = evidence[claim.experiment]
            measured[claim.name] = claim.measure(found) if found.preset else Measured()
            counts = _counted(finding) and claim.judged(found)
            if counts and measured[claim.name].p is not None and _enough(measured[claim.name]):
                tested.append(claim.name)
    corrected = dict(zip(tested, holm([measured[name].p for name in tested]), strict=True))
    return [
        _judged(finding, [(c, _verdict(c, evidence, measured[c.name], corrected.get(c.name))) for c in claims])
        for finding, claims in findings.values()
    ]


def placed(claim, evidence):
    """Return a claim on the experiment that judges it: its own, or the smaller one where its own may not."""
    if claim.instead and not claim.judged(evidence[claim.experiment]):
        smaller = dataclasses.replace(claim, experiment=claim.instead, presets=("reduced",))
        if smaller.judged(evidence[claim.instead]):
            return smaller
    return claim


def _counted(finding):
    return finding.kind == "finding" and not finding.exploratory


def _enough(measured):
    return bool(measured.parts) and min(part.estimate.n for part in measured.parts) >= ENOUGH


def _verdict(claim, evidence, measured, p):
    """Return the verdict on a claim, of another reading of its protocol too where it has one."""
    verdict = claim.judge(evidence[claim.experiment], p, measured)
    if verdict.reason != "protocol_unknown":
        return verdict
    for reading in claim.readings:
        other = dataclasses.replace(claim, experiment=reading, stated=True).judge(evidence[reading])
        if other.verdict == "not reproduced":
            return dataclasses.replace(verdict, verdict="not reproduced", reasons=verdict.reasons[1:])
    return verdict


def _judged(finding, pairs):
    found = {verdict.verdict for _, verdict in pairs}
    verdict = next(v for v in WORST if v in found)
    if finding.kind == "confirmation":
        verdict = _confirmed(verdict)
        pairs = [(c, dataclasses.replace(v, verdict=_confirmed(v.verdict))) for c, v in pairs]
    return Judgement(finding, verdict, tuple(pairs))


def _confirmed(verdict):
    return "confirmed" if verdict == "reproduced" else verdict


def totals(judgements):
    """Return how many counted findings have each verdict, in the order of `VERDICTS`; confirmations count apart."""
    counts = collections.Counter(j.verdict for j in judgements if j.counted)
    return {verdict: counts[verdict] for verdict in VERDICTS if verdict != "confirmed"}


def confirmations(judgements):
    """Return how many of the confirmations are confirmed, and of how many."""
    mine = [j.verdict == "confirmed" for j in judgements if j.finding.kind == "confirmation"]
    return sum(mine), len(mine)
