"""What is read again and what is not, and what is kept of a file: never anything that may not be shown."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import pytest

from sitegen import markdown
from sitegen.diagnostics import CacheError
from sitegen.load import Entry, Kept, finish, load_tree, walk
from sitegen.model import Document, Tree
from tests.edits import quietly
from tests.packed import png
from tests.story import Site

A = TypeVar("A")
R = TypeVar("R")

NOON = datetime(2026, 11, 22, 12)
LATER = 1 << 62  # by the clock of the file system: every stamp can be relied on
WITHHELD: dict[str, object] = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}


class Desk:
    """A content folder, and what is kept of it from one reading to the next."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.entries: dict[str, Entry] = {}
        self.blobs: dict[str, bytes] = {}
        self.read: list[str] = []  # the files that the last reading opened
        self.parsed: list[str] = []  # those of which it found more than a digest
        self.now = LATER

    def load(self, as_of: datetime = NOON, is_finished: bool = True, **how: Any) -> Tree:
        """Read everything that has to be read, and keep what may be kept."""
        self.read, self.parsed = [], []
        kept = Kept(self.entries, self.blobs, self.now)
        tree = load_tree(
            self.site.content,
            self.site.themes,
            as_of,
            listing=walk(self.site.content, "content"),
            kept=kept,
            run=self.run,
            **how,
        )
        if is_finished:
            finish(kept)
        for document in tree.documents:
            assert tree.bodies[document.body.digest].digest == document.body.digest
        return tree

    def run(self, function: Callable[[Sequence[A]], Sequence[R]], items: Sequence[A]) -> Iterator[R]:
        """Calls the function as other processes would: what goes in and comes out is pickled."""
        for item in items:
            path = item.path  # type: ignore[attr-defined]
            self.read.append(path)
            asked = pickle.loads(pickle.dumps((function, item)))
            [entry] = pickle.loads(pickle.dumps(asked[0]([asked[1]])))
            if not entry.is_same:
                self.parsed.append(path)
            yield entry

    def clean(self, as_of: datetime = NOON, **how: Any) -> Tree:
        """What a reading of everything gives."""
        return load_tree(self.site.content, self.site.themes, as_of, **how)

    @property
    def held(self) -> bytes:
        """All the bytes that are kept."""
        return pickle.dumps((sorted(self.entries.items()), sorted(self.blobs.items())))

    def holds(self, text: str) -> bool:
        return text.encode() in self.held


@pytest.fixture
def desk(site: Site) -> Desk:
    """Three documents that were read, one with an attachment and one with an image."""
    site.write("fd-01-gfx/a.md", title="甲办法", attachments=["x.pdf"]).file("fd-01-gfx/x.pdf")
    site.write("fd-01-gfx/b.md", title="乙办法", body="## 一、标题\n\n见[甲办法](a)。")
    site.write("fd-01-qt/c.md", title="丙通知", body="![图](c.png)").file("fd-01-qt/c.png")
    desk = Desk(site)
    desk.load()
    assert desk.parsed == ["fd-01-gfx/a.md", "fd-01-gfx/b.md", "fd-01-qt/c.md"]
    assert desk.entries.keys() == set(desk.parsed)
    return desk


def same(one: Tree, other: Tree) -> bool:
    """Whether two trees say the same."""
    facts = [
        (tree.documents, tree.withdrawn, tree.internal, tree.diagnostics, dict(tree.kit.sources), tree.skipped)
        for tree in (one, other)
    ]
    bodies = [[tree.bodies[document.body.digest] for document in tree.documents] for tree in (one, other)]
    return facts[0] == facts[1] and bodies[0] == bodies[1]


A_MD, B_MD, C_MD = "fd-01-gfx/a.md", "fd-01-gfx/b.md", "fd-01-qt/c.md"


# ---------------------------------------------------------------- what is read


def test_nothing_is_read_as_long_as_the_stamps_are_the_same(desk: Desk) -> None:
    before = desk.held
    assert same(desk.load(), desk.clean())
    assert desk.read == []
    assert desk.held == before


def test_entries_survive_the_way_through_the_cache(desk: Desk) -> None:
    desk.entries = pickle.loads(pickle.dumps(desk.entries))
    assert same(desk.load(), desk.clean())
    assert desk.read == []


def test_touched_file_is_read_once_and_keeps_its_entry(desk: Desk) -> None:
    before = desk.entries[A_MD]
    os.utime(desk.site.content / A_MD, (1, 1))
    assert same(desk.load(), desk.clean())
    assert (desk.read, desk.parsed) == ([A_MD], [])
    assert desk.entries[A_MD]._replace(stamp=before.stamp) == before
    desk.load()
    assert desk.read == []


