"""Figures: files, colours, words, looks, names beside lines. What they draw of a paper is in the papers' tests."""

import dataclasses
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from experiments import papers
from experiments.claims import TEST_ERROR, TRAIN_ERROR
from experiments.errors import DeclarationError
from experiments.report import figures
from experiments.report.figures import looks as lk
from experiments.report.figures import svg
from experiments.report.figures.style import Numerals, name_lines, spread, told_apart
from experiments.report.figures.words import LONGEST, described
from experiments.report.view import PaperView, Source
from experiments.runs import published
from experiments.spec import Text
from experiments.spec import text as catalogue
from tests.fakes import TUNING, paper, record, words

PAPERS = papers.load()


def evidence(*records, **changes):
    return PaperView(paper(**changes), [Source("Measured", records)]).primary["first"]


def both(values=(0.1, 0.12, 0.11)):
    return [record(v, seed, x) for v in "ab" for seed, x in enumerate(values)]


@pytest.fixture
def portuguese(monkeypatch):
    """Return the paper's text in Portuguese, whose shared words are the English ones here."""
    english = catalogue._shared("en")
    monkeypatch.setattr(catalogue, "_shared", lambda language: english)
    return Text(words() | {"captions": {"epoch": "Época"}}, "pt")


def drawn(picture):
    canvas = Canvas(figsize=svg.SIZE, layout="constrained")
    picture.draw(canvas.add_subplot())
    return canvas


