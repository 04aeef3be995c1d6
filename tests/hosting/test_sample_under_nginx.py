"""The built sample behind a real nginx with the sample configuration of `deploy/`, below the path of a portal."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.hosting.test_nginx import BASE, MIME_TYPES, Answer, Site, running
from tests.samples import PAGES

OFFICE = "application/vnd.openxmlformats-officedocument"
INSTALLED_TYPES = Path("/etc/nginx/mime.types")
MORE_TYPES = f"""
types {{
    {OFFICE}.wordprocessingml.document docx;
    {OFFICE}.spreadsheetml.sheet xlsx;
}}
"""


@pytest.fixture(scope="module")
def site(nginx: str, sample_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """nginx on a free port; the configuration is the shipped one but for the places that it tells to change."""
    folder = tmp_path_factory.mktemp("nginx-sample")
    root = folder / "www"
    shutil.copytree(sample_site, root / BASE.strip("/"))
    installed = INSTALLED_TYPES.read_text(encoding="utf-8") if INSTALLED_TYPES.is_file() else MIME_TYPES + MORE_TYPES
    with running(nginx, folder, root, installed) as site:
        yield site


def page_of(site: Site, path: str) -> Answer:
    return site.get(BASE + quote(path))


@pytest.mark.parametrize("name", [name for name in PAGES if name != "notfound"])
def test_every_page_kind_is_served_at_its_folder(site: Site, sample_site: Path, name: str):
    expected = (sample_site / PAGES[name]).read_bytes()
    for path in (PAGES[name], PAGES[name].removesuffix("index.html")):
        answer = page_of(site, path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "style-src 'self';" in answer.headers["Content-Security-Policy"]
        assert answer.body == expected


def test_everything_a_page_loads_is_there_and_kept_for_long(site: Site):
    for name in ("home", "document", "search", "images"):
        text = page_of(site, PAGES[name]).body.decode()
        loaded = re.findall(r'<(?:script|link rel="(?:stylesheet|icon)"[^>]*|img)[^>]* (?:src|href)="([^"]+)"', text)
        assert len(loaded) >= 3
        for url in loaded:
            parts = urlsplit(urljoin(BASE + quote(PAGES[name]), url))
            answer = site.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
            assert answer.status == 200, url
            if "/assets/" in parts.path:
                assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("doc/kjgf-2024-03/kjgf-2024-03-1.docx", f"{OFFICE}.wordprocessingml.document"),
        ("doc/kjtz-2026-12/kjtz-2026-12-2.xlsx", f"{OFFICE}.spreadsheetml.sheet"),
        ("doc/zqyj-2026-02/zqyj-2026-02.pdf", "application/pdf"),
        ("doc/hb-2026/现行有效规范性文件目录.xlsx", f"{OFFICE}.spreadsheetml.sheet"),
        ("doc/jd-2024-06/jd-2024-06-lct.png", "image/png"),
    ],
)
def test_attachments_come_under_their_names_as_what_they_are(site: Site, sample_site: Path, path: str, kind: str):
    answer = page_of(site, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.body == (sample_site / path).read_bytes()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("updates/atom.xml", "application/atom+xml; charset=utf-8"),
        ("fd-01-gfx/atom.xml", "application/atom+xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_what_machines_read_has_its_type(site: Site, path: str, kind: str):
    answer = page_of(site, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert "xml" in page_of(site, "sitemap.xml").headers["Content-Type"]


def test_search_data_is_served(site: Site, sample_site: Path):
    files = [path.relative_to(sample_site).as_posix() for path in sorted((sample_site / "search/data").rglob("*"))]
    names = [name for name in files if (sample_site / name).is_file()]
    assert names
    for name in names[:: max(1, len(names) // 20)]:
        assert page_of(site, name).status == 200, name


@pytest.mark.parametrize(
    "path", ["doc/没有这份文件/", "doc/kjgf-2024-03/x.docx", "fd-01-gfx/page/9/", "doc/", "assets/"]
)
def test_what_is_not_there_is_the_styled_404_page(site: Site, path: str):
    answer = page_of(site, path)
    assert answer.status == 404
    assert "没有找到这个页面" in answer.body.decode()
    assert "'unsafe-inline'" in answer.headers["Content-Security-Policy"]


def test_pages_are_sent_compressed(site: Site):
    plain = page_of(site, PAGES["tables"])
    packed = site.get(BASE + PAGES["tables"], **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2


def test_unchanged_page_is_not_sent_again(site: Site):
    tag = page_of(site, PAGES["document"]).headers["ETag"]
    assert site.get(BASE + PAGES["document"], **{"If-None-Match": tag}).status == 304


def test_what_the_build_writes_for_others_is_no_page(site: Site, sample_site: Path):
    for name in ("redirects.nginx.conf", ".sitegen-manifest"):
        assert (sample_site / name).is_file()
        assert page_of(site, name).status == 404
