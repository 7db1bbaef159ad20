"""The comparison of optimizers that the book announces and leaves empty (section 6.5).

Eleven optimizers on seven tasks, gradient descent in three forms and Newton's method where they can be run. The
questions are this suite's own; they and their margins were set before the runs. reduced: small nets, 10,000 examples at
most. paper: all examples, wider nets, for a GPU.

python -m experiments run comparison_optimizers --preset reduced
"""

from experiments.book.comparison_optimizers import problems
from experiments.book.comparison_optimizers.answers import Answers
from experiments.book.comparison_optimizers.contenders import EVERYWHERE, FORMS, NEWTON, rates
from experiments.book.comparison_optimizers.data import N
from experiments.book.comparison_optimizers.quantities import EXACT_LOSS, JUDGED, MEASURED
from experiments.claims import (
    OBJECTIVE,
    RELATIVE_TIME,
    STEP_TIME,
    TEST_ERROR,
    TEST_LOSS,
    TRAIN_LOSS,
    Alike,
    Finding,
    Margin,
    NoBetter,
    Ordering,
)
from experiments.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Integer, Listed, Paper, Preset, Real, Tuning

RECIPE = dict(learning_rate=None, evaluation="test", evaluation_every=1)
QUADRATIC = dict(data="noise_of_quadratic", learning_rate=None, epochs=30, batch_size=20, condition=1000.0)
LOGISTIC = RECIPE | dict(data="mnist", pool=4, hidden=[], examples=5_000, epochs=10, batch_size=50)
PERCEPTRON = RECIPE | dict(data="mnist", pool=1, hidden=[100, 100], examples=10_000, epochs=10, batch_size=50)
CONVOLUTIONAL = RECIPE | dict(data="cifar10", maps=[16, 32, 64], depths=[1, 1, 1], examples=8_000, epochs=8)
CONVOLUTIONAL |= dict(batch_size=50, evaluation_every=2)
REVIEWS = RECIPE | dict(data="imdb_bow", examples=10_000, epochs=8, batch_size=50, evaluation_every=2)
AUTOENCODER = RECIPE | dict(data="mnist", hidden=[200], latent=10, examples=10_000, epochs=10, batch_size=50)
CHARACTERS = RECIPE | dict(data="imdb_characters", width=48, heads=4, blocks=1, examples=4_000, epochs=6, batch_size=32)

# By task: how it is trained, its settings at reduced, what differs at paper, seeds at reduced.
TASKS = {
    "quadratic": (problems.quadratic, QUADRATIC, dict(epochs=300), 10),
    "logistic": (problems.dense, LOGISTIC, dict(examples=50_000, epochs=40), 10),
    "perceptron": (problems.dense, PERCEPTRON, dict(examples=None, hidden=[1000, 1000], epochs=50), 10),
    "reviews": (problems.reviews, REVIEWS, dict(examples=None, epochs=40), 5),
    "autoencoder": (problems.autoencoder, AUTOENCODER, dict(examples=None, hidden=[500], latent=20, epochs=100), 10),
    "characters": (problems.characters, CHARACTERS, dict(examples=None, width=256, blocks=4, epochs=40), 5),
    "convolutional": (
        problems.convolutional,
        CONVOLUTIONAL,
        dict(examples=None, maps=[64, 128, 256], depths=[2, 2, 2], epochs=60, batch_size=128),
        5,
    ),
}
CLASSIFIED = {"logistic", "perceptron", "reviews", "convolutional"}  # which have a training set of their own to measure
QUICK = QUADRATIC | dict(epochs=3, learning_rate=0.01)
DOMAINS = dict(
    pool=Integer(1, 8),
    condition=Real(low=1.0, high=1e9),
    maps=Listed(Integer(1, 4096), 8),
    depths=Listed(Integer(1, 200), 8),
    width=Integer(1, 4096),
    heads=Integer(1, 64),
    blocks=Integer(1, 64),
    latent=Integer(1, 4096),
)


def variants(task):
    """Return the contenders of a task: where a step is cheap enough, other forms of gradient descent and Newton too."""
    return EVERYWHERE | (FORMS | NEWTON if task in ("quadratic", "logistic") else {})


def experiment(task):
    """Return the experiment of a task. Rates are chosen by what is judged, on held-out data where there are labels."""
    train, reduced, changed, seeds = TASKS[task]
    measured = dict(train_evaluation_every=reduced["epochs"]) if task in CLASSIFIED else {}
    settings = {"reduced": reduced | measured, "paper": reduced | changed}
    if task in CLASSIFIED:
        settings["paper"] |= dict(train_evaluation_every=settings["paper"]["epochs"])
    if task == "quadratic":
        settings["quick"] = QUICK
    presets = {}
    for name, found in settings.items():
        n = found.get("examples", N)
        forms = {form: dict(batch_size=size or n) for form, size in (("full", None), ("stochastic", 1))}
        forms = forms if set(forms) <= set(variants(task)) else {}
        presets[name] = Preset(found, {"quick": 1, "reduced": seeds, "paper": 10}[name], forms)
    held_out = {"evaluation": "validation"} if "evaluation" in reduced else {}
    metric = MEASURED[task].name.replace("test", "validation")
    tuning = Tuning("learning_rate", rates(variants(task)), metric, dict.fromkeys(("reduced", "paper"), held_out))
    return Experiment(task, variants(task), train, presets, tuning, domains=DOMAINS, protocol=("shared", task))


