"""Committed records have their history by column: the name of a column stands once, not once an epoch."""

from typing import Any

from experiments.spec.record import BadRecord

Record = dict[str, Any]
PARTS = {"epochs", "columns"}


def packed(record: Record) -> Record:
    """Return a record with its history by column; an epoch in which a column has no number has `None` there.

    A history that holds a `None` of its own, as a probe may, stays as it is.
    """
    rows = record["history"]
    names = sorted({name for row in rows for name in row} - {"epoch"})
    if not names or any(value is None for row in rows for value in row.values()):
        return record
    return {**record, "history": {"epochs": len(rows), "columns": {n: [row.get(n) for row in rows] for n in names}}}


def unpacked(value: Any) -> Any:
    """Return what `packed` was given: a record with its history by row; what has none by column stays as it is.

    Raises:
        BadRecord: the columns are none, or not as long as there are epochs.
    """
    history = value.get("history") if isinstance(value, dict) else None
    if not isinstance(history, dict):
        return value
    epochs, columns = history.get("epochs"), history.get("columns")
    if set(history) != PARTS or type(epochs) is not int or not isinstance(columns, dict) or not columns:
        raise BadRecord("its history by column has other parts than epochs, a number, and columns")
    for name, column in columns.items():
        if name == "epoch" or not isinstance(column, list) or len(column) != epochs:
            raise BadRecord(f"Received: column {name[:40]!r} of the history. Expected a list of {epochs!r:.40} values")
    rows = [
        {"epoch": i + 1} | {name: column[i] for name, column in columns.items() if column[i] is not None}
        for i in range(epochs)
    ]
    return {**value, "history": rows}
