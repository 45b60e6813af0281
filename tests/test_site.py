"""The course as a site: what Sphinx makes, and what a browser shows of it."""

import base64
import contextlib
import functools
import gzip
import json
import math
import re
import shlex
import subprocess
import sys
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from real_browser import keep_screenshot, need, open_browser

from exercises.source import BEGIN, END, facts
from helpers.plotting import FRAMES
from tools import site as tool
from tools.build import NOTEBOOKS, STUDENT, exercise_of
from tools.ledger import EQUATIONS

ROOT, DOCS, PNG = tool.ROOT, tool.DOCS, tool.PNG
TESTS = ROOT / "tests"
SCRIPTS = (TESTS / "vendor" / "axe.min.js", TESTS / "page_checks.js")
STEMS = tool.stored()
PAGES = [f"{path.stem}.html" for path in sorted(DOCS.glob("*.md"))]
PAGES += ["search.html", *(f"notebooks/{stem}.html" for stem in STEMS)]
LONGEST_BUILD = 30  # seconds
HEAVIEST = 1_500_000  # bytes of a page with all that it loads, compressed
# minutes to study a notebook, its core and with everything
BUDGETS = {
    "00": (15, 20), "01": (45, 80), "02": (45, 75), "03": (75, 120),
    "04": (65, 85), "05": (60, 100), "06": (45, 75), "07": (45, 85),
    "08": (45, 80), "09": (35, 60),
}
OFFLINE = """
import runpy, socket, sys, time
def refuse(*args, **kwargs):
    raise OSError("the site is built without a network")
socket.create_connection = socket.getaddrinfo = refuse
socket.socket.connect = refuse
try:
    runpy.run_module("tools.site", run_name="__main__", alter_sys=True)
finally:
    print(time.process_time())
"""


def build(folder, *arguments):
    """Build a site without a network, without a word and quickly."""
    need("sphinx", "myst_nb", "pydata_sphinx_theme")
    command = [sys.executable, "-c", OFFLINE, "--output", str(folder)]
    done = subprocess.run([*command, *arguments], cwd=ROOT,
                          capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    # the processor's seconds: what else a machine does is no fault of ours
    assert float(done.stdout.split()[-1]) < LONGEST_BUILD
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build(tmp_path_factory.mktemp("readers") / "site")


@pytest.fixture(scope="module")
def class_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "site"
    return build(folder, "--without-solutions")


@functools.cache
def parsed(path):
    from bs4 import BeautifulSoup

    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(path):
    return {tag["id"] for tag in parsed(path).select("[id]")}


def pages_of(site):
    return [p for p in site.rglob("*.html") if "_static" not in p.parts]


def stored(folder, stem):
    return nbformat.read(folder / f"{stem}.ipynb", as_version=4)


# --- what is built --------------------------------------------------------


def test_pages_stand_in_order_and_are_filled_in(site, class_site):
    pages = [f"notebooks/{stem}.html" for stem in STEMS]
    front = parsed(site / "index.html")
    order = [a["href"] for a in front.select("nav.course-nav a")]
    assert [x for x in order if x.startswith("notebooks/")] == pages
    assert set(order) >= set(PAGES) - {"index.html", "search.html"}
    for page, after in zip(pages, pages[1:]):
        to = parsed(site / page).select_one("a.right-next")["href"]
        back = parsed(site / after).select_one("a.left-prev")["href"]
        assert to == Path(after).name and back == Path(page).name
    assert [a["href"] for a in front.select("article table a")] == pages
    for folder, words in ((site, "folded;"), (class_site, "not")):
        text = parsed(folder / "index.html").get_text()
        assert re.findall(r"Solutions\s+are\s+(\S+)", text) == [words]
    for name in PAGES:
        words = parsed(site / name).select_one("main").get_text()
        assert not re.search("<!--|ADDRESS|FOLDER", words), name


@pytest.mark.parametrize("hours", [3, 6])
def test_lesson_plans_can_be_kept(hours):
    """They end in time, and each part is as long as its exercises."""
    page = (DOCS / "instructors.md").read_text(encoding="utf-8")
    plan = page.split(f"## A session of {hours} hours")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d):(\d\d) \| (.*) \|$", plan, re.MULTILINE)
    starts = [60 * int(h) + int(m) for h, m, _ in rows]
    assert starts[0] == 0 and starts == sorted(starts)
    assert starts[-1] == 60 * hours and rows[-1][2].startswith("End")
    head, known, named = r"^### Exercise (\S+) \((\d+) min", {}, []
    for stem in STEMS:
        for cell in stored(NOTEBOOKS, stem).cells:
            known.update(re.findall(head, cell.source, re.MULTILINE))
    for start, end, (_, _, what) in zip(starts, starts[1:], rows):
        numbers = re.findall(r"\d\.\d", what)
        named += numbers
        several = max if " or " in what else sum  # groups, one each
        minutes = several([int(known[number]) for number in numbers] or [0])
        assert minutes <= end - start, what
    assert len(named) >= 6


