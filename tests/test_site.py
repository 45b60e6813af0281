"""The course as a site: what Sphinx makes, and what a browser shows of it."""

import functools
import gzip
import http.server
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from real_browser import keep_screenshot, need, open_browser

from helpers.build import BEGIN, END, NOTEBOOKS, STUDENT, exercise_of

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
STEMS = [p.stem for p in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]
PAGES = [f"{path.stem}.html" for path in sorted(DOCS.glob("*.md"))]
PAGES += ["search.html", *(f"notebooks/{stem}.html" for stem in STEMS)]
LONGEST_BUILD = 30  # seconds
HEAVIEST = 1_500_000  # bytes of a page with all that it loads, compressed
OFFLINE = """
import runpy, socket, sys, time
def refuse(*args, **kwargs):
    raise OSError("the site is built without a network")
socket.create_connection = socket.getaddrinfo = refuse
socket.socket.connect = refuse
sys.argv = sys.argv[1:]
sys.path.insert(0, "docs")
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    print(time.process_time())
"""


def build(folder, *arguments):
    """Build a site without a network; return (folder, seconds, complaints).

    The seconds are the processor's: on a machine that does nothing else the
    build takes as long, and what else a machine does is no fault of it.
    """
    command = [sys.executable, "-c", OFFLINE, "docs/build_site.py"]
    done = subprocess.run(
        [*command, "--output", str(folder), *arguments],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return folder, float(done.stdout.split()[-1]), done.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    need("sphinx", "myst_nb", "pydata_sphinx_theme")
    return build(tmp_path_factory.mktemp("readers") / "site")


@pytest.fixture(scope="session")
def site(built):
    return built[0]


@pytest.fixture(scope="session")
def class_site(tmp_path_factory):
    need("sphinx", "myst_nb", "pydata_sphinx_theme")
    folder = tmp_path_factory.mktemp("class") / "site"
    return build(folder, "--without-solutions")[0]


@pytest.fixture(scope="module")
def build_site(built):
    """The module docs/build_site.py (it needs the site's tools)."""
    sys.path.insert(0, str(DOCS))
    import build_site

    yield build_site
    sys.path.remove(str(DOCS))


@functools.cache
def parsed(path):
    from bs4 import BeautifulSoup

    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(path):
    return {tag["id"] for tag in parsed(path).select("[id]")}


def pages_of(site):
    return [p for p in site.rglob("*.html") if "_static" not in p.parts]


def articles(site):
    return {name: parsed(site / name).select_one("main") for name in PAGES}


def stored(folder, stem):
    return nbformat.read(folder / f"{stem}.ipynb", as_version=4)


# --- what is built --------------------------------------------------------


def test_build_is_quick_quiet_and_offline(built):
    _, seconds, complaints = built
    assert seconds < LONGEST_BUILD
    assert complaints == ""


def test_notebooks_stand_in_order_with_previous_and_next(site):
    pages = [f"notebooks/{stem}.html" for stem in STEMS]
    links = parsed(site / "index.html").select("nav.course-nav a")
    order = [a["href"] for a in links]
    assert [x for x in order if x.startswith("notebooks/")] == pages
    for page, after in zip(pages, pages[1:]):
        to = parsed(site / page).select_one("a.right-next")["href"]
        back = parsed(site / after).select_one("a.left-prev")["href"]
        assert to == Path(after).name and back == Path(page).name
    table = parsed(site / "index.html").select_one("article table")
    assert [a["href"] for a in table.select("a")] == pages


def test_pages_say_what_they_must(site):
    text = {name: a.get_text() for name, a in articles(site).items()}
    assert all(x in text["equations.html"] for x in ("F1", "B13", "S4", "O3"))
    assert all(x in text["notation.html"] for x in ("delta0", "learning_rate"))
    assert all(x in text["data.html"] for x in ("MNIST", "SHA-256", "CC BY"))
    for part in ("3 hours", "6 hours", "fails", "Handing out", "JupyterHub"):
        assert part in text["instructors.html"]
    for name, words in text.items():
        for mark in ("<!--", "ADDRESS", "FOLDER"):
            assert mark not in words, name


def test_the_first_page_says_where_solutions_are(site, class_site):
    open_text, class_text = (
        parsed(folder / "index.html").select_one("article").get_text()
        for folder in (site, class_site)
    )
    assert "Solutions are folded" in open_text
    assert "Solutions are folded" not in class_text
    assert "Solutions are not here yet" in class_text


def exercise_minutes():
    """Return the minutes that the exercises' headings state, by number."""
    found = {}
    for stem in STEMS:
        for cell in stored(NOTEBOOKS, stem).cells:
            head = r"^### Exercise (\S+) \((\d+) min"
            found.update(re.findall(head, cell.source, re.MULTILINE))
    return {number: int(minutes) for number, minutes in found.items()}


@pytest.mark.parametrize("hours", [3, 6])
def test_lesson_plans_can_be_kept(hours):
    """They end in time, and each part is as long as its exercises."""
    page = (DOCS / "instructors.md").read_text(encoding="utf-8")
    plan = page.split(f"## A session of {hours} hours")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d):(\d\d) \| (.*) \|$", plan, re.MULTILINE)
    starts = [60 * int(h) + int(m) for h, m, _ in rows]
    assert starts[0] == 0 and starts == sorted(starts)
    assert starts[-1] == 60 * hours and rows[-1][2].startswith("End")
    known, named = exercise_minutes(), []
    for start, end, (_, _, what) in zip(starts, starts[1:], rows):
        numbers = re.findall(r"\d\.\d", what)
        named += numbers
        minutes = [known[number] for number in numbers]
        several = max if " or " in what else sum  # groups, one each
        together = several(minutes or [0])
        assert together <= end - start, what
    assert len(named) >= 6


