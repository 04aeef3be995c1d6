"""Redlines as a lawyer would mark them. `[-…]` is removed, `[+…]` is added."""

from __future__ import annotations

import pytest

from sitegen.markdown import parse_body
from sitegen.model import Body, Section
from sitegen.redline import Change, Comparison, Mark, Part, compare

_FIRST = "第一条 为了规范政府信息公开工作，制定本办法。"
_SECOND = "第二条 行政机关应当在五日内公开政府信息。"
_THIRD = "第三条 公民、法人和其他组织可以申请公开政府信息。"
_NEW = "第二条 信息公开工作坚持公正、公平、合法、便民的原则。"


def body(*paragraphs: str) -> Body:
    return parse_body("\n\n".join(paragraphs), 1).body


def marked(part: Part) -> str:
    signs = {Mark.BOTH: "{}", Mark.DELETED: "[-{}]", Mark.INSERTED: "[+{}]"}
    return "".join(signs[piece.mark].format(piece.text) for piece in part.pieces if not piece.is_quiet).rstrip("\n")


def changes(comparison: Comparison) -> list[str]:
    return [part.change.value for part in comparison.parts]


def only_change(old: Body, new: Body) -> str:
    (part,) = [part for part in compare(old, new).parts if part.change is not Change.SAME]
    return marked(part)


def test_words_are_compared_and_not_lines() -> None:
    new = body(_FIRST, _SECOND.replace("五日", "十日"), _THIRD)
    assert only_change(body(_FIRST, _SECOND, _THIRD), new) == "第二条 行政机关应当在[-五][+十]日内公开政府信息。"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (
            "本法所称机关，包括国家秘密和商业秘密。",
            "本法所称机关，包括国家秘密、工作秘密和商业秘密。",
            "国家秘密[+、工作秘密]和",
        ),
        ("依照本法第五十三条的规定处理。", "依照本法第五十四条的规定处理。", "本法[-第五十三条][+第五十四条]的规定"),
        (
            "处一千元以上五万元以下罚款。",
            "处二万元以上二十万元以下罚款。",
            "处[-一千][+二万]元以上[-五万][+二十万]元以下罚款",
        ),
        (
            "自 2019 年起，由 ABC 公司承办。",
            "自 2024 年起，由 ABD 公司承办。",
            "自 [-2019 ][+2024 ]年起，由 [-ABC ][+ABD ]公司",
        ),
        ("（一）甲方提出的申请；", "（三）甲方提出的申请；", "[-（一）][+（三）]甲方"),
    ],
)
def test_words_and_numbers_are_replaced_as_a_whole(old: str, new: str, shown: str) -> None:
    assert shown in only_change(body(f"第一条 {old}"), body(f"第一条 {new}"))


def test_characters_that_happen_to_be_the_same_do_not_scatter_a_replaced_phrase() -> None:
    old = "第一条 监督检查部门应当出具检查结论，并由本级人民政府予以公布。"
    new = "第一条 监督检查部门应当移送监察机关，并由本级人民政府予以公布。"
    assert only_change(body(old), body(new)) == (
        "第一条 监督检查部门应当[-出具检查结论][+移送监察机关]，并由本级人民政府予以公布。"
    )


def test_what_is_added_begins_where_a_clause_begins() -> None:
    old = "第一条 应当出示证件，应当说明理由。"
    new = "第一条 应当出示证件，应当告知权利，应当说明理由。"
    assert only_change(body(old), body(new)) == "第一条 应当出示证件，[+应当告知权利，]应当说明理由。"


def test_an_inserted_article_leaves_the_others_as_they_were() -> None:
    old = body(_FIRST, _SECOND, _THIRD)
    new = body(_FIRST, _NEW, _SECOND.replace("第二", "第三"), _THIRD.replace("第三", "第四"))
    comparison = compare(old, new)
    assert changes(comparison) == ["same", "added", "renumbered", "renumbered"]
    assert marked(comparison.parts[2]) == "[-第二条 ][+第三条 ]行政机关应当在五日内公开政府信息。"
    assert [part.new.number for part in comparison.parts if part.new] == ["第一条", "第二条", "第三条", "第四条"]


def test_an_article_can_be_renumbered_and_changed() -> None:
    new = body(_FIRST, _NEW, "第三条 行政机关应当在十日内公开政府信息。")
    part = compare(body(_FIRST, _SECOND), new).parts[-1]
    assert part.change is Change.CHANGED
    assert marked(part) == "[-第二条 ][+第三条 ]行政机关应当在[-五][+十]日内公开政府信息。"


