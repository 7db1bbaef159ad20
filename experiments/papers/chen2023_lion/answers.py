"""What the book's section on Lion, a heading without text, has to say: the rule, and what the runs add to it."""

from experiments.claims import RELATIVE_TIME, TEST_ERROR, describe
from experiments.claims.statistics import paired_difference
from experiments.papers.chen2023_lion.search import PAIRS
from experiments.papers.chen2023_lion.step import STATES
from experiments.report.blocks import Bullets, Code, Heading, Paragraph

SEARCHES = tuple(("transformer", pair) for pair in PAIRS) + (("convolutional", ("adamw", "lion")),)


class Answers:
    """What the page says before its experiments. Its words: `[answers]`."""

    def blocks(self, evidence, text):
        """Return blocks of a page, from the `Evidence` by experiment and the words."""

        def say(name, **blanks):
            return text.fill(text.row("answers", name), **blanks)

        blocks = [
            Heading(say("heading"), anchor="answers"),
            Paragraph(say("book")),
            Code(text.row("answers", "rule").strip("\n")),
            Paragraph(say("in_words")),
        ]
        real = {name: found for name, found in evidence.items() if found.preset not in (None, "quick")}
        items = [item for item in (_kept(real, say), _took(real, text, say), *_chosen(real, text, say)) if item]
        return [*blocks, Bullets(tuple(items)) if items else Paragraph(say("nothing_yet"))]


def _kept(evidence, say):
    """Return how much state the optimizers keep."""
    found = evidence.get("step") and [evidence["step"].estimate(name, STATES) for name in ("lion", "adamw")]
    return say("kept", lion=found[0].mean, adamw=found[1].mean) if found and None not in found else ""


def _took(evidence, text, say):
    """Return what a training step takes, by that with AdamW."""
    found = evidence.get("cost") and evidence["cost"].estimate("lion", RELATIVE_TIME)
    return say("took", times=describe(found, RELATIVE_TIME, text)) if found else ""


def _chosen(evidence, text, say):
    """Yield, of each search, what was chosen for both and by how much their errors differ."""
    for name, (adamw, lion) in SEARCHES:
        found = evidence.get(name)
        if not found or not {adamw, lion} <= set(found.tuned):
            continue
        sides = {f"{side}_{i}": found.tuned[v][i] for side, v in (("adamw", adamw), ("lion", lion)) for i in (0, 1)}
        gap = paired_difference(*(found.values(variant, TEST_ERROR) for variant in (adamw, lion)))
        shown = describe(gap, TEST_ERROR, text, difference=True) if gap else say("no_difference_yet")
        batch = found.experiment.settings(found.preset, lion).batch_size
        yield say("chosen", net=found.title, batch=batch, gap=shown, **sides)
