"""The claims on the grid of figure 4, counted over its cells."""

import dataclasses
import math

from experiments.claims import Claim, Measured, Part, Reason, Yardstick
from experiments.claims.statistics import mean_interval
from experiments.spec.text import bracketed


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
        if not self.most:
            return text.phrase("no_cells", percent=100 * self.tolerance)
        return text.phrase("cells", percent=100 * self.tolerance, most=self.most)

    def shown(self, estimate, text):
        ends = estimate.interval and bracketed(*(text.numeral(end, ".2g") for end in estimate.interval))
        words = " ".join(filter(None, (text.numeral(estimate.mean, ".3g"), ends)))
        return text.phrase("estimate", estimate=words, n=estimate.n)

    def yardstick(self):
        return Yardstick("cells", line=0.0, low=0.0) if self.more_than else Yardstick("cells", high=self.most)

    def measure(self, evidence):
        cells, others = self._cells(evidence, self.pairs), self._cells(evidence, self.more_than)
        seeds = [seed for seed in cells if seed in others] if self.more_than else list(cells)
        if not seeds:
            return Measured(missing=Reason("not_whole"))
        worse = [self._worse(cells[seed]) for seed in seeds]
        notes = [self._note(cells, seeds)]
        if self.more_than:
            worse = [more - self._worse(others[seed]) for more, seed in zip(worse, seeds, strict=True)]
            notes.append(self._note(others, seeds))
        return Measured((Part(mean_interval(worse), notes=tuple(notes)),))

    def decide(self, measured, evidence, p):
        (part,) = measured.parts
        holds = part.estimate.low > 0 if self.more_than else part.estimate.high <= self.most
        fails = part.estimate.high <= 0 if self.more_than else part.estimate.low > self.most
        if holds:
            return "reproduced", (Reason("where_claimed"),)
        return ("not reproduced", (Reason("excluded"),)) if fails else ("open", (Reason("straddles"),))

    def _worse(self, cells):
        """Return how many cells are worse."""
        return sum(first > other * (1 + self.tolerance) for first, other in cells)

    def _note(self, cells, seeds):
        """Return a note on all cells of some seeds."""
        every = [cell for seed in seeds for cell in cells[seed]]
        higher, diverged = sum(a > b for a, b in every), [sum(math.isinf(c[i]) for c in every) for i in (0, 1)]
        counts = dict(cells=len(every), higher=higher, diverged=diverged[0], other=diverged[1])
        return Reason.of("cells", worse=self._worse(every), **counts)

    def _cells(self, evidence, pairs):
        """By seed, both values of each cell; infinity for a run that diverged."""
        found = {}
        for pair in pairs:
            first, other = (evidence.maps(variant, self.quantity) for variant in pair)
            for seed in first:
                both = other.get(seed, {})
                found.setdefault(seed, []).extend((first[seed][x], both[x]) for x in first[seed] if x in both)
        return {seed: cells for seed, cells in found.items() if cells}
