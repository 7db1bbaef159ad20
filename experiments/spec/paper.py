"""Contents of a paper's folder: experiments, published tables, claims, deviations, figures."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from experiments.errors import unknown
from experiments.spec import check
from experiments.spec.bibliography import Citation
from experiments.spec.experiment import PRESETS
from experiments.spec.text import Text


@dataclasses.dataclass(frozen=True)
class Deviation:
    """One point where what runs departs from the paper, or fills what it leaves open.

    Attributes:
        name: of its words in the paper's text.
        experiments: names of those that it holds for; none: all.
        presets: those that it holds for.
    """

    name: str
    experiments: tuple = ()
    presets: tuple = PRESETS

    def holds(self, experiment, preset):
        """Tell whether it applies to runs of an experiment under a preset."""
        return preset in self.presets and (not self.experiments or experiment in self.experiments)


# What the engine does in every run.
INCOMPLETE_BATCHES = Deviation("incomplete_batches")


@dataclasses.dataclass(frozen=True)
class Paper:
    """A paper and its reproduction.

    A paper checks itself when it is made: every name in it has to exist; see `spec.check`.

    Attributes:
        key: name of its folder, `<first author><year>_<topic>`.
        text: its words, `text.en.toml` of the folder.
        citation: `citation.toml` of the folder.
        experiments: what runs.
        tables, findings: see `experiments.claims`.
        deviations: where what runs departs from the paper.
        results: quantities that the tables of results show, by experiment.
        figures: what is drawn, see `experiments.report.figures`.
        components: by variant, the component that it is, where its name does not say so: its colour and marker in all
            figures, see `experiments.report.figures.looks`.
        answers: what the page says in words and draws over all experiments: an object with `blocks(evidence, text)`,
            from the `Evidence` by experiment and the words to blocks of a page; or `None`. Its words: `[answers]`.

    Raises:
        DeclarationError: a name that does not exist; the message has the nearest one.
    """

    key: str
    text: Text
    citation: Citation
    experiments: tuple
    tables: tuple = ()
    findings: tuple = ()
    deviations: tuple = ()
    results: Mapping = dataclasses.field(default_factory=dict)
    figures: tuple = ()
    components: Mapping = dataclasses.field(default_factory=dict)
    answers: Any = None

    def __post_init__(self):
        check.paper(self)

    @classmethod
    def at(cls, file, **declared):
        """Return the paper of the folder in which `file` is, with the words that stand there."""
        folder = pathlib.Path(file).parent
        return cls(folder.name, Text.load(folder), Citation.load(folder), **declared)

    def speaking(self, language):
        """Return the same paper with its words in another language."""
        if language == self.text.language:
            return self
        folder = self.text.folder
        return dataclasses.replace(self, text=Text.load(folder, language), citation=Citation.load(folder, language))

    @property
    def title(self):
        """What its page is called: as the paper is, or as its words say."""
        return self.text.words.get("page", {}).get("title", self.citation.title)

    @property
    def room(self):
        """Name of the folder that its own lies in: `papers`, or `book` for what is the book's own."""
        return self.text.folder.parent.name if self.text.folder else "papers"

    @property
    def claims(self):
        """What its findings rest on, the cells of its tables aside."""
        return tuple(claim for finding in self.findings for claim in finding.claims)

    def experiment(self, name):
        """Return the experiment called `name`."""
        for experiment in self.experiments:
            if experiment.name == name:
                return experiment
        raise unknown("experiment", name, [e.name for e in self.experiments])

    def names(self):
        """Return the identifiers of all variants and experiments."""
        return [*dict.fromkeys(v for e in self.experiments for v in e.variants), *(e.name for e in self.experiments)]

    def select(self, only):
        """Return `(experiment, variants)` pairs, restricted to the experiments and variants named in `only`."""
        for name in only:
            if name not in self.names():
                raise unknown("variant", name, self.names())
        experiments = [e for e in self.experiments if e.name in only] or list(self.experiments)
        wanted = {name for name in only if all(name != e.name for e in self.experiments)}
        chosen = [(e, [v for v in e.variants if not wanted or v in wanted]) for e in experiments]
        return [(e, variants) for e, variants in chosen if variants]
