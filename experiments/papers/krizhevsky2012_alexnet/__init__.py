"""ImageNet classification with deep convolutional neural networks (Krizhevsky, Sutskever and Hinton, 2012).

Figure 1, ReLU against tanh, and section 3.3, local response normalisation, both on CIFAR-10. reduced:
half and a quarter of the width. paper: full width, for a GPU. The report states what each run took.

python -m experiments run krizhevsky2012_alexnet --preset reduced
"""

from experiments.claims import MEAN_LOG_OBJECTIVE, OBJECTIVE, TEST_ERROR, TRAIN_ERROR, Finding, Ordering, Ratio
from experiments.papers.krizhevsky2012_alexnet.curves import PublishedCurves
from experiments.papers.krizhevsky2012_alexnet.published import CURVES, IMAGENET, TABLES
from experiments.papers.krizhevsky2012_alexnet.quantities import EPOCHS_TO_25, EPOCHS_TO_40
from experiments.papers.krizhevsky2012_alexnet.training import NORMALIZATIONS, UNITS, train_cifar, train_figure1
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences, Sensitivity
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Paper, Preset, Tuning

GRID = dict.fromkeys((*UNITS, *NORMALIZATIONS), (0.003, 0.01, 0.03, 0.1))


def tuning(reduced, paper, metric):
    """Return how learning rates are chosen: in runs of so many epochs, a sixth of the training set held out."""
    epochs = {"reduced": reduced, "paper": paper}
    changes = {preset: dict(evaluation="validation", epochs=n, drops=[]) for preset, n in epochs.items()}
    return Tuning("learning_rate", GRID, metric, changes)


RECIPE = dict(epochs=60, batch_size=128, learning_rate=None, drops=[], momentum=0.9, l2=0.0)
INPUTS = dict(data="cifar10", crop=32, flip=False)
FIGURE1 = RECIPE | INPUTS | dict(width=1.0, precision="float32", evaluation="test", train_evaluation_every=1)
CIFAR = FIGURE1 | dict(epochs=320, drops=[300, 310], l2=0.004, crop=24, flip=True, train_evaluation_every=10)
QUARTER = CIFAR | dict(width=0.25, epochs=4, drops=[3], train_evaluation_every=4)
# As many digits as there are to be tested: one shape for both evaluations.
DIGITS = dict(data="digits_rgb", examples=359, width=0.125, train_evaluation_every=1)
QUICK = DIGITS | dict(epochs=2, batch_size=32, learning_rate=0.03, drops=[])
UNITS_PRESETS = {
    "quick": Preset(FIGURE1 | QUICK, seeds=1),
    "reduced": Preset(FIGURE1 | dict(width=0.5, epochs=5), seeds=3),
    "paper": Preset(FIGURE1, seeds=6),
}
CIFAR_PRESETS = {
    "quick": Preset(CIFAR | QUICK, seeds=1),
    "reduced": Preset(QUARTER, seeds=3),
    "paper": Preset(CIFAR, seeds=5),
}

BOTH = ("reduced", "paper")
FIGURE = dict(experiment="figure1", presets=BOTH)
SOONER = FIGURE | dict(larger="tanh", smaller="relu", on_size=True)
SMALL = FIGURE | dict(larger="tanh_small", smaller="relu_small", on_size=True)
# One epoch of tuning gave the two nets different rates: at `reduced` they differ in two things.
LRN = dict(
    experiment="cifar",
    lower="with_lrn",
    higher=("without_lrn",),
    gap=TABLES[0].gap(TEST_ERROR, "with_lrn", "without_lrn"),
)
FINDINGS = (
    Finding(
        "relu_learns_faster",
        (
            Ratio(name="sooner_to_25", quantity=EPOCHS_TO_25, value=6, **SOONER),
            Ratio(name="sooner_to_40", quantity=EPOCHS_TO_40, value=4.2, **SOONER),
            Ratio(name="sooner_from_small_weights", quantity=EPOCHS_TO_40, value=4.2, **SMALL),
        ),
    ),
    Finding(
        "lower_cost",
        (Ordering(name="lower_cost", quantity=MEAN_LOG_OBJECTIVE, lower="relu", higher=("tanh",), **FIGURE),),
        exploratory=True,
    ),
    Finding("normalisation_helps", (Ordering(name="normalisation_helps", quantity=TEST_ERROR, **LRN),)),
)

PAPER = Paper.at(
    __file__,
    experiments=(
        Experiment("figure1", UNITS, train_figure1, UNITS_PRESETS, tuning(1, 5, "objective")),
        Experiment("cifar", NORMALIZATIONS, train_cifar, CIFAR_PRESETS, tuning(1, 20, "validation_loss")),
        Experiment("imagenet", dict.fromkeys(TABLES[1].rows), None),
    ),
    tables=TABLES,
    findings=FINDINGS,
    deviations=(
        Deviation("network_of_figure_1", experiments=("figure1",)),
        Deviation("first_weights", experiments=("figure1",), presets=BOTH),
        Deviation("network_of_section_3.3", experiments=("cifar",)),
        Deviation("input_scale"),
        Deviation("learning_rates", presets=BOTH),
        Deviation("evaluation", experiments=("cifar",)),
        INCOMPLETE_BATCHES,
        Deviation("data", presets=("quick",)),
        Deviation("one_learning_rate", presets=("quick",)),
        Deviation("width_and_epochs", presets=("quick", "reduced")),
    ),
    results={
        "figure1": (EPOCHS_TO_25, EPOCHS_TO_40, MEAN_LOG_OBJECTIVE, TRAIN_ERROR),
        "cifar": (TEST_ERROR, TRAIN_ERROR, OBJECTIVE),
        "imagenet": IMAGENET,
    },
    headline=(EPOCHS_TO_40, TEST_ERROR),
    figures=(
        PublishedCurves("figure1", TRAIN_ERROR, CURVES, level=0.25),
        LearningCurves("figure1", OBJECTIVE, log=True),
        Sensitivity("figure1"),
        LearningCurves("cifar", TEST_ERROR),
        FinalValues("cifar", TEST_ERROR),
        PairedDifferences("cifar", TEST_ERROR, "with_lrn", "without_lrn", LRN["gap"]),
        Sensitivity("cifar"),
    ),
)
