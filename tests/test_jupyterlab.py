"""JupyterLab as a student sees it: course.py lab, in a real browser.

The tests follow one another on each page. Nothing is saved: the student copy
is opened where it is, and compared; another notebook is made here, no file.
"""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import nbformat
import pytest
from real_browser import TOOLS, keep_screenshot, need, open_browser

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402  (it is no package's module)
from helpers import plotting  # noqa: E402

NOTEBOOK = "notebooks/student/04_numpy_single_hidden_layer.ipynb"
MADE = "notebooks/made_in_the_test.ipynb"
ALT = "A line that is the steeper the further to the right the slider is."
LABELS, START = [f"slope {k}" for k in range(4)], 2
KERNEL = {  # as the course stores it, for every version of Python
    "kernelspec": {"name": "python3", "language": "python",
                   "display_name": "Python 3 (ipykernel)"},
    "language_info": {"name": "python"},
}
IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
CHANGED = ".lm-TabBar-tab.jp-mod-dirty"  # the dot on a tab
PATIENCE = 90  # seconds: machines are shared
STUB = "def forward(x, W0, b0, W1, b1):\n    z0 = x @ W0 + b0; a0 = relu(z0);"
STUB += " z1 = a0 @ W1 + b1; return z0, a0, z1, "
RIGHT, WRONG = STUB + "softmax(z1)", STUB + "z1"


def finished_environment():
    """Would course.py lab start at once, in the environment of the tests?"""
    folder = Path(sys.prefix)
    stamp = folder / course.STAMP
    wanted = course.fingerprint(folder)
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start course.py lab as README says; yields its URLs and its log."""
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
        "COURSE_NO_BARS": "",  # as students have it
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
    log = folder / "log.txt"
    with open(log, "w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env=surroundings,
            start_new_session=True,
        )
    try:
        yield SimpleNamespace(url=address(log, port, process), log=log)
    finally:
        stop(process)


def address(log, port, process):
    """Wait for JupyterLab; return a function from a path to its URL.

    Each path has a workspace of its own, where no other notebook is open.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        text = log.read_text(errors="replace")
        found = re.search(rf"(http://\S+:{port})/lab\S*token=(\w+)", text)
        if found:
            base, token = found.groups()
            start = f"{base}/lab/workspaces/"
            return lambda path: (
                f"{start}{Path(path).stem}/tree/{path}?token={token}"
            )
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
def browser(lab):
    with open_browser() as browser:
        yield browser


def opened(page, url):
    """Open a notebook; wait until it is shown and its kernel idle."""
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector(IDLE)
    # behind it the notebook is not shown yet, and "Run" does nothing
    page.locator(".jp-NotebookPanel .jp-Spinner").wait_for(state="detached")


@pytest.fixture(scope="module")
def page(lab, browser):
    """The student copy of 04 in JupyterLab; it must remain as it was."""
    before = (ROOT / NOTEBOOK).read_bytes()
    saved = []
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.on("request", lambda r: saved.append(r.url) if saves(r) else None)
    opened(page, lab.url(NOTEBOOK))
    yield page
    page.close()
    assert saved == []
    assert (ROOT / NOTEBOOK).read_bytes() == before


def figures():
    """Return the outputs that `show` and `frames` make."""
    outputs = []

    def display(data, raw, metadata):
        png = base64.b64encode(data["image/png"]).decode()
        outputs.append(nbformat.v4.new_output(
            "display_data", {**data, "image/png": png}, metadata=metadata
        ))

    lines = []
    for slope, label in enumerate(LABELS):
        fig, ax = plotting.figure(height=3)
        ax.plot([0, slope])
        ax.set(title=label, xlabel="x", ylabel="y", ylim=(0, 3))
        lines.append(fig)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", display)
        plotting.show(lines[0], ALT)
        plotting.frames(lines, LABELS, ALT, START)
    return outputs


@pytest.fixture(scope="module")
def made(lab, browser):
    """A notebook with stored figures, which the test hands to the browser."""
    notebook = nbformat.v4.new_notebook(metadata=KERNEL)
    still, moving = figures()
    notebook.cells = [
        nbformat.v4.new_code_cell("# still", outputs=[still]),
        nbformat.v4.new_code_cell("# moving", outputs=[moving]),
        nbformat.v4.new_code_cell("6 * 7"),
    ]
    when = "2026-11-01T12:00:00Z"
    file = {
        "name": Path(MADE).name, "path": MADE, "type": "notebook",
        "format": "json", "mimetype": None, "writable": True, "size": 1,
        "created": when, "last_modified": when,
        "content": json.loads(nbformat.writes(notebook)),
    }

    def answer(route):
        if route.request.method != "GET":
            route.abort()
        elif urlsplit(route.request.url).path.endswith("/checkpoints"):
            route.fulfill(json=[{"id": "0", "last_modified": when}])
        else:
            route.fulfill(json=file)

    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.route(re.compile("/api/contents/" + re.escape(MADE)), answer)
    opened(page, lab.url(MADE))
    yield page
    page.close()


def cell(page, text):
    """Return the first code cell with a text, scrolled to."""
    found = page.locator(".jp-CodeCell", has_text=text).first
    found.scroll_into_view_if_needed()
    return found


def awaited(page, chosen, words):
    """Wait for words in a cell's output; say what is there if not."""
    from playwright.sync_api import TimeoutError as NotInTime

    output = chosen.locator(".jp-OutputArea", has_text=words)
    try:
        output.wait_for()
    except NotInTime:
        status = page.locator(".jp-Notebook-ExecutionIndicator").first
        raise AssertionError(
            f"no {words!r}; the kernel: {status.get_attribute('data-status')}"
            f"; prompts: {page.locator('.jp-InputPrompt').all_inner_texts()}"
            f"; outputs: {page.locator('.jp-OutputArea').all_inner_texts()}"
            f"; dialogs: {page.locator('.jp-Dialog').all_inner_texts()}"
        ) from None
    return output.text_content()


def begin(page, chosen, act):
    """Do what runs a cell; again if nothing begins, as a student would.

    On a busy machine the kernel may be shown as idle and not be connected,
    and a menu's item be grey: what is chosen then is not run.
    """
    prompt = chosen.locator(".jp-InputPrompt").first
    before, end = prompt.inner_text(), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        act()
        for _ in range(100):
            if prompt.inner_text() != before:
                return
            page.wait_for_timeout(100)
    raise AssertionError(f"nothing begins: {before}")


def execute(page, chosen):
    """Click into a cell and run it, with the keyboard."""
    chosen.locator(".cm-content").click()
    begin(page, chosen, lambda: page.keyboard.press("Control+Enter"))


def run(page, text, words):
    """Run a code cell, wait for words in its output; return the output."""
    chosen = cell(page, text)
    execute(page, chosen)
    return awaited(page, chosen, words)


def answer(page, code, words):
    """Type an answer to exercise 4.1, run it and its check."""
    chosen = cell(page, "def forward(x, W0, b0, W1, b1):")
    chosen.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)
    execute(page, chosen)
    return run(page, 'check("4.1", forward)', words)