def test_study_times_agree_with_what_there_is_to_study(build_site):
    """What a notebook states lies near what its text and tasks add up to."""
    for stem in STEMS:
        known = build_site.facts(stem)
        counted = known["reading"] + known["solving"]
        assert 0.7 < known["study"] / counted < 1.4, (stem, known)
        assert 5 <= known["run"] <= 120, (stem, known)


def test_times_are_read(build_site):
    read = build_site.seconds
    assert read("about 20 seconds on\ntwo processors") == 20
    assert read("90 minutes") == 5400 and read("about 4 hours") == 14400


def test_glossary_is_in_order_and_linked(site):
    terms = parsed(site / "glossary.html").select("dl.glossary > dt")
    names = [dt.contents[0].strip().lower() for dt in terms]
    assert len(names) >= 40 and names == sorted(names)
    assert all(dt["id"].startswith("term-") for dt in terms)


def test_links_and_anchors_lead_somewhere(site):
    counted = 0
    for path in pages_of(site):
        for tag in parsed(path).select("[href], [src]"):
            link = tag.get("href") or tag.get("src")
            url = urlsplit(link)
            counted += 1
            if url.scheme in ("http", "https", "mailto"):
                assert url.scheme == "https", f"{path.name}: {link}"
                continue
            target = path.parent / unquote(url.path) if url.path else path
            assert target.exists(), f"{path.name}: {link}"
            if url.fragment and target.suffix == ".html":
                known = anchors(target.resolve())
                assert unquote(url.fragment) in known, f"{path.name}: {link}"
    assert counted > 500


def test_links_into_the_repository_name_its_files(site, build_site):
    start = f"{build_site.REPOSITORY}/blob/{build_site.BRANCH}/"
    found = {
        tag["href"][len(start):]
        for path in pages_of(site)
        for tag in parsed(path).select("[href]")
        if tag["href"].startswith(start)
    }
    assert "LICENSE" in found
    assert all((ROOT / unquote(path)).exists() for path in found), found


def test_the_ledger_leads_to_the_cells(site):
    """... that compute the equation, and notebooks lead to the ledger."""
    rows = parsed(site / "equations.html").select("article tbody tr")
    for row in rows:
        name = row.select_one("td").get_text().strip()
        page, anchor = row.select_one("a")["href"].split("#")
        mark = parsed(site / page).find(id=anchor)
        code = mark.find_next("div", class_="cell").select_one("pre")
        assert f'"{name}"' in code.get_text(), (name, page, anchor)
    assert len(rows) >= 28
    page = parsed(site / "notebooks" / f"{STEMS[3]}.html")
    assert page.select_one('a.equation[href="../equations.html#B13"]')


