"""Claims on the tuning grids: counted or read from their cells, one seed each, without an interval."""

import dataclasses
import math

import numpy as np

from experiments.harness.claims.base import Claim, Verdict
from experiments.harness.quantities import QUANTITIES


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorseCells(Claim):
    """In how many cells of the tuning grids, one seed each, a variant does worse than another.

    It does where the quantity is larger by more than `tolerance`, and where it alone diverged. There is
    no interval: the cells are the whole grid, not a sample of it.

    Attributes:
        pairs: `(variant, other)`; each value of the grid gives a cell in which the first may do worse.
        text: the claim in words.
        tolerance: a share of the other's value.
        why: where the tolerance comes from.
        most: as many cells may be worse.
        more_than: instead of `most`, pairs among whose cells fewer are to be worse.
    """

    pairs: tuple
    text: str
    tolerance: float
    why: str
    most: int = 0
    more_than: tuple = ()
    kind = "cells"

    def statement(self, labels):
        return self.text

    def published(self):
        cells = f"at most {self.most} cells" if self.most else "no cell"
        cells = "more cells than in the comparison" if self.more_than else cells
        return f"worse by more than {100 * self.tolerance:g} % in {cells} ({self.why})"

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
        """How many cells are worse, and the counts in words."""
        worse = sum(first > other * (1 + self.tolerance) for first, other in cells)
        higher, diverged = sum(a > b for a, b in cells), [sum(math.isinf(c[i]) for c in cells) for i in (0, 1)]
        text = f"worse in {worse} of {len(cells)} cells, higher at all in {higher}"
        return worse, f"{text}; diverged {diverged[0]}, the other {diverged[1]}"

    def _cells(self, evidence, pairs):
        """Both values of each cell; infinity for a run that diverged."""
        cells = []
        for pair in pairs:
            first, other = (cells_of(evidence, variant, self.quantity) for variant in pair)
            cells += [(first[x], other[x]) for x in first if x in other]
        return cells


def cells_of(evidence, variant, quantity):
    """A quantity by the tuned value, over the variant's grid; infinity for a run that diverged."""
    found = {}
    for record in evidence.tuning.get(variant, ()):
        value = math.inf if record["outcome"] == "diverged" else None
        if record["outcome"] == "done":
            value = QUANTITIES[quantity].of(record)
        if value is not None:
            found[evidence.experiment.tuning.value_of(record["settings"])] = value
    return found


def _whole(cells, evidence, variant):
    """Whether every cell of the grid has a value."""
    return len(cells) == len(evidence.experiment.tuning.values(evidence.preset, variant))


@dataclasses.dataclass(frozen=True, kw_only=True)
class NoGain(Claim):
    """Over a grid of two settings, no value of the second is better than 0 by more than `tolerance`.

    There is no interval: the cells are the whole grid, one seed each.

    Attributes:
        variant: whose grid.
        text: the claim in words.
        tolerance: in the record's unit.
        why: where the tolerance comes from.
        gain: instead, some value is better by more than that.
    """

    variant: str
    text: str
    tolerance: float
    why: str
    gain: bool = False
    kind = "cells"

    def statement(self, labels):
        return self.text

    def published(self):
        return f"{'better' if self.gain else 'not better'} by more than {self.difference(self.tolerance)} ({self.why})"

    def _judge(self, evidence):
        cells = cells_of(evidence, self.variant, self.quantity)
        if not _whole(cells, evidence, self.variant):
            return Verdict("not run", "the grid has cells without a finished run")
        without = min(y for (_, second), y in cells.items() if second == 0)
        best = min(y for (_, second), y in cells.items() if second)
        at = evidence.experiment.tuning.words(min((y, x) for x, y in cells.items() if x[1])[1])
        measured = f"{self.number(best)} at {at}; {self.number(without)} with 0"
        holds = (without - best > self.tolerance) is self.gain
        return Verdict("reproduced" if holds else "not reproduced", "read from the whole grid", measured)


