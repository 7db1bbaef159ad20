"""Decoupled weight decay regularization (Loshchilov and Hutter, 2019).

Maps of the error over learning rate and weight decay (figures 1 and 2; the book's figure 9), normalised decay
over lengths of training, warm restarts: the modules of `experiments/loshchilov2019/`. reduced: a small residual
network on 5,000 images. paper: the paper's network and lengths, for a GPU. The report states what each run took.

python -m experiments run loshchilov2019_adamw --preset reduced
"""

from experiments.harness import references
from experiments.harness.paper import INCOMPLETE_BATCHES, Paper
from experiments.loshchilov2019 import grids, lengths, training

PARTS = (grids, lengths)

# fmt: off
PAPER = Paper(
    key="loshchilov2019_adamw",
    reference=references.get("loshchilov2019"),
    summary="For adaptive methods L2 regularisation, a term of the gradient, and weight decay, a shrinking of the "
    "weights, are not the same. With the decay decoupled from the gradient, Adam gets a lower test error, and its "
    "learning rate and decay can be chosen apart. The paper shows maps and curves; it prints no table for CIFAR-10.",
    labels=grids.LABELS | lengths.LABELS,
    experiments=tuple(e for part in PARTS for e in part.EXPERIMENTS),
    claims=tuple(claim for part in PARTS for claim in part.CLAIMS),
    deviations=(*training.DEVIATIONS, *(d for part in PARTS for d in part.DEVIATIONS), INCOMPLETE_BATCHES),
    results={name: quantities for part in PARTS for name, quantities in part.RESULTS.items()},
    headline=("test_error",),
    figures=tuple(figure for part in PARTS for figure in part.FIGURES))
# fmt: on


if __name__ == "__main__":
    from experiments.harness.cli import run_paper

    run_paper(PAPER.key)
