"""Adam: a method for stochastic optimization (Kingma and Ba, 2015).

The experiments of section 6, one module of `experiments/kingma2015/` for each figure (the book's figures 5 to 7):
logistic regression, the multilayer network, a convolutional one, and bias correction in a variational autoencoder.
paper: logistic regression on MNIST runs on two cores. reduced: smaller networks, fewer epochs. The report states what
each run took.

python -m experiments run kingma2015_adam --preset reduced
"""

from experiments.harness import references
from experiments.harness.paper import INCOMPLETE_BATCHES, Paper
from experiments.kingma2015 import autoencoder, convolutional, linear, optimizers, perceptron

PARTS = (linear, perceptron, convolutional, autoencoder)

# fmt: off
PAPER = Paper(
    key="kingma2015_adam",
    reference=references.get("kingma2015"),
    summary="Adam beside other optimizers on four kinds of network; the paper plots the training cost and finds that "
    "Adam is the fastest or as fast as the fastest. Its figures are the only results: no numbers are tabulated and no "
    "seeds are stated. The multilayer network without dropout is shown beside the one with it; the paper has it with "
    "an L2 term and against another method only, so it carries no claim. Without bias correction Adam's first steps "
    "are larger: where the learning rate is too small that lowers the cost of a short run, which is to be kept in mind "
    "when the grids are read.",
    labels=optimizers.LABELS | linear.LABELS | autoencoder.LABELS,
    experiments=tuple(e for part in PARTS for e in part.EXPERIMENTS),
    protocol=perceptron.PROTOCOL,
    claims=tuple(claim for part in PARTS for claim in part.CLAIMS),
    deviations=(*(deviation for part in PARTS for deviation in part.DEVIATIONS), INCOMPLETE_BATCHES),
    results={name: quantities for part in PARTS for name, quantities in part.RESULTS.items()},
    headline=("objective",),
    figures=tuple(figure for part in PARTS for figure in part.FIGURES))
# fmt: on


if __name__ == "__main__":
    from experiments.harness.cli import run_paper

    run_paper(PAPER.key)
