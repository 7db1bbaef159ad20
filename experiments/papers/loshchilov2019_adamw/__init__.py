"""Decoupled weight decay regularization (Loshchilov and Hutter, 2019).

Maps of the error over learning rate and weight decay (figures 1 and 2; the book's figure 9), normalised decay
over lengths of training, warm restarts: the modules of this folder. reduced: a small residual network on 5,000
images. paper: the paper's network and lengths, for a GPU. The report states what each run took.

python -m experiments run loshchilov2019_adamw --preset reduced
"""

from experiments.papers.loshchilov2019_adamw import grids, lengths, training
from experiments.spec import INCOMPLETE_BATCHES, Paper

PAPER = Paper.at(
    __file__,
    experiments=(*grids.EXPERIMENTS, *lengths.EXPERIMENTS),
    findings=(*grids.FINDINGS, *lengths.FINDINGS),
    deviations=(*training.DEVIATIONS, *grids.DEVIATIONS, *lengths.DEVIATIONS, INCOMPLETE_BATCHES),
    results=grids.RESULTS | lengths.RESULTS,
    figures=(*grids.FIGURES, *lengths.FIGURES),
    components={"sgd_l2": "momentum", "one_cosine": "adamw", "adamwr": "adamw"},
)
