"""Figure 1 of the paper: its curves beside the measured ones."""

import dataclasses

import numpy as np

from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, counted, curves_of, draw_mean, from_zero, style


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
        quantity, words = self.quantity, evidence.text.figure(self)
        label = evidence.text.quantity(quantity)
        curves = {v: curves_of(evidence, v, quantity.name) for v in self.points}
        curves = {v: found for v, found in curves.items() if found}
        if not curves:
            return None

        def draw(axes):
            for variant, points in self.points.items():
                look, name = style(evidence.experiment, variant), evidence.labels[variant]
                x, y = zip(*points, strict=True)
                published = look | {"linestyle": (0, (1, 2)), "markerfacecolor": "white"}
                axes.plot(x, np.array(y) * quantity.scale, label=f"{name}, paper", ms=4, lw=1, **published)
                if variant in curves:
                    look |= {"linestyle": "-"}  # dots are the paper's
                    draw_mean(axes, curves[variant], quantity.scale, f"{name}, measured", look, markevery=1)
            if self.level is not None:
                axes.axhline(self.level * quantity.scale, color="#555555", lw=1, ls=(0, (4, 2)))
            axes.set_xlabel("Epoch")
            axes.set_ylabel(evidence.text.axis(quantity))
            from_zero(axes)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, borderaxespad=0.2)

        unit = f" {quantity.unit}" if quantity.unit else ""
        ends = "; ".join(
            f"{evidence.labels[v]} {quantity.number(np.mean([c[max(c)] for c in found]))}{unit} measured after epoch "
            f"{max(found[0])}, {quantity.number(self.points[v][-1][1])}{unit} in the paper at {self.points[v][-1][0]}"
            for v, found in curves.items()
        )
        n = counted(curves.values())
        text = f"Filled markers: mean of n = {n} seeds; bands: from the smallest to the largest of them. "
        text += f"Open markers, dotted: {words['source']}."
        text += f" Dashed: {words['level']}." if self.level is not None else ""
        return Picture(
            f"{self.experiment}_{quantity.name}_published",
            f"{label} over epochs, measured and in the paper. Last values: {ends}.",
            f"{label} beside the paper's, {evidence.title}, preset {evidence.preset}. {text}",
            draw,
        )
