"""The blocks that Word and PDF files are made of, from the HTML of a body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.markdown import parse_body, render_body
from sitegen.model import Link
from sitegen.paper import (
    TEXT_HEIGHT,
    Block,
    Cell,
    Divider,
    Figure,
    Footnotes,
    Image,
    List,
    Paper,
    Paragraph,
    Quote,
    Run,
    Table,
    blocks_of,
    imprint_of,
    is_title,
    notes_of,
    sheet_of,
    text_of,
    title_lines,
    width_of,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "downloads"


def html_of(markdown: str) -> str:
    body = parse_body(markdown, 1).body
    return render_body(body, [Link(reference.target) for reference in body.references])


def outline_of(blocks: Iterable[Block], depth: int = 0) -> Iterator[str]:
    """One line a block, as the expected files have it."""
    inside = "  " * depth
    for block in blocks:
        match block:
            case Paragraph():
                level = f" h{block.level}" if block.level else ""
                marks = "".join(f" [{run.note}]" for run in block.runs if run.note)
                yield f"{inside}{block.kind or 'text'}{level}: {block.text}{marks}"
            case List(items=items, first=first):
                for item in items:
                    yield f"{inside}item from {first}" if first is not None else f"{inside}item"
                    yield from outline_of(item, depth + 1)
            case Quote(blocks=inner):
                yield f"{inside}quote"
                yield from outline_of(inner, depth + 1)
            case Table():
                yield f"{inside}table of {block.columns} columns, {block.headers} rows repeated"
                for row in block.rows:
                    yield f"{inside}  " + " | ".join("".join(outline_of(cell.blocks)) for cell in row)
            case Footnotes(notes=notes):
                for number, note in enumerate(notes, 1):
                    yield f"{inside}note {number}"
                    yield from outline_of(note, depth + 1)
            case _:
                yield f"{inside}{type(block).__name__.lower()}"


def test_official_document_has_its_parts() -> None:
    source = (FIXTURES / "official.md").read_text(encoding="utf-8")
    expected = (FIXTURES / "official.txt").read_text(encoding="utf-8")
    assert "\n".join(outline_of(blocks_of(html_of(source)))) + "\n" == expected


def test_runs_tell_how_they_look_and_where_they_lead() -> None:
    html = (
        '<p>甲<strong>乙</strong><a href="https://a.cn/">丙<em>丁</em></a>'
        '<a class="cite" href="#第一条">戊</a><code>己</code></p>'
    )
    assert blocks_of(html) == (
        Paragraph(
            (
                Run("甲"),
                Run("乙", is_bold=True),
                Run("丙", link="https://a.cn/"),
                Run("丁", link="https://a.cn/", is_italic=True),
                Run("戊", role="cite", link="#第一条"),
                Run("己", is_code=True),
            )
        ),
    )


def test_white_space_is_one_space_and_none_at_the_ends() -> None:
    assert blocks_of("<p> a\n b <br>\n c　 </p>") == (Paragraph((Run("a b\nc　"),)),)


def test_paragraph_without_words_is_none() -> None:
    assert blocks_of("<p> <strong> </strong></p><p></p>") == ()


def test_merged_cells_are_kept_and_rows_made_equal() -> None:
    (table,) = blocks_of(
        "<table><thead><tr><th rowspan=2>甲<th colspan=2>乙</tr></thead>"
        "<tbody><tr><td>丙<td>丁</tr><tr><td>戊</tr><tr><td rowspan=9>己</tr></tbody></table>"
    )
    assert isinstance(table, Table)
    assert (table.columns, table.headers) == (3, 1)
    assert [[(cell.columns, cell.rows) for cell in row] for row in table.rows] == [
        [(1, 2), (2, 1)],
        [(1, 1), (1, 1)],
        [(1, 1), (1, 1), (1, 1)],
        [(1, 1), (1, 1), (1, 1)],
    ]
    assert table.rows[2][1:] == (Cell(()), Cell(()))


def test_ways_back_and_hints_are_left_out() -> None:
    html = html_of("甲[^1]。\n\n[^1]: 乙。")
    assert notes_of(blocks_of(html)) == ((Paragraph((Run("乙。"),)),),)
    assert blocks_of('<p class="scroll-hint" aria-hidden="true">左右滑动</p>') == ()


def test_pictures_stand_alone_or_in_a_line() -> None:
    html = (
        '<figure><img src="a.png" alt="流程" width="300"><figcaption>图1</figcaption></figure>'
        '<p>见<img src="b.png" alt=""></p>'
    )
    assert blocks_of(html) == (
        Figure(Image("a.png", "流程", 300), (Run("图1"),)),
        Paragraph((Run("见"), Run(image=Image("b.png", "")))),
    )


@pytest.mark.parametrize(
    ("markdown", "kinds"),
    [
        ("正文。\n\n附件1\n\n申请表", ["", "appendix", ""]),
        (
            "正文。\n\n附件：1. 甲\n\n示例市财政局\n\n2026年1月2日\n\n附件\n\n甲",
            ["", "attach-note", "signature", "sign-date", "appendix", ""],
        ),
        ("附件1\n\n申请表", ["attach-note", ""]),
    ],
)
def test_the_line_above_an_attachment_begins_one(markdown: str, kinds: list[str]) -> None:
    blocks = blocks_of(html_of(markdown))
    assert [block.kind for block in blocks if isinstance(block, Paragraph)] == kinds


def test_text_has_everything_once_and_in_order() -> None:
    paper = Paper(
        "标题",
        "<p>甲</p><hr><ul><li>乙<ul><li>丙</li></ul></li></ul><table><tr><td>丁</table>",
        caption="（题注）",
        facts=(("名称", "值"),),
    )
    assert text_of(paper) == "标题\n（题注）\n名称\n值\n甲\n乙\n丙\n丁"
    assert Divider() in blocks_of(paper.html)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40))
def test_words_of_a_paragraph_are_its_words(text: str) -> None:
    words = text_of(Paper("", f"<p>{escape(text)}</p>"))
    assert "".join(words.split()) == "".join(text.split())


@given(st.text("关于印发《》、的通知局a1（）示例市办法", min_size=1, max_size=70))
def test_lines_of_a_title_are_the_title(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(lines)
    assert len(lines) == 1 or max(map(width_of, lines)) <= 20


# ---------------------------------------------------------------- how a table is set


def table_of(*rows: str, headers: int = 1) -> Table:
    """A table of one paragraph in each cell; cells are set apart by spaces."""
    cells = tuple(tuple(Cell((Paragraph((Run(text),)),)) for text in row.split()) for row in rows)
    return Table(cells, headers, columns=max(map(len, cells)))


def test_a_column_of_long_names_is_wide_enough_though_the_type_is_smaller() -> None:
    heads = "（一）受理情况 自然人 法人或其他组织：商业企业 法人或其他组织：科研机构 法人或其他组织：社会公益组织 总计"
    sheet = sheet_of(table_of(heads, *[f"（{n}）不予公开：属于国家秘密的 0 0 0 0 0" for n in range(20)]))
    assert not sheet.is_turned
    assert (sheet.widths[0] - sheet.padding) / sheet.size > 8
    assert sheet.size >= 10.5


@pytest.mark.parametrize(("columns", "is_turned"), [(2, False), (8, False), (14, False), (20, True), (26, True)])
def test_a_table_is_turned_before_it_is_hard_to_read(columns: int, is_turned: bool) -> None:
    sheet = sheet_of(table_of(" ".join(["列名"] * columns), *[" ".join(["12345"] * columns)] * 3))
    assert (sheet.is_turned, sheet.size >= 7) == (is_turned, True)


@given(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=30), min_size=1, max_size=4), st.booleans())
def test_any_table_is_as_wide_as_its_place(rows: list[list[int]], may_turn: bool) -> None:
    table = table_of(*[" ".join("字" * max(1, length) for length in row) for row in rows])
    sheet = sheet_of(table, 300.0, may_turn=may_turn)
    assert sum(sheet.widths) == pytest.approx(TEXT_HEIGHT if sheet.is_turned else 300, abs=0.1)
    assert len(sheet.widths) == table.columns
    assert 5 <= sheet.size <= 14
    assert may_turn or not sheet.is_turned


def test_titles_below_a_date_are_headings_or_name_a_text_and_below_appendix_short_lines() -> None:
    issued = Paragraph((Run("某某管理办法（试行）"),))
    assert [is_title(issued, before) for before in ("appendix", "sign-date", "annotation", "")] == [*[True] * 3, False]
    assert not is_title(Paragraph((Run("联系人：张三，电话：0990-1234567"),)), "sign-date")
    plain, heading = Paragraph((Run("联系人张三"),)), Paragraph((Run("某某办法"),), level=2)
    assert [is_title(plain, before) for before in ("appendix", "sign-date", "annotation", "")] == [True, *[False] * 3]
    assert [is_title(heading, before) for before in ("appendix", "sign-date", "annotation", "")] == [*[True] * 3, False]
    assert is_title(Paragraph((Run("甲办法"),), "rule-title", 2), "")
    assert not is_title(Paragraph((Run("本表由申请人填写。"),)), "appendix")


def test_printing_date_stands_apart_however_the_line_is_made_of_runs() -> None:
    one = Paragraph((Run("某市政府办　2026年3月5日印发"),), "printed")
    assert imprint_of(one) == ((Run("某市政府办"),), "2026年3月5日印发")
    two = Paragraph((Run("某市", is_bold=True), Run("政府办  2026年3月5日印发")), "printed")
    assert imprint_of(two) == ((Run("某市", is_bold=True), Run("政府办")), "2026年3月5日印发")
    other = Paragraph((Run("抄送：某局。"),), "copy-to")
    assert imprint_of(other) == (other.runs, "")
