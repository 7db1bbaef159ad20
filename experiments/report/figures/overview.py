"""How many findings of each paper have each verdict, as one figure."""

from matplotlib.patches import Patch, Rectangle

from experiments.claims import VERDICTS as ALL
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.looks import BAND, GROUND, TEXT, VERDICTS

# In inches: the figure, its column of names; a line, what stands above the first and below the last.
WIDTH, NAMES, LINE, ABOVE, BELOW = 6.4, 1.95, 0.25, 0.36, 0.62
ORDER = ("reproduced", "confirmed", *(v for v in ALL if v not in ("reproduced", "confirmed")))


def overview(rows, text, name):
    """Return the figure: a bar for each paper, whose parts are its findings by verdict; `None` where nothing is told.

    What has no verdict yet is pale, or hollow in grey. What is confirmed is hollow in green: it counts apart.

    Args:
        rows: pairs of a paper's name and its number of findings by verdict.
        text: the words of the figure.
        name: of the file.
    """
    rows = [(label, {v: counts[v] for v in ORDER if counts.get(v)}) for label, counts in rows]
    rows = [(label, counts) for label, counts in rows if counts]
    if not rows:
        return None
    shown = [verdict for verdict in ORDER if any(verdict in counts for _, counts in rows)]
    most = max(sum(counts.values()) for _, counts in rows)

    def draw(axes):
        figure = axes.figure
        figure.set_layout_engine("none")
        height = ABOVE + LINE * len(rows) + BELOW
        figure.set_size_inches(WIDTH, height)
        box = (NAMES / WIDTH, BELOW / height, (WIDTH - NAMES - 0.1) / WIDTH, LINE * len(rows) / height)
        axes.set_position(box)
        axes.set_axis_off()
        axes.set_xlim(0, most)
        axes.set_ylim(len(rows), 0)
        figure.text(
            0.08 / WIDTH, 1 - 0.1 / height, text.caption("overview_title"), fontsize=10, weight="bold", va="top"
        )
        for y, (label, counts) in enumerate(rows):
            axes.text(-0.12, y + 0.5, label, ha="right", va="center", fontsize=8.5, color=TEXT[0])
            left = 0
            for verdict, n in counts.items():
                face, edge, letters = _look(verdict)
                axes.add_patch(Rectangle((left + 0.02, y + 0.1), n - 0.04, 0.8, facecolor=face, edgecolor=edge, lw=0.8))
                axes.text(left + n / 2, y + 0.5, str(n), ha="center", va="center_baseline", color=letters, fontsize=8.5)
                left += n
        handles = [Patch(facecolor=_look(v)[0], edgecolor=_look(v)[1], lw=0.8, label=text.verdict(v)) for v in shown]
        place = dict(loc="lower left", bbox_to_anchor=(0.08 / WIDTH, 0.02), frameon=False, borderaxespad=0)
        figure.legend(handles=handles, ncols=4, fontsize=8.5, handlelength=1.1, columnspacing=1.4, **place)

    told = [f"{label} {_tally(counts, text)}" for label, counts in rows]
    return Picture(name, w.described(text, text.caption("overview_alt"), told), text.caption("overview"), draw)


def _look(verdict):
    """Return the colours of a verdict's part, of its edge and of its number."""
    colour = VERDICTS[verdict][0]
    if verdict == "not at this scale":
        return BAND[0], BAND[0], TEXT[0]
    return (GROUND[0], colour, colour) if verdict in ("not run", "confirmed") else (colour, colour, GROUND[0])


def _tally(counts, text):
    return ", ".join(text.page("strip", n=n, verdict=text.verdict(verdict)) for verdict, n in counts.items())
