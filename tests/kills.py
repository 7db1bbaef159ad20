"""Commands that are ended while they work, many times: `python -m tests.kills N`, or `make kills N=...`.

Each turn starts a command, lets it work for a random time and ends it: by Ctrl-C, by a request to end, or with no
chance to say anything. Then it looks at what is left. What is right: exit code and last words of a stop that was
asked for, no process that lives on, no record and no page that is not whole, and in the end, over all turns, exactly
what an undisturbed command leaves. Anything else is a fault, printed with the number of its turn.
"""

import argparse
import collections
import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from experiments.files import PARTIAL
from experiments.report.swapping import PLACE
from experiments.runs import doctor
from experiments.runs.store import Store
from experiments.spec.packing import unpacked

ROOT = pathlib.Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-m", "experiments")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
PAPER, PUBLISHED = "kingma2015_adam", ("rumelhart1986_backprop", "lu2019_dying_relu")
RUN = ("run", PAPER, "--only", "mlp", "--only", "adam", "--seeds", "3", "--set", "epochs=60")
RUN = (*RUN, "--compiler", "graph", "--checkpoint-seconds", "0.5", "--no-estimate")
DEADLINE = 60.0  # seconds after which what has not ended never will
IMPORTED = 1.0  # seconds in which what is ended may not have begun
HELD_OUT = 3  # every third committed record is the user's own


class Subject:
    """A command, what is there before it, and what may be found when it was ended."""

    arguments: tuple[str, ...] = ()

    def __init__(self, folder):
        self.folder, self.before = folder, {}
        self.prepare()
        began = time.monotonic()
        self.finish()
        self.lasts, self.whole = time.monotonic() - began, self.state()
        if self.whole == self.before:
            raise SystemExit(f"{' '.join(self.arguments)} changes nothing: nothing can be lost")
        self.again()

    def prepare(self):
        """Make what the command needs."""

    def again(self):
        """Remove what the command has made."""

    def state(self):
        """Return what the command has made, in a form that can be compared."""

    def faults(self):
        """Return what is wrong with what a command that was ended has left."""
        return []

    def finish(self):
        """Have the command do its work undisturbed."""
        ended = subprocess.run([*COMMAND, *self.arguments], cwd=self.folder, env=environment(), capture_output=True)
        if ended.returncode:
            raise SystemExit(f"{' '.join(self.arguments)} fails by itself:\n{ended.stderr.decode()}")

    def complete(self):
        """Go on where a command was ended, to its end; return what is wrong then."""
        self.finish()
        wrong = [] if self.state() == self.whole else ["what is made in the end is not what is made undisturbed"]
        self.again()
        return wrong


class Run(Subject):
    """One process that trains. The next turn goes on where this one was ended."""

    arguments = RUN

    def state(self):
        """Return what the records say of the trainings, without their times: bit for bit the same."""
        return {
            r["key"]: (r["outcome"], [{**row, "seconds": None} for row in r["history"]])
            for r in self.store().all(PAPER)
        }

    def again(self):
        shutil.rmtree(self.folder / "runs", ignore_errors=True)

    def store(self):
        return Store(self.folder / "runs", lambda text: None)

    def faults(self):
        return [str(complaint) for complaint in doctor.examine(self.store(), self.folder / "reports")[1]]

    def partial(self):
        """Return the files that were being written: the next who claims the run removes them."""
        return [str(path) for path in self.folder.rglob(f"*{PARTIAL}")]


class Workers(Run):
    """A driver of two processes."""

    arguments = (*RUN, "--workers", "2")


class Publish(Subject):
    """Pages that are replaced: the old ones, or the new ones, or a swap that the next command finishes."""

    arguments = ("publish",)

    def prepare(self):
        reports = self.folder / "reports"
        for paper in PUBLISHED:
            (reports / paper).mkdir(parents=True)
            (self.folder / "runs" / paper).mkdir(parents=True)
            lines = (ROOT / "reports" / paper / "results.jsonl").read_text().splitlines(keepends=True)
            kept = [line for i, line in enumerate(lines) if i % HELD_OUT]
            (reports / paper / "results.jsonl").write_text("".join(kept))
            own_records(self.folder / "runs" / paper, lines[::HELD_OUT])
        shutil.copy(ROOT / "README.md", self.folder)
        own, aside = self.folder / "runs", self.folder / "runs.aside"
        own.rename(aside)
        self.finish()  # the pages of what is committed
        aside.rename(own)
        shutil.copytree(self.made(), self.folder / "before")
        shutil.copy(self.folder / "README.md", self.folder / "before.md")
        self.before = self.state()

    def made(self):
        return self.folder / "reports"

    def state(self):
        return tree(self.made())

    def again(self):
        shutil.rmtree(self.made())
        if (before := self.folder / "before").is_dir():
            shutil.copytree(before, self.made())
            shutil.copy(self.folder / "before.md", self.folder / "README.md")

    def faults(self):
        if (self.made() / PLACE / "swap").is_dir():
            return []  # `complete` tells whether it is finished
        found = self.state()
        return [] if found in (self.before, self.whole) else ["the pages are neither the old ones nor the new ones"]


