"""A paper with the evidence of each source of records, and the verdicts it gives."""

import dataclasses

from experiments.claims import confirmations, describe, judge, not_reached, totals
from experiments.claims.evidence import gather
from experiments.report.render import plain

NOTHING = "–"
PUBLISHED, YOURS = "published", "yours"


@dataclasses.dataclass(frozen=True)
class Source:
    """Records from one place: "measured", "published" or "yours"."""

    name: str
    records: tuple


class PaperView:
    """A paper in one language, seen through its sources of records; the first one is judged and drawn.

    Attributes:
        paper: the `Paper`, with its words in that language.
        evidence: `Evidence` by source and experiment.
        primary: that of the first source, by experiment.
        judgements: a `Judgement` of each finding, those of its tables last.
    """

    def __init__(self, paper, sources, language=None, gathered=None):
        self.paper, self.sources = paper.speaking(language or paper.text.language), sources
        if gathered is None:
            gathered = {}
            for source in sources:
                lent = [record for other in sources if other is not source for record in other.records]
                gathered[source.name] = {e.name: gather(paper, e, source.records, lent) for e in paper.experiments}
        self.evidence = {
            source.name: {name: evidence.told_by(self.paper) for name, evidence in gathered[source.name].items()}
            for source in sources
        }
        self.primary = self.evidence[sources[0].name]
        self.judgements = judge(self.paper, self.primary)
        self._alone = {}

    @property
    def text(self):
        """The paper's words."""
        return self.paper.text

    @property
    def language(self):
        """The language of its words."""
        return self.text.language

    def of(self, name):
        """Return the view of one source alone, in the same language."""
        if name not in self._alone:
            (source,) = (source for source in self.sources if source.name == name)
            self._alone[name] = PaperView(self.paper, [source], gathered=self.evidence)
        return self._alone[name]

    def speaking(self, language):
        """Return the view in another language."""
        return PaperView(self.paper, self.sources, language, self.evidence)

    def counts(self):
        """Return how many counted findings have each verdict."""
        return totals(self.judgements)

    def confirmations(self):
        """Return how many of the confirmations are confirmed, and of how many."""
        return confirmations(self.judgements)

    def tally(self):
        """Return in words how many findings have each verdict, and how many confirmations are confirmed."""
        parts = [
            self.text.page("strip", n=n, verdict=self.text.verdict(verdict))
            for verdict, n in self.counts().items()
            if n
        ]
        confirmed, of = self.confirmations()
        if of:
            parts.append(self.text.page("strip_confirmed", confirmed=confirmed, of=of))
        return " · ".join(parts) or self.text.page("unknown_tally")

    def verdicts(self):
        """Return the verdict of each claim, by its name."""
        return {claim.name: verdict for judgement in self.judgements for claim, verdict in judgement.claims}

    def ran(self):
        """Return the experiments that have evidence under some preset, with it."""
        return [(e, self.primary[e.name]) for e in self.paper.experiments if self.primary[e.name].preset]

    def presets(self):
        """Return the presets under which something ran."""
        return {evidence.preset for _, evidence in self.ran()}

    def cell(self, experiment, variant, quantity):
        """Return the claim of a published table's cell and the verdict on it, or `(None, None)`."""
        place, verdicts = (experiment.name, variant, quantity.name), self.verdicts()
        for claim in (claim for table in self.paper.tables for claim in table.claims):
            if (claim.experiment, claim.variant, claim.quantity.name) == place:
                return claim, verdicts[claim.name].verdict
        return None, None

    def estimate(self, evidence, variant, quantity):
        """Return mean, interval and number of the finished runs, in words."""
        if evidence.beyond(variant, quantity):  # the mean of the others would be too small
            return self.text.reason(not_reached(evidence, variant, quantity))
        estimate = evidence.estimate(variant, quantity)
        return describe(estimate, quantity, self.text) if estimate else NOTHING

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
        return self.text.labels[variant] if variant in self.text.labels else plain(variant)
