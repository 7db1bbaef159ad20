"""Records in a place that the user names: pages of another checkout, a folder of runs, a file. Nothing is written."""

import collections
import pathlib

from experiments.errors import UsageError, quoted, warn
from experiments.runs import published
from experiments.runs.store import files
from experiments.spec.record import BadRecord, load

SPOKEN = 10  # bad files of one place that are named one by one


def read(place, papers, note=warn):
    """Return the records in a place, by key of their paper.

    Args:
        place: a folder with `PAPER/results.jsonl`, as `reports` is, or with `PAPER/KEY.json`, as `runs` is; the folder
            of one paper; or a file `results.jsonl`.
        papers: keys of the papers that there are.
        note: told what is left out.

    Returns:
        The records of every paper that has some; and whether the place speaks of those papers alone, as a file does.

    Raises:
        UsageError: there are no records.
    """
    path = pathlib.Path(place)
    if path.is_file():
        found, whole = _of_file(path, papers, note), False
    elif (path / published.RECORDS).is_file():
        found, whole = _of_file(path / published.RECORDS, papers, note), False
    elif path.name in papers and files(path):
        found, whole = {path.name: _of_folder(path, note)}, False
    else:
        found, whole = {key: _of_paper(path / key, note) for key in papers}, True
    found = {key: records for key, records in found.items() if records}
    if not found:
        raise UsageError(
            f"Received: {quoted(place, 120)}, where there are no records. Expected a folder with "
            f"PAPER/{published.RECORDS} or PAPER/KEY.json in it, or a file {published.RECORDS}."
        )
    return found, not whole


def _of_paper(folder, note):
    if (folder / published.RECORDS).is_file():
        return _of_file(folder / published.RECORDS, [folder.name], note, folder.name).get(folder.name, [])
    return _of_folder(folder, note)


def _of_file(path, papers, note, paper=None):
    """Return the records of a file, by paper; lines that are none are named and left out."""
    records, bad = published.examine(path, paper)
    found = collections.defaultdict(list)
    for record in records:
        found[record["paper"]].append(record)
    unknown = sorted(set(found) - set(papers))
    if bad:
        note(f"{published.named(path, bad)} Left out.")
    if unknown:
        note(f"{path}: there is no paper {', '.join(map(quoted, unknown))}. Its records are left out.")
    return {key: records for key, records in found.items() if key in papers}


def _of_folder(folder, note):
    """Return the records of one paper that lie as files; those that are none are named and left out."""
    found, bad = [], []
    for path in files(folder):
        try:
            found.append(load(path, folder.name, path.stem))
        except (BadRecord, FileNotFoundError) as error:  # a file may vanish meanwhile
            bad.append(f"{path} is left out: {error}.")
    for text in bad[:SPOKEN]:
        note(text)
    if len(bad) > SPOKEN:
        note(f"{folder}: {len(bad) - SPOKEN} more files are left out.")
    return found
