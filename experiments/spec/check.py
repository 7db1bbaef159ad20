"""A paper's check of itself when it is made: every name in its declaration has to exist."""

import string
from collections.abc import Mapping

from experiments.errors import DeclarationError, UsageError, nearest
from experiments.spec.domains import COMMON, Refused, refusal
from experiments.spec.experiment import PRESETS, SEEDS
from experiments.spec.settings import canonical
from experiments.spec.text import OPTIONAL, SECTIONS


def paper(declared):
    """Raise a `DeclarationError`, which names the paper, at the first slip in its declaration."""
    try:
        _sections(declared.text)
        for experiment in declared.experiments:
            _experiment(declared, experiment)
        _domains(declared)
        _unique("experiment", declared.experiments)
        _unique("claim", declared.claims)
        _unique("finding", (*declared.findings, *declared.tables))
        _unique("deviation", declared.deviations)
        for table in declared.tables:
            _table(declared, table)
        for finding in declared.findings:
            _finding(declared, finding)
        for claim in declared.claims:
            _claim(declared, claim)
        for figure in declared.figures:
            _place(declared, f"figure {type(figure).__name__}", figure)
            figure.check(declared.text)
        _known("variant", declared.components, [v for e in declared.experiments for v in e.variants], "components")
        for deviation in declared.deviations:
            declared.text.deviation(deviation)
            _known("preset", deviation.presets, PRESETS, f"deviation {deviation.name!r}")
            _known("experiment", deviation.experiments, _experiments(declared), f"deviation {deviation.name!r}")
        _results(declared)
        _spare(declared)
    except DeclarationError as error:
        raise DeclarationError(f"{declared.key}: {error}") from None
    except UsageError as error:
        raise DeclarationError(f"{declared.key}: {error}") from error


def _experiments(declared):
    return [experiment.name for experiment in declared.experiments]


def _known(kind, names, known, where):
    for name in names:
        if name not in known:
            raise DeclarationError(f"the {where} names the {kind} {name!r}. {nearest(name, known)}")


def _unique(kind, declarations):
    names = [declaration.name for declaration in declarations]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise DeclarationError(f"two {kind}s are called {twice[0]!r}. Expected another name for each.")


def _sections(text):
    """Check that every row of the text has the parts of its kind, and no others."""
    _known("section", (name for name in text.words if name != "summary"), SECTIONS, "text")
    for section, parts in SECTIONS.items():
        rows = _mapping(section, text.words.get(section, {}))
        if section == "protocol":
            tables = {name: _mapping(f"{section}.{name}", table) for name, table in rows.items()}
            rows = {f"{name}.{row}": words for name, table in tables.items() for row, words in table.items()}
        for name, words in rows.items():
            if parts != ():
                row = _mapping(f"{section}.{name}", words)
                row = {part: x for part, x in row.items() if part not in OPTIONAL.get(section, ())}
                _parts(f"{section}.{name}", row, parts, section == "claims")
            elif not isinstance(words, str):
                raise DeclarationError(f"its text's [{section}] {name!r} is {words!r}. Expected a text.")


def _mapping(where, words):
    if not isinstance(words, Mapping):
        raise DeclarationError(f"its text's [{where}] is {words!r}. Expected a table.")
    return words


def _parts(where, words, parts, optional):
    if parts is None:
        return
    for part in words:
        if part not in parts:
            raise DeclarationError(f"its text's [{where}] has {part!r}. {nearest(part, parts)}")
    lacks = [part for part in parts if part not in words and not optional]
    if lacks:
        raise DeclarationError(f"its text's [{where}] lacks {', '.join(lacks)}.")


