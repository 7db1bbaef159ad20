"""The command, `python -m experiments`: what each of its commands does. Its options: `experiments.arguments`."""

import collections
import os
import pathlib
import shlex
import signal
import sys
import traceback

from experiments import book, papers, stopping, streams
from experiments.arguments import MEANING, again, parse
from experiments.data.folders import writable
from experiments.errors import UsageError, described, line, warn
from experiments.runs import backend, executors
from experiments.spec import PRESETS, Request


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
    except (UsageError, OSError, KeyboardInterrupt) as error:
        if debug:
            traceback.print_exc()
        return _failed(error)


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


def _load(names=()):
    """Return the papers of these names, the book's own experiments among them; of no names, all."""
    backend.load()
    if not names or "all" in names:
        return [*papers.load(), *book.load()]
    own, names = book.names(), dict.fromkeys(names)
    return [paper for name in names for paper in (book if name in own else papers).load([name])]


def _store(note=warn):
    from experiments.runs.store import Store

    return Store(backend.runs_folder(), note)


def _request(options):
    return Request.parsed(_load(options.papers), options.preset, options.only, options.seeds, options.set)


def _runner(options, request, progress, **how):
    """Return the runner for a request, which has been found to be possible."""
    from experiments.runs import published
    from experiments.runs.runner import Runner
    from experiments.spec.identity import key_of

    known = {key_of(r): r for p in request.papers for r in published.read(p)} if options.extend else {}
    command = shlex.join(["python", "-m", "experiments", *again("run", options, *MEANING)])
    runner = Runner(_store(progress.note), progress, command, known, compiler=options.compiler, **how)
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
        _table(("program", "runs", "setup", "ms/step", "time", "checkpoint", "disk"), map(estimate.row, lines))
    print(estimate.summary(lines, memory, options.workers))
    return 0


def _report(options):
    from experiments.report.build import local

    chosen = _load(options.papers)
    print(f"Open {local(chosen, _load(), _store())}")
    return 0


def _publish(options):
    from experiments.report import build

    everything = _load()
    if options.check:
        differ = build.check(everything)
        for name in differ:
            print(f"{name} is not what its records give. Run: python -m experiments publish")
        from experiments.benchmarks.publish import differing

        benchmarks = differing()
        for name in benchmarks:
            print(f"{name} is not what its records give. Run: python -m experiments.benchmarks.publish")
        return 1 if differ or benchmarks else 0
    build.publish(_load(options.papers), everything, _store())
    print(f"Published pages: {pathlib.Path('reports') / 'README.md'}")
    return 0


def _site(options):
    os.environ.setdefault("JAX_ENABLE_X64", "1")  # the plots are computed in float64
    papers = _load()
    from experiments.site import building
    from experiments.site.public_names import Undocumented

    try:
        first, complaints = building.of_papers(papers, own=_store() if options.own else None)
    except Undocumented as error:
        for problem in error.problems:
            print(f"experiments: {problem}", file=sys.stderr)
        return 1
    for complaint in complaints:
        warn(complaint)
    print(f"Open {first}")
    return 0


def _list(options):
    from experiments.runs import published

    rows, store = [], _store()
    for paper in _load():
        presets = [p for p in PRESETS if any(p in e.presets for e in paper.experiments)]
        data = {preset.settings["data"]: None for e in paper.experiments for preset in e.presets.values()}
        findings = len(paper.findings) + len(paper.tables)
        ran = _ran(paper, published.read(paper)), _ran(paper, store.all(paper.key))
        rows.append((paper.key, ", ".join(presets), findings, ", ".join(data), *ran))
    _table(("paper", "presets", "findings", "data", "published", "yours"), rows)
    return 0


def _ran(paper, records):
    """Return how many runs count under which preset, in words."""
    from experiments.claims.evidence import gather

    counts = collections.Counter()
    for experiment in paper.experiments:
        evidence = gather(paper, experiment, records)
        if evidence.preset:
            counts[evidence.preset] += evidence.count("done")
    return ", ".join(f"{preset} {counts[preset]}" for preset in PRESETS if preset in counts) or "-"


