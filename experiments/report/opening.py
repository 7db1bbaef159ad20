"""The top of a page: whether the findings hold, at what scale, how sure; what would settle the rest."""

from experiments.report.blocks import Bullets, Code, Heading, Paragraph
from experiments.spec.experiment import EARLIER

SETTLING = (
    "more_run",
    "more_runs",
    "more_run_minutes",
    "more_runs_minutes",
    "beyond_most",
    "none_would",
    "seeds_missing",
)
MOST_NAMED = 3


def opening(view):
    """Return the sentences and the strip of verdicts at the top of a page."""
    blocks = [Paragraph(" ".join(sentences(view)))]
    if view.judgements:
        blocks.append(Paragraph(f"**{view.tally()}**"))
    return blocks


def sentences(view):
    """Return the sentences that answer first: what holds, and on what that rests."""
    text, counts = view.text, {verdict: n for verdict, n in view.counts().items() if n}
    total, told = sum(counts.values()), []
    if total == 1:
        (verdict,) = counts
        told.append(text.page("of_one_finding", counts=text.row("counts_one", verdict)))
    elif total:
        if len(counts) == 1:
            (verdict,) = counts
            told.append(text.page("of_all_findings", n=total, counts=text.row("counts_many", verdict)))
        else:
            listed = text.all_of([counted(text, verdict, n) for verdict, n in counts.items()])
            told.append(text.page("of_findings", n=total, counts=listed))
    confirmed, of = view.confirmations()
    if of == 1:
        told.append(text.page("of_one_confirmation" if confirmed else "of_one_open_confirmation"))
    elif of:
        told.append(text.page("of_confirmations", confirmed=confirmed, of=of))
    if set(counts) == {"not run"} and not of and not view.ran():
        return told  # the same once more
    return [*(told or [text.page("no_findings")]), rests_on(view)]


def counted(text, verdict, n):
    """Return how many findings have a verdict, as a part of a sentence."""
    return f"{text.numeral(n, 'd')} {text.row('counts_one' if n == 1 else 'counts_many', verdict)}"


def rests_on(view):
    """Return the sentence on runs, hours, seeds and scale."""
    text, shown = view.text, [evidence for _, evidence in view.ran()]
    ran = [evidence for evidence in shown if evidence.preset != EARLIER]
    if not ran:
        earlier = sum(len(evidence.records) for evidence in shown)
        return text.page("judged_earlier", runs=earlier) if earlier else text.page("judged_none")
    records = [record for evidence in ran for record in evidence.records]
    seeds = sorted({len(runs) for evidence in ran for runs in evidence.runs.values()})
    between = text.page("seeds_between", low=seeds[0], high=seeds[-1]) if len(seeds) > 1 else f"{seeds[0]}"
    full = sum(evidence.preset == "paper" for evidence in ran)
    scale = "scale_paper" if full == len(ran) else "scale_both" if full else "scale_reduced"
    told = dict(runs=len(records), hours=hours(text, records), seeds=between)
    return text.page("judged_on", scale=text.page(scale, paper=full, of=len(ran)), **told)


def hours(text, records):
    """Return the hours that records took, to a tenth or two digits."""
    found = sum(record["seconds"] for record in records) / 3600
    return text.numeral(found, ",.0f" if found >= 10 else ".1f" if found >= 1 else ".2g")


def settling(view):
    """Return what would settle the open findings, a sentence for each reason; none where nothing is known of it."""
    found = {}
    for judgement in view.judgements:
        if judgement.verdict != "open" or not judgement.counted:
            continue
        reasons = {}
        for claim, verdict in judgement.claims:
            for reason in (r for r in verdict.reasons if r.key in SETTLING):
                reasons.setdefault(reason, []).append(claim.statement(view.text))
        for reason, statements in reasons.items():
            said = [judgement.finding.statement(view.text)] if len(reasons) == 1 else statements
            found.setdefault(reason, []).extend(said)
    return [_settled(view.text, reason, list(dict.fromkeys(said))) for reason, said in found.items()]


def _settled(text, reason, said):
    """Return the sentence on what would settle some findings, which are named where they are few."""
    if len(said) > MOST_NAMED:
        return text.page("settled_many", n=len(said), reason=text.reason(reason))
    named = said[0] if len(said) == 1 else text.all_of(f"“{each}”" for each in said)
    return text.page("settled_by", finding=named, reason=text.reason(reason))


def of_quick(view):
    """Return the top of a page of runs of `quick` alone: whether everything works, what is published, what is next."""
    text, records = view.text, view.records()
    bad = [r for r in records if r["outcome"] not in ("done", "diverged")]
    variants = sum(len(evidence.runs) for _, evidence in view.ran())
    told = dict(runs=len(records), bad=len(bad), variants=variants)
    blocks = [Paragraph(text.page("works_not" if bad else "works", **told))]
    published = [source for source in view.sources if source.name == "published"]
    if published:
        blocks.append(Paragraph(text.page("quick_judges_nothing", tally=view.of("published").tally())))
    command = f"python -m experiments run {view.paper.key} --preset reduced --workers 2"
    return [*blocks, Paragraph(text.page("next_command")), Code(command, "sh")]


def would_settle(view):
    """Return a section on what would settle the open findings."""
    found = settling(view)
    return [Heading(view.text.page("settled"), 3), Bullets(tuple(found))] if found else []