@pytest.mark.parametrize("known", facts(), ids=lambda known: known["stem"])
def test_study_times_are_what_there_is_to_study(known):
    """Stated is what is counted, up to the next 5 min, within the budget."""
    there = tool.counted(tool.read(known["stem"]).cells)
    stated = known["study"], known["all"]
    whole = round(there["core"]), round(there["all"])  # as tools.weight says
    assert stated == tuple(5 * math.ceil(n / 5) for n in whole), there
    allowed = BUDGETS[known["number"]]
    assert all(n <= most for n, most in zip(stated, allowed)), there


def test_every_notebook_has_a_budget():
    assert [known["stem"] for known in facts()] == STEMS
    assert [known["number"] for known in facts()] == sorted(BUDGETS)


def test_links_lead_somewhere_and_load_nothing_from_elsewhere(site):
    counted, named = 0, set()
    repository = f"{tool.REPOSITORY}/blob/{tool.BRANCH}/"
    for path in pages_of(site):
        for tag in parsed(path).select("[href], [src]"):
            link = tag.get("href") or tag.get("src")
            where, url = f"{path.name}: {link}", urlsplit(link)
            counted += 1
            if url.scheme or url.netloc:
                assert url.scheme == "https" and tag.name == "a", where
                if link.startswith(repository):
                    named.add(unquote(link[len(repository):]))
                continue
            target = path.parent / unquote(url.path) if url.path else path
            assert target.exists(), where
            if url.fragment and target.suffix == ".html":
                known = anchors(target.resolve())
                assert unquote(url.fragment) in known, where
    assert counted > 500 and "LICENSE" in named
    assert all((ROOT / path).exists() for path in named), named


def test_the_ledger_leads_to_the_cells(site):
    """... that compute the equation, and notebooks lead to the ledger."""
    rows = parsed(site / "equations.html").select("article tbody tr")
    for row in rows:
        name = row.select_one("td").get_text().strip()
        page, _, anchor = row.select_one("a")["href"].partition("#")
        if not anchor:  # a definition: stated, not computed
            assert (site / page).exists(), (name, page)
            continue
        mark = parsed(site / page).find(id=anchor)
        code = mark.find_next("div", class_="cell").select_one("pre")
        assert f'"{name}"' in code.get_text(), (name, page, anchor)
    names = [row.select_one("td").get_text().strip() for row in rows]
    assert set(names) == set(EQUATIONS)
    page = parsed(site / "notebooks" / f"{STEMS[3]}.html")
    assert page.select_one('a.equation[href="../equations.html#B13"]')


def test_no_page_tells_where_it_was_made(site):
    places = [ROOT, Path.home(), sys.prefix, "course-site-"]
    for path in site.rglob("*"):
        if path.suffix in (".html", ".js", ".ipynb", ".txt", ".svg"):
            text = path.read_text(encoding="utf-8", errors="replace")
            found = [str(x) for x in places if str(x) in text]
            assert not found, (path.name, found)


