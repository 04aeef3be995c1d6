"""Drive real browsers, each through the same few words: a fresh visitor, an address, a script, keys.

Chromium is driven by Playwright. Firefox as distributions ship it is driven by WebDriver BiDi, which it speaks itself.

Exports `Browser`, `Tab`, `BROWSERS`, `chromium`, `firefox`, `BrowserError`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

ENTER = "\ue007"
PATIENCE = 60.0
PAUSE = 20  # ms after a key: a search that waits for a pause in typing does not begin before Enter
_CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_FIREFOX_SETTINGS = {
    "app.update.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "services.settings.server": "",
    "toolkit.telemetry.enabled": False,
}


class BrowserError(Exception):
    """A browser could not be started, or a script in it failed."""


class Tab(Protocol):
    """One page, of a visitor who has seen nothing yet."""

    def prepare(self, script: str) -> None:
        """Run a function, given as its source, in every page from now on, before the page's own scripts."""

    def open(self, url: str) -> None:
        """Go to an address, and wait until it is loaded."""

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function, given as its source, resolves to; anything that JSON can hold."""

    def press(self, text: str) -> None:
        """Type with the keyboard; `ENTER` is a key."""

    def close(self) -> None:
        """Leave, and forget all that was kept."""


class Browser(Protocol):
    """A browser that runs."""

    version: str

    def visit(self) -> Tab:
        """A fresh visitor."""


def _call(script: str, arguments: tuple[Any, ...]) -> str:
    given = ", ".join(json.dumps(argument) for argument in arguments)
    return f"(async () => JSON.stringify((await ({script})({given})) ?? null))()"


# ---------------------------------------------------------------- Chromium


@contextmanager
def chromium(program: Path | None = None) -> Iterator[Browser]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    found = program or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_CHROMIUM_OPTIONS))
        try:
            yield _Chromium(browser)
        finally:
            browser.close()


class _Chromium:
    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.version = f"Chromium {browser.version}"

    def visit(self) -> Tab:
        return _ChromiumTab(self.browser.new_context(viewport={"width": 1280, "height": 900}))


class _ChromiumTab:
    def __init__(self, context: Any) -> None:
        self.context = context
        self.page = context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)

    def prepare(self, script: str) -> None:
        self.page.add_init_script(f"({script})()")

    def open(self, url: str) -> None:
        self.page.goto(url)

    def run(self, script: str, *arguments: Any) -> Any:
        from playwright.sync_api import Error

        try:
            return json.loads(self.page.evaluate(_call(script, arguments)))
        except Error as error:
            raise BrowserError(str(error)) from error

    def press(self, text: str) -> None:
        for part in re.split(f"({ENTER})", text):
            if part == ENTER:
                self.page.keyboard.press("Enter")
            elif part:
                self.page.keyboard.type(part, delay=PAUSE)

    def close(self) -> None:
        self.context.close()


# ---------------------------------------------------------------- Firefox


@contextmanager
def firefox(program: Path | None = None) -> Iterator[Browser]:
    """Firefox without a window, with a profile of its own."""
    from websockets.sync.client import connect

    found = program or shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        raise BrowserError("no firefox-esr and no firefox on the PATH; name it with --firefox")
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as profile:
        settings = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _FIREFOX_SETTINGS.items())
        Path(profile, "user.js").write_text("\n".join(settings))
        command = [str(found), "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            with connect(f"{_address(process)}/session", max_size=None, compression=None, proxy=None) as socket:
                yield _Firefox(socket)
        finally:
            process.terminate()
            process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    """Where it listens; it says so on its error stream, which is then read on so that it never waits for us."""
    assert process.stderr
    said = []
    for line in process.stderr:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[1]
        said.append(line)
    raise BrowserError(f"Firefox did not start:\n{''.join(said)}")


class _Firefox:
    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.number = 0
        capabilities = self.send("session.new", capabilities={})["capabilities"]
        self.version = f"Firefox {capabilities['browserVersion']}"

    def send(self, method: str, **params: Any) -> Any:
        """One command and its answer; events were not subscribed to, and are passed over."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv(timeout=PATIENCE))
            if answer.get("id") == self.number:
                break
        if answer["type"] == "error":
            raise BrowserError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def visit(self) -> Tab:
        return _FirefoxTab(self, self.send("browser.createUserContext")["userContext"])


class _FirefoxTab:
    def __init__(self, browser: _Firefox, user: str) -> None:
        self.browser, self.user = browser, user
        self.context = browser.send("browsingContext.create", type="tab", userContext=user)["context"]
        browser.send("browsingContext.setViewport", context=self.context, viewport={"width": 1280, "height": 900})

    def prepare(self, script: str) -> None:
        self.browser.send("script.addPreloadScript", functionDeclaration=script, contexts=[self.context])

    def open(self, url: str) -> None:
        self.browser.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def run(self, script: str, *arguments: Any) -> Any:
        found = self.browser.send(
            "script.evaluate", expression=_call(script, arguments), target={"context": self.context}, awaitPromise=True
        )
        if found["type"] == "exception":
            raise BrowserError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    def press(self, text: str) -> None:
        keys: list[dict[str, Any]] = []
        for key in text:
            keys += [
                {"type": "keyDown", "value": key},
                {"type": "keyUp", "value": key},
                {"type": "pause", "duration": 20},
            ]
        self.browser.send(
            "input.performActions", context=self.context, actions=[{"type": "key", "id": "keyboard", "actions": keys}]
        )

    def close(self) -> None:
        self.browser.send("browsingContext.close", context=self.context)
        self.browser.send("browser.removeUserContext", userContext=self.user)


BROWSERS: dict[str, Callable[[Path | None], AbstractContextManager[Browser]]] = {
    "chromium": chromium,
    "firefox": firefox,
}
