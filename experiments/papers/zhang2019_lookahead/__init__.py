"""Lookahead optimizer: k steps forward, 1 step back (Zhang et al., 2019).

Variance on a noisy quadratic, where it has a formula; a residual network on CIFAR-10 and CIFAR-100: final error, speed,
and how much the rate, k and alpha matter; slow weights against fast ones. reduced: a small residual network on 5,000
images. paper: ResNet-18, for a GPU. The report states what each run took.

python -m experiments run zhang2019_lookahead --preset reduced
"""

from experiments.papers.zhang2019_lookahead import networks, quadratic
from experiments.spec import Deviation, Paper

PARTS = (quadratic, networks)
PAPER = Paper.at(
    __file__,
    experiments=tuple(e for part in PARTS for e in part.EXPERIMENTS),
    tables=networks.TABLES,
    findings=tuple(finding for part in PARTS for finding in part.FINDINGS),
    deviations=(Deviation("published_text"), *(deviation for part in PARTS for deviation in part.DEVIATIONS)),
    results=quadratic.RESULTS | networks.RESULTS,
    figures=tuple(figure for part in PARTS for figure in part.FIGURES),
    components=quadratic.COMPONENTS | networks.COMPONENTS,
)
