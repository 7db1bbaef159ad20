"""Online learning as Duchi et al. (2011) do it: one example after the other, mistakes counted before each step."""

import time

import numpy as np
from scipy import sparse

from custom.optimizers.online import AROW, FOBOS, RDA, AdaGradFB, AdaGradRDA, PassiveAggressive
from experiments import engine
from experiments.data import CATALOGUE
from experiments.papers.duchi2011_adagrad.data import CATEGORIES, bags
from experiments.seeds import derive

HELD_OUT = 4  # one text in four
AT_ONCE = 500  # examples whose features are in memory

# From the number of features, the tuned number and the norm; PA and AROW have no norm. What is tuned is eta; of PA it
# is the largest step, 1 / lambda, of AROW 1 / r.
ALGORITHMS = {
    "rda": lambda features, rate, **norm: RDA(features, learning_rate=rate, **norm),
    "fb": lambda features, rate, **norm: FOBOS(features, learning_rate=rate, **norm),
    "adagrad_rda": lambda features, rate, **norm: AdaGradRDA(features, learning_rate=rate, **norm),
    "adagrad_fb": lambda features, rate, **norm: AdaGradFB(features, learning_rate=rate, **norm),
    "pa": lambda features, rate, classes=None, **norm: PassiveAggressive(features, classes, strength=1 / rate),
    "arow": lambda features, rate, **norm: AROW(features, strength=1 / rate),
}


def gaussian(x, support, bandwidth):
    """Return the kernel `exp(-|x - s|^2 / (2 bandwidth^2))` of each example with each support image, in float32."""
    squares = (x**2).sum(1)[:, None] + (support**2).sum(1) - 2 * (x @ support.T)
    return np.exp(np.maximum(squares, 0) / np.float32(-2 * bandwidth**2))


def pixels(images):
    """Return images as rows of numbers from 0 to 1."""
    return images.reshape(len(images), -1).astype("float32") / 255


def digits(job):
    """Learn digits by their kernels with support images, which the seed draws, in an order that it draws too."""
    s, data, draw = job.settings, job.dataset, np.random.default_rng(derive(job.seed, "order"))
    order = draw.permutation(len(data.x_train))[: s.examples]
    support = pixels(data.x_train[draw.choice(len(data.x_train), s.support, replace=False)])

    def features(images):
        return gaussian(pixels(images), support, s.bandwidth).astype("float64")

    shape = dict(classes=data.classes, strength=s.strength, norm="l1/l2")
    learner = job.variant(s.support, s.learning_rate, **shape)

    def rows():
        for row, places in chunks(order, s.epochs):
            began = time.perf_counter()
            for part in parts(places):
                learner.partial_fit(features(data.x_train[part]), data.y_train[part])
            seconds = round(time.perf_counter() - began, 3)
            found = {"epoch": row, "seconds": seconds, "seen": learner.examples, "mistakes": learner.mistakes}
            yield found | (judged() if row == s.epochs else {})

    def judged():
        wrong = sum(
            int((learner.predict(features(data.x_test[part])) != data.y_test[part]).sum())
            for part in parts(np.arange(len(data.x_test)))
        )
        return {
            "online_error": learner.mistakes / learner.examples,
            "test_error": wrong / len(data.x_test),
            "nonzero": learner.row_sparsity,
        }

    return engine.Computation(rows(), facts(s.support * data.classes, len(order)))


def texts(job):
    """Learn to tell texts of a category from others, each category by itself; the mean over them is what is judged."""
    s, (x, y) = job.settings, _pooled(job.dataset)
    order = np.random.default_rng(derive(job.seed, "order")).permutation(len(y))
    held_out, order = np.split(order, [len(order) // HELD_OUT])
    draws = (np.random.default_rng(derive(job.seed, "pass", i)) for i in range(s.passes))
    order = np.concatenate([draw.permutation(order) for draw in draws])
    learners = [job.variant(x.shape[1], s.learning_rate, strength=s.strength) for _ in y.T]

    def rows():
        for row, places in chunks(order, s.epochs):
            began, part = time.perf_counter(), x[places]
            for learner, labels in zip(learners, y[places].T, strict=True):
                learner.partial_fit(part, labels)
            seconds = round(time.perf_counter() - began, 3)
            found = {"epoch": row, "seconds": seconds, "seen": learners[0].examples}
            found["mistakes"] = float(np.mean([learner.mistakes for learner in learners]))
            yield found | (judged() if row == s.epochs else {})

    def judged():
        unseen = x[held_out]
        errors = [
            float(np.mean(np.where(unseen @ learner.weights >= 0, 1, -1) != labels))
            for learner, labels in zip(learners, y[held_out].T, strict=True)
        ]
        nonzero = [learner.sparsity for learner in learners]
        found = {"online_error": float(np.mean([learner.mistakes for learner in learners])) / len(order)}
        found |= {"test_error": float(np.mean(errors)), "nonzero": float(np.mean(nonzero))}
        if len(learners) == len(CATEGORIES):
            for name, error, share in zip(CATEGORIES, errors, nonzero, strict=True):
                found |= {f"{name.lower()}_error": error, f"{name.lower()}_nonzero": share}
        return found

    return engine.Computation(rows(), facts(x.shape[1], len(order) // s.passes))


def facts(parameters, examples):
    """Return what the record of a run says beside its rows."""
    return {"parameters": parameters, "trained_on": examples, "compiler": "NumPy"}


def chunks(order, rows):
    """Return the number of each row, from 1, and the examples that it takes."""
    return enumerate(np.array_split(order, rows), 1)


def parts(places):
    """Return the same places, a few at a time."""
    return np.array_split(places, max(1, -(-len(places) // AT_ONCE)))


def _pooled(dataset):
    """Return all texts of a set as bags of words, those for testing too, and their labels, -1 and 1, in columns."""
    if "pooled" not in dataset.cache:
        kind = CATALOGUE[dataset.name].form.kind
        x = sparse.vstack(bags(kind, dataset.x_train, dataset.x_test), format="csr")
        y = np.concatenate([dataset.y_train, dataset.y_test]).reshape(x.shape[0], -1)
        dataset.cache["pooled"] = x, np.where(y > 0, 1, -1)
    return dataset.cache["pooled"]
