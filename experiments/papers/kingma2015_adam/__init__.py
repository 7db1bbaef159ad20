"""Adam: a method for stochastic optimization (Kingma and Ba, 2015).

The experiments of section 6, one module of this folder for each figure (the book's figures 5 to 7): logistic
regression, the multilayer network, a convolutional one, and bias correction in a variational autoencoder.
paper: logistic regression on MNIST runs on two cores. reduced: smaller networks, fewer epochs. The report states what
each run took.

python -m experiments run kingma2015_adam --preset reduced
"""

from experiments.papers.kingma2015_adam import autoencoder, convolutional, linear, perceptron
from experiments.spec import INCOMPLETE_BATCHES, Paper

PARTS = (linear, perceptron, convolutional, autoencoder)
PAPER = Paper.at(
    __file__,
    experiments=tuple(e for part in PARTS for e in part.EXPERIMENTS),
    findings=tuple(finding for part in PARTS for finding in part.FINDINGS),
    deviations=(*(deviation for part in PARTS for deviation in part.DEVIATIONS), INCOMPLETE_BATCHES),
    results={name: quantities for part in PARTS for name, quantities in part.RESULTS.items()},
    figures=tuple(figure for part in PARTS for figure in part.FIGURES),
)