class TestFile:
    def picture(self, **changes):
        return figures.LearningCurves("first", TEST_ERROR).picture(evidence(*both(), **changes))

    def test_it_is_the_same_twice_and_small(self, tmp_path):
        for folder in ("one", "two"):
            figures.save(self.picture().draw, tmp_path / folder, "x.pt")
        first, second = ((tmp_path / folder / "x.pt.svg").read_bytes() for folder in ("one", "two"))
        assert first == second and len(first) < 10_000
        assert [p.name for p in (tmp_path / "one").iterdir()] == ["x.pt.svg"]

    def test_text_is_text_and_the_ground_is_not_painted(self, tmp_path):
        figures.save(self.picture().draw, tmp_path, "x")
        root = ElementTree.parse(tmp_path / "x.svg").getroot()
        written = ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]
        assert {"Epoch", "Test error (%)", "Alpha_1", "Beta"} <= set(written)
        assert "sans-serif" in root.get("font-family") and not any("style" in e.attrib for e in root.iter())
        assert not any(e.tag.endswith("}metadata") for e in root.iter())
        box = [float(x) for x in root.get("viewBox").split()]
        whole = f"M 0 {box[3]:g}"
        assert not [e for e in root.iter() if e.get("d", "").startswith(whole) and e.get("fill", "none") != "none"]

    def test_every_colour_has_a_dark_one(self, tmp_path):
        figures.save(self.picture().draw, tmp_path, "x")
        text = (tmp_path / "x.svg").read_text()
        root = ElementTree.fromstring(text)
        used = {e.get(part) for e in root.iter() for part in ("fill", "stroke")} - {None, "none"}
        assert used and used <= set(lk.DARK), used - set(lk.DARK)
        for colour in used:
            assert f'[fill="{colour}"]{{fill:{lk.DARK[colour]}}}' in text
            assert f'[stroke="{colour}"]{{stroke:{lk.DARK[colour]}}}' in text
        assert "@media (prefers-color-scheme:dark)" in text

    def test_identifiers_count_and_all_references_hold(self, tmp_path):
        figures.save(self.picture().draw, tmp_path, "x")
        root = ElementTree.parse(tmp_path / "x.svg").getroot()
        names = [e.get("id") for e in root.iter() if "id" in e.attrib]
        assert names == [f"i{n + 1}" for n in range(len(names))] and names
        used = {e.get(svg.LINK, "")[1:] for e in root.iter()} - {""}
        used |= {m for e in root.iter() for v in e.attrib.values() for m in re.findall(r"url\(#(.*?)\)", v)}
        assert used == set(names)

    def test_the_layout_does_not_hang_on_the_last_digits_of_extents(self, monkeypatch, tmp_path):
        from matplotlib.text import Text as Written

        figures.save(self.picture().draw, tmp_path, "x")
        whole = Written.get_window_extent

        def other(self, *args, **options):
            box = whole(self, *args, **options)
            return type(box)(box.get_points() * (1 + 1e-9))

        monkeypatch.setattr(Written, "get_window_extent", other)
        figures.save(self.picture().draw, tmp_path, "y")
        assert (tmp_path / "x.svg").read_bytes() == (tmp_path / "y.svg").read_bytes()

    def test_png_and_pdf_for_other_uses(self, tmp_path):
        figures.export(self.picture().draw, tmp_path, "x")
        assert (tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG" and (tmp_path / "x.pdf").read_bytes()[:4] == b"%PDF"


@pytest.mark.parametrize("log", [False, True])
def test_of_many_rows_a_curve_has_those_that_can_be_told_apart(log):
    few, many = range(300), range(25, 25_025, 25)
    assert told_apart(few).tolist() == list(few) and told_apart([]).tolist() == []
    shown = np.array(many)[told_apart(many, log)]
    assert (shown[0], shown[-1]) == (25, 25_000) and len(shown) <= 401
    apart = np.diff(np.log(shown) if log else shown)
    steps = np.diff(np.log(many) if log else many)
    assert apart.max() <= max(steps.max(), 2 * apart.sum() / 399)


@pytest.mark.parametrize("geometric", [False, True])
def test_a_line_has_the_mean_that_the_table_has(geometric):
    """Of numbers that differ by factors, the geometric one; drawn, described and said to be it."""
    values = [0.001, 0.01, 0.1]
    quantity = dataclasses.replace(TEST_ERROR, geometric=geometric, digits=None, unit="", scale=1.0)
    found = evidence(*both(values))
    picture = figures.LearningCurves("first", quantity).picture(found)
    (axes,) = drawn(picture).axes
    mean = quantity.estimate(found.done("a").values()).mean
    assert mean == pytest.approx(0.01 if geometric else 0.037)
    assert axes.lines[0].get_ydata()[-1] == pytest.approx(mean)
    assert f"Alpha_1 {mean:.2g}" in picture.alt and ("geometric mean" in picture.caption) == geometric


def test_a_logarithmic_axis_has_no_place_for_zero():
    assert told_apart([0, 1, 2], log=True).tolist() == [1, 2]


class TestColours:
    LIGHT, DARKS = lk.GROUNDS

    @pytest.mark.parametrize("name", lk.PALETTE)
    def test_lines_stand_out_from_each_ground(self, name):
        light, dark = lk.PALETTE[name]
        assert lk.contrast(light, self.LIGHT) >= 3
        assert all(lk.contrast(dark, ground) >= 3 for ground in self.DARKS)

    @pytest.mark.parametrize("pair", [lk.TEXT, lk.QUIET, *lk.VERDICTS.values(), *lk.PLAIN])
    def test_letters_can_be_read_on_each_ground(self, pair):
        assert lk.contrast(pair[0], self.LIGHT) >= 4.5
        assert all(lk.contrast(pair[1], ground) >= 4.5 for ground in self.DARKS)

    def test_contrast_is_that_of_the_guidelines(self):
        assert lk.contrast("#000000", "#ffffff") == pytest.approx(21)
        assert lk.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)

    def test_no_colour_stands_for_two(self):
        pairs = [*lk.PALETTE.values(), lk.TEXT, lk.QUIET, lk.GRID, lk.GROUND, lk.BAND, *lk.VERDICTS.values(), *lk.PLAIN]
        assert len({light for light, _ in pairs}) == len(pairs) == len(lk.DARK)


