"""Turn a folder that is being edited into a live preview: watch, build, reload; mistakes lie over the last good page.

Exports `serve`, `Preview`, `State`, `Problem`, `listen`, `serving`, `watching`, `settle`, `inside`, `inject`,
`find_file`, `preview_folder`.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, SimpleQueue
from socketserver import TCPServer
from urllib.parse import quote, unquote

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from sitegen.diagnostics import (
    SEVERITY_NAMES,
    Diagnostic,
    Severity,
    SitegenError,
    UsageError,
    render_text,
    sort_diagnostics,
)
from sitegen.site import BuildResult, Extensions, Options, session, silent

Changes = SimpleQueue[str]

QUIET_SECONDS = 0.03  # an editor saves a file in several steps; a build begins when none has followed for this long
PING_SECONDS = 15.0
MOST_PROBLEMS = 100  # shown at once in the page; the terminal lists all

CONTENT_TYPES = {  # not `mimetypes`, which on Windows believes whatever the registry says of .js and .css
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}


def serve(
    options: Options,
    extensions: Extensions | None,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    announce: Callable[[str], None],
) -> None:
    """Show the site, drafts and future documents included, and build it anew at every change, until Ctrl-C.

    Everything it makes is in a temporary folder that is removed at the end. `announce` prints one line or more.
    """
    server = listen(host, port)
    with (
        stopping_tidily(),
        preview_folder() as folder,
        watching((options.content, options.themes)) as changes,
    ):
        own = replace(options, output=Path(folder, "site"), cache=Path(folder, "cache"), preview=True, is_ours=True)
        with (
            session(own, extensions) as build,
            serving(server, preview := Preview(own.output, lambda _, changed: build(silent, changed))) as address,
        ):
            announce(f"预览地址：{address} （按 Ctrl-C 结束）\n预览中含草稿和未到发布时间的文件，仅供编辑核对。")
            if not is_loopback(host):
                announce("注意：同一网络中的其他人也能打开这个地址，看到尚未公开的文件。")
            announce(preview.rebuild())
            gc.collect()
            gc.freeze()  # what the first build made stays, and need not be looked through again at every save
            while True:
                announce(preview.rebuild(inside(options.content, settle(changes))))


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the overlay."""

    severity: str
    message: str
    place: str = ""  # path:line:column
    code: str = ""
    hint: str = ""
    detail: str = ""  # for whoever maintains the program


@dataclass(frozen=True, slots=True)
class State:
    """What pages are told: which build they come from, and what has been wrong since."""

    good: str = ""  # names the last build that succeeded; "" before there is one
    problems: tuple[Problem, ...] = ()
    omitted: int = 0  # problems that are not listed

    def to_json(self) -> str:
        """One line, as the script of the page reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)


class Preview:
    """The pages of the last good build in `folder`, and the state of the content."""

    def __init__(self, folder: Path, build: Callable[[Path, Collection[str] | None], BuildResult]) -> None:
        self.folder = folder
        self.state = State()
        self.is_closed = False
        self._build = build
        self._builds = 0
        self._changed = threading.Condition()

    def rebuild(self, changed: Collection[str] | None = None) -> str:
        """Build, tell every open page, and give the text for the terminal; no mistake of anybody's gets out.

        `changed` are the paths in the content folder that have changed, if it is known that nothing else has.
        """
        self._builds += 1
        try:
            result = self._build(self.folder, changed)
        except SitegenError as error:
            state = replace(self.state, problems=(Problem("错误", str(error)),), omitted=0)
            text = f"错误：{error}"
        except Exception as error:  # the preview goes on, whatever fault of ours or of a theme it meets
            detail = traceback.format_exc()
            message = f"程序内部错误：{type(error).__name__}: {error}"
            state = replace(self.state, problems=(Problem("错误", message, detail=detail),), omitted=0)
            text = f"{detail}{message}"
        else:
            text = render_text(result.diagnostics)
            if result.report is None:
                problems = problems_of(result.diagnostics)
                shown = problems[:MOST_PROBLEMS]
                state = replace(self.state, problems=shown, omitted=len(problems) - len(shown))
                text += "内容有误，预览仍是上一次成功生成的页面。"
            else:
                state = State(good=f"{self.folder.parent.name}-{self._builds}")
                text += "预览已更新。"
        with self._changed:
            self.state = state
            self._changed.notify_all()
        return text

    def states(self) -> Iterator[State | None]:
        """The state now, then each one that follows; None now and then, when there is nothing new."""
        with self._changed:
            state = self.state
        yield state
        while True:
            with self._changed:
                if self.state is state and not self.is_closed:
                    self._changed.wait(PING_SECONDS)
                if self.is_closed:
                    return
                news = None if self.state is state else self.state
                state = self.state
            yield news

    def close(self) -> None:
        """End what `states` gives to every page."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()


