"""The online learners, example by example, against dense rules, and what they share."""

from dataclasses import dataclass, field

import keras
import numpy as np
import pytest
from scipy import optimize, sparse

from custom.optimizers.adagrad import AdaGrad
from custom.optimizers.gradient_descent import GradientDescent
from custom.optimizers.online import AROW, FOBOS, RDA, AdaGradFB, AdaGradRDA, OnlineLearner, PassiveAggressive
from custom.optimizers.online._proximal import group_minimum
from tests.custom.backends import to_numpy
from tests.reference import online as oracle

FEATURES, EXAMPLES = 12, 100


def data(classes=None, seed=0):
    """Sparse examples with features of very different frequency and size, labels of a noisy linear rule."""
    rng = np.random.default_rng(seed)
    shown = rng.uniform(size=(EXAMPLES, FEATURES)) < np.linspace(0.05, 0.6, FEATURES)
    x = shown * rng.normal(size=(EXAMPLES, FEATURES)) * np.linspace(2.0, 0.3, FEATURES)
    truth = rng.normal(size=(FEATURES, classes or 1)) * (np.arange(FEATURES) % 3 > 0)[:, None]
    scores = x @ truth + 0.3 * rng.normal(size=(EXAMPLES, classes or 1))
    return x, np.where(scores[:, 0] > 0, 1, -1) if classes is None else np.argmax(scores, axis=1)


@dataclass(frozen=True)
class Case:
    """A learner with settings, and the dense rule that it has to follow."""

    cls: type
    rule: object
    settings: dict = field(default_factory=dict)
    classes: int | None = None

    @property
    def id(self):
        return "-".join([self.cls.__name__, *map(str, self.settings.values()), f"{self.classes or 2} classes"])

    def make(self):
        classes = {} if self.classes is None else {"classes": self.classes}
        return self.cls(FEATURES, **classes, **self.settings)

    def expected(self, x, y):
        return oracle.run(self.rule, x, y, self.classes or 1, **self.settings)


def regularized(cls, rule, strength, **own):
    for norm, used, classes in (
        ("l1", 0.0, None),
        ("l1", strength, None),
        ("l1", strength, 4),
        ("l1/l2", 2 * strength, None),
        ("l1/l2", 2 * strength, 4),
        ("l1/l2", 0.0, 4),
    ):
        yield Case(cls, rule, {"learning_rate": 0.3, "strength": used, "norm": norm, **own}, classes)


REGULARIZED = [
    *regularized(RDA, oracle.rda, 0.025),
    *regularized(FOBOS, oracle.fobos, 0.1),
    *regularized(AdaGradRDA, oracle.adagrad_rda, 0.025, delta=0.0),
    *regularized(AdaGradFB, oracle.adagrad_fb, 0.1, delta=0.0),
    *regularized(AdaGradRDA, oracle.adagrad_rda, 0.025, delta=0.5),
    *regularized(AdaGradFB, oracle.adagrad_fb, 0.1, delta=0.5),
]


def follow(learner, x, y):
    """The weights after each example, `(examples, features, outputs)`."""
    path = []
    for i in range(len(x)):
        assert learner.partial_fit(x[i : i + 1], y[i : i + 1]) is learner
        path.append(learner.weights.reshape(FEATURES, -1))
    return np.array(path)


def assert_path(learner, expected, mistakes, x, y):
    np.testing.assert_allclose(follow(learner, x, y), expected, rtol=1e-10, atol=1e-12)
    assert learner.mistakes == mistakes and 0 < mistakes < EXAMPLES and learner.examples == EXAMPLES
    assert type(learner.mistakes) is int


