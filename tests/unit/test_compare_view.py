"""Pages that compare two texts of a rule: which there are, what they say, and what they may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from sitegen.catalog import Catalog
from sitegen.formats.html import HTML
from sitegen.load.theme import read_theme
from sitegen.markdown import parse_body
from sitegen.model import (
    Body,
    BodyRef,
    Column,
    Document,
    Kind,
    ListStyle,
    SiteConfig,
    Task,
    UpdateKind,
    Validity,
)
from sitegen.validity import Life, Turn, ValidityOn
from sitegen.versions import VersionOn
from sitegen.views.compare import (
    CompareRecipe,
    compare_url,
    comparisons_url,
    tasks,
    tasks_of,
)
from sitegen.views.pages import ComparePage, ComparisonsPage

THEMES = Path(__file__).resolve().parents[2] / "themes"
COLUMN = Column("gz", "规章", Kind("regulation", "规章", ListStyle.REGULATION))
ARTICLES = (
    "为了规范政府信息公开工作，制定本办法。",
    "行政机关应当在五日内公开政府信息。",
    "公民、法人和其他组织可以申请公开政府信息。",
    "申请人应当说明所需信息的用途。",
    "本办法自发布之日起施行。",
)
NEW = (
    "为了规范政府信息公开工作，制定本办法。",
    "行政机关应当在十日内公开政府信息。",
    "公开政府信息坚持便民原则。",
    ARTICLES[2],
    ARTICLES[4],
)


def law(articles: tuple[str, ...]) -> Body:
    text = "\n\n".join(f"第{'一二三四五六七八九'[i]}条 {words}" for i, words in enumerate(articles))
    return parse_body(text, 1).body


def catalog_of(*days: date, as_of: date = date(2026, 11, 22)) -> Catalog:
    """A rule `gz-1` with a text from each of these days, of which the first is its own."""
    documents, versions = {}, []
    for i, day in enumerate(days):
        page = f"gz-1/{day}" if i == 0 else f"gz-1-{day.year}"
        doc = Document(page, f"{page}.md", "信息公开办法", day, ("市政府",), ("gz",), BodyRef(f"body{i}"))
        documents[page] = doc.sealed("")
        state = ValidityOn(Validity.EFFECTIVE if i == len(days) - 1 else Validity.AMENDED, day)
        versions.append(VersionOn(page, page if i else "gz-1", day, state, f"市政府令第{i + 1}号", "修订" if i else ""))
    turns = [Turn(version.day, UpdateKind.EFFECTIVE, version.state, version.id) for version in versions]
    documents["gz-1"] = documents[versions[-1].id]._replace(id="gz-1").sealed("")
    listed = {"gz": ("gz-1",)}
    config = SiteConfig("市政府", "市政府", "https://www.example.gov.cn/")
    return Catalog(
        config=config,
        as_of=as_of,
        columns={"gz": COLUMN},
        documents=documents,
        bodies={},
        withdrawn={},
        by_column=listed,
        outgoing={},
        incoming={},
        unknown_claims={},
        validity={},
        links={},
        updates=(),
        history_since=None,
        closed={},
        rules={"gz-1": tuple(versions)},
        version_of={version.id: "gz-1" for version in versions},
        lives={"gz-1": Life(versions[0].state, tuple(turns))},
    )


FIRST, SECOND, THIRD = date(2015, 1, 1), date(2019, 11, 1), date(2024, 5, 1)
BODIES = {"body0": law(ARTICLES), "body1": law(NEW), "body2": law(NEW)}


def page_of(catalog: Catalog, path: str) -> ComparePage:
    (task,) = [task for task in tasks(catalog) if task.path == path]
    assert isinstance(task.model, CompareRecipe)
    return task.model.make(BODIES)


def test_every_pair_of_texts_has_a_page_and_one_lists_them() -> None:
    assert [task.path for task in tasks(catalog_of(FIRST, SECOND, THIRD))] == [
        "doc/gz-1/compare/2015-01-01_2019-11-01/index.html",
        "doc/gz-1/compare/2015-01-01_2024-05-01/index.html",
        "doc/gz-1/compare/2019-11-01_2024-05-01/index.html",
        "doc/gz-1/compare/index.html",
    ]


def test_of_many_texts_each_is_compared_with_the_one_before_and_the_current_one() -> None:
    days = tuple(date(2000 + i, 1, 1) for i in range(14))
    paths = {task.path for task in tasks(catalog_of(*days, as_of=date(2012, 6, 1)))}
    current = days[12]
    assert paths == {
        comparisons_url("gz-1"),
        *(compare_url("gz-1", a, b) for a, b in pairwise(days)),
        *(compare_url("gz-1", *sorted((day, current))) for day in days if day != current),
    }


def test_no_rule_with_versions_makes_no_page() -> None:
    catalog = replace(catalog_of(FIRST, SECOND), rules={})
    assert list(tasks(catalog)) == []
    assert list(tasks_of(catalog, {"gz-1"})) == []


def test_after_an_edit_only_the_pages_that_read_the_body_are_made() -> None:
    catalog = catalog_of(FIRST, SECOND, THIRD)
    assert [task.path for task in tasks_of(catalog, {"gz-1-2019"})] == [
        "doc/gz-1/compare/2015-01-01_2019-11-01/index.html",
        "doc/gz-1/compare/2019-11-01_2024-05-01/index.html",
    ]
    assert list(tasks_of(catalog, {"other"})) == []


def test_an_edit_of_the_rule_itself_reaches_its_own_text() -> None:
    paths = [task.path for task in tasks_of(catalog_of(FIRST, SECOND, THIRD), {"gz-1"})]
    assert compare_url("gz-1", FIRST, THIRD) in paths


def test_the_page_says_what_changed() -> None:
    page = page_of(catalog_of(FIRST, SECOND, THIRD), compare_url("gz-1", FIRST, SECOND))
    assert page.summary == "共修改1条，增加1条，删去1条，另有1条只改了序号。"
    assert [(part.label, part.word) for part in page.parts] == [
        ("第一条未改动", ""),
        ("第二条", "修改"),
        ("第三条", "增加"),
        ("第四条（原第三条）只改了序号", ""),
        ("原第四条", "删去"),
        ("第五条未改动", ""),
    ]
    assert [jump.name for jump in page.jumps] == ["第二条　修改", "第三条　增加", "原第四条　删去"]
    assert {jump.url.removeprefix("#") for jump in page.jumps} <= {part.anchor for part in page.parts}


def test_each_part_leads_to_both_texts() -> None:
    page = page_of(catalog_of(FIRST, SECOND), compare_url("gz-1", FIRST, SECOND))
    changed = page.parts[1]
    assert [(link.name, link.url) for link in changed.links] == [
        ("修改前第二条", "doc/gz-1/2015-01-01/index.html#第二条"),
        ("修改后第二条", "doc/gz-1-2019/index.html#第二条"),
    ]


def test_equal_texts_are_said_to_be_equal() -> None:
    page = page_of(catalog_of(FIRST, SECOND, THIRD), compare_url("gz-1", SECOND, THIRD))
    assert page.summary == "两个文本的文字相同。"
    assert [part.label for part in page.parts] == ["第一条至第五条未改动（5条）"]
    assert page.jumps == ()


def test_a_moved_article_is_shown_once_and_leads_from_its_old_place() -> None:
    words = "本办法所称政府信息，是指行政机关制作或者获取并记录、保存的信息。"
    catalog = catalog_of(FIRST, SECOND)
    (task, _) = tasks(catalog)
    assert isinstance(task.model, CompareRecipe)
    page = task.model.make({"body0": law((*ARTICLES[:3], words)), "body1": law((words, *ARTICLES[:3]))})
    moved, *_, left = page.parts
    assert (moved.label, moved.word) == ("第一条（原第四条）", "移动")
    assert (left.label, left.word, left.pieces) == ("原第四条", "移走", ())
    assert left.links[0] == ("移至第一条", f"#{moved.anchor}")
    assert page.summary == "共移动1条，另有3条只改了序号。"


def test_a_paragraph_cut_in_two_shows_where() -> None:
    (task, _) = tasks(catalog_of(FIRST, SECOND))
    assert isinstance(task.model, CompareRecipe)
    old, new = parse_body("第一条 应当公开。限五日。", 1).body, parse_body("第一条 应当公开。\n\n限五日。", 1).body
    (part,) = task.model.make({"body0": old, "body1": new}).parts
    assert part.pieces == ((("第一条 应当公开。", ""), ("¶", "ins")), (("限五日。", ""),))


def test_the_signed_orders_of_regulations_are_left_out_as_on_their_pages() -> None:
    order = "示例市人民政府令\n\n第{}号\n\n《信息公开办法》已经通过，现予公布。\n\n市长　{}\n\n2024年5月2日\n\n"
    text = "信息公开办法\n\n第一章 总则\n\n第一条 为了公开，制定本办法。\n\n第二条 本办法自公布之日起施行。"
    bodies = {
        "body0": parse_body(order.format(3, "甲") + text, 1).body,
        "body1": parse_body(order.format(12, "乙") + text, 1).body,
    }
    (task, _) = tasks(catalog_of(FIRST, SECOND))
    assert isinstance(task.model, CompareRecipe)
    page = task.model.make(bodies)
    assert page.summary == "两个文本的文字相同。"
    assert page.parts[0].pieces == ((("第一章 总则", ""),),)
    assert "章节标题等4处有改动" in task.model._replace(has_orders=True).make(bodies).summary


def test_a_recipe_reads_no_body_before_it_is_made() -> None:
    assert catalog_of(FIRST, SECOND).bodies == {}
    assert all(isinstance(repr(task.model), str) for task in tasks(catalog_of(FIRST, SECOND)))


@pytest.mark.parametrize("path", [compare_url("gz-1", FIRST, SECOND), comparisons_url("gz-1")])
def test_the_templates_show_the_page(path: str) -> None:
    (task,) = [task for task in tasks(catalog_of(FIRST, SECOND)) if task.path == path]
    page = task.model.make(BODIES)  # type: ignore[attr-defined]
    assert isinstance(page, ComparePage | ComparisonsPage)
    text = HTML.produce(Task(path, "html", page, task.template), read_theme(THEMES, "standard")).decode()
    assert "assets/compare.css?v=" in text
    if isinstance(page, ComparePage):
        assert "应当在<del>五</del><ins>十</ins>日内" in text
        assert "第一条未改动</summary>" in text
        assert "为了规范政府信息公开工作，制定本办法。" in text
        assert 'href="../../../../doc/gz-1-2019/index.html#%E7%AC%AC%E4%BA%8C%E6%9D%A1"' in text
    else:
        assert f'href="../../../{compare_url("gz-1", FIRST, SECOND)}"' in text


def test_added_and_removed_words_are_told_without_colour_and_without_sight() -> None:
    css = (THEMES / "standard/assets/compare.css").read_text()
    for rule in ("underline", "line-through", "〔增加〕", "〔删去〕", "@media print", "@media screen{.fold-switch"):
        assert rule in css