def test_figures_are_shown_at_their_size_with_their_words(site):
    for stem in STEMS:
        page = parsed(site / "notebooks" / f"{stem}.html")
        outs = [out for cell in stored(NOTEBOOKS, stem).cells
                for out in cell.get("outputs", [])
                if PNG in out.get("data", {})]
        images = page.select("article img")
        assert len(images) == len(outs) and "vnd.course" not in str(page)
        for image, out in zip(images, outs):
            for name, value in out.metadata[PNG].items():
                assert image[name] == str(value)
            pictures, paths = [out.data[PNG]], [image["src"]]
            if FRAMES in out.data:
                pictures = out.metadata[FRAMES]["frames"]
                frames = json.loads(image.parent["data-frames"])
                paths, labels = zip(*frames)
                assert [*labels] == out.data[FRAMES]["labels"]
                assert image["src"] == paths[out.data[FRAMES]["start"]]
            for path, picture in zip(paths, pictures):
                content = (site / "notebooks" / path).resolve().read_bytes()
                assert content == base64.b64decode(picture)
    for name in PAGES:
        for image in parsed(site / name).select("main img"):
            assert len(image["alt"]) >= 40, name
            assert not re.search(r"\.(png|svg|jpg)|_images", image["alt"])


def test_downloads_and_launch_buttons(site, class_site):
    owner = tool.REPOSITORY.split("github.com/")[1]
    for stem in STEMS:
        binder = rf"https://mybinder\.org/v2/gh/{owner}/.*/student/{stem}\.ipynb"
        colab = r"https://colab\.research\.google\.com/.*/downloads/student/.*"
        here = rf"\.\./downloads/(student|complete)/{stem}\.ipynb"
        for folder, kinds in ((site, 2), (class_site, 1)):
            page = parsed(folder / "notebooks" / f"{stem}.html")
            links = [a["href"] for a in page.select(".course-buttons a")]
            patterns = [binder, colab, *[here] * kinds]
            assert len(links) == len(patterns)
            assert all(map(re.fullmatch, patterns, links)), links
        for kind, folder in (("complete", NOTEBOOKS), ("student", STUDENT)):
            copy = stored(site / "downloads" / kind, stem)
            nbformat.validate(copy)
            lines = copy.cells.pop(1).source.splitlines()
            assert len(lines) <= 25 and max(map(len, lines)) <= 79
            assert copy == stored(folder, stem)


def test_a_notebook_alone_says_what_to_run(site):
    guard = stored(site / "downloads" / "student", STEMS[0]).cells[1].source
    exec(guard, {})  # with the course beside it, silent
    code = f"import sys; sys.modules['exercises'] = None\nexec({guard!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    name = tool.REPOSITORY.rsplit("/", 1)[-1]
    for words in ("CourseNotHere", f"git clone {tool.REPOSITORY}",
                  f"cd {name}", f"%cd {name}", "python3 course.py lab"):
        assert words in done.stderr.decode()


def test_the_address_stands_in_one_place():
    owner = tool.REPOSITORY.split("github.com/")[1]
    places = [*ROOT.glob("*.*"), *DOCS.glob("*.*")]
    for room in (".github", "exercises", "helpers", "notebooks", "studies",
                 "tests", "tools"):
        places += (ROOT / room).rglob("*.*")
    kinds = (".cff", ".ipynb", ".md", ".py", ".toml", ".txt", ".yml")
    holders = [path for path in places if path.suffix in kinds
               and owner in path.read_text(encoding="utf-8")]
    assert holders == [DOCS / "conf.py"]


# --- solutions, and the code that draws -----------------------------------


def solution_lines():
    """Return what only solutions say: lines of code, sentences, words."""
    solved = []
    free = [path.read_text("utf-8") for path in DOCS.glob("*.md")]
    for stem in STEMS:
        kept = {cell.id for cell in stored(STUDENT, stem).cells}
        for cell in stored(NOTEBOOKS, stem).cells:
            free.append(json.dumps(cell.get("outputs", []), default=str))
            if cell.id not in kept or tool.answers(cell):
                solved += cell.source.splitlines()
            elif exercise_of(cell):
                head, inside, tail = re.split(f"{BEGIN}|{END}", cell.source)
                solved += inside.splitlines()
                free += [head, tail]
            else:
                free.append(cell.source)
    open_text = "\n".join(free)
    open_text += open_text.replace("`", "")  # as a page shows it
    lines = {line.strip() for line in solved if len(line.strip()) >= 12}
    lines = {line for line in lines if line not in open_text}
    words = set(re.findall(r"[a-z]{5,}", "\n".join(lines).lower()))
    # the index of a site holds stems: environ, of environment
    return lines, {w for w in words if w not in open_text.lower()}