@pytest.mark.parametrize("case", REGULARIZED, ids=lambda case: case.id)
def test_weights_after_each_example(case):
    x, y = data(case.classes)
    path, mistakes = case.expected(x, y)
    learner = case.make()
    assert_path(learner, path, mistakes, x, y)
    final = path[-1]
    np.testing.assert_array_equal(learner.weights == 0, (final == 0)[:, 0] if case.classes is None else final == 0)
    assert learner.sparsity == np.mean(final != 0)
    assert learner.row_sparsity == np.mean((final != 0).any(axis=1))
    if case.settings["strength"]:
        zeros = np.mean(path[EXAMPLES // 2 :] == 0)
        assert 0.01 < zeros < 0.99, "a strength at which some weights are 0, and some are not"


@pytest.mark.parametrize("classes", [None, 3])
@pytest.mark.parametrize("strength", [0.0, 2.0, 10.0])
def test_passive_aggressive(strength, classes):
    x, y = data(classes)
    x[5] = 0  # an example without values, from which nothing can be learned
    path, mistakes = oracle.passive_aggressive(x[x.any(axis=1)], y[x.any(axis=1)], classes or 1, strength)
    learner = PassiveAggressive(FEATURES, classes, strength)
    shown = x.any(axis=1)
    np.testing.assert_allclose(follow(learner, x, y)[shown], path, rtol=1e-10, atol=1e-12)
    blank = np.sum(y[~shown] != (1 if classes is None else 0))
    assert learner.mistakes == mistakes + blank


@pytest.mark.parametrize("diagonal", ["covariance", "precision"])
@pytest.mark.parametrize("r", [0.1, 1.0])
def test_arow(diagonal, r):
    x, y = data()
    path, spreads, mistakes = oracle.arow(x, y, r, diagonal)
    learner = AROW(FEATURES, strength=r, diagonal=diagonal)
    assert_path(learner, path, mistakes, x, y)
    np.testing.assert_allclose(learner.variances, spreads[-1], rtol=1e-10)
    assert (learner.variances > 0).all() and (learner.variances <= 1).all() and (learner.variances < 0.9).any()


def test_default_settings():
    assert RDA(3).get_config() == {
        "features": 3,
        "classes": None,
        "learning_rate": 1.0,
        "strength": 0.0,
        "norm": "l1",
    }
    assert FOBOS(3).get_config() == RDA(3).get_config()
    assert AdaGradRDA(3).get_config() == AdaGradFB(3).get_config() == {**RDA(3).get_config(), "delta": 0.0}
    assert PassiveAggressive(3).get_config() == {"features": 3, "classes": None, "strength": 0.0}
    assert AROW(3).get_config() == {"features": 3, "strength": 1.0, "diagonal": "covariance"}


def hinge_gradients(learner, x, y):
    """The gradients that the learner sees, at its own weights, and the weights after each."""
    gradients = []
    for row, label in zip(x, y, strict=True):
        gradients.append(-label * row * (1 - label * (learner.weights @ row) > 0))
        learner.partial_fit(row[None], [label])
        yield gradients[-1], learner.weights


def test_adagrad_fb_without_a_norm_is_adagrad(float64):
    """The epsilon of `custom.optimizers.AdaGrad` is the paper's delta."""
    optimizer, w = AdaGrad(0.3, epsilon=1e-3), keras.Variable(np.zeros(FEATURES), dtype=float64)
    for g, expected in hinge_gradients(AdaGradFB(FEATURES, learning_rate=0.3, delta=1e-3), *data()):
        optimizer.apply([keras.ops.convert_to_tensor(g)], [w])
        np.testing.assert_allclose(to_numpy(w), expected, rtol=1e-10, atol=1e-14)


def test_fobos_without_a_norm_is_gradient_descent(float64):
    """With the learning rate eta / sqrt(t)."""

    class InverseRoot(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.3 / keras.ops.sqrt(keras.ops.cast(step, "float64") + 1)

    optimizer, w = GradientDescent(InverseRoot()), keras.Variable(np.zeros(FEATURES), dtype=float64)
    for g, expected in hinge_gradients(FOBOS(FEATURES, learning_rate=0.3), *data()):
        optimizer.apply([keras.ops.convert_to_tensor(g)], [w])
        np.testing.assert_allclose(to_numpy(w), expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("cls", [RDA, FOBOS, AdaGradRDA, AdaGradFB])
def test_of_two_classes_the_mixed_norm_is_the_l1_norm(cls):
    """A group is one weight then, as |w| is the length of (w)."""
    x, y = data()
    l1, mixed = (cls(FEATURES, strength=0.05, norm=norm).partial_fit(x, y) for norm in ("l1", "l1/l2"))
    np.testing.assert_allclose(mixed.weights, l1.weights, rtol=1e-10, atol=1e-13)
    assert l1.mistakes == mixed.mistakes


@pytest.mark.parametrize("cls", [RDA, FOBOS, AdaGradRDA, AdaGradFB])
def test_the_mixed_norm_drops_whole_features(cls):
    x, y = data(classes=4)
    strength = 0.05 if cls in (RDA, AdaGradRDA) else 0.3
    learner = cls(FEATURES, 4, learning_rate=0.3, strength=strength, norm="l1/l2").partial_fit(x, y)
    kept = (learner.weights != 0).any(axis=1)
    assert 0 < kept.mean() < 1 and learner.row_sparsity == kept.mean()
    strong = cls(FEATURES, 4, learning_rate=0.3, strength=100.0, norm="l1/l2").partial_fit(x, y)
    assert strong.row_sparsity < kept.mean()


def test_passive_aggressive_changes_nothing_without_a_loss_and_mends_it_otherwise():
    learner = PassiveAggressive(2).partial_fit([[2.0, 0.0]], [1])
    np.testing.assert_allclose(learner.weights, [0.5, 0.0])
    learner.partial_fit([[2.0, 5.0], [4.0, 0.0]], [1, 1])  # scores 1 and 2
    np.testing.assert_array_equal(learner.weights, [0.5, 0.0])
    x, y = data()
    learner = PassiveAggressive(FEATURES)
    for row, label in zip(x, y, strict=True):
        learner.partial_fit(row[None], [label])
        if row.any():
            assert label * learner.decision_function(row[None])[0] >= 1 - 1e-12
    multiclass, (x, y) = PassiveAggressive(FEATURES, 3), data(3)
    for row, label in zip(x, y, strict=True):
        multiclass.partial_fit(row[None], [label])
        scores = multiclass.decision_function(row[None])[0]
        # The rival that was mended may have been passed by the third class, which gains nothing.
        assert scores[label] >= 1 + np.delete(scores, label).min() - 1e-12 or not row.any()


@pytest.mark.parametrize("label", [-1, 1])
@pytest.mark.parametrize("strength", [0.5, 3.0])
def test_passive_aggressive_minimises_what_it_says(strength, label):
    rng = np.random.default_rng(1)
    learner = PassiveAggressive(3, strength=strength).partial_fit(rng.normal(size=(5, 3)), [1, -1, -1, 1, -1])
    before, x = learner.weights, 0.5 * rng.normal(size=3)

    def objective(w):
        return max(0, 1 - label * (w @ x)) + strength / 2 * np.sum((w - before) ** 2)

    learner.partial_fit(x[None], [label])
    # The minimum lies on the line along x; beside it no point is better.
    found = optimize.minimize_scalar(lambda c: objective(before + c * label * x), bounds=(0, 9), method="bounded")
    np.testing.assert_allclose(learner.weights, before + found.x * label * x, atol=1e-4)
    for size in (1e-4, 1e-2, 1.0):
        for other in learner.weights + size * rng.normal(size=(50, 3)):
            assert objective(learner.weights) < objective(other)


@pytest.mark.parametrize("ratio", [1.0, 30.0, 1e6, 1e12])
def test_group_minimum_is_optimal(ratio):
    """Zero subgradient: u + a x + strength x / |x| = 0, or |u| <= strength and x = 0."""
    rng = np.random.default_rng(2)
    u = rng.normal(size=(300, 5)) * 10 ** rng.uniform(-3, 3, (300, 1))
    a = ratio ** rng.uniform(-0.5, 0.5, (300, 5))
    u[:50, 0] = a[:50, 0] = 0.0  # a weight that has had no gradient
    x = group_minimum(u, a, 0.7)
    norm = np.linalg.norm(u, axis=1)
    np.testing.assert_array_equal((x == 0).all(axis=1), norm <= 0.7)
    assert 0.1 < np.mean(norm <= 0.7) < 0.9 and (x[:50, 0] == 0).all()
    away = norm > 0.7
    length = np.linalg.norm(x[away], axis=1, keepdims=True)
    residual = u[away] + a[away] * x[away] + 0.7 * x[away] / length
    assert (np.abs(residual) <= 1e-12 * norm[away, None]).all()
    np.testing.assert_allclose(group_minimum(u[50:], a[50:], 0.0), -u[50:] / a[50:], rtol=1e-14)


def test_group_minimum_is_what_a_general_search_finds():
    rng = np.random.default_rng(3)
    for _ in range(10):
        u, a = rng.normal(size=3), rng.uniform(0.2, 3, 3)

        def objective(x, u=u, a=a):
            return u @ x + (a @ x**2) / 2 + 0.5 * np.linalg.norm(x)

        x = group_minimum(u[None], a[None], 0.5)[0]
        found = optimize.minimize(objective, -u, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15})
        np.testing.assert_allclose(x, found.x, atol=1e-6)
        assert objective(x) <= found.fun + 1e-13


class Rows:
    """The least that a CSR matrix has."""

    def __init__(self, matrix):
        self.indptr, self.indices, self.data, self.shape = matrix.indptr, matrix.indices, matrix.data, matrix.shape


EVERY = [(cls, classes) for cls in (RDA, FOBOS, AdaGradRDA, AdaGradFB, PassiveAggressive) for classes in (None, 3)]


@pytest.mark.parametrize("cls, classes", [*EVERY, (AROW, None)])
def test_every_form_of_the_examples_gives_the_same(cls, classes):
    x, y = data(classes)
    csr = sparse.csr_matrix(x)
    pairs = [(np.flatnonzero(row), row[row != 0]) for row in x]
    options = {"strength": 0.05} | ({} if classes is None else {"classes": classes})
    dense = cls(FEATURES, **options).partial_fit(x, y)
    for other in (csr, sparse.csr_array(x), Rows(csr), pairs, x.tolist()):
        learner = cls(FEATURES, **options).partial_fit(other, list(y))
        np.testing.assert_array_equal(learner.weights, dense.weights)
        assert learner.mistakes == dense.mistakes
        np.testing.assert_allclose(learner.decision_function(other), dense.decision_function(x), rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(learner.predict(other), dense.predict(x))


def test_entries_that_repeat_are_added_up():
    once = PassiveAggressive(3).partial_fit([(np.array([2]), np.array([5.0]))], [1])
    twice = PassiveAggressive(3).partial_fit([(np.array([2, 2]), np.array([2.0, 3.0]))], [1])
    np.testing.assert_array_equal(twice.weights, once.weights)
    assert once.weights[2] == 0.2


def test_predictions():
    learner = PassiveAggressive(2).partial_fit([[1.0, 0.0]], [-1])
    np.testing.assert_array_equal(learner.decision_function([[3.0, 1.0], [-2.0, 0.0], [0.0, 1.0]]), [-3, 2, 0])
    np.testing.assert_array_equal(learner.predict([[3.0, 1.0], [-2.0, 0.0], [0.0, 1.0]]), [-1, 1, 1])
    assert learner.mistakes == 1  # a score of 0 is a prediction of 1
    multiclass = PassiveAggressive(2, 3).partial_fit([[1.0, 0.0]], [2])
    assert multiclass.weights.shape == (2, 3) and multiclass.mistakes == 1
    np.testing.assert_array_equal(multiclass.weights[0], [-0.5, 0.0, 0.5])
    assert multiclass.decision_function([[2.0, 0.0]]).tolist() == [[-1.0, 0.0, 1.0]]
    assert multiclass.predict([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0]]).tolist() == [2, 0, 0]
    assert multiclass.predict(np.zeros((0, 2))).shape == (0,)


@pytest.mark.parametrize("cls, classes", [*EVERY, (AROW, None)])
def test_only_the_features_of_an_example_are_looked_at(cls, classes):
    """A pass costs as much as its non-zeros; AdaGradFB with the mixed norm is the exception."""
    x, y = data(classes)
    learner = cls(FEATURES, **{} if classes is None else {"classes": classes})
    asked, current = [], learner.current
    learner.current = lambda rows: asked.append(rows) or current(rows)
    learner.partial_fit(x, y)
    assert len(asked) >= EXAMPLES and all(isinstance(rows, np.ndarray) for rows in asked)
    np.testing.assert_array_equal(np.unique([len(rows) for rows in asked]), np.unique((x != 0).sum(axis=1)))


def test_weights_are_a_copy():
    learner = PassiveAggressive(2).partial_fit([[1.0, 0.0]], [1])
    learner.weights[:] = 9
    np.testing.assert_array_equal(learner.weights, [1.0, 0.0])


@pytest.mark.parametrize(
    "learner",
    [
        RDA(4, 3, learning_rate=0.5, strength=0.1, norm="l1/l2"),
        FOBOS(4, learning_rate=0.5, strength=0.1),
        AdaGradRDA(4, 3, learning_rate=0.5, strength=0.1, norm="l1/l2", delta=0.25),
        AdaGradFB(4, 2, learning_rate=0.5, strength=0.1, delta=0.25),
        PassiveAggressive(4, 3, strength=0.5),
        AROW(4, strength=0.5, diagonal="precision"),
    ],
    ids=lambda learner: type(learner).__name__,
)
def test_configurations(learner):
    config = learner.get_config()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(learner))
    assert type(again) is type(learner) and again.get_config() == config
    assert repr(learner) == repr(again) and "features=4" in repr(learner)
    x, y = np.random.default_rng(4).normal(size=(9, 4)), np.tile([1, -1, 1], 3)
    y = y if config.get("classes") is None else np.abs(y) % config["classes"]
    np.testing.assert_array_equal(learner.partial_fit(x, y).weights, again.partial_fit(x, y).weights)


def test_base_states_no_rule():
    with pytest.raises(NotImplementedError, match="OnlineLearner states no weights"):
        OnlineLearner(2).current(slice(None))
    with pytest.raises(NotImplementedError, match="OnlineLearner states no rule"):
        OnlineLearner(2).learn(None, None, None, 0.0)


ROW = [[1.0, 2.0]]
NUMBER = np.array([1.0])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: RDA(0), ValueError, ("features=0",)),
        (lambda: RDA(2, 1), ValueError, ("classes=1", "at least 2")),
        (lambda: RDA(2, 2.5), ValueError, ("classes=2.5",)),
        (lambda: FOBOS(2, learning_rate=0), ValueError, ("learning_rate=0", "(0, inf)")),
        (lambda: FOBOS(2, strength=-1), ValueError, ("strength=-1",)),
        (lambda: AdaGradRDA(2, norm="l2"), ValueError, ("norm='l2'", "'l1/l2'")),
        (lambda: AdaGradRDA(2, delta=-1), ValueError, ("delta=-1",)),
        (lambda: AdaGradFB(2, delta="0"), TypeError, ("delta='0'",)),
        (lambda: PassiveAggressive(2, strength=-1), ValueError, ("strength=-1",)),
        (lambda: AROW(2, strength=0), ValueError, ("strength=0", "(0, inf)")),
        (lambda: AROW(2, diagonal="full"), ValueError, ("diagonal='full'",)),
        (lambda: RDA(2).partial_fit(ROW, [0]), ValueError, ("label 0", "-1 or 1")),
        (lambda: RDA(2, 3).partial_fit(ROW, [3]), ValueError, ("label 3", "0 to 2")),
        (lambda: RDA(2, 3).partial_fit(ROW, [0.5]), ValueError, ("label 0.5",)),
        (lambda: RDA(2).partial_fit(ROW, [[1]]), ValueError, ("labels of shape (1, 1)",)),
        (lambda: RDA(2).partial_fit(ROW, [1, 1]), ValueError, ("1 examples and 2 labels",)),
        (lambda: RDA(3).partial_fit(ROW, [1]), ValueError, ("shape (1, 2)", "3 features")),
        (lambda: RDA(2).partial_fit([1.0, 2.0], [1]), ValueError, ("shape (2,)",)),
        (lambda: RDA(2).partial_fit("ab", [1]), ValueError, ("no array",)),
        (lambda: RDA(2).partial_fit([[np.nan, 1.0]], [1]), ValueError, ("not finite",)),
        (lambda: RDA(2).partial_fit([([2], NUMBER)], [1]), ValueError, ("indices=array([2])", "0 to 1")),
        (lambda: RDA(2).partial_fit([([-1], NUMBER)], [1]), ValueError, ("0 to 1",)),
        (lambda: RDA(2).partial_fit([([0, 1], NUMBER)], [1]), ValueError, ("as many integers as numbers",)),
        (lambda: RDA(2).partial_fit([([0.5], NUMBER)], [1]), ValueError, ("integers",)),
        (lambda: RDA(2).partial_fit([([0], [np.inf])], [1]), ValueError, ("finite",)),
        (lambda: RDA(2).partial_fit(sparse.csc_matrix(ROW), [1]), ValueError, ("csc matrix", "CSR")),
        (lambda: RDA(3).partial_fit(sparse.csr_matrix(ROW), [1]), ValueError, ("shape (1, 2)", "3 features")),
    ],
)
def test_bad_arguments_are_quoted(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_refused_call_changes_nothing():
    learner = RDA(2).partial_fit(ROW, [1])
    before = learner.weights
    for x, y in (([[1.0, 1.0], [1.0, 1.0]], [1, 7]), ([([0], NUMBER), ([5], NUMBER)], [1, 1])):
        with pytest.raises(ValueError):
            learner.partial_fit(x, y)
    np.testing.assert_array_equal(learner.weights, before)
    assert learner.examples == 1
