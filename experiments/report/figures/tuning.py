"""The tuning of one setting, as lines."""

import dataclasses

import numpy as np

from experiments.report.blocks import Picture
from experiments.report.figures.style import Figure, legend, log_axis, style
from experiments.spec.text import listed


@dataclasses.dataclass(frozen=True)
class Sensitivity(Figure):
    """The tuning grid: the metric's best epoch over the tuned setting, one line per variant."""

    experiment: str

    def picture(self, evidence):
        tuning = evidence.experiment.tuning
        if tuning is None:
            return None
        points, tuned = {}, evidence.preset and evidence.experiment.tunes(evidence.preset)
        column = tuning.metric if tuned else "objective"  # which every run has
        for variant in evidence.experiment.variants:
            for r in evidence.tuning.get(variant, ()) if tuned else evidence.runs.get(variant, {}).values():
                values = [row[column] for row in r["history"] if column in row]
                if r["outcome"] == "done" and values:
                    points.setdefault(variant, []).append((tuning.value_of(r["settings"]), min(values)))
        if not points:
            return None
        setting, metric = tuning.title, column.replace("_", " ")
        unit, scale = ("%", 100) if column.endswith("_error") else ("nats", 1)

        def draw(axes):
            for variant, pairs in points.items():
                x, y = zip(*sorted(pairs), strict=True)
                look = style(evidence.experiment, variant)
                axes.plot(x, np.array(y) * scale, label=evidence.labels[variant], ms=5, lw=1.4, **look)
            log_axis(axes, "x")
            log_axis(axes, "y")
            axes.set_xlabel(setting.capitalize())
            axes.set_ylabel(f"{metric.capitalize()} ({unit})")
            legend(axes)

        chosen = listed(f"{evidence.labels[v]} {evidence.text.chosen(value)}" for v, value in evidence.tuned.items())
        said = f"Lowest {metric} of any epoch over the {setting}, {evidence.title}, preset {evidence.preset}. "
        if tuned:
            said += f"One seed ({tuning.seed}) per point; diverged runs have none. Chosen: {chosen}."
        else:
            said += "One run per point; this preset tunes nothing."
        return Picture(
            f"{self.experiment}_tuning",
            f"Lowest {metric} over the {setting} by variant; chosen: {chosen}.",
            said,
            draw,
        )
