"""Two tidy tables of records, of all runs and of all their epochs, as CSV and Parquet."""

import dataclasses
import pathlib
import unicodedata

from experiments.errors import UsageError
from experiments.files import as_csv, replacing, write_atomically
from experiments.spec.identity import key_of
from experiments.spec.settings import canonical

FORMULA = ("=", "+", "-", "@")  # what a spreadsheet takes a text that begins so for
TYPES = (bool, int, float, str)


@dataclasses.dataclass(frozen=True)
class Tidy:
    """A table: its columns, each with its values, row by row; `None` where a row has none.

    Attributes:
        columns: by name, the values; all of a column are of one of `TYPES`.
        types: by name, that type.
    """

    columns: dict
    types: dict

    @classmethod
    def of(cls, rows, always=()):
        """Return the table of rows, mappings by column.

        Columns are in the order in which they first come up, those in `always` first. Whole numbers become floats
        where a column has both; in a column of several types, or of lists, what is no text becomes its JSON.
        """
        names = list(dict.fromkeys([*always, *(name for row in rows for name in row)]))
        columns, types = {}, {}
        for name in names:
            values = [row.get(name) for row in rows]
            types[name] = _type(values)
            columns[name] = [None if value is None else _as(types[name], value) for value in values]
        return cls(columns, types)

    def rows(self):
        """Return the rows as tuples."""
        return list(zip(*self.columns.values(), strict=True))


def _type(values):
    found = {type(value) for value in values if value is not None}
    if found == {int, float}:
        return float
    return found.pop() if len(found) == 1 and found <= set(TYPES) else str


def _as(kind, value):
    return value if isinstance(value, kind) else float(value) if kind is float else canonical(value)


def runs(pairs):
    """Return the table of runs, one row each.

    Settings stand in columns `setting_NAME`; `final_NAME` is a quantity that the paper's tables or claims use, of a
    run that is done, in the unit of the records: shares of 1.

    Args:
        pairs: `(Paper, its records)`.
    """
    rows = []
    for paper, records in pairs:
        for record in ordered(records):
            rows.append(_run(record) | _final(paper, record))
    others = {name for row in rows for name in row} - set(ABOUT)
    return Tidy.of(rows, (*ABOUT, *sorted(others, key=lambda name: (name.startswith("final_"), name))))


# Columns of every run, in this order.
ABOUT = (
    *("run", "paper", "experiment", "variant", "role", "preset", "seed", "outcome", "error", "epochs", "seconds"),
    *("started", "protocol", "backend", "compiler", "parameters", "data", "fingerprint", "trained_on", "overrides"),
    *("commit", "modified", "python", "packages", "system", "processor", "cores", "threads", "accelerator", "command"),
)


def ordered(records):
    """Return records in the order of the tables."""

    def place(r):
        return r["experiment"], r["preset"], r["role"], r["settings"]["variant"], r["seed"], key_of(r)

    return sorted(records, key=place)


def _run(record):
    facts, environment = record["facts"], record["environment"]
    named = ("paper", "experiment", "role", "preset", "seed", "outcome", "error", "seconds", "started", "protocol")
    of_machine = ("backend", "python", "packages", "system", "processor", "cores", "threads", "accelerator")
    found = {
        "run": key_of(record),
        "variant": record["settings"]["variant"],
        "epochs": len(record["history"]),
        "compiler": facts.get("compiler"),
        "parameters": facts.get("parameters"),
        "trained_on": facts.get("trained_on"),
        "data": record["data"]["name"],
        "fingerprint": record["data"]["fingerprint"],
        "overrides": canonical(record["overrides"]) if record["overrides"] else None,
        "commit": record["code"]["commit"],
        "modified": record["code"]["modified"],
        "command": record["command"],
        **{name: record[name] for name in named},
        **{name: environment[name] for name in of_machine},
        "packages": canonical(environment["packages"]),
        "seconds": float(record["seconds"]),
    }
    settings = {f"setting_{name}": value for name, value in record["settings"].items() if name != "variant"}
    return {name: found[name] for name in ABOUT} | settings


def _final(paper, record):
    """Return the quantities of a run that is done, by column."""
    name = record["experiment"]
    if record["outcome"] != "done":
        return {}
    wanted = [*paper.results.get(name, ()), *(c.quantity for c in paper.claims if c.experiment == name)]
    values = {f"final_{quantity.name}": quantity.of(record) for quantity in wanted}
    return {column: float(value) for column, value in values.items() if value is not None}


def epochs(pairs):
    """Return the table of epochs, one row for each number of each epoch: run, epoch, column, value.

    `run` is the run's of the table of runs. What probes measured stands under `probes.NAME`.
    """
    rows = []
    for _, records in pairs:
        for record in ordered(records):
            run = key_of(record)
            for epoch, column, value in measured(record):
                rows.append({"run": run, "epoch": epoch, "column": column, "value": value})
    return Tidy.of(rows, ("run", "epoch", "column", "value"))


def measured(record):
    """Yield `(epoch, column, number)` of a record's history, in order."""
    for row in record["history"]:
        numbers = [(c, x) for column, value in row.items() if column != "epoch" for c, x in _leaves(column, value)]
        yield from ((row["epoch"], column, float(value)) for column, value in sorted(numbers))


def _leaves(path, value):
    """Yield the numbers of a JSON value, each with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(f"{path}.{place}", inner)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, value


def csv_bytes(table):
    """Return a table as CSV in UTF-8: numbers in full, `true` and `false`, nothing for `None`.

    Texts that a spreadsheet would take for a formula begin with an apostrophe.
    """
    return as_csv([_cell(value) for value in row] for row in (table.columns, *table.rows())).encode()


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        begin = unicodedata.normalize("NFKC", value.lstrip()[:1])
        return f"'{value}" if begin in FORMULA or value[:1] in ("\t", "\r", "\n") else value
    return repr(value)


def write(pairs, folder, parquet=False):
    """Write both tables into a folder as CSV, and as Parquet where asked for; return the files.

    Raises:
        UsageError: Parquet is asked for and cannot be written; nothing has been written.
    """
    formats = _formats() if parquet else None
    folder, files = pathlib.Path(folder), []
    for name, table in (("runs", runs(pairs)), ("epochs", epochs(pairs))):
        files.append(folder / f"{name}.csv")
        write_atomically(files[-1], csv_bytes(table).decode())
        if formats:
            files.append(folder / f"{name}.parquet")
            with replacing(files[-1]) as file:
                formats[1].write_table(_arrow(formats[0], table), file)
    return files


def _formats():
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("Received: --parquet. Expected pyarrow, which writes it: pip install pyarrow") from None
    return pyarrow, pyarrow.parquet


def _arrow(pyarrow, table):
    kinds = {bool: pyarrow.bool_(), int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in table.types.items()])
    return pyarrow.table(table.columns, schema=schema)