def test_changed_file_is_read_and_no_other(desk: Desk) -> None:
    desk.site.write(B_MD, title="另一办法")
    assert same(desk.load(), desk.clean())
    assert (desk.read, desk.parsed) == ([B_MD], [B_MD])
    assert not desk.holds("乙办法")


def test_file_that_was_written_just_now_is_read_again_until_its_stamp_can_be_relied_on(desk: Desk) -> None:
    desk.now = (desk.site.write(B_MD).content / B_MD).stat().st_mtime_ns
    desk.load()
    for now, is_read in ((desk.now, True), (0, True), (LATER, True), (LATER, False)):
        desk.now = now
        assert same(desk.load(), desk.clean())
        assert desk.parsed == []
        assert (B_MD in desk.read) == is_read


def test_other_bytes_of_the_same_size_and_time_are_read(desk: Desk) -> None:
    file = desk.site.content / A_MD
    quietly(file, file.read_bytes().replace("甲".encode(), "申".encode()))
    assert same(desk.load(), desk.clean())
    assert desk.parsed == [A_MD]


@pytest.mark.parametrize("is_quiet", [False, True])
def test_changed_attachment_is_read_with_its_document(desk: Desk, is_quiet: bool) -> None:
    file = desk.site.content / "fd-01-gfx/x.pdf"
    data = file.read_bytes()[::-1]
    quietly(file, data) if is_quiet else file.write_bytes(data + b"!")
    tree = desk.load()
    assert same(tree, desk.clean())
    assert desk.parsed == [A_MD]
    desk.load()
    assert desk.read == []


def test_attachment_that_goes_and_comes_again_is_noticed(desk: Desk) -> None:
    file = desk.site.content / "fd-01-gfx/x.pdf"
    data = file.read_bytes()
    file.unlink()
    for _ in range(2):  # what has errors is read every time
        assert [d.code for d in desk.load().diagnostics] == ["L101"]
        assert desk.parsed == [A_MD]
        assert A_MD not in desk.entries
    file.write_bytes(data)
    assert same(desk.load(), desk.clean())
    assert A_MD in desk.entries


def test_image_that_appears_later_is_noticed(desk: Desk) -> None:
    desk.site.delete("fd-01-qt/c.png")
    tree = desk.load()
    assert same(tree, desk.clean())
    assert [document.images for document in tree.documents if document.id == "c"] == [()]
    desk.load()
    assert desk.read == []
    desk.site.file("fd-01-qt/c.png", png(2))
    tree = desk.load()
    assert same(tree, desk.clean())
    assert desk.parsed == [C_MD]
    assert [len(document.images) for document in tree.documents if document.id == "c"] == [1]


@pytest.mark.parametrize(
    "change",
    [
        lambda site: site.setting(agency="另一局"),
        lambda site: site.setting(agency="示例市科学技术局", limits={"document_mb": 1}),
        lambda site: site.columns("rename: {fd-01-gfx: 规范性文件}\n"),
    ],
    ids=["site.yaml", "limits", "columns.yaml"],
)
def test_other_settings_judge_every_file_anew(desk: Desk, change: Callable[[Site], Site]) -> None:
    change(desk.site)
    assert same(desk.load(), desk.clean())
    assert desk.parsed == [A_MD, B_MD, C_MD]
    desk.load()
    assert desk.read == []


@pytest.mark.parametrize("how", [{"is_preview": True}, {"label": "内容"}])
def test_other_ways_of_reading_judge_every_file_anew(desk: Desk, how: dict[str, Any]) -> None:
    assert same(desk.load(**how), desk.clean(**how))
    assert len(desk.parsed) == 3
    assert same(desk.load(), desk.clean())
    assert len(desk.parsed) == 3


def test_settings_of_a_reading_that_was_broken_off_do_not_count(desk: Desk) -> None:
    desk.site.setting(agency="另一局")
    desk.load(is_finished=False)
    desk.load()
    assert len(desk.parsed) == 3


def test_body_that_only_moved_is_not_parsed_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    real = markdown.parse_body

    def parse_body(text: str, first_line: int) -> markdown.Parsed:
        texts.append(text)
        return real(text, first_line)

    monkeypatch.setattr(markdown, "parse_body", parse_body)
    desk.site.write(B_MD, title="乙办法", body="## 一、标题\n\n见[甲办法](a)。", summary="一句概述")
    tree = desk.load()
    assert desk.parsed == [B_MD]
    assert texts == []
    assert tree.marks(B_MD) == desk.clean().marks(B_MD)


