"""A column of the rows over another one, or over steps."""

import dataclasses
import functools

from experiments.claims.quantities import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.looks import QUIET
from experiments.report.figures.style import (
    Figure,
    counted,
    draw_mean,
    from_zero,
    label_y,
    log_axis,
    mean_of,
    name_lines,
    numerals,
    style,
    title,
)


@dataclasses.dataclass(frozen=True)
class OverColumn(Figure):
    """A column of the rows over another one, or over steps: mean of the seeds, with their range as a band.

    Its words: `axis`, the horizontal one; `mark`, what the dashed lines are, where there are some.

    Attributes:
        experiment, quantity: as of `LearningCurves`.
        column: the horizontal one.
        steps: the setting that is how many steps one of `column` stands for; `None`: the axis shows the column itself.
        per: what the horizontal axis counts in, 1000 for thousands.
        only: the variants that are drawn; none: all.
        part: what tells the figure from others of the same quantity, for the name of its file.
        marks: values that get a dashed line.
        log: names of the axes that are logarithmic.
    """

    experiment: str
    quantity: Quantity
    column: str = "epoch"
    steps: str | None = None
    per: float = 1.0
    only: tuple[str, ...] = ()
    part: str = ""
    marks: tuple[float, ...] = ()
    log: str = ""

    @property
    def over(self):
        """What the horizontal axis shows, as names of files and keys of words have it."""
        return "steps" if self.steps else self.column

    @property
    def text(self):
        return f"{self.quantity.name}_over_{self.over}"

    @property
    def words(self):
        return ("axis", "mark") if self.marks else ("axis",)

    def variants(self):
        return self.only

    def picture(self, evidence):
        quantity, text, words = self.quantity, evidence.text, evidence.text.figure(self)
        found = {v: self.curves(evidence, v) for v in self.only or evidence.experiment.variants}
        found = {v: curves for v, curves in found.items() if curves}
        if not found:
            return None
        n, name, axis = counted(found.values()), text.quantity(quantity), text.inside(words["axis"])
        shown = text.caption("shares_title", label=name, axis=axis, title=evidence.title, n=n)
        last = {v: mean_of([c[max(c)] for c in curves], quantity.geometric) for v, curves in found.items()}
        ends = [f"{evidence.labels[v]} {w.measured(text, quantity, value)}" for v, value in last.items()]
        band = "band_geometric" if quantity.geometric else "band"
        parts = [
            text.caption("shares", label=name, title=evidence.title, preset=evidence.under),
            text.caption("one_each") if n == "1" else text.caption(band, n=n),
            *([text.caption("dashed", what=words["mark"])] if self.marks else []),
        ]
        return Picture(
            "_".join(filter(None, [self.experiment, quantity.name, self.part, "over", self.over])),
            w.described(text, text.caption("shares_alt", label=name, axis=axis), ends),
            " ".join(parts),
            functools.partial(self.draw, evidence=evidence, found=found, shown=shown),
        )

    def draw(self, axes, evidence, found, shown):
        """Draw the picture.

        Args:
            axes: to draw on.
            evidence: of the experiment.
            found: curves by variant, a dictionary for each seed.
            shown: the title.
        """
        ends = self.lines(axes, evidence, found)
        for value in self.marks:
            axes.axhline(value, color=QUIET[0], lw=1, ls=(0, (4, 2)))
        if "y" not in self.log:
            from_zero(axes)
        if self.steps:
            axes.set_xlim(left=0)
        axes.set_xlabel(evidence.text.figure(self)["axis"])
        label_y(axes, w.axis(evidence.text, self.quantity))
        title(axes, shown)
        name_lines(axes, ends)

    def lines(self, axes, evidence, found, looks=None):
        """Draw some variants.

        Args:
            axes, evidence, found: as of `draw`.
            looks: variants whose looks the lines get; `None`: their own.

        Returns:
            Label, look and last value of each line.
        """
        ends, look = [], style(evidence)
        for variant, seen in zip(found, looks or found, strict=True):
            line, label = look[seen].line(), evidence.labels[variant]
            how = dict(log="x" in self.log, geometric=self.quantity.geometric)
            last = draw_mean(axes, found[variant], self.quantity.scale, label, line, **how)
            ends.append((label, line, last))
        for letter in "xy":
            if letter in self.log:
                log_axis(axes, letter, evidence.text)
            else:
                numerals(axes, evidence.text, letter)
        return ends

    def curves(self, evidence, variant):
        """Return the curves of a variant, a dictionary for each seed."""
        found = []
        for record in evidence.done(variant).values():
            rows = [row for row in record["history"] if row.get(self.quantity.name) is not None]
            factor = (record["settings"][self.steps] if self.steps else 1) / self.per
            found.append({row[self.column] * factor: row[self.quantity.name] for row in rows})
        return [curve for curve in found if curve]
