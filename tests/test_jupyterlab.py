"""JupyterLab as a student sees it: course.py lab, in a real browser.

The tests follow one another on one page: run all, wrong answer, right one.
Nothing is saved; the student copy is opened where it is, and compared.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from real_browser import TOOLS, keep_screenshot, need, open_browser

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402  (it is no package's module)

NOTEBOOK = "notebooks/student/04_numpy_single_hidden_layer.ipynb"
PATIENCE = 90  # seconds: machines are shared
STUB = "def one_hot(digits, K):\n    return "
RIGHT, WRONG = STUB + "np.eye(K)[digits]", STUB + "np.eye(K)[digits].T"


def finished_environment():
    """Would course.py lab start at once, in the environment of the tests?"""
    folder = Path(sys.prefix)
    stamp = folder / course.STAMP
    wanted = course.fingerprint(folder)
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start course.py lab; yields its address, a function of a path."""
    need("playwright", browser=True)
    if not finished_environment():
        reason = TOOLS
        if os.environ.get("COURSE_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("jupyter")
    settings = folder / "settings" / "@jupyterlab" / "docmanager-extension"
    settings.mkdir(parents=True)
    text = '{"autosave": false}'
    (settings / "plugin.jupyterlab-settings").write_text(text)
    surroundings = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "course.py", "lab", "--no-browser"]
    command += ["--port", str(port), "--venv", sys.prefix]
    checkpoints = folder / "checkpoints"
    command.append(f"--FileCheckpoints.checkpoint_dir={checkpoints}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = folder / "log.txt"
    with open(log, "w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env=surroundings,
            start_new_session=True,
        )
    try:
        yield address(log, port, process)
    finally:
        stop(process)


def address(log, port, process):
    """Wait for JupyterLab; return a function from a path to its URL."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        text = log.read_text(errors="replace")
        found = re.search(rf"(http://\S+:{port})/lab\S*token=(\w+)", text)
        if found:
            base, token = found.groups()
            return lambda path: f"{base}/lab/tree/{path}?token={token}"
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start: {log.read_text()}")


def stop(process):
    if os.name == "nt":
        number = str(process.pid)
        subprocess.call(["taskkill", "/F", "/T", "/PID", number])
    else:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(PATIENCE)


def saves(request):
    """Does a request change a file? (A checkpoint is a copy, elsewhere.)"""
    what = urlsplit(request.url).path
    if "/api/contents/" not in what or what.endswith("/checkpoints"):
        return False
    return request.method != "GET"


@pytest.fixture(scope="module")
def page(lab):
    """The student copy of 04 in JupyterLab; it must remain as it was."""
    before = (ROOT / NOTEBOOK).read_bytes()
    saved = []
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(1000 * PATIENCE)
        page.on("request", lambda r: saved.append(r.url) if saves(r) else None)
        page.goto(lab(NOTEBOOK))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
        )
        # behind it the notebook is not shown yet, and "Run" does nothing
        page.locator(".jp-NotebookPanel .jp-Spinner").wait_for(
            state="detached"
        )
        yield page
    assert saved == []
    assert (ROOT / NOTEBOOK).read_bytes() == before


def cell(page, text):
    """Return the first code cell with a text, scrolled to."""
    found = page.locator(".jp-CodeCell", has_text=text).first
    found.scroll_into_view_if_needed()
    return found


def run(page, text, words):
    """Run a code cell, wait for words in its output; return the output."""
    chosen = cell(page, text)
    chosen.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    output = chosen.locator(".jp-OutputArea", has_text=words)
    output.wait_for()
    return output.text_content()


def answer(page, code, words):
    """Type an answer to exercise 4.1, run it and its check."""
    chosen = cell(page, "def one_hot(digits, K):")
    chosen.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Control+Enter")
    return run(page, 'check("4.1", one_hot)', words)


def test_it_opens_on_the_student_copy(page):
    heading = page.locator(".jp-RenderedMarkdown h1")
    assert "Can 60 lines of NumPy read digits?" in heading.text_content()
    assert page.locator(".jp-Dialog").count() == 0
    assert "your code goes here" in cell(page, "def one_hot").text_content()
    heading.scroll_into_view_if_needed()
    keep_screenshot(page, "jupyterlab_0_opened")


def test_run_all_stops_at_the_first_exercise(page):
    page.click('.lm-MenuBar-itemLabel:text-is("Run")')
    page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
    check = cell(page, 'check("4.1", one_hot)')
    words = "Exercise 4.1: not attempted yet."
    output = check.locator(".jp-OutputArea", has_text=words)
    output.wait_for()
    text = output.text_content()
    assert 'hint("4.1") helps' in text
    assert "Traceback" not in text and "Error" not in text
    page.wait_for_selector(
        '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
    )
    after = cell(page, "K = 10  # classes")
    prompt = after.locator(".jp-InputPrompt").text_content()
    assert prompt.strip() == "[ ]:"
    check.scroll_into_view_if_needed()
    keep_screenshot(page, "jupyterlab_1_run_all_stopped")


def test_figures_and_formulas_are_drawn(page):
    image = page.locator(".jp-OutputArea img").first
    image.scroll_into_view_if_needed()
    assert image.evaluate("image => image.naturalWidth") > 300
    words = page.locator(".jp-RenderedMarkdown", has_text="One hidden layer")
    words.first.scroll_into_view_if_needed()
    formula = words.first.locator("mjx-container").first
    formula.wait_for()
    box = formula.bounding_box()
    assert box["width"] > 5 and box["height"] > 5
    text = words.first.inner_text()  # not the hidden MathML
    assert "$" not in text and "\\mathrm" not in text
    assert page.locator("mjx-merror").count() == 0
    keep_screenshot(page, "jupyterlab_2_formulas")


def test_a_wrong_answer_gets_its_message(page):
    text = answer(page, WRONG, "Exercise 4.1: not right yet.")
    for name in ("given:", "expected:", "received:"):
        assert name in text
    assert "Traceback" not in text
    keep_screenshot(page, "jupyterlab_3_wrong")


def test_the_right_answer_turns_green(page):
    answer(page, RIGHT, "Exercise 4.1: right.")
    output = cell(page, 'check("4.1", one_hot)').locator(".jp-OutputArea")
    bar = output.locator("div[style*=border-left]").first
    colour = bar.evaluate("bar => getComputedStyle(bar).borderLeftColor")
    assert colour == "rgb(0, 158, 115)"
    keep_screenshot(page, "jupyterlab_4_right")


def test_progress_shows_it(page):
    text = run(page, "progress(4)", "1 of 5 done")
    assert "[x] 4.1" in text and "[ ] 4.2" in text
    keep_screenshot(page, "jupyterlab_5_progress")


def test_a_figure_says_what_is_seen(page):
    image = page.locator(".jp-OutputArea img").first
    image.scroll_into_view_if_needed()
    alt = image.get_attribute("alt")
    assert alt.startswith("Four rows of handwritten digits")
