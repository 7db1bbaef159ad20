"""A paper with the evidence of each source of records, and the verdicts it gives."""

import dataclasses

from experiments.claims import confirmations, describe, judge, not_reached, totals
from experiments.claims.evidence import gather

NOTHING = "–"


@dataclasses.dataclass(frozen=True)
class Source:
    """Records from one place: "Measured", "Published" or "Yours"."""

    name: str
    records: tuple


class PaperView:
    """A paper seen through its sources of records; the first one is judged and drawn.

    Attributes:
        evidence: `Evidence` by source and experiment.
        primary: that of the first source, by experiment.
        judgements: a `Judgement` of each finding, those of its tables last.
    """

    def __init__(self, paper, sources):
        self.paper, self.sources = paper, sources
        self.evidence = {s.name: {e.name: gather(paper, e, s.records) for e in paper.experiments} for s in sources}
        self.primary = self.evidence[sources[0].name]
        self.judgements = judge(paper, self.primary)

    @property
    def text(self):
        """The paper's words."""
        return self.paper.text

    def tally(self):
        """Return in words how many findings have each verdict, and how many confirmations are confirmed."""
        words = ", ".join(f"{n} {self.text.verdict(verdict)}" for verdict, n in self.counts().items() if n)
        confirmed, of = confirmations(self.judgements)
        parts = [
            self.text.phrase("tally", verdicts=words) if words else "",
            self.text.phrase("confirmations", confirmed=confirmed, of=of) if of else "",
        ]
        return "; ".join(part for part in parts if part) or self.text.phrase("no_findings")

    def counts(self):
        """Return how many counted findings have each verdict."""
        return totals(self.judgements)

    def verdicts(self):
        """Return the verdict of each claim, by its name."""
        return {claim.name: verdict for judgement in self.judgements for claim, verdict in judgement.claims}

    def ran(self):
        """Return the experiments that have evidence under some preset, with it."""
        return [(e, self.primary[e.name]) for e in self.paper.experiments if self.primary[e.name].preset]

    def cell(self, experiment, variant, quantity):
        """Return the published number of a table's cell and the verdict on it, in words."""
        place, verdicts = (experiment.name, variant, quantity.name), self.verdicts()
        for claim in (claim for table in self.paper.tables for claim in table.claims):
            if (claim.experiment, claim.variant, claim.quantity.name) == place:
                return claim.number(claim.value), self.text.verdict(verdicts[claim.name].verdict)
        return NOTHING, NOTHING

    def estimate(self, evidence, variant, quantity):
        """Return mean, interval and number of the finished runs, in words."""
        if evidence.beyond(variant, quantity):  # the mean of the others would be too small
            return self.text.reason(not_reached(evidence, variant, quantity))
        estimate = evidence.estimate(variant, quantity)
        return describe(estimate, quantity) if estimate else NOTHING

    def records(self):
        """Return the first source's records in the order of a page."""
        order = {experiment.name: i for i, experiment in enumerate(self.paper.experiments)}

        def place(r):
            known = order.get(r["experiment"], len(order))
            return known, r["preset"], r["role"], r["settings"]["variant"], r["seed"], r["key"]

        return sorted(self.sources[0].records, key=place)

    def label(self, record):
        """Return the printed name of a record's variant; its identifier if the paper no longer has it."""
        variant = record["settings"]["variant"]
        return self.text.labels.get(variant, variant)
