"""The laws of building: the same content gives the same bytes however it came to be built; nothing is half done."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError, TroubleError
from sitegen.model import Format, Task
from sitegen.site import BUILTIN
from tests.packed import pdf
from tests.story import Site

WITHHELD: dict[str, object] = {"disclosure": "不予公开", "disclosure_reason": "条例第十四条"}
WITHDRAWN: dict[str, object] = {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}}


@pytest.fixture
def small(site: Site) -> Site:
    """Three documents that speak of each other, one with an attachment."""
    site.write("fd-01-gfx/a.md", title="甲办法", doc_no="示科发〔2024〕1号", attachments=["x.pdf"]).file(
        "fd-01-gfx/x.pdf"
    )
    site.write("fd-01-gfx/b.md", title="乙办法", body="见[甲办法](a)。", repeals="a", pub_date="2024-03-06")
    return site.write("fd-01-qt/c.md", title="丙通知", body="见[乙办法](../fd-01-gfx/b.md)。")


def test_same_content_gives_the_same_bytes(small: Site) -> None:
    first = small.build(search=True).tree()
    assert small.build(search=True, cache=None).tree() == first
    assert small.clean_tree(search=True) == first


def test_place_of_the_site_is_in_no_byte(small: Site) -> None:
    small.build()
    assert not [path for path, data in small.tree().items() if str(small.folder).encode() in data]


def test_second_build_writes_nothing(small: Site) -> None:
    assert small.build(search=True).rewritten
    assert small.build(search=True).rewritten == set()
    assert small.build(search=False).rewritten == set()


def test_workers_give_the_bytes_of_one(small: Site) -> None:
    serial = small.build().tree()
    shutil.rmtree(small.output)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert small.build(executor=executor, cache=None).tree() == serial


def test_renaming_a_document_updates_the_pages_that_name_it(small: Site) -> None:
    small.build()
    small.write("fd-01-gfx/a.md", title="甲办法（修订）", doc_no="示科发〔2024〕1号", attachments=["x.pdf"]).build()
    assert {"doc/a/index.html", "doc/b/index.html", "fd-01-gfx/ended/index.html"} <= small.rewritten
    assert "doc/c/index.html" not in small.rewritten
    assert small.tree() == small.clean_tree()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: site.file("fd-01-gfx/bad.md", b"\xff\xfe"),
        lambda site: site.write("fd-01-gfx/bad.md", body="[a](nothing)"),
        lambda site: site.setting(agency=""),
        lambda site: site.columns("hide: [{id: gzk}]"),
        lambda site: site.delete("fd-01-gfx/x.pdf"),
        lambda site: site.delete("fd-01-qt/c.md"),
    ],
    ids=["no text", "dangling link", "no agency", "no reason", "no attachment", "removed"],
)
def test_failed_build_changes_nothing(small: Site, spoil: Callable[[Site], Site]) -> None:
    before = small.build(search=True).tree()
    spoil(small).build(search=True)
    assert not small.is_published
    assert small.tree() == before


def test_fault_while_rendering_changes_nothing(small: Site) -> None:
    before = small.build().tree()

    def fail(task: Task, kit: object) -> bytes:
        raise ValueError("a fault in a template")

    small.write("fd-01-gfx/d.md")
    with pytest.raises(RuntimeError, match="a fault in a template"):
        small.build(extensions=BUILTIN.plus(formats=[Format("copy", fail)]))
    assert small.tree() == before


def test_attachment_changed_during_the_build_is_not_published(small: Site) -> None:
    def change(task: Task, kit: object) -> bytes:
        small.file("fd-01-gfx/x.pdf", pdf("changed"))
        return BUILTIN.formats["copy"].produce(task, kit)  # type: ignore[arg-type]

    with pytest.raises(SitegenError, match="在构建过程中被改动"):
        small.build(extensions=BUILTIN.plus(formats=[Format("copy", change)]))


def test_interrupted_build_is_healed_by_the_next(small: Site) -> None:
    small.build()
    target = small.output / "doc" / "a" / "index.html"
    target.write_bytes(b"half a pa")
    (small.output / ".sitegen-new").mkdir()
    (small.output / ".sitegen-new" / "0").write_bytes(b"the other half")
    (small.output / "fd-01-gfx" / "index.html").unlink()
    small.build()
    assert small.rewritten == {"doc/a/index.html", "fd-01-gfx/index.html"}
    assert small.tree() == small.clean_tree()


def test_removed_document_stops_the_build(small: Site) -> None:
    before = small.build().tree()
    small.delete("fd-01-qt/c.md").build()
    assert [d.message for d in small.found] == ["已发布的地址“doc/c/index.html”会失效"]
    assert small.tree() == before


def test_removed_document_stops_the_build_without_a_cache_too(small: Site) -> None:
    small.build(cache=None).delete("fd-01-qt/c.md").build(cache=None)
    assert small.codes == ["L201"]


def test_withdrawn_document_leaves_a_note(small: Site) -> None:
    small.build().write("fd-01-qt/c.md", title="丙通知", **WITHDRAWN).build()
    assert small.codes == []
    note = small.page("doc/c/index.html")
    assert "内容有误" in note
    assert "丙通知" not in note
    assert small.tree() == small.clean_tree()


def test_old_address_leads_to_the_document(small: Site) -> None:
    small.write("fd-01-qt/c.md", title="丙通知", old_urls=["old/2020/t1.html", "old/2021/"]).build()
    assert "url=../../doc/c/index.html" in small.page("old/2020/t1.html")
    assert "url=../../doc/c/index.html" in small.page("old/2021/index.html")


def test_old_address_may_not_be_dropped(small: Site) -> None:
    small.write("fd-01-qt/c.md", old_urls=["old/2020/t1.html"]).build()
    small.write("fd-01-qt/c.md").build()
    assert [d.message for d in small.found] == ["已发布的地址“old/2020/t1.html”会失效"]


IN_USE = ("index.html", "doc/a/", "fd/index.html", "assets/style.css", "search/data/", "pagefind/x.html")


@pytest.mark.parametrize("old", IN_USE)
def test_old_address_may_not_be_one_in_use(small: Site, old: str) -> None:
    before = small.build().tree()
    small.write("fd-01-qt/c.md", old_urls=[old]).build()
    assert small.diagnostics == ["L115:6"]
    assert small.tree() == before


@pytest.mark.parametrize("old", ["robots.txt", "fd/atom.xml", "doc/a/x.pdf", "redirects.nginx.conf"])
def test_old_address_may_not_be_a_folder_where_a_file_is(small: Site, old: str) -> None:
    before = small.build().tree()
    with suppress(SitegenError):
        assert not small.write("fd-01-qt/c.md", old_urls=[old]).build().is_published
    assert small.tree() == before


def test_document_that_was_merged_into_another_leads_there(small: Site) -> None:
    small.build().delete("fd-01-qt/c.md")
    small.write("fd-01-qt/d.md", title="丁通知", old_urls=["doc/c/"]).build()
    assert small.codes == []
    assert "url=../../doc/d/index.html" in small.page("doc/c/index.html")


def test_moving_a_file_keeps_its_address(small: Site) -> None:
    small.build().move("fd-01-qt/c.md", "fd-01-hb/2024/c.md").write("fd-01-hb/2024/c.md", body="见[乙](b)。").build()
    assert small.codes == []
    assert "doc/c/index.html" in small.tree()
    assert small.tree() == small.clean_tree()


def test_hidden_column_leads_to_the_one_above(small: Site) -> None:
    small.build().columns("hide: [{id: gzk, reason: 没有规章制定权}]").build()
    assert small.codes == []
    assert "refresh" in small.page("gzk/index.html")


def test_files_of_others_in_the_output_stay(small: Site) -> None:
    small.build()
    (small.output / "baidu_verify.html").write_text("x", encoding="utf-8")
    (small.output / "doc" / "notes.txt").write_text("x", encoding="utf-8")
    for cache in (small.cache, None):
        small.build(cache=cache)
        assert {"baidu_verify.html", "doc/notes.txt"} <= set(small.tree())


def test_day_of_the_build_is_on_the_first_page_at_most(small: Site) -> None:
    small.build("2026-11-22").build("2026-11-23")
    assert small.rewritten <= {"index.html"}
    others = {path: data for path, data in small.tree().items() if path != "index.html"}
    assert not [path for path, data in others.items() if b"2026-11-2" in data or "11月2".encode() in data]


def test_document_appears_on_its_day(small: Site) -> None:
    small.write("fd-01-gfx/d.md", title="丁办法", pub_date="2026-11-23 09:00").build("2026-11-22")
    assert "doc/d/index.html" not in small.tree()
    small.build("2026-11-23")
    assert small.rewritten >= {"doc/d/index.html", "fd-01-gfx/index.html"}
    assert small.tree() == small.clean_tree("2026-11-23")


def test_faulty_document_is_left_out_with_those_that_need_it(small: Site) -> None:
    small.write("fd-01-gfx/bad.md", pub_date="2024-02-30").write("fd-01-gfx/e.md", body="[坏](bad)")
    small.build(keep_going=True)
    assert small.is_published
    assert {"doc/bad/index.html", "doc/e/index.html"} & set(small.tree()) == set()
    assert "doc/a/index.html" in small.tree()
    assert small.result is not None
    assert small.result.skipped == ("fd-01-gfx/bad.md", "fd-01-gfx/e.md")  # type: ignore[union-attr]


# ---------------------------------------------------------------- any sequence of edits

NAMES = st.sampled_from(["a", "b", "c", "d"])
EDITS = st.one_of(
    st.tuples(st.just("write"), NAMES, st.sampled_from(["甲", "乙", "丙"])),
    st.tuples(st.just("link"), NAMES, NAMES),
    st.tuples(st.sampled_from(["delete", "withdraw", "withhold", "draft", "move"]), NAMES, st.just("")),
)


def carry_out(site: Site, edit: tuple[str, str, str]) -> None:
    what, name, more = edit
    path = next((f for f in (f"fd-01-gfx/{name}.md", f"fd-01-qt/{name}.md") if (site.content / f).exists()), "")
    here = path or f"fd-01-gfx/{name}.md"
    if what == "write":
        site.write(here, title=f"{more}办法", attachments=["x.pdf"] if here.startswith("fd-01-gfx") else None)
    elif what == "link":
        site.write(here, body=f"见[文件]({more})。")
    elif what == "withdraw":
        site.write(here, **WITHDRAWN)
    elif what == "withhold":
        site.write(here, **WITHHELD)
    elif what == "draft":
        site.write(here, draft=True)
    elif path and what == "delete":
        site.delete(path)
    elif path and what == "move":
        site.move(path, path.replace("gfx", "*").replace("qt", "gfx").replace("*", "qt"))


@given(st.lists(st.lists(EDITS, min_size=1, max_size=3), min_size=1, max_size=3))
@settings(max_examples=8)
def test_build_after_any_edits_equals_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, str, str]]]
) -> None:
    site = Site(tmp_path_factory.mktemp("site")).file("fd-01-gfx/x.pdf").write("fd-01-gfx/a.md").build()
    for edits in rounds:
        for edit in edits:
            carry_out(site, edit)
        before = site.tree()
        site.build()
        if site.is_published:
            assert site.tree() == site.clean_tree()
        else:
            assert site.tree() == before
            assert site.codes
    shutil.rmtree(site.folder)


def test_faulty_date_does_not_take_a_published_page_away(small: Site) -> None:
    before = small.build().tree()
    small.write("fd-01-qt/c.md", pub_date="2026-02-30").build(keep_going=True)
    assert "L201" in small.codes
    assert small.tree() == before


def test_dropped_attachment_is_a_lost_address_and_can_be_led_on(small: Site) -> None:
    small.file("fd-01-qt/q.pdf").write("fd-01-qt/d.md", attachments=["q.pdf"]).build()
    assert small.is_published, small.diagnostics
    small.write("fd-01-qt/d.md").build()
    assert small.codes == ["L201"]
    small.write("fd-01-qt/d.md", old_urls=["doc/d/q.pdf"]).build()
    assert small.codes == []
    assert "../../../doc/d/index.html" in small.page("doc/d/q.pdf/index.html")


def test_full_disk_changes_nothing(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = small.build().tree()
    small.write("fd-01-gfx/a.md", title="改了的标题", attachments=["x.pdf"])
    count = 0

    def fail(file: str, *arguments: object) -> object:
        nonlocal count
        count += ".sitegen-new" in str(file)
        if count > 3:
            raise OSError(28, "No space left on device", file)
        return open(file, *arguments)  # type: ignore[call-overload]  # noqa: PTH123

    with monkeypatch.context() as patch:
        patch.setattr("sitegen.engine.open", fail, raising=False)
        with pytest.raises(TroubleError, match="磁盘空间"):
            small.build()
    assert small.tree() == before
    assert small.build().tree() == small.clean_tree()
