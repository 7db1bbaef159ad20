"""The problems of Rumelhart, Hinton and Williams (1986): two truth tables, and the family trees of figure 2."""

import itertools

import numpy as np

from experiments.data.catalogue import computed, declare

CITATION = "Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986"


def symmetry(name):
    """Return all 64 patterns of six bits `(64, 6)`; 1 where the second half mirrors the first. Tested on the same."""
    x = np.array(list(itertools.product((0, 1), repeat=6)), "float32")
    y = (x == x[:, ::-1]).all(1, keepdims=True).astype("float32")
    return x, y, x, y


def exclusive_or(name):
    """Return the four patterns of two bits, and their exclusive or. Tested on the same."""
    x = np.array(list(itertools.product((0, 1), repeat=2)), "float32")
    y = x.sum(1, keepdims=True) % 2
    return x, y, x, y


def _words(*lines):
    return tuple(word for line in lines for word in line.split())


RELATIONS = _words("father mother husband wife son daughter", "uncle aunt brother sister nephew niece")
COUPLES = {  # place in the tree: husband, wife, their son and daughter (places)
    "elders_1": ("grandfather_1", "grandmother_1", "uncle", "mother"),
    "elders_2": ("grandfather_2", "grandmother_2", "father", "aunt"),
    "parents": ("father", "mother", "son", "daughter"),
    "uncle": ("uncle", "uncles_wife"),
    "aunt": ("aunts_husband", "aunt"),
}
PLACES = _words(
    "grandfather_1 grandmother_1 grandfather_2 grandmother_2 uncle uncles_wife father mother",
    "aunts_husband aunt son daughter",
)
TREES = {
    "english": _words(
        "Christopher Penelope Andrew Christine Arthur Margaret James Victoria",
        "Charles Jennifer Colin Charlotte",
    ),
    "italian": _words(
        "Roberto Maria Pierro Francesca Emilio Gina Marco Lucia",
        "Tomaso Angela Alfonso Sophia",
    ),
}
PEOPLE = tuple(name for tree in TREES.values() for name in tree)


def relatives():
    """Return who is what to whom in one tree: `{(place, relation): {places}}`."""
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
    """Return the 104 questions of both trees, and who is asked for.

    A question is a person and a relation, `(104, 24 + 12)`; its answer are people, `(104, 24)`.
    """
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


SETS = {
    "symmetry": computed(symmetry, CITATION, "all patterns of six bits, and whether they are symmetric"),
    "family_trees": computed(family_trees, CITATION, "the questions that two family trees answer"),
    "exclusive_or": computed(exclusive_or, CITATION, "the four patterns of two bits"),
}
for name, entry in SETS.items():
    declare(name, entry)
