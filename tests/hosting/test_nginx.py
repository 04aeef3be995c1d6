"""The sample configurations in `deploy/`: nginx for real, the others as far as they can be read."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from tests.story import Site as Story

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
BASE = "/kjj/zfxxgk/"
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src {style}; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
STRICT = POLICY.format(style="'self'")
LOOSE = POLICY.format(style="'self' 'unsafe-inline'")
MIME_TYPES = """
types {
    text/html html; text/css css; text/xml xml; text/plain txt; application/javascript js; application/json json;
    application/wasm wasm; image/svg+xml svg; image/png png; application/pdf pdf; font/woff2 woff2;
}
"""
MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type application/octet-stream;
    include {folder}/mime.types;
    include {folder}/zfxxgk.conf;
}}
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Site:
    """A running server with the site below `/kjj/zfxxgk/`."""

    port: int

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


def write_site(root: Path) -> None:
    site = root / BASE.strip("/")
    pages = {
        "index.html": "<!doctype html><title>首页</title>" + "公开" * 2000,
        "doc/丰府办字〔2021〕10号/index.html": "<!doctype html><title>通知</title>",
        "404.html": "<!doctype html><style>body{margin:0}</style><title>没有这个页面</title>",
        "assets/site.css": "body{}" * 500,
        "assets/search.js": "'甲';",
        "updates/atom.xml": "<feed/>",
        "api/年报.csv": "年份\n2021\n",
        "附件.pdf": "%PDF-1.4",
        ".git/config": "secret",
        ".git/年报.csv": "secret",
        ".git/atom.xml": "secret",
        ".sitegen-manifest": "{}",
        "other.conf": "secret",
        "withdrawn.html.gz": "",
        "empty/.keep": "",
        "redirects.nginx.conf": f'"/zwgk/old.jsp?id=12" "{BASE}doc/x/";\n"/{"长" * 60}.html" "{BASE}";\n',
    }
    for name, text in pages.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (site / "index.html.gz").write_bytes(gzip.compress("旧的首页".encode(), mtime=0))


@contextmanager
def running(nginx: str, folder: Path, root: Path, types: str = MIME_TYPES) -> Iterator[Site]:
    """The sample as it is but for the places it names: listen, root, include."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sample = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for placeholder, own in (("listen 80;", f"listen 127.0.0.1:{port};"), ("/srv/www", str(root))):
        assert placeholder in sample
        sample = sample.replace(placeholder, own)
    (folder / "zfxxgk.conf").write_text(sample, encoding="utf-8")
    (folder / "mime.types").write_text(types, encoding="utf-8")
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    (folder / "main.conf").write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
    command = [nginx, "-p", str(folder), "-c", str(folder / "main.conf"), "-e", str(folder / "error.log")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_it_listens(port, process)
        yield Site(port)
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def site(nginx, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    write_site(folder / "www")
    with running(nginx, folder, folder / "www") as site:
        yield site


def wait_until_it_listens(port: int, process: subprocess.Popen) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            continue
    pytest.fail("nginx ended at once")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("doc/丰府办字〔2021〕10号/", "text/html; charset=utf-8"),
        ("assets/site.css", "text/css; charset=utf-8"),
        ("assets/search.js", "application/javascript; charset=utf-8"),
        ("updates/atom.xml", "application/atom+xml; charset=utf-8"),
        ("api/年报.csv", "text/csv; charset=utf-8"),
        ("附件.pdf", "application/pdf"),
    ],
)
def test_every_kind_of_file_is_served_as_what_it_is(site: Site, path, kind):
    answer = site.get(BASE + quote(path))
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert answer.headers["Content-Security-Policy"] == STRICT
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize(
    "path",
    [
        *("x", "doc/没有/", "empty/", "doc/../x", "withdrawn.html"),
        *(".git/config", ".git/年报.csv", ".git/atom.xml", ".sitegen-manifest", "redirects.nginx.conf", "other.conf"),
    ],
)
def test_what_is_not_there_is_the_404_page(site: Site, path):
    answer = site.get(BASE + quote(path))
    assert answer.status == 404
    assert "没有这个页面" in answer.body.decode()
    assert answer.headers["Content-Security-Policy"] == LOOSE
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_the_portal_around_it_keeps_its_own_404(site: Site):
    answer = site.get("/elsewhere")
    assert answer.status == 404
    assert "没有这个页面" not in answer.body.decode()


