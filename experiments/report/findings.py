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
    head = f"**{number}. {finding.statement(text)}**{source}{kind}: **{verdict}**{_part(view, judgement)}."
    if isinstance(finding, Table):
        items = [_cells(view, judgement)]
    else:
        items = _claims(view, judgement)
        looked = finding.looked(text)  # for the reason of what came out otherwise; more seeds may have changed that
        items += [text.page("looked", words=looked)] if looked and judgement.verdict != "reproduced" else []
        note = finding.note(text) if judgement.verdict != "not run" else ""
        items += [text.page("noted", words=note)] if note else []
    places = _places(view, judgement)
    if places:
        items.append(text.page("see", places=text.all_of(places)))
    return [Paragraph(head, anchor(judgement)), Bullets(tuple(items))]


def _part(view, judgement):
    """Return how many of a finding's statements have its verdict, where not all do."""
    found = [verdict.verdict == judgement.verdict for _, verdict in judgement.claims]
    if isinstance(judgement.finding, Table) or all(found):
        return ""
    return f" ({view.text.page('of_statements', n=sum(found), of=len(found))})"


def _claims(view, judgement):
    """Return an item for each claim; what several say alike, each of other runs, is said once."""
    text, said = view.text, {}
    for claim, verdict in judgement.claims:
        why, published = claim.why(text), claim.published(text)
        published = text.page("why", published=published, why=why) if why else published
        said.setdefault((claim.statement(text), published, _about(claim)), []).append((claim, verdict))
    alone = len(judgement.claims) == 1 and next(iter(said))[0] == judgement.finding.statement(text)
    asked = text.page("asked_here" if judgement.finding.exploratory else "asked")
    return [_claim(view, asked, *words, _outcomes(view, claims), alone) for (*words, _), claims in said.items()]


def _about(claim):
    """Return what a claim is about, whatever experiment judges it."""
    return claim.quantity.name, tuple(claim.named().items())


def _outcomes(view, claims):
    """Return, of claims that say the same, the reasons by number and verdict.

    Those for one verdict on one number that differ in the presets that may judge it become one.
    """
    text, found = view.text, {}
    for claim, verdict in claims:
        measured = claim.measured(verdict, text)
        if measured:
            preset = view.primary[claim.experiment].preset
            where = dict(measured=measured, experiment=text.title(claim.experiment), preset=preset)
            measured = text.page("where_earlier" if preset == EARLIER else "where", **where)
        reasons = found.setdefault((measured, verdict.verdict), [])
        for reason in verdict.reasons:
            joined = [(i, both) for i, other in enumerate(reasons) if (both := other.joined(reason))]
            for i, both in joined:
                reasons[i] = both
            reasons += [] if joined else [reason]
    return found


def _claim(view, asked, statement, published, outcomes, alone):
    text, parts = view.text, []
    for (measured, verdict), reasons in outcomes.items():
        reasons = "; ".join(text.reason(reason) for reason in reasons) or text.verdict(verdict)
        told = dict(verdict=text.verdict(verdict), reasons=reasons, **({"measured": measured} if measured else {}))
        start = "also" if parts else "claim"
        key = "_".join(filter(None, (start, "" if measured else "unmeasured", "alone" if alone else "")))
        parts.append(text.page(key, statement=statement, asked=asked, published=published, **told))
    return " ".join(parts)


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
    header = tuple(text.page(name) for name in ("readme_finding", "published_column", "measured", "verdict"))
    rows = {}  # by what they are about: claims that say the same of the same runs are one
    for judgement in view.judgements:
        statement = judgement.finding.statement(text)
        if isinstance(judgement.finding, Table):
            rows[statement] = (statement, "", "", text.verdict(judgement.verdict))
            continue
        for claim, verdict in judgement.claims:
            published = claim.published(text)
            if judgement.finding.exploratory:
                published = f"{text.page('asked_here')}: {published}"
            told = (published, claim.measured(verdict, text), text.verdict(verdict.verdict))
            rows[claim.statement(text), *told, _about(claim)] = (claim.statement(text), *told)
    return Grid(header, tuple(rows.values()), text.page("findings"), "findings", data=numbers(view))