@dataclasses.dataclass(frozen=True, kw_only=True)
class BasinTilt(Claim):
    """Correlation of the logarithms of two settings over the best cells of their grid.

    Near -1 the basin of good settings is a diagonal: what one setting gains the other loses. Near 0 they
    can be chosen apart. Cells in which a setting is 0 have no logarithm and are left out. There is no
    interval: the cells are the whole grid, one seed each.

    Attributes:
        variant: whose grid.
        text: the claim in words.
        low, high: bounds of the correlation.
        why: where they come from.
        cells: how many of the best cells count; those that tie with the last of them do too.
        beside: another variant, whose correlation is stated too but not judged.
    """

    variant: str
    text: str
    low: float
    high: float
    why: str
    cells: int = 10
    beside: str = ""
    kind = "cells"

    def statement(self, labels):
        return self.text

    def published(self):
        return f"correlation over the best {self.cells} cells {self.low:g} to {self.high:g} ({self.why})"

    def _judge(self, evidence):
        cells = cells_of(evidence, self.variant, self.quantity)
        if not _whole(cells, evidence, self.variant):
            return Verdict("not run", "the grid has cells without a finished run")
        best, tilt = best_cells(cells, self.cells), tilt_of(cells, self.cells)
        if tilt is None:
            why = "the best cells are too few, or have one value of a setting: no correlation"
            return Verdict("inconclusive", why, f"{len(best)} cells")
        holds = self.low <= tilt <= self.high
        measured = f"{tilt:.2f} over {len(best)} cells, up to {self.number(max(best.values()))}"
        other = tilt_of(cells_of(evidence, self.beside, self.quantity), self.cells) if self.beside else None
        measured += f"; {evidence.labels[self.beside]}: {other:.2f}" if other is not None else ""
        return Verdict("reproduced" if holds else "not reproduced", "read from the whole grid", measured)


def best_cells(cells, count):
    """The best `count` of the finished cells whose settings are not 0, and those that tie with the last of them."""
    finite = sorted((y, x) for x, y in cells.items() if math.isfinite(y) and all(x))
    return {x: y for y, x in finite if y <= finite[min(count, len(finite)) - 1][0]} if finite else {}


def tilt_of(cells, count):
    """Correlation of the logarithms of both settings over the best cells; `None` where there is none."""
    logs = np.log(list(best_cells(cells, count)))
    if len(logs) < 3 or not np.ptp(logs, axis=0).all():
        return None
    return float(np.corrcoef(logs.T)[0, 1])


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChosenRatio(Claim):
    """The value that tuning chose for one variant, by that for another. No interval: one seed a cell.

    Attributes:
        first, second: variants.
        text: the claim in words.
        low, high: bounds of the ratio; `None`: no bound on that side.
        why: where they come from.
        factor: what the ratio is multiplied by first.
    """

    first: str
    second: str
    text: str
    why: str
    low: float | None = None
    high: float | None = None
    factor: float = 1.0
    kind = "cells"

    def statement(self, labels):
        return self.text

    def published(self):
        bounds = [f"{word} {x:g}" for word, x in (("at least", self.low), ("at most", self.high)) if x is not None]
        return f"ratio {' and '.join(bounds)} ({self.why})"

    def _judge(self, evidence):
        chosen = [evidence.tuned.get(variant) for variant in (self.first, self.second)]
        if None in chosen:
            return Verdict("not run", "a grid has cells without a finished run")
        if not chosen[1]:
            return Verdict("inconclusive", "the second choice is 0", f"{chosen[0]:g} and 0")
        ratio = self.factor * chosen[0] / chosen[1]
        holds = (self.low is None or ratio >= self.low) and (self.high is None or ratio <= self.high)
        measured = f"{ratio:.3g}, from {chosen[0]:g} and {chosen[1]:g}"
        return Verdict("reproduced" if holds else "not reproduced", "read from the whole grids", measured)