def _export(options):
    from experiments.export import events, tidy
    from experiments.runs import published

    if options.to is None and options.latex is None:
        raise UsageError("Received: export without a folder. Expected --to FOLDER, --latex FOLDER, or both.")
    for name, needs in (("parquet", "to"), ("tensorboard", "to"), ("decimal", "latex")):
        if getattr(options, name) and getattr(options, needs) is None:
            raise UsageError(f"Received: --{name} without --{needs}. Expected --{needs} FOLDER too.")
    store = _store()
    pairs = [(p, store.all(p.key) if options.own else published.read(p)) for p in _load(options.papers)]
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


def _compare(options):
    from experiments.claims.changes import changes
    from experiments.export import comparison
    from experiments.runs import elsewhere

    known = {paper.key: paper for paper in _load()}
    places = [elsewhere.read(place, known) for place in (options.before, options.after)]
    sets = [records for records, _ in places]
    wanted = [key for key in known if any(key in records for records in sets)]
    for records, alone in places:  # what a file does not speak of is no change
        wanted = [key for key in wanted if key in records or not alone]
    if not wanted:
        raise UsageError(
            f"Received: {options.before} and {options.after}, which share no paper. Expected one that both have."
        )
    found = {key: changes(known[key], *(records.get(key, []) for records in sets)) for key in wanted}
    lines = [line for key, findings in found.items() for line in comparison.changed(key, findings)]
    if options.json:
        print(comparison.as_json(found))
        return 1 if lines else 0
    for key, findings in found.items():
        print(f"{key}: {' and '.join(str(len(records.get(key, []))) for records in sets)} records")
        _table(comparison.HEADER, comparison.rows(findings, known[key].text))
        print()
    print("\n".join(["Verdicts that changed:", *lines] if lines else ["No verdict changed."]))
    return 1 if lines else 0


def _environment(options):
    from experiments.runs.rebuild import rebuild

    print(f"Python with the record's packages: {rebuild(options.record, options.folder)}")
    return 0


def _status(options):
    from experiments.claims.evidence import progress
    from experiments.runs.checkpoint import describe
    from experiments.spec.run import label

    store = _store()
    known = [(paper, store.all(paper.key)) for paper in _load()]
    rows, left_out = [], []
    for paper, records in known:
        for evidence, preset, wanted in progress(paper, records):
            counts = collections.Counter(r["outcome"] for r in evidence.records)
            where = (paper.key, evidence.experiment.name, preset)
            words = [f"{counts[o]} {o}" for o in ("diverged", "failed", "running", "interrupted") if counts[o]]
            words += [f"{sum(map(len, evidence.apart.values()))} left out"] if evidence.apart else []
            rows.append((*where, f"{counts['done']}/{wanted}", ", ".join(words) or "-"))
            left_out += [f"{' '.join(where)}: {text}" for text in [evidence.left_out()] if text]
    _table(("paper", "experiment", "preset", "done", "others"), rows)
    for text in left_out:
        print(text)
    for record in (r for _, records in known for r in records if r["outcome"] in ("failed", "interrupted")):
        if where := describe(store.checkpoint(record["paper"], record["key"])):
            print(f"{label(record)}: {record['outcome']}; goes on from {where}")
    return 0


def _doctor(options):
    from experiments.runs import doctor

    return doctor.visit(_store(), options.repair)


def _data(options):
    _load()  # each declares what it alone uses
    from experiments.data import CATALOGUE, describe

    described = {name: describe(name) for name in CATALOGUE}
    states = {name: "broken" if d["broken"] else "yes" if d["present"] else "no" for name, d in described.items()}
    rows = [(name, states[name], d["where"], d["licence"]) for name, d in described.items()]
    _table(("dataset", "present", "where", "licence"), rows)
    for name, row in described.items():
        if row["broken"]:
            print(f"Broken: {row['broken']}")
        elif not row["present"]:
            print(f"To get {name}: {row['get']}")
    return 0


def _table(header, rows):
    """Print a table: on a terminal folded to its width; elsewhere a row a line, which other programs can read."""
    rows = [tuple(map(str, row)) for row in rows]
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for row in (header, *rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in header:
        table.add_column(name, overflow="fold", no_wrap=name in ("paper", "dataset"))  # whole, to be copied
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


COMMANDS = {
    "list": _list,
    "run": _run,
    "estimate": _estimate,
    "report": _report,
    "publish": _publish,
    "export": _export,
    "compare": _compare,
    "site": _site,
    "status": _status,
    "doctor": _doctor,
    "environment": _environment,
    "data": _data,
}
