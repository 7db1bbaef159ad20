"""What a request tells of the seeds that it leaves out."""

import dataclasses

import pytest

from experiments.spec import Request
from tests.fakes import paper


def declared(**seeds):
    """Return the paper with these numbers of seeds."""
    (first,) = paper().experiments
    presets = {name: dataclasses.replace(preset, seeds=seeds[name]) for name, preset in first.presets.items()}
    return paper(experiments=(dataclasses.replace(first, presets=presets),))


@pytest.mark.parametrize(
    ("preset", "seeds", "said"),
    [
        (
            "reduced",
            None,
            ["fake2000_test, preset reduced: more seeds are declared than run: 10 at paper, 3 here (first)"],
        ),
        (
            "reduced",
            5,
            ["fake2000_test, preset reduced: more seeds are declared than run: 10 at paper, 5 here (first)"],
        ),
        ("reduced", 10, []),
        ("paper", None, []),
        ("quick", None, []),  # judges nothing
    ],
)
def test_a_preset_with_fewer_seeds_says_where_more_are_declared(preset, seeds, said):
    assert Request((declared(quick=1, reduced=3, paper=10),), preset, seeds=seeds).fewer_seeds() == said


def test_a_wider_preset_with_fewer_seeds_names_the_smaller_one():
    (line,) = Request((declared(quick=1, reduced=10, paper=3),), "paper").fewer_seeds()
    assert line.endswith("10 at reduced, 3 here (first)")
