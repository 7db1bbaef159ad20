"""A paper with the evidence of each source of records, and the verdicts it gives."""

import dataclasses

from experiments.claims import VERDICTS, describe, not_reached
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
        claims: the claims that the paper states one by one.
        cells: the claims that are cells of its tables.
        verdicts: `(claim, verdict)` for the claims, `cell_verdicts` for the cells.
    """

    def __init__(self, paper, sources):
        self.paper, self.sources = paper, sources
        self.evidence = {s.name: {e.name: gather(paper, e, s.records) for e in paper.experiments} for s in sources}
        self.primary = self.evidence[sources[0].name]
        self.verdicts = self._judge(paper.claims)
        self.cell_verdicts = self._judge(claim for table in paper.tables for claim in table.claims())

    def _judge(self, claims):
        return [(claim, claim.judge(self.primary[claim.experiment])) for claim in claims]

    @property
    def text(self):
        """The paper's words."""
        return self.paper.text

    @property
    def all_verdicts(self):
        """Verdicts on claims and cells."""
        return self.verdicts + self.cell_verdicts

    def tally(self):
        """Return the verdict counts in words."""
        return ", ".join(f"{n} {verdict}" for verdict, n in self.counts().items() if n) or "no claims"

    def counts(self):
        """Return how many claims have each verdict."""
        return {v: sum(verdict.verdict == v for _, verdict in self.all_verdicts) for v in VERDICTS}

    def ran(self):
        """Return the experiments that have evidence under some preset, with it."""
        return [(e, self.primary[e.name]) for e in self.paper.experiments if self.primary[e.name].preset]

    def cell(self, experiment, variant, quantity):
        """Return the published number of a table's cell and the verdict on it, in words."""
        for claim, verdict in self.cell_verdicts:
            if (claim.experiment, claim.variant, claim.quantity.name) == (experiment.name, variant, quantity.name):
                return claim.number(claim.value), verdict.verdict
        return NOTHING, NOTHING

    def estimate(self, evidence, variant, quantity):
        """Return mean, interval and number of the finished runs, in words."""
        values, beyond = evidence.values(variant, quantity), evidence.beyond(variant, quantity)
        if beyond:  # the mean of the others would be too small
            return not_reached(values, beyond, quantity)
        return describe(quantity.estimate(values.values()), quantity) if values else NOTHING

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
