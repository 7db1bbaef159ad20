"""The maps over learning rate and weight decay: claims on them, read from the cells seed by seed; their figure."""

import dataclasses
import math

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle
from scipy import stats

from experiments.claims import TEST_ERROR, Claim, Measured, Part, Quantity, Reason, Yardstick, describe, on_differences
from experiments.claims.statistics import mean_interval
from experiments.claims.verdict import between
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import PALETTE
from experiments.report.figures.style import Numerals
from experiments.spec.text import bracketed


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfMap(Claim):
    """A claim on one number of a map, which every seed's map gives once; a map of one seed gives no verdict.

    Attributes:
        low, high: bounds of the number; `None`: no bound on that side.
    """

    low: float | None = None
    high: float | None = None
    kind = "map"

    def shown(self, estimate, text):
        ends = estimate.interval and bracketed(*(text.numeral(end, ".2f") for end in estimate.interval))
        return " ".join(filter(None, (text.numeral(estimate.mean, ".2f"), ends)))

    def yardstick(self):
        return Yardstick(low=self.low, high=self.high)

    def decide(self, measured, evidence, p):
        verdict, reason = between(measured.parts[0].estimate, self.low, self.high)
        return verdict, (reason,)


def of_maps(numbers, *notes):
    """Return what is measured on some maps, one number each."""
    return Measured((Part(mean_interval(numbers), notes=notes),))


