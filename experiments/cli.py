"""The command, `python -m experiments`: what each of its commands does. Its options: `experiments.arguments`.

Those that only tell what there is stand in `experiments.showing`.
"""

import os
import pathlib
import shlex
import signal
import sys
import traceback

from experiments import showing, stopping, streams
from experiments.arguments import MEANING, again, parse
from experiments.data.folders import writable
from experiments.errors import UsageError, described, line, warn
from experiments.known import load, own_store
from experiments.runs import backend, executors
from experiments.spec import Request


def main(arguments=None):
    """Parse the command line, run it, exit with its code.

    This is the one place where errors end: in a line, and an exit code. With `--debug` the traceback is before it.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    streams.open_closed()
    # What a run prints decides nothing about it. What the other commands print is what they are for.
    steady = ("stdout", "stderr") if "run" in arguments[:2] else ("stderr",)
    with streams.steady(*steady), stopping.heard(stopping.STOPPED):
        code = _ended(arguments)
    try:
        streams.finish()
    except OSError as error:
        code = _failed(error) if code == 0 and "stdout" not in steady else code
    sys.exit(code)


def _ended(arguments):
    """Do what a command line says; return the exit code."""
    debug = "--debug" in arguments
    try:
        stopping.follow_driver()
        backend.prepare()
        options = parse(arguments)
        return COMMANDS[options.command](options)
    except SystemExit as error:  # of --help
        return error.code
    except BaseException as error:
        stopped = stopping.behind(error, UsageError)
        if not stopped and not isinstance(error, UsageError | OSError):
            raise
        if debug:
            traceback.print_exc()
        return _failed(stopped or error)


def _failed(error):
    """Say in one line what ended a command; return the exit code that it means."""
    if isinstance(error, KeyboardInterrupt):
        print(stopping.STOPPED, file=sys.stderr)
        return 128 + getattr(error, "number", signal.SIGINT)
    if isinstance(error, BrokenPipeError):  # who read the output has seen enough
        return 128 + 13  # as a program that SIGPIPE ends
    if isinstance(error, UsageError):
        print(f"experiments: {line(error)}", file=sys.stderr)
        return 2
    print(f"experiments: {line(described(error))}", file=sys.stderr)
    return 3


def _request(options):
    return Request.parsed(load(options.papers), options.preset, options.only, options.seeds, options.set)


def _runner(options, request, progress, **how):
    """Return the runner for a request, which has been found to be possible."""
    from experiments.runs import published
    from experiments.runs.runner import Runner
    from experiments.spec.identity import key_of

    known = {key_of(r): r for p in request.papers for r in published.read(p)} if options.extend else {}
    command = shlex.join(["python", "-m", "experiments", *again("run", options, *MEANING)])
    runner = Runner(own_store(progress.note), progress, command, known, compiler=options.compiler, **how)
    runner.require(request)
    return runner


def _run(options):
    request = _request(options)

    from experiments.runs import estimate
    from experiments.runs.progress import progress

    with progress(options.progress) as bar:
        runner = _runner(options, request, bar, every=options.checkpoint_seconds, stacking=options.stack)
        writable(runner.store.folder)
        for words in request.fewer_seeds() if options.progress == "auto" else ():  # the parent of workers has said it
            bar.note(words)
        measured = options.preset != "quick" and not options.no_estimate
        left = estimate.remaining(runner, request) if measured or options.workers > 1 else ()
        if measured and left:
            arguments = again("estimate", options, *MEANING, "--extend", "--workers")
            bar.note(executors.answer([*arguments, "--brief"], options.workers) or "No estimate could be made.")
        if options.workers == 1:
            records = runner.run(request)
            bar.summary(records)
            return 1 if runner.lost or any(r["outcome"] == "failed" for r in records) else 0
    return _shared(options, len(left))


def _shared(options, left):
    """Have several processes do what is left; return the exit code."""
    from experiments.runs.progress import overall

    arguments = again("run", options, *MEANING, "--extend", "--checkpoint-seconds", "--stack")
    with overall(left) as progress:
        code = executors.processes([*arguments, "--no-estimate", "--progress", "json"], options.workers, progress)
        progress.summary()
    return code


def _estimate(options):
    if not options.brief:
        print("A few steps of each program are measured, for 15 s at most.", file=sys.stderr)
    request = _request(options)

    from experiments.runs import estimate
    from experiments.runs.progress import Lines

    runner = _runner(options, request, Lines(sys.stderr), stacking="never")
    lines, memory = estimate.forecast(
        runner, request, say=(lambda text: None) if options.brief else runner.progress.note
    )
    if lines and not options.brief:
        showing.table(("program", "runs", "setup", "ms/step", "time", "checkpoint", "disk"), map(estimate.row, lines))
    print(estimate.summary(lines, memory, options.workers))
    return 0


def _report(options):
    from experiments.report.build import local

    chosen = load(options.papers)
    print(f"Open {local(chosen, load(), own_store())}")
    return 0


def _publish(options):
    from experiments.report import build

    everything = load()
    if options.check:
        differ = build.check(everything)
        for name in differ:
            print(f"{name} is not what its records give. Run: python -m experiments publish")
        from experiments.benchmarks.publish import differing

        benchmarks = differing()
        for name in benchmarks:
            print(f"{name} is not what its records give. Run: python -m experiments.benchmarks.publish")
        return 1 if differ or benchmarks else 0
    build.publish(load(options.papers), everything, own_store())
    print(f"Published pages: {pathlib.Path('reports') / 'README.md'}")
    return 0


def _site(options):
    os.environ.setdefault("JAX_ENABLE_X64", "1")  # the plots are computed in float64
    papers = load()
    from experiments.site import building
    from experiments.site.public_names import Undocumented

    try:
        first, complaints = building.of_papers(papers, own=own_store() if options.own else None)
    except Undocumented as error:
        for problem in error.problems:
            print(f"experiments: {problem}", file=sys.stderr)
        return 1
    for complaint in complaints:
        warn(complaint)
    print(f"Open {first}")
    return 0


def _export(options):
    from experiments.export import events, tidy
    from experiments.runs import published

    if options.to is None and options.latex is None:
        raise UsageError("Received: export without a folder. Expected --to FOLDER, --latex FOLDER, or both.")
    for name, needs in (("parquet", "to"), ("tensorboard", "to"), ("decimal", "latex")):
        if getattr(options, name) and getattr(options, needs) is None:
            raise UsageError(f"Received: --{name} without --{needs}. Expected --{needs} FOLDER too.")
    store = own_store()
    pairs = [(p, store.all(p.key) if options.own else published.read(p)) for p in load(options.papers)]
    pairs = [(paper, records) for paper, records in pairs if records]
    if not pairs:
        where = f"{store.folder}/" if options.own else "reports/"
        raise UsageError(f"Received: export of papers that have no records in {where}. See: python -m experiments list")
    everything = [record for _, records in pairs for record in records]
    if options.to is not None:
        folder = writable(pathlib.Path(options.to))
        for path in tidy.write(pairs, folder, options.parquet):
            print(path)
        if options.tensorboard:
            count = events.write(everything, folder / "tensorboard")
            print(f"{folder / 'tensorboard'}: {count} runs. Look: tensorboard --logdir {folder / 'tensorboard'}")
    if options.latex is not None:
        folder = writable(pathlib.Path(options.latex))
        print(f"{folder / 'all.tex'}: {_latex(pairs, folder, options)} tables")
    return 0


def _latex(pairs, folder, options):
    """Write the tables of the pages of these records; return how many."""
    from experiments.report import latex
    from experiments.report.blocks import Grid
    from experiments.report.page import paper_page
    from experiments.report.view import PaperView, Source

    tables = []
    for paper, records in pairs:
        page = paper_page(PaperView(paper, [Source("yours" if options.own else "measured", tuple(records))]))
        tables.append((paper.key, page))
    if not options.papers and not options.own:
        from experiments.benchmarks import overhead_page
        from experiments.benchmarks.publish import OVERHEAD

        tables += [(OVERHEAD.name, page) for page in [overhead_page.page(OVERHEAD, overhead_page.words("en"))] if page]
    tables = [(key, page.title, [grid for grid in page.every(Grid) if grid.name]) for key, page in tables]
    return latex.write(tables, folder, options.decimal or "point")


def _environment(options):
    from experiments.runs.rebuild import rebuild

    print(f"Python with the record's packages: {rebuild(options.record, options.folder)}")
    return 0


def _doctor(options):
    from experiments.runs import doctor

    return doctor.visit(own_store(), options.repair)


COMMANDS = {
    "list": showing.list_papers,
    "run": _run,
    "estimate": _estimate,
    "report": _report,
    "publish": _publish,
    "export": _export,
    "compare": showing.compare,
    "site": _site,
    "status": showing.status,
    "doctor": _doctor,
    "environment": _environment,
    "data": showing.data,
}
