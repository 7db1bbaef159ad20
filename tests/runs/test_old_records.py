"""Records that version 0.2.0 wrote, under `old/`, still read, keep their keys and count."""

import pathlib

import pytest

from experiments import papers
from experiments.claims.evidence import gather
from experiments.runs.store import Store
from experiments.spec.run import key

OLD = pathlib.Path(__file__).parent / "old"
(PAPER,) = papers.load(["rumelhart1986_backprop"])
RECORDS = {record["experiment"]: record for record in Store(OLD).all(PAPER.key)}


def test_all_are_read():
    assert set(RECORDS) == {"xor", "trees", "symmetry"}
    assert len(list((OLD / PAPER.key).glob("*.json"))) == len(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_it_counts_under_its_key(name):
    record = RECORDS[name]
    meaning = (record[part] for part in ("paper", "experiment", "settings", "seed"))
    assert key(*meaning, record["data"]["fingerprint"], record["protocol"]) == record["key"]
    experiment = next(e for e in PAPER.experiments if e.name == name)
    evidence = gather(PAPER, experiment, [record])
    assert (evidence.preset, evidence.count("done"), evidence.others) == ("quick", 1, [])
