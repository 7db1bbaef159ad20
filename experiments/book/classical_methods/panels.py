"""Figures of paths in several panels: the book's figures 1 to 3, and a saddle."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from experiments.book.classical_methods.paths import heights, map_of
from experiments.book.classical_methods.problems import PICTURED
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, log_axis, numerals, style, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import BAND, GRID, QUIET, TEXT

MESH, LOW, TURN = 18, 0.55, np.pi / 8  # lines of a surface in each direction; how flat and how far turned it is seen
FAR = 3.0  # from 0: where the window of the step sizes ends


def first_runs(evidence):
    """Return by variant the rows of its run with seed 0, where that is finished."""
    found = {v: evidence.runs.get(v, {}).get(0) for v in evidence.experiment.variants}
    return {v: r["history"] for v, r in found.items() if r and r["outcome"] == "done"}


def track(start, history):
    """Return the points of a path in the plane, the start first, as two rows."""
    return np.array([start, *((row["x"], row["y"]) for row in history)]).T


def panels(axes, count, height):
    """Return so many axes side by side, in place of one."""
    figure = axes.figure
    axes.remove()
    figure.set_size_inches(5.6, height)
    return figure.subplots(1, count, squeeze=False)[0]


class Panels(Figure):
    """What the figures share: their words, `title` and `caption`, and the runs with seed 0."""

    words = ("title", "caption")

    def picture(self, evidence):
        words, found = evidence.text.figure(self), first_runs(evidence)
        if not found:
            return None
        alt = w.described(evidence.text, f"{words['title']}.", self.ends(evidence, found))
        draw = self.drawing(evidence, found, words)
        return Picture(f"{self.experiment}_{self.kind}", alt, words["caption"], draw)

    def ends(self, evidence, found):
        """Return the last distance of each path, in words."""
        text = evidence.text
        return [f"{evidence.labels[v]} {text.numeral(rows[-1]['distance'], '.2g')}" for v, rows in found.items()]


@dataclasses.dataclass(frozen=True)
class StepSizes(Panels):
    """A panel for each step size: a parabola, and the points at which gradient descent stands on it.

    Attributes:
        experiment: whose runs.
        sizes: step sizes by variant.
    """

    experiment: str
    sizes: Mapping
    kind = "step_sizes"

    def drawing(self, evidence, found, words):
        text, look = evidence.text, style(evidence)

        def draw(axes):
            curve = np.linspace(-FAR, FAR, 101)
            for part, (variant, rows) in zip(panels(axes, len(found), 2.5), found.items(), strict=True):
                x = np.array([-2.0, *(row["position"] for row in rows)])
                line = look[variant].line(linestyle="-")
                part.plot(curve, curve**2, color=QUIET[0], lw=1)
                part.plot(x, x**2, lw=0.8, ms=3.5, **line)
                part.plot(x[0], x[0] ** 2, ls="none", marker="s", ms=6, color=TEXT[0])
                size = text.numeral(self.sizes[variant])
                part.set_title(f"{evidence.labels[variant]}\n\N{GREEK SMALL LETTER ETA} = {size}", fontsize=9)
                part.set_xlabel("x")
                part.set_xlim(-FAR, FAR)
                part.set_ylim(-0.05 * FAR**2, FAR**2)
                part.label_outer()
                part.grid(visible=False)
                numerals(part, text)
            title(part, words["title"])

        return draw


@dataclasses.dataclass(frozen=True)
class Landscapes(Panels):
    """A panel for each function of the plane: its surface from above, and a path down it.

    Attributes:
        experiment: whose runs.
        surfaces: names of the functions by variant.
    """

    experiment: str
    surfaces: Mapping
    kind = "landscapes"

    def drawing(self, evidence, found, words):
        look = style(evidence)

        def draw(axes):
            for part, (variant, rows) in zip(panels(axes, len(found), 2.5), found.items(), strict=True):
                surface = PICTURED[self.surfaces[variant]]
                see = view_of(surface)
                for corners, shade in patches(surface, see):
                    part.fill(*corners, facecolor=BAND[0] if shade else GRID[0], edgecolor=QUIET[0], lw=0.4)
                x, y = track(surface.start, rows)
                line = look[variant].line(linestyle="-")
                part.plot(*see(x, y), lw=1.2, ms=3.5, markevery=[*range(0, min(12, len(x))), len(x) - 1], **line)
                part.plot(*see(*surface.start), ls="none", marker="s", ms=6, color=TEXT[0])
                part.set_title(evidence.labels[variant], fontsize=9)
                part.set_axis_off()
                part.set_aspect("equal", anchor="N")
            title(part, words["title"])

        return draw


def view_of(surface):
    """Return a function from x and y to where a point of the surface is seen, across and up."""
    left, right, bottom, top = surface.window
    x, y = np.meshgrid(np.linspace(left, right, 61), np.linspace(bottom, top, 61))
    highest = heights(surface, x, y).max()

    def see(x, y):
        x, y, z = np.asarray(x, float), np.asarray(y, float), heights(surface, x, y) / highest
        across, away = x * np.cos(TURN) - y * np.sin(TURN), x * np.sin(TURN) + y * np.cos(TURN)
        return across, LOW * away + 0.35 * (top - bottom) * z

    return see


def patches(surface, see):
    """Yield the corners of the surface's patches as they are seen, the farthest first, and whether each looks up."""
    left, right, bottom, top = surface.window
    x, y = np.linspace(left, right, MESH), np.linspace(bottom, top, MESH)
    order = [(i, j) for i in range(MESH - 1) for j in range(MESH - 1)]
    order.sort(key=lambda at: -(x[at[0]] * np.sin(TURN) + y[at[1]] * np.cos(TURN)))
    for i, j in order:
        across, up = see(x[[i, i + 1, i + 1, i]], y[[j, j, j + 1, j + 1]])
        area = np.dot(across, np.roll(up, -1)) - np.dot(up, np.roll(across, -1))
        yield (across, up), area > 0


