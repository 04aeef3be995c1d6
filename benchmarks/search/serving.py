"""Serve the folder of a site to browsers, and write down what was sent: a small server of ours, or nginx.

Exports `Sent`, `Served`, `serve`, `serve_by_nginx`.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from getpass import getuser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple
from urllib.parse import unquote
from urllib.request import urlopen

_TYPES = "text/html html; text/javascript js; text/css css; application/json json; image/svg+xml svg"


class Sent(NamedTuple):
    """One answer: the path below the root, and the bytes of its body."""

    path: str
    size: int


@dataclass(frozen=True)
class Served:
    """A site that is being served."""

    base: str
    read: Callable[[], list[Sent]]
    """What was sent since it was read the last time."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that ends leaves connections behind; other errors are ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """The folder on a free port, without compression; a browser may keep what it got, if it asks again."""
    sent: list[Sent] = []

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def end_headers(self) -> None:
            self.send_header("Cache-Control", "no-cache")
            super().end_headers()

        def copyfile(self, source: Any, outputfile: Any) -> None:
            data = source.read()
            sent.append(Sent(unquote(self.path.partition("?")[0]).lstrip("/"), len(data)))
            outputfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    def read() -> list[Sent]:
        found = sent[:]
        del sent[: len(found)]
        return found

    server = _Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}/", read)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serve_by_nginx(folder: Path) -> Iterator[Served]:
    """The folder by nginx, texts compressed as its sample does it; what was sent is as it went over the line."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with tempfile.TemporaryDirectory(prefix="nginx-") as name, socket.socket() as free:
        home = Path(name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        log = home / "sent.log"
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {home}/{kind};" for kind in kinds)
        (home / "nginx.conf").write_text(f"""
            daemon off; user {getuser()}; pid {home}/pid; error_log {home}/error.log; worker_processes 1;
            events {{}}
            http {{
                types {{ {_TYPES}; }}
                default_type application/octet-stream; charset utf-8; {places}
                log_format sent '$uri $body_bytes_sent'; access_log {log} sent;
                gzip on; gzip_comp_level 6; gzip_types text/css text/javascript application/json;
                add_header Cache-Control no-cache;
                server {{ listen 127.0.0.1:{port}; root {folder.resolve()}; }}
            }}
        """)
        process = subprocess.Popen([program, "-p", name, "-c", str(home / "nginx.conf"), "-e", str(home / "error.log")])
        base = f"http://127.0.0.1:{port}/"
        at = 0

        def read() -> list[Sent]:
            nonlocal at
            sleep(0.05)  # the line is written when the answer is out
            with log.open("rb") as file:
                file.seek(at)
                lines = file.read()
                at += len(lines)
            rows = (line.rsplit(" ", 1) for line in lines.decode("utf-8", "replace").splitlines())
            return [Sent(path.lstrip("/"), int(size)) for path, size in rows]

        try:
            _wait_for(base)
            read()
            yield Served(base, read)
        finally:
            process.terminate()
            process.wait()


def _wait_for(base: str) -> None:
    for _ in range(100):
        try:
            urlopen(base).close()
            return
        except OSError:
            sleep(0.05)
    raise RuntimeError(f"nothing answers at {base}")
