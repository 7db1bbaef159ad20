"""The command: `python -m tests.mutants`."""

import argparse
import os
import sys
import time

from tests.mutants import generated, report
from tests.mutants.gate import Gate
from tests.mutants.mutant import BACKENDS, Sources, TableError
from tests.mutants.table import load

DESCRIPTION = """Make small wrong changes to custom, one at a time and in memory, and run the tests that must notice.
Exit status: 0 if every change is noticed, 1 if one survives, 2 if a row of the tables is broken or the tests fail
without any change."""


def parser():
    made = argparse.ArgumentParser(prog="python -m tests.mutants", description=DESCRIPTION)
    made.add_argument("--only", default="", metavar="TEXT", help="only those whose id contains TEXT")
    made.add_argument("--generated", type=int, default=0, metavar="N", help="N random changes in place of the tables'")
    made.add_argument("--seed", type=int, default=0, help="of the random changes (default 0)")
    made.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="runs side by side (default: all cores)")
    made.add_argument("--limit", type=float, default=120, help="seconds that a run may take (default 120)")
    made.add_argument("--anew", action="store_true", help="do not begin with the test that noticed it the last time")
    made.add_argument("--list", action="store_true", help="list the changes and end")
    return made


def say(result):
    seconds = f"{result.seconds:5.1f} s" if result.seconds else ""
    print(
        f"{result.outcome:9s}{seconds:9s}{result.id}  [{result.test or result.error}]".removesuffix("  []"), flush=True
    )


def explain(results):
    """What the tests said, for those that say nothing by their name alone."""
    for result in results:
        print(f"\n{result.outcome}: {result.id}\n{result.log[-3000:]}", file=sys.stderr)


def main(arguments=None):
    options = parser().parse_args(arguments)
    backend = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if backend not in BACKENDS:
        print(f"Received: KERAS_BACKEND={backend!r}. Expected one of {', '.join(BACKENDS)}.", file=sys.stderr)
        return 2
    sources = Sources()
    try:
        table = load()
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    everything = [mutant for mutant in table if backend in mutant.backends]
    chosen = [mutant for mutant in everything if options.only in mutant.id]
    if options.generated:
        chosen = generated.mutants(sources, chosen, options.generated, options.seed)
    if options.list or not chosen:
        print("\n".join(mutant.id for mutant in chosen) or f"no mutant for {options.only!r}")
        return 0 if chosen else 2
    start = time.monotonic()
    gate = Gate(sources, workers=max(1, options.workers), limit=options.limit)
    failed = [result for result in gate.controls(chosen, say) if result.outcome != "survived"]
    if failed:
        explain(failed)
        print("\nThe tests fail without any change: nothing is proved.", file=sys.stderr)
        return 2
    results = gate.mutants(chosen, say, {} if options.anew else report.hints(backend))
    broken = [result for result in results if result.outcome == "broken"]
    survived = [result for result in results if result.outcome == "survived"]
    explain(broken)
    killed = len(results) - len(broken) - len(survived)
    minutes = (time.monotonic() - start) / 60
    print(f"\n{backend}: {len(results)} mutants, {killed} killed, {len(survived)} survived, in {minutes:.1f} minutes")
    for result in survived + broken:
        print(f"{result.outcome}: {result.id}")
    if chosen == everything:
        print(f"written: {report.write(results, chosen, backend, sources.tree())}")
    return 2 if broken else 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