class Report(Publish):
    """The user's own pages, built for the first time."""

    arguments = ("report",)

    def prepare(self):
        super().prepare()
        shutil.rmtree(self.folder / "before")
        self.before = {}

    def made(self):
        return self.folder / "reports" / "local"

    def state(self):
        return tree(self.made()) if self.made().is_dir() else {}


SUBJECTS = {"run": Run, "workers": Workers, "publish": Publish, "report": Report}


def own_records(folder, lines):
    """Write published records as the user's own, those that have a checksum; doctor has to find them all whole."""
    for line in lines:
        record = unpacked(json.loads(line))
        if "checksum" in record:
            (folder / f"{record['key']}.json").write_text(Store.text(record))
    told = doctor.examine(Store(folder.parent, lambda text: None), folder.parent / "none")[1]
    if told:
        raise SystemExit("\n".join(map(str, told)))


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "EXPERIMENTS_DATA": "arrays", "TFDS_DATA_DIR": "none"}


def tree(folder):
    """Return a digest of each file below a folder, by its path in it, without what is being built."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and PLACE not in path.parts
    }


def living(session):
    """Return the processes of a session that are not yet gone."""
    found = []
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, _, of = (place / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(of) == session and state not in "ZX":
                found.append(int(place.name))
    return found


def ended(subject, number, after):
    """Start a subject's command and end it; return exit code, seconds from the signal to the end, its last words."""
    child = subprocess.Popen(
        [*COMMAND, *subject.arguments],
        **{"cwd": subject.folder, "env": environment(), "start_new_session": True, "stdin": subprocess.DEVNULL},
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(after)
    began = time.monotonic()
    child.send_signal(number)
    while (left := living(child.pid)) and time.monotonic() - began < DEADLINE:
        child.poll()
        time.sleep(0.01)
    seconds = time.monotonic() - began
    for process in left:
        os.kill(process, signal.SIGKILL)
    return child.wait(), seconds, child.stderr.read()


def turn(subject, number, after):
    """End a subject's command once; return exit code, seconds and what is wrong."""
    code, seconds, said = ended(subject, number, after)
    wrong = subject.faults()
    asked = number != signal.SIGKILL
    early = after < IMPORTED  # the interpreter itself is starting: nothing of ours has run
    if code not in ((0, 128 + number, *([-number] if early else [])) if asked else (0, -number)):
        wrong.append(f"exit code {code}")
    if "Traceback" in said:
        wrong.append(said)
    if seconds >= DEADLINE:
        wrong.append(f"processes that live on after {seconds:.0f} s")
    if asked and isinstance(subject, Run) and (left := subject.partial()):
        wrong.append(f"half a file: {', '.join(left)}")
    return code, seconds, wrong


def attack(name, turns, seed, say=print):
    """End one subject's command `turns` times; return the number of faults."""
    draw, faults, lasted, codes = random.Random(f"{seed} {name}"), 0, collections.defaultdict(list), []
    with tempfile.TemporaryDirectory() as folder:
        subject = SUBJECTS[name](pathlib.Path(folder))
        for i in range(turns):
            number = SIGNALS[i % len(SIGNALS)]
            code, seconds, wrong = turn(subject, number, draw.uniform(0.2, min(subject.lasts, 15.0)))
            codes.append(code)
            if code:
                lasted[number].append(seconds)
            if code == 0 or (i + 1) % 5 == 0 or i + 1 == turns:
                wrong += subject.complete()
            for text in wrong:
                say(f"{name}, turn {i}, {number.name}: {text}")
            faults += bool(wrong)
        say(f"{name}: {subject.lasts:.1f} s undisturbed; {turns} turns, {codes.count(0)} of them too late to end it")
        for number, times in lasted.items():
            late, worst = sorted(times)[int(0.95 * (len(times) - 1))], max(times)
            middle = statistics.median(times)
            say(f"  {number.name:8} {len(times):4} ended after {middle:.2f} s, 95 % {late:.2f}, at most {worst:.2f}")
        say(f"  {faults} with a fault")
    return faults


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__.partition("\n")[0])
    parser.add_argument("turns", type=int, nargs="?", default=30, metavar="N", help="times each is ended (default 30)")
    parser.add_argument("--only", choices=SUBJECTS, action="append", help="what is ended; repeatable")
    parser.add_argument("--seed", type=int, default=0, help="of the times after which it is ended (default 0)")
    options = parser.parse_args()
    faults = [attack(name, options.turns, options.seed) for name in options.only or SUBJECTS]
    sys.exit(1 if any(faults) else 0)


if __name__ == "__main__":
    main()
