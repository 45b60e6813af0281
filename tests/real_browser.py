"""A real browser for the tests that look at what a reader sees.

Not a test: `open_browser` and `need` for those who look at pages.
"""

import importlib.util
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
TOOLS = "the site's tools are missing: python3 course.py test --with-site"
BROWSER = (
    "no browser found: on Debian and Ubuntu, sudo apt install chromium; "
    "elsewhere install Chrome, or name a browser in COURSE_BROWSER"
)


def need(*modules, browser=False):
    """Skip with a line that says what to do, unless all is there.

    With COURSE_REQUIRE_BROWSER set, as in continuous integration, what is
    missing is a failure.
    """
    missing = [m for m in modules if importlib.util.find_spec(m) is None]
    reason = TOOLS if missing else None
    if browser and reason is None and find_browser() is None:
        reason = BROWSER
    if reason and os.environ.get("COURSE_REQUIRE_BROWSER"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def find_browser():
    """Return the path of a Chromium or one of its kin, or None."""
    named = os.environ.get("COURSE_BROWSER")
    candidates = [named] if named else [*map(shutil.which, NAMES), *PLACES]
    for path in candidates:
        if path and Path(path).exists():
            return path
    return None


@contextmanager
def open_browser():
    """Start a headless browser; yields Playwright's Browser."""
    from playwright.sync_api import sync_playwright

    arguments = ["--disable-gpu", "--disable-background-networking"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's rule for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=arguments
        )
        try:
            yield browser
        finally:
            browser.close()


def keep_screenshot(page, name):
    """Store what a page looks like, where COURSE_SCREENSHOTS says."""
    folder = os.environ.get("COURSE_SCREENSHOTS")
    if folder:
        path = Path(folder).expanduser()
        path.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(path / f"{name}.png"))