def text_of(path):
    if path.suffix == ".html":
        text = parsed(path).get_text()
    elif path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        text = "\n".join(cell.source for cell in notebook.cells)
    else:
        text = path.read_text(encoding="utf-8", errors="replace")
    return re.sub(r"[ \t]+", " ", text)


def leaks(folder, lines, words):
    """Return what of it a site's files, and its search index, hold."""
    paths = [p for p in folder.rglob("*.*") if p.suffix != ".png"
             and ("_static" not in p.parts or "site" in p.name)]
    text = "\n".join(map(text_of, paths))
    found = {x for x in lines if re.sub(r"[ \t]+", " ", x) in text}
    index = text_of(folder / "searchindex.js")
    return found, {word for word in words if re.search(rf"\b{word}\b", index)}


def test_a_class_finds_no_solution_anywhere(site, class_site):
    lines, words = solution_lines()
    code = {line for line in lines if "$" not in line and "*" not in line}
    found, indexed = leaks(site, code, words)  # it would see a leak
    assert len(found) > 0.9 * len(code) > 50 and indexed
    assert leaks(class_site, lines, words) == (set(), set())
    assert not (class_site / "downloads" / "complete").exists()
    assert not any("SOLUTION" in text_of(p) for p in pages_of(class_site))


def test_the_instructors_archive_holds_no_solution(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("git archive needs the course's git repository")
    page = (DOCS / "instructors.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^git archive .*$", page, re.MULTILINE)
    command = command.replace("course.zip", str(tmp_path / "course.zip"))
    subprocess.run(shlex.split(command), cwd=ROOT, check=True)
    names = set(zipfile.ZipFile(tmp_path / "course.zip").namelist())
    for kept in (f"notebooks/student/{STEMS[0]}.ipynb", "course.py"):
        assert f"course/{kept}" in names
    solved = r"course/(tests/|notebooks/source/|notebooks/\d\d_)"
    assert not [name for name in names if re.match(solved, name)]


def folds_of(page):
    """Return the titles of what is folded on a page: all of it is closed."""
    folds = page.select("details.hide")
    assert not any(fold.has_attr("open") or fold.img for fold in folds)
    return [fold.select_one(".collapsed").get_text() for fold in folds]


def test_what_is_folded(site, class_site):
    """Solutions, and code that draws; a class sees all but the solutions."""
    for stem in STEMS:
        cells = stored(NOTEBOOKS, stem).cells
        tags = [cell.metadata.get("tags", []) for cell in cells]
        exercises = [n for n in map(exercise_of, cells) if n]
        page, without = (parsed(folder / "notebooks" / f"{stem}.html")
                         for folder in (site, class_site))
        draws = [words for words in folds_of(without)]
        assert len(draws) == sum("draws" in own for own in tags)
        assert all("the code" in words for words in draws)
        solutions = [f"Show the solution of exercise {n}" for n in exercises]
        for cell in filter(tool.answers, cells):
            text = cell.cell_type == "markdown"
            solutions.append("Show a model answer" if text
                             else "Show the code of the model answer")
        assert sorted(folds_of(page)) == sorted(draws + solutions)
        assert folds_of(without) == draws
        for n in exercises:
            assert f"Exercise {n}: your code goes here" in page.get_text()
        assert "### " not in page.get_text()
        assert not re.search(r"Exercise \d\.\d: right", without.get_text())
        for what in ("article img", "h2", "h3"):
            assert len(page.select(what)) == len(without.select(what))


# --- the build's parts ----------------------------------------------------


def test_cells_become_what_their_tags_say(tmp_path):
    def cell(source, tag, *outputs):
        outs = [nbformat.v4.new_output("display_data", data, metadata=more)
                for data, more in outputs]
        cell = nbformat.v4.new_code_cell(source, outputs=outs)
        return cell.update(metadata={"tags": [tag]}) or cell

    data = {PNG: "YQ==", "application/vnd.course.figure+json": {}}
    figures = [(data, {PNG: {"alt": alt, "width": width}})
               for alt, width in (("a < b", 7), ("two", 5))]
    table = {"text/html": '<table border="1" class="dataframe">'}, {}
    asserts = cell("assert true", "instructor")
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("# 10"), asserts,
        cell("draw()", "draws", *figures), cell("lay_out()", "draws", table),
    ])
    for with_solutions in (True, False):
        page = tool.page("10_x", notebook, with_solutions, tmp_path)
        *others, drawn, laid_out = page.cells
        assert (asserts in others) == with_solutions
        html = [out.data.pop("text/html") for out in drawn.outputs]
        assert 'alt="a &lt; b" width="7"' in html[0]
        assert 'alt="two" width="5"' in html[1]
        assert not any(out.data for out in drawn.outputs)
        assert '<table class="table ' in laid_out.outputs[0].data["text/html"]
        for own, words in ((drawn, "that draws"), (laid_out, "of the table")):
            title = own.metadata["mystnb"]["code_prompt_show"]
            assert title == f"Show the code {words}"