def test_nothing_is_taken_from_another_host(site):
    for path in pages_of(site):
        for tag in parsed(path).select("[src], link[href]"):
            link = tag.get("src") or tag.get("href")
            if tag.get("rel") != ["canonical"]:
                assert not re.match(r"(https?:)?//", link), (path.name, link)


def test_no_page_tells_where_it_was_made(site):
    places = [ROOT, Path.home(), sys.prefix, "course-site-"]
    for path in site.rglob("*"):
        if path.suffix in (".html", ".js", ".ipynb", ".txt", ".svg"):
            text = path.read_text(encoding="utf-8", errors="replace")
            found = [str(x) for x in places if str(x) in text]
            assert not found, (path.name, found)


def test_images_say_what_is_seen(site):
    for stem in STEMS:
        expected = [
            out.metadata["image/png"]["alt"]
            for cell in stored(NOTEBOOKS, stem).cells
            for out in cell.get("outputs", [])
            if "image/png" in out.get("data", {})
        ]
        page = parsed(site / "notebooks" / f"{stem}.html")
        shown = [image["alt"] for image in page.select("article img")]
        assert shown == [" ".join(alt.split()) for alt in expected]
    for name, article in articles(site).items():
        for image in article.select("img"):
            assert len(image["alt"]) >= 40, name
            assert not re.search(r"\.(png|svg|jpg)|_images", image["alt"])


def test_launch_buttons_and_downloads(site, class_site, build_site):
    owner = build_site.REPOSITORY.split("github.com/")[1]
    for folder, kinds in ((site, 2), (class_site, 1)):
        for stem in STEMS:
            page = parsed(folder / "notebooks" / f"{stem}.html")
            links = [a["href"] for a in page.select(".course-buttons a")]
            assert len(links) == 2 + kinds
            assert links[0].startswith(f"https://mybinder.org/v2/gh/{owner}/")
            assert links[0].endswith(f"notebooks/student/{stem}.ipynb")
            assert links[1].startswith("https://colab.research.google.com/")
            assert links[1].endswith(f"/downloads/student/{stem}.ipynb")
            for link in links[2:]:
                path = (folder / "notebooks" / link).resolve()
                nbformat.validate(nbformat.read(path, as_version=4))


def test_downloads_are_the_notebooks_and_a_first_cell(site):
    for stem in STEMS:
        for kind, folder in (("complete", NOTEBOOKS), ("student", STUDENT)):
            copy = stored(site / "downloads" / kind, stem)
            first = next(c for c in copy.cells if c.cell_type == "code")
            lines = first.source.splitlines()
            assert len(lines) <= 25 and max(map(len, lines)) <= 79
            copy.cells.remove(first)
            original = stored(folder, stem)
            if kind == "complete":
                assert copy == original
            assert [c.id for c in copy.cells] == [c.id for c in original.cells]


def test_a_notebook_alone_says_what_to_run(site, build_site):
    copy = stored(site / "downloads" / "student", STEMS[0])
    guard = next(c.source for c in copy.cells if c.cell_type == "code")
    exec(guard, {})  # with the course beside it, silent
    code = f"import sys; sys.modules['helpers'] = None\nexec({guard!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert "CourseNotHere" in done.stderr
    name = build_site.REPOSITORY.rsplit("/", 1)[-1]
    for words in (f"git clone {build_site.REPOSITORY}", f"cd {name}",
                  f"%cd {name}", "python3 course.py lab", "%pip install"):
        assert words in done.stderr


