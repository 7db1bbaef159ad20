"""Building the site with Sphinx: both languages, from the committed pages or from the user's own."""

import datetime
import functools
import io
import os
import pathlib
import re
import shutil
import subprocess

from experiments.errors import UsageError
from experiments.files import write_atomically
from experiments.report.view import PaperView, Source
from experiments.runs import published
from experiments.site import all_findings, citation, component_pages
from experiments.site.public_names import Undocumented, groups
from experiments.site.sources import HERE, LANGUAGES, Tree, sheets, theme_words, words
from experiments.together import at_once

SITE, OWN = pathlib.Path("build") / "site", pathlib.Path("build") / "local"
REPORTS = pathlib.Path("reports")
BENCHMARKS = "benchmarks"
SECTION = re.compile(r'<section id="([^"]*)">')
CODES = {"en": "en", "pt": "pt_BR"}
START = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="0; url=en/index.html"></head>
<body><p><a href="en/index.html">English</a> · <a href="pt/index.html" lang="pt-BR">Português</a></p></body></html>
"""


def of_papers(papers, reports=REPORTS, own=None):
    """Build the site of the published pages, or, of the store `own`, that of the user's; returns what `build` does."""
    if own is None:
        views = [PaperView(p, [Source("measured", tuple(published.read(p, reports)))]) for p in papers]
        return build(views, reports, SITE)
    views = [PaperView(p, [Source("yours", tuple(own.all(p.key)))]) for p in papers]
    return build(views, reports, OWN, own=True)


def build(views, reports=REPORTS, out=SITE, own=False, library="custom"):
    """Build the site; returns its first page and the lines that Sphinx or the links complain with.

    Args:
        views: a `PaperView` of each paper, with the records that its page was made from.
        reports: the folder of the committed pages.
        out: the folder to build in; an earlier site there is removed.
        own: build the site of the user's own pages, `local` in `reports`.
        library: the package that the reference is of.

    Raises:
        UsageError: there are no pages yet.
        Undocumented: a public name of `custom` lacks what its page needs.
    """
    out, reports = pathlib.Path(out), pathlib.Path(reports)
    root = reports / "local" if own else reports
    found = sheets(root, () if own else ("local", "reference"))
    if not any(sheet.name == "index" for sheet in found):
        raise UsageError(f"{root} has no page yet. Run: python -m experiments {'report' if own else 'publish'}")
    components = groups(library)
    shutil.rmtree(out, ignore_errors=True)
    sources = {language: out / "sources" / language for language in LANGUAGES}
    pictures, drawn = component_pages.plots(components, out.parent / "plots")
    papers, names = [view.paper for view in views], {sheet.name for sheet in found}
    measured, places = component_pages.costs(reports / BENCHMARKS), component_pages.places(components)
    used = component_pages.users(papers, places)
    complaints, builds = [], []
    for language in LANGUAGES:
        folder = sources[language]
        tree = Tree(root, found, language, folder, out / "files", reference=places)
        tree.write()
        complaints += [f"{file}: leads nowhere: {address}" for file, address in tree.dead]
        for group in components:
            for component in group.components:
                tree.keep(component_pages.file_of(component.object))
        component_pages.Pages(components, folder, language, measured, used, names).write(pictures, drawn)
        all_findings.write(views, folder, language, names)
        shutil.copyfile(HERE / "prose" / f"method.{language}.md", folder / "method.md")
        for paper in papers:
            citation.append(paper, folder / paper.key / "index.md", language)
        _contents(folder / "index.md", papers, names, language)
        foreign = [sheet.name for sheet in found if sheet.is_foreign(language)]
        if language == "pt":
            _catalogue(folder / "locale" / CODES[language] / "LC_MESSAGES" / "sphinx.po")
        owing = [f"{g.path}.{c.name}" for g in components for c in g.components if c.kind == "component"]
        build_settings = {"site_foreign": tuple(foreign), "site_components": tuple(owing)}
        builds.append(functools.partial(_sphinx, folder, out, language, own, build_settings))
    ended = at_once(*builds)
    if problems := {problem for _, own_problems in ended for problem in own_problems}:
        raise Undocumented(sorted(problems))
    complaints += [line for lines, _ in ended for line in lines]
    _anchored(out / "en", out / "pt")
    shutil.rmtree(out / "sources")
    write_atomically(out / "index.html", START.format(title=words("en")["title"]))
    write_atomically(out / ".nojekyll", "")
    return out / LANGUAGES[0] / "index.html", complaints


