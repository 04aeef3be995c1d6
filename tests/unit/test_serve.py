"""The preview: what a page gets, what a request may reach, what counts as a change."""

from __future__ import annotations

import errno
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watchdog.observers.polling import PollingObserver

import sitegen.serve
from sitegen.diagnostics import Diagnostic, Severity, SitegenError, Span, UsageError
from sitegen.serve import (
    MOST_PROBLEMS,
    Preview,
    find_file,
    inject,
    is_loopback,
    listen,
    matters,
    preview_folder,
    problems_of,
    serve,
    serving,
    settle,
    watching,
)
from sitegen.site import BUILTIN, Extensions
from tests.story import Site

PAGE = "<!doctype html><title>甲</title><body><p>正文</p></body>\n"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """Of `BuildResult` what the preview looks at."""

    diagnostics: tuple[Diagnostic, ...] = ()
    report: object | None = None


def mistake(message: str = "缺少标题", line: int = 1, severity: Severity = Severity.ERROR) -> Diagnostic:
    return Diagnostic("F101", severity, message, Span("content/甲.md", line, 3), hint="请写上标题。")


def write_page(folder: Path, text: str = PAGE) -> Result:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(text, encoding="utf-8")
    return Result(report=object())


class Script:
    """A build that does one thing after the other."""

    def __init__(self, *steps: Callable[[Path], Result]) -> None:
        self.steps = list(steps)

    def __call__(self, folder: Path, changed: object = None) -> Result:
        return self.steps.pop(0)(folder)


def fail_with(error: Exception) -> Callable[[Path], Result]:
    def step(folder: Path) -> Result:
        raise error

    return step


def preview_of(tmp_path: Path, *steps: Callable[[Path], Result]) -> Preview:
    return Preview(tmp_path / "made" / "site", Script(*steps))


@contextmanager
def served(preview: Preview) -> Iterator[int]:
    server = listen("127.0.0.1", 0)
    with serving(server, preview):
        yield server.server_port


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(), response.headers)
    finally:
        connection.close()


# ---------------------------------------------------------------- the script in the page


def test_script_stands_before_the_last_end_of_the_body():
    page = inject(b"<body><code>&lt;/body></code></BODY></html>", "x-1")
    assert page == (
        b'<body><code>&lt;/body></code><script src="/_sitegen/preview.js" data-good="x-1"></script>\n</BODY></html>'
    )


def test_script_is_added_to_a_page_without_end_tags():
    assert inject(b"<p>a", "").startswith(b"<p>a<script ")


@given(st.binary())
def test_injecting_keeps_every_byte_of_the_page(page):
    tag = inject(b"", "g")
    assert inject(page, "g").replace(tag, b"", 1) == page


# ---------------------------------------------------------------- what a request may reach


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "site"
    (made / "doc" / "甲 乙").mkdir(parents=True)
    (made / "index.html").write_text(PAGE, encoding="utf-8")
    (made / "doc" / "甲 乙" / "index.html").write_text(PAGE, encoding="utf-8")
    (made / "doc" / ".git").mkdir()
    (made / "doc" / ".git" / "config").write_text("secret", encoding="utf-8")
    (made / ".sitegen-manifest").write_text("secret", encoding="utf-8")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    return made


def test_a_folder_is_its_index_page(folder):
    assert find_file(folder, "/") == folder / "index.html"
    assert find_file(folder, "/doc/" + quote("甲 乙") + "/") == folder / "doc" / "甲 乙" / "index.html"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/doc/..%2f..%2fsecret.html",
        "/..%5csecret.html",
        "//../secret.html",
        "/index.html%00",
        "/.sitegen-manifest",
        "/doc/.git/config",
        "/doc",
        "/index.html/",
        "/" + "x" * 5000,
        "/%ff%fe",
    ],
)
def test_nothing_else_is_found(folder, path):
    assert find_file(folder, path) is None


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    try:
        (folder / "out.html").symlink_to(tmp_path / "secret.html")
    except OSError:
        pytest.skip("this system makes no symlinks")
    assert find_file(folder, "/out.html") is None


