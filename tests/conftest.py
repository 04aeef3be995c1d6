"""What tests share: a browser, a quiet web server, and where the programs that they drive are found.

A program that is not installed skips the tests that need it, with the reason; where the environment variable `CI` is
set it fails them, so that a pipeline never passes because it tested nothing.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IS_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.load_profile("ci" if IS_CI else "desk")

CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",  # no page reaches another host
)


def give_up(reason: str) -> NoReturn:
    """Skip the test, or fail it where `CI` is set."""
    if IS_CI:
        pytest.fail(f"{reason}; CI is set, so this is a failure and not a skip", pytrace=False)
    pytest.skip(reason)


def find_program(*names: str) -> str:
    """The path of the first of these programs that is installed; without any the test is skipped, or fails in CI."""
    for name in names:
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin")  # Debian keeps nginx off a user's PATH
        if path is not None:
            return path
    give_up(f"{' / '.join(names)} is not installed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` belongs to tests/golden; pytest takes options from here only."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/*/expected anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser or nginx, so that `-m "not browser"` leaves them out."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "chromium" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "nginx" in fixtures:
            item.add_marker(pytest.mark.nginx)


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """`program("java")` is the path of that program, or the test is skipped (in CI: fails)."""
    return find_program


@pytest.fixture(scope="session")
def nginx() -> str:
    """The path of nginx."""
    return find_program("nginx")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium, one for the whole run; open pages with `new_page`, or contexts of your own."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        give_up("playwright is not installed")
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)  # there after `playwright install chromium`
        path = str(own) if own.is_file() else find_program("chromium", "chromium-browser", "google-chrome", "chrome")
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`new_page(**options)` opens a page in a browser context of its own; the options are those of the context."""
    contexts = []

    def open_page(**options: object) -> Page:
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder below a path, answers with its 404.html where there is nothing, and prints nothing."""

    prefix = "/"
    more_headers: Mapping[str, str] = {}

    def end_headers(self) -> None:
        for name, value in self.more_headers.items():
            self.send_header(name, value)
        super().end_headers()

    def translate_path(self, path: str) -> str:
        if not path.startswith(self.prefix):
            return str(Path(self.directory) / "no such file")
        return super().translate_path("/" + path.removeprefix(self.prefix))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


_QuietHandler.extensions_map = {
    **SimpleHTTPRequestHandler.extensions_map,
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
}


@pytest.fixture(scope="session")
def serve_folder() -> Iterator[Callable[..., str]]:
    """`serve_folder(folder, prefix="/kjj/zfxxgk/")` serves it on a free port and gives its address, ending in a slash.

    Without `prefix` the folder is the root; `headers` go with every answer. The server runs to the end of the session.
    """
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(folder: Path, prefix: str = "/", headers: Mapping[str, str] | None = None) -> str:
        handler = type("Handler", (_QuietHandler,), {"prefix": prefix, "more_headers": headers or {}})
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}{prefix}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


from tests.story import site  # noqa: E402, F401  # the fixture every whole-site test begins with
