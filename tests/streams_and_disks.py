"""Commands whose streams or folders do not take what they write: `python -m tests.streams_and_disks`.

Every command meets every stream (closed, full, read by nobody, left by its reader) and every disk (read-only, full,
a pipe in a file's place). What is right: no traceback and no hang; a stream decides nothing about a training; what
cannot be written is said in one line, with an exit code; what was there before is still whole. The table that is
printed says what each did. Disks are mounted for this: where that is not allowed, their rows are left out.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from experiments.files import PARTIAL
from experiments.runs import doctor
from experiments.runs.store import Store
from tests.kills import COMMAND, PUBLISHED, ROOT, environment, own_records

PAPER = "rumelhart1986_backprop"
TRAIN = ("run", "kingma2015_adam", "--only", "mlp", "--seeds", "1", "--compiler", "graph", "--no-estimate")
COMMANDS = {
    "list": ("list",),
    "status": ("status",),
    "doctor": ("doctor",),
    "estimate": ("estimate", *TRAIN[1:-1]),
    "run": TRAIN,
    "run, two workers": (*TRAIN, "--workers", "2"),
    "report": ("report",),
    "publish": ("publish",),
    "publish --check": ("publish", "--check"),
    "export": ("export", "--to", "out"),
}
LIMIT = 180.0  # seconds after which a command hangs
SPARE = 64  # kilobytes beside what is there, of a disk that is then filled to the last one


def shell(text):
    """Return a command that a shell starts with its streams led as `text` says."""
    return lambda words: ["bash", "-c", f'"$@" {text}', "bash", *words]


STREAMS = {
    "as usual": shell(""),
    "output closed": shell(">&-"),
    "errors closed": shell("2>&-"),
    "all closed": shell("<&- >&- 2>&-"),
    "output full": shell(">/dev/full"),
    "errors full": shell("2>/dev/full"),
    "reader left": lambda words: ["bash", "-c", '"$@" | true; exit ${PIPESTATUS[0]}', "bash", *words],
    "nobody reads": lambda words: [sys.executable, "-c", UNREAD, *words],
}
UNREAD = """
import os, subprocess, sys
reading, writing = os.pipe()
sys.exit(subprocess.run(sys.argv[1:], stdout=writing).returncode)
"""


@contextlib.contextmanager
def mounted(folder, *options):
    """Mount something over a folder while the block lasts.

    Raises:
        subprocess.CalledProcessError: that is not allowed here.
    """
    subprocess.run(["mount", *options, str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def read_only(folder):
    with mounted(folder, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True, capture_output=True)
        yield


@contextlib.contextmanager
def full(folder):
    kept = folder.with_name(f"{folder.name}.kept")
    shutil.copytree(folder, kept)
    size = sum(path.stat().st_size // 4096 * 4096 + 4096 for path in kept.rglob("*"))
    with mounted(folder, "-t", "tmpfs", "-o", f"size={size // 1024 + SPARE}k", "none"):
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        with contextlib.suppress(OSError), open(folder / "filler", "wb", buffering=0) as filler:
            while filler.write(b"\0" * 4096):
                pass
        yield


@contextlib.contextmanager
def pipe_in_place(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    yield


DISKS = {
    "all read-only": lambda place: read_only(place),
    "runs read-only": lambda place: read_only(place / "runs"),
    "reports read-only": lambda place: read_only(place / "reports"),
    "runs full": lambda place: full(place / "runs"),
    "reports full": lambda place: full(place / "reports"),
    "a pipe as a record": lambda place: pipe_in_place(place / "runs" / PAPER / "0123456789abcdef0123.json"),
    "a pipe as results.jsonl": lambda place: pipe_in_place(place / "reports" / PAPER / "results.jsonl"),
}


def made(template, folder):
    """Make a place in which every command has something to do."""
    shutil.copytree(template, folder, symlinks=True)
    return folder


def template(folder):
    for paper in PUBLISHED:
        (folder / "reports" / paper).mkdir(parents=True)
        shutil.copy(ROOT / "reports" / paper / "results.jsonl", folder / "reports" / paper)
    shutil.copy(ROOT / "README.md", folder)
    run(COMMAND, ("publish",), folder)
    lines = (folder / "reports" / PAPER / "results.jsonl").read_text().splitlines()
    (folder / "runs" / PAPER).mkdir(parents=True)
    own_records(folder / "runs" / PAPER, lines[-2:])
    return folder


def run(how, arguments, folder):
    """Run a command; return exit code, seconds, and what it printed."""
    began = time.monotonic()
    options = {"cwd": folder, "env": environment(), "stdin": subprocess.DEVNULL, "text": True}
    try:
        ended = subprocess.run([*how, *arguments], **options, capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return None, LIMIT, "", ""
    return ended.returncode, time.monotonic() - began, ended.stdout, ended.stderr


def judged(name, code, said, folder, stream):
    """Return what is wrong with what a command did."""
    if code is None:
        return ["it hangs"]
    wrong = ["a traceback"] if "Traceback" in said else []
    complaints = [line for line in said.splitlines() if line.startswith("experiments: ")]
    wrong += [f"{len(complaints)} lines of complaint"] if len(complaints) > 3 else []
    if code not in (0, 1, 2, 3, 141):
        wrong.append(f"exit code {code}")
    if stream and name.startswith("run") and code:
        wrong.append("a stream ended a training")
    if not stream and code in (2, 3) and not complaints:
        wrong.append("it ends without a word")
    bad = doctor.examine(Store(folder / "runs", lambda text: None), folder / "reports")[1]
    wrong += [str(complaint) for complaint in bad if "plain file" not in complaint.reason]
    if left := list(folder.rglob(f"*{PARTIAL}")):
        wrong.append(f"half a file: {left[0].name}")
    return wrong


def rows(only, say):
    """Run every command in every situation; yield name, situation, exit code, seconds, faults, last words."""
    with tempfile.TemporaryDirectory() as temporary:
        base = template(pathlib.Path(temporary) / "template")
        count = 0
        for situation in [*STREAMS, *DISKS]:
            for name, arguments in COMMANDS.items():
                if only and only not in f"{name}: {situation}":
                    continue
                count += 1
                folder = made(base, pathlib.Path(temporary) / str(count))
                stream = situation in STREAMS
                how = STREAMS[situation](COMMAND) if stream else list(COMMAND)
                around = contextlib.nullcontext() if stream else DISKS[situation](folder)
                try:
                    with around:
                        code, seconds, _, said = run(how, arguments, folder)
                        wrong = judged(name, code, said, folder, stream)
                except subprocess.CalledProcessError as error:
                    say(f"{situation}: left out, {error.stderr.decode().strip()}")
                    break
                last = [line for line in said.splitlines() if line.startswith("experiments: ")][-1:]
                yield name, situation, code, seconds, wrong, "".join(last).replace(str(folder), ".")
                shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.streams_and_disks", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows, COMMAND: SITUATION, that contain TEXT")
    options = parser.parse_args()
    codes, faults = collections.Counter(), 0
    print("| command | situation | exit code | seconds | what it says |\n|---|---|---|---|---|")
    for name, situation, code, seconds, wrong, last in rows(options.only, lambda text: print(text, file=sys.stderr)):
        codes[code], faults = codes[code] + 1, faults + bool(wrong)
        fault = f" FAULT: {'; '.join(wrong)}" if wrong else ""
        print(f"| {name} | {situation} | {code} | {seconds:.1f} | {last}{fault} |", flush=True)
    counts = ", ".join(f"{code}: {n}" for code, n in sorted(codes.items(), key=str))
    print(f"\n{sum(codes.values())} commands; exit codes {counts}; {faults} with a fault")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
