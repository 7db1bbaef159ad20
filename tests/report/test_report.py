"""Pages are made from records alone, the same bytes each time, and hide nothing."""

import csv
import dataclasses
import hashlib
import io
import json
import re

import pytest
from markdown_it import MarkdownIt
from matplotlib.figure import Figure

from experiments.claims import Finding
from experiments.claims.finding import Judgement
from experiments.claims.statistics import Estimate
from experiments.claims.verdict import Part, Verdict
from experiments.errors import UsageError
from experiments.report import build, index, provenance, render
from experiments.report.blocks import Bullets, Folded, Grid, Heading, Page, Paragraph
from experiments.report.figures.style import from_zero
from experiments.report.page import paper_page
from experiments.report.view import PaperView, Source
from experiments.runs.published import merge
from experiments.runs.store import Store
from experiments.spec import Text
from experiments.spec.packing import unpacked
from experiments.spec.settings import canonical
from tests.fakes import TUNING, paper, record


def records(**changes):
    values = {"a": (0.10, 0.11, 0.12), "b": (0.20, 0.21, 0.22)}
    return [record(v, s, x, **changes) for v, xs in values.items() for s, x in enumerate(xs)]


@pytest.fixture
def place(tmp_path):
    """A store and a reports folder with a README, all in a temporary folder."""
    (tmp_path / "README.md").write_text("before\n<!-- results -->\nold\n<!-- /results -->\nafter\n")
    store = Store(tmp_path / "runs")
    for r in records():
        store.write(r)
    return tmp_path, store


def publish(place, papers=None):
    folder, store = place
    fake = paper()
    build.publish([fake] if papers is None else papers, [fake], store, folder / "reports", folder / "README.md")
    return folder / "reports" / "fake2000_test"


