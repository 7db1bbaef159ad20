"""Datasets that are computed, not fetched: functions on an interval, truth tables, family trees, a construction.

Each function gives `(x_train, y_train, x_test, y_test)`, the same arrays every time.
"""

import itertools
import math

import numpy as np

POINTS = 3000
FUNCTIONS = {  # targets of Lu et al. (2020), section 5
    "absolute_value": (1, lambda x: np.abs(x)),
    "x_sin_5x": (1, lambda x: x * np.sin(5 * x)),
    "step_sin_5x": (1, lambda x: (x > 0) + 0.2 * np.sin(5 * x)),
    "absolute_value_2d": (2, lambda x: np.abs(np.stack([x[:, 0] + x[:, 1], x[:, 0] - x[:, 1]], axis=1))),
}


def function(name):
    """A target on [-sqrt(3), sqrt(3)]^d: 3,000 uniform draws `(n, d)` to train on, as many to test, in float32."""
    dimensions, target = FUNCTIONS[name]
    draw = np.random.default_rng(0)
    x = draw.uniform(-math.sqrt(3), math.sqrt(3), (2, POINTS, dimensions)).astype("float32")
    y = [target(part.astype("float64")).astype("float32").reshape(POINTS, -1) for part in x]
    return x[0], y[0], x[1], y[1]


def symmetry(name):
    """All 64 patterns of six bits `(64, 6)`; 1 where the second half mirrors the first. Tested on the same."""
    x = np.array(list(itertools.product((0, 1), repeat=6)), "float32")
    y = (x == x[:, ::-1]).all(1, keepdims=True).astype("float32")
    return x, y, x, y


def exclusive_or(name):
    """The four patterns of two bits, and their exclusive or. Tested on the same."""
    x = np.array(list(itertools.product((0, 1), repeat=2)), "float32")
    y = x.sum(1, keepdims=True) % 2
    return x, y, x, y


RELATIONS = (
    "father", "mother", "husband", "wife", "son", "daughter", "uncle", "aunt", "brother", "sister", "nephew", "niece",
)  # fmt: skip
COUPLES = {  # place in the tree: husband, wife, their son and daughter (places)
    "elders_1": ("grandfather_1", "grandmother_1", "uncle", "mother"),
    "elders_2": ("grandfather_2", "grandmother_2", "father", "aunt"),
    "parents": ("father", "mother", "son", "daughter"),
    "uncle": ("uncle", "uncles_wife"),
    "aunt": ("aunts_husband", "aunt"),
}
PLACES = (
    "grandfather_1", "grandmother_1", "grandfather_2", "grandmother_2", "uncle", "uncles_wife", "father", "mother",
    "aunts_husband", "aunt", "son", "daughter",
)  # fmt: skip
TREES = {
    "english": ("Christopher", "Penelope", "Andrew", "Christine", "Arthur", "Margaret", "James", "Victoria", "Charles",
                "Jennifer", "Colin", "Charlotte"),
    "italian": ("Roberto", "Maria", "Pierro", "Francesca", "Emilio", "Gina", "Marco", "Lucia", "Tomaso", "Angela",
                "Alfonso", "Sophia"),
}  # fmt: skip
PEOPLE = tuple(name for tree in TREES.values() for name in tree)


def relatives():
    """Who is what to whom in one tree: `{(place, relation): {places}}`."""
    found = {}

    def add(person, relation, other):
        found.setdefault((person, relation), set()).add(other)

    parents, children = {}, {}
    for husband, wife, *young in COUPLES.values():
        add(husband, "wife", wife)
        add(wife, "husband", husband)
        for parent, own in ((husband, "father"), (wife, "mother")):
            for child, kind in zip(young, ("son", "daughter"), strict=False):
                add(parent, kind, child)
                add(child, own, parent)
                parents.setdefault(child, []).append(parent)
        if young:
            add(young[0], "sister", young[1])
            add(young[1], "brother", young[0])
            children[husband] = children[wife] = young
    spouse = {p: q for h, w, *_ in COUPLES.values() for p, q in ((h, w), (w, h))}
    sibling = {p: q for (p, kind), (q, *_) in found.items() if kind in ("brother", "sister")}
    for child in ("son", "daughter"):
        for parent in parents[child]:
            if parent in sibling:
                for elder in (sibling[parent], spouse[sibling[parent]]):
                    male = (elder, "wife") in found
                    add(child, "uncle" if male else "aunt", elder)
                    add(elder, "nephew" if child == "son" else "niece", child)
    return found


def family_trees(name):
    """The 104 questions (person, relation) of both trees, `(104, 24 + 12)`, and the people asked for, `(104, 24)`."""
    x, y = [], []
    for tree in range(len(TREES)):
        for (person, relation), others in sorted(relatives().items()):
            question, answer = np.zeros(36, "float32"), np.zeros(24, "float32")
            question[12 * tree + PLACES.index(person)] = 1
            question[24 + RELATIONS.index(relation)] = 1
            answer[[12 * tree + PLACES.index(other) for other in others]] = 1
            x.append(question)
            y.append(answer)
    x, y = np.array(x), np.array(y)
    return x, y, x, y


def coin(name):
    """20,000 labels -1 or 1 each for training and testing, 1 with the probability in the name; inputs repeat them.

    The features of the construction follow from the label and the number of the example alone.
    """
    share = float(name.rpartition("_")[2]) / 100
    y = np.where(np.random.default_rng(0).uniform(size=(2, 20_000, 1)) < share, 1, -1).astype("int8")
    return y[0], y[0], y[1], y[1]


def reviews(name, words=300, length=60):
    """In place of film reviews: bags of words `(800, 300)` and `(200, 300)` in uint8, labels 0 and 1.

    Of `length` words of a text each is drawn by Zipf's law (the frequency of the k-th word is as 1 / k); one word in
    five is 1.5 times as frequent under one label, another under the other.
    """
    draw = np.random.default_rng(0)
    y = draw.integers(0, 2, 1000).astype("int32")
    lean = draw.permutation(np.repeat([1, -1, 0], [words // 5, words // 5, words - 2 * (words // 5)]))
    frequencies = 1.5 ** np.outer([-0.5, 0.5], lean) / np.arange(1, words + 1)
    frequencies /= frequencies.sum(1, keepdims=True)
    x = (draw.poisson(length * frequencies[y]) > 0).astype("uint8")
    return x[:800], y[:800], x[800:], y[800:]
