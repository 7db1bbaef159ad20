"""A figure of the paths over a surface."""

import dataclasses

import numpy as np

from experiments.book.classical_methods.problems import SURFACES
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, numerals, style, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import GRID, QUIET, TEXT


@dataclasses.dataclass(frozen=True)
class Paths(Figure):
    """The path of each method on a surface, from the same point, over lines of equal height. Stars are the minima."""

    experiment: str
    kind = "paths"
    words = ("title",)

    def picture(self, evidence):
        text, look = evidence.text, style(evidence)
        surface, words = SURFACES[self.experiment], evidence.text.figure(self)
        found = {v: evidence.runs[v].get(0) for v in evidence.experiment.variants}
        found = {v: r["history"] for v, r in found.items() if r and r["outcome"] == "done"}
        if not found:
            return None
        left, right, bottom, top = surface.window

        def draw(axes):
            axes.figure.set_size_inches(5.6, 5.4)
            x, y = np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 161))
            heights = np.log10(surface.of(x, y) + 1e-3)
            levels = np.linspace(heights.min(), heights.max(), 14)[1:]
            axes.contour(x, y, heights, levels=levels, colors=[GRID[0]], linewidths=0.8)
            for variant, history in found.items():
                points = np.array([surface.start, *((row["x"], row["y"]) for row in history)])
                every = (len(found), max(1, len(points) // 8))
                axes.plot(
                    *points.T, label=evidence.labels[variant], lw=1.2, ms=4, markevery=every, **look[variant].line()
                )
            axes.plot(*np.array(surface.minima).T, ls="none", marker="*", ms=11, color=TEXT[0])
            axes.plot(*surface.start, ls="none", marker="s", ms=6, color=QUIET[0])
            axes.set_xlim(left, right)
            axes.set_ylim(bottom, top)
            axes.set_xlabel("x")
            axes.set_ylabel("y")
            numerals(axes, text)
            axes.grid(visible=False)
            title(axes, words["title"])
            legend(axes)

        ends = [f"{evidence.labels[v]} {text.numeral(history[-1]['distance'], '.2g')}" for v, history in found.items()]
        return Picture(
            f"{self.experiment}_paths",
            w.described(text, f"{words['title']}.", ends),
            text.caption("curves", quantity=words["title"], title=evidence.title, preset=evidence.preset),
            draw,
        )
