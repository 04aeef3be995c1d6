"""An edit that changes nothing but a body is shown without reading the rest; any other edit is built as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sitegen.building import Build
from sitegen.site import session, silent
from tests.story import Site

GUIDE = "公开指南写明分类、编排、获取、工作机构、办公地址、办公时间、电话、传真、邮箱。"


@pytest.fixture
def whole_builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Gets an entry for each build that reads all of the site."""
    told: list[str] = []
    run = Build.run

    def counted(self: Build, *given: object) -> object:
        told.append("whole")
        return run(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Build, "run", counted)
    return told


@pytest.fixture
def built(site: Site, whole_builds: list[str]) -> Site:
    site.write("fd-01-gfx/a.md", title="甲办法", body="## 第一条\n\n旧的正文。")
    site.write("fd-01-gfx/b.md", title="乙办法", body="见[甲办法](a)。", repeals="a")
    site.write("zn/guide.md", title="公开指南", body=GUIDE)
    site.write("fd-02-zn/tasks.md", title="机构职能", body="职能一。")
    site.build().build()
    whole_builds.clear()
    return site


def edit(site: Site, path: str, old: str, new: str) -> None:
    text = (site.content / path).read_text(encoding="utf-8")
    assert old in text
    site.file(path, text.replace(old, new))


def test_edited_body_is_all_that_is_built(built: Site, whole_builds: list[str]) -> None:
    edit(built, "fd-01-gfx/a.md", "旧的正文", "新的正文，改了两次")
    built.build()
    assert whole_builds == []
    assert built.rewritten == {"doc/a/index.html"}
    assert "新的正文，改了两次" in built.page("doc/a/index.html")
    assert built.tree() == built.clean_tree()


def test_edit_after_edit_and_back(built: Site, whole_builds: list[str]) -> None:
    first = built.tree()
    for old, new in (("旧的", "新的"), ("新的", "更新的"), ("更新的", "旧的")):
        edit(built, "fd-01-gfx/a.md", old, new)
        built.build()
    assert whole_builds == []
    assert built.tree() == first
    built.build()
    assert built.rewritten == set()


def test_page_shown_as_a_column_is_built_too(built: Site, whole_builds: list[str]) -> None:
    edit(built, "fd-02-zn/tasks.md", "职能一", "职能二")
    built.build()
    assert whole_builds == []
    assert built.rewritten == {"doc/tasks/index.html", "fd-02-zn/index.html"}
    assert built.tree() == built.clean_tree()


OTHER_EDITS: dict[str, Callable[[Site], object]] = {
    "a title": lambda site: edit(site, "fd-01-gfx/a.md", "甲办法", "丙办法"),
    "a heading, to which others may lead": lambda site: edit(site, "fd-01-gfx/a.md", "## 第一条", "## 第二条"),
    "a link": lambda site: edit(site, "fd-01-gfx/b.md", "](a)", "](guide)"),
    "a body that a rule looks into": lambda site: edit(site, "zn/guide.md", "写明", "载明"),
    "a body emptied": lambda site: edit(site, "fd-01-gfx/b.md", "见[甲办法](a)。", ""),
    "a new document": lambda site: site.write("fd-01-gfx/c.md", title="丁办法"),
    "no longer public": lambda site: site.write(
        "fd-01-gfx/b.md", title="乙办法", disclosure="依申请公开", disclosure_reason="条例第十六条"
    ),
    "settings": lambda site: site.file(
        "site.yaml", (site.content / "site.yaml").read_text(encoding="utf-8") + "intro: 另一句话\n"
    ),
}


@pytest.mark.parametrize("what", OTHER_EDITS)
def test_any_other_edit_is_built_whole(built: Site, whole_builds: list[str], what: str) -> None:
    edit(built, "fd-01-gfx/a.md", "旧的正文", "新的正文")
    OTHER_EDITS[what](built)
    built.build()
    assert whole_builds == ["whole"]
    assert built.tree() == built.clean_tree()


def test_harmed_output_is_mended_with_the_edit(built: Site, whole_builds: list[str]) -> None:
    (built.output / "doc/b/index.html").write_text("x", encoding="utf-8")
    edit(built, "fd-01-gfx/a.md", "旧的正文", "新的正文")
    built.build()
    assert whole_builds == ["whole"]
    assert built.tree() == built.clean_tree()


def test_edit_with_the_output_of_another_build_from_the_same_cache(built: Site, whole_builds: list[str]) -> None:
    other = built.folder / "other"
    built.build(output=other)
    edit(built, "fd-01-gfx/a.md", "甲办法", "丙办法")
    built.build(output=other)
    whole_builds.clear()
    edit(built, "fd-01-gfx/a.md", "旧的正文", "新的正文")
    built.build()
    assert whole_builds == ["whole"]
    assert built.tree() == built.clean_tree()


def test_edited_draft_is_shown_alone_in_the_preview(built: Site, whole_builds: list[str]) -> None:
    built.write("fd-01-gfx/d.md", title="草稿一件", body="第一稿。", draft=True)
    live = built.folder / "live"
    with session(built.options(output=live, cache=built.folder / "passing", preview=True, is_ours=True)) as build:
        build(silent, None)
        edit(built, "fd-01-gfx/d.md", "第一稿", "第二稿")
        whole_builds.clear()
        result = build(silent, ["fd-01-gfx/d.md"])
    assert whole_builds == []
    assert result.report is not None
    assert result.report.written == ("doc/d/index.html",)
    assert "第二稿" in (live / "doc/d/index.html").read_text(encoding="utf-8")
