"""Figure 1 of the paper: its curves beside the measured ones."""

import dataclasses

import numpy as np

from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import (
    Figure,
    counted,
    curves_of,
    draw_mean,
    from_zero,
    legend,
    numerals,
    style,
    title,
)
from experiments.report.figures import words as w
from experiments.report.figures.looks import QUIET
from experiments.report.figures.style import hollow, label_y, whole


@dataclasses.dataclass(frozen=True)
class PublishedCurves(Figure):
    """Measured learning curves beside the published ones, read from a paper's figure.

    Attributes:
        experiment, quantity: as of `LearningCurves`.
        points: by variant, pairs of an epoch and a published value, in the record's unit.
        level: a value that gets a line, or `None`.
    """

    experiment: str
    quantity: Quantity
    points: dict
    level: float | None = None
    kind = "published"

    @property
    def words(self):
        return ("source", "level") if self.level is not None else ("source",)

    def variants(self):
        return tuple(self.points)

    def picture(self, evidence):
        quantity, text, words = self.quantity, evidence.text, evidence.text.figure(self)
        name, looks = text.quantity(quantity), style(evidence)
        curves = {v: curves_of(evidence, v, quantity.name) for v in self.points}
        curves = {v: found for v, found in curves.items() if found}
        if not curves:
            return None
        n = counted(curves.values())
        shown = text.caption("published_title", quantity=name, title=evidence.title, seeds=w.seeds(text, n))

        def draw(axes):
            axes.figure.set_size_inches(5.6, 4.0)
            for variant, points in self.points.items():
                look, label = looks[variant].line(), evidence.labels[variant]
                x, y = zip(*points, strict=True)
                published = hollow(look | {"linestyle": (0, (1, 2))})
                in_paper = text.caption("in_the_paper", variant=label)
                axes.plot(x, np.array(y) * quantity.scale, label=in_paper, ms=4, lw=1, **published)
                if variant in curves:
                    look |= {"linestyle": "-"}  # dots are the paper's
                    here = text.caption("measured_here", variant=label)
                    draw_mean(axes, curves[variant], quantity.scale, here, look, markers=100)
            if self.level is not None:
                axes.axhline(self.level * quantity.scale, color=QUIET[0], lw=1, ls=(0, (4, 2)))
            axes.set_xlabel(text.caption("epoch"))
            label_y(axes, w.axis(text, quantity))
            from_zero(axes)
            numerals(axes, text)
            whole(axes.xaxis)
            title(axes, shown)
            legend(axes, 2)

        ends = [
            text.caption(
                "beside_the_paper",
                variant=evidence.labels[v],
                here=w.measured(text, quantity, np.mean([c[max(c)] for c in found])),
                epoch=max(found[0]),
                paper=w.measured(text, quantity, self.points[v][-1][1]),
                at=self.points[v][-1][0],
            )
            for v, found in curves.items()
        ]
        parts = [
            text.caption("published", quantity=name, title=evidence.title, preset=evidence.under),
            text.caption("filled", n=n),
            text.caption("open_markers", what=words["source"]),
            *([text.caption("dashed", what=words["level"])] if self.level is not None else []),
        ]
        return Picture(
            f"{self.experiment}_{quantity.name}_published",
            w.described(text, text.caption("published_alt", quantity=name), ends),
            " ".join(parts),
            draw,
        )
