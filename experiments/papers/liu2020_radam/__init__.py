"""On the variance of the adaptive learning rate and beyond (Liu et al., 2020).

Variance of Adam's rate in the first steps, by formula and by simulation; what the first four steps do to a residual
network; RAdam over learning rates and beside Adam with warm-up. reduced: a small residual network on 5,000 images.
paper: ResNet-20, for a GPU; the variance takes seconds under either. The report states what each run took.

python -m experiments run liu2020_radam --preset reduced
"""

from experiments.papers.liu2020_radam import data, networks, variance  # noqa: F401 (data: declares the sets)
from experiments.spec import Paper

PARTS = (variance, networks)
PAPER = Paper.at(
    __file__,
    experiments=tuple(e for part in PARTS for e in part.EXPERIMENTS),
    tables=networks.TABLES,
    findings=tuple(finding for part in PARTS for finding in part.FINDINGS),
    deviations=tuple(deviation for part in PARTS for deviation in part.DEVIATIONS),
    results=variance.RESULTS | networks.RESULTS,
    figures=tuple(figure for part in PARTS for figure in part.FIGURES),
    components=variance.COMPONENTS | {"adam_first": "adam", "sgd": "momentum"},
)
