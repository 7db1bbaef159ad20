"""The claims on the grid of figure 4, counted over its cells."""

import dataclasses
import math

from experiments.claims import Claim, Measured, Part, Reason, Yardstick
from experiments.claims.claim import interval
from experiments.claims.statistics import mean_interval


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorseCells(Claim):
    """In how many cells of the grids a variant does worse than another, one grid a seed.

    It does where the quantity is larger by more than `tolerance`, and where it alone diverged. The counts of several
    seeds give a mean and its interval; a grid of one seed gives no verdict.

    Attributes:
        pairs: `(variant, other)`; each value of the grid gives a cell in which the first may do worse.
        tolerance: a share of the other's value.
        most: as many cells may be worse, on average.
        more_than: instead of `most`, pairs among whose cells fewer are to be worse.
    """

    pairs: tuple
    tolerance: float
    most: float = 0
    more_than: tuple = ()
    kind = "cells"

    def variants(self):
        return tuple(variant for pair in (*self.pairs, *self.more_than) for variant in pair)

    def published(self, text):
        if self.more_than:
            return text.phrase("more_cells", percent=100 * self.tolerance)
        return text.phrase("cells", percent=100 * self.tolerance, most=self.most)

    def shown(self, estimate, text):
        ends = estimate.interval and interval(*(text.numeral(end, ".2g") for end in estimate.interval), text)
        words = " ".join(filter(None, (text.numeral(estimate.mean, ".3g"), ends)))
        return text.phrase("estimate", estimate=words, n=estimate.n)

    def yardstick(self):
        return Yardstick("cells", line=0.0, low=0.0) if self.more_than else Yardstick("cells", high=self.most)

    def measure(self, evidence):
        cells, others = self._cells(evidence, self.pairs), self._cells(evidence, self.more_than)
        if not cells or self.more_than and not others:
            return Measured(missing=Reason("not_whole"))
        worse, note = self._count(cells)
        notes = [note]
        if self.more_than:
            fewer, note = self._count(others)
            worse, notes = worse - fewer, [*notes, note]
        # The grid is that of the tuning: one seed.
        return Measured((Part(mean_interval([worse]), notes=tuple(notes)),))

    def decide(self, measured, evidence, p):
        (part,) = measured.parts
        holds = part.estimate.low > 0 if self.more_than else part.estimate.high <= self.most
        fails = part.estimate.high <= 0 if self.more_than else part.estimate.low > self.most
        if holds:
            return "reproduced", (Reason("where_claimed"),)
        return ("not reproduced", (Reason("excluded"),)) if fails else ("open", (Reason("straddles"),))

    def _count(self, cells):
        """Return how many cells are worse, and a note on all of them."""
        worse = sum(first > other * (1 + self.tolerance) for first, other in cells)
        higher, diverged = sum(a > b for a, b in cells), [sum(math.isinf(c[i]) for c in cells) for i in (0, 1)]
        counts = dict(cells=len(cells), higher=higher, diverged=diverged[0], other=diverged[1])
        return worse, Reason.of("cells", worse=worse, **counts)

    def _cells(self, evidence, pairs):
        """Both values of each cell; infinity for a run that diverged."""
        cells = []
        for pair in pairs:
            first, other = (evidence.cells(variant, self.quantity) for variant in pair)
            cells += [(first[x], other[x]) for x in first if x in other]
        return cells
