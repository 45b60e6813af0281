"""The stored notebooks: what the source gives, and by the style's rules."""

import ast
import base64
import json
import os
import re
import shutil
import struct
import subprocess
import sys

import clean
import nbformat
import pytest

from exercises.source import facts
from helpers.plotting import FRAMES, MOST_SHOWN, SHOWN
from tools import build

SOURCES = build.find_sources()
NAMES = [path.stem for path in SOURCES]
LONGEST_CELL, LONGEST_FUNCTION, LONGEST_LINE = 25, 30, 79
TAGS = r"draws|instructor|solution-only|nbval-ignore-output"
TAGS += r"|exercise-\d+\.\d+|answer-\d+\.Q\d+|equation-[FBSO]\d+"
SHOWN_AS = {"div", "b", "p", "table", "thead", "tbody", "tr", "th", "td"}
SHOWN_AS |= {"pre", "span"}
PANDAS_STYLE = r"<style scoped>[\s\w.:;{}-]*</style>"  # no url, no import
HEADINGS = ("## Summary", "## On your own", "## Further reading")


@pytest.fixture(scope="module", params=SOURCES, ids=NAMES)
def name(request):
    return request.param.stem


@pytest.fixture(scope="module")
def source(name):
    return build.read_source(build.SOURCES / f"{name}.py")


@pytest.fixture(scope="module")
def complete(name):
    path = build.NOTEBOOKS / f"{name}.ipynb"
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [out for cell in code_cells(notebook) for out in cell.outputs]


def test_complete_notebook_is_what_the_source_gives(source, complete):
    def facts(cell):
        tags = cell.metadata.get("tags", [])
        return cell.cell_type, cell.source, cell.id, list(tags)

    assert [facts(c) for c in complete.cells] == [
        facts(c) for c in source.cells
    ]
    assert complete.metadata == build.KERNEL


def test_student_copy_is_what_the_source_gives(name, source):
    path = build.STUDENT / f"{name}.ipynb"
    expected = nbformat.writes(build.student_copy(source)) + "\n"
    assert path.read_text(encoding="utf-8") == expected


def test_student_copy_holds_no_solution_and_no_output(name, source):
    path = build.STUDENT / f"{name}.ipynb"
    copy = nbformat.read(path, as_version=4)
    assert not outputs(copy)
    assert "SOLUTION" not in path.read_text(encoding="utf-8")
    stubs = [c for c in code_cells(copy) if "your code goes here" in c.source]
    numbers = [n for n in map(build.exercise_of, source.cells) if n]
    assert len(stubs) == len(numbers)


def test_source_is_in_its_normal_form(name):
    path = build.SOURCES / f"{name}.py"
    text = path.read_text(encoding="utf-8")
    assert build.to_source(build.read_source(path)) == text


def test_run_once_from_top_to_bottom(complete):
    counts = [cell.execution_count for cell in code_cells(complete)]
    assert counts == list(range(1, len(counts) + 1))


def test_stored_outputs_are_clean(name, complete):
    for out in outputs(complete):
        assert out.get("name") != "stderr"
        assert out.output_type != "error"
        text = str(out.get("text", "")) + str(
            {k: v for k, v in out.get("data", {}).items() if "image" not in k}
        )
        assert "widget" not in text and "Traceback" not in text
        assert len(str(out.get("text", "")).splitlines()) <= 20
    path = build.NOTEBOOKS / f"{name}.ipynb"
    assert path.stat().st_size <= 1024 * 1024


def test_figures_say_what_is_seen(name, complete):
    figures = 0
    for out in outputs(complete):
        data = out.get("data", {})
        if "image/png" not in data:
            continue
        figures += 1
        facts = out.metadata["image/png"]
        assert len(facts["alt"]) >= 40 and facts["alt"].endswith(".")
        plain = [facts["alt"], "a figure: its text is in the metadata"]
        assert data["text/plain"] in plain
        assert 0 < facts["width"] <= 700
        picture = base64.b64decode(data["image/png"])
        (width,) = struct.unpack(">I", picture[16:20])
        assert width == 2 * facts["width"]
        (shown,) = [data[kind] for kind in (SHOWN, FRAMES) if kind in data]
        assert 0 < len(json.dumps(shown)) <= MOST_SHOWN
    assert figures


def test_tags_are_known_and_collapse_what_draws(source, complete):
    for cell in complete.cells:
        tags = cell.metadata.get("tags", [])
        assert all(re.fullmatch(TAGS, tag) for tag in tags), tags
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        assert hidden == ("draws" in tags)
        if hidden:
            assert cell.cell_type == "code" and build.exercise_of(cell) is None


