"""The sample of `content/`, built once for all tests that look at a finished site.

Exports `sample_site` (a fixture; import it in a conftest), `PAGES`, `ROOT`, `TODAY`, `build_once`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

import pytest

from sitegen.site import Options, build_site

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 22)

# One page of each kind, by what it shows.
PAGES: Mapping[str, str] = {
    "home": "index.html",
    "column": "fd/index.html",
    "documents": "fd-01-gfx/index.html",
    "repealed": "fd-01-gfxfz/index.html",
    "plain": "fd-01-jd/index.html",
    "annual": "nb/index.html",
    "empty": "fd-12-yj/index.html",
    "single": "zn/index.html",
    "document": "doc/kjgf-2024-03/index.html",
    "notice": "doc/kjgf-2021-04/index.html",
    "tables": "doc/nb-2025/index.html",
    "footnotes": "doc/tj-2025-nian/index.html",
    "images": "doc/jd-2024-06/index.html",
    "chinese": "doc/示例市实验室安全管理规定/index.html",
    "catalog": "catalog/index.html",
    "topic": "catalog/topic/科技、教育/index.html",
    "numbers": "catalog/number/index.html",
    "updates": "updates/index.html",
    "month": "updates/2026-11/index.html",
    "search": "search/index.html",
    "withdrawn": "doc/cfjd-2025-01/index.html",
    "map": "sitemap/index.html",
    "notfound": "404.html",
    "redirect": "fd-11-jy/index.html",
}


def build_once(content: Path, output: Path, *, search: bool = True) -> Path:
    """The site of `content` as of the end of `TODAY`, from nothing; fails the test with what is wrong."""
    options = Options(
        content=content,
        output=output,
        themes=ROOT / "themes",
        as_of=datetime.combine(TODAY, time(23, 59)),
        search=search,
    )
    result = build_site(options)
    assert result.report is not None, result.diagnostics
    return output


@cache
def _sample(new_folder: Callable[[str], Path]) -> Path:
    return build_once(ROOT / "content", new_folder("sample") / "public")


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built sample; nobody writes into it."""
    return _sample(tmp_path_factory.mktemp)