def _spare(declared):
    """Check that the text says nothing of what is not declared."""
    used = {
        "labels": [variant for e in declared.experiments for variant in e.variants],
        "experiments": _experiments(declared),
        "protocol": [name for e in declared.experiments for name in e.protocol],
        "deviations": [deviation.name for deviation in declared.deviations],
        "tables": [table.name for table in declared.tables],
        "findings": [finding.name for finding in declared.findings],
        "claims": [claim.text for claim in declared.claims],
        "quantities": [quantity.name for quantity in _quantities(declared)],
        "figures": [figure.text for figure in declared.figures],
        **({} if declared.answers else {"answers": []}),
    }
    for section, names in used.items():
        for name in declared.text.words.get(section, {}):
            if name not in names:
                raise DeclarationError(f"its text has words for [{section}] {name!r}. {nearest(name, names)}")


def _quantities(declared):
    """Return all quantities that the declaration uses."""
    found = [quantity for quantities in declared.results.values() for quantity in quantities]
    found += [quantity for table in declared.tables for quantity in table.columns]
    found += [claim.quantity for claim in declared.claims] + [q for f in declared.figures for q in f.quantities()]
    return found


def _experiment(declared, experiment):
    where, text = f"experiment {experiment.name!r}", declared.text
    text.title(experiment.name)
    _known("label", experiment.variants, text.labels, where)
    _known("preset", experiment.presets, PRESETS, where)
    for preset, settings in experiment.presets.items():
        _known("variant", settings.variants, experiment.variants, f"preset {preset!r} of {where}")
    if experiment.presets and experiment.train is None:
        raise DeclarationError(f"the {where} has presets and no `train`. Expected a function of the job.")
    if experiment.tuning:
        _tuning(experiment, where)
    _settings(experiment, where)
    if experiment.presets and "protocol" in text.words:
        _protocol(experiment, text, where)


def _domains(declared):
    """Check that every domain is that of a setting, of some experiment."""
    used = {name for e in declared.experiments for p in e.presets for v in e.variants for name in e.settings(p, v)}
    for experiment in declared.experiments:
        _known("setting", experiment.domains, used, f"domains of experiment {experiment.name!r}")


def _settings(experiment, where):
    """Check that every setting has a domain and lies within it, in the grids too."""
    for preset, declared in experiment.presets.items():
        here = f"{where}, preset {preset!r}"
        _within("seeds", declared.seeds, SEEDS, here)
        for variant in experiment.variants:
            settings, tuning = experiment.settings(preset, variant), experiment.tunes(preset)
            for name, value in settings.items():
                if value is not None or not tuning or name not in tuning.names:
                    _in_domain(experiment, name, value, here)
            if not tuning:
                continue
            for name, value in tuning.changes[preset].items():
                _in_domain(experiment, name, value, f"tuning of {here}")
            for value in tuning.grids.get(preset, tuning.grid).get(variant, ()):
                for name, one in tuning.changes_to(value).items():
                    _in_domain(experiment, name, one, f"grid of {here}")


def _in_domain(experiment, name, value, where):
    domain = experiment.domain(name)
    if domain is None:
        known = {**COMMON, **experiment.domains}
        raise DeclarationError(f"the {where} has the setting {name!r}, which has no domain. {nearest(name, known)}")
    _within(name, value, domain, where)


def _within(name, value, domain, where):
    try:
        held = domain.checked(value)
    except Refused as why:
        raise DeclarationError(f"the {where} leaves a domain. {refusal(name, value, why)}") from None
    if canonical(held) != canonical(value):  # 1 and 1.0 would be two keys
        raise DeclarationError(
            f"the {where} has {name}={value!r}. Expected {held!r}, as a user's change would be held."
        )


def _tuning(experiment, where):
    tuning = experiment.tuning
    _known("preset", tuning.changes, experiment.presets, f"tuning of {where}")
    _known("preset", tuning.grids, experiment.presets, f"tuning of {where}")
    for preset in experiment.presets:
        for variant in experiment.variants:
            settings = experiment.settings(preset, variant)
            for name in tuning.names:
                if (settings[name] is None) != (preset in tuning.changes):
                    raise DeclarationError(
                        f"the {where}, preset {preset!r}, variant {variant!r}, has {name}={settings[name]!r}. Expected "
                        "None where it is tuned, and a value where it is not."
                    )
            if preset in tuning.changes:
                _known("variant", [variant], tuning.grids.get(preset, tuning.grid), f"grid of {where}")
                _known("setting", tuning.changes[preset], settings, f"tuning of {where}, preset {preset!r},")


