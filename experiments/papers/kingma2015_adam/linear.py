"""Logistic regression on digits and on film reviews (section 6.1, figure 1; the book's figure 5).

`alpha_t = alpha / sqrt(t)` for all optimizers; t counts mini-batches, as in the paper's theorem 4.1.
"""

from custom.optimizers import AdaGrad, InverseSquareRoot
from experiments import engine
from experiments.claims import OBJECTIVE, TEST_ERROR, TRAIN_LOSS, Alike, Finding, Margin, Ordering, Quantity
from experiments.claims.quantities import mean
from experiments.networks.bags import words_regression
from experiments.papers.kingma2015_adam.networks import multilayer_perceptron
from experiments.papers.kingma2015_adam.optimizers import OF_PIXELS, OPTIMIZERS, TUNED, middle
from experiments.recipes import classifier
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences, Sensitivity
from experiments.spec import Choice, Deviation, Experiment, Preset, Tuning

MEAN_OBJECTIVE = Quantity("mean_objective", "nats", mean("objective"))

GRID = {  # alpha of the first step, a factor of about 3 apart
    "adagrad": (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    "adagrad_constant": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    "rmsprop": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    "nesterov": (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
    "adam": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
}


def decaying(optimizer):
    """Return what makes the optimizer from alpha, with `alpha / sqrt(t)` for its learning rate."""
    return lambda alpha, **options: optimizer(InverseSquareRoot(alpha), **options)


# AdaGrad divides by the root of a sum over all steps, which is a decay of the same kind: with the schedule it
# decays twice. The second form, without the schedule, shows what that does.
VARIANTS = {name: decaying(optimizer) for name, optimizer in OPTIMIZERS.items()} | {"adagrad_constant": AdaGrad}
OF_DIGITS = ("adagrad", "nesterov", "adam", "adagrad_constant")
OF_REVIEWS = ("adagrad", "rmsprop", "nesterov", "adam", "adagrad_constant")


def train(job):
    s, data = job.settings, job.dataset
    two = data.classes == 2  # one logit, as logistic regression has
    outputs, shape = 1 if two else data.classes, data.x_train.shape[1:]
    if s.preprocessing == "words":
        model = words_regression(words=shape[0], outputs=outputs, seed=job.seed, dropout=s.input_dropout)
    else:
        options = dict(seed=job.seed, input_dropout=s.input_dropout, initializer="normal_0.01")
        model = multilayer_perceptron(None, input_shape=shape, hidden=[], classes=outputs, **options)
    optimizer = job.variant(s.learning_rate, l2=s.l2, l2_exclude="bias")
    task = engine.BINARY_CLASSIFICATION if two else engine.CLASSIFICATION
    return classifier(job, model, optimizer, preprocessing=s.preprocessing, task=task)


RECIPE = dict(batch_size=128, learning_rate=None, input_dropout=0.0, evaluation="test", train_evaluation_every=5)
DIGITS = RECIPE | dict(data="mnist", preprocessing="unit", epochs=45, l2=1e-4)
REVIEWS = RECIPE | dict(data="imdb_bow", preprocessing="words", epochs=160, l2=0.0)
QUICK = dict(epochs=10, batch_size=32, examples=128)


def experiment(name, variants, presets, preprocessing):
    """Return the experiment with some variants; `preprocessing` is its domain.

    Rates are chosen by what is judged, the mean over the epochs of the training cost, in runs that differ from those
    that follow in nothing but the seed.
    """
    tuning = Tuning("learning_rate", GRID, "objective", {preset: {} for preset in TUNED}, mean=True)
    chosen, domains = {v: VARIANTS[v] for v in variants}, {"preprocessing": preprocessing}
    return Experiment(name, chosen, train, presets, tuning, ("linear",), domains=domains, most=20)


def digits(name):
    presets = {
        "quick": Preset(DIGITS | QUICK | dict(data="digits"), seeds=1, variants=middle(GRID, OF_DIGITS)),
        "reduced": Preset(DIGITS | dict(epochs=10), seeds=3),
        "paper": Preset(DIGITS, seeds=10),
    }
    return experiment(name, OF_DIGITS, presets, OF_PIXELS)


def reviews(name, reduced, **changes):
    """`reduced`: epochs of that preset."""
    settings = REVIEWS | changes
    quick = settings | QUICK | dict(data="generated_reviews")
    presets = {
        "quick": Preset(quick, seeds=1, variants=middle(GRID, OF_REVIEWS)),
        "reduced": Preset(settings | dict(epochs=reduced), seeds=3),
        "paper": Preset(settings | dict(evaluation_every=20, train_evaluation_every=20), seeds=10),
    }
    bags = Choice(("words", "unit", "identity"))
    return experiment(name, OF_REVIEWS, presets, bags)


EXPERIMENTS = (
    digits("logistic"),
    reviews("imdb_dropout", reduced=5, input_dropout=0.5),
    reviews("imdb", reduced=10),
)
NAMES = tuple(e.name for e in EXPERIMENTS)

LEFT = dict(experiment="logistic", quantity=MEAN_OBJECTIVE, presets=TUNED)
# Curves that differ by less lie on each other in the figure; a twentieth of its right half's axis.
ON_EACH_OTHER, VISIBLE = dict(margin=Margin(1.05), relative=True), Margin(0.015)


def about_reviews(adagrad):
    """The claims of the figure's right half, for one of the two readings of AdaGrad's step size."""
    for name in ("imdb_dropout", "imdb"):
        words = f"{name}_{adagrad}"
        right = dict(experiment=name, quantity=MEAN_OBJECTIVE, presets=TUNED, stated=False)
        better, alike = (dict(name=f"{words}_{end}", text=f"{name}_{end}", **right) for end in ("better", "alike"))
        yield Ordering(lower=adagrad, higher=("nesterov",), margin=VISIBLE, **better)
        yield Alike(first="adam", second=adagrad, **ON_EACH_OTHER, **alike)


FINDINGS = (
    Finding(
        "digits",
        (
            Ordering(name="adam_faster", text="digits_faster", lower="adam", higher=("adagrad",), **LEFT),
            Ordering(name="nesterov_faster", text="digits_faster", lower="nesterov", higher=("adagrad",), **LEFT),
            Alike(name="digits_alike", first="adam", second="nesterov", **ON_EACH_OTHER, **LEFT),
        ),
    ),
    Finding("reviews", tuple(about_reviews("adagrad"))),
    Finding("reviews_constant", tuple(about_reviews("adagrad_constant")), exploratory=True),
)
DEVIATIONS = (
    Deviation("figure_1_steps", NAMES),
    Deviation("figure_1_adagrad", NAMES),
    Deviation("figure_1_l2", NAMES),
    Deviation("figure_1_tuning", NAMES, TUNED),
    Deviation("figure_1_seeds", NAMES, ("paper",)),
    Deviation("figure_1_data", NAMES, ("quick",)),
    Deviation("figure_1_epochs", NAMES, ("quick", "reduced")),
)
RESULTS = dict.fromkeys(NAMES, (OBJECTIVE, MEAN_OBJECTIVE, TRAIN_LOSS, TEST_ERROR))
FIGURES = (
    *(
        figure
        for name in NAMES
        for figure in (LearningCurves(name, OBJECTIVE, log=True), FinalValues(name, MEAN_OBJECTIVE), Sensitivity(name))
    ),
    PairedDifferences("logistic", MEAN_OBJECTIVE, "adam", "nesterov"),
)