def test_links_are_made_and_moved(monkeypatch):
    monkeypatch.setattr(tool, "stored", lambda: ["02_forward", "03_back"])
    two, three = "[notebook 02](02_forward.ipynb)", "[03](03_back.ipynb)"
    equation = '<a class="equation" href="../equations.html#B11">**B11**</a>'
    for text, linked in {
        "see notebook 02.": f"see {two}.",
        "Notebooks 02 and 03": f"Notebooks [02](02_forward.ipynb) and {three}",
        "**B11**: so, not **B99**": f"{equation}: so, not **B99**",
        "it (B11), B11": f"it ({equation.replace('*', '')}), B11",
    }.items():
        assert tool.linked(text, "") == linked
    for same in ("notebook 09", "`notebook 02`", "[notebook 02](a.ipynb)",
                 "# notebook 02", "$notebook 02$", "```\nnotebook 02\n```",
                 "notebook 02_forward"):
        assert tool.linked(same, "") == same
    assert tool.linked("notebook 02", "", own="02_forward") == "notebook 02"
    moved = tool.moved("[02](../notebooks/02_forward.ipynb) [L](../LICENSE) "
                       "[09](../notebooks/09_later.ipynb)")
    there = f"{tool.REPOSITORY}/blob/main/LICENSE"
    assert moved == f"[02](notebooks/02_forward.ipynb) [L]({there}) 09"


