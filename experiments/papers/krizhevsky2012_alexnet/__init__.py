"""ImageNet classification with deep convolutional neural networks (Krizhevsky, Sutskever and Hinton, 2012).

Figure 1, ReLU against tanh until 25 % training error, and section 3.3, local response normalisation at two rates, both
on CIFAR-10. reduced: half and a quarter of the width. paper: full width, for a GPU. The report states what each run
took.

python -m experiments run krizhevsky2012_alexnet --preset reduced
"""

from experiments.claims import OBJECTIVE, TEST_ERROR, TRAIN_ERROR, Finding, Margin, Ordering, Ratio
from experiments.papers.krizhevsky2012_alexnet.curves import PublishedCurves
from experiments.papers.krizhevsky2012_alexnet.published import CURVES, IMAGENET, TABLES
from experiments.papers.krizhevsky2012_alexnet.quantities import EPOCHS_TO_25, EPOCHS_TO_40, MEAN_LOG_OBJECTIVE_OF_5
from experiments.papers.krizhevsky2012_alexnet.training import NORMALIZATIONS, UNITS, train_cifar, train_figure1
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences, Sensitivity
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Paper, Preset, Real, Tuning

GRID = dict.fromkeys((*UNITS, *NORMALIZATIONS), (0.003, 0.01, 0.03, 0.1))


def tuning(metric, epochs, *presets, **changes):
    """Return how learning rates are chosen: in runs of so many epochs, a sixth of the training set held out."""
    changes = dict.fromkeys(presets, dict(evaluation="validation", epochs=epochs, drops=[]) | changes)
    return Tuning("learning_rate", GRID, metric, changes)


RECIPE = dict(epochs=60, batch_size=128, learning_rate=None, drops=[], momentum=0.9, l2=0.0)
INPUTS = dict(data="cifar10", crop=32, flip=False)
NETWORK = RECIPE | INPUTS | dict(width=1.0, precision="float32", evaluation="test", train_evaluation_every=1)
FIGURE1 = NETWORK | dict(until=0.25)
CIFAR = NETWORK | dict(epochs=320, drops=[300, 310], l2=0.004, crop=24, flip=True, train_evaluation_every=10)
QUARTER = CIFAR | dict(width=0.25, epochs=30, drops=[24, 28])
# As many digits as there are to be tested: one shape for both evaluations.
DIGITS = dict(data="digits_rgb", examples=359, width=0.125, train_evaluation_every=1)
QUICK = DIGITS | dict(epochs=2, batch_size=32, learning_rate=0.03, drops=[])
UNITS_PRESETS = {
    "quick": Preset(FIGURE1 | QUICK | dict(until=0.0), seeds=1),
    "reduced": Preset(FIGURE1 | dict(width=0.5, epochs=40), seeds=6),
    "paper": Preset(FIGURE1, seeds=6),
}
CIFAR_PRESETS = {"quick": Preset(CIFAR | QUICK, seeds=1), "paper": Preset(CIFAR, seeds=5)}
# Both nets at both rates: one that is chosen in a short run need not be the same for both, nor the best of a long one.
RATES = {"cifar_fast": 0.03, "cifar_slow": 0.01}