def test_cells_are_short(complete):
    for cell in code_cells(complete):
        lines = cell.source.splitlines()
        nodes = ast.parse(cell.source).body
        one = len(nodes) == 1 and isinstance(nodes[0], ast.FunctionDef)
        draws = "draws" in cell.metadata.get("tags", [])
        limit = LONGEST_FUNCTION if one or draws else LONGEST_CELL
        lines_of_code = [line for line in lines if "### " not in line]
        assert len(lines_of_code) <= limit, cell.source
        assert max(map(len, lines)) <= LONGEST_LINE, cell.source


def test_rhythm_of_text_and_code(complete):
    seen = [
        c for c in complete.cells
        if "jupyter" not in c.metadata
        and not {"instructor"} & set(c.metadata.get("tags", []))
    ]
    kinds = "".join(cell.cell_type[0] for cell in seen)
    assert "ccc" not in kinds, kinds
    assert 0.45 <= kinds.count("m") / len(kinds) <= 0.65, kinds


def test_sections(name, complete):
    text = "\n".join(
        cell.source for cell in complete.cells if cell.cell_type == "markdown"
    )
    assert text.startswith(f"# {name[:2]} — ") and text.count("\n# ") == 0
    for part in ("What you will do", "What you will learn", "What you need"):
        assert f"**{part}.**" in text
    for heading in HEADINGS:
        assert text.count(heading) == 1
    summary = text.split("## Summary")[1].split("\n## ")[0]
    sentences = re.findall(r"[.?!](?=\s|$)", summary)
    assert 3 <= len(sentences) <= 5, summary


def test_exercises_are_spread_through_the_notebook(name, complete):
    cells = complete.cells
    numbers = [(build.exercise_of(c), k) for k, c in enumerate(cells)]
    places = [(number, k) for number, k in numbers if number]
    part = str(int(name[:2]))
    expected = [f"{part}.{k + 1}" for k in range(len(places))]
    assert [number for number, _ in places] == expected
    assert 1 <= len(places) <= 6
    for number, k in places:
        text = f"### Exercise {number} ("
        assert text in "".join(c.source for c in cells[max(k - 2, 0) : k])
        later = "".join(c.source for c in cells[k + 1 : k + 4])
        for call in ("check", "# hint", "# solution"):
            assert f'{call}("{number}"' in later
    if len(places) >= 3:
        assert places[-1][1] - places[0][1] > len(cells) / 4


def test_the_course_has_its_exercises_and_figures():
    cells = [c for notebook in build.stored().values() for c in notebook.cells]
    exercises = [c for c in cells if build.exercise_of(c)]
    figures = [out for c in cells for out in c.get("outputs", [])
               if "image/png" in out.get("data", {})]
    assert len(exercises) >= 40 and len(figures) >= 70


def test_local_links_lead_somewhere(complete):
    for cell in complete.cells:
        if cell.cell_type == "markdown":
            for link in re.findall(r"\]\(([^)#]+)\)", cell.source):
                if "://" not in link:
                    assert (build.NOTEBOOKS / link).exists(), link


def test_share_of_strictly_compared_cells(complete):
    cells = code_cells(complete)
    ignored = [
        c for c in cells
        if "nbval-ignore-output" in c.metadata.get("tags", [])
    ]
    assert len(ignored) / len(cells) <= 0.5
    for cell in ignored:  # what is not compared is bounded, or only shown
        assert "nbval-skip" not in cell.metadata["tags"]


def test_it_says_its_facts(name):
    (own,) = [known for known in facts() if known["stem"] == name]
    assert 0 < own["run"] <= 90 and 0 < own["study"] <= own["all"] <= 240
    readme = (build.NOTEBOOKS.parent / "README.md").read_text("utf-8")
    assert f"| {own['question']} | {own['run']} s |" in readme


def test_pictures_of_the_readme_are_the_notebooks(name, complete):
    folder = build.NOTEBOOKS.parent / "docs" / "pictures"
    readme = (build.NOTEBOOKS.parent / "README.md").read_text("utf-8")
    for picture, image in build.pictures(name, complete).items():
        assert (folder / f"{picture}.png").read_bytes() == image
        assert f"docs/pictures/{picture}.png" in readme


# --- nothing personal, nothing secret, nothing active -----------------------


def stored(name):
    """Return the complete notebook and the student copy, by kind."""
    folders = {"complete": build.NOTEBOOKS, "student": build.STUDENT}
    return {
        kind: nbformat.read(folder / f"{name}.ipynb", as_version=4)
        for kind, folder in folders.items()
    }


