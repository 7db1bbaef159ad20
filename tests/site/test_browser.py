"""The site in a real Chromium: nothing keeps readers out, on wide and narrow screens, light and dark, and on paper.

The test builds the site of the committed pages, or takes the one in the folder that SITE names.
"""

import functools
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import urllib.parse

import filelock
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install '.[browser]'")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed: pip install '.[browser]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the path"),
]

PAGES = (
    "index",
    "findings",
    "method",
    "kingma2015_adam/index",
    "rumelhart1986_backprop/index",
    "overhead_benchmark/index",
    "reference/index",
    "reference/activations/RReLU",
    "reference/optimizers/Adam",
    "reference/from_tensorflow_addons",
)
WIDTHS, SCHEMES = (1200, 390), ("light", "dark")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site, which several workers build once."""
    if "SITE" in os.environ:
        return pathlib.Path(os.environ["SITE"]).resolve()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    built = shared / "site_is_built"
    with filelock.FileLock(shared / "site.lock"):
        if not built.exists():
            command = [sys.executable, "-m", "experiments", "site"]
            answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800)
            assert answer.returncode == 0, answer.stderr
            built.touch()
    return ROOT / "build" / "site"


@pytest.fixture(scope="module")
def address(site):
    """The site's address on a server of this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, address):
    """Opens a page of the site; what its console says and what it asks of other machines fails the test."""
    contexts, complaints = [], []

    def open_page(name, width=1200, scheme="light", **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(address) else complaints.append(f"asks for {r.url}"))
        page.goto(f"{address}/{name}", wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visit, name, language):
    found = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            page = visit(f"{language}/{name}.html", width, scheme)
            page.evaluate(axe.AXE_FILE_PATH.read_text(encoding="utf-8"))
            result = page.evaluate("axe.run({resultTypes: ['violations'], preload: false})")
            found += [
                f"{width} {scheme}: {v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}"
                for v in result["violations"]
            ]
    assert found == []


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_does_not_scroll_sideways_at_320(visit, name, language):
    page = visit(f"{language}/{name}.html", 320)
    wide = page.evaluate(
        """() => [document.documentElement.scrollWidth, innerWidth, [...document.querySelectorAll("article *")]
           .filter(e => e.getBoundingClientRect().right > innerWidth + 1
                        && !e.closest(".table-wrapper, pre, math, .math-scroll, summary"))
           .slice(0, 3).map(e => e.outerHTML.slice(0, 120))]"""
    )
    assert wide[0] <= wide[1], wide[2]


def test_dark_follows_the_reader(visit):
    ground = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    light, dark = (visit("en/index.html", scheme=scheme).evaluate(ground) for scheme in SCHEMES)
    assert min(light) > 200 and max(dark) < 60


def test_figures_have_the_page_s_ground(visit):
    """They draw for both grounds themselves: a ground of their own would hide light text."""
    page = visit("en/index.html", scheme="dark")
    grounds = page.evaluate(
        "() => [...document.querySelectorAll('article img')].map(e => getComputedStyle(e).background)"
    )
    assert grounds and all("rgba(0, 0, 0, 0)" in ground for ground in grounds)


@pytest.mark.parametrize("name", PAGES[:5])
def test_no_heading_stands_alone_on_paper(visit, name):
    page = visit(f"en/{name}.html")
    page.emulate_media(media="print")
    loose = page.evaluate(
        """() => [...document.querySelectorAll("article h1, article h2, article h3, article h4, article summary")]
           .filter(e => getComputedStyle(e).breakAfter !== "avoid").map(e => e.textContent)"""
    )
    assert loose == []


def test_every_link_and_anchor_leads_somewhere(site, browser):
    """Read all pages by Chromium's own parser."""
    page, ids, links = browser.new_page(), {}, []
    for path in sorted(site.rglob("*.html")):
        page.set_content(path.read_text(encoding="utf-8").replace("<script", "<template"), wait_until="commit")
        found = page.evaluate(
            """() => [[...document.querySelectorAll("[id]")].map(e => e.id),
                      [...document.querySelectorAll("[href], img[src]")]
                       .filter(e => e.tagName !== "use")
                       .map(e => e.getAttribute("href") || e.getAttribute("src"))]"""
        )
        ids[path] = set(found[0])
        assert len(found[0]) == len(ids[path]), f"{path}: {[i for i in found[0] if found[0].count(i) > 1][:3]} twice"
        links += [(path, link) for link in found[1]]
    page.close()
    assert len(ids) > 100 and len(links) > 1000
    dead = []
    for path, link in dict.fromkeys(links):
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or link == "#":
            continue
        target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
        anchor = urllib.parse.unquote(parts.fragment)
        if not target.is_file() or (anchor and target in ids and anchor not in ids[target]):
            dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("method", "#verdicts"),
        ("kingma2015_adam/index", "article section section:nth-of-type(3)"),
        ("reference/optimizers/Adam", "article section section:last-of-type"),
    ],
)
def test_the_switch_of_languages_lands_on_the_same_place(visit, name, selector):
    page = visit(f"en/{name}.html")
    place = page.evaluate(
        """selector => { const e = document.querySelector(selector); e.scrollIntoView();
                         return [e.id, scrollY > 120]; }""",
        selector,
    )
    if place[1]:
        page.evaluate("id => { location.hash = id; }", place[0])
    page.locator("[data-site-switch]").dispatch_event("click")
    page.wait_for_url(f"**/pt/{name}.html*")
    there = page.evaluate("() => [document.documentElement.lang, decodeURIComponent(location.hash)]")
    assert there[0].startswith("pt") and (not place[1] or there[1] == f"#{place[0]}")
    assert page.evaluate(
        "() => !location.hash || !!document.getElementById(decodeURIComponent(location.hash.slice(1)))"
    )


def test_findings_filter_and_sort_by_keyboard(visit):
    page = visit("en/findings.html")
    rows = page.locator("table.findings tbody tr:visible")
    everything = rows.count()
    verdict = page.get_by_label("Verdict", exact=True)
    assert everything > 40
    verdict.focus()
    verdict.select_option("open")
    shown = page.locator("table.findings tbody tr:visible .verdict").all_text_contents()
    assert 0 < len(shown) < everything and set(shown) == {"open"}
    assert page.locator("form.findings-filters output").text_content().startswith(f"{len(shown)} / {everything} ")
    page.get_by_role("button", name="Show all").press("Enter")
    page.wait_for_function(
        f"document.querySelectorAll('table.findings tbody tr:not([hidden])').length === {everything}"
    )
    head = page.locator("table.findings th").nth(1)
    head.locator("button").press("Enter")
    texts = page.locator("table.findings tbody tr td:nth-child(2)").all_text_contents()
    assert head.get_attribute("aria-sort") == "ascending"
    assert texts == page.evaluate(
        "all => all.slice().sort((a, b) => a.localeCompare(b, undefined, {numeric: true}))", texts
    )


def test_findings_are_a_plain_table_without_a_script(visit):
    page = visit("pt/findings.html", java_script_enabled=False)
    assert page.locator("table.findings tbody tr").count() > 40
    assert page.locator("table.findings th button").count() == 0
    assert page.locator("table.findings tbody tr[id] a").first.get_attribute("href")
