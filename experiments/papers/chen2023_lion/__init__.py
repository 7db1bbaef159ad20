"""Symbolic discovery of optimization algorithms (Chen et al., 2023): Lion.

Lion and AdamW, each with the same number of trials in a space of rate and decay as wide: a vision transformer at three
batch sizes and a convolutional net, on CIFAR-10; what one step does, keeps and costs. The paper's networks on ImageNet
are out of reach here. reduced: 10,000 images at half their resolution, small nets. paper: a ViT-S with patches of 4,
all images, 200 epochs, for a GPU.

python -m experiments run chen2023_lion --preset reduced
"""

from experiments.claims import TEST_ERROR, TRAIN_ERROR, VALIDATION_ERROR
from experiments.papers.chen2023_lion import search, step
from experiments.papers.chen2023_lion.answers import Answers
from experiments.papers.chen2023_lion.figures import GainByBatch, SearchMaps
from experiments.papers.chen2023_lion.findings import FINDINGS, PRESETS
from experiments.papers.chen2023_lion.published import GAINS, IMAGENET, SETTINGS
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Paper

NETS = tuple(e.name for e in search.EXPERIMENTS)
ERRORS = (TEST_ERROR, TRAIN_ERROR)

PAPER = Paper.at(
    __file__,
    experiments=(
        *step.EXPERIMENTS,
        *search.EXPERIMENTS,
        Experiment("imagenet", dict.fromkeys(IMAGENET.rows), None),
        Experiment("settings", dict.fromkeys(SETTINGS.rows), None),
    ),
    tables=(IMAGENET, SETTINGS),
    findings=FINDINGS,
    deviations=(
        Deviation("images"),
        Deviation("nets", NETS, PRESETS),
        Deviation("search", NETS, PRESETS),
        Deviation("batches", ("transformer",), PRESETS),
        Deviation("maps", ("transformer",), PRESETS),
        Deviation("decayed", NETS, PRESETS),
        Deviation("seeds", presets=PRESETS),
        Deviation("size", NETS, ("reduced",)),
        Deviation("times", ("cost",), PRESETS),
        Deviation("drawn_gradients", ("step",)),
        Deviation("not_run"),
        Deviation("data", presets=("quick",)),
        INCOMPLETE_BATCHES,
    ),
    results={
        "step": step.MOVES,
        "cost": step.COSTS,
        **dict.fromkeys(NETS, ERRORS),
        "imagenet": IMAGENET.columns,
        "settings": SETTINGS.columns,
    },
    figures=(
        FinalValues("cost", step.RELATIVE_TIME),
        GainByBatch("transformer", TEST_ERROR, search.PAIRS, GAINS),
        SearchMaps("transformer", VALIDATION_ERROR, 0.15, search.WIDTH),
        FinalValues("transformer", TEST_ERROR),
        LearningCurves("transformer", TEST_ERROR),
        SearchMaps("convolutional", VALIDATION_ERROR, 0.15, search.WIDTH),
        FinalValues("convolutional", TEST_ERROR),
        LearningCurves("convolutional", TEST_ERROR),
        PairedDifferences("convolutional", TEST_ERROR, "lion", "adamw"),
    ),
    components={"lion": "lion", "adamw": "adamw"},
    answers=Answers(),
)