@given(st.text(alphabet="./%2e5cf\\\0 :甲x~"))
def test_no_path_leads_out_of_the_folder(tmp_path_factory, path):
    folder = tmp_path_factory.getbasetemp() / "inside"
    folder.mkdir(exist_ok=True)
    (folder.parent / "x").write_text("outside", encoding="utf-8")
    found = find_file(folder, "/" + path)
    assert found is None or found.resolve().is_relative_to(folder.resolve())


# ---------------------------------------------------------------- the server


def test_pages_have_the_script_and_files_on_disk_do_not(tmp_path):
    preview = preview_of(tmp_path, write_page)
    preview.rebuild()
    with served(preview) as port:
        answer = ask(port, "/")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert f'data-good="{preview.state.good}"'.encode() in answer.body
        assert ask(port, "/_sitegen/preview.js").headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert ask(port, "/_sitegen/preview.css").status == 200
        assert ask(port, "/_sitegen/other").status == 404
        head = ask(port, "/", method="HEAD")
        assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(answer.body)))
    assert (preview.folder / "index.html").read_text(encoding="utf-8") == PAGE


def test_a_folder_without_its_slash_leads_to_it_with_the_query(tmp_path):
    preview = preview_of(tmp_path, write_page)
    preview.rebuild()
    write_page(preview.folder / "栏目")
    with served(preview) as port:
        answer = ask(port, "/" + quote("栏目") + "?q=1")
        assert (answer.status, answer.headers["Location"]) == (301, "/" + quote("栏目") + "/?q=1")
        assert ask(port, "//" + quote("栏目")).headers["Location"] == "/" + quote("栏目") + "/"


def test_a_missing_page_is_the_404_page_of_the_site(tmp_path):
    preview = preview_of(tmp_path, write_page)
    preview.rebuild()
    with served(preview) as port:
        assert "没有这个页面" in ask(port, "/x").body.decode()
        (preview.folder / "404.html").write_text("<body>本站的</body>", encoding="utf-8")
        answer = ask(port, "/x")
        assert answer.status == 404
        assert "本站的" in answer.body.decode()


def test_before_the_first_good_build_a_page_says_to_wait(tmp_path):
    with served(preview_of(tmp_path)) as port:
        answer = ask(port, "/any/page/")
        assert answer.status == 503
        assert "正在生成预览" in answer.body.decode()
        assert b"/_sitegen/preview.js" in answer.body


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[bad", ""])
def test_a_foreign_name_that_points_here_gets_nothing(tmp_path, host):
    preview = preview_of(tmp_path, write_page)
    preview.rebuild()
    with served(preview) as port:
        for path in ("/", "/_sitegen/events"):
            assert ask(port, path, Host=host).status == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]:9"])
def test_the_names_of_this_machine_are_answered(tmp_path, host):
    preview = preview_of(tmp_path, write_page)
    preview.rebuild()
    with served(preview) as port:
        assert ask(port, "/", Host=host).status == 200


def test_a_taken_port_is_said_with_a_way_out():
    server = listen("127.0.0.1", 0)
    try:
        with pytest.raises(UsageError) as caught:
            listen("127.0.0.1", server.server_port)
    finally:
        server.server_close()
    assert f"端口 {server.server_port} 已被另一个程序或另一个预览占用" in str(caught.value)
    assert f"--port {server.server_port + 1}。" in str(caught.value)


