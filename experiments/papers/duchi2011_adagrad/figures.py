"""Figures: mistakes against examples (the paper's figure 5, the book's 4), error against sparsity (its figure 7)."""

import dataclasses

import numpy as np

from experiments.claims import TEST_ERROR, Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import (
    Figure,
    counted,
    draw_mean,
    from_zero,
    log_axis,
    looks_of,
    name_lines,
    numerals,
    style,
    title,
)
from experiments.report.figures import words as w
from experiments.report.figures.style import hollow, label_y, legend

ORDER = ("rda", "pa", "adagrad_rda", "fb", "adagrad_fb", "arow")  # as of table 1's experiment: one look in all figures


@dataclasses.dataclass(frozen=True)
class Mistakes(Figure):
    """Mistakes so far over the examples so far: the mean of the seeds, with their range as a band."""

    experiment: str
    kind = "mistakes"
    words = ("axis", "label", "described")

    def picture(self, evidence):
        text, words, look = evidence.text, evidence.text.figure(self), style(evidence)
        curves = {variant: list(_mistakes(evidence, variant)) for variant in evidence.experiment.variants}
        curves = {variant: found for variant, found in curves.items() if found}
        if not curves:
            return None
        n = counted(curves.values())
        shown = f"{words['label']}: {evidence.title}, {w.seeds(text, n)}"

        def draw(axes):
            axes.figure.set_size_inches(5.6, 4.0)
            ends = []
            for variant, found in curves.items():
                line, label = look[variant].line(), evidence.labels[variant]
                ends.append((label, line, draw_mean(axes, found, 1, label, line)))
            axes.set_xlabel(words["axis"])
            label_y(axes, words["label"])
            axes.set_ylim(bottom=0)
            axes.set_xlim(left=0)
            numerals(axes, text)
            title(axes, shown)
            name_lines(axes, ends)

        last = {variant: np.mean([curve[max(curve)] for curve in found]) for variant, found in curves.items()}
        ends = [f"{evidence.labels[variant]} {text.numeral(float(mean), ',.0f')}" for variant, mean in last.items()]
        drawn = text.caption("one_each") if n == "1" else text.caption("band", n=n)
        described = w.described(text, words["described"], ends)
        return Picture(f"{self.experiment}_mistakes", described, f"{shown}. {drawn}", draw)


def _mistakes(evidence, variant):
    for record in evidence.done(variant).values():
        yield {0: 0} | {row["seen"]: row["mistakes"] for row in record["history"]}


@dataclasses.dataclass(frozen=True)
class ErrorBySparsity(Figure):
    """Test error over the proportion that is not 0, a point for each variant, those of one algorithm joined.

    Crosses through a point span the seeds. Described is the error, and the proportion in parentheses. Its words:
    `label`, what the title says; `crosses`, what spans the seeds; `hollow`, of the published points.

    Attributes:
        experiment, nonzero: the proportion.
        lines: by algorithm, whose label and look they have, variants in the order in which a line joins them.
        published: by variant, the paper's pair of proportion and error, or none of them.
    """

    experiment: str
    nonzero: Quantity
    lines: dict
    published: dict = dataclasses.field(default_factory=dict)
    kind = "sparsity"

    @property
    def words(self):
        return ("label", "crosses", "hollow") if self.published else ("label", "crosses")

    def variants(self):
        return tuple(variant for line in self.lines.values() for variant in line)

    def quantities(self):
        return [self.nonzero, TEST_ERROR]

    def picture(self, evidence):
        text, words, looks = evidence.text, evidence.text.figure(self), looks_of(ORDER)
        seeds = {variant: self._seeds(evidence, variant) for variant in self.variants()}
        seeds = {variant: points for variant, points in seeds.items() if len(points)}
        if not seeds:
            return None
        n = counted(seeds.values())
        shown = f"{words['label']}: {evidence.title}, {w.seeds(text, n)}"

        def draw(axes):
            axes.figure.set_size_inches(5.6, 4.2)
            for name, variants in self.lines.items():
                look, label = looks[name].line(), evidence.labels[name]
                means = np.array([seeds[v].mean(0) for v in variants if v in seeds]).reshape(-1, 2)
                axes.plot(*means.T, label=label, ms=6, lw=1.2, clip_on=False, **look)
                for variant in variants:
                    if variant in seeds:
                        _cross(axes, seeds[variant], look["color"])
                printed = np.array([self.published[v] for v in variants if v in self.published]).reshape(-1, 2) * 100
                if len(printed):
                    quiet = hollow(look | {"linestyle": (0, (1, 2))})
                    axes.plot(*printed.T, ms=6, lw=0.8, clip_on=False, **quiet)
            log_axis(axes, "x", text)
            numerals(axes, text, "y")
            axes.set_xlabel(w.axis(text, self.nonzero))
            label_y(axes, w.axis(text, TEST_ERROR))
            from_zero(axes)
            title(axes, shown)
            legend(axes)

        def at(variant):
            share, error = (text.numeral(float(mean), ".1f") for mean in seeds[variant].mean(0))
            return f"{evidence.labels[variant]} {error} ({share})"

        parts = [f"{shown}.", words["crosses"], *([words["hollow"]] if self.published else [])]
        described = w.described(text, f"{words['label']}.", [at(variant) for variant in seeds])
        return Picture(f"{self.experiment}_sparsity", described, " ".join(parts), draw)

    def _seeds(self, evidence, variant):
        """Return, of each seed, proportion and error in percent."""
        sides = [evidence.values(variant, quantity) for quantity in (self.nonzero, TEST_ERROR)]
        return 100 * np.array([[side[seed] for side in sides] for seed in sorted(sides[0]) if seed in sides[1]])


def _cross(axes, points, colour):
    """Draw the range of the seeds in both directions."""
    (x, y), low, high = points.mean(0), points.min(0), points.max(0)
    axes.plot([low[0], high[0]], [y, y], color=colour, lw=0.9)
    axes.plot([x, x], [low[1], high[1]], color=colour, lw=0.9)