def texts(notebook):
    """Return all that is readable in a notebook: not the pictures."""
    for cell in notebook.cells:
        yield cell.source
        for out in cell.get("outputs", []):
            yield str(out.get("text", ""))
            yield str(out.get("metadata", ""))
            for kind, data in out.get("data", {}).items():
                if not kind.startswith("image/"):
                    yield str(data)


def test_no_trace_of_person_and_machine_and_no_secret(name):
    for kind, notebook in stored(name).items():
        for text in texts(notebook):
            assert not clean.traces(text), (kind, clean.traces(text))


def test_metadata_hold_nothing_else(name):
    for notebook in stored(name).values():
        assert notebook.metadata == build.KERNEL
        for cell in notebook.cells:
            assert set(cell.metadata) <= {"tags", "jupyter"}
            assert "attachments" not in cell
            for out in cell.get("outputs", []):
                known = {"image/png", "equation", FRAMES}
                assert set(out.get("metadata", {})) <= known


def test_outputs_are_text_and_pictures(name, complete):
    for out in outputs(complete):
        assert out.output_type in ("stream", "display_data", "execute_result")
        kinds = set(out.get("data", {}))
        assert kinds <= {"text/plain", "text/html", "image/png", SHOWN, FRAMES}
        if "image/png" in kinds:
            assert clean.chunks(out.data["image/png"]) <= clean.CHUNKS
        if "text/html" in kinds:  # around "right", pandas', Keras's summary
            html = re.sub(PANDAS_STYLE, "", out.data["text/html"])
            found, tags = clean.active(html)
            assert not found and tags <= SHOWN_AS


def test_cells_hold_nothing_active(name):
    for notebook in stored(name).values():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                assert not clean.active_in_code(cell.source), cell.source
            else:
                found, tags = clean.active_in_markdown(cell.source)
                assert not found and tags <= {"kbd", "br"}, (found, tags)


def test_pages_and_pictures_hold_nothing_of_it():
    docs = build.NOTEBOOKS.parent / "docs"
    paths = [build.NOTEBOOKS.parent / "README.md", *docs.glob("*.md")]
    assert len(paths) > 5
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not clean.traces(text), path.name
        assert not clean.active_in_markdown(text)[0], path.name
    for path in docs.glob("pictures/*.png"):
        assert clean.chunks(path.read_bytes()) <= clean.CHUNKS


@pytest.mark.parametrize(
    "text",
    [
        "see /home/marie/course", "in /tmp/x.npz", r"C:\Users\me", "/root/.a",
        "<object at 0x7f3a9c1d2e50>", "marie@example.org",
        "ghp_" + "a1" * 18, "AKIA" + "ABCD" * 4, "hf_" + "x" * 30,
        "-----BEGIN RSA PRIVATE KEY-----", "password = 'hunter2'",
        "https://me:hunter2@example.org", "a\u202eb", "zero\u200bwidth",
    ],
)
def test_traces_would_be_found(text):
    assert clean.traces(f"A line, {text} and more.")
    assert not clean.traces("Rows /home alone, 3/4, a/b/c, x @ W0 + b0, 0x1F")


def test_active_content_would_be_found():
    for html in (
        "<script>1</script>", "<iframe src='x'>", "<b onclick='f()'>",
        "<a href=' java\nscript:f()'>", "<img src=x onerror=f()>",
        "<form action=x>", "<div style='background:url(x)'>", "<SVG/onload=1>",
    ):
        assert clean.active(html)[0], html
        assert clean.active_in_markdown(f"Text {html} text")[0], html
    assert clean.active_in_markdown("[a](javascript:f())")[0]
    harmless = "where $a<b$ and `<script>` mean nothing"
    assert clean.active_in_markdown(harmless) == ([], set())
    for code in ("!ls", "%%html\n<b>", "%matplotlib inline", "HTML('<b>')",
                 "subprocess.call(x)", "urllib.request.urlopen(x)"):
        assert clean.active_in_code(code), code
    assert not clean.active_in_code("y = x @ W0 % 3  # html")
    png = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x01tEXta\x00\x00\x00\x00"
    assert clean.chunks(png) == {b"tEXt"}


def test_killed_kernels_leave_nothing_behind(tmp_path):
    """nbval kills its kernels; what they keep in a temporary folder goes."""
    folder, temporary = tmp_path / "notebooks", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    shutil.copy(build.NOTEBOOKS / "conftest.py", folder)
    cell = nbformat.v4.new_code_cell(
        "import tempfile\nname = tempfile.mkstemp()[1]"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, folder / "keeps.ipynb")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    command += ["--nbval", "--nbval-current-env", "."]
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **places},
        capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
    assert list(temporary.iterdir()) == []
