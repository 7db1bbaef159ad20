"""The claims on the grid of figure 4, counted over its cells, one seed each, without an interval."""

import dataclasses
import math

from experiments.claims import Claim, Verdict


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorseCells(Claim):
    """In how many cells of the tuning grids, one seed each, a variant does worse than another.

    It does where the quantity is larger by more than `tolerance`, and where it alone diverged. There is
    no interval: the cells are the whole grid, not a sample of it.

    Attributes:
        pairs: `(variant, other)`; each value of the grid gives a cell in which the first may do worse.
        tolerance: a share of the other's value.
        most: as many cells may be worse.
        more_than: instead of `most`, pairs among whose cells fewer are to be worse.
    """

    pairs: tuple
    tolerance: float
    most: int = 0
    more_than: tuple = ()
    kind = "cells"

    def variants(self):
        return tuple(variant for pair in (*self.pairs, *self.more_than) for variant in pair)

    def published(self, text):
        cells = f"at most {self.most} cells" if self.most else "no cell"
        cells = "more cells than in the comparison" if self.more_than else cells
        return f"worse by more than {100 * self.tolerance:g} % in {cells} ({self.why(text)})"

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
        """Return how many cells are worse, and the counts in words."""
        worse = sum(first > other * (1 + self.tolerance) for first, other in cells)
        higher, diverged = sum(a > b for a, b in cells), [sum(math.isinf(c[i]) for c in cells) for i in (0, 1)]
        text = f"worse in {worse} of {len(cells)} cells, higher at all in {higher}"
        return worse, f"{text}; diverged {diverged[0]}, the other {diverged[1]}"

    def _cells(self, evidence, pairs):
        """Both values of each cell; infinity for a run that diverged."""
        cells = []
        for pair in pairs:
            first, other = (evidence.cells(variant, self.quantity) for variant in pair)
            cells += [(first[x], other[x]) for x in first if x in other]
        return cells