def test_the_address_stands_in_one_place(build_site):
    owner = build_site.REPOSITORY.split("github.com/")[1]
    holders = [
        path.relative_to(ROOT).as_posix()
        for folder in (".", "docs", "helpers", "notebooks", ".github", "tests")
        for path in (ROOT / folder).glob(
            "*.*" if folder in (".", "docs") else "**/*.*"
        )
        if path.suffix in (".py", ".md", ".yml", ".toml", ".ipynb", ".txt")
        and owner in path.read_text(encoding="utf-8")
    ]
    assert holders == ["docs/conf.py"]


# --- solutions ------------------------------------------------------------


def solution_lines():
    """Return what only solutions say: lines of code, sentences, words."""
    solved, free = [], []
    for stem in STEMS:
        complete = stored(NOTEBOOKS, stem)
        kept = {cell.id for cell in stored(STUDENT, stem).cells}
        for cell in complete.cells:
            free.append(json.dumps(cell.get("outputs", []), default=str))
            if cell.id not in kept:
                solved += cell.source.splitlines()
            elif exercise_of(cell):
                head, rest = cell.source.split(BEGIN)
                inside, tail = rest.split(END)
                solved += inside.splitlines()
                free += [head, tail]
            else:
                free.append(cell.source)
    free += [path.read_text("utf-8") for path in DOCS.glob("*.md")]
    open_text = "\n".join(free)
    open_text += open_text.replace("`", "")  # as a page shows it
    lines = {line.strip() for line in solved if len(line.strip()) >= 12}
    lines = {line for line in lines if line not in open_text}
    words = set(re.findall(r"[a-z]{5,}", "\n".join(lines).lower()))
    words -= set(re.findall(r"[a-z]{5,}", open_text.lower()))
    return lines, words


