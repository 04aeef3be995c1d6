"""Finished pages that are as they were left are not inspected again; whatever may say otherwise makes it happen."""

from __future__ import annotations

import pytest

from sitegen import inspection
from sitegen.site import check_site
from tests.story import SMALL, Site


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Gets an entry for each inspection of the output."""
    told: list[str] = []
    inspect = inspection.inspect_output

    def counted(*given: object) -> object:
        told.append("looked")
        return inspect(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(inspection, "inspect_output", counted)
    return told


def codes_of(site: Site) -> list[str]:
    return [d.code for d in check_site(site.options(), SMALL, with_pages=True).diagnostics]


def test_pages_are_inspected_once(site: Site, looks: list[str]) -> None:
    site.write("fd-01-gfx/a.md", title="甲办法").build()
    first = codes_of(site)
    assert first
    assert codes_of(site) == first
    assert looks == ["looked"]


def test_harmed_page_is_inspected_and_told(site: Site, looks: list[str]) -> None:
    site.write("fd-01-gfx/a.md", title="甲办法").build()
    first = codes_of(site)
    page = site.output / "doc/a/index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<h1", "<h2").replace("</h1>", "</h2>"), encoding="utf-8")
    assert set(codes_of(site)) > set(first)
    assert looks == ["looked", "looked"]


def test_other_settings_and_other_documents_make_another_inspection(site: Site, looks: list[str]) -> None:
    site.write("fd-01-gfx/a.md", title="甲办法").build()
    codes_of(site)
    site.move("fd-01-gfx/a.md", "fd-01-gfx/b/a.md")
    codes_of(site)
    site.setting(domain="zwgk.example.cn")
    codes_of(site)
    assert looks == ["looked"] * 3
