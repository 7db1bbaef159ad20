"""The maps over learning rate and weight decay: claims on them, read from the cells seed by seed; their figure."""

import dataclasses
import math

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle
from scipy import stats

from experiments.claims import TEST_ERROR, Claim, Measured, Part, Quantity, Reason, describe
from experiments.claims.claim import between
from experiments.claims.statistics import mean_interval
from experiments.report.blocks import Picture
from experiments.report.figures import Figure


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfMap(Claim):
    """A claim on one number of a map, which every seed's map gives once; a map of one seed gives no verdict.

    Attributes:
        low, high: bounds of the number; `None`: no bound on that side.
    """

    low: float | None = None
    high: float | None = None
    kind = "map"

    def shown(self, estimate):
        return f"{estimate.mean:.2f}" + (f" [{estimate.low:.2f}, {estimate.high:.2f}]" if estimate.interval else "")

    def decide(self, measured, evidence, p):
        verdict, reason = between(measured.parts[0].estimate, self.low, self.high)
        return verdict, (reason,)


def of_maps(numbers, *notes):
    """Return what is measured on some maps, one number each."""
    return Measured((Part(mean_interval(numbers), notes=notes),))


@dataclasses.dataclass(frozen=True, kw_only=True)
class NoGain(OfMap):
    """Over a grid of two settings, no value of the second is better than 0 by more than `tolerance`.

    Attributes:
        variant: whose grid.
        tolerance: in the record's unit.
        gain: instead, some value is better by more than that.
    """

    variant: str
    tolerance: float
    gain: bool = False
    naming = ("variant",)

    def published(self, text):
        return text.phrase("gain" if self.gain else "no_better", margin=self.difference(self.tolerance))

    def shown(self, estimate):
        return describe(estimate, self.quantity, difference=True)

    def measure(self, evidence):
        maps, cells = evidence.maps(self.variant, self.quantity), evidence.cells(self.variant, self.quantity)
        if not evidence.whole(self.variant, self.quantity):
            return Measured(missing=Reason("not_whole"))
        without = min(y for (_, second), y in cells.items() if second == 0)
        best = min(y for (_, second), y in cells.items() if second)
        at = evidence.experiment.tuning.words(min((y, x) for x, y in cells.items() if x[1])[1])
        numbers = dict(best=self.number(best), at=at, without=self.number(without))
        notes = (Reason("unequal_choice"),) if len(maps) == 1 else ()
        return of_maps([self._gain(maps, seed) for seed in maps], Reason.of("best_and_none", **numbers), *notes)

    def _gain(self, maps, seed):
        """Return the gain on one seed's map, of the cells that are best on the others: there are more with decay."""
        others = [cells for other, cells in maps.items() if other != seed] or [maps[seed]]
        mean = {x: sum(cells[x] for cells in others) for x, y in maps[seed].items() if math.isfinite(y)}
        without, best = (min((x for x in mean if bool(x[1]) == some), key=mean.get) for some in (False, True))
        return maps[seed][without] - maps[seed][best]

    def decide(self, measured, evidence, p):
        ends = (self.tolerance, None) if self.gain else (None, self.tolerance)
        verdict, reason = between(measured.parts[0].estimate, *ends)
        return verdict, (reason,)


