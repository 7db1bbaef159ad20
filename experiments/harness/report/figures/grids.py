"""The tuning grids: one setting as lines, in one plot or in panels; two as a map."""

import dataclasses

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from experiments.harness.claims.grids import best_cells, cells_of, tilt_of
from experiments.harness.quantities import QUANTITIES
from experiments.harness.report.blocks import Picture
from experiments.harness.report.figures.base import COLOURS, DASHES, MARKERS, axis_label, legend, log_axis, style


@dataclasses.dataclass(frozen=True)
class Sensitivity:
    """The tuning grid: the metric's best epoch over the tuned setting, one line per variant."""

    experiment: str

    def picture(self, evidence):
        tuning = evidence.experiment.tuning
        points = {}
        for variant, records in evidence.tuning.items():
            for r in records:
                values = [row[tuning.metric] for row in r["history"] if tuning.metric in row]
                if r["outcome"] == "done" and values:
                    points.setdefault(variant, []).append((tuning.value_of(r["settings"]), min(values)))
        if not points:
            return None
        setting, metric = tuning.title, tuning.metric.replace("_", " ")
        unit, scale = ("%", 100) if tuning.metric.endswith("_error") else ("nats", 1)

        def draw(axes):
            for variant, pairs in points.items():
                x, y = zip(*sorted(pairs), strict=True)
                axes.plot(
                    x,
                    np.array(y) * scale,
                    label=evidence.labels[variant],
                    ms=5,
                    lw=1.4,
                    **style(evidence.experiment, variant),
                )
            log_axis(axes, "x")
            log_axis(axes, "y")
            axes.set_xlabel(setting.capitalize())
            axes.set_ylabel(f"{metric.capitalize()} ({unit})")
            legend(axes)

        chosen = ", ".join(f"{evidence.labels[v]} {value:g}" for v, value in evidence.tuned.items())
        return Picture(
            f"{self.experiment}_tuning",
            f"Lowest {metric} over the {setting} by variant; chosen: {chosen}.",
            f"Lowest {metric} of any epoch over the {setting}, {evidence.experiment.title}, preset {evidence.preset}. "
            f"One seed ({tuning.seed}) per point; diverged runs have none. Chosen: {chosen}.",
            draw,
        )


@dataclasses.dataclass(frozen=True)
class TuningPanels:
    """The tuning grid in panels: a quantity of every run over the tuned setting.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        panels: rows of `(title, variants)`, one for each panel.
        names: what the variants of a panel are called, in order.
        reach: upper end of the axis as a multiple of the lowest value; larger values and diverged runs are drawn there.
    """

    experiment: str
    quantity: str
    panels: tuple
    names: tuple
    reach: float = 3.0

    def picture(self, evidence):
        quantity, tuning = QUANTITIES[self.quantity], evidence.experiment.tuning
        points = {variant: cells_of(evidence, variant, self.quantity) for variant in evidence.tuning}
        if not any(np.isfinite(y) for p in points.values() for y in p.values()):
            return None
        name, low = tuning.title, min(y * quantity.scale for p in points.values() for y in p.values())
        top = self.reach * low
        bottom = low - 0.05 * (top - low)

        def draw(axes):
            figure = axes.figure
            axes.remove()
            grid = figure.subplots(len(self.panels), len(self.panels[0]), sharex=True, sharey=True, squeeze=False)
            for axes, (title, variants) in zip(grid.flat, (p for row in self.panels for p in row), strict=True):
                for i, variant in enumerate(variants):
                    if not points.get(variant):
                        continue
                    x, y = np.array(sorted(points[variant].items())).T
                    look = {"color": COLOURS[i], "marker": MARKERS[i], "ls": DASHES[i]}
                    clipped = np.minimum(y * quantity.scale, top)
                    axes.plot(np.log10(x), clipped, label=self.names[i], ms=4, lw=1.4, clip_on=False, **look)
                axes.set_title(title, fontsize=9)
                axes.xaxis.set_major_locator(MaxNLocator(integer=True))
                axes.set_ylim(bottom, top)
            if len(values := {x for found in points.values() for x in found}) == 1:  # there is nothing to scale by
                middle = np.log10(values.pop())
                grid.flat[0].set_xlim(middle - 1, middle + 1)
            figure.supxlabel(f"log10 of the {name}", fontsize=9)
            figure.supylabel(axis_label(quantity), fontsize=9)
            handles, labels = grid.flat[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), frameon=False)

        best = []
        for title, variants in (panel for row in self.panels for panel in row):
            for variant, called in zip(variants, self.names, strict=True):
                if found := points.get(variant):
                    x = min(found, key=found.get)
                    best.append(f"{title}, {called} {quantity.number(found[x])} at {x:g}")
        beyond = sum(y * quantity.scale > top for p in points.values() for y in p.values())
        return Picture(
            f"{self.experiment}_{self.quantity}_panels",
            f"{axis_label(quantity)} over the {name}, one panel for each choice of the other settings. Lowest: "
            f"{'; '.join(best)}.",
            f"{quantity.label} over the {name}, {evidence.experiment.title}, preset {evidence.preset}. One run, seed "
            f"{tuning.seed}, per point; {beyond} at the upper edge lie beyond it or diverged.",
            draw,
        )