def digests(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


def test_two_builds_give_the_same_bytes(place):
    folder, _ = place
    publish(place)
    first = digests(folder / "reports")
    publish(place, [])
    assert digests(folder / "reports") == first
    names = {name.split("/")[-1] for name in first if not name.startswith(".swap/")}
    made = {"README.md", "results.jsonl", "first_results.csv", "findings.csv", "first_test_error_curves.svg"}
    assert made <= names and {name.rsplit(".", 1)[1] for name in names} == {"md", "jsonl", "csv", "svg"}


def test_the_page_states_what_a_reader_needs(place):
    text = (publish(place) / "README.md").read_text()
    for needed in (
        "Fake, A.",
        "Preset `reduced`: ",
        "## Findings",
        "reproduced",
        "11.00 % [8.52, 13.48], n = 3",
        "10.00 %",
        "What differs from the paper (1)",
        "SHA-256",
        "python -m experiments run fake2000_test",
        "Lines: mean of n = 3 seeds; bands: from the smallest to the largest",
    ):
        assert needed in text, needed


def test_runs_that_did_not_finish_are_shown_and_counted(place):
    _, store = place
    for seed, outcome in ((3, "diverged"), (4, "failed"), (5, "interrupted")):
        store.write(record("a", seed, 99.0, outcome=outcome))
    view = PaperView(paper(), [Source("yours", tuple(store.all("fake2000_test")))])
    text = render.markdown(paper_page(view))
    assert "Runs: 6 done, 1 diverged, 1 failed, 1 not finished" in text
    assert all(f"forced {outcome}" in text for outcome in ("diverged", "failed", "interrupted"))
    assert "11.00 % [8.52, 13.48], n = 3" in text


def test_runs_with_changed_settings_stand_apart(place):
    _, store = place
    store.write(record("a", 0, 0.01, learning_rate=0.5))
    text = render.markdown(paper_page(PaperView(paper(), [Source("yours", tuple(store.all("fake2000_test")))])))
    assert "Runs with changed settings" in text and "`learning_rate=0.5`" in text
    assert "11.00 % [8.52, 13.48], n = 3" in text


def test_the_widest_preset_that_has_run_is_shown():
    view = PaperView(paper(), [Source("yours", (*records(), *records(preset="paper", epochs=30)))])
    # A changed setting makes another run; the paper preset's own settings are what counts.
    assert view.primary["first"].preset == "paper"
    assert PaperView(paper(), [Source("yours", tuple(records()))]).primary["first"].preset == "reduced"


def test_a_local_page_sets_paper_published_and_own_side_by_side(place):
    folder, store = place
    publish(place)
    fake = paper()
    index = build.local([fake], [fake], store, folder / "reports")
    text = (folder / "reports/local/fake2000_test/README.md").read_text()
    assert "| Paper | Yours (reduced: digits of scikit-learn) | Published (reduced: digits of scikit-learn) |" in text
    assert index.is_file() and "](fake2000_test/README.md)" in index.read_text()


def test_publishing_adds_finished_runs_and_never_replaces_published_ones():
    published = [record("a", 0, 0.5)]
    own = [
        record("a", 0, 0.1),
        record("a", 1),
        record("a", 2, outcome="failed"),
        record("b", 0, preset="quick"),
        record("b", 1, learning_rate=0.5),
    ]
    merged = merge(paper(), published, own)
    assert [(r["settings"]["variant"], r["seed"]) for r in merged] == [("a", 0), ("a", 1)]
    assert merged[0]["history"][-1]["test_error"] == 0.5


def test_publishing_says_what_it_leaves_and_why(place):
    folder, store = place
    for r in (record("a", 7, outcome="failed"), record("b", 0, learning_rate=0.5), record("b", 1, learning_rate=0.5)):
        store.write(r)
    notes, fake = [], paper()
    build.publish([fake], [fake], store, folder / "reports", folder / "README.md", notes.append)
    assert notes == [
        "fake2000_test: not published: 2 of your runs, changed settings (learning_rate)",
        "fake2000_test: not published: 1 of your runs, not finished",
    ]


def test_a_value_that_the_user_gave_is_published_where_tuning_chooses_it(tmp_path):
    store, fake = Store(tmp_path / "runs"), paper(TUNING)
    for variant, seed, rate in (("a", 0, 0.1), ("a", 1, 1.0)):  # both from the grid, both given
        store.write(record(variant, seed, learning_rate=rate))
    for rate in TUNING.grid["a"]:
        r = record("a", TUNING.seed, role="tuning", learning_rate=rate, epochs=2) | {"overrides": {}}
        store.write(r | {"history": [row | {"validation_loss": rate} for row in r["history"]]})
    views = build.publish([fake], [fake], store, tmp_path / "reports", tmp_path / "README.md")
    found = [(r["role"], r["seed"], r["settings"]["learning_rate"]) for r in views[0].records()]
    assert sorted(found) == [("final", 0, 0.1), ("tuning", 1000, 0.1), ("tuning", 1000, 1.0)]


def test_runs_that_rest_on_a_published_grid_are_of_todays_protocol():
    fake, grid = paper(TUNING), []
    for variant in "ab":
        for rate in TUNING.grid[variant]:
            r = record(variant, TUNING.seed, role="tuning", learning_rate=rate, epochs=2) | {"overrides": {}}
            grid.append(r | {"history": [row | {"validation_loss": rate} for row in r["history"]]})
    own = [record(v, seed, learning_rate=0.1) | {"overrides": {}} for v in "ab" for seed in (8, 9)]
    view = PaperView(fake, [Source("yours", tuple(own)), Source("published", tuple(grid))])
    found = view.primary["first"]
    assert found.preset == "reduced" and found.tuned == {"a": 0.1, "b": 0.1} and found.count("done") == 4
    assert view.evidence["published"]["first"].preset is None  # a grid without runs lends, and shows nothing
    assert PaperView(fake, [Source("yours", tuple(own))]).primary["first"].preset == "earlier"


def test_what_no_page_consists_of_stays_where_it_is(place):
    page, (folder, store) = publish(place), place
    mine = ["mynotes.md", "results.jsonl.bak", "figures/mine.png", "tables/deep/own.csv", ".aside/x", "notes/README.md"]
    local = folder / "reports" / "local" / "fake2000_test"
    build.local([paper()], [paper()], store, folder / "reports")
    for at in (page, local, folder / "reports" / "figures"):
        for name in mine:
            (at / name).parent.mkdir(parents=True, exist_ok=True)
            (at / name).write_text(f"mine {name}")
    (page / "figures" / "gone.svg").write_text("a figure of before")
    publish(place)
    build.local([paper()], [paper()], store, folder / "reports")
    for at in (page, local, folder / "reports" / "figures"):
        assert [(at / name).read_text() for name in mine] == [f"mine {name}" for name in mine]
    assert not (page / "figures" / "gone.svg").exists()
    assert build.check([paper()], folder / "reports", folder / "README.md") == []
    for file in (folder / "runs").rglob("*.json"):
        file.unlink()
    build.local([paper()], [paper()], store, folder / "reports")  # no runs: the page goes, the notes stay
    assert not (local / "README.md").exists() and (local / "mynotes.md").exists()


def test_a_bad_file_in_the_store_is_left_out_of_what_is_published(place, capsys):
    folder, store = place
    path = store.path("fake2000_test", record("a", 0, 0.10)["key"])
    path.write_text(path.read_text().replace("0.1", "0.2"))
    text = (publish(place) / "README.md").read_text()
    assert f"{path} is left out: " in capsys.readouterr().err and "Runs: 5 done" in text
    assert len((folder / "reports/fake2000_test/results.jsonl").read_text().splitlines()) == 5


def test_an_edited_page_is_noticed(place):
    folder, _ = place
    page = publish(place)
    arguments = ([paper()], folder / "reports", folder / "README.md")
    assert build.check(*arguments) == []
    table = page / "tables" / "first_results.csv"
    table.write_text(table.read_text().replace(",11,", ",10,"))
    assert build.check(*arguments) == ["reports/fake2000_test/tables/first_results.csv"]


def test_an_edited_record_is_noticed(place):
    folder, _ = place
    path, arguments = publish(place) / "results.jsonl", ([paper()], folder / "reports", folder / "README.md")
    edited = re.sub(
        r'("test_error":\[[^]]*0\.)(\d)', lambda found: f"{found[1]}{(int(found[2]) + 1) % 10}", path.read_text()
    )
    path.write_text(edited)
    with pytest.raises(
        UsageError, match=r"results.jsonl:\d+ is no run record: its checksum.* Mend it, or set it aside"
    ):
        build.check(*arguments)
    with pytest.raises(UsageError, match="its checksum"):
        publish(place)
    # Nor does it go through as one of the time before checksums: those are known.
    lines = [json.loads(line) | {"schema": 1} for line in path.read_text().splitlines()]
    path.write_text("".join(f"{canonical({n: x for n, x in r.items() if n != 'checksum'})}\n" for r in lines))
    with pytest.raises(UsageError, match="it has no checksum, and is none of the records of the first schema"):
        build.check(*arguments)


def test_the_readme_gets_its_table_and_keeps_the_rest(place):
    folder, _ = place
    publish(place)
    text = (folder / "README.md").read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    # The findings that have been judged, with the measured number; how many have not been.
    row = "| Fake (2000) | [Alpha has a lower test error than Beta](reports/fake2000_test/README.md#finding-lower) |"
    assert f"{row} vs Beta: lower, by 10.00 points [10.00, 10.00], n = 3 | reproduced |" in text
    assert "2 more are not at this scale." in text


def test_the_readme_has_the_number_that_decides():
    """Of a claim that has the finding's verdict, not the first that has a number."""
    text, numbers = paper().text, (Estimate(0.1, 3, 0.05, 0.15), Estimate(-0.2, 3, -0.25, -0.15))
    claims = tuple(dataclasses.replace(paper().claims[0], name=name) for name in ("holds", "fails"))
    verdicts = [Verdict(v, parts=(Part(n, "b"),)) for v, n in zip(("reproduced", "open"), numbers, strict=True)]
    finding = Judgement(Finding("both", claims), "open", tuple(zip(claims, verdicts, strict=True)))
    assert index.decisive(finding, text).startswith("vs Beta: higher, by 20.00 points")
    assert index.decisive(dataclasses.replace(finding, verdict="not run"), text).startswith("vs Beta: lower, by 10.00")


def test_the_index_answers_first(place):
    folder, _ = place
    publish(place)
    text = (folder / "reports" / "README.md").read_text()
    assert "1 papers, 3 findings: 1 is reproduced and 2 cannot be judged by what ran. 6 runs are committed," in text
    assert "## [A paper | with &lt;signs> & such](fake2000_test/README.md)" in text
    assert "**1 reproduced · 2 not at this scale**" in text
    assert "](fake2000_test/figures/first_test_error_curves.svg)" in text


def test_every_link_of_a_page_leads_somewhere(place):
    folder, _ = place
    publish(place)
    for page in (folder / "reports").rglob("*.md"):
        text = page.read_text()
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if path.startswith(("http", "../../experiments", "benchmarks", "overhead_benchmark")):
                continue
            there = (page.parent / path).resolve() if path else page
            assert there.is_file(), (page, target)
            assert not anchor or f'<a id="{anchor}"></a>' in there.read_text(), (page, target)


def test_numbers_have_a_file_of_their_own(place):
    page = publish(place)
    (lower, *_) = csv.DictReader((page / "tables" / "findings.csv").open())
    assert (lower["claim"], lower["verdict"], lower["n"], lower["unit"]) == ("lower", "reproduced", "3", "points")
    assert float(lower["mean"]) == pytest.approx(10)
    rows = list(csv.DictReader((page / "tables" / "first_results.csv").open()))
    (cell,) = [row for row in rows if (row["quantity"], row["variant"]) == ("test_error", "a")]
    assert [float(cell[name]) for name in ("mean", "low", "high", "paper")] == pytest.approx(
        [11, 8.516, 13.484, 10], abs=1e-3
    )
    assert (cell["unit"], cell["n"]) == ("%", "3")


def test_a_page_of_quick_alone_says_that_everything_works(place):
    folder, _ = place
    publish(place)
    store, fake = Store(folder / "own"), paper()
    for variant in ("a", "b"):
        store.write(record(variant, 0, preset="quick"))
    index = build.local([fake], [fake], store, folder / "reports")
    text = (folder / "reports/local/fake2000_test/README.md").read_text()
    assert "Everything works here: all 2 runs of the preset `quick` are done, 2 variants" in text
    assert "The published records say: 1 reproduced · 2 not at this scale." in text
    assert "python -m experiments run fake2000_test --preset reduced" in text and "## Findings" not in text
    assert "**Everything works here: all 2 runs listed below are done.**" in index.read_text()
    store.write(record("a", 1, preset="quick", outcome="failed"))
    index = build.local([fake], [fake], store, folder / "reports")
    text = (folder / "reports/local/fake2000_test/README.md").read_text()
    assert "1 of 3 runs of the preset `quick` did not end as they should" in text and "forced failed" in text
    assert "1 of 3 runs did not end as they should" in index.read_text()


def test_records_survive_publication_unchanged(place):
    page = publish(place)
    lines = [unpacked(json.loads(line)) for line in (page / "results.jsonl").read_text().splitlines()]
    assert lines == sorted(records(), key=lambda r: r["key"])


def test_tuning_shows_the_grid_the_choice_and_its_edge():
    runs = []
    for variant, rates in TUNING.grid.items():
        for rate in rates:
            r = record(variant, 1000, role="tuning", learning_rate=rate, epochs=2)
            r["overrides"] = {}
            r["history"] = [{"epoch": 1, "validation_loss": rate}, {"epoch": 2, "validation_loss": 2.0}]
            runs.append(r)
        final = record(variant, 0, learning_rate=0.1)
        final["overrides"] = {}
        runs.append(final)
    text = render.markdown(paper_page(PaperView(paper(TUNING), [Source("yours", tuple(runs))])))
    assert "| Alpha_1 | 0.1 (end of the grid) | 0.1, 1 | 0 | 1 |" in text
    assert "Chosen: Alpha_1 0.1, Beta 0.1." in text


class TestRendering:
    grid = Grid(("a", "b|c"), (("x & y_1 <50 %", '"q", 5'),), "A ± caption", "name", (1,), (("a",), (('"q", 5',),)))

    def test_markdown_escapes_bars(self):
        assert "b\\|c" in render.markdown(Page("t", (self.grid,)))

    def test_csv_round_trips(self):
        assert list(csv.reader(io.StringIO(render.csv_text(self.grid)))) == [["a"], ['"q", 5']]

    def test_a_carriage_return_stays_in_its_cell(self):
        grid = Grid((), (), "", data=(("a", "b"), (("x\ry", 1.5), ("x\u2028y", 2.5))))
        found = render.csv_text(grid)
        assert found == 'a,b\n"x\ry",1.5\n"x\u2028y",2.5\n'

    def test_no_text_is_taken_for_a_tag(self):
        page = Page("t", (Paragraph("see `a<b` at [x](y/README.md) <script>"), Folded("<b>", (Paragraph("<i>"),))))
        text = render.markdown(page)
        assert "see `a<b` at [x](y/README.md) &lt;script>" in text
        assert "<summary>&lt;b&gt;</summary>" in text and "&lt;i>" in text

    def test_an_anchor_stands_before_what_it_names(self):
        text = render.markdown(Page("t", (Heading("Words", 3, "kept"),)))
        assert '<a id="kept"></a>\n\n### Words' in text

    def test_a_page_of_another_language_shows_its_own_figures(self):
        assert render.source("curves", "en") == "figures/curves.svg"
        assert render.source("curves", "pt") == "figures/curves.pt.svg"
        assert render.source("paper/figures/curves", "pt") == "paper/figures/curves.pt.svg"

    def test_every_image_has_its_text(self, place):
        images = re.findall(r"!\[(.*)\]\(figures/", (publish(place) / "README.md").read_text())
        assert images and all(len(alt) >= 20 for alt in images)


@pytest.mark.parametrize(("values", "zero"), [([0.1, 0.6], True), ([44, 66], False), ([30, 66], True)])
def test_an_axis_begins_at_0_unless_that_makes_a_thin_band(values, zero):
    axes = Figure().subplots()
    axes.plot(values)
    from_zero(axes)
    assert (axes.get_ylim()[0] == 0) == zero
    assert axes.get_ylim()[0] <= min(values)


def test_an_error_of_several_lines_stays_in_its_cell(place):
    _, store = place
    errors = ("one\ntwo", "a\\| b | c", "x\r\n\r\ny\u2028z")
    for seed, error in enumerate(errors, start=3):
        store.write(record("a", seed, outcome="failed") | {"error": error})
    view = PaperView(paper(), [Source("yours", tuple(store.all("fake2000_test")))])
    page = paper_page(view)
    text = render.markdown(page)
    rows = [line for line in text.splitlines() if " failed |" in line]
    assert [re.split(r"(?<!\\)(?:\\\\)*\|", row)[9].strip() for row in rows] == ["one two", "a\\\\\\| b \\| c", "x y z"]


SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    *(SCRIPT, f"``{SCRIPT}`", f"`{SCRIPT}``", rf"\`{SCRIPT}\`", rf"\`{SCRIPT}`", rf"\\\`{SCRIPT}`", f"`a` `{SCRIPT}"),
    *(f"``` `{SCRIPT}` ``", f"`\n\n{SCRIPT}`", f"`\n{SCRIPT}`", f"`\r{SCRIPT}`", f"| `{SCRIPT} |", f"\\| `{SCRIPT}`"),
    *(
        f"```\n{SCRIPT}",
        f"```\n\n{SCRIPT}\n```",
        f"````\n{SCRIPT}\n```",
        f"~~~\n{SCRIPT}",
        f"\\{SCRIPT}",
        f"{{a}}`{SCRIPT}`",
    ),
    *("[x](javascript:alert(1))", "[[x]](javascript:alert(1))", r"\[x](javascript:a)", "[x](javascript&#58;a)"),
    *("![x](https://example.org/x.png)", "**bold**", "_so_", "~~not~~", "&lt;b&gt; &#x41;", "`code`", "{ref}`x`"),
    *("a ``b``` c", "back\\\\slash\\*", "x_y C:\\dir [0, 1](2) $a$"),
)


