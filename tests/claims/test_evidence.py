"""Which records belong together, and which count where there are several kinds."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.claims import TEST_ERROR
from experiments.claims.evidence import Evidence, gather, progress
from experiments.report import render
from experiments.report.page import paper_page
from experiments.report.view import PaperView, Source
from experiments.spec.identity import group_of
from tests.fakes import TUNING, paper, record

OTHER = "f" * 64
RUNS = st.builds(
    record,
    st.sampled_from("ab"),
    st.integers(0, 4),
    st.sampled_from([0.1, 0.2, 0.3]),
    outcome=st.sampled_from(["done", "done", "diverged", "failed"]),
    backend=st.sampled_from(["tensorflow", "jax"]),
    fingerprint=st.sampled_from(["0123456789abcdef" * 4, OTHER]),
)


def evidence(records, fake=None):
    fake = fake or paper()
    return gather(fake, fake.experiments[0], records)


def three(value=0.4, **changes):
    return [record("a", seed, value + seed / 100, **changes) for seed in range(3)]


def text(records, fake=None):
    return render.markdown(paper_page(PaperView(fake or paper(), [Source("yours", tuple(records))])))


@given(st.lists(RUNS, unique_by=lambda r: r["key"], max_size=12), st.randoms())
def test_one_mean_is_of_one_group_whatever_the_order_of_the_records(records, draw):
    found = evidence(records)
    assert {group_of(r) for r in found.records} <= {found.group}
    assert len(found.records) + sum(map(len, found.apart.values())) == len(records)  # no run is without a word
    shuffled = draw.sample(records, len(records))
    again = evidence(shuffled)
    assert (again.group, again.apart, again.records) == (found.group, found.apart, found.records)
    finished = [sum(r["outcome"] == "done" for r in records if group_of(r) == g) for g in map(group_of, records)]
    assert found.count("done") == max(finished, default=0)


def test_other_data_leave_a_mean_what_it_was():
    """After the data changed, a table went from 41 % [36, 46] to 58 % [0, 100], still n = 3, without a word."""
    before = text(three())
    after = text(three() + [record("a", 2, 0.9, fingerprint=OTHER)])
    assert "41.00 % [38.52, 43.48], n = 3" in before and "41.00 % [38.52, 43.48], n = 3" in after
    assert (
        "Records that count: 3 on tensorflow, data 01234567, which are the most finished, or the latest of as many. "
        "Left out: 1 on tensorflow, data ffffffff. Runs of another backend, other data or another protocol share no "
        "mean and no pair of seeds."
    ) in after
    assert "Left out" not in before and "Runs with changed settings" not in after


def test_seeds_of_two_backends_are_no_pair():
    records = three() + [record("b", seed, 0.6, backend="jax") for seed in range(3)]
    verdicts = {name: v.verdict for name, v in PaperView(paper(), [Source("yours", tuple(records))]).verdicts().items()}
    assert verdicts["lower"] == "not run"
    records += [record("b", seed, 0.6) for seed in range(3)]
    verdicts = {name: v.verdict for name, v in PaperView(paper(), [Source("yours", tuple(records))]).verdicts().items()}
    assert verdicts["lower"] == "reproduced"


def test_columns_that_differ_in_backend_or_data_say_so():
    def page(*backends):
        sources = [Source(n, tuple(three(backend=b))) for n, b in zip(("yours", "published"), backends, strict=True)]
        return render.markdown(paper_page(PaperView(paper(), sources)))

    assert "| Yours (reduced: digits of scikit-learn) | Published (reduced: digits of scikit-learn) |" in page(
        "jax", "jax"
    )
    digits = "reduced: digits of scikit-learn"
    headers = f"Yours ({digits}; jax, data 01234567) | Published ({digits}; tensorflow, data 01234567)"
    assert headers in page("jax", "tensorflow")


def test_the_backend_with_the_most_finished_runs_counts_then_the_latest():
    mixed = three(backend="jax") + three(0.2)[:2]
    assert evidence(mixed).group.backend == "jax" and evidence(mixed).values("a", TEST_ERROR)[0] == 0.4
    as_many = three(0.2) + [r | {"started": "2026-02-02T00:00:00Z"} for r in three(backend="jax")]
    assert evidence(as_many).group.backend == "jax"
    failed = [record("b", seed, outcome="failed", backend="jax") for seed in range(3)]
    assert evidence(three()[:1] + failed).group.backend == "tensorflow"


def test_a_grid_is_of_one_group():
    runs = []
    for backend, low in (("tensorflow", 0.1), ("jax", 1.0)):
        for rate in (0.1, 1.0) if backend == "tensorflow" else (1.0,):
            r = record("a", 1000, role="tuning", learning_rate=rate, epochs=2, backend=backend)
            history = [row | {"validation_loss": 0.0 if backend == "jax" else rate} for row in r["history"]]
            runs.append(r | {"overrides": {}, "history": history})
        runs += [record("a", seed, learning_rate=low, backend=backend) for seed in range(2)]
    found = evidence(runs, paper(TUNING))
    assert found.tuned == {"a": 0.1} and found.group.backend == "tensorflow" and len(found.tuning["a"]) == 2


def test_an_older_protocol_is_left_out_and_said():
    fake = paper()
    newer = dataclasses.replace(fake.experiments[0], version=2)
    fake = dataclasses.replace(fake, experiments=(newer,))
    found = gather(fake, newer, three())
    assert found.preset == "earlier" and found.others == found.replaced == []
    words = "Records that count: none. Left out: 3 on tensorflow, data 01234567, under protocol version 1 (now 2)."
    shown = "Not run under the protocol that is declared now. Shown are 3 runs of an earlier one; they judge nothing."
    page, today = text(three(), fake), text(three())
    assert shown in page and words in page
    for folded in ("<summary>Protocol</summary>", "<summary>What differs from the paper"):
        assert folded in today and folded not in page, "words of today's protocol"
    (reduced,) = [e for e, preset, _ in progress(fake, three()) if preset == "reduced"]
    assert reduced.left_out().startswith(words)


def test_an_older_protocol_is_said_where_the_settings_are_others_too():
    fake = paper()
    first = fake.experiments[0]
    presets = {n: dataclasses.replace(p, settings={**p.settings, "epochs": 97}) for n, p in first.presets.items()}
    newer = dataclasses.replace(first, version=2, presets=presets)
    found = gather(dataclasses.replace(fake, experiments=(newer,)), newer, three())
    assert found.preset == "earlier" and found.others == []
    assert "Left out: 3 on tensorflow, data 01234567, under protocol version 1 (now 2)." in found.left_out()


def test_runs_of_an_earlier_declaration_are_shown_until_there_are_others_and_judge_nothing():
    fake = paper()
    first = fake.experiments[0]
    longer = {"quick": 90, "reduced": 97, "paper": 99}
    settings = {n: {**p.settings, "epochs": longer[n]} for n, p in first.presets.items()}
    presets = {n: dataclasses.replace(p, settings=settings[n]) for n, p in first.presets.items()}
    fake = dataclasses.replace(fake, experiments=(dataclasses.replace(first, presets=presets),))
    old = [record(v, s, 0.1 + 0.1 * (v == "b") + s / 100) for v in "ab" for s in range(3)]
    found = gather(fake, fake.experiments[0], old)
    assert found.preset == "earlier" and found.experiment.settings("earlier", "a").epochs == 4
    assert found.experiment.tuning is None and found.replaced == [] and found.missing == 0
    verdicts = PaperView(fake, [Source("measured", tuple(old))]).verdicts()
    assert (verdicts["lower"].verdict, verdicts["lower"].reason) == ("not at this scale", "replaced")
    assert verdicts["lower"].parts[0].estimate.mean == pytest.approx(0.1)
    page = text(old, fake)
    assert "11.00 % [8.52, 13.48], n = 3" in page and "they judge nothing" in page
    # What the user changed is not an earlier declaration; one run of today's takes its place.
    assert gather(fake, fake.experiments[0], [record("a", 0, learning_rate=0.5)]).preset is None
    (new,) = [r | {"settings": r["settings"] | {"epochs": 97}} for r in [record("a", 7, 0.3)]]
    found = gather(fake, fake.experiments[0], [*old, new])
    assert found.preset == "reduced" and len(found.records) == 1 and len(found.replaced) == 6
    assert "6 records of an earlier protocol are kept, and do not count." in text([*old, new], fake)


def test_a_heading_says_where_a_preset_has_other_data_than_the_widest():
    fake = paper()
    first = fake.experiments[0]
    widest = dataclasses.replace(first.presets["paper"], settings=first.presets["paper"].settings | {"data": "mnist"})
    other = dataclasses.replace(first, presets=first.presets | {"paper": widest})
    changed = dataclasses.replace(fake, experiments=(other,))
    titles = {n: Evidence(changed, other, n).title for n in ("quick", "reduced", "paper", None)}
    assert titles["quick"] == titles["reduced"] == f"{titles['paper']} (here on digits of scikit-learn)"
    assert titles["paper"] == titles[None] == Evidence(fake, first, "quick").title == fake.text.title(first.name)
    earlier = dataclasses.replace(first, presets={"earlier": first.presets["reduced"]})
    assert Evidence(fake, earlier, "earlier").title == titles["paper"]
    assert Evidence(changed, earlier, "earlier").title == titles["reduced"]


def test_presets_with_equal_settings_have_both_run():
    fake = paper()
    presets = fake.experiments[0].presets
    same = dataclasses.replace(fake.experiments[0], presets=presets | {"paper": presets["reduced"]})
    fake = dataclasses.replace(fake, experiments=(same,))
    counts = {preset: (e.count("done"), wanted) for e, preset, wanted in progress(fake, three())}
    assert counts == {"quick": (0, 4), "reduced": (3, 6), "paper": (3, 6)}
    assert gather(fake, same, three()).preset == "paper"


def test_what_the_user_set_to_the_presets_own_value_is_the_presets_run():
    (own,) = [record("a", 0, 0.4, learning_rate=0.1)]  # the preset's
    assert own["overrides"] and "Runs with changed settings" not in text([own])
    assert "40.00 %, n = 1" in text([own])
    changed = record("a", 1, 0.4, learning_rate=0.5)
    assert "`learning_rate=0.5`" in text([own, changed]) and "40.00 %, n = 1" in text([own, changed])