def test_places_are_those_of_the_file(desk: Desk) -> None:
    clean = desk.clean()
    for tree in (desk.load(), desk.load()):
        for path in (A_MD, B_MD, C_MD):
            assert tree.marks(path) == clean.marks(path) != {}
    desk.blobs = {name: blob for name, blob in desk.blobs.items() if not name.startswith("places/")}
    assert desk.load().marks(A_MD) == clean.marks(A_MD)
    assert desk.load().marks("fd-01-gfx/none.md") == {}


def test_moved_and_deleted_files_are_forgotten_where_they_were(desk: Desk) -> None:
    desk.site.move(A_MD, "fd-01-gfx/z.md").delete(B_MD)
    assert same(desk.load(), desk.clean())
    assert desk.read == ["fd-01-gfx/z.md"]
    assert desk.entries.keys() == {C_MD, "fd-01-gfx/z.md"}
    assert not desk.holds("乙办法")


def test_body_stays_as_long_as_one_file_has_it(desk: Desk) -> None:
    desk.site.write("fd-01-gfx/e.md", body="同一正文。").write("fd-01-gfx/f.md", body="同一正文。")
    desk.load()
    desk.site.delete("fd-01-gfx/e.md")
    assert same(desk.load(), desk.clean())
    assert desk.holds("同一正文")
    desk.site.delete("fd-01-gfx/f.md")
    desk.load()
    assert not desk.holds("同一正文")


def test_lost_body_is_a_fault_of_the_cache(desk: Desk) -> None:
    tree = desk.load()
    desk.blobs.clear()
    with pytest.raises(CacheError, match="少了一份正文"):
        tree.bodies[tree.documents[0].body.digest]


# ---------------------------------------------------------------- links


@pytest.mark.skipif(os.name != "posix", reason="makes symbolic links")
def test_document_behind_a_link_is_read_every_time(desk: Desk) -> None:
    (desk.site.content / "fd-01-gfx/link.md").symlink_to("../_aside.md")
    for title in ("甲一", "甲二"):
        desk.site.write("_aside.md", title=title)
        tree = desk.load()
        assert same(tree, desk.clean())
        assert desk.parsed == ["fd-01-gfx/link.md"]
        assert title in {document.title for document in tree.documents}
    assert "fd-01-gfx/link.md" not in desk.entries


@pytest.mark.skipif(os.name != "posix", reason="makes symbolic links")
def test_document_that_is_replaced_by_a_link_to_the_same_bytes_is_read(desk: Desk) -> None:
    file = desk.site.content / A_MD
    aside = desk.site.content / "fd-01-gfx/_aside.md"
    file.rename(aside)
    file.symlink_to("_aside.md")
    assert same(desk.load(), desk.clean())
    quietly(aside, aside.read_bytes().replace("甲".encode(), "申".encode()))
    assert same(desk.load(), desk.clean())


@pytest.mark.skipif(os.name != "posix", reason="makes symbolic links")
def test_attachment_that_becomes_a_link_is_refused(desk: Desk) -> None:
    file = desk.site.content / "fd-01-gfx/x.pdf"
    file.rename(file.with_name("y.pdf"))
    file.symlink_to("y.pdf")
    tree = desk.load()
    assert [d.code for d in tree.diagnostics] == ["F116"]
    assert same(tree, desk.clean())


# ---------------------------------------------------------------- what is kept


@pytest.mark.parametrize(
    "state",
    [
        WITHHELD,
        {"draft": True},
        {"pub_date": "2026-11-23"},
        {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}},
        {"nonsense": "一个错误"},
    ],
    ids=["withheld", "draft", "not yet due", "withdrawn", "faulty"],
)
def test_nothing_is_kept_of_what_may_not_be_shown(desk: Desk, state: dict[str, object]) -> None:
    desk.site.write(B_MD, **{"title": "机密标题", "body": "机密正文。", **state})
    for _ in range(2):
        assert same(desk.load(), desk.clean())
        assert desk.parsed == [B_MD]
        assert not any(desk.holds(word) for word in ("机密", "乙办法", B_MD, "gfx/b"))
    desk.site.write(B_MD, title="公开标题")
    desk.load()
    assert desk.holds("公开标题")


def test_going_back_in_time_shows_nothing_and_forgets(desk: Desk) -> None:
    desk.site.write(B_MD, title="晚一天", body="第二天的正文。", pub_date="2026-11-22 09:00")
    assert len(desk.load().documents) == 3
    assert desk.holds("晚一天")
    early = datetime(2026, 11, 22, 8, 59)
    tree = desk.load(early)
    assert same(tree, desk.clean(early))
    assert "b" not in {document.id for document in tree.documents}
    assert not desk.holds("晚一天")
    assert not desk.holds("第二天")
    assert same(desk.load(), desk.clean())