def test_what_the_build_refuses(tmp_path):
    with pytest.raises(ValueError, match="heading"):
        tool.fold_text("yes\n\n## A heading")
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match="other things"):
        tool.build(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


# --- in a browser ---------------------------------------------------------


@pytest.fixture(scope="module")
def browser(site):
    need("playwright", browser=True)
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(site):
    """Serve the site; yields its address."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextlib.contextmanager
def visit(browser, url):
    """Yield a page, and what it asks for; nothing goes wrong on it."""
    size = {"width": 1280, "height": 1000}
    context = browser.new_context(viewport=size)
    page, wrong, requested = context.new_page(), [], []
    page.on("console", lambda message: wrong.append(message.text)
            if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("request", lambda request: requested.append(request.url))
    page.goto(url, wait_until="load")
    page.evaluate("window.MathJax && MathJax.startup.promise")
    page.wait_for_timeout(100)
    for script in SCRIPTS:
        page.add_script_tag(path=str(script))
    yield page, requested
    assert wrong == []
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_page(name, site, browser, address):
    """Complete, readable on a telephone, without obstacles for anybody."""
    with visit(browser, f"{address}/{name}") as (page, requested):
        assert page.evaluate("leftUndone()") == []
        sent = parsed(site / name)  # what the script has not yet touched
        for parts in ("span.math, div.math", "img"):
            assert page.locator(parts).count() == len(sent.select(parts))
        assert all(url.startswith(address) for url in requested)
        paths = {unquote(urlsplit(url).path)[1:] for url in requested}
        files = [(site / path).read_bytes() for path in paths]
        assert sum(len(gzip.compress(file)) for file in files) < HEAVIEST
        shot = f"site_{Path(name).stem}"
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(300)
        assert page.evaluate("tooWide()") == []
        keep_screenshot(page, f"{shot}_narrow")
        page.set_viewport_size({"width": 1280, "height": 1000})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            told = f"document.documentElement.dataset.theme === '{scheme}'"
            page.wait_for_function(told)
            page.evaluate("openFolds()")  # and colours have faded
            keep_screenshot(page, f"{shot}_{scheme}")
            page.evaluate("keepOneOfAKind()")
            assert page.evaluate("obstacles()") == []


def test_the_search_for_obstacles_finds_one(browser, address):
    """Neither axe's settings nor `keepOneOfAKind` make it blind."""
    with visit(browser, f"{address}/notebooks/{STEMS[0]}.html") as (page, _):
        page.evaluate("""() => {
          const words = [...document.querySelectorAll("pre span.n")];
          const seen = words.filter(word => word.checkVisibility());
          seen.at(-1).style.color = "#e0e0e0";
          document.querySelector("article img").removeAttribute("alt");
        }""")
        page.evaluate("keepOneOfAKind()")
        found = {line.split(":")[0] for line in page.evaluate("obstacles()")}
        assert found == {"color-contrast", "image-alt"}


@pytest.mark.parametrize("how", ["served", "from disk"])
def test_search_finds(how, site, browser, address):
    base = address if how == "served" else site.as_uri()
    with visit(browser, f"{base}/index.html") as (page, _):
        page.click("button.search-button__button:visible")
        page.keyboard.type("backpropagation")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results li a")
        found = page.locator("#search-results").inner_html()
        assert "03_backpropagation" in found and "glossary" in found
        page.wait_for_timeout(500)


def test_folds_open(browser, site):
    """Opened from disk: each kind of fold shows one title, then its text."""
    url = f"{site.as_uri()}/notebooks/{STEMS[1]}.html"
    with visit(browser, url) as (page, requested):
        assert page.evaluate("leftUndone()") == []
        for words in ("the solution of", "the code that draws", "a model"):
            fold = page.locator("details.hide", has_text=f"Show {words}").first
            inside = fold.locator("pre, .model-answer").first
            titles = fold.locator("summary p:visible")
            assert titles.count() == 1 and not inside.is_visible()
            fold.locator("summary").click()
            assert titles.count() == 1 and inside.is_visible()
            page.reload()
        assert all(url.startswith("file:") for url in requested)


def test_a_figure_moves(browser, site):
    """By the keyboard, and from disk; without scripts it stands still."""
    url, *_ = [path.as_uri() for path in pages_of(site)
               if parsed(path).select("figure.course-frames")]
    with visit(browser, url) as (page, _):
        figure = page.locator("figure.course-frames").first
        image, slider = figure.locator("img"), figure.get_by_role("slider")
        frames = json.loads(figure.get_attribute("data-frames"))
        start = int(slider.input_value())
        slider.focus()
        for key, place in (("Home", 0), ("ArrowRight", 1),
                           ("End", len(frames) - 1)):
            page.keyboard.press(key)
            path, label = frames[place]
            seen = image.evaluate("i => i.decode().then(() => i.src)")
            assert seen.endswith(path.strip("."))
            assert figure.locator("output").inner_text() == label
            assert slider.get_attribute("aria-valuetext") == label
        keep_screenshot(page, "site_figure_moved")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(url)
        figure = page.locator("figure.course-frames").first
        assert not figure.locator("input").is_visible()
        image = figure.locator("img")
        assert image.get_attribute("src") == frames[start][0]
        assert image.is_visible()