def _protocol(experiment, text, where):
    printed = ["data"]  # stands in the head of a table
    for _, _, ours in text.protocol(experiment.protocol):
        blanks = _blanks(ours)
        for preset in experiment.presets:
            for variant in experiment.variants:
                known = experiment.settings(preset, variant)
                _known("setting", blanks, known, f"protocol of {where}, preset {preset!r},")
        printed += blanks
    _values(experiment, text, dict.fromkeys(printed), where)


def _values(experiment, text, printed, where):
    """Check that what a page prints of the settings has words, where it is a text: a raw name means nothing there."""
    for preset in experiment.presets:
        for variant in experiment.variants:
            settings = experiment.settings(preset, variant)
            for name in printed:
                value = settings.get(name)
                if isinstance(value, str) and text.value(name, value) is None:
                    printed_by = f"which the {where}, preset {preset!r}, prints"
                    raise DeclarationError(f"its text has no words in [values.{name}] for {value!r}, {printed_by}.")


def _place(declared, what, declaration):
    """Check the experiment that a claim, a table or a figure names, and its variants."""
    _known("experiment", [declaration.experiment], _experiments(declared), what)
    _known("variant", declaration.variants(), declared.experiment(declaration.experiment).variants, what)


def _table(declared, table):
    what, names = f"table {table.name!r}", [quantity.name for quantity in table.columns]
    _place(declared, what, table)
    _known("preset", table.presets, PRESETS, what)
    _known("tolerance", table.tolerance, names, what)
    declared.text.table(table)
    for quantity in table.columns:
        declared.text.quantity(quantity)
        if quantity.name not in table.tolerance:
            raise DeclarationError(f"the {what} has no tolerance for {quantity.name!r}.")
    for variant, values in table.rows.items():
        if len(values) != len(names):
            found = f"the {what}, row {variant!r}, has {len(values)} numbers"
            raise DeclarationError(f"{found}. Expected {len(names)}, one for each column.")


def _finding(declared, finding):
    if not finding.claims:
        raise DeclarationError(f"the finding {finding.name!r} rests on no claim. Expected one at least.")
    _known("kind", [finding.kind], ("finding", "confirmation"), f"finding {finding.name!r}")
    if len(finding.claims) > 1 and not declared.text.has("findings", finding.name):
        raise DeclarationError(f"its text lacks [findings.{finding.name}], which rests on several claims.")


def _claim(declared, claim):
    what, text = f"claim {claim.name!r}", declared.text
    _place(declared, what, claim)
    _known("preset", claim.presets, PRESETS, what)
    _known("experiment", [claim.instead] if claim.instead else [], _experiments(declared), f"smaller scale of {what}")
    _known("experiment", claim.readings, _experiments(declared), f"reading of {what}")
    text.quantity(claim.quantity)
    for part in text.row("claims", claim.text).values():
        filled = [*claim.named(), "experiment", "quantity", *claim.words]
        for name in _blanks(part):
            if name not in filled:
                raise DeclarationError(f"the words of {what} name the blank {name!r}. {nearest(name, filled)}")
    for part, words in (("source", claim.source(text)), ("says", claim.statement(text))):
        if not words:
            raise DeclarationError(f"its text's [claims.{claim.text}] lacks {part}.")


def _blanks(words):
    """Return the names of the blanks of a text."""
    try:
        return [field for _, field, _, _ in string.Formatter().parse(words) if field is not None]
    except ValueError as error:
        raise DeclarationError(f"the text {words!r} has a brace that closes or opens nothing: {error}.") from error


def _results(declared):
    _known("experiment", declared.results, _experiments(declared), "table of results")
    for quantities in declared.results.values():
        for quantity in quantities:
            declared.text.quantity(quantity)