def text_of(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".html":
        text = parsed(path).get_text()
    elif path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n".join(cell.source for cell in cells)
    return re.sub(r"[ \t]+", " ", text)


def leaks(folder, lines):
    """Return the solution lines that a site's files hold."""
    lines = {re.sub(r"[ \t]+", " ", line) for line in lines}
    found = set()
    for path in sorted(folder.rglob("*")):
        vendored = "_static" in path.parts and "site" not in path.name
        if path.is_file() and not vendored and path.suffix != ".png":
            text = text_of(path)
            found |= {line for line in lines if line in text}
    return found


def indexed(folder, words):
    """Return those of the words that the search index knows."""
    text = (folder / "searchindex.js").read_text(encoding="utf-8")
    return {word for word in words if re.search(rf"\b{word}\b", text)}


def test_a_class_finds_no_solution_anywhere(site, class_site):
    lines, words = solution_lines()
    assert len(lines) > 50 and len(words) > 10
    code = {line for line in lines if "$" not in line and "*" not in line}
    assert len(leaks(site, code)) > 0.9 * len(code)  # the search would see it
    assert indexed(site, words)
    assert leaks(class_site, lines) == set()
    assert indexed(class_site, words) == set()
    assert not (class_site / "downloads" / "complete").exists()
    assert "SOLUTION" not in "".join(
        text_of(path) for path in pages_of(class_site)
    )


def test_the_instructors_archive_holds_no_solution(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("git archive needs the course's git repository")
    page = (DOCS / "instructors.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^git archive .*$", page, re.MULTILINE)
    command = command.replace("course.zip", str(tmp_path / "course.zip"))
    subprocess.run(shlex.split(command), cwd=ROOT, check=True)
    names = set(zipfile.ZipFile(tmp_path / "course.zip").namelist())
    kept = {f"course/notebooks/student/{STEMS[0]}.ipynb", "course/course.py",
            "course/data/mnist.npz", "course/requirements.txt"}
    assert kept <= names
    for name in names:
        assert not re.match(
            r"course/(tests/|notebooks/source/|notebooks/\d\d_)", name
        )


def test_the_class_sees_everything_else(site, class_site):
    for stem in STEMS:
        name = f"notebooks/{stem}.html"
        with_them, without = parsed(site / name), parsed(class_site / name)
        for what in ("img", "h2", "h3"):
            count = len(with_them.select(f"article {what}"))
            assert len(without.select(f"article {what}")) == count
        assert not without.select("details.hide")
        assert not re.search(r"Exercise \d\.\d: right", without.get_text())


def test_solutions_are_folded_below_their_stub(site):
    for stem in STEMS:
        cells = stored(NOTEBOOKS, stem).cells
        kept = {cell.id for cell in stored(STUDENT, stem).cells}
        exercises = [n for n in map(exercise_of, cells) if n]
        texts = [cell for cell in cells if cell.id not in kept]
        page = parsed(site / "notebooks" / f"{stem}.html")
        folds = page.select("details.hide")
        assert len(folds) == len(exercises) + len(texts)
        assert not any(fold.has_attr("open") for fold in folds)
        titles = [f.select_one(".collapsed").get_text() for f in folds]
        for number in exercises:
            assert f"Show the solution of exercise {number}" in titles
            stub = f"Exercise {number}: your code goes here"
            assert stub in page.get_text()
        assert "### " not in page.get_text()


# --- the build's parts ----------------------------------------------------


def test_mentions_become_links(build_site, monkeypatch):
    stems = ["02_forward", "03_back"]
    monkeypatch.setattr(build_site, "stored", lambda: stems)
    linked = build_site.linked
    two, three = "[notebook 02](02_forward.ipynb)", "[03](03_back.ipynb)"
    assert linked("see notebook 02.", "") == f"see {two}."
    assert linked("Notebooks 02 and 03", "") == (
        f"Notebooks [02](02_forward.ipynb) and {three}"
    )
    assert linked("notebook\n02", "x/") == "[notebook\n02](x/02_forward.ipynb)"
    for same in ("notebook 09", "`notebook 02`", "[notebook 02](a.ipynb)",
                 "# notebook 02", "$notebook 02$", "```\nnotebook 02\n```"):
        assert linked(same, "") == same
    assert linked("notebook 02", "", own="02_forward") == "notebook 02"
    assert 'href="../equations.html#B11"' in linked("**B11**: so", "")
    assert linked("**B99** and **A**", "") == "**B99** and **A**"


def test_links_of_pages_are_moved(build_site, monkeypatch):
    monkeypatch.setattr(build_site, "stored", lambda: ["02_forward"])
    moved = build_site.moved
    here = moved("[02](../notebooks/02_forward.ipynb)")
    assert here == "[02](notebooks/02_forward.ipynb)"
    assert moved("[09](../notebooks/09_later.ipynb)") == "09"
    there = f"{build_site.REPOSITORY}/blob/main/LICENSE"
    assert moved("[LICENSE](../LICENSE)") == f"[LICENSE]({there})"


def test_a_heading_in_a_model_answer_is_refused(build_site):
    with pytest.raises(ValueError, match="heading"):
        build_site.fold_text("yes\n\n## A heading")


def test_a_folder_with_other_things_is_left_alone(build_site, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match="other things"):
        build_site.build(tmp_path)
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

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class Visit:
    """A page in the browser, and all that went wrong while it loaded."""

    def __init__(self, browser, url, scheme="light", width=1280):
        self.context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 1000}
        )
        self.page = self.context.new_page()
        self.wrong, self.requested = [], []
        self.page.on("console", self.console)
        self.page.on("pageerror", lambda e: self.wrong.append(f"error: {e}"))
        self.page.on("requestfailed", lambda r: self.wrong.append(r.url))
        self.page.on("response", self.response)
        self.page.on("request", lambda r: self.requested.append(r.url))
        self.page.goto(url, wait_until="load")
        self.page.evaluate("window.MathJax && MathJax.startup.promise")
        self.page.wait_for_timeout(100)

    def console(self, message):
        if message.type in ("error", "warning"):
            self.wrong.append(message.text)

    def response(self, answer):
        if answer.status >= 400:
            self.wrong.append(f"{answer.status} {answer.url}")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()


