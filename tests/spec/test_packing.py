"""Histories by column: nothing is lost, and nothing is read into what is none."""

import pytest

from experiments.spec.packing import packed, unpacked
from experiments.spec.record import BadRecord

ROWS = [
    {"epoch": 1, "loss": 0.5},
    {"epoch": 2, "loss": 0.25, "error": 0.1},
    {"epoch": 3, "probes": {"norms": [1, None]}},
]


def record(history):
    return {"key": "a", "history": history}


def test_columns_have_a_value_an_epoch():
    columns = {"error": [None, 0.1, None], "loss": [0.5, 0.25, None], "probes": [None, None, {"norms": [1, None]}]}
    assert packed(record(ROWS)) == record({"epochs": 3, "columns": columns})
    assert unpacked(packed(record(ROWS))) == record(ROWS)


@pytest.mark.parametrize("rows", [[], [{"epoch": 1}], [{"epoch": 1, "loss": 1.0, "probes": None}]], ids=str)
def test_what_columns_cannot_hold_stays_as_it_is(rows):
    assert packed(record(rows)) == unpacked(record(rows)) == record(rows)


@pytest.mark.parametrize("value", [None, 3, [], {}, {"history": None}, {"history": "a"}], ids=str)
def test_what_has_no_columns_is_left_to_the_check_of_records(value):
    assert unpacked(value) == value


@pytest.mark.parametrize(
    "history",
    [
        {},
        {"epochs": 2},
        {"epochs": 0, "columns": {}},
        {"epochs": 10**12, "columns": {}},
        {"epochs": 10**12, "columns": {"loss": [1.0]}},
        {"epochs": True, "columns": {"loss": [1.0]}},
        {"epochs": 1, "columns": [[1.0]]},
        {"epochs": 1, "columns": {"loss": 1.0}},
        {"epochs": 2, "columns": {"loss": [1.0, 2.0], "error": [1.0]}},
        {"epochs": 1, "columns": {"epoch": [1]}},
        {"epochs": 1, "columns": {"loss": [1.0]}, "more": 1},
    ],
    ids=str,
)
def test_what_is_no_history_by_column_is_refused(history):
    with pytest.raises(BadRecord, match="history"):
        unpacked(record(history))
