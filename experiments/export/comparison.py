"""What changed between two sets of records, as rows of a table and as JSON."""

import dataclasses
import json
import math

HEADER = ("finding", "claim", "before", "after", "difference", "n")


def rows(found, text):
    """Return the rows of a paper's `FindingChange`s: each finding, and under it its claims with their numbers.

    Args:
        found: the changes.
        text: the paper's words.
    """
    table = []
    for finding in found:
        name, claims = finding.finding.name, []
        for change in finding.claims:
            verdicts = (change.before.verdict, change.after.verdict)
            claim = "" if change.claim.name == name else change.claim.name.removeprefix(f"{name}/")
            for shift in change.shifts or (None,):
                against = f" vs {shift.against}" if shift and shift.against else ""
                claims.append(("", f"{claim}{against}".strip(), *verdicts, *_numbers(change, shift, text)))
        verdicts = (finding.before, finding.after)
        if len(claims) == 1 and claims[0][2:4] == verdicts:
            table.append((name, *claims[0][1:]))
        else:
            table += [(name, "", *verdicts, "", ""), *claims]
    return table


def _numbers(change, shift, text):
    """Return the difference and its n in words."""
    if shift is None:
        return "", ""
    n = f"{shift.n} pairs" if shift.method == "paired" else shift.n.replace(", ", " + ")
    return (change.shown(shift.difference, text).split(", n = ")[0] if shift.difference else "-"), n


def changed(paper, found):
    """Return a line for each verdict on a finding that is another, and on a claim where the finding's is the same."""
    lines = []
    for finding in found:
        if finding.before != finding.after:
            lines.append(f"{paper} {finding.finding.name}: {finding.before} -> {finding.after}")
        else:
            of_claims = [c for c in finding.claims if c.changed]
            lines += [f"{paper} {c.claim.name}: {c.before.verdict} -> {c.after.verdict}" for c in of_claims]
    return lines


def as_json(found):
    """Return the changes of papers, by key, as JSON; numbers in the record's unit, those of a ratio as logarithms."""
    papers = [
        {"paper": key, "findings": [_finding(finding) for finding in findings]} for key, findings in found.items()
    ]
    any_changed = any(finding.changed for findings in found.values() for finding in findings)
    return json.dumps({"changed": any_changed, "papers": papers}, indent=1, allow_nan=False)


def _finding(found):
    claims = [_claim(change) for change in found.claims]
    return {"name": found.finding.name, "before": found.before, "after": found.after, "claims": claims}


def _claim(change):
    return {
        "name": change.claim.name,
        "before": change.before.verdict,
        "after": change.after.verdict,
        "numbers": [
            {
                "against": shift.against or None,
                "before": _estimate(shift.before),
                "after": _estimate(shift.after),
                "difference": _estimate(shift.difference),
                "method": shift.method or None,
            }
            for shift in change.shifts
        ],
    }


def _estimate(estimate):
    """Return an estimate as a mapping; an end that is infinite is no end."""
    if estimate is None:
        return None
    values = dataclasses.asdict(estimate)
    numbers = {name: values[name] for name in ("mean", "low", "high")}
    return {n: x if x is not None and math.isfinite(x) else None for n, x in numbers.items()} | {"n": values["n"]}