RAW = """() => {
  const left = [], skip = "pre, code, script, style, mjx-container";
  const walk = document.createTreeWalker(
    document.querySelector("article") || document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node.parentElement.closest(skip)) continue;
    if (/\\$|\\\\[a-zA-Z(\\[]/.test(node.data)) left.push(node.data);
  }
  return {
    left,
    formulas: document.querySelectorAll("span.math, div.math").length,
    drawn: document.querySelectorAll(".math mjx-container svg").length,
    bare: [...document.querySelectorAll("span.math, div.math")]
      .filter(e => !e.querySelector("mjx-container svg")).length,
    errors: document.querySelectorAll("mjx-merror, [data-mml-node=merror]")
      .length,
    images: document.images.length,
    unseen: [...document.images].filter(i => !i.naturalWidth).length,
  };
}"""
OPEN_FOLDS = """async () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  await Promise.all(document.getAnimations().map(a => a.finished));
}"""
OPACITY = """code => {
  let all = 1;
  for (let e = code; e; e = e.parentElement)
    all *= getComputedStyle(e).opacity;
  return all;
}"""
# Code has thousands of words in a dozen colours, and axe would take each of
# them: the first of a kind stays, its repetitions become plain text. Formulas
# are lines of drawn shapes, of which no rule says anything.
ONE_OF_A_KIND = """() => {
  const seen = new Set(), again = [];
  for (const word of document.querySelectorAll("pre span[class]")) {
    const block = word.closest("pre");
    const [own, paper] = [word, block].map(e => getComputedStyle(e));
    const around = block.closest(".cell_output, .cell_input, details");
    const kind = [word.className, around?.className, own.color, own.font,
                  own.backgroundColor, own.opacity, paper.backgroundColor,
                  block.closest("details") !== null].join();
    if (seen.has(kind) && !word.children.length) again.push(word);
    seen.add(kind);
  }
  for (const word of again) word.replaceWith(word.textContent);
  for (const drawn of document.querySelectorAll("mjx-container > svg"))
    drawn.replaceChildren();
  return seen.size;
}"""
AXE_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(v => v.id + ": " +
    v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "));
}"""


def weight(site, urls):
    """Return the bytes of a page and all that it loads, compressed."""
    total = 0
    for path in {urlsplit(url).path for url in urls}:
        content = (site / unquote(path).lstrip("/")).read_bytes()
        if not path.endswith((".png", ".woff2")):
            content = gzip.compress(content, 6)
        total += len(content)
    return total


@pytest.fixture(scope="module", params=PAGES)
def visit(request, browser, address):
    """Each page in turn; the tests that take it follow one another."""
    with Visit(browser, f"{address}/{request.param}") as visit:
        visit.name = request.param
        yield visit


def test_page_in_the_browser(visit, site, address):
    seen = visit.page.evaluate(RAW)
    assert visit.wrong == []
    assert all(url.startswith(address) for url in visit.requested)
    assert seen["left"] == []
    assert seen["bare"] == seen["errors"] == seen["unseen"] == 0
    sent = parsed(site / visit.name)  # what the script has not yet touched
    assert seen["formulas"] == len(sent.select("span.math, div.math"))
    assert seen["images"] == len(sent.select("img"))
    heavy = weight(site, visit.requested)
    assert heavy < HEAVIEST
    keep_counts(
        page=visit.name, formulas=seen["formulas"], images=seen["images"],
        links=len(sent.select("a[href]")), bytes=heavy,
    )
    show(visit, "light")
    show(visit, "dark")


def show(visit, scheme):
    """Turn a page light or dark, and keep what it looks like."""
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.wait_for_function(
        "scheme => document.documentElement.dataset.theme === scheme",
        arg=scheme,
    )
    keep_screenshot(visit.page, f"site_{Path(visit.name).stem}_{scheme}")


def keep_counts(**counts):
    """Keep what was counted on a page beside the screenshots."""
    folder = os.environ.get("COURSE_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with open(Path(folder) / "pages.jsonl", "a", encoding="utf-8") as out:
            out.write(json.dumps(counts) + "\n")


def test_readable_on_a_telephone(visit):
    page = visit.page
    page.emulate_media(color_scheme="light")
    page.evaluate("scrollTo(0, 0)")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    outside = page.evaluate(
        """() => [...document.querySelectorAll(
            "article p, article li, article h1, article h2, article img")]
          .filter(e => e.getBoundingClientRect().right > 391
            && !e.closest(".pst-scrollable-table-container"))
          .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert outside == []
    assert visit.wrong == []
    keep_screenshot(page, f"site_{Path(visit.name).stem}_narrow")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_obstacle_for_anybody(scheme, visit):
    page = visit.page
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "scheme => document.documentElement.dataset.theme === scheme",
        arg=scheme,
    )
    page.evaluate(OPEN_FOLDS)
    kinds = page.evaluate(ONE_OF_A_KIND)
    assert kinds > 5 or "notebooks" not in visit.name
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(AXE))
    assert page.evaluate(AXE_RUN) == []