def parsed(text):
    """Return the tokens of Markdown, those inside paragraphs and cells too, each with whether it is in a table."""
    tables = 0
    for token in MarkdownIt().enable(["table", "strikethrough"]).parse(text):
        tables += token.nesting if token.type.startswith("table_") else 0
        yield from ((inner, tables > 0) for inner in [token, *(token.children or ())])


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_of_a_record_comes_out_as_markup(place, text):
    _, store = place
    made = record("a", 0, outcome="failed", fingerprint="e" * 64) | {"error": text, "command": text}
    made["environment"] |= {"processor": text, "accelerator": text}
    made["data"] |= {"source": text, "licence": text, "citation": text}
    made["facts"]["compiler"] = text
    store.write(made)
    view = PaperView(paper(), [Source("yours", tuple(store.all("fake2000_test")))])
    found = list(parsed(render.markdown(paper_page(view))))
    html = [token.content for token, _ in found if token.type.startswith("html")]
    assert all(re.match(r"</?(a|details|summary)[ >]", part) and "script" not in part for part in html), html
    cells = [token for token, table in found if table and token.type == "inline"]
    shown = " ".join(text.split()).strip()
    as_text = [c for c in cells if "".join(t.content for t in c.children if t.type == "text") == shown]
    assert len(as_text) >= 6, [c.content for c in cells]
    assert all({t.type for t in c.children} == {"text"} for c in as_text if shown)
    (commands,) = [token.content for token, _ in found if token.type == "fence" and token.info == "sh"]
    lines = re.split(r"\r\n|\r|\n", text)
    assert "\n".join(lines) in commands


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("block", [Paragraph, lambda text: Bullets((text,)), lambda text: Grid((text,), (), text)])
def test_no_text_of_a_block_is_html(block, text):
    found = list(parsed(render.markdown(Page("t", (block(text),)))))
    assert not [token.content for token, _ in found if token.type.startswith("html")]