def test_opening_a_notebook_does_not_change_it(made):
    for _ in range(6):
        assert made.locator(CHANGED).count() == 0
        time.sleep(0.5)


def test_a_figure_is_a_picture_with_its_text(made):
    outputs = made.locator(".jp-OutputArea-output")
    assert outputs.count() == 2
    assert outputs.nth(0).inner_text().strip() == ""
    for image in outputs.locator("img").all():
        assert image.get_attribute("alt") == ALT
        assert image.evaluate("image => image.naturalWidth") == 1400
        assert image.evaluate("image => image.clientWidth") == 700
    keep_screenshot(made, "jupyterlab_6_figures")
    made.set_viewport_size({"width": 800, "height": 1000})
    fits = "image => image.clientWidth <= image.parentElement.clientWidth"
    made.wait_for_function(  # until the page is laid out again
        f"[...document.querySelectorAll('.jp-OutputArea-output img')]"
        f".every({fits})"
    )
    for image in outputs.locator("img").all():  # as wide as there is room
        room = "image => image.parentElement.clientWidth"
        width = image.evaluate("image => image.clientWidth")
        assert 200 < width <= image.evaluate(room) < 700
    made.set_viewport_size({"width": 1200, "height": 1000})


def test_a_moving_figure_is_moved_by_keyboard(made):
    figure = made.locator(".course-frames")
    image, slider = figure.locator("img"), figure.locator("input")
    assert slider.get_attribute("type") == "range"

    def seen():
        spoken = slider.get_attribute("aria-valuetext")
        assert figure.locator("output").text_content() == spoken
        return LABELS.index(spoken), image.get_attribute("src")

    pictures = dict([seen()])
    slider.focus()
    places = []
    for key in ("ArrowRight", "ArrowRight", "Home", "ArrowUp", "End"):
        made.keyboard.press(key)
        place, picture = seen()
        assert pictures.setdefault(place, picture) == picture
        places.append(place)
    assert places == [3, 3, 0, 1, 3] and next(iter(pictures)) == START
    assert len(set(pictures.values())) == len(LABELS)
    assert all(p.startswith("data:image/png;base64,iVBOR")
               for p in pictures.values())
    active = made.locator(".jp-Notebook-cell.jp-mod-active")
    assert "# moving" in active.text_content()  # the keys were the slider's
    assert made.locator(CHANGED).count() == 0
    keep_screenshot(made, "jupyterlab_7_moved")