def test_the_search_for_obstacles_finds_one(browser, site):
    """Neither axe's settings nor ONE_OF_A_KIND make it blind."""
    with Visit(browser, f"{site.as_uri()}/notebooks/{STEMS[0]}.html") as visit:
        visit.page.add_script_tag(path=str(AXE))
        visit.page.evaluate(
            """() => {
              const words = document.querySelectorAll("pre span.n");
              words[words.length - 1].style.color = "#e0e0e0";
              document.querySelector("article img").removeAttribute("alt");
            }"""
        )
        visit.page.evaluate(ONE_OF_A_KIND)
        found = visit.page.evaluate(AXE_RUN)
        assert {line.split(":")[0] for line in found} == {
            "color-contrast", "image-alt",
        }


@pytest.mark.parametrize("how", ["served", "from disk"])
def test_search_finds(how, site, browser, address):
    base = address if how == "served" else site.as_uri()
    with Visit(browser, f"{base}/index.html") as visit:
        page = visit.page
        page.click("button.search-button__button:visible")
        page.keyboard.type("backpropagation")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results li a")
        found = page.eval_on_selector_all(
            "#search-results li a", "all => all.map(a => a.href)"
        )
        assert any("03_backpropagation" in link for link in found)
        assert any("glossary" in link for link in found)
        page.wait_for_timeout(500)
        assert visit.wrong == []
        keep_screenshot(page, f"site_search_{how.replace(' ', '_')}")


def test_it_works_from_disk(site, browser):
    name = f"notebooks/{STEMS[-1]}.html"
    with Visit(browser, f"{site.as_uri()}/{name}") as visit:
        seen = visit.page.evaluate(RAW)
        assert visit.wrong == [] and seen["left"] == []
        assert seen["bare"] == seen["unseen"] == 0
        assert all(url.startswith("file:") for url in visit.requested)


def test_a_solution_opens(browser, address):
    with Visit(browser, f"{address}/notebooks/{STEMS[0]}.html") as visit:
        fold = visit.page.locator("details.hide").first
        code = fold.locator("pre")
        assert not code.is_visible()
        fold.locator("summary").click()
        assert code.is_visible() and "return" in code.inner_text()
        visit.page.evaluate(OPEN_FOLDS)  # waits until it has faded in
        assert code.evaluate(OPACITY) == 1
        assert visit.wrong == []
        keep_screenshot(visit.page, "site_solution_open")


def test_the_reader_chooses_light_or_dark(browser, address):
    with Visit(browser, f"{address}/index.html") as visit:
        seen = [paper(visit.page)]
        for mode in ("dark", "light"):
            choose(visit.page, mode)
            seen.append(paper(visit.page))
        assert visit.wrong == []
        choose(visit.page, "dark")
        visit.page.goto(f"{address}/glossary.html")
        seen.append(paper(visit.page))  # it remembers
    bright = [sum(map(int, re.findall(r"\d+", c)[:3])) > 600 for c in seen]
    assert bright == [True, False, True, False]


def paper(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def choose(page, mode):
    """Set the theme's switch, a menu or (before 0.17) a button in turn."""
    switch = page.locator("button.theme-switch-button:visible")
    for _ in range(3):
        switch.click()
        entry = page.locator(f"button.theme-change-button[data-mode={mode}]")
        if entry.count():
            entry.first.click()
        if page.evaluate("document.documentElement.dataset.mode") == mode:
            break
    page.mouse.click(5, 500)  # away from the switch
    page.wait_for_timeout(400)  # colours fade