@pytest.mark.parametrize("text", ["a=1", "`", "a`b``c", "``", "x\ny", "<b>"])
def test_any_text_is_a_span_of_code(text):
    page = Page("t", (Paragraph(render.code(text)),))
    _, inline = [token for token, _ in parsed(render.markdown(page)) if token.type == "inline"]
    assert [(t.type, t.content) for t in inline.children] == [("code_inline", text.replace("\n", " "))]


def test_a_diverged_value_is_written_as_the_page_writes_numbers():
    errors = {
        "value became 15380678918.743809 in epoch 10": ("1.538\u00a0×\u00a010¹⁰", "1,538\u00a0×\u00a010¹⁰"),
        "objective became -0.12345678 in epoch 2": ("-0.1235", "-0,1235"),
        "objective became inf in epoch 2": ("inf", "inf"),
        "train loss became nan in epoch 1234": ("nan", "nan"),
        "the variable a/b became 7.9e+16 in epoch 3": ("7.9\u00a0×\u00a010¹⁶", "7,9\u00a0×\u00a010¹⁶"),
    }
    for error, written in errors.items():
        for language, value in zip(("en", "pt"), written, strict=True):
            said = provenance._why(Text({}, language), error)
            assert value in said and ("became" in said) is (language == "en"), said
    for error in ("x became 1_0 in epoch 1", f"x became 1 in epoch {'9' * 5000}", "x became 1 in epoch ٣", "1.2.3"):
        assert provenance._why(Text({}, "pt"), error) == error


