"""A review is of exactly what would be published: what voids it, what does not, and how its record is written."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sitegen.cli import commands
from sitegen.diagnostics import SitegenError, UsageError
from sitegen.review import body_part, content_digest, file_part, judge, part_of
from sitegen.reviewing import look, sign, told
from tests.story import Site

DAY = date(2026, 11, 22)
A = "fd-01-gfx/a.md"
FIELDS: dict[str, object] = {
    "summary": "一句概述",
    "doc_no": "示科发〔2024〕7号",
    "keywords": ["科技", "办法"],
    "repeals": {"doc": "某政发〔2019〕1号", "date": "2024-07-01"},
    "attachments": [{"file": "名单.txt", "title": "名单"}, {"file": "表.txt", "title": "表"}],
}
BODY = "第一条\u3000正文。\n\n![图](tu.png)"


@pytest.fixture
def desk(site: Site) -> Site:
    """A site that demands reviews, with one document that has everything, and its review."""
    site.setting(agency="示例市科学技术局", checks={"review": True})
    site.file("fd-01-gfx/名单.txt", "甲、乙").file("fd-01-gfx/表.txt", "另一张表").file(
        "fd-01-gfx/tu.png", png(b"\x00")
    )
    return reviewed(save(site))


def png(grey: bytes) -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" + grey)) + chunk(b"IEND", b"")


def save(site: Site, body: str = BODY, **fields: object) -> Site:
    """The document as an editor saves it, with the record that it had before."""
    record = {}
    if (site.content / A).is_file():
        text = (site.content / A).read_text(encoding="utf-8")
        record = dict(line.strip().split(": ", 1) for line in text.partition("secrecy_review:\n")[2].splitlines()[:4])
    more = {"secrecy_review": record} if record else {}
    return site.write(A, body=body, **{**FIELDS, **fields, **more})


def reviewed(site: Site, path: str = A, conclusion: str = "可以公开") -> Site:
    options = site.options()
    sign(options, look(options, site.content / path), "赵某", conclusion, DAY)
    return site


def test_reviewed_document_is_published(desk: Site) -> None:
    assert desk.build().is_published, desk.diagnostics
    assert "赵某" not in desk.page("doc/a/index.html")


CHANGES: dict[str, tuple[Callable[[Site], object], str]] = {
    "body": (lambda site: save(site, body=BODY + "又一句。"), "正文"),
    "title": (lambda site: save(site, title="某某规定"), "标题"),
    "day": (lambda site: save(site, pub_date="2024-03-06"), "发布日期"),
    "new field": (lambda site: save(site, source="某局"), "来源（新增）"),
    "lost field": (lambda site: save(site, summary=None), "内容概述（删去）"),
    "relation": (lambda site: save(site, repeals="某政发〔2019〕1号"), "废止"),
    "correction": (lambda site: save(site, corrections=[{"date": "2024-05-01", "now": "乙"}]), "更正（新增）"),
    "bytes of a file": (lambda site: site.file("fd-01-gfx/名单.txt", "甲、乙、丙"), "附件“名单.txt”"),
    "bytes of an image": (lambda site: site.file("fd-01-gfx/tu.png", png(b"\xff")), "图片“tu.png”"),
    "title of a file": (
        lambda site: save(site, attachments=[{"file": "名单.txt", "title": "人员名单"}, FIELDS["attachments"][1]]),
        "附件“名单.txt”",
    ),
    "lost file": (lambda site: save(site, attachments=FIELDS["attachments"][:1]), "附件（删去 1 个）"),
    "new file": (
        lambda site: save(
            site.file("fd-01-gfx/新.txt", "新的"),
            attachments=[*FIELDS["attachments"], {"file": "新.txt", "title": "新"}],
        ),
        "附件“新.txt”（新增）",
    ),
    "order of files": (
        lambda site: save(site, attachments=FIELDS["attachments"][::-1]),
        "各部分的次序，或摘要码本身",
    ),
    "name of a file": (
        lambda site: save(
            site.move("fd-01-gfx/名单.txt", "fd-01-gfx/甲.txt"),
            attachments=[{"file": "甲.txt", "title": "名单"}, FIELDS["attachments"][1]],
        ),
        "附件“甲.txt”",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_edit_afterwards_voids_the_review_and_is_named(desk: Site, change: str) -> None:
    before = desk.build().tree()
    edit, name = CHANGES[change]
    edit(desk)
    desk.build()
    assert not desk.is_published
    assert [d.message for d in desk.found if d.code == "S141"] == [f"保密审查之后又改了：{name}"]
    assert desk.tree() == before
    reviewed(desk).build()
    assert set(desk.codes) <= {"L201"}  # a published file that is gone is another matter


def rewrite(old: str, new: str) -> Callable[[Site], object]:
    def edit(site: Site) -> None:
        text = (site.content / A).read_text(encoding="utf-8")
        assert old in text
        site.file(A, text.replace(old, new, 1))

    return edit


HARMLESS: dict[str, Callable[[Site], object]] = {
    "white space": rewrite('"一句概述"', "   一句概述   "),
    "order of the keys": rewrite('---\ntitle: "某某办法"\n', '---\nunified_no:\ntitle: "某某办法"\n'),
    "form of a date": rewrite('"2024-03-05"', "2024年3月5日"),
    "Chinese name": rewrite("summary:", "内容概述:"),
    "comment": rewrite("summary:", "# 备注\nsummary:"),
    "internal field": rewrite("summary:", "drafter: 钱某\nsummary:"),
    "old address": rewrite("summary:", "old_urls: old/1.html\nsummary:"),
    "blank lines at the end": lambda site: save(site, body=BODY + "\n\n\n"),
    "line ends": lambda site: site.file(A, (site.content / A).read_bytes().replace(b"\n", b"\r\n")),
    "another folder": lambda site: [
        site.move(f"fd-01-gfx/{name}", f"fd-01-qt/{name}") for name in ("a.md", "名单.txt", "表.txt", "tu.png")
    ],
    "name of the agency": lambda site: site.setting(agency="示例市科技局", checks={"review": True}),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_what_changes_nothing_that_was_reviewed_does_not_void_it(desk: Site, change: str) -> None:
    desk.build()
    HARMLESS[change](desk)
    assert desk.build().is_published, desk.diagnostics


def test_site_that_does_not_ask_for_reviews_needs_none(site: Site) -> None:
    assert (
        site.write(A, secrecy_review={"reviewer": "a", "date": "2024-01-01", "conclusion": "不"}).build().is_published
    )


def test_setting_counts_from_the_next_build(desk: Site) -> None:
    desk.write("fd-01-gfx/b.md").setting(agency="示例市科学技术局")
    assert desk.build().is_published
    desk.setting(agency="示例市科学技术局", checks={"review": True})
    assert desk.build().codes == ["S140"]


@pytest.mark.parametrize(
    "record", ["", "null", "{}", "[]", "赵某", "{reviewer: 赵某}", "{reviewer: '', date: '', conclusion: ''}"]
)
def test_record_that_says_nothing_publishes_nothing(desk: Site, record: str) -> None:
    rewrite('title: "某某办法"', f'title: "某某办法"\n保密审查: {record}')(desk.write(A))
    assert not desk.build().is_published
    assert "S140" in desk.codes


@pytest.mark.parametrize("conclusion", ["不可以公开", "删去第三段后可以公开", "没有意见"])
def test_only_consent_publishes(desk: Site, conclusion: str) -> None:
    assert not reviewed(desk, conclusion=conclusion).build().is_published
    assert desk.codes == ["S142"]
    assert not any(conclusion in d.message + d.hint for d in desk.found)


def test_keep_going_leaves_out_what_was_not_reviewed(desk: Site) -> None:
    desk.write("fd-01-gfx/b.md", title="未经审查").build(keep_going=True)
    assert desk.is_published
    assert "doc/b/index.html" not in desk.tree()
    assert "doc/a/index.html" in desk.tree()


def test_exemption_is_no_way_around_the_review(desk: Site) -> None:
    desk.write("fd-01-gfx/b.md", exempt={"S140": "已在纸上审查"}).build()
    assert "S140" in desk.codes
    assert not desk.is_published


def test_preview_shows_what_is_to_be_reviewed(desk: Site) -> None:
    desk.write("fd-01-gfx/b.md").build(preview=True)
    assert desk.is_published
    assert "S140" in desk.codes


@pytest.mark.parametrize("state", [{"draft": True}, {"pub_date": "2026-12-01"}])
def test_document_is_reviewed_before_its_day(desk: Site, state: dict[str, object]) -> None:
    desk.write("fd-01-gfx/b.md", **{"pub_date": "2026-11-22"} | state)
    reviewed(desk, "fd-01-gfx/b.md")
    text = (desk.content / "fd-01-gfx/b.md").read_text(encoding="utf-8")
    desk.file("fd-01-gfx/b.md", text.replace("draft: true\n", "")).build("2026-12-02")
    assert desk.is_published, desk.diagnostics
    assert "doc/b/index.html" in desk.tree()


# ---------------------------------------------------------------- the record in the file

HEAD = "# 第一行\ntitle: 某某办法  # 全称\n\npub_date: 2024-03-05\nwritten_date:   2024-03-01\ndisclosure: 主动公开\n"
RECORDS = {
    "none": ("", ""),
    "one line": ("secrecy_review: {reviewer: 旧, date: 2024-01-01, conclusion: 可以公开} # 旧的\n", "# 旧的\n"),
    "block": ("保密审查:\n  审查人: 旧\n  # 注\n  日期: 2024-01-01\n  结论: 可以公开\n", "# 注\n"),
    "empty": ("secrecy_review:\n", ""),
}


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_record_is_written_and_nothing_else_changes(
    site: Site, bom: bytes, end: str, record: str, is_first: bool
) -> None:
    old, comments = RECORDS[record]
    head = old + HEAD if is_first else HEAD + old
    body = "---\n\n正文。 \n\n---\n尾"
    site.file(A, bom + f"---\n{head}{body}".replace("\n", end).encode())
    reviewed(site)
    got = (site.content / A).read_bytes().removeprefix(bom).decode()
    assert got.count(end) == got.count("\n")
    before, _, rest = got.replace(end, "\n").partition("secrecy_review:\n")
    lines = rest.split("\n")
    assert lines[:3] == ["  reviewer: 赵某", "  date: 2026-11-22", "  conclusion: 可以公开"]
    assert lines[3].startswith("  digest: ")
    left = before + "\n".join(lines[4:])
    place = comments + HEAD if is_first and old else HEAD + comments
    assert left == f"---\n{place}{body}"


def test_record_is_in_the_language_of_the_file(site: Site) -> None:
    site.file(A, "---\n标题: 甲办法\n公开属性: 主动公开\n发布日期: 2024-03-05\n成文日期: 2024-03-01\n---\n正文。\n")
    text = (reviewed(site).content / A).read_text(encoding="utf-8")
    assert "保密审查:\n  审查人: 赵某\n  日期: 2026-11-22\n  结论: 可以公开\n  摘要码: " in text


@pytest.mark.parametrize("name", ["赵: 某", "'赵'", "#1", "- 赵", "赵\n某", "~"])
def test_any_name_can_be_written(desk: Site, name: str) -> None:
    options = desk.options()
    try:
        sign(options, look(options, desk.content / A), name, "同意公开", DAY)
    except SitegenError:
        assert name == "~"  # YAML's word for nothing
    assert desk.build().is_published


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}, "不发布"),
        ({"withdraw": {"date": "2024-04-01", "reason": "有误"}}, "已撤回"),
        ({"doc_no": "某政发[2024]3号"}, "有错误"),
        ({"pub_date": "2024-02-01"}, "有错误"),  # a rule finds it
        ({"draft": True, "pub_date": None}, "发布日期"),
        ({"attachments": ["没有.txt"]}, "有错误"),
    ],
)
def test_what_cannot_be_published_cannot_be_reviewed(site: Site, fields: dict[str, object], words: str) -> None:
    site.write(A, **fields)
    before = (site.content / A).read_bytes()
    with pytest.raises(SitegenError, match=words):
        look(site.options(), site.content / A)
    assert (site.content / A).read_bytes() == before


def test_file_outside_the_content_folder_is_no_document(site: Site) -> None:
    (site.folder / "x.md").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="不是内容文件夹"):
        look(site.options(), site.folder / "x.md")


@pytest.mark.parametrize("path", [A, "fd-01-gfx/名单.txt"])
def test_what_changed_while_it_was_looked_at_is_not_signed(desk: Site, path: str) -> None:
    sheet = look(desk.options(), desk.content / A)
    with (desk.content / path).open("ab") as file:
        file.write(b"\nmore")
    before = (desk.content / A).read_bytes()
    with pytest.raises(SitegenError, match="刚刚又被改动"):
        sign(desk.options(), sheet, "赵某", "可以公开", DAY)
    assert (desk.content / A).read_bytes() == before


def test_reviewer_sees_everything(desk: Site) -> None:
    sheet = told(look(desk.options(), desk.content / A))
    for words in (
        "标题：某某办法",
        "发布日期：2024-03-05",
        "关键词：科技；办法",
        "附件“名单.txt”：名单，9 字节",
        "图片“tu.png”",
    ):
        assert words in sheet
    assert "第一条\u3000正文。" in sheet
    assert "赵某于 2026-11-22 审查，结论“可以公开”；有效。" in sheet


def test_command_shows_asks_and_writes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write(A)
    monkeypatch.chdir(site.folder)
    ran = CliRunner().invoke(commands, ["review", str(Path("content", A))], input="赵某\n\ny\n")
    assert ran.exit_code == 0, ran.output
    assert "将要发布的内容" in ran.output
    text = (site.content / A).read_text(encoding="utf-8")
    assert "  reviewer: 赵某\n" in text
    assert "  conclusion: 可以公开\n" in text
    ran = CliRunner().invoke(
        commands, ["review", str(Path("content", A)), "--reviewer", "钱某"], input="不可以公开\nn\n"
    )
    assert ran.exit_code == 1
    assert (site.content / A).read_text(encoding="utf-8") == text


# ---------------------------------------------------------------- the digest

WORDS = st.text("甲乙丙 -x", max_size=4)
PARTS = st.lists(
    st.one_of(
        st.builds(lambda name, value: part_of(name, [value], value), st.sampled_from(["标题", "来源"]), WORDS),
        st.builds(body_part, WORDS),
        st.builds(lambda file, data: file_part("附件", file, "", data, ""), WORDS, WORDS),
    ),
    max_size=5,
)


@given(PARTS, PARTS)
def test_review_holds_for_the_same_parts_only(parts: list[object], other: list[object]) -> None:
    record = {"reviewer": "甲", "date": "2024-01-01", "conclusion": "可以公开", "digest": content_digest(parts)}  # type: ignore[arg-type]
    same = [(part.label, part.digest) for part in parts] == [(part.label, part.digest) for part in other]  # type: ignore[attr-defined]
    assert (judge(record, other) is None) == same  # type: ignore[arg-type]


def test_digest_never_changes_its_form() -> None:
    """Records are kept for years: another version of the program must find the same digest."""
    parts = [part_of("标题", ["某某办法"], ""), body_part("\n正文。\n"), file_part("附件", "a.txt", "甲", "00ff", "")]
    assert content_digest(parts) == "a1681df98bae5d0ceb5dc2d4bc70f670f64bb339 标题-184938 正文-984010 附件-5fadc8"
