"""What the site adds to Sphinx: the switch of languages, docstrings, formulas."""

import html
import inspect

from docutils import nodes
from sphinx.util.inspect import stringify_signature

from experiments.site import formula
from experiments.site.docstrings import prepared, undocumented
from experiments.site.parameters import parameters, signature
from experiments.site.sources import words


def setup(app):
    """Connect everything; `site_*` are the settings of one build."""
    app.add_config_value("site_language", "en", "env")
    app.add_config_value("site_foreign", (), "")  # pages whose text is the other language's
    app.add_config_value("site_components", (), "")  # dotted names of what owes its readers every argument
    app.add_config_value("site_problems", [], "")
    app.add_config_value("site_version", "", "html")
    app.add_role("formula", _formula)
    app.connect("autodoc-process-docstring", _docstring, priority=400)  # before Napoleon
    app.connect("autodoc-process-docstring", _complete, priority=600)
    app.connect("autodoc-process-signature", _signature)
    app.connect("html-page-context", _context)
    return {"parallel_read_safe": False, "parallel_write_safe": False}


def _formula(role, raw, text, line, inliner, options=None, content=None):
    made = formula.mathml(text)
    if made is None:
        return [nodes.literal(raw, text)], []
    return [nodes.raw(raw, made, format="html")], []


def _docstring(app, what, name, value, options, lines):
    if what in ("class", "function", "method", "property"):
        prepared(lines, app.config.site_language)


def _complete(app, what, name, value, options, lines):
    if name not in app.config.site_components:
        return
    known = parameters(value)
    if missing := undocumented(lines, known):
        app.config.site_problems.append(f"{name}: its Args lack {', '.join(missing)}.")


def _signature(app, what, name, value, options, old, returns):
    if what in ("class", "function") and (inspect.isclass(value) or inspect.isfunction(value)):
        return stringify_signature(signature(value), show_annotation=False), None
    return None


def _context(app, page, template, context, doctree):
    language = app.config.site_language
    said, other = words(language), "pt" if language == "en" else "en"
    up = "../" * (page.count("/") + 1)
    context["switch"] = {
        "href": f"{up}{other}/{page}.html",
        "lang": "pt-BR" if other == "pt" else "en",
        "text": said["other"],
        "label": said["switch"],
    }
    context["site"] = {"version": app.config.site_version, "scroll": said["scroll"]}
    if "body" not in context:
        return
    body = context["body"]
    if language == "pt":
        body = body.replace('<dl class="py ', '<dl lang="en" class="py ')
    if page in app.config.site_foreign:
        body = f'<p class="site-note">{html.escape(said["only_english"])}</p><div lang="en">{body}</div>'
    context["body"] = body
