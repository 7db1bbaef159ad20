"""On the convergence of Adam and beyond (Reddi, Kale and Kumar, 2018).

Linear losses on which Adam goes to the worst point and AMSGrad to the best (theorem 1; section 5, figure 1), and both
on MNIST (figure 2). paper: all of it runs on two cores; reduced: the same with fewer seeds. The report states what
each run took.

python -m experiments run reddi2018_amsgrad --preset reduced
"""

from experiments.papers.reddi2018_amsgrad import data, linear_losses, networks  # noqa: F401 (data: declares the sets)
from experiments.spec import Deviation, Paper

PARTS = (linear_losses, networks)
PAPER = Paper.at(
    __file__,
    experiments=tuple(e for part in PARTS for e in part.EXPERIMENTS),
    findings=tuple(finding for part in PARTS for finding in part.FINDINGS),
    deviations=(Deviation("published_text"), *(deviation for part in PARTS for deviation in part.DEVIATIONS)),
    results={name: quantities for part in PARTS for name, quantities in part.RESULTS.items()},
    figures=tuple(figure for part in PARTS for figure in part.FIGURES),
)