def test_running_a_cell_changes_the_notebook(made):
    run(made, "6 * 7", "42")
    made.locator(CHANGED).wait_for()


def test_it_opens_on_the_student_copy(page):
    heading = page.locator(".jp-RenderedMarkdown h1")
    assert "Can 60 lines of NumPy recognise digits?" in heading.text_content()
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(CHANGED).count() == 0
    assert "your code goes here" in cell(page, "def forward").text_content()
    heading.scroll_into_view_if_needed()
    keep_screenshot(page, "jupyterlab_0_opened")


def run_all(page):
    page.keyboard.press("Escape")  # a menu that the last try left open
    page.click('.lm-MenuBar-itemLabel:text-is("Run")')
    page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')


def test_run_all_stops_at_the_first_exercise(page):
    first = page.locator(".jp-CodeCell").first
    begin(page, first, lambda: run_all(page))
    check = cell(page, 'check("4.1", forward)')
    text = awaited(page, check, "Exercise 4.1: not attempted yet.")
    assert 'hint("4.1") helps' in text
    assert "Traceback" not in text and "Error" not in text
    page.wait_for_selector(IDLE)
    after = cell(page, "def initialise")
    prompt = after.locator(".jp-InputPrompt").text_content()
    assert prompt.strip() == "[ ]:"
    check.scroll_into_view_if_needed()
    keep_screenshot(page, "jupyterlab_1_run_all_stopped")


def test_figures_and_formulas_are_drawn(page):
    image = page.locator(".jp-OutputArea img").first
    image.scroll_into_view_if_needed()
    assert image.evaluate("image => image.naturalWidth") > 600
    assert image.evaluate("image => image.clientWidth") <= 700
    assert image.get_attribute("alt").endswith(".")
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
    output = cell(page, 'check("4.1", forward)').locator(".jp-OutputArea")
    bar = output.locator("div[style*=border-left]").first
    colour = bar.evaluate("bar => getComputedStyle(bar).borderLeftColor")
    assert colour == "rgb(0, 158, 115)"
    keep_screenshot(page, "jupyterlab_4_right")


def test_progress_shows_it(page):
    text = run(page, "progress(4)", re.compile(r"1 of \d exercises done"))
    assert "[x] 4.1" in text and "[ ] 4.2" in text
    keep_screenshot(page, "jupyterlab_5_progress")


def test_the_terminal_says_nothing_alarming(lab, page, made):
    text = lab.log.read_text(errors="replace")
    assert "http://127.0.0.1:" in text
    alarming = r"(?i).*(?:warn|error|root is|traceback|not trust).*|\[[WE] .*"
    assert re.findall(alarming, text) == []
