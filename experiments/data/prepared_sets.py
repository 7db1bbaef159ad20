"""Sets that TensorFlow Datasets has prepared in a folder of its own."""

import importlib.util
import json

from experiments import stopping
from experiments.errors import UsageError

SPLITS = ("train", "test")


def present(name, folder):
    """Tell whether TensorFlow Datasets has begun or ended to prepare a set."""
    return any((folder / name).glob("*/dataset_info.json"))


def problem(name, folder):
    """Return why a set cannot be read, as far as files tell; `""`: nothing stands against it."""
    where = folder / name
    if not _installed():
        return f"{where} is for TensorFlow Datasets. Expected: pip install tensorflow-datasets."
    for described in sorted(where.glob("*/dataset_info.json")):
        try:
            stated = json.loads(described.read_text(encoding="utf-8")).get("splits", ())
            parts = {part["name"]: part for part in stated}
            shards = {split: len(parts[split]["shardLengths"]) for split in SPLITS if split in parts}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return f"{described} cannot be read ({type(error).__name__}). Delete {where} and get the set again."
        for split, wanted in shards.items():
            found = len(list(described.parent.glob(f"*-{split}.*-of-*")))
            if found < wanted:
                return f"{described.parent} has {found} of {wanted} files of {split}. Delete it and get the set again."
    return ""


def _installed():
    try:
        return importlib.util.find_spec("tensorflow_datasets") is not None
    except ValueError:  # a stand-in has no specification
        return True


def read(name, folder, get):
    """Return inputs and labels of both splits, as arrays.

    Args:
        name: of the set, as TensorFlow Datasets calls it.
        folder: where it keeps its data.
        get: the command that fetches the set, for messages.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        import tensorflow_datasets as tfds

        options = {"data_dir": folder, "batch_size": -1, "download": False, "as_supervised": True}
        columns = tfds.as_numpy(tfds.load(name, split=list(SPLITS), **options))
        return [array for inputs_and_labels in columns for array in inputs_and_labels]
    except Exception as error:  # of a half-deleted set as many kinds as it has parts
        stopping.check()
        said = (str(error).splitlines() or [""])[0][:100]
        raise UsageError(
            f"{folder / name} cannot be read ({type(error).__name__}: {said}). Delete it and get the set again: {get}"
        ) from error