class TestLooks:
    def test_no_two_components_look_alike(self):
        found = [(look.colour, look.marker) for look in lk.COMPONENTS.values()]
        assert len(set(found)) == len(found)

    def test_a_component_looks_the_same_everywhere(self):
        seen = {}
        for one in PAPERS:
            for experiment in one.experiments:
                found = lk.looks_of(experiment.variants, one.components)
                for variant, look in found.items():
                    name = lk.component(variant, one.components)
                    if name:
                        assert look.colour == lk.COMPONENTS[name].colour
                    if name and variant == name:
                        assert seen.setdefault(name, look) == look
        assert {"adam", "nesterov", "relu", "tanh", "rmsprop"} <= set(seen)

    def test_all_variants_of_an_experiment_can_be_told_apart(self):
        for one in PAPERS:
            for experiment in one.experiments:
                found = lk.looks_of(experiment.variants, one.components).values()
                assert len({(look.colour, look.marker) for look in found}) == len(experiment.variants)

    def test_a_name_or_a_paper_says_the_component(self):
        assert lk.component("adam_l2_cosine") == "adam" and lk.component("adamw_cosine") == "adamw"
        assert lk.component("adamant") is None and lk.component("x", {"x": "relu"}) == "relu"
        with pytest.raises(DeclarationError, match="'relu_'.*relu"):
            lk.component("x", {"x": "relu_"})

    def test_what_is_no_component_has_what_is_left_in_its_order(self):
        found = lk.looks_of(("adam", "one", "two"))
        assert found["adam"] == lk.COMPONENTS["adam"]
        assert [found[v].colour for v in ("one", "two")] == [lk.COLOURS[1], lk.COLOURS[2]]
        many = lk.looks_of([f"v{i}" for i in range(30)])
        assert len({(look.colour, look.marker) for look in many.values()}) == 30

    def test_a_paper_that_names_no_variant_is_refused(self):
        with pytest.raises(DeclarationError, match="components names the variant 'aa'"):
            paper(components={"aa": "adam"})


class TestWords:
    def test_in_portuguese_nothing_is_english_and_decimals_have_a_comma(self, portuguese, monkeypatch):
        marked = {name: f"@{name}" for name in catalogue._shared("en")["captions"]}
        text = dataclasses.replace(portuguese, words=portuguese.words | {"captions": marked})
        shown = evidence(*both(), text=text, tuning=None)
        for figure in (figures.LearningCurves("first", TEST_ERROR), figures.FinalValues("first", TRAIN_ERROR)):
            picture = figure.picture(shown)
            said = re.findall(r"[A-Za-zÀ-ÿ]\w*", re.sub(r"@\w+", "", f"{picture.alt} {picture.caption}"))
            assert set(said) <= {"Alpha_1", "Beta"}, said
            assert re.search(r"\d,\d", picture.alt) and not re.search(r"\d\.\d", picture.alt)

    def test_ticks_have_the_comma_too(self, portuguese):
        ticks = Numerals(portuguese)
        ticks.set_locs([-0.5, 0.0, 0.25])
        assert [ticks(x) for x in (-0.5, 0.0, 0.25)] == ["−0,50", "0,00", "0,25"]
        assert Numerals(portuguese, even=False)(0.001) == "0,001"

    def test_the_axis_is_named_in_the_language(self, portuguese):
        canvas = drawn(figures.LearningCurves("first", TEST_ERROR).picture(evidence(*both(), text=portuguese)))
        assert canvas.axes[0].get_xlabel() == "Época"

    def test_a_description_keeps_within_its_length(self):
        text = Text(words())
        assert described(text, "Head:", ["a", "b"]) == "Head: a; b."
        for n in range(1, 300, 7):
            long = described(text, "Head:", ["x" * 20] * n)
            assert len(long) <= LONGEST and (long.endswith(".") or long.endswith("; …"))
        assert len(described(text, "word " * 80)) <= LONGEST

    @pytest.mark.parametrize("one", PAPERS, ids=lambda p: p.key)
    def test_every_description_of_every_paper_is_short(self, one):
        view = PaperView(one, [Source("Measured", tuple(published.whole(one, "reports")))])
        pictures = [figure.picture(view.primary[figure.experiment]) for figure in one.figures]
        pictures = [picture for picture in pictures if picture]
        drawn = {figure.experiment for figure in one.figures}
        assert pictures or not drawn & {evidence.experiment.name for _, evidence in view.ran()}
        for picture in pictures:
            assert 30 < len(picture.alt) < 200 and picture.caption.endswith("."), picture.alt


