"""What a run record is: one check for every door, the store, the committed records and `publish`. Needs no Keras."""

import datetime
import hashlib
import json
import math
import re

from experiments.files import read_whole
from experiments.spec.experiment import PRESETS
from experiments.spec.identity import UNNAMED, key_of
from experiments.spec.settings import canonical

SCHEMA = 2  # records of schema 1 have no checksum, and keys that name no backend
FINISHED = ("done", "diverged")
OUTCOMES = (*FINISHED, "failed", "interrupted", "running")
BACKENDS = ("tensorflow", "jax", "torch")
LARGEST = 2**63  # of whole numbers; none that is larger has a float, or a place in a page


class BadRecord(ValueError):
    """Something is not a run record; the message says what came in, and what is expected."""


def _text(value):
    return isinstance(value, str)


def _whole(value, least=-LARGEST):
    return type(value) is int and least <= value < LARGEST


def _number(value):
    return _whole(value) or (isinstance(value, float) and math.isfinite(value))


def _scalar(value):
    return value is None or isinstance(value, bool) or _text(value) or _number(value)


def _setting(value):
    return all(map(_scalar, value)) if isinstance(value, list) else _scalar(value)


def _mapping(of, name=_text):
    return lambda value: isinstance(value, dict) and all(map(name, value)) and all(map(of, value.values()))


def _pattern(expression):
    return lambda value: _text(value) and re.fullmatch(expression, value, re.ASCII) is not None


def _time(value):
    if not _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")(value):
        return False
    try:
        return datetime.datetime.fromisoformat(value) is not None
    except ValueError:  # a day or an hour that there is not
        return False


def _choice(*known):
    return (lambda value: _text(value) and value in known), "one of " + ", ".join(known)


def _or_none(check, words):
    return (lambda value: value is None or check(value)), f"{words}, or null"


TEXT = _text, "a text"
FLAG = (lambda value: isinstance(value, bool)), "true or false"
FACTS_OF = (lambda value: isinstance(value, dict)), "facts by name"
COUNT = (lambda value: _whole(value, 0)), "a whole number of at least 0"
FROM_1 = (lambda value: _whole(value, 1)), "a whole number of at least 1"
NAME = _pattern(r"\w+"), "a name of letters, digits and _"
KEY = _pattern("[0-9a-f]{20}"), "20 hexadecimal digits"
# Of packages and versions as the standards of Python's packages (PEP 503 and 440) write them: they go to pip.
PACKAGE = _pattern(r"[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?")
VERSION = _pattern(r"v?(\d+!)?\d[\w.+-]*"), "a version such as 3.12.0"
# By place in the record: the check, and what it expects.
PLACES = {
    "schema": (
        lambda value: type(value) is int and 1 <= value <= SCHEMA,
        f"1 to {SCHEMA} (a larger one is a later version's)",
    ),
    "key": KEY,
    "paper": NAME,
    "experiment": NAME,
    "preset": _choice(*PRESETS),
    "role": _choice("final", "tuning"),
    "settings": (_mapping(_setting), "settings: finite numbers, texts, true, false, null and lists of them"),
    "settings.variant": TEXT,
    "settings.data": TEXT,
    "settings.epochs": (_whole, "a whole number"),
    "overrides": (_mapping(_text), "texts by setting"),
    "seed": COUNT,
    "protocol": FROM_1,
    "data": FACTS_OF,
    "data.name": TEXT,
    "data.fingerprint": (_pattern("[0-9a-f]{64}"), "64 hexadecimal digits"),
    "data.train": COUNT,
    "data.test": COUNT,
    "data.classes": COUNT,
    "data.source": TEXT,
    "data.licence": TEXT,
    "data.citation": TEXT,
    "code": FACTS_OF,
    "code.commit": (_pattern("[0-9a-f]{1,64}|unknown"), "hexadecimal digits, or unknown"),
    "code.modified": FLAG,
    "environment": FACTS_OF,
    "environment.python": VERSION,
    "environment.system": TEXT,
    "environment.processor": TEXT,
    "environment.cores": _or_none(*FROM_1),
    "environment.threads": _or_none(*FROM_1),
    "environment.accelerator": _or_none(*TEXT),
    "environment.backend": _choice(*BACKENDS),
    "environment.packages": (_mapping(VERSION[0], PACKAGE), "versions by package"),
    "command": TEXT,
    "started": (_time, "a time such as 2026-01-31T12:00:00Z"),
    "outcome": _choice(*OUTCOMES),
    "error": _or_none(*TEXT),
    "history": (lambda value: isinstance(value, list), "rows, one an epoch"),
    "facts": FACTS_OF,
    "seconds": (lambda value: _number(value) and value >= 0, "a finite number of at least 0"),
}
# What not every record states.
OPTIONAL = {
    **{f"facts.{name}": COUNT for name in ("parameters", "trained_on", "nets", "stacked")},
    "facts.compiler": TEXT,
    "environment.onednn": _or_none(*FLAG),
    "environment.constraints": _or_none(_pattern("[0-9a-f]{16}"), "16 hexadecimal digits"),
}
NAMES = {place.partition(".")[0] for place in PLACES}