NORMALISED = ("cifar", *RATES)
BOTH = ("reduced", "paper")
FIGURE = dict(experiment="figure1", presets=BOTH)
# A factor of the paper's 6, or of 4.2, that would be taken for none.
SOONER = FIGURE | dict(on_size=True, stated=False, margin=Margin(1.5, "2026-11-29"))
MADE, SMALL = dict(larger="tanh", smaller="relu"), dict(larger="tanh_small", smaller="relu_small")
HALF_A_POINT = Margin(0.005, "2026-11-29")
LRN = dict(
    quantity=TEST_ERROR,
    lower="with_lrn",
    higher=("without_lrn",),
    gap=TABLES[0].gap(TEST_ERROR, "with_lrn", "without_lrn"),
    margin=HALF_A_POINT,
    stated=False,
)
FINDINGS = (
    Finding(
        "relu_learns_faster",
        (
            Ratio(name="sooner_to_25", quantity=EPOCHS_TO_25, value=6, **MADE, **SOONER),
            Ratio(name="sooner_to_40", quantity=EPOCHS_TO_40, value=4.2, **MADE, **SOONER),
            Ratio(name="sooner_to_25_from_small_weights", quantity=EPOCHS_TO_25, value=6, **SMALL, **SOONER),
            Ratio(name="sooner_to_40_from_small_weights", quantity=EPOCHS_TO_40, value=4.2, **SMALL, **SOONER),
        ),
    ),
    Finding(
        "lower_cost",
        (Ordering(name="lower_cost", quantity=MEAN_LOG_OBJECTIVE_OF_5, lower="relu", higher=("tanh",), **FIGURE),),
        exploratory=True,
    ),
    Finding(
        "normalisation_helps",
        (
            Ordering(
                name="normalisation_helps",
                experiment="cifar",
                instead="cifar_fast",
                readings=("cifar_slow",),
                words={"rate": 0.03},
                **LRN,
            ),
            Ordering(
                name="normalisation_helps_slow",
                experiment="cifar_slow",
                presets=("reduced",),
                readings=("cifar_fast",),
                words={"rate": 0.01},
                **LRN,
            ),
        ),
    ),
)

PAPER = Paper.at(
    __file__,
    experiments=(
        Experiment(
            "figure1",
            UNITS,
            train_figure1,
            UNITS_PRESETS,
            tuning("train_error", 10, *BOTH, until=0.0),
            domains={"until": Real(low=0.0, high=1.0)},
            most=12,
        ),
        Experiment("cifar", NORMALIZATIONS, train_cifar, CIFAR_PRESETS, tuning("validation_loss", 20, "paper")),
        *(
            Experiment(
                name,
                NORMALIZATIONS,
                train_cifar,
                {"reduced": Preset(QUARTER | dict(learning_rate=rate), seeds=6)},
                most=12,
            )
            for name, rate in RATES.items()
        ),
        Experiment("imagenet", dict.fromkeys(TABLES[1].rows), None),
    ),
    tables=TABLES,
    findings=FINDINGS,
    deviations=(
        Deviation("network_of_figure_1", experiments=("figure1",)),
        Deviation("first_weights", experiments=("figure1",), presets=BOTH),
        Deviation("network_of_section_3.3", experiments=NORMALISED),
        Deviation("input_scale"),
        Deviation("learning_rates", experiments=("figure1", "cifar"), presets=BOTH),
        Deviation("both_rates", experiments=tuple(RATES)),
        Deviation("seeds", presets=("reduced",)),
        Deviation("evaluation", experiments=NORMALISED),
        INCOMPLETE_BATCHES,
        Deviation("data", presets=("quick",)),
        Deviation("one_learning_rate", presets=("quick",)),
        Deviation("width_and_epochs", presets=("quick", "reduced")),
    ),
    results={
        "figure1": (EPOCHS_TO_25, EPOCHS_TO_40, MEAN_LOG_OBJECTIVE_OF_5, TRAIN_ERROR),
        **dict.fromkeys(NORMALISED, (TEST_ERROR, TRAIN_ERROR, OBJECTIVE)),
        "imagenet": IMAGENET,
    },
    figures=(
        PublishedCurves("figure1", TRAIN_ERROR, CURVES, level=0.25),
        LearningCurves("figure1", OBJECTIVE, log=True),
        Sensitivity("figure1"),
        *(figure(name, TEST_ERROR) for name in NORMALISED for figure in (LearningCurves, FinalValues)),
        *(PairedDifferences(name, TEST_ERROR, "with_lrn", "without_lrn", LRN["gap"]) for name in RATES),
        Sensitivity("cifar"),
    ),
)