@pytest.mark.parametrize(("port", "other"), [(8123, 8124), (80, 8123), (65535, 8123)])
def test_the_port_that_is_proposed_is_another_one_and_allowed(monkeypatch, port, other):
    def refuse(*_: object) -> None:
        raise OSError(errno.EADDRINUSE, "in use")

    monkeypatch.setattr("socketserver.TCPServer.server_bind", refuse)
    with pytest.raises(UsageError, match=f"例如 --port {other}。"):
        listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("GET / HTTP/1.1", "", b"HTTP/1.0 200 "),  # without Host
        ("GET / HTTP/1.0", "", b"HTTP/1.0 200 "),
        ("GET http://127.0.0.1:8000/ HTTP/1.1", "Host: 127.0.0.1:8000", b"HTTP/1.0 400 "),
        ("GET http://evil.example/ HTTP/1.1", "Host: localhost", b"HTTP/1.0 400 "),
        ("GET http://127.0.0.1/ HTTP/1.1", "Host: evil.example", b"HTTP/1.0 403 "),
        ("GET ../secret.html HTTP/1.1", "Host: localhost", b"HTTP/1.0 400 "),
        ("GET * HTTP/1.1", "Host: localhost", b"HTTP/1.0 400 "),
        ("GET ?x HTTP/1.1", "Host: localhost", b"HTTP/1.0 400 "),
        ("CONNECT evil.example:443 HTTP/1.1", "Host: localhost", b"HTTP/1.0 501 "),
        ("GET /", "", b"<!doctype html>"),  # as of 1991: an answer without a head
    ],
)
def test_requests_that_no_browser_makes_do_no_harm(tmp_path, request_line, headers, status):
    preview = preview_of(tmp_path, write_page)
    preview.rebuild()
    (tmp_path / "made" / "secret.html").write_text("secret", encoding="utf-8")
    with served(preview) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(f"{request_line}\r\n{headers}\r\n\r\n".encode())
            answer = b"".join(iter(lambda: raw.recv(65536), b""))
        assert answer.startswith(status)
        assert b"secret" not in answer
        assert ask(port, "/").status == 200  # and it goes on


def test_only_this_machine_is_loopback():
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost")] == [True] * 3
    assert [is_loopback(host) for host in ("0.0.0.0", "10.0.0.1", "example.org", "")] == [False] * 4


# ---------------------------------------------------------------- states