def timed(settings, **changes):
    """Return the settings of the experiment that times steps, in which no rate is chosen."""
    return settings | dict(evaluation_every=1000, train_evaluation_every=1000, learning_rate=1e-4) | changes


COST = {
    "reduced": Preset(timed(PERCEPTRON, epochs=12), 5),
    "paper": Preset(timed(PERCEPTRON, hidden=[1000, 1000], epochs=12), 10),
}

# Declared, with the questions, before any run but pilots of one seed.
DECLARED = "2026-11-29T15:10"
ONE_POINT, HALF_A_POINT, FIVE_PERCENT = (Margin(x, DECLARED) for x in (0.01, 0.005, 0.05))
ONE_NAT = Margin(1.0, DECLARED)
JUDGES = dict(presets=("reduced", "paper"))


def lower(text, task, variant, other, margin=None, quantity=None):
    """Return the claim that what is judged is lower for one variant than for another; `text`: its words."""
    place = dict(experiment=task, quantity=quantity or JUDGED[task], margin=margin, text=text, **JUDGES)
    return Ordering(name=f"{task}_{variant}_{other}", lower=variant, higher=(other,), **place)


def cheaper(variant):
    """Return the claim that a step of an optimizer takes less time than one of Adam."""
    return lower("cheaper", "cost", variant, "adam", FIVE_PERCENT, RELATIVE_TIME)


def no_better(variant):
    """Return the claim that in the convolutional net an optimizer is not better than Adam, by more than a point."""
    place = dict(experiment="convolutional", quantity=TEST_ERROR, margin=ONE_POINT, text="no_better", **JUDGES)
    return NoBetter(name=f"{variant}_no_better", variant=variant, than="adam", **place)


RADAM = Alike(
    name="radam_alike",
    experiment="convolutional",
    quantity=TEST_ERROR,
    first="radam",
    second="adam",
    margin=ONE_POINT,
    text="alike",
    **JUDGES,
)
FINDINGS = (
    Finding("start", tuple(no_better(name) for name in EVERYWHERE if name != "adam")),
    Finding("momentum", tuple(lower("nearer", "quadratic", name, "sgd") for name in ("momentum", "nesterov"))),
    Finding("ahead", (lower("nearer", "quadratic", "nesterov", "momentum"),)),
    Finding(
        "forms",
        (
            *(lower("nearer", "quadratic", "sgd", name) for name in FORMS),
            *(lower("errs_less", "logistic", "sgd", name, HALF_A_POINT) for name in FORMS),
        ),
    ),
    Finding("second_order", tuple(lower("nearer", "quadratic", "newton", name) for name in ("momentum", "adam"))),
    Finding(
        "sparse", tuple(lower("errs_less", "reviews", "adagrad", name, HALF_A_POINT) for name in ("sgd", "nesterov"))
    ),
    Finding("nadam", (lower("bound", "autoencoder", "nadam", "adam", ONE_NAT),)),
    Finding("rectified", (RADAM,)),
    Finding("cheaper", tuple(cheaper(name) for name in ("sgd", "lion"))),
)

PAPER = Paper.at(
    __file__,
    experiments=(
        Experiment("cost", EVERYWHERE, problems.cost, COST, domains=DOMAINS, protocol=("cost",)),
        *(experiment(task) for task in TASKS),
    ),
    findings=FINDINGS,
    deviations=(
        Deviation("few_examples", tuple(TASKS), ("quick", "reduced")),
        Deviation("decay", tuple(TASKS)),
        Deviation("logistic_pixels", ("logistic",), ("reduced", "paper")),
        INCOMPLETE_BATCHES,
    ),
    results={
        "cost": (STEP_TIME, RELATIVE_TIME),
        "quadratic": (MEASURED["quadratic"], JUDGED["quadratic"]),
        "autoencoder": (TEST_LOSS, OBJECTIVE),
        "characters": (TEST_LOSS, OBJECTIVE),
        **dict.fromkeys(sorted(CLASSIFIED), (TEST_ERROR, TRAIN_LOSS)),
    },
    figures=(
        FinalValues("cost", RELATIVE_TIME),
        *(
            figure
            for task in TASKS
            for figure in (
                FinalValues(task, MEASURED[task]),
                LearningCurves(task, MEASURED[task], log=task == "quadratic"),
                Sensitivity(task, EXACT_LOSS if task == "quadratic" else None),
            )
        ),
    ),
    components={"full": "gradient_descent"},
    answers=Answers(tuple(TASKS), tuple(EVERYWHERE), tuple(FORMS | NEWTON), ONE_POINT.value),
)