def test_day_on_which_a_document_is_withdrawn_comes(desk: Desk) -> None:
    desk.site.write(B_MD, title="到时撤回", withdraw={"date": "2026-11-23", "reason": "有误"})
    for as_of in (NOON, datetime(2026, 11, 23), NOON):
        assert same(desk.load(as_of), desk.clean(as_of))
        assert B_MD in desk.parsed
        assert not desk.holds("到时撤回")


INTERNAL: dict[str, object] = {
    "drafter": "拟稿某",
    "reviewer": "审稿某",
    "publisher": "发布某",
    "secrecy_review": {"reviewer": "保密某", "date": "2024-03-01", "conclusion": "可以公开"},
    "exempt": {"P101": "内部理由"},
}


def test_kept_entries_hold_no_internal_field(desk: Desk) -> None:
    desk.site.write(B_MD, title="乙办法", **INTERNAL)
    tree = desk.load()
    assert tree.diagnostics == ()
    assert B_MD in desk.entries
    assert not any(desk.holds(word) for word in ("拟稿某", "审稿某", "发布某", "保密某", "内部理由"))
    [record] = [record for record in tree.internal if record.id == "b"]
    assert [entry.code for entry in record.exempt] == ["P101"]
    [again] = [record for record in desk.load().internal if record.id == "b"]
    assert desk.read == []
    assert again == record


def test_roles_that_the_site_shows_are_kept_and_others_are_not(desk: Desk) -> None:
    desk.site.write(B_MD, title="乙办法", **INTERNAL).setting(agency="示例市科学技术局", show_roles=True)
    assert same_but_internal(desk.load(), desk.clean())
    assert desk.holds("拟稿某")
    assert not desk.holds("内部理由")
    desk.site.setting(agency="示例市科学技术局")
    assert same_but_internal(desk.load(), desk.clean())
    assert not desk.holds("拟稿某")


def same_but_internal(one: Tree, other: Tree) -> bool:
    return one.documents == other.documents and one.diagnostics == other.diagnostics


WARNED = "<b>正文</b>"


def test_document_with_warnings_is_kept_with_them(desk: Desk) -> None:
    desk.site.write(B_MD, body=WARNED)
    for parsed in ([B_MD], []):
        tree = desk.load()
        assert [d.code for d in tree.diagnostics] == ["F130"]
        assert same(tree, desk.clean())
        assert desk.parsed == parsed


@pytest.mark.parametrize("field", INTERNAL)
def test_document_with_warnings_is_kept_without_its_internal_fields(desk: Desk, field: str) -> None:
    desk.site.write(B_MD, body=WARNED, **{field: INTERNAL[field]})
    for parsed in ([B_MD], []):
        tree = desk.load()
        assert "F130" in [d.code for d in tree.diagnostics]
        assert desk.parsed == parsed


def test_document_with_a_warning_about_an_internal_field_is_not_kept(desk: Desk) -> None:
    """What is said about it might quote it."""
    desk.site.write(B_MD, exempt={"S200": "当事人同意"})
    for _ in range(2):
        assert [d.code for d in desk.load().diagnostics] == ["F142"]
        assert desk.parsed == [B_MD]
        assert B_MD not in desk.entries


def test_what_was_kept_before_a_reading_was_broken_off_is_swept(desk: Desk) -> None:
    """Blobs are written at once, entries at the end: what has no entry when the next reading begins must go."""
    entries = dict(desk.entries)
    desk.site.write("fd-01-gfx/e.md", title="公开一时", body="公开一时的正文。")
    desk.load(is_finished=False)
    assert desk.holds("公开一时的正文")
    desk.entries = entries  # they were not written any more
    desk.site.write("fd-01-gfx/e.md", title="公开一时", body="公开一时的正文。", **WITHHELD)
    assert same(desk.load(), desk.clean())
    assert not desk.holds("公开一时")


def test_nothing_is_swept_that_an_entry_needs(desk: Desk) -> None:
    desk.site.write(B_MD, title="另一办法", body="另一正文。")
    desk.load(is_finished=False)
    assert same(desk.load(), desk.clean())
    assert desk.read == []
    assert desk.holds("另一正文")


def test_many_files_are_kept_as_well_as_few(desk: Desk) -> None:
    for number in range(230):
        desk.site.write(f"fd-01-gfx/n{number}.md", title=f"第{number}号", body=f"{number}")
    documents: Sequence[Document] = desk.load().documents
    assert len(documents) == 233
    assert desk.load().documents == documents
    assert desk.read == []
