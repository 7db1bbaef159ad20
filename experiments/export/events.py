"""Event files of records, which TensorBoard draws."""

import collections
import datetime
import itertools
import pathlib
import re
import tempfile

from experiments.errors import UsageError
from experiments.export.tidy import measured
from experiments.files import replacing
from experiments.spec.identity import key_of

ODD = re.compile(r"[^\w.-]|^\.+")  # what has no place in the name of a folder


def folders(records):
    """Return the folder of each record by its run: paper/experiment/variant/seed.

    Where runs would share one, as those of a grid do, each has the beginning of its key after the seed.
    """
    parts = {
        key_of(r): (r["paper"], r["experiment"], ODD.sub("_", r["settings"]["variant"]) or "_", str(r["seed"]))
        for r in records
    }
    shared = collections.Counter("/".join(names).lower() for names in parts.values())  # some systems know no case
    return {
        run: "/".join(names) + (f"-{run[:8]}" if shared["/".join(names).lower()] > 1 else "")
        for run, names in parts.items()
    }


def write(records, folder):
    """Write the history of each record as an event file, in a folder of its own; return how many there are.

    Numbers are 32 bits wide, as TensorBoard keeps them. The time of an epoch is that at which the run began, with the
    seconds of its epochs added: the same records give the same bytes.

    Raises:
        UsageError: TensorFlow, which writes them, is not installed.
    """
    tensorflow, places = _tensorflow(), folders(records)
    for record in records:
        run = key_of(record)
        path = pathlib.Path(folder) / places[run] / f"events.out.tfevents.{int(_began(record))}.{run}"
        with tempfile.TemporaryDirectory() as aside, replacing(path) as file:
            written = pathlib.Path(aside) / "events"
            with tensorflow.io.TFRecordWriter(str(written)) as writer:
                for event in _events(record, tensorflow.compat.v1):
                    writer.write(event.SerializeToString(deterministic=True))
            file.write(written.read_bytes())
    return len(places)


def _began(record):
    return datetime.datetime.fromisoformat(record["started"]).timestamp()


def _events(record, v1):
    """Yield the events of a record: the version of the format, then one for each epoch."""
    time = _began(record)
    yield v1.Event(wall_time=time, file_version="brain.Event:2")
    for epoch, numbers in itertools.groupby(measured(record), key=lambda entry: entry[0]):
        values = [(column, value) for _, column, value in numbers]
        time += dict(values).get("seconds", 0.0)
        shown = [v1.Summary.Value(tag=column, simple_value=value) for column, value in values]
        yield v1.Event(wall_time=time, step=epoch, summary=v1.Summary(value=shown))


def _tensorflow():
    try:
        import tensorflow
    except ImportError:
        raise UsageError("Received: --tensorboard. Expected TensorFlow, to write it: pip install tensorflow") from None
    return tensorflow
