"""Damaged run records, many of them: `python -m tests.fuzz N`, or `make fuzz N=...`.

Each turn damages one file of a small store, or the committed records of its paper, as disks, editors, merges and
scripts do, and reads all again. Three outcomes are right: what is read, and so the page, is the same; the file is
named and left out; the command says why it stops. Anything else is a fault, printed with the number of its turn,
which repeats it (`--first TURN` with N 1).

One turn in five makes the damage consistent, with a checksum and a key that follow from it: such a record may be
another valid one, and then a page has to be made of it, or it has to be refused.
"""

import argparse
import collections
import contextlib
import copy
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
from unittest import mock

from experiments.errors import UsageError
from experiments.report import figures, render
from experiments.report.blocks import Grid, Picture
from experiments.report.latex import latex
from experiments.report.page import paper_page
from experiments.report.view import PaperView, Source
from experiments.runs import published
from experiments.runs.store import Store
from experiments.spec import record as spec_record
from experiments.spec.identity import key_of
from experiments.spec.record import BadRecord, checked, parsed, sealed
from experiments.spec.settings import canonical
from tests.fakes import TUNING, paper, record

HOSTILE = (
    *(None, True, False, 0, 1, -1, 2, 42, 10**30, 10**400, 0.0, -0.5, 0.1, 1e308, 1e-320),
    *("", "x", "0.1", "\ud800", "a\nb", "../../../escaped", "<script>", "=1+1", "done", "failed", "quick", "jax"),
    *([], {}, [1], [[]], {"epoch": 1}),
)
RAW = (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"null", b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", b"[" * 3000, b"")
MARKERS = (b"<<<<<<< HEAD\n", b"=======\n", b">>>>>>> other\n", b"\n", b"  \n", b"\r\n", b"{}\n", b"\xef\xbb\xbf")


@contextlib.contextmanager
def judged_once():
    """Judge a value that was found to be a record once: most of what a turn reads it has not damaged."""
    judge, known = spec_record.checked, set()

    def checked(value, paper=None, name=None):
        content = repr(value), paper, name  # tells 1 from 1.0 and from True
        if content not in known:
            judge(value, paper, name)
            if len(known) < 10_000:
                known.add(content)
        return value

    with mock.patch.object(spec_record, "checked", checked), mock.patch.object(published, "checked", checked):
        yield


def base():
    """Return the records of the store: of two variants, presets, backends and data, and of every outcome."""
    made = [record(v, s, x + s / 100) for v, x in (("a", 0.1), ("b", 0.2)) for s in range(3)]
    made += [record("a", 0, 0.3, preset="quick"), record("a", 1, 0.11, backend="jax")]
    made += [record("b", 1, 0.11, fingerprint="f" * 64), record("a", 0, 0.4, learning_rate=0.5)]
    made += [record("a", seed, outcome=o) for seed, o in ((3, "diverged"), (4, "failed"), (5, "interrupted"))]
    for variant, rates in TUNING.grid.items():
        for rate in rates:
            r = record(variant, TUNING.seed, rate / 10, role="tuning", learning_rate=rate, epochs=2)
            made.append(
                sealed(r | {"overrides": {}, "history": [row | {"validation_loss": rate} for row in r["history"]]})
            )
    return sorted(made, key=lambda r: r["key"])


# What happens to the bytes of a file.


def flipped(draw, content):
    found = bytearray(content)
    found[draw.randrange(len(found))] ^= 1 << draw.randrange(8)
    return bytes(found)


def cut(draw, content):
    return content[: draw.randrange(len(content))]


def missing(draw, content):
    start = draw.randrange(len(content))
    return content[:start] + content[start + draw.choice((1, 1, 3, 20, 200)) :]


def inserted(draw, content):
    place = draw.randrange(len(content))
    return content[:place] + draw.choice((*RAW, bytes([draw.randrange(256)]), b"0", b",", b'"')) + content[place:]


def doubled(draw, content):
    start = draw.randrange(len(content))
    return content[: start + draw.choice((1, 5, 50))] + content[start:]


def digit(draw, content):
    places = [i for i, c in enumerate(content) if 48 <= c < 58]
    place = draw.choice(places or [0])
    return content[:place] + str(draw.randrange(10)).encode() + content[place + 1 :]


def zeroed(draw, content):
    start, length = draw.randrange(len(content)), draw.choice((1, 16, 512))
    return content[:start] + bytes(len(content[start : start + length])) + content[start + length :]


def marked(draw, content):
    lines = content.splitlines(keepends=True)
    place = draw.randrange(len(lines) + 1)
    return b"".join([*lines[:place], draw.choice(MARKERS), *lines[place:]])


def repeated(draw, content):
    """A line stands twice, or two lines have changed places."""
    lines = content.splitlines(keepends=True)
    one, two = draw.randrange(len(lines)), draw.randrange(len(lines))
    if draw.random() < 0.5:
        lines[one], lines[two] = lines[two], lines[one]
    else:
        lines.insert(two, lines[one])
    return b"".join(lines)


BYTES = (flipped, cut, missing, inserted, doubled, digit, digit, zeroed, marked, repeated)


# What happens to the values of a record.


def places(value, path=()):
    """Return the paths of all values in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [p for name, x in inner for p in places(x, (*path, name))]


def holder(value, path):
    for name in path[:-1]:
        value = value[name]
    return value


def changed(draw, made):
    """Return a record with one value replaced, removed, renamed, added, or exchanged for another."""
    made = copy.deepcopy(made)
    path = draw.choice(places(made))
    where, name, how = holder(made, path), path[-1], draw.randrange(6)
    if how == 0:
        del where[name]
    elif how == 1 and isinstance(where, dict):
        where[f"{name}_"] = where.pop(name)
    elif how == 2 and isinstance(where, dict):
        where["odd"] = draw.choice(HOSTILE)
    elif how == 3:
        other = draw.choice(places(made))
        where[name] = copy.deepcopy(holder(made, other)[other[-1]])
    elif how == 4 and isinstance(where, list):
        where.insert(name, copy.deepcopy(where[name]))
    else:
        where[name] = draw.choice(HOSTILE)
    return made


def values(draw, content):
    """Change the values of one line or file, a few times; sometimes write a name twice."""
    lines = content.splitlines(keepends=True) if content.count(b"\n{") else [content]
    place = draw.randrange(len(lines))
    made = json.loads(lines[place])
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        made = changed(draw, made)
    text = json.dumps(made)
    if draw.random() < 0.1 and made:
        name = draw.choice(list(made))
        text = f"{text[:-1]}, {json.dumps(name)}: {json.dumps(draw.choice(HOSTILE))}}}"
    lines[place] = text.encode("utf-8", "surrogatepass") + b"\n"
    return b"".join(lines)


# What happens to a file as a whole.


def _fifo(draw, path):
    path.unlink()
    os.mkfifo(path)


def _folder(draw, path):
    path.unlink()
    path.mkdir()


def _huge(draw, path):
    os.truncate(path, 2 ** draw.choice((30, 40)))


def _link(draw, path):
    path.unlink()
    path.symlink_to(draw.choice((path.name, "nowhere", "/dev/zero", ".")))


def _unreadable(draw, path):
    path.write_bytes(draw.choice((b"", b"\x00" * 4096, b"[" * 10**5, b"\xef\xbb\xbf" + path.read_bytes())))


def _renamed(draw, path):
    path.rename(path.with_name(draw.choice(("notes.json", f"{draw.getrandbits(80):020x}.json", f"{path.stem}-1.json"))))


def _exchanged(draw, path):
    other = draw.choice([p for p in sorted(path.parent.glob("*.json")) if p != path] or [path])
    one, two = path.read_bytes(), other.read_bytes()
    path.write_bytes(two)
    other.write_bytes(one)


def _overwritten(draw, path):
    path.write_bytes(draw.choice(sorted(path.parent.glob("*.json")) or [path]).read_bytes())


WHOLE = (_fifo, _folder, _huge, _link, _unreadable)
NAMED = (_renamed, _exchanged, _overwritten)  # where a file's name says which record it is


class Fault(AssertionError):
    """An outcome that is none of the three."""


class World:
    """A store and committed records in a folder, which a turn damages and this puts back; others every 200 turns."""

    def __init__(self, folder):
        self.folder, self.paper, self.tuned = pathlib.Path(folder), paper(), paper(TUNING)
        self.store = self.folder / "runs" / self.paper.key
        self.lines = published.at(self.paper, self.folder / "reports")
        self.every, self.block, self.pages = base(), None, {}

    def take(self, seed):
        """Have the records that a turn damages: some, so that a turn is short."""
        if self.block != seed // 200:
            self.block, self.pages = seed // 200, {}
            self.records = sorted(random.Random(self.block).sample(self.every, 6), key=lambda r: r["key"])
            self.committed = [r for r in self.records if r["outcome"] in ("done", "diverged")]
            self.restore()

    def restore(self):
        """Make the folder what it was."""
        shutil.rmtree(self.folder / "runs", ignore_errors=True)
        shutil.rmtree(self.folder / "reports", ignore_errors=True)
        self.store.mkdir(parents=True)
        self.lines.parent.mkdir(parents=True)
        for made in self.records:
            self.file(made).write_text(json.dumps(made, indent=1, sort_keys=True))
        self.lines.write_text("".join(f"{canonical(made)}\n" for made in self.committed))

    def file(self, made):
        return self.store / f"{made['key']}.json"

    def read(self):
        """Return the records of both doors, and what was said."""
        notes = []
        own = Store(self.folder / "runs", notes.append).all(self.paper.key)
        return own, published.read(self.paper, self.folder / "reports", notes.append), notes

    def page(self, own, committed, draw):
        """Return the text of the pages that records give; now and then the figures are drawn too."""
        parts = []
        for fake in (self.paper, self.tuned):
            page = paper_page(PaperView(fake, [Source("yours", tuple(own)), Source("published", tuple(committed))]))
            grids = page.every(Grid)
            parts += [
                render.markdown(page),
                *(render.csv_text(grid) for grid in grids if grid.data),
                *map(latex, grids),
            ]
            if draw.random() < 0.02:
                for picture in page.every(Picture):
                    figures.save(picture.draw, self.folder / "figures", picture.name)
        text = "\x00".join(parts)
        text.encode()
        return text

    def judge(self, draw, path, drawn):
        """Read all again after `path` was damaged; return the outcome, or raise what is wrong."""
        own, committed, notes = self.read()
        for found, known in ((own, self.records), (committed, self.committed)):
            if any(made not in known for made in found):
                raise Fault("a record is read that nobody wrote")
            if len({made["key"] for made in found}) < len(found):
                raise Fault("a record is read twice")
        lost = len(own) < len(self.records) or len(committed) < len(self.committed)
        named = any(str(path) in note or path.stem in note for note in notes)
        if lost and not named and not (notes and path.parent == self.store):
            raise Fault(f"a record is not read, and nothing is said: {notes}")
        if any("\n" in note or len(note) > 500 for note in notes):
            raise Fault(f"what is said is no line: {notes}")
        outcome = "named" if lost or notes else "same"
        if path == self.lines:
            try:
                whole = published.whole(self.paper, self.folder / "reports")
                if whole != self.committed and sorted(map(canonical, whole)) != sorted(map(canonical, self.committed)):
                    raise Fault("what `publish` would write is less than what was committed")
            except UsageError as error:
                if str(path) not in str(error):
                    raise Fault(f"a refusal names no file: {error}") from error
                outcome = "stopped"
        if drawn:
            left = tuple(made["key"] for made in own), tuple(made["key"] for made in committed)
            if left not in self.pages:
                mine = [r for r in self.records if r["key"] in left[0]]
                self.pages[left] = self.page(mine, [r for r in self.committed if r["key"] in left[1]], draw)
            if self.page(own, sorted(committed, key=lambda r: r["key"]), draw) != self.pages[left]:
                raise Fault("the page is another one than these records give")
        return outcome

    def consistent(self, draw, drawn):
        """Damage a record whose key and checksum follow from the damage; return the outcome."""
        made = draw.choice(self.records)
        for _ in range(draw.choice((1, 1, 2, 3))):
            made = changed(draw, made)
        with contextlib.suppress(Exception):  # of what no key can be made, it keeps the one it has
            made["key"] = key_of(made)
        try:
            made = checked(parsed(json.dumps(sealed(made)).encode()), self.paper.key)
        except (BadRecord, TypeError, ValueError, RecursionError):  # `sealed` is the liar's own, not a door
            try:
                checked(parsed(json.dumps(made).encode()), self.paper.key)
            except BadRecord:
                return "refused"
            raise Fault("a record without its checksum is taken") from None
        if drawn:
            self.page([made, *(r for r in self.records if r["key"] != made["key"])], self.committed, draw)
        return "another record"


def turn(world, seed, drawn=False):
    """Do one turn; return the damage and the outcome."""
    draw = random.Random(seed)
    world.take(seed)
    if draw.random() < 0.2:
        return "consistent", world.consistent(draw, drawn)
    if draw.random() < 0.7:
        path = world.file(draw.choice(world.records))
        damage = draw.choice((*BYTES, *(values,) * 10, *WHOLE, *NAMED))
    else:
        path, damage = world.lines, draw.choice((*BYTES, *(values,) * 8, *WHOLE))
    before = path.read_bytes()
    try:
        if damage in WHOLE or damage in NAMED:
            damage(draw, path)
        else:
            after = damage(draw, before)
            if after.strip(b"\n").split(b"\n") != before.strip(b"\n").split(b"\n"):
                kept, was = set(after.splitlines()), set(before.splitlines())
                if path == world.lines and kept < was:  # whole lines are gone: nobody can know
                    return damage.__name__, "nothing done"
            path.write_bytes(after)
        return damage.__name__, world.judge(draw, path, drawn)
    finally:
        if damage in WHOLE or damage in NAMED:
            world.restore()
        else:
            path.write_bytes(before)


def main(arguments=None):
    """Take turns; return 1 if one found a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("turns", type=int, nargs="?", default=1000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="TURN")
    parser.add_argument("--render", type=int, default=None, metavar="N", help="turns whose pages are made: one in 100")
    options = parser.parse_args(arguments)
    rendered = max(1, options.turns // 100) if options.render is None else options.render
    every = max(1, options.turns // rendered) if rendered else 0
    outcomes, faults, pages = collections.Counter(), [], 0
    with tempfile.TemporaryDirectory() as folder, judged_once():
        world = World(folder)
        for number in range(options.first, options.first + options.turns):
            drawn = bool(every) and (number - options.first) % every == 0 and pages < rendered
            pages += drawn
            try:
                outcomes[turn(world, number, drawn)] += 1
            except Exception as error:
                faults.append(number)
                print(f"turn {number}: {type(error).__name__}: {error}", flush=True)
    for (damage, outcome), count in sorted(outcomes.items()):
        print(f"{count:8} {damage.strip('_')}: {outcome}")
    by_outcome = collections.Counter()
    for (_, outcome), count in outcomes.items():
        by_outcome[outcome] += count
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(by_outcome.items())))
    print(f"{options.turns} turns, {pages} of them rendered, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