@dataclasses.dataclass(frozen=True, kw_only=True)
class BasinTilt(OfMap):
    """Correlation of the logarithms of two settings over the best cells of their grid.

    Near -1 the basin of good settings is a diagonal: what one setting gains the other loses. Near 0 they
    can be chosen apart. Cells in which a setting is 0 have no logarithm and are left out.

    Attributes:
        variant: whose grid.
        cells: how many of the best cells count; those that tie with the last of them do too.
        beside: another variant, whose correlation is stated too but not judged.
    """

    variant: str
    cells: int = 10
    beside: str = ""
    naming = ("variant", "beside")

    def published(self, text):
        return text.phrase("tilt", cells=self.cells, low=f"{self.low:g}", high=f"{self.high:g}")

    def measure(self, evidence):
        cells = evidence.cells(self.variant, self.quantity)
        if not evidence.whole(self.variant, self.quantity):
            return Measured(missing=Reason("not_whole"))
        best, maps = best_cells(cells, self.cells), evidence.maps(self.variant, self.quantity).values()
        tilts = [tilt_of(one, self.cells) for one in maps]
        if None in tilts or tilt_of(cells, self.cells) is None:
            return Measured(missing=Reason("no_correlation"))
        notes = [Reason.of("best_cells", cells=len(best), worst=self.number(max(best.values())))]
        low, high = tilt_interval(cells, self.cells)
        notes.append(Reason.of("over_cells", low=f"{low:.2f}", high=f"{high:.2f}"))
        other = tilt_of(evidence.cells(self.beside, self.quantity), self.cells) if self.beside else None
        if other is not None:
            notes.append(Reason.of("beside", variant=self.beside, number=f"{other:.2f}"))
        return of_maps(tilts, *notes)


def best_cells(cells, count):
    """Return the best `count` of the finished cells whose settings are not 0, and what ties with the last of them."""
    finite = sorted((y, x) for x, y in cells.items() if math.isfinite(y) and all(x))
    return {x: y for y, x in finite if y <= finite[min(count, len(finite)) - 1][0]} if finite else {}


def tilt_of(cells, count):
    """Return the correlation of the logarithms of both settings over the best cells; `None` where there is none."""
    logs = np.log(list(best_cells(cells, count)))
    if len(logs) < 3 or not np.ptp(logs, axis=0).all():
        return None
    return float(np.corrcoef(logs.T)[0, 1])