def _contents(index, papers, names, language):
    """Append to the first page what the navigation shows."""
    said = words(language)
    known = {f"{paper.key}/index": paper for paper in papers}
    mine = [f"{_named(p, language)} <{name}>" for name, p in known.items() if name in names]
    rest = sorted(name for name in names if name not in known and name != "index")
    more = ["findings", "method", "reference/index", *rest]
    text = index.read_text(encoding="utf-8").rstrip()
    for caption, entries in ((said["papers"], mine), (said["more"], more)):
        listed = "\n".join(entries)
        text += f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```"
    index.write_text(text + "\n", encoding="utf-8")


def _named(paper, language):
    """Return a paper as it is cited, what is the book's own by its title."""
    own = paper.room == "book"
    return paper.speaking(language).title if own else citation.short(paper.citation, language)


def _catalogue(path):
    """Write the theme's words in Portuguese as a catalogue that Sphinx reads before its own."""
    path.parent.mkdir(parents=True)
    pairs = [f'msgid "{english}"\nmsgstr "{other}"\n' for english, other in theme_words().items()]
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    path.write_text("\n".join([head, *pairs]), encoding="utf-8")


def _sphinx(folder, out, language, own, more):
    """Run Sphinx on a source tree; returns its warnings, and what components lack."""
    os.environ.setdefault("SPHINX_AUTODOC_RELOAD_MODULES", "")
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    said, complaints, problems = words(language), io.StringIO(), []
    title = f"{said['title']} – {said['own_title']}" if own else said["title"]
    settings = {
        "project": title,
        "html_title": title,
        "language": CODES[language],
        "locale_dirs": ["locale"],
        "extensions": [
            "myst_parser",
            "sphinx.ext.autodoc",
            "sphinx.ext.napoleon",
            "experiments.site.extension",
        ],
        "root_doc": "index",
        "exclude_patterns": ["locale"],
        "suppress_warnings": ["myst.xref_missing", "myst.header"],
        "myst_heading_anchors": 4,
        "default_role": "code",
        "autodoc_inherit_docstrings": False,
        "autodoc_typehints": "none",  # as in the signatures of classes, which are our own
        "autodoc_member_order": "bysource",
        "add_module_names": False,
        "smartquotes": False,
        "html_theme": "furo",
        "html_theme_options": {"top_of_page_buttons": []},
        "html_static_path": [str(HERE / "static")],
        "templates_path": [str(HERE / "templates")],
        "html_favicon": str(HERE / "static" / "favicon.svg"),
        "html_css_files": ["site.css"],
        "html_js_files": [("site.js", {"defer": "defer"})],
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "html_use_index": False,
        "site_language": language,
        "site_version": _version(language),
        "site_problems": problems,
        **more,
    }
    with docutils_namespace():
        app = Sphinx(
            folder, None, out / language, out / "sources" / f"doctrees-{language}", "html", settings, None, complaints
        )
        app.build()
    for name in (".buildinfo", "objects.inv", ".doctrees"):
        (out / language / name).unlink(missing_ok=True)
    _finished(out / language, language)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", complaints.getvalue()).splitlines()
    return [line for line in lines if line.strip()], problems


def _anchored(english, portuguese):
    """Give the sections of Portuguese pages the anchors of the English ones, beside their own."""
    for path in portuguese.rglob("*.html"):
        twin, text = english / path.relative_to(portuguese), path.read_text(encoding="utf-8")
        names, own = (SECTION.findall(page) for page in (twin.read_text(encoding="utf-8"), text))
        if len(names) != len(own) or names == own:
            continue
        for name, mine in zip(names, own, strict=True):
            if f'id="{name}"' not in text:
                text = text.replace(f'href="#{mine}"', f'href="#{name}"')
                text = text.replace(f'<section id="{mine}">\n', f'<section id="{name}">\n<span id="{mine}"></span>')
        path.write_text(text, encoding="utf-8")


def _finished(folder, language):
    """Label what the theme leaves without a name; in Portuguese, put its labels that no catalogue reaches into it."""
    said = words(language)
    labels = {
        '<p class="caption" role="heading">': '<p class="caption">',
        '<aside class="sidebar-drawer"': f'<aside class="sidebar-drawer" aria-label="{said["navigation"]}"',
        '<aside class="toc-drawer': f'<aside aria-label="{said["contents"]}" class="toc-drawer',
    }
    if language == "pt":
        labels |= {f'aria-label="{english}"': f'aria-label="{other}"' for english, other in theme_words().items()}
    for path in folder.rglob("*.html"):
        text = made = path.read_text(encoding="utf-8")
        for old, new in labels.items():
            made = made.replace(old, new)
        if made != text:
            path.write_text(made, encoding="utf-8")
    shutil.rmtree(folder / "_sources", ignore_errors=True)


def _version(language):
    import custom

    try:
        answer = subprocess.run(["git", "log", "-1", "--format=%cs"], capture_output=True, text=True, check=True)
        day = datetime.date.fromisoformat(answer.stdout.strip())
    except (OSError, subprocess.CalledProcessError, ValueError):
        day = datetime.datetime.now(datetime.UTC).date()
    date = day.strftime("%d/%m/%Y") if language == "pt" else day.isoformat()
    return words(language)["version"].format(version=custom.__version__, date=date)
