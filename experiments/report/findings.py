"""The findings of a page as short entries, and the file of their numbers."""

from experiments.claims import Table
from experiments.report.blocks import Bullets, Grid, Heading, Paragraph
from experiments.report.opening import would_settle
from experiments.spec.experiment import EARLIER

COLUMNS = (
    "finding",
    "claim",
    "kind",
    "experiment",
    "preset",
    "against",
    "mean",
    "low",
    "high",
    "n",
    "unit",
    "paper",
    "verdict",
    "reason",
)


def findings(view):
    """Return the entries of all findings, what would settle the open ones, and the table for print."""
    if not view.judgements:
        return []
    blocks = [Heading(view.text.page("findings"), anchor="findings")]
    for number, judgement in enumerate(view.judgements, 1):
        blocks += entry(view, number, judgement)
    return [*blocks, *would_settle(view)]


def anchor(judgement):
    """Return the permanent name of a finding's entry."""
    return f"finding-{judgement.finding.name}"


def entry(view, number, judgement):
    """Return one finding: what the paper says, what was measured, the verdict, where more of it is."""
    text, finding = view.text, judgement.finding
    kind = ""
    if finding.exploratory:
        kind = f" ({text.page('exploratory')})"
    elif finding.kind == "confirmation":
        kind = f" ({text.page('confirmation')})"
    verdict = text.verdict(judgement.verdict)
    source = "" if isinstance(finding, Table) else f" – {finding.source(text)}"  # a table's statement names it
    head = f"**{number}. {finding.statement(text)}**{source}{kind}: **{verdict}**."
    if isinstance(finding, Table):
        items = [_cells(view, judgement)]
    else:
        said = {claim.statement(text) for claim, _ in judgement.claims}
        alone = len(judgement.claims) == 1 and said == {finding.statement(text)}
        items = [_claim(view, claim, verdict, alone) for claim, verdict in judgement.claims]
        looked = finding.looked(text)
        items += [text.page("looked", words=looked)] if looked else []
    places = _places(view, judgement)
    if places:
        items.append(text.page("see", places=text.all_of(places)))
    return [Paragraph(head, anchor(judgement)), Bullets(tuple(items))]


def _claim(view, claim, verdict, alone):
    text, why, published = view.text, claim.why(view.text), claim.published(view.text)
    published = text.page("why", published=published, why=why) if why else published
    reasons = "; ".join(text.reason(reason) for reason in verdict.reasons) or text.verdict(verdict.verdict)
    measured = claim.measured(verdict, text)
    told = dict(published=published, verdict=text.verdict(verdict.verdict), reasons=reasons)
    if measured:
        preset = view.primary[claim.experiment].preset
        where = "where_earlier" if preset == EARLIER else "where"
        told["measured"] = text.page(where, measured=measured, experiment=text.title(claim.experiment), preset=preset)
    key = "_".join(filter(None, ("claim", "" if measured else "unmeasured", "alone" if alone else "")))
    return text.page(key, statement=claim.statement(text), **told)


def _cells(view, judgement):
    counts, text = {}, view.text
    for _, verdict in judgement.claims:
        counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
    of = len(judgement.claims)
    told = [text.page("cells", n=n, of=of, verdict=text.verdict(verdict)) for verdict, n in counts.items()]
    return f"{'; '.join(told)}."


def _places(view, judgement):
    """Return links to the figure and the experiments of a finding."""
    found = {}
    for claim, _ in judgement.claims:
        evidence = view.primary[claim.experiment]
        if not evidence.preset:
            continue
        title = view.text.title(claim.experiment)
        found.setdefault(claim.experiment, view.text.page("place_of", title=title, anchor=place(claim.experiment)))
    return list(found.values())


def place(experiment):
    """Return the anchor of an experiment's section."""
    return f"experiment-{experiment}"


def numbers(view):
    """Return the numbers of all claims as a table that has a file of its own."""
    rows = []
    for judgement in view.judgements:
        for claim, verdict in judgement.claims:
            reason = view.text.reason(verdict.reasons[0]) if verdict.reasons else ""
            preset = view.primary[claim.experiment].preset or ""
            place = (judgement.finding.name, claim.name, judgement.finding.kind, claim.experiment, preset)
            held = claim.yardstick()
            for part in verdict.parts or (None,):
                ends = part.estimate.interval if part else None
                measured = [part and part.estimate.mean, *(ends or (None, None))]
                rows.append((
                    *place,
                    part.against if part else "",
                    *(None if value is None else held.printed(value) for value in measured),
                    part.estimate.n if part else 0,
                    held.unit,
                    held.printed(held.published),
                    verdict.verdict,
                    reason,
                ))  # fmt: skip
    return COLUMNS, tuple(rows)


def printed(view):
    """Return the table of findings: for print, with the file of its numbers."""
    text = view.text
    header = tuple(text.page(name) for name in ("readme_finding", "paper_column", "measured", "verdict"))
    rows = []
    for judgement in view.judgements:
        if isinstance(judgement.finding, Table):
            rows.append((judgement.finding.statement(text), "", "", text.verdict(judgement.verdict)))
            continue
        for claim, verdict in judgement.claims:
            told = (claim.published(text), claim.measured(verdict, text), text.verdict(verdict.verdict))
            rows.append((judgement.finding.statement(text), *told))
    return Grid(header, tuple(rows), text.page("findings"), "findings", data=numbers(view))
