"""Shared fixtures: a headless Chromium, and a page that fails its test on errors or outside requests."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlparse

import pytest
import torch

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before anything imports gradio
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp()  # a server that stops deletes files that another may serve
if "PYTEST_XDIST_WORKER" in os.environ:
    torch.set_num_threads(1)  # there are as many workers as cores, or more
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run from a plain checkout

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = {"localhost", "127.0.0.1"}


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all browser tests."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser):
    """Open pages, each in a context of its own: ``new_page(viewport=..., has_touch=True)``.

    At the end of the test every page must have been free of console errors, uncaught exceptions
    and requests to anything but this machine.
    """
    contexts, problems = [], []

    def check_request(request):
        url = urlparse(request.url)
        if url.scheme not in {"data", "blob"} and url.hostname not in LOCAL:
            problems.append(f"outside request: {request.url}")

    def check_console(message):
        if message.type == "error":
            problems.append(f"console error: {message.text}")

    def open_page(**options):
        options.setdefault("viewport", {"width": 1366, "height": 768})
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        page = context.new_page()
        page.on("request", check_request)
        page.on("console", check_console)
        page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(new_page):
    """A desktop-sized page; see ``new_page`` for what it watches."""
    return new_page()


@pytest.fixture
def one_thread():
    """Tiny networks are slower on several threads, on a busy machine by far."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def address():
    """The whole page, served on this machine."""
    from demo import page  # after GRADIO_ANALYTICS_ENABLED is set
    from tests.helpers import close

    app = page.build()
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **page.LAUNCH)
    yield url
    close(app)


def pytest_sessionfinish(session, exitstatus):
    session.config.exit_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Leave at once when pages were served: threads of a stopped server can abort the interpreter's own exit."""
    shutil.rmtree(os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)
    if "gradio" in sys.modules and hasattr(config, "exit_status"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.exit_status)