@contextlib.contextmanager
def preview_folder() -> Iterator[str]:
    """A temporary folder for the preview; what previews that were killed left behind goes first, drafts were in it."""
    if os.name == "posix":  # elsewhere there is no harmless way to ask whether a process lives
        for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
            pid = left.name.removeprefix(_PREFIX).split("-")[0]
            if pid.isdecimal() and not _is_alive(int(pid)):
                shutil.rmtree(left, ignore_errors=True)
    prefix = f"{_PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield folder


_PREFIX = "sitegen-preview-"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # the second is no number of a process at all
        return False
    except OSError:  # somebody else's
        return True
    return True


def problems_of(diagnostics: Sequence[Diagnostic]) -> tuple[Problem, ...]:
    """The entries of the overlay: errors first, each group by place."""
    order = tuple(Severity)
    return tuple(
        Problem(
            severity=SEVERITY_NAMES[d.severity],
            message=d.message,
            place=f"{d.span.path}:{d.span.line}:{d.span.column}",
            code=d.code,
            hint=d.hint,
        )
        for d in sorted(sort_diagnostics(diagnostics), key=lambda d: order.index(d.severity))
    )


def inject(html: bytes, good: str) -> bytes:
    """The page with the preview's script before the end of its body, or at its end if it has no end tag."""
    tag = f'<script src="/_sitegen/preview.js" data-good="{good}"></script>\n'.encode()
    end = html.lower().rfind(b"</body>")
    return html + tag if end < 0 else html[:end] + tag + html[end:]


def find_file(folder: Path, path: str) -> Path | None:
    """The file of `folder` for the path of a request (still percent-encoded), None if there is none.

    Never one outside the folder, whatever the path says, and none whose name begins with a dot, as on a real server.
    """
    decoded = unquote(path, errors="replace")
    steps = decoded.split("/")
    if any(step.startswith(".") for step in steps) or "\\" in decoded or "\0" in decoded:
        return None
    found = folder.joinpath(*(step for step in steps if step))
    if decoded.endswith("/"):
        found /= "index.html"
    try:
        is_ours = found.is_file() and found.resolve().is_relative_to(folder.resolve())
    except OSError:  # a name that is too long
        return None
    return found if is_ours else None


def content_type(name: str) -> str:
    """What to say that a file of this name is."""
    return CONTENT_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


# ---------------------------------------------------------------- the server