@dataclasses.dataclass(frozen=True)
class HeatMaps:
    """A tuning grid of two settings as maps: a quantity of every run, one panel for each variant.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        reach: upper end of the colours above the lowest value of all panels, in the record's unit; larger values
            have its colour.
        best: as many of a variant's best cells, settings of 0 left out, are framed.
    """

    experiment: str
    quantity: str
    reach: float
    best: int = 10

    def picture(self, evidence):
        quantity, tuning = QUANTITIES[self.quantity], evidence.experiment.tuning
        maps = {v: cells_of(evidence, v, self.quantity) for v in evidence.experiment.variants}
        maps = {v: cells for v, cells in maps.items() if any(np.isfinite(y) for y in cells.values())}
        if not maps:
            return None
        low = quantity.scale * min(y for cells in maps.values() for y in cells.values())
        names = [name.replace("_", " ") for name in tuning.names]

        def draw(axes):
            figure = axes.figure
            axes.remove()
            panels = figure.subplots(1, len(maps), squeeze=False)[0]
            for axes, (variant, cells) in zip(panels, maps.items(), strict=True):
                rows, columns = (sorted({x[i] for x in cells}) for i in (0, 1))
                grid = np.array([[cells.get((row, column), np.nan) for column in columns] for row in rows])
                colours = matplotlib.colormaps["cividis"].with_extremes(bad="white", over=(0.9, 0.9, 0.9))
                image = axes.imshow(
                    np.ma.masked_invalid(np.where(np.isinf(grid), np.nan, grid * quantity.scale)),
                    origin="lower", aspect="auto", cmap=colours, vmin=low, vmax=low + self.reach * quantity.scale,
                )  # fmt: skip
                self._write(axes, grid, rows, columns, cells, low)
                axes.set_title(evidence.labels[variant], fontsize=9)
                axes.set_xticks(range(len(columns)), [f"{c:.2g}" for c in columns], rotation=60, fontsize=7)
                axes.set_yticks(range(len(rows)), [f"{r:.2g}" for r in rows], fontsize=7)
                axes.grid(visible=False)
                axes.set_xlabel(names[1].capitalize())
            panels[0].set_ylabel(names[0].capitalize())
            figure.colorbar(image, ax=panels, label=axis_label(quantity), extend="max", shrink=0.9)

        best = "; ".join(
            f"{evidence.labels[v]} {quantity.number(min(cells.values()))} {quantity.unit}".rstrip()
            + f" at {tuning.words(min(cells, key=cells.get))}"
            for v, cells in maps.items()
        )
        tilts = ((v, tilt_of(cells, self.best)) for v, cells in maps.items())
        tilts = ", ".join(f"{evidence.labels[v]} {'none' if t is None else format(t, '.2f')}" for v, t in tilts)
        diverged = sum(np.isinf(y) for cells in maps.values() for y in cells.values())
        return Picture(
            f"{self.experiment}_{self.quantity}_maps",
            f"{axis_label(quantity)} over {names[0]} and {names[1]}, one map per variant. Lowest: {best}.",
            f"{quantity.label} of every cell of the grid, {evidence.experiment.title}, preset {evidence.preset}; one "
            f"run, seed {tuning.seed}, per cell. Framed: the best {self.best} cells of a map whose {names[1]} is not "
            f"0; correlation of both settings' logarithms over them: {tilts}. Crosses: {diverged} runs that diverged.",
            draw,
        )

    def _write(self, axes, grid, rows, columns, cells, low):
        """The numbers in the cells, frames around the best."""
        scale, framed = QUANTITIES[self.quantity].scale, best_cells(cells, self.best)
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