@dataclasses.dataclass(frozen=True, kw_only=True)
class NoGain(OfMap):
    """Over a grid of two settings, no value of the second is better than 0 by more than `tolerance`.

    More cells have a second setting above 0 than have none, so the best of the former is chosen among more. The
    interval of the gain covers that: its upper end is that of gains whose cells are chosen on the seed that they are
    read from, which are too large; its lower end that of gains whose cells are chosen on the other seeds, which are
    too small. The mean is that of the latter.

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

    def shown(self, estimate, text):
        return describe(estimate, self.quantity, text, difference=True)

    def yardstick(self):
        return on_differences(self.quantity, **{"low" if self.gain else "high": self.tolerance})

    def measure(self, evidence):
        maps, cells = evidence.maps(self.variant, self.quantity), evidence.cells(self.variant, self.quantity)
        if not evidence.whole(self.variant, self.quantity):
            return Measured(missing=Reason("not_whole"))
        without = min(y for (_, second), y in cells.items() if second == 0)
        best = min(y for (_, second), y in cells.items() if second)
        at = evidence.text.chosen(min((y, x) for x, y in cells.items() if x[1])[1])
        numbers = dict(best=self.amount(best), at=at, without=self.amount(without))
        chosen = "unequal_choice" if len(maps) == 1 else "choice_covered"
        notes = [Reason.of("best_and_none", **numbers), Reason(chosen)]
        apart = mean_interval([self._gain(maps, seed, [other for other in maps if other != seed]) for seed in maps])
        own = mean_interval([self._gain(maps, seed, [seed]) for seed in maps])
        if apart.interval:
            apart = dataclasses.replace(apart, high=max(apart.high, own.high), error=None)
        return Measured((Part(apart, notes=tuple(notes)),))

    def _gain(self, maps, seed, choosing):
        """Return the gain on one seed's map, of the cells that are best on the maps of the seeds `choosing`."""
        others = [maps[other] for other in choosing] or [maps[seed]]
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

    On the map of one seed, noise has a part in which cells are the best, which draws the correlation to that of the
    whole grid, 0; the interval over the seeds therefore reaches to the correlation on the mean of their maps.

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
        return text.phrase("tilt", cells=self.cells, low=self.low, high=self.high)

    def measure(self, evidence):
        cells = evidence.cells(self.variant, self.quantity)
        if not evidence.whole(self.variant, self.quantity):
            return Measured(missing=Reason("not_whole"))
        best, maps = best_cells(cells, self.cells), evidence.maps(self.variant, self.quantity).values()
        tilts, of_mean = [tilt_of(one, self.cells) for one in maps], tilt_of(cells, self.cells)
        if None in tilts or of_mean is None:
            return Measured(missing=Reason("no_correlation"))
        notes = [Reason.of("best_cells", cells=len(best), worst=self.amount(max(best.values())))]
        low, high = tilt_interval(cells, self.cells)
        notes.append(Reason.of("over_cells", low=low, high=high))
        other = tilt_of(evidence.cells(self.beside, self.quantity), self.cells) if self.beside else None
        if other is not None:
            notes.append(Reason.of("beside", variant=self.beside, number=other))
        found = mean_interval(tilts)
        if found.interval:
            found = dataclasses.replace(found, low=min(found.low, of_mean), high=max(found.high, of_mean), error=None)
        return Measured((Part(found, notes=tuple(notes)),))


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
            return text.phrase("at_most", number=self.high)
        return text.phrase("between", low=self.low, high=self.high)

    def yardstick(self):
        return Yardstick("times", line=1.0, low=self.low, high=self.high, ratio=True)

    def measure(self, evidence):
        chosen = [evidence.tuned.get(variant) for variant in (self.first, self.second)]
        if None in chosen:
            return Measured(missing=Reason("not_whole"))
        if not chosen[1]:
            return Measured(missing=Reason("choice_of_zero"))
        numbers = dict(first=chosen[0], second=chosen[1])
        maps = [evidence.maps(variant, self.quantity) for variant in (self.first, self.second)]
        pairs = [[min(one[seed], key=one[seed].get) for one in maps] for seed in maps[0] if seed in maps[1]]
        ratios = [self.factor * first / second for first, second in pairs or [chosen] if second]
        return of_maps(ratios, Reason.of("chosen", **numbers))


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
        quantity, tuning, text = self.quantity, evidence.experiment.tuning, evidence.text
        tuned = evidence.preset is None or evidence.experiment.tunes(evidence.preset)
        if not tuned:
            quantity = self.otherwise
        maps = {v: evidence.cells(v, quantity) for v in self.of or evidence.experiment.variants}
        maps = {v: cells for v, cells in maps.items() if any(np.isfinite(y) for y in cells.values())}
        if not maps:
            return None
        low = quantity.scale * min(y for cells in maps.values() for y in cells.values())
        names = [text.row("settings", name) for name in tuning.names]
        said = dict(quantity=text.quantity(quantity), first=names[0], second=names[1], title=evidence.title)
        shown = text.caption("maps_title", **said)

        def draw(axes):
            figure = axes.figure
            axes.remove()
            columns, rows = (len(maps), 1) if len(maps) < 3 else (2, -(-len(maps) // 2))
            figure.set_size_inches(5.6, 1.0 + 2.9 * rows)
            panels = figure.subplots(rows, columns, squeeze=False, sharey=len(maps) < 3)
            for panel in panels.flat[len(maps) :]:
                panel.remove()
            for panel, (variant, cells) in zip(panels.flat, maps.items(), strict=False):
                down, along = (sorted({x[i] for x in cells}) for i in (0, 1))
                grid = np.array([[cells.get((row, column), np.nan) for column in along] for row in down])
                colours = matplotlib.colormaps["cividis"].with_extremes(bad="none", over=(0.9, 0.9, 0.9))
                image = panel.pcolormesh(
                    np.ma.masked_invalid(np.where(np.isinf(grid), np.nan, grid * quantity.scale)),
                    cmap=colours, vmin=low, vmax=low + self.reach * quantity.scale, edgecolors="none",
                )  # fmt: skip
                self._write(panel, grid, down, along, cells, low, text)
                panel.set_title(evidence.labels[variant], fontsize=9, fontweight="normal")
                written = [[text.numeral(x, ".2g") for x in values] for values in (along, down)]
                panel.set_xticks(np.arange(len(along)) + 0.5, written[0], rotation=60, fontsize=8)
                panel.set_yticks(np.arange(len(down)) + 0.5, written[1], fontsize=8)
                panel.grid(visible=False)
                panel.set_xlabel(w.capital(names[1]))
            for panel in panels[:, 0]:
                panel.set_ylabel(w.capital(names[0]))
            left = [panel for panel in panels.flat if panel.figure]
            below = dict(location="bottom", extend="max", shrink=0.6, aspect=40)
            bar = figure.colorbar(image, ax=left, label=w.axis(text, quantity), format=Numerals(text), **below)
            bar.solids.set_rasterized(False)
            title(left[0], shown)

        best = [
            f"{evidence.labels[v]} {w.measured(text, quantity, min(cells.values()))} "
            f"({text.chosen(min(cells, key=cells.get))})"
            for v, cells in maps.items()
        ]
        tilts = {v: tilt_of(cells, self.best) for v, cells in maps.items()}
        tilts = "; ".join(
            f"{evidence.labels[v]} {text.caption('no_number') if t is None else text.numeral(t, '.2f')}"
            for v, t in tilts.items()
        )
        diverged = sum(np.isinf(y) for cells in maps.values() for y in cells.values())
        seeds = tuning.seeds(evidence.preset)
        cells = "one_seed_a_cell" if len(seeds) == 1 else "seeds_a_cell"
        runs = text.caption(cells, seed=str(seeds[0]), n=len(seeds), last=str(seeds[-1]))
        parts = [
            text.caption("maps" if tuned else "maps_of_one_cell", preset=evidence.under, **said),
            runs if tuned else text.caption("tunes_nothing"),
            text.caption("framed", best=self.best, second=names[1], tilts=tilts),
            *([text.caption("crosses_in_cells", runs=diverged)] if diverged else []),
        ]
        return Picture(
            "_".join((self.experiment, quantity.name, "maps", *self.of)),
            w.described(text, text.caption("maps_alt", **said), best),
            " ".join(parts),
            draw,
        )

    def _write(self, axes, grid, rows, columns, cells, low, text):
        """Write the numbers into the cells; frame the best."""
        scale, framed = self.quantity.scale, best_cells(cells, self.best)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                value = grid[i, j]
                if np.isnan(value):
                    continue
                words = "×" if np.isinf(value) else text.numeral(value * scale, ".1f")
                share = (value * scale - low) / (self.reach * scale)
                # Of the cell's own colour, which is the same on every ground; a cross stands on the ground.
                look = {} if np.isinf(value) else {"color": "white" if share < 0.5 else "black"}
                axes.text(j + 0.5, i + 0.5, words, ha="center", va="center", fontsize=7, **look)
                if (row, column) in framed:
                    frame = {"edgecolor": PALETTE["vermillion"][0], "facecolor": "none", "lw": 1.6}
                    axes.add_patch(Rectangle((j + 0.04, i + 0.04), 0.92, 0.92, **frame))
