"""The marginal value of adaptive gradient methods in machine learning (Wilson et al., 2017).

paper: the construction of section 3.3, where two classes can be told apart by one feature and adaptive methods give
every new example the same label; it needs no GPU. The networks of section 4 are not run.

python -m experiments run wilson2017_marginal_value --preset paper
"""

from custom.optimizers import AdaGrad, Adam, GradientDescent, Nesterov, PolyakHeavyBall, RMSProp
from experiments.claims import TEST_ERROR, TRAIN_ERROR, Finding, Quantity, Value
from experiments.claims.quantities import last
from experiments.papers.wilson2017_marginal_value import data  # noqa: F401 (declares the sets)
from experiments.papers.wilson2017_marginal_value.construction import train
from experiments.report.figures import FinalValues
from experiments.spec import Deviation, Experiment, Integer, Paper, Preset

VARIANTS = {
    "gradient_descent": lambda: GradientDescent(0.2),
    "sgd": lambda: GradientDescent(0.2),
    "heavy_ball": lambda: PolyakHeavyBall(0.05, 0.9),
    "nesterov": lambda: Nesterov(0.05, 0.9),
    "adagrad": lambda: AdaGrad(0.1, epsilon=1e-12),
    "rmsprop": lambda: RMSProp(0.001, epsilon=1e-12),
    "adam": lambda: Adam(0.001, epsilon=1e-12),
}
ADAPTIVE = ("adagrad", "rmsprop", "adam")
SETTINGS = dict(examples=200, epochs=40, steps=125, batch_size=20)
SIZES = dict(examples=Integer(2, 1000), steps=Integer(1, 2000))
QUICK = SETTINGS | dict(examples=40, epochs=4, steps=50)

TEST_POSITIVE = Quantity("test_positive", "%", last("test_positive"), 100, 2)
FROM_MINIMUM_NORM = Quantity("from_minimum_norm", "", last("from_minimum_norm"), least=0.0)
FROM_SIGN = Quantity("from_sign", "", last("from_sign"), least=0.0)
RESULTS = (TRAIN_ERROR, TEST_ERROR, TEST_POSITIVE, FROM_MINIMUM_NORM, FROM_SIGN)


def experiment(percent):
    """Return the experiment in which so many labels are 1."""
    labels = dict(data=f"labels_{percent}")
    presets = {
        "quick": Preset(QUICK | labels, seeds=1),
        "reduced": Preset(SETTINGS | labels, seeds=2),
        "paper": Preset(SETTINGS | labels, seeds=3),
    }
    return Experiment(f"share_{percent}", VARIANTS, train, presets, domains=SIZES)


def claims(variant):
    """Return what the paper says of one method: it fits, what it makes of new examples, where it ends."""
    adaptive = variant in ADAPTIVE

    def value(text, quantity, number, percent=60, tolerance=0.0):
        place = dict(experiment=f"share_{percent}", presets=("reduced", "paper"), text=text, words={"percent": percent})
        judged = dict(quantity=quantity, variant=variant, value=number, tolerance=tolerance)
        return Value(name=f"{variant}_{text}_{percent}", **place, **judged)

    new = ("gives_one_label", TEST_POSITIVE, 1.0) if adaptive else ("is_right", TEST_ERROR, 0.0)
    end = FROM_SIGN if adaptive else FROM_MINIMUM_NORM
    fits = value("fits", TRAIN_ERROR, 0.0)
    return fits, value(*new), value(*new, percent=75), value("ends", end, 0.0, tolerance=0.01)


PAPER = Paper.at(
    __file__,
    experiments=(experiment(60), experiment(75)),
    findings=(Finding("one_label", tuple(c for variant in VARIANTS for c in claims(variant)), kind="confirmation"),),
    deviations=(
        Deviation("epsilon"),
        Deviation("adaptive_on_batches"),
        Deviation("published_text"),
        Deviation("examples_and_steps", presets=("quick",)),
    ),
    results={"share_60": RESULTS, "share_75": RESULTS},
    figures=(FinalValues("share_60", TEST_ERROR), FinalValues("share_75", TEST_ERROR)),
)
