"""Figures of paths: over a surface, and over the steps."""

import dataclasses

import numpy as np

from experiments.book.classical_methods.problems import SURFACES
from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, log_axis, name_lines, numerals, style, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import GRID, QUIET, TEXT


def heights(surface, x, y):
    """Return a surface's values at points, as an array."""
    return np.asarray(surface.of(np.asarray(x), np.asarray(y)), "float64")


def map_of(axes, surface, levels=20, mesh=161, logarithm=False):
    """Draw lines of equal height, stars at the minima and a square at the start, in the surface's window."""
    left, right, bottom, top = surface.window
    x, y = np.meshgrid(np.linspace(left, right, mesh), np.linspace(bottom, top, mesh))
    z = heights(surface, x, y)
    z = np.log10(z + 1e-3) if logarithm else z
    lines = np.linspace(z.min(), z.max(), levels)[1:]
    axes.contour(x, y, z, levels=lines, colors=[GRID[0]], linewidths=0.8, linestyles="-")
    axes.plot(*np.array(surface.minima).T, ls="none", marker="*", ms=11, color=TEXT[0], zorder=4)
    axes.plot(*surface.start, ls="none", marker="s", ms=6, color=QUIET[0], zorder=4)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.grid(visible=False)


@dataclasses.dataclass(frozen=True)
class Paths(Figure):
    """The path of each method on a surface, from the same point, over lines of equal height. Stars are the minima."""

    experiment: str
    kind = "paths"
    words = ("title", "caption")

    def picture(self, evidence):
        text, look = evidence.text, style(evidence)
        surface, words = SURFACES[self.experiment], evidence.text.figure(self)
        found = {v: evidence.runs.get(v, {}).get(0) for v in evidence.experiment.variants}
        found = {v: r["history"] for v, r in found.items() if r and r["outcome"] == "done"}
        if not found:
            return None

        def draw(axes):
            axes.figure.set_size_inches(5.6, 5.4)
            map_of(axes, surface, logarithm=True)
            for variant, history in found.items():
                points = np.array([surface.start, *((row["x"], row["y"]) for row in history)])
                every = (len(found), max(1, len(points) // 8))
                axes.plot(
                    *points.T, label=evidence.labels[variant], lw=1.2, ms=4, markevery=every, **look[variant].line()
                )
            axes.set_xlabel("x")
            axes.set_ylabel("y")
            numerals(axes, text)
            title(axes, words["title"])
            legend(axes)

        ends = [f"{evidence.labels[v]} {text.numeral(history[-1]['distance'], '.2g')}" for v, history in found.items()]
        return Picture(
            f"{self.experiment}_paths",
            w.described(text, f"{words['title']}.", ends),
            words["caption"],
            draw,
        )


@dataclasses.dataclass(frozen=True)
class Course(Figure):
    """A column of the history over the steps, on average over the seeds; dotted, the rates of the theory.

    Attributes:
        experiment, quantity, log: as of `LearningCurves`.
        rates: by variant, the factor of a step.
    """

    experiment: str
    quantity: Quantity
    log: bool = False
    rates: dict = dataclasses.field(default_factory=dict)
    kind = "course"
    words = ("title", "axis", "caption")

    def picture(self, evidence):
        text, look, words = evidence.text, style(evidence), evidence.text.figure(self)
        runs = {v: [r["history"] for r in evidence.runs.get(v, {}).values() if r["outcome"] == "done"] for v in look}
        runs = {v: histories for v, histories in runs.items() if histories}
        if not runs:
            return None
        name = self.quantity.name
        found = {v: np.array([[row[name] for row in rows] for rows in histories]) for v, histories in runs.items()}
        found = {
            v: np.maximum(values.mean(axis=0), 1e-300) if self.log else values.mean(axis=0)
            for v, values in found.items()
        }

        def draw(axes):
            ends = []
            for variant, y in found.items():
                x, line = np.array([row["steps"] for row in runs[variant][0]]), look[variant].line()
                label = evidence.labels[variant]
                axes.plot(x, y, label=label, lw=1.2, ms=4, markevery=max(1, len(x) // 8), **line)
                ends.append((label, line, y[-1]))
                if variant in self.rates:
                    axes.plot(x, y[-1] * self.rates[variant] ** (x - x[-1]), color=line["color"], lw=1, ls=":")
            axes.set_xlabel(words["axis"])
            axes.set_ylabel(text.quantity(self.quantity))
            numerals(axes, text)
            if self.log:
                log_axis(axes, "y", text)
            title(axes, words["title"])
            name_lines(axes, ends)

        ends = [f"{evidence.labels[v]} {text.numeral(float(y[-1]), '.2g')}" for v, y in found.items()]
        return Picture(
            f"{self.experiment}_{name}_course", w.described(text, f"{words['title']}.", ends), words["caption"], draw
        )