def test_a_removed_article_stands_where_it_stood() -> None:
    comparison = compare(body(_FIRST, _SECOND, _THIRD), body(_FIRST, _THIRD.replace("第三", "第二")))
    assert changes(comparison) == ["same", "removed", "renumbered"]
    assert comparison.parts[1].new is None


def test_an_article_with_other_words_under_its_number_is_removed_and_added() -> None:
    comparison = compare(
        body(_FIRST, _SECOND, _THIRD), body(_FIRST, "第二条 收费标准另行制定，报财政部门备案。", _THIRD)
    )
    assert changes(comparison) == ["same", "removed", "added", "same"]


def test_a_moved_article_is_shown_where_it_stands_now() -> None:
    old = body(_FIRST, _SECOND, _THIRD, "第四条 本办法所称政府信息，是指行政机关制作或者获取并记录、保存的信息。")
    new = body(
        _FIRST,
        "第二条 本办法所称政府信息，是指行政机关制作或者获取并记录、保存的数据。",
        _SECOND.replace("第二", "第三"),
        _THIRD.replace("第三", "第四"),
    )
    comparison = compare(old, new)
    assert changes(comparison) == ["same", "moved", "renumbered", "renumbered", "left"]
    moved, left = comparison.parts[1], comparison.parts[4]
    assert "保存的[-信息][+数据]。" in marked(moved)
    assert (moved.other, left.other, left.pieces) == (4, 1, ())
    assert (comparison.old, comparison.new) == (old.text, new.text)


def test_a_new_paragraph_of_an_article_is_added_as_a_whole() -> None:
    assert only_change(
        body(_FIRST, "国家另有规定的，从其规定。"), body(_FIRST, "各区参照执行。", "国家另有规定的，从其规定。")
    ) == (f"{_FIRST}\n[+各区参照执行。\n]国家另有规定的，从其规定。")


def test_a_paragraph_cut_in_two_changes_nothing_else() -> None:
    old = body("第一条 行政机关应当公开政府信息。公开的期限为五日。")
    new = body("第一条 行政机关应当公开政府信息。", "公开的期限为五日。")
    assert only_change(old, new) == "第一条 行政机关应当公开政府信息。[+\n]公开的期限为五日。"


def test_headings_of_chapters_are_compared_by_themselves() -> None:
    old = body("## 第一章 总则", _FIRST, "## 第二章 发票的领购", _SECOND)
    new = body("## 第一章 总则", _FIRST, "## 第二章 发票的领用", _SECOND)
    comparison = compare(old, new)
    assert changes(comparison) == ["same", "same", "changed", "same"]
    assert not comparison.parts[2].is_article


def test_texts_without_articles_are_compared_by_paragraph() -> None:
    old = body(
        "各区人民政府：", "一、总体要求", "坚持以人民为中心，推进政务公开。", "二、主要任务", "（一）加强信息公开。"
    )
    new = body(
        "各区人民政府：", "一、总体要求", "坚持以人民为中心，深化政务公开。", "二、主要任务", "（一）加强信息公开。"
    )
    comparison = compare(old, new)
    assert changes(comparison).count("changed") == 1
    assert only_change(old, new) == "坚持以人民为中心，[-推进][+深化]政务公开。"


def test_another_way_of_writing_is_no_change() -> None:
    old = body("第一条　行政机关(以下称机关)应当公开,不得收费。")
    new = body("第一条 行政机关（以下称机关）应当公开，不得收费。")
    comparison = compare(old, new)
    assert all(part.change is Change.SAME for part in comparison.parts)
    assert all(piece.is_quiet for piece in comparison.parts[0].pieces if piece.mark is not Mark.BOTH)
    assert (comparison.old, comparison.new) == (old.text, new.text)


def test_nothing_and_something_can_be_compared() -> None:
    assert compare(Body(""), Body("")).parts == ()
    assert changes(compare(Body(""), body(_FIRST))) == ["added"]
    assert changes(compare(body(_FIRST), Body(""))) == ["removed"]


def test_one_endless_paragraph_is_compared_in_words_too() -> None:
    words = "".join(f"第{i}项内容由第{i * 7 % 3001}号单位负责，" for i in range(3000))
    old = Body("", sections=(Section("", "", words),))
    new = Body("", sections=(Section("", "", words.replace("第1500项内容", "第1500项任务")),))
    comparison = compare(old, new)
    assert [piece.text for piece in comparison.parts[0].pieces if piece.mark is not Mark.BOTH] == ["内容", "任务"]
