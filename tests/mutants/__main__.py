"""The command: `python -m tests.mutants`."""

import argparse
import difflib
import os
import sys
import time

from tests.mutants import equivalent, generated, written
from tests.mutants.gate import Gate
from tests.mutants.mutant import BACKENDS, Sources, TableError

DESCRIPTION = """Make small wrong changes to custom, one at a time and in memory, and run the tests that must notice:
all changes of written.txt, and a number of generated ones.
Exit status: 0 if every change is noticed, 1 if one survives that is not in equivalent.txt, 2 if a row of the files is
broken or the tests fail without any change."""
GENERATED = 150


def parser():
    made = argparse.ArgumentParser(prog="python -m tests.mutants", description=DESCRIPTION)
    made.add_argument("--only", default="", metavar="TEXT", help="only those whose id contains TEXT")
    made.add_argument("--generated", type=int, default=GENERATED, metavar="N", help=f"default {GENERATED}")
    made.add_argument("--all", action="store_true", help="all generated ones")
    made.add_argument("--seed", type=int, default=0, help="of the choice of generated ones (default 0)")
    made.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="runs side by side (default: all cores)")
    made.add_argument("--limit", type=float, default=300, help="seconds that a run may take (default 300)")
    made.add_argument("--list", action="store_true", help="list the changes and end")
    return made


def choose(options, sources, backend):
    """The mutants to run, without those that alter nothing on the backend."""
    known = {id for id, (backends, _) in equivalent.load().items() if backend in backends}
    by_hand = [mutant for mutant in written.load() if backend in mutant.backends and options.only in mutant.id]
    made = [m for m in generated.mutants(sources, backend, options.seed) if options.only in m.id and m.id not in known]
    return by_hand + (made if options.all else made[: options.generated])


def say(result):
    print(f"{result.outcome:9s}{result.seconds:5.1f} s  {result.id}  [{result.test or result.error}]", flush=True)


def difference(mutant, sources):
    """The change as a diff."""
    before = sources.text[mutant.file]
    after = before.replace(mutant.original, mutant.replacement)
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"custom/{mutant.file}", "changed", "", "", 2, ""
    )
    return "\n".join(lines)


def main(arguments=None):
    options = parser().parse_args(arguments)
    backend = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if backend not in BACKENDS:
        print(f"Received: KERAS_BACKEND={backend!r}. Expected one of {', '.join(BACKENDS)}.", file=sys.stderr)
        return 2
    sources = Sources()
    try:
        chosen = choose(options, sources, backend)
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    if options.list or not chosen:
        print("\n".join(mutant.id for mutant in chosen) or f"no mutant for {options.only!r}")
        return 0 if chosen else 2
    start = time.monotonic()
    gate = Gate(sources, workers=max(1, options.workers), limit=options.limit)
    results = gate.mutants(chosen, say)
    control = gate.control(results, say)
    counts = {
        outcome: sum(r.outcome == outcome for r in results) for outcome in ("killed", "timeout", "survived", "broken")
    }
    minutes = (time.monotonic() - start) / 60
    numbers = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
    print(f"\n{backend}: {len(results)} mutants, {numbers}, in {minutes:.1f} minutes")
    for mutant, result in zip(chosen, results, strict=True):
        if result.outcome == "broken":
            print(f"\nbroken: {result.id}\n{result.log[-3000:]}")
        elif result.outcome == "survived":
            print(f"\nsurvived: {result.id}\n{difference(mutant, sources)}")
    if control.outcome != "survived":
        print(f"\n{control.log[-3000:]}\nThese tests fail without any change: nothing is proved.")
    if counts["broken"] or control.outcome != "survived":
        return 2
    return 1 if counts["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