class Events:
    """The events of a preview, as a browser gets them."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.connection.request("GET", "/_sitegen/events")
        self.response = self.connection.getresponse()

    def next(self) -> dict[str, object]:
        while not (line := self.response.readline()).startswith(b"data: "):
            assert line, "the stream ended"
        return json.loads(line.removeprefix(b"data: "))

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def test_open_pages_are_told_of_mistakes_and_of_the_good_build_after_them(tmp_path):
    preview = preview_of(tmp_path, write_page, lambda folder: Result((mistake(),)), write_page)
    preview.rebuild()
    with served(preview) as port:
        events = Events(port)
        first = events.next()
        assert first == {"good": preview.state.good, "problems": [], "omitted": 0}
        preview.rebuild()
        assert events.next() == {
            "good": first["good"],
            "problems": [
                {
                    "severity": "错误",
                    "message": "缺少标题",
                    "place": "content/甲.md:1:3",
                    "code": "F101",
                    "hint": "请写上标题。",
                    "detail": "",
                }
            ],
            "omitted": 0,
        }
        assert ask(port, "/").status == 200  # the last good page
        preview.rebuild()
        last = events.next()
        assert last["good"] != first["good"]
        assert last["problems"] == []
        events.close()


def test_the_stream_ends_with_the_preview(tmp_path):
    preview = preview_of(tmp_path, write_page)
    states = preview.states()
    next(states)
    preview.close()
    assert list(states) == []


def test_a_quiet_stream_is_kept_open(tmp_path, monkeypatch):
    monkeypatch.setattr(sitegen.serve, "PING_SECONDS", 0.0)
    states = preview_of(tmp_path).states()
    assert [next(states) is None for _ in range(3)] == [False, True, True]


def test_a_fault_of_the_program_is_shown_and_the_preview_goes_on(tmp_path):
    preview = preview_of(
        tmp_path, write_page, fail_with(SitegenError("主题缺少模板")), fail_with(ValueError("奇怪")), write_page
    )
    preview.rebuild()
    good = preview.state.good
    assert "主题缺少模板" in preview.rebuild()
    assert [problem.message for problem in preview.state.problems] == ["主题缺少模板"]
    assert "Traceback" in preview.rebuild()
    assert preview.state.problems[0].message == "程序内部错误：ValueError: 奇怪"
    assert "Traceback" in preview.state.problems[0].detail
    assert preview.state.good == good
    preview.rebuild()
    assert (preview.state.problems, preview.state.good == good) == ((), False)


def test_warnings_of_a_good_build_are_in_the_terminal_only(tmp_path):
    warning = mistake(severity=Severity.WARNING)
    preview = preview_of(tmp_path, lambda folder: Result((warning,), report=write_page(folder).report))
    assert "警告 F101" in preview.rebuild()
    assert preview.state.problems == ()


def test_errors_come_before_warnings_and_each_by_place():
    found = problems_of((mistake("丙", 9), mistake("甲", 1, Severity.WARNING), mistake("乙", 2)))
    assert [problem.message for problem in found] == ["乙", "丙", "甲"]


def test_what_does_not_fit_is_counted(tmp_path):
    many = tuple(mistake(line=number) for number in range(1, MOST_PROBLEMS + 8))
    preview = preview_of(tmp_path, lambda folder: Result(many))
    preview.rebuild()
    assert (len(preview.state.problems), preview.state.omitted) == (MOST_PROBLEMS, 7)


# ---------------------------------------------------------------- the watch


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("甲.md", True),
        ("栏目/_macros.html", True),
        ("data/holidays/2026.yaml", True),
        (".git/index", False),
        ("栏目/.甲.md.swp", False),
        ("甲.md~", False),
        ("~$表.docx", False),
    ],
)
def test_what_editors_keep_for_themselves_is_no_change(changed, expected):
    assert matters(Path("/c"), Path("/c", changed)) is expected


def test_another_folder_is_no_change():
    assert not matters(Path("/c"), Path("/cc/甲.md"))


def test_many_changes_at_once_are_settled_together():
    changes: SimpleQueue[str] = SimpleQueue()
    for number in range(50):
        changes.put(str(number))
    settle(changes, quiet=0.0)
    assert changes.empty()


@pytest.mark.parametrize("is_polling", [False, True])
def test_a_saved_file_is_noticed(tmp_path, monkeypatch, is_polling):
    if is_polling:  # as where the system has no watches left
        monkeypatch.setattr(sitegen.serve, "Observer", NoWatchesLeft)
        monkeypatch.setattr(sitegen.serve, "PollingObserver", lambda: PollingObserver(timeout=0.01))
    content = tmp_path / "内容"
    content.mkdir()
    with watching((content, tmp_path / "not there")) as changes:
        (content / "甲.md").write_text("x", encoding="utf-8")
        assert Path(changes.get(timeout=10)).name == "甲.md"


class NoWatchesLeft(PollingObserver):
    def start(self) -> None:
        raise OSError(28, "inotify watch limit reached")


def test_reading_a_file_is_no_change(tmp_path):
    (tmp_path / "甲.md").write_text("x", encoding="utf-8")
    with watching((tmp_path,)) as changes:
        (tmp_path / "甲.md").read_bytes()
        (tmp_path / "乙.md").write_text("x", encoding="utf-8")
        assert Path(changes.get(timeout=10)).name == "乙.md"


# ---------------------------------------------------------------- the whole


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody is asked whether a process lives")
def test_what_killed_previews_left_behind_goes_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = [f"sitegen-preview-{ended.pid}-x_1", "sitegen-preview-99999999999999999999-x"]
    others = [f"sitegen-preview-{os.getppid()}-x", "sitegen-preview-x-1", f"other-{ended.pid}-x", "file"]
    for name in (*left, *others[:-1]):
        (tmp_path / name / "site").mkdir(parents=True)
        (tmp_path / name / "site" / "draft.html").write_text("尚未公开", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / f"sitegen-preview-{ended.pid}-link").symlink_to(tmp_path / others[2])
    with preview_folder() as folder:
        own = Path(folder)
        assert list(own.iterdir()) == []
        now = {path.name for path in tmp_path.iterdir() if not path.is_symlink()}
        assert now == {own.name, *others}
        with preview_folder() as second:  # a preview does not take another one's folder, nor its own
            assert own.is_dir()
            assert second != folder
    assert {path.name for path in tmp_path.iterdir() if not path.is_symlink()} == set(others)
    assert (tmp_path / others[2] / "site" / "draft.html").is_file()


def test_the_404_page_is_styled_and_leads_home_whatever_the_url_of_the_site(site: Site, monkeypatch):
    (site.folder / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(site.folder / "tmp"))
    site.setting(agency="示例市科学技术局", url="https://www.example.gov.cn/kjj/zfxxgk/").write("fd-01-qt/a.md")
    ports = []

    def announce(text: str) -> None:
        if text.startswith("预览地址"):
            ports.append(int(text.split("/")[2].split(":")[1]))
        elif text.endswith("预览已更新。"):
            answer = ask(ports[0], "/no/such/page")
            assert answer.status == 404
            addresses = re.findall(r'(?:href|src)="(/[^"]*)"', answer.body.decode())
            assert any(address.startswith("/assets/style.css") for address in addresses)
            assert {address: ask(ports[0], address).status for address in addresses} == dict.fromkeys(addresses, 200)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(site.options(), BUILTIN, port=0, announce=announce)
    site.build()
    assert 'href="/kjj/zfxxgk/index.html"' in site.page("404.html")  # as it is when it is published


@dataclass(frozen=True)
class SomeOptions:
    """Of `Options` what the preview changes or reads."""

    content: Path
    themes: Path
    output: Path
    cache: Path | None
    preview: bool = False
    is_ours: bool = False


def session_of(build: Callable[[SomeOptions], Result]) -> Callable[..., AbstractContextManager[Callable[..., Result]]]:
    """A `session` whose builds are calls of `build`."""

    @contextmanager
    def session(options: SomeOptions, extensions: object) -> Iterator[Callable[..., Result]]:
        yield lambda progress, changed: build(options)

    return session


def test_serving_builds_again_at_a_change_and_leaves_nothing_behind(tmp_path, monkeypatch):
    content, themes, temporary = tmp_path / "content", tmp_path / "themes", tmp_path / "tmp"
    for made in (content, themes, temporary):
        made.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    options = SomeOptions(content, themes, tmp_path / "public", tmp_path / ".sitegen")
    seen = []

    def build(options: SomeOptions) -> Result:
        assert options.preview
        assert options.is_ours
        assert temporary in options.output.parents
        assert temporary in options.cache.parents
        return write_page(options.output, "".join(sorted(path.name for path in content.iterdir())))

    def announce(text: str) -> None:
        if text.startswith("预览地址"):
            seen.append(int(text.split("/")[2].split(":")[1]))
        elif text == "预览已更新。":
            seen.append(ask(seen[0], "/").body.decode().split("<script")[0])
            if len(seen) == 3:
                raise KeyboardInterrupt
            (content / "甲.md").write_text("x", encoding="utf-8")

    monkeypatch.setattr(sitegen.serve, "session", session_of(build))
    with pytest.raises(KeyboardInterrupt):
        serve(options, Extensions(), port=0, announce=announce)
    assert seen[1:] == ["", "甲.md"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content", "themes", "tmp"]
    assert list(temporary.iterdir()) == []


STORY = """
import sys, sitegen.serve
from pathlib import Path
from sitegen.site import Extensions
from tests.unit.test_serve import SomeOptions, session_of, write_page
here = Path(sys.argv[1])
sitegen.serve.session = session_of(lambda options: write_page(options.output))
options = SomeOptions(here / "content", here / "themes", here / "public", None)
sitegen.serve.serve(options, Extensions(), port=0, announce=lambda text: print(text, flush=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_closed_terminal_leaves_no_draft_behind(tmp_path, name):
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", STORY, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    with process:
        while "预览已更新" not in process.stdout.readline().decode():
            assert process.poll() is None
        assert len(list((tmp_path / "tmp").iterdir())) == 1
        process.send_signal(getattr(signal, name))
        process.wait(timeout=20)
    assert list((tmp_path / "tmp").iterdir()) == []