class _Server(ThreadingHTTPServer):
    """Answers from `preview`, which is there before the first request."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # on Windows it would let two programs have one port
    preview: Preview

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # that of HTTPServer asks the name service for its own name, which may take long
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of browsers that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer with a page, a file, or the events of the preview."""
        path = self.path.partition("?")[0]
        if not self.is_asked_by_name_of_ours():
            self.answer(HTTPStatus.FORBIDDEN, CONTENT_TYPES[".txt"], "预览只能用它自己的地址打开。\n".encode())
        elif not path.startswith("/"):  # what only a proxy is asked, such as http://host/
            self.answer(HTTPStatus.BAD_REQUEST, CONTENT_TYPES[".txt"], "地址应以 / 开头。\n".encode())
        elif path == "/_sitegen/events":
            self.answer_events()
        elif path.startswith("/_sitegen/"):
            name = path.removeprefix("/_sitegen/")
            status = HTTPStatus.OK if name in OWN_FILES else HTTPStatus.NOT_FOUND
            self.answer(status, content_type(name), OWN_FILES.get(name, b""))
        else:
            self.answer_file(path)

    def do_HEAD(self) -> None:
        """The same without the body."""
        self.do_GET()

    def is_asked_by_name_of_ours(self) -> bool:
        """False if a foreign page made its own name point here, to read what is not yet public (DNS rebinding)."""
        if not is_loopback(str(self.server.server_address[0])):
            return True
        name = re.sub(r":\d+$", "", self.headers.get("Host", "localhost"))
        return is_loopback(name.strip("[]"))

    def answer_file(self, path: str) -> None:
        preview = self.server.preview
        good = preview.state.good  # before the file is read: a page may be newer than it says, never older
        if not good:
            self.answer(HTTPStatus.SERVICE_UNAVAILABLE, CONTENT_TYPES[".html"], inject(WAITING.encode(), good))
            return
        status = HTTPStatus.OK
        found = find_file(preview.folder, path)
        if found is None and path.endswith(MADE_BY_BUILDS):
            self.answer(HTTPStatus.NOT_FOUND, CONTENT_TYPES[".html"], inject(NOT_HERE.encode(), good))
            return
        if found is None and find_file(preview.folder, path + "/") is not None:
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            query = self.path.removeprefix(path)
            self.send_header("Location", quote(f"/{unquote(path).strip('/')}/") + query)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if found is None:
            status, found = HTTPStatus.NOT_FOUND, find_file(preview.folder, "/404.html")
        try:
            body = b"" if found is None else found.read_bytes()
        except FileNotFoundError:  # the build took it away a moment ago
            status, found, body = HTTPStatus.NOT_FOUND, None, b""
        if found is None:
            self.answer(status, CONTENT_TYPES[".html"], inject(MISSING.encode(), good))
        elif found.suffix == ".html":
            self.answer(status, CONTENT_TYPES[".html"], inject(body, good))
        else:
            self.answer(status, content_type(found.name), body)

    def answer_events(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "HEAD":
            return
        for state in self.server.preview.states():
            self.wfile.write(b": still here\n\n" if state is None else f"data: {state.to_json()}\n\n".encode())

    def answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the terminal shows what concerns the content."""


def listen(host: str, port: int) -> _Server:
    """A server that has its port but does not answer yet."""
    kind = type("Server", (_Server,), {"address_family": socket.AF_INET6 if ":" in host else socket.AF_INET})
    try:
        server: _Server = kind((host, port), _Handler)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        reason = "已被另一个程序或另一个预览占用" if is_taken else f"无法使用（{error.strerror}）"
        other = port + 1 if 1024 <= port < 65535 else 8123  # below 1024 the next may be as little allowed
        raise UsageError(
            f"预览没有开启：{host} 的端口 {port} {reason}。\n"
            f"  提示：请关闭占用它的程序，或换一个端口，例如 --port {other}。"
        ) from error
    return server


@contextlib.contextmanager
def serving(server: _Server, preview: Preview) -> Iterator[str]:
    """Answer requests in the background; gives the address to open."""
    server.preview = preview
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    host, port = server.server_address[:2]
    name = f"[{host!s}]" if ":" in str(host) else str(host)
    try:
        yield f"http://{name}:{port}/"
    finally:
        preview.close()
        server.shutdown()
        thread.join()
        server.server_close()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach this host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextlib.contextmanager
def stopping_tidily() -> Iterator[None]:
    """Treat a closed terminal or a request to end like Ctrl-C, so that nothing unpublished stays behind."""
    names = ("SIGTERM", "SIGHUP", "SIGBREAK")
    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        known = []  # only the main thread may
    before = {number: signal.signal(number, signal.default_int_handler) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# ---------------------------------------------------------------- the watch


class _Listener(FileSystemEventHandler):
    def __init__(self, folders: Sequence[Path], changes: Changes) -> None:
        self.folders = folders
        self.changes = changes

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("opened", "closed_no_write") or (event.is_directory and event.event_type == "modified"):
            return  # the build itself reads every file
        for path in (os.fsdecode(event.src_path), os.fsdecode(event.dest_path)):
            if path and any(matters(folder, Path(path)) for folder in self.folders):
                self.changes.put(path)


def matters(folder: Path, changed: Path) -> bool:
    """Whether a change of this path can change the site: not of hidden files nor what editors keep for themselves."""
    if not changed.is_relative_to(folder):
        return False
    steps = changed.relative_to(folder).parts
    return not any(step.startswith((".", "~")) or step.endswith(("~", ".tmp", ".swp")) for step in steps)


@contextlib.contextmanager
def watching(folders: Sequence[Path]) -> Iterator[Changes]:
    """A queue that gets the path of everything that changes below these folders."""
    changes: Changes = SimpleQueue()
    there = [folder.resolve() for folder in folders if folder.is_dir()]
    observer = _start_observer(Observer, there, changes) or _start_observer(PollingObserver, there, changes)
    if observer is None:
        raise SitegenError(
            "无法监视内容文件夹的变化。\n  提示：请检查内容文件夹是否可读，或改用 build 命令生成后查看。"
        )
    try:
        yield changes
    finally:
        observer.stop()
        observer.join()


def _start_observer(kind: Callable[[], BaseObserver], folders: Sequence[Path], changes: Changes) -> BaseObserver | None:
    """None if the system refuses, as Linux does when all its inotify watches are taken."""
    observer = kind()
    try:
        for folder in folders:
            observer.schedule(_Listener(folders, changes), str(folder), recursive=True)
        observer.start()
    except OSError:
        observer.unschedule_all()
        return None
    return observer


def settle(changes: Changes, quiet: float = QUIET_SECONDS) -> frozenset[str]:
    """Wait for a change, and then until no other has followed for `quiet` seconds; gives the paths."""
    patience = 1.0  # not for ever at once: Windows delivers no Ctrl-C meanwhile
    seen: set[str] = set()
    while True:
        try:
            seen.add(changes.get(timeout=quiet if seen else patience))
        except Empty:
            if seen:
                return frozenset(seen)


def inside(content: Path, paths: Collection[str]) -> frozenset[str] | None:
    """The paths as seen from the content folder; None if one lies elsewhere."""
    top = content.resolve()
    found = [Path(path) for path in paths]
    if not all(path.is_relative_to(top) for path in found):
        return None
    return frozenset(path.relative_to(top).as_posix() for path in found)


# ---------------------------------------------------------------- what pages get besides themselves

WAITING = """\
<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>正在生成预览</title></head>
<body><p>正在生成预览，完成后本页自动刷新……</p></body>
</html>
"""

MADE_BY_BUILDS = (".docx", ".pdf", ".zip")  # they take too long to make at every save

NOT_HERE = """\
<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>预览中没有下载文件</title></head>
<body><p>预览中不生成 Word、PDF 和打包文件，运行 python build.py 时生成。<a href="/">回到首页</a></p></body>
</html>
"""

MISSING = """\
<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>没有这个页面</title></head>
<body><p>没有这个页面。<a href="/">回到首页</a></p></body>
</html>
"""

_DATA = Path(__file__).parent / "data"
OWN_FILES = {name: (_DATA / name).read_bytes() for name in ("preview.js", "preview.css")}