def checksum(record):
    """Return the SHA-256 of a record's canonical text, the checksum itself left out."""
    content = {name: value for name, value in record.items() if name != "checksum"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def sealed(record):
    """Return a record with its checksum, in the form of today."""
    record = {**record, "schema": SCHEMA}
    return {**record, "checksum": checksum(record)}


def load(path, paper=None, name=None):
    """Return the record in a file, of this paper and under this name where given; `BadRecord` says why it is none.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        return checked(parsed(read_whole(path)), paper, name)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadRecord(f"it cannot be read ({error.strerror or error})") from error


def parsed(content):
    """Return the JSON value of some bytes; no name stands twice in it, and no number is not finite."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise BadRecord("it is no JSON that a record can hold (it is nested too deep)") from None
    except BadRecord:
        raise
    except ValueError as error:
        raise BadRecord(f"it is no JSON ({error})") from None


def checked(value, paper=None, name=None):
    """Return a value if it is a record, of this paper and under this name where they are given.

    Raises:
        BadRecord: it is none.
    """
    if not isinstance(value, dict):
        raise BadRecord(f"Received: {_short(value)}. Expected a record")
    try:
        _check_places(value)
        _check_json({name: part for name, part in value.items() if name != "history"}, "record")
        for number, row in enumerate(value["history"], start=1):
            check_row(row, number)
        if value["schema"] > 1 and value["checksum"] != checksum(value):
            raise BadRecord("its checksum is not that of its content: it was changed after it was written")
    except RecursionError:
        raise BadRecord("it is nested too deep") from None
    _check_outcome(value)
    _check_address(value, paper, name)
    return value


def check_row(row, epoch):
    """Refuse what is no row of this epoch: finite numbers by column; `probes` may hold any JSON."""
    if not isinstance(row, dict):
        raise BadRecord(f"Received: {_short(row)} as row {epoch} of the history. Expected numbers by column")
    if not _whole(row.get("epoch")) or row["epoch"] != epoch:
        raise BadRecord(f"Received: epoch={_short(row.get('epoch'))} in row {epoch} of the history. Expected {epoch}")
    for column, value in row.items():
        _check_json(column, "history")
        if column == "probes":
            _check_json(value, column)
        elif not _number(value):
            raise BadRecord(f"Received: {column}={_short(value)} in epoch {epoch}. Expected a finite number")


def _check_places(record):
    names = NAMES | ({"checksum"} if record.get("schema") != 1 else set())
    for place, (check, words) in PLACES.items():
        part, _, inner = place.partition(".")
        holder = record[part] if inner else record
        if (inner or part) not in holder:
            raise BadRecord(f"it states no {place}")
        if not check(value := holder[inner or part]):
            raise BadRecord(f"Received: {place}={_short(value)}. Expected {words}")
    for place, (check, words) in OPTIONAL.items():
        part, _, inner = place.partition(".")
        if inner in record[part] and not check(value := record[part][inner]):
            raise BadRecord(f"Received: {place}={_short(value)}. Expected {words}")
    if record.keys() != names:
        odd = sorted(record.keys() ^ names)
        raise BadRecord(f"Received: {_short(odd)}, which it lacks or which no record of its schema has")


def _check_json(value, place):
    """Refuse what no text or number of a page can be made of, however deep it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_json(name, place)
            _check_json(inner, name)
    elif isinstance(value, list):
        for inner in value:
            _check_json(inner, place)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadRecord(f"Received: {_short(value)} in {_short(place)}. Expected text in Unicode") from None
    elif not _scalar(value):
        raise BadRecord(f"Received: {_short(value)} in {_short(place)}. Expected a finite number below 2^63")


def _check_outcome(record):
    outcome, error, rows = record["outcome"], record["error"], record["history"]
    epochs: int = record["settings"]["epochs"]
    stopped = record["facts"].get("stopped")
    if (error is not None) if outcome in ("done", "running") else (error is None and outcome != "interrupted"):
        raise BadRecord(f"Received: outcome={outcome} with error={_short(error)}")
    end = epochs  # or where a target was reached
    if stopped is not None:
        end = stopped.get("epoch") if isinstance(stopped, dict) else None
        if type(end) is not int or not 1 <= end <= epochs:
            raise BadRecord(f"Received: facts.stopped={_short(stopped)}. Expected an epoch of 1 to {epochs}")
    if len(rows) > max(end, 0) or (outcome == "done" and (len(rows) < end or not rows)):
        raise BadRecord(
            f"Received: {len(rows)} rows of history, outcome {outcome}. Expected {end} for a run that is done"
        )


def _check_address(record, paper, name):
    if paper is not None and record["paper"] != paper:
        raise BadRecord(f"Received: paper={_short(record['paper'])}, in the place of {paper}")
    if record["settings"]["data"] != record["data"]["name"]:
        given, stated = _short(record["settings"]["data"]), _short(record["data"]["name"])
        raise BadRecord(f"Received: settings.data={given}, data.name={stated}. Expected the same")
    addresses = [key_of(record)] + ([key_of(record, UNNAMED)] if record["schema"] == 1 else [])
    if record["key"] not in addresses:
        raise BadRecord(f"Received: key={record['key']}. Expected {addresses[0]}, which follows from its content")
    if name is not None and record["key"] != name:
        raise BadRecord(f"its key is {record['key']}, which is not its name")


def _object(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadRecord("a name stands twice in one object")
    return found


def _no_constant(constant):
    raise BadRecord(f"Received: {constant}. Expected a finite number")


def _short(value):
    text = json.dumps(value, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."
