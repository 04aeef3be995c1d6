"""What has one right answer is repaired; everything else stays to the byte."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sitegen.cli import commands
from sitegen.fixes import fix_content, fixed
from sitegen.gongwen import normalize_doc_no
from sitegen.load import standard_columns
from sitegen.load.documents import Loaded, Surroundings, load_document
from sitegen.model import SiteConfig
from tests.story import Site

NOW = datetime(2026, 11, 22, 23, 59)
AROUND = Surroundings(SiteConfig("示例市科学技术局", "示例市科学技术局"), standard_columns(), {}, NOW)


def head(*lines: str) -> str:
    """What becomes of these lines of front matter."""
    start, end = "---\n标题: 某某办法\n", "---\n\n正文。\n"
    found = fixed(f"{start}{''.join(line + chr(10) for line in lines)}{end}".encode()).decode()
    assert found.startswith(start)
    assert found.endswith(end)
    return found.removeprefix(start).removesuffix(end)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("发文字号: 某政发[2021]3号", "发文字号: 某政发〔2021〕3号"),
        ("发文字号: '某政发【2021】03号'", "发文字号: '某政发〔2021〕3号'"),
        ("doc_no: 某政发（２０２１）第3号  # 联合发文", "doc_no: 某政发〔2021〕3号  # 联合发文"),
        ("废止: 某政发(2019)1号", "废止: 某政发〔2019〕1号"),
        ("废止: [kjgf-2019-01, 某政发(2019)1号]", "废止: [kjgf-2019-01, 某政发〔2019〕1号]"),
        (
            "废止:\n  - {doc: 某政发(2019)1号, date: 2024年7月1日}",
            "废止:\n  - {doc: 某政发〔2019〕1号, date: 2024-07-01}",
        ),
        (
            "历次修改: [{date: 2021.2.22, doc_no: 某令〔2021〕03号}]",
            "历次修改: [{date: 2021-02-22, doc_no: 某令〔2021〕3号}]",
        ),
        ("更正: [{日期: 2021.8.1, 更正为: 乙}]", "更正: [{日期: 2021-08-01, 更正为: 乙}]"),
        ("成文日期: 2021年6月3日", "成文日期: 2021-06-03"),
        ("成文日期: 2021/6/3", "成文日期: 2021-06-03"),
        ("成文日期: 2021.06.03", "成文日期: 2021-06-03"),
        ("成文日期: 二〇二一年六月三日", "成文日期: 2021-06-03"),
        ("成文日期: ２０２１－６－３", "成文日期: 2021-06-03"),
        ("发布日期: 2021年6月3日 9：30", "发布日期: 2021-06-03 09:30"),
        ("征集截止日期: 2021年6月3日", "征集截止日期: 2021-06-03"),
        ("发布日期：2021-06-03", "发布日期: 2021-06-03"),
        ("来源：某市：某局 #1", "来源: '某市：某局 #1'"),
        ("来源:某局", "来源: 某局"),
        ("关键词：[科技, 项目]", "关键词: [科技, 项目]"),
        ("附件：\n\t- 文件：甲.pdf\n\t  标题：名单", "附件:\n  - 文件: 甲.pdf\n    标题: 名单"),
        ("来源: 某局  \t", "来源: 某局"),
    ],
)
def test_one_right_answer_is_written(wrong: str, right: str) -> None:
    assert head(*wrong.split("\n")) == right + "\n"


@pytest.mark.parametrize(
    "line",
    [
        "成文日期: 2021-02-30",
        "成文日期: 21.6.3",
        "成文日期: 2021年6月",
        "发文字号: 某政发〔21〕3号",
        "发文字号: 某政发[2021]3号、某财发[2021]5号",
        "发文字号: 第3号",
        "来源: 某政发[2021]3号，2021年6月3日",
        "内容概述: |\n  成文日期：2021年6月3日\n  第二行",
        "不认识的字段：某局",
        "  来源：缩进了的",
        "# 备注：2021年6月3日",
        "标题: 又一个: 冒号",
        "secrecy_review: {reviewer: 赵某, date: 2021年6月3日, conclusion: 可以公开}",
    ],
)
def test_what_has_no_single_answer_stays(line: str) -> None:
    assert head(*line.split("\n")) == line + "\n"


BODY = "正文 [2021]3号：  \n\t2021年6月3日\n"


def test_body_stays_but_for_its_line_ends() -> None:
    text = "---\n标题: 甲\n成文日期: 2021.6.3\n---\n" + BODY
    assert fixed(text.encode()).decode().partition("\n---\n")[2] == BODY
    mixed = text.replace("正文", "正文\r\n又一行\r再一行\n", 1)
    assert fixed(mixed.encode()).decode().partition("\n---\n")[2] == BODY.replace("正文", "正文\n又一行\n再一行\n", 1)


def test_byte_order_mark_goes_and_windows_line_ends_stay() -> None:
    data = "\ufeff---\r\n标题: 甲\r\n成文日期: 2021.6.3\r\n---\r\n正文。\r\n".encode()
    assert fixed(data) == "---\r\n标题: 甲\r\n成文日期: 2021-06-03\r\n---\r\n正文。\r\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        "---\n标题: 某政发[2021]3号\n发文字号: 某政发[2021]3号\n---\n".encode("gb18030"),
        "\ufeff没有信息头\r\n\n".encode(),
        b"",
        "---\n标题：没有结束\n".encode(),
    ],
)
def test_what_is_no_document_of_ours_stays(data: bytes) -> None:
    assert fixed(data) == data


def test_order_is_changed_on_request_only() -> None:
    text = "---\n# 全文\n发布日期: 2024-03-05\n行政相对人: 甲\n附件:\n  - a.pdf\n# 题目\ntitle: 甲\n---\n正文\n"
    assert fixed(text.encode()) == text.encode()
    assert fixed(text.encode(), in_order=True).decode() == (
        "---\n# 题目\ntitle: 甲\n# 全文\n发布日期: 2024-03-05\n附件:\n  - a.pdf\n行政相对人: 甲\n---\n正文\n"
    )


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("标题：某某办法", "title: 某某办法", "标题:某某: 办法", "公开属性: 主动公开", "公开属性：主动公开 "),
                *("发布日期: 2024/3/5 9:30", "发布日期：2024年3月5日", "pub_date: 2024-03-05", "成文日期: '2024.3.1'"),
                *("废止: [某政发[2021]3号, a]", "废止: {doc: 某政发(2021)3号}", "发文字号: 某政发[2021]03号", "附件:"),
                *(
                    "  - {文件: a.pdf}",
                    "  - 文件：a.pdf",
                    "\t- a.pdf",
                    "内容概述: |",
                    "  标题：乙 \t",
                    "\t# 备注",
                    "",
                    "# 标题：",
                ),
                *(
                    "关键词: [甲,",
                    "  乙]",
                    '来源: "某\\u5c40"',
                    "来源: '某''局'",
                    "草稿: true",
                    "- 标题：甲",
                    "{标题: 甲}",
                ),
            ]
        ),
        st.text("标题：: '\"[]{}#-|\t 2024年3月号", max_size=12),
    ),
    max_size=8,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    lines = [
        "---",
        *draw(LINES),
        "---",
        *draw(st.lists(st.sampled_from(["正文。", "", "2024/3/5 ", "---"]), max_size=4)),
    ]
    same = draw(st.sampled_from(["\n", "\r\n", "\r", ""]))
    text = "".join(line + (same or draw(ENDS)) for line in lines)
    return (draw(st.sampled_from(["", "\ufeff"])) + text).encode()


def load(data: bytes) -> Loaded:
    return load_document("fd-01-gfx/a.md", data, AROUND)


def meaning(loaded: Loaded) -> object:
    """What a document says, the targets of its relations in one spelling."""
    document = loaded.document
    claims = tuple(c._replace(target=normalize_doc_no(c.target)) for c in document.claims) if document else ()
    return document and document._replace(claims=claims), loaded.withdrawn, loaded.internal, loaded.doc_id


@given(files(), st.booleans())
def test_what_was_fixed_needs_no_fixing(data: bytes, in_order: bool) -> None:
    once = fixed(data, in_order=in_order)
    assert fixed(once, in_order=in_order) == once


@given(files(), st.booleans())
def test_document_that_could_be_read_is_the_same_afterwards(data: bytes, in_order: bool) -> None:
    before = load(data)
    if not before.has_errors:
        assert meaning(load(fixed(data, in_order=in_order))) == meaning(before)


@given(files())
def test_nothing_gets_worse(data: bytes) -> None:
    before, after = load(data), load(fixed(data))
    assert {d.code for d in after.diagnostics} <= {d.code for d in before.diagnostics} or before.document is None


def test_difference_is_shown_and_a_trial_writes_nothing(site: Site) -> None:
    site.write("fd-01-gfx/a.md", written_date="2024.3.1").write("fd-01-gfx/b.md").file("fd-01-gfx/note.txt", "2024.3.1")
    before = (site.content / "fd-01-gfx/a.md").read_bytes()
    told = list(fix_content(site.content, "content", NOW, in_order=False, is_trial=True))
    assert (site.content / "fd-01-gfx/a.md").read_bytes() == before
    assert told == [
        "--- content/fd-01-gfx/a.md\n+++ content/fd-01-gfx/a.md\n@@ -4,3 +4,3 @@\n"
        ' pub_date: "2024-03-05"\n-written_date: "2024.3.1"\n+written_date: "2024-03-01"\n ---\n'
    ]
    assert list(fix_content(site.content, "content", NOW, in_order=False, is_trial=False)) == told
    assert list(fix_content(site.content, "content", NOW, in_order=False, is_trial=False)) == []
    assert (site.content / "fd-01-gfx/a.md").read_bytes() == before.replace(b"2024.3.1", b"2024-03-01")


def test_only_the_named_files_are_fixed(site: Site) -> None:
    site.write("fd-01-gfx/a.md", written_date="2024.3.1").write("fd-01-gfx/b.md", written_date="2024.3.1")
    told = fix_content(site.content, "content", NOW, {"fd-01-gfx/b.md"}, in_order=False, is_trial=False)
    assert [re.findall("fd-01-gfx/..md", text)[0] for text in told] == ["fd-01-gfx/b.md"]


@pytest.mark.parametrize(
    "state", [{"disclosure": "不予公开"}, {"draft": True}, {"pub_date": "2027.1.1"}, {"disclosure": "公开"}]
)
def test_nothing_of_what_is_not_public_is_shown(site: Site, state: dict[str, object]) -> None:
    site.write("fd-01-gfx/a.md", title="秘密的标题", **{"written_date": "2024.3.1"} | state)
    (told,) = fix_content(site.content, "content", NOW, in_order=False, is_trial=False)
    assert told == "content/fd-01-gfx/a.md：有改动；这份稿件不公开，内容不在这里显示。\n"
    assert "2024-03-01" in (site.content / "fd-01-gfx/a.md").read_text(encoding="utf-8")


def test_command_fixes_shows_and_checks(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write("fd-01-gfx/a.md", doc_no="示科发[2024]3号")
    monkeypatch.chdir(site.folder)
    path = site.content / "fd-01-gfx/a.md"
    before = path.read_bytes()
    usual = ["check", "--no-cache", "--as-of", "2026-11-22"]
    ran = CliRunner().invoke(commands, [*usual, "--fix", "--dry-run"])
    assert ran.exit_code == 1
    assert '+doc_no: "示科发〔2024〕3号"' in ran.stdout
    assert "会改 1 份稿件。" in ran.stderr
    assert path.read_bytes() == before
    ran = CliRunner().invoke(commands, [*usual, "--fix", "--format", "json"])
    assert ran.exit_code == 0, ran.output
    assert not any(found["code"] == "D201" for found in json.loads(ran.stdout))
    assert "已改 1 份稿件。" in ran.stderr
    assert path.read_bytes() == before.replace(b"[2024]", "〔2024〕".encode())
    ran = CliRunner().invoke(commands, [*usual, "--fix"])
    assert "没有需要自动改的。" in ran.stderr