LINKS = ("javascript:alert(1)", "JavaScript:alert(1)", "\x01javascript:alert", "data:text/html,x", "vbscript:x", "a:b")


@pytest.mark.parametrize("address", LINKS)
def test_a_text_does_not_become_a_link_to_a_script(address):
    grid = Grid(("A",), ((f"[see]({address})",),), "Caption")
    page = Page("Title", (Paragraph(f"[see]({address})"), grid))
    assert re.search(r"(?<!\\)\[see\]", render.markdown(page)) is None


@pytest.mark.parametrize("address", ["https://example.org/a_(b", "http://x", "tables/a.csv", "a/README.md", "#top"])
def test_links_of_the_web_and_of_the_site_stay(address):
    page = Page("Title", (Paragraph(f"[see]({address})"),))
    assert f"\n[see]({address})" in render.markdown(page)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-1 +HYPERLINK(A1)", "'-1 +HYPERLINK(A1)"),
        ("-", "'-"),
        ("-0.5", "-0.5"),
        ("-1e-05", "-1e-05"),
        ("+3", "+3"),
        (-0.5, "-0.5"),
        ("-0.875 [-0.881, -0.869], n = 3", "-0.875 [-0.881, -0.869], n = 3"),
        ("a=1", "a=1"),
        ("–", "–"),
    ],
)
def test_no_cell_is_a_formula_to_a_spreadsheet_and_numbers_stay_numbers(cell, written):
    (row,) = list(csv.reader(io.StringIO(render.csv_text(Grid((), (), "", data=(("A",), ((cell,),)))))))[1:]
    assert row == [written]