@dataclasses.dataclass(frozen=True)
class Walks(Panels):
    """The paths of gradients over more and fewer examples, over lines of equal cost."""

    experiment: str
    kind = "walks"

    def drawing(self, evidence, found, words):
        text, look, surface = evidence.text, style(evidence), PICTURED["fit"]

        def draw(axes):
            axes.figure.set_size_inches(5.6, 4.6)
            map_of(axes, surface, levels=12)
            for i, (variant, rows) in enumerate(found.items()):
                line = look[variant].line(zorder=3 - 0.1 * i)
                axes.plot(*track(surface.start, rows), label=evidence.labels[variant], lw=1.3, ms=4, **line)
            axes.set_xlabel(words["across"])
            axes.set_ylabel(words["up"])
            numerals(axes, text)
            title(axes, words["title"])
            legend(axes)

        return draw

    words = ("title", "caption", "across", "up")


@dataclasses.dataclass(frozen=True)
class Saddle(Panels):
    """Paths from beside a saddle; beside them the distance from its ridge over the steps, dotted: as the theory has it.

    Of momentum and gradient descent alone the distance grows.
    """

    experiment: str
    growths: Mapping
    kind = "saddle"
    words = ("title", "caption", "across", "up")

    def drawing(self, evidence, found, words):
        text, look, surface = evidence.text, style(evidence), PICTURED["saddle"]

        def draw(axes):
            plane, course = panels(axes, 2, 3.4)
            map_of(plane, surface, levels=14)
            for variant, rows in found.items():
                line = look[variant].line()
                plane.plot(
                    *track(surface.start, rows), label=evidence.labels[variant], lw=1.2, ms=4, markevery=4, **line
                )
                x, y = [row["steps"] for row in rows], np.abs([row["y"] for row in rows])
                course.plot(x, np.where(y > 1e-8, y, np.nan), lw=1.2, ms=4, markevery=6, **line)
                if variant in self.growths:
                    near = np.array([(step, off) for step, off in zip(x, y, strict=True) if off < 0.01][-1:])
                    steps = np.arange(0, 45)
                    theory = near[0, 1] * self.growths[variant] ** (steps - near[0, 0])
                    shown = (theory > 2e-5) & (theory < 3)
                    course.plot(steps[shown], theory[shown], color=line["color"], lw=1, ls=":")
            plane.set_xlabel("x")
            plane.set_ylabel("y")
            course.set_xlabel(words["across"])
            course.set_title(words["up"], fontsize=9)
            numerals(plane, text)
            log_axis(course, "y", text)
            title(plane, words["title"])
            legend(plane)

        return draw
