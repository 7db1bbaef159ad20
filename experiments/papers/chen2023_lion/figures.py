"""Figures of this paper: what each trial of a search found; the gain by batch size."""

import dataclasses
import math

import matplotlib
import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from experiments.claims import TEST_ERROR, Quantity
from experiments.claims.statistics import paired_difference
from experiments.papers.chen2023_lion.choices import near_best, reach_of
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, log_axis, numerals, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import PALETTE, QUIET, TEXT
from experiments.report.figures.style import Numerals, counted, label_y


@dataclasses.dataclass(frozen=True)
class SearchMaps(Figure):
    """The trials of each search at their rate and decay, coloured by what they found; one scale for all panels.

    Trials that the spread between seeds does not tell from the best have a ring; the best has its number. Under a
    preset that tunes nothing the one run of each variant is drawn.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        reach: upper end of the colours above the lowest value of all panels, in the record's unit.
        width: by what factor the space is wide in both settings.
        otherwise: what is drawn where nothing is tuned, and whose spread between seeds is taken.
    """

    experiment: str
    quantity: Quantity
    reach: float
    width: float
    otherwise: Quantity = TEST_ERROR
    kind = "search"
    words = ("title", "told", "one_run", "alt")

    def picture(self, evidence):
        text, tuning = evidence.text, evidence.experiment.tuning
        tuned = bool(evidence.preset and evidence.experiment.tunes(evidence.preset))
        quantity = self.quantity if tuned else self.otherwise
        maps = {v: evidence.cells(v, quantity) for v in evidence.experiment.variants}
        maps = {v: cells for v, cells in maps.items() if any(np.isfinite(y) for y in cells.values())}
        if not maps:
            return None
        words = text.figure(self)
        least = quantity.scale * min(y for cells in maps.values() for y in cells.values())
        names = [text.row("settings", name) for name in tuning.names]
        reaches = {v: reach_of(list(evidence.values(v, self.otherwise).values())) for v in maps}
        near = {v: near_best(cells, (tuned and reaches[v]) or 0.0) for v, cells in maps.items()}
        shown = text.fill(words["title"], quantity=text.quantity(quantity), title=evidence.title)

        def draw(axes):
            figure = axes.figure
            axes.remove()
            columns, rows = 2, -(-len(maps) // 2)
            figure.set_size_inches(5.6, 1.3 + 2.2 * rows)
            panels = figure.subplots(rows, columns, squeeze=False)
            for panel in panels.flat[len(maps) :]:
                panel.remove()
            look = dict(cmap=matplotlib.colormaps["cividis"], vmin=least, vmax=least + self.reach * quantity.scale)
            for panel, (variant, cells) in zip(panels.flat, maps.items(), strict=False):
                image = self._panel(panel, cells, near[variant], quantity, text, look)
                panel.set_title(evidence.labels[variant], fontsize=9, fontweight="normal")
            for panel in panels[-1]:
                if panel.figure:
                    panel.set_xlabel(w.capital(names[0]))
            for panel in panels[:, 0]:
                panel.set_ylabel(w.capital(names[1]))
            left = [panel for panel in panels.flat if panel.figure]
            below = dict(location="bottom", extend="max", shrink=0.6, aspect=40)
            scale = figure.colorbar(image, ax=left, label=w.axis(text, quantity), format=Numerals(text), **below)
            scale.solids.set_rasterized(False)
            title(left[0], shown)

        best = [
            f"{evidence.labels[v]} {w.measured(text, quantity, min(cells.values()))} "
            f"({text.chosen(min(cells, key=cells.get))})"
            for v, cells in maps.items()
        ]
        lost = sum(np.isinf(y) for cells in maps.values() for y in cells.values())
        counts = text.all_of(f"{evidence.labels[v]} {len(values)}" for v, values in near.items())
        parts = [
            text.fill(words["told"] if tuned else words["one_run"], quantity=text.quantity(quantity), counts=counts),
            *([text.caption("crosses_in_cells", runs=lost)] if lost else []),
        ]
        alt = text.fill(words["alt"], quantity=text.quantity(quantity), title=evidence.title)
        return Picture(f"{self.experiment}_{quantity.name}_search", w.described(text, alt, best), " ".join(parts), draw)

    def _panel(self, panel, cells, near, quantity, text, look):
        """Draw one search; return what the scale of colours is made of."""
        finite = {x: y * quantity.scale for x, y in cells.items() if math.isfinite(y)}
        lost = [x for x, y in cells.items() if math.isinf(y)]
        ringed = [x in near for x in finite]
        edges = [PALETTE["vermillion"][0] if ring else QUIET[0] for ring in ringed]
        image = panel.scatter(
            *zip(*finite, strict=True), c=list(finite.values()), s=62, edgecolors=edges,
            linewidths=[1.8 if ring else 0.5 for ring in ringed], zorder=3, **look,
        )  # fmt: skip
        if lost:
            panel.scatter(*zip(*lost, strict=True), marker="x", s=48, color=TEXT[0], zorder=3)
        best = min(finite, key=finite.get)
        written = dict(xytext=(0, 8), textcoords="offset points", ha="center", fontsize=8, color=TEXT[0], zorder=4)
        panel.annotate(text.numeral(finite[best], ".1f"), best, **written)
        for i, axis in enumerate((panel.xaxis, panel.yaxis)):
            name = "xy"[i]
            getattr(panel, f"set_{name}scale")("log")
            middle = math.sqrt(min(x[i] for x in cells) * max(x[i] for x in cells))
            half = max(math.sqrt(self.width), math.sqrt(max(x[i] for x in cells) / min(x[i] for x in cells)) * 1.2)
            getattr(panel, f"set_{name}lim")(middle / half, middle * half)
            axis.set_major_locator(LogLocator(subs=(1, 3)))
            axis.set_major_formatter(Numerals(text, even=False))
            axis.set_minor_formatter(NullFormatter())
            axis.set_tick_params(labelsize=8)
        return image


@dataclasses.dataclass(frozen=True)
class GainByBatch(Figure):
    """By how much one optimizer's error lies below another's, over the batch size; what the paper's figure shows.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        pairs: `(variant, the one that is to be lower)`, a pair for each batch size.
        published: by batch size, what was read off the paper's figure, in the record's unit.
    """

    experiment: str
    quantity: Quantity
    pairs: tuple
    published: tuple
    kind = "gain"
    words = ("title", "axis", "gain", "told", "ours", "theirs", "alt")

    def variants(self):
        return tuple(variant for pair in self.pairs for variant in pair)

    def picture(self, evidence):
        text, words, scale = evidence.text, evidence.text.figure(self), self.quantity.scale
        found = []
        for pair in self.pairs:
            values = [evidence.values(variant, self.quantity) for variant in pair]
            gaps = [values[0][seed] - values[1][seed] for seed in values[0] if seed in values[1]]
            if gaps:
                size = evidence.experiment.settings(evidence.preset, pair[0]).batch_size
                found.append((size, np.array(gaps) * scale, paired_difference(*values).scaled(scale)))
        if not found:
            return None
        n = counted([gaps for _, gaps, _ in found])
        shown = text.fill(words["title"], n=n)

        def draw(axes):
            blue, quiet = PALETTE["blue"][0], QUIET[0]
            sizes, means = [size for size, _, _ in found], [estimate.mean for _, _, estimate in found]
            axes.axhline(0, color=quiet, lw=1)
            axes.plot(sizes, means, color=blue, marker="*", ms=8, lw=1.4, label=words["ours"])
            for size, gaps, estimate in found:
                axes.plot([size] * len(gaps), gaps, ls="none", marker="o", ms=3, color=blue, alpha=0.5)
                if estimate.interval:
                    axes.plot([size] * 2, estimate.interval, color=blue, lw=1.4)
            line = dict(color=quiet, marker="D", ms=6, lw=1.2, ls=(0, (4, 2)), markerfacecolor="none")
            axes.plot(*zip(*((size, gap * scale) for size, gap in self.published), strict=True), **line)
            log_axis(axes, "x", text)
            axes.set_xlim(min(sizes + [self.published[0][0]]) / 2, self.published[-1][0] * 2)
            numerals(axes, text, "y")
            place = dict(textcoords="offset points", fontsize=9)
            axes.annotate(words["ours"], (sizes[-1], means[-1]), xytext=(-8, 8), ha="right", color=blue, **place)
            last = (self.published[-1][0], self.published[-1][1] * scale)
            axes.annotate(words["theirs"], last, xytext=(-10, 2), ha="right", color=quiet, **place)
            axes.set_xlabel(words["axis"])
            label_y(axes, words["gain"])
            title(axes, shown)

        told = [f"{text.numeral(size, ',')}: {text.numeral(estimate.mean, '.2f')}" for size, _, estimate in found]
        return Picture(
            f"{self.experiment}_gain",
            w.described(text, words["alt"], told),
            text.fill(words["told"], preset=evidence.under, n=n),
            draw,
        )