def test_only_files_with_a_version_are_kept_for_long(site: Site):
    for_long = "public, max-age=31536000, immutable"
    assert site.get(f"{BASE}assets/site.css?v=3f2a").headers["Cache-Control"] == for_long
    for path in ("assets/site.css", "", "?v=1", "index.html?v=1", "assets/site.css?v="):
        assert site.get(BASE + path).headers["Cache-Control"] == "public, max-age=60"


def test_an_unchanged_page_is_not_sent_again(site: Site):
    tag = site.get(BASE).headers["ETag"]
    assert site.get(BASE, **{"If-None-Match": tag}).status == 304


def test_text_is_compressed_and_no_old_compressed_file_is_used(site: Site):
    page = site.get(BASE, **{"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Vary"] == "Accept-Encoding"
    assert "首页" in gzip.decompress(page.body).decode()
    assert len(page.body) < 1000
    assert site.get(f"{BASE}withdrawn.html", **{"Accept-Encoding": "gzip"}).status == 404


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        (BASE.rstrip("/"), BASE),
        (BASE + "doc/" + quote("丰府办字〔2021〕10号"), BASE + "doc/" + quote("丰府办字〔2021〕10号") + "/"),
        ("/zwgk/old.jsp?id=12", BASE + "doc/x/"),
    ],
)
def test_addresses_lead_on_without_naming_the_host(site: Site, asked, target):
    answer = site.get(asked)
    assert (answer.status, answer.headers["Location"]) == (301, target)


def test_a_site_is_read_only(site: Site):
    assert site.get(BASE, method="POST").status == 405
    assert site.get(BASE, method="HEAD").body == b""


# ---------------------------------------------------------------- what the build writes for nginx


def test_nginx_takes_the_old_addresses_that_a_build_wrote(nginx: str, tmp_path: Path):
    story = Story(tmp_path)
    story.setting(agency="示例市科学技术局", url=f"https://www.example.gov.cn{BASE}")
    story.columns("hide: [{id: fd-11-jy, reason: 本机关没有建议提案办理事项}]\n")
    strange = ["/zwgk/$uri'(1)~{2}.html", "/zwgk/100%.html", "/长/" + "长" * 60, "/default", "/a b/#x"]
    story.write("fd-01-qt/a.md", old_urls=["/zwgk/Show.jsp?id=1", "2019/t1.html", *strange])
    story.write("fd-01-qt/b.md", old_urls=["https://old.example.cn/zwgk/show.jsp?id=2"])
    story.build()
    assert story.is_published, story.found
    root = tmp_path / "www"
    shutil.copytree(story.output, root / BASE.strip("/"))
    with running(nginx, tmp_path, root) as site:
        to_a, to_b = (f"{BASE}doc/{name}/index.html" for name in "ab")
        for asked, target in (
            ("/zwgk/Show.jsp?id=1", to_a),
            ("/zwgk/show.jsp?id=1", to_a),  # nginx sees no difference
            ("/zwgk/show.jsp?id=2", to_b),
            (f"{BASE}2019/t1.html", to_a),
            ("/zwgk/$uri'(1)~%7B2%7D.html", to_a),
            ("/zwgk/100%25.html", to_a),
            (quote("/长/" + "长" * 60), to_a),
            ("/default", to_a),
            (f"{BASE}fd-11-jy/index.html", f"{BASE}fd-11/index.html"),
        ):
            answer = site.get(asked)
            assert (answer.status, answer.headers["Location"]) == (301, target), asked
            assert site.get(target).status == 200
        assert site.get("/zwgk/show.jsp?id=3").status == 404
        assert site.get("/zwgk/show.jsp").status == 404


# ---------------------------------------------------------------- the other two


def test_the_samples_agree_on_what_a_page_may_do():
    for name in ("nginx.conf", "apache.htaccess", "web.config"):
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("$sitegen_style", "'self'")
        assert set(re.findall(r"\"(default-src [^\"]*)\"", text)) <= {STRICT, LOOSE}
        assert STRICT in text


def test_the_sample_for_iis_is_well_formed():
    sample = ElementTree.parse(DEPLOY / "web.config").getroot()
    hidden = [item.get("segment") for item in sample.iterfind(".//hiddenSegments/add")]
    assert hidden == ["redirects.nginx.conf", ".sitegen-manifest"]
    types = [item.get("fileExtension") for item in sample.iter("mimeMap")]
    assert len(types) == len(set(types))
    assert types == [item.get("fileExtension") for item in sample.find("system.webServer/staticContent").iter("remove")]