class TestNames:
    def test_places_are_moved_as_little_as_keeps_them_apart(self):
        assert spread([0.5, 0.1], 0.05) == [0.5, 0.1]
        close = spread([0.50, 0.51, 0.49], 0.05)
        assert close is not None and np.allclose(sorted(close), [0.45, 0.50, 0.55])
        low, middle, high = close[2], close[0], close[1]
        assert low < middle < high
        assert spread([0.0, 0.0], 0.06) == pytest.approx([0.0, 0.06])
        assert spread([0.5] * 12, 0.07) is None and spread([0.5] * 8, 0.07) is None

    def test_names_stand_beside_the_lines_or_in_a_legend(self):
        for values, names, beside in (((1, 2), "ab", True), ((1, 1.0), ("a" * 40, "b"), False)):
            axes = Canvas().subplots()
            look = {"color": "#000000", "linestyle": "-", "marker": "o"}
            for y, name in zip(values, names, strict=True):
                axes.plot([0, 1], [0, y], label=name)
            name_lines(axes, [(name, look, y) for y, name in zip(values, names, strict=True)])
            assert {t.get_text() for t in axes.texts} == (set(names) if beside else set())
            assert len(axes.figure.legends) == (0 if beside else 1)


class TestMarks:
    def test_runs_that_diverged_end_in_a_cross(self):
        picture = figures.LearningCurves("first", TEST_ERROR).picture(
            evidence(*both(), record("a", 7, 0.3, outcome="diverged"))
        )
        assert "diverged (1)" in picture.caption
        crosses = [line for line in drawn(picture).axes[0].lines if line.get_marker() == "x"]
        assert len(crosses) == 1 and crosses[0].get_xdata()[-1] == 4

    def test_cells_that_diverged_stand_at_the_upper_edge(self):
        tuned = dict(preset="paper", role="tuning")
        runs = [record("a", 1000, 0.1, epochs=2, learning_rate=0.1, **tuned)]
        runs += [record("a", 1000, 0.1, outcome="diverged", epochs=2, learning_rate=1.0, **tuned)]
        runs = [r | {"history": [row | {"validation_loss": 0.1} for row in r["history"]]} for r in runs]
        shown = evidence(*both(), tuning=TUNING)
        shown.experiment, shown.preset, shown.tuning = paper(TUNING).experiments[0], "reduced", {"a": runs}
        picture = figures.Sensitivity("first").picture(shown)
        assert "runs that diverged (1)" in picture.caption
        crosses = [line for line in drawn(picture).axes[0].lines if line.get_marker() == "x"]
        assert len(crosses) == 1 and list(crosses[0].get_xdata()) == [1.0]

    def test_an_interval_that_goes_on_ends_in_an_arrow_head(self):
        picture = figures.FinalValues("first", TEST_ERROR).picture(evidence(*both((0.30, 0.31))))
        axes = drawn(picture).axes[0]
        heads = [line for line in axes.lines if line.get_marker() in ("<", ">")]
        assert len(heads) == 4 and "arrow head" in picture.caption
        ends = set(axes.get_xlim())
        assert all(line.get_xdata()[0] in ends for line in heads)
        many = evidence(*both((0.10, 0.11, 0.12) * 3))
        assert "arrow head" not in figures.FinalValues("first", TEST_ERROR).picture(many).caption

    def test_of_numbers_that_differ_by_factors_the_axis_is_logarithmic(self):
        distance = dataclasses.replace(TEST_ERROR, unit="", scale=1, digits=None, geometric=True)
        picture = figures.FinalValues("first", distance).picture(evidence(*both((1e-9, 1e-3, 0.0))))
        axes = drawn(picture).axes[0]
        assert axes.get_xscale() == "log" and "0, at the left end of the axis: 2" in picture.caption
        places = [x for line in axes.lines for x in line.get_xdata()]
        assert min(places) == axes.get_xlim()[0] < 1e-9

    def test_a_title_has_what_is_shown_and_how_many_seeds(self):
        canvas = drawn(figures.LearningCurves("first", TEST_ERROR).picture(evidence(*both())))
        title = canvas.get_suptitle().replace("\N{NO-BREAK SPACE}", " ")
        assert title == "Test error after each epoch: First experiment, n = 3 seeds"