def tilt_interval(cells, count):
    """Return the 95 % interval of `tilt_of` over the cells (Fisher's transformation), as if they were independent."""
    logs = np.log(list(best_cells(cells, count)))
    return tuple(map(float, stats.pearsonr(*logs.T).confidence_interval())) if len(logs) > 3 else (-1.0, 1.0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChosenRatio(OfMap):
    """The value that each seed's map chooses for one variant, by that for another.

    Attributes:
        first, second: variants.
        factor: what the ratio is multiplied by first.
    """

    first: str
    second: str
    factor: float = 1.0
    naming = ("first", "second")

    def published(self, text):
        if self.low is None:
            return text.phrase("at_most", number=f"{self.high:g}")
        return text.phrase("between", low=f"{self.low:g}", high=f"{self.high:g}")

    def measure(self, evidence):
        chosen = [evidence.tuned.get(variant) for variant in (self.first, self.second)]
        if None in chosen:
            return Measured(missing=Reason("not_whole"))
        if not chosen[1]:
            return Measured(missing=Reason("choice_of_zero"))
        numbers = dict(first=f"{chosen[0]:g}", second=f"{chosen[1]:g}")
        maps = [evidence.maps(variant, self.quantity) for variant in (self.first, self.second)]
        pairs = [[min(one[seed], key=one[seed].get) for one in maps] for seed in maps[0] if seed in maps[1]]
        ratios = [self.factor * first / second for first, second in pairs or [chosen] if second]
        return of_maps(ratios, Reason.of("chosen", **numbers))


def _runs(seeds):
    """Return in words which runs a cell has."""
    if len(seeds) == 1:
        return f"one run, seed {seeds[0]}, per cell"
    return f"means of {len(seeds)} runs, seeds {seeds[0]} to {seeds[-1]}"


@dataclasses.dataclass(frozen=True)
class HeatMaps(Figure):
    """A tuning grid of two settings as maps: a quantity of every run, one panel for each variant.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        reach: upper end of the colours above the lowest value of all panels, in the record's unit; larger values
            have its colour.
        best: as many of a variant's best cells, settings of 0 left out, are framed.
        otherwise: what is drawn under a preset that tunes nothing, of the one cell that runs.
        of: the variants that are drawn; none: all.
    """

    experiment: str
    quantity: Quantity
    reach: float
    best: int = 10
    otherwise: Quantity = TEST_ERROR
    of: tuple = ()

    def variants(self):
        return self.of

    def picture(self, evidence):
        quantity, tuning = self.quantity, evidence.experiment.tuning
        tuned = evidence.preset is None or evidence.experiment.tunes(evidence.preset)
        if not tuned:
            quantity = self.otherwise
        maps = {v: evidence.cells(v, quantity) for v in self.of or evidence.experiment.variants}
        maps = {v: cells for v, cells in maps.items() if any(np.isfinite(y) for y in cells.values())}
        if not maps:
            return None
        low = quantity.scale * min(y for cells in maps.values() for y in cells.values())
        names = [name.replace("_", " ") for name in tuning.names]

        def draw(axes):
            figure = axes.figure
            axes.remove()
            panels = figure.subplots(1, len(maps), squeeze=False)[0]
            for panel, (variant, cells) in zip(panels, maps.items(), strict=True):
                rows, columns = (sorted({x[i] for x in cells}) for i in (0, 1))
                grid = np.array([[cells.get((row, column), np.nan) for column in columns] for row in rows])
                colours = matplotlib.colormaps["cividis"].with_extremes(bad="white", over=(0.9, 0.9, 0.9))
                image = panel.imshow(
                    np.ma.masked_invalid(np.where(np.isinf(grid), np.nan, grid * quantity.scale)),
                    origin="lower", aspect="auto", cmap=colours, vmin=low, vmax=low + self.reach * quantity.scale,
                )  # fmt: skip
                self._write(panel, grid, rows, columns, cells, low)
                panel.set_title(evidence.labels[variant], fontsize=9)
                panel.set_xticks(range(len(columns)), [f"{c:.2g}" for c in columns], rotation=60, fontsize=7)
                panel.set_yticks(range(len(rows)), [f"{r:.2g}" for r in rows], fontsize=7)
                panel.grid(visible=False)
                panel.set_xlabel(names[1].capitalize())
            panels[0].set_ylabel(names[0].capitalize())
            figure.colorbar(image, ax=panels, label=evidence.text.axis(quantity), extend="max", shrink=0.9)

        best = "; ".join(
            f"{evidence.labels[v]} {quantity.number(min(cells.values()))} {quantity.unit}".rstrip()
            + f" at {tuning.words(min(cells, key=cells.get))}"
            for v, cells in maps.items()
        )
        tilts = ((v, tilt_of(cells, self.best)) for v, cells in maps.items())
        tilts = ", ".join(f"{evidence.labels[v]} {'none' if t is None else format(t, '.2f')}" for v, t in tilts)
        diverged = sum(np.isinf(y) for cells in maps.values() for y in cells.values())
        cells, runs = "every cell of the grid", _runs(tuning.seeds(evidence.preset))
        if not tuned:
            cells, runs = "the one cell that runs", "this preset tunes nothing"
        return Picture(
            "_".join((self.experiment, quantity.name, "maps", *self.of)),
            f"{evidence.text.axis(quantity)} over {names[0]} and {names[1]}, one map per variant. Lowest: {best}.",
            f"{evidence.text.quantity(quantity)} of {cells}, {evidence.title}, preset {evidence.preset}; {runs}. "
            f"Framed: the best {self.best} cells of a map whose {names[1]} is not 0; correlation of both settings' "
            f"logarithms over them: {tilts}. Crosses: {diverged} runs that diverged.",
            draw,
        )

    def _write(self, axes, grid, rows, columns, cells, low):
        """Write the numbers into the cells; frame the best."""
        scale, framed = self.quantity.scale, best_cells(cells, self.best)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                value = grid[i, j]
                if np.isnan(value):
                    continue
                text = "×" if np.isinf(value) else f"{value * scale:.1f}"
                share = (value * scale - low) / (self.reach * scale)
                axes.text(j, i, text, ha="center", va="center", fontsize=6, color="white" if share < 0.5 else "black")
                if (row, column) in framed:
                    frame = {"edgecolor": "#D55E00", "facecolor": "none", "lw": 1.3}
                    axes.add_patch(Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, **frame))
