"""A citizen at the search page: every journey in a real browser, below a path of another site, under a strict policy.

What is found, and in what order, is tested with the search itself; here it is the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, unquote

import pytest

from sitegen.formats import FORMATS
from sitegen.formats.copyfile import asset_tasks
from sitegen.formats.html import HTML
from sitegen.load.theme import read_theme
from sitegen.model import Contact, SearchRecord, Section, Task
from sitegen.search import index_search
from sitegen.views.pages import Crumb, Frame, MenuItem, SearchPage, Shell
from tests.browser.conftest import Reader, expect
from tests.samples import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:"
)
PREFIX = "/kjj/zfxxgk/"
COLUMNS = {"政策文件": ("行政规范性文件", "其他文件"), "民生": ("社会救助",), "工作动态": ()}
DOGS = "关于印发云溪区犬只管理规定的通知"
OLD_DOGS = "云溪区犬只管理规定（试行）"


# ---------------------------------------------------------------- documents of our own words


SUBJECTS = ("节水", "绿化", "河道", "集市", "路灯", "公园", "校车", "食堂", "菜场", "电梯", "候车亭", "图书馆")
KINDS = ("管理办法", "工作要点", "情况通报", "实施细则", "考核结果")
OFFICES = ("水务局", "教育局", "财政局", "民政局", "司法局", "统计局", "审计局", "林业局", "气象局", "信访局")


def record(number: int, title: str, text: str, *, column: str = "工作动态", **fields: object) -> SearchRecord:
    day = date(2021, 1, 1) + timedelta(days=20 * number)
    validity = str(fields.get("validity", ""))
    trail = tuple(parent for parent, children in COLUMNS.items() if column in children)
    filters = (
        ("column", (*trail, column)),
        ("year", (str(day.year),)),
        ("validity", (validity,) if validity else ()),
        ("issuer", (f"云溪区{OFFICES[number % len(OFFICES)]}",)),
    )
    sections = (Section("", "", "云溪区人民政府文件"), Section("t1", "第一条", f"第一条　{text}"))
    return SearchRecord(
        id=f"文{number}",
        url=f"doc/文{number}/index.html",
        title=title,
        sections=sections,
        pub_date=day,
        filters=filters,
        **fields,
    )


def documents() -> list[SearchRecord]:
    ordinary = [
        record(number, f"云溪区{subject}{kind}", f"为了做好{subject}方面的各项工作，各街道应当按季度报送台账。")
        for number, (subject, kind) in enumerate((s, k) for k in KINDS for s in SUBJECTS)
    ]
    special = [
        record(70, DOGS, "养犬人应当为犬只植入芯片。", doc_no="云溪政发〔2024〕3号",
               index_no="YX001-2024-00070", column="行政规范性文件", validity="现行有效"),
        record(71, OLD_DOGS, "养犬人应当挂牌。", doc_no="云溪政发〔2019〕30号",
               column="行政规范性文件", validity="废止"),
        record(72, "云溪区最低生活保障办法", "符合条件的家庭可以申请最低生活保障。", column="社会救助"),
        record(73, "关于开展消防演练的通知", "演练前应当清点灭火器，见云溪政发（2024）第3号第二条。"),
        record(74, "<img src=x onerror=alert(1)>的说明", "正文里有<script>alert(2)</script>字样。"),
        record(75, "雨水花园建设导则", "雨水先入花园，再入河道。"),
    ]  # fmt: skip
    joint = tuple(f"云溪区{office}" for office in OFFICES)
    special[-1] = replace(special[-1], filters=(("column", ("工作动态",)), ("issuer", joint)))
    return ordinary + special


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The search page, its index, and an empty page for each document."""
    folder = tmp_path_factory.mktemp("site")
    kit = read_theme(ROOT / "themes", "standard")
    words = dict.fromkeys(
        ("agency_short", "domain", "id_code", "icp", "police", "police_url", "party_mark_url", "find_fault_url", "host",
         "portal_name", "portal_url", "base_url"), "",
    )  # fmt: skip
    menu = tuple(
        MenuItem(name, name, f"{name}/index.html", 0, tuple(MenuItem(n, n, f"{n}/index.html") for n in below))
        for name, below in COLUMNS.items()
    )
    shell = Shell(
        agency="云溪区人民政府", site_name="云溪区", contact=Contact(), apply_url="apply/index.html", menu=menu,
        has_search=True, **words,
    )  # fmt: skip
    page = SearchPage(
        frame=Frame(shell, "信息检索", "", (), (Crumb("首页", "index.html"), Crumb("信息检索"))),
        backend="pairs",
        total=66,
        years=(MenuItem("2024", "2024年", "catalog/year/2024/index.html", 12),),
        topics=(MenuItem("t", "城市管理", "catalog/topic/t/index.html", 30),),
        catalog_url="catalog/index.html",
        numbers_url="catalog/number/index.html",
    )
    files = dict(index_search(documents(), "pairs", {"低保": ("最低生活保障",)}))
    files["search/index.html"] = HTML.produce(Task("search/index.html", "html", page, "search.html"), kit)
    for task in asset_tasks(kit):
        files[task.path] = FORMATS[task.format].produce(task, kit)
    for found in documents():
        files[found.url] = f"<!DOCTYPE html><link rel=icon href=data:,><h1>{found.id}</h1>".encode()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, serve_folder: Callable[..., str]) -> str:
    return serve_folder(folder, prefix=PREFIX, headers={"Content-Security-Policy": POLICY})


class Citizen(Reader):
    """A reader at the search page."""

    def at(self, query: str = "") -> Self:
        """The search page with this query in its address, answered."""
        self.opens(f"search/index.html{query}")
        return self.waits() if query else self

    def types(self, words: str) -> Self:
        self.box.press_sequentially(words)
        return self

    def chooses(self, facet: str, value: str) -> Self:
        """Check a value of a filter, and wait for the answer."""
        self.page.get_by_role("group", name=facet).get_by_role("checkbox", name=re.compile(f"^{value} ")).check()
        expect(self.page.get_by_role("list", name="已选条件")).to_contain_text(f"{facet}：{value}")
        return self.waits()

    @property
    def box(self):
        return self.page.get_by_role("combobox", name="检索词")

    @property
    def options(self):
        return self.page.get_by_role("listbox", name="建议").get_by_role("option")

    @property
    def status(self) -> str:
        return self.page.locator("[data-search-status]").inner_text()

    @property
    def query(self) -> str:
        """What the address says."""
        return unquote(self.page.url.partition("?")[2])

    @property
    def groups(self) -> list[str]:
        return [name.replace("\n", " ") for name in self.page.locator("[data-search-results] h2").all_inner_texts()]

    def counts(self, facet: str) -> dict[str, int]:
        """The values of a filter that are shown, with what they leave."""
        labels = self.page.get_by_role("group", name=facet).locator("label:visible")
        pairs = [(label.locator("input").get_attribute("value"), label.locator(".count")) for label in labels.all()]
        return {value: int(re.findall(r"\d+", count.inner_text())[0]) for value, count in pairs}


@pytest.fixture
def citizen(address: str, new_page: Callable[..., Page]) -> Iterator[Citizen]:
    """At a desk. Whatever the browser complains of fails the test."""
    citizen = Citizen(new_page(viewport={"width": 1280, "height": 900}), address)
    yield citizen
    assert citizen.complaints == []


# ---------------------------------------------------------------- suggestions


def test_suggestion_is_opened_by_the_keyboard(citizen: Citizen):
    citizen.at().types("犬只")
    expect(citizen.options).to_have_count(2)
    expect(citizen.box).to_have_attribute("aria-expanded", "true")
    expect(citizen.page.locator("[data-search-suggested]")).to_have_text(re.compile("^2 条建议"))
    citizen.page.keyboard.press("ArrowDown")
    chosen = citizen.options.and_(citizen.page.locator("[aria-selected=true]"))
    expect(citizen.box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    expect(chosen.locator("mark").first).to_have_text("犬只")
    title = chosen.locator("span").first.inner_text()
    citizen.page.keyboard.press("ArrowUp")
    expect(chosen).to_have_count(0)
    citizen.page.keyboard.press("ArrowDown")
    citizen.page.keyboard.press("Enter")
    expect(citizen.page.locator("h1")).to_have_text({DOGS: "文70", OLD_DOGS: "文71"}[title])


def test_suggestion_shows_the_number_of_the_document(citizen: Citizen):
    citizen.at().types("云溪政发〔2024〕3")
    expect(citizen.options.filter(has_text=DOGS).locator(".no")).to_have_text("云溪政发〔2024〕3号")


def test_suggestions_go_with_escape_and_with_the_focus_and_the_text_stays(citizen: Citizen):
    citizen.at().types("犬只")
    expect(citizen.options).to_have_count(2)
    citizen.page.keyboard.press("Escape")
    expect(citizen.options).to_have_count(0)
    expect(citizen.box).to_have_attribute("aria-expanded", "false")
    expect(citizen.box).to_have_value("犬只")
    citizen.types("管理")
    expect(citizen.options).to_have_count(2)
    citizen.page.keyboard.press("Tab")
    expect(citizen.options).to_have_count(0)


def test_enter_without_a_chosen_suggestion_searches(citizen: Citizen):
    citizen.at().types("犬只")
    expect(citizen.options).to_have_count(2)
    citizen.page.keyboard.press("Enter")
    citizen.page.wait_for_url("**?q=*")
    assert sorted(citizen.waits().titles) == sorted([DOGS, OLD_DOGS])
    expect(citizen.options).to_have_count(0)


def test_nothing_is_searched_for_while_characters_are_composed(citizen: Citizen):
    citizen.at()
    expect(citizen.page.locator(".filters details").first).to_be_visible()
    keyboard = citizen.page.context.new_cdp_session(citizen.page)
    citizen.box.focus()
    keyboard.send("Input.imeSetComposition", {"text": "quan'zhi", "selectionStart": 8, "selectionEnd": 8})
    citizen.page.evaluate(
        """() => document.activeElement.dispatchEvent(
               new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"""
    )
    asked = citizen.page.evaluate("new Promise(done => setTimeout(() => done(document.title), 600))")
    assert "quan" not in asked
    expect(citizen.options).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "犬只"})
    expect(citizen.options).to_have_count(2)


def test_suggestions_on_a_phone_are_large_enough_for_a_finger(address: str, new_page: Callable[..., Page]):
    page = new_page(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    citizen = Citizen(page, address).at().types("云溪区")
    expect(citizen.options).to_have_count(5)
    assert all(option.bounding_box()["height"] >= 44 for option in citizen.options.all())
    title = citizen.options.nth(1).locator("span").first.inner_text()
    citizen.options.nth(1).tap()
    number = next(found.id for found in documents() if found.title == title)
    expect(page.locator("h1")).to_have_text(number)


# ---------------------------------------------------------------- what was found


@pytest.mark.parametrize(
    "number", ["云溪政发〔2024〕3号", "云溪政发[2024]3号", "云溪政发（2024）第3号", "云溪政发2024年3号"]
)
def test_doc_no_finds_its_document_and_those_that_cite_it(citizen: Citizen, number: str):
    citizen.at().searches(number)
    assert citizen.titles == [DOGS, "关于开展消防演练的通知"]
    assert "云溪政发（2024）第3号第二条" in citizen.page.locator(".excerpt").nth(1).inner_text()


def test_doc_no_that_is_not_there_is_said(citizen: Citizen):
    citizen.at().searches("云溪政发〔2024〕4号")
    expect(citizen.page.get_by_text("本站没有文号为“云溪政发〔2024〕4号”的文件")).to_be_visible()


def test_hit_shows_state_number_date_column_and_issuer(citizen: Citizen):
    citizen.at().searches("犬只管理规定")
    facts = citizen.page.locator(".hits li").filter(has_text=DOGS).locator(".facts span")
    assert facts.all_inner_texts() == [
        "现行有效",
        "云溪政发〔2024〕3号",
        "2024-11-01",
        "行政规范性文件",
        "云溪区水务局",
    ]
    ended = citizen.page.locator(".hits li").filter(has_text=OLD_DOGS).locator(".state")
    expect(ended).to_have_attribute("data-state", "废止")


def test_hit_of_a_joint_document_names_the_first_issuer(citizen: Citizen):
    citizen.at().searches("雨水花园")
    expect(citizen.page.locator(".hits .by").first).to_have_text("云溪区水务局等10家")


def test_hit_leads_to_the_document_and_to_the_place_in_it(citizen: Citizen):
    citizen.at().searches("芯片")
    hit = citizen.page.locator(".hits li")
    assert hit.locator(".excerpt").inner_text().endswith("养犬人应当为犬只植入芯片。")
    assert hit.locator(".excerpt mark").all_inner_texts() == ["芯片"]
    page = f"{citizen.address}doc/{quote('文70')}/index.html"
    assert [link.evaluate("a => a.href") for link in hit.locator("a").all()] == [page, f"{page}#t1"]
    hit.get_by_role("link", name="第一条").click()
    expect(citizen.page.locator("h1")).to_have_text("文70")


def test_groups_have_counts_of_their_own_and_the_second_is_folded(citizen: Citizen):
    citizen.at().searches("校车管理办法")
    assert citizen.groups[0] == "完全匹配 1 条"
    assert re.fullmatch(r"部分匹配 \d+ 条", citizen.groups[1])
    assert citizen.status.startswith("完全匹配 1 条，部分匹配 ")
    assert citizen.titles == ["云溪区校车管理办法"]
    citizen.page.get_by_role("button", name=re.compile(r"^显示这 \d+ 条$")).press("Enter")
    expect(citizen.page.locator("section:last-child .hits h3 a").first).to_be_focused()
    assert len(citizen.titles) > 1


def test_more_hits_are_shown_on_demand_and_reached_by_the_keyboard(citizen: Citizen):
    citizen.at().searches("街道")
    assert len(citizen.titles) == 10
    citizen.page.get_by_role("button", name="显示更多（还有 50 条）").press("Enter")
    expect(citizen.page.locator(".hits li")).to_have_count(20)
    expect(citizen.page.locator(".hits li:nth-child(11) h3 a")).to_be_focused()
    assert len(set(citizen.titles)) == 20


def test_back_from_a_document_shows_as_many_hits_as_before(citizen: Citizen):
    citizen.at().searches("街道")
    citizen.page.get_by_role("button", name=re.compile("^显示更多")).click()
    expect(citizen.page.locator(".hits li")).to_have_count(20)
    found = citizen.titles
    citizen.page.locator(".hits h3 a").nth(15).click()
    expect(citizen.page.locator("h1")).to_have_text(re.compile("^文"))
    citizen.page.go_back()
    expect(citizen.page.locator(".hits li")).to_have_count(20)
    assert citizen.titles == found


def test_official_words_are_included_and_can_be_left_out(citizen: Citizen):
    citizen.at().searches("低保")
    assert citizen.titles == ["云溪区最低生活保障办法"]
    line = citizen.page.locator("[data-search-included]")
    expect(line).to_contain_text("已包含：最低生活保障")
    line.get_by_role("button", name="只搜“低保”").click()
    expect(line).to_contain_text("只检索了原词")
    assert citizen.page.evaluate("document.activeElement.id") == "found"
    assert citizen.waits().titles == []
    assert citizen.query == "q=低保&exact=1"
    line.get_by_role("button").click()
    expect(line).to_contain_text("已包含：最低生活保障")
    assert citizen.query == "q=低保"


def test_another_question_includes_official_words_again(citizen: Citizen):
    citizen.at("?q=低保&exact=1").searches("低保 家庭")
    expect(citizen.page.locator("[data-search-included]")).to_contain_text("已包含：最低生活保障")
    assert citizen.query == "q=低保 家庭"


# ---------------------------------------------------------------- filters, order, address


def test_filters_shrink_with_each_other(citizen: Citizen):
    citizen.at().searches("街道")
    assert citizen.counts("年份") == {"2021": 19, "2022": 18, "2023": 18, "2024": 5}
    citizen.chooses("发文机关", "云溪区教育局")
    assert citizen.groups[0] == "完全匹配 6 条"
    assert sum(citizen.counts("年份").values()) == 6
    assert len(citizen.counts("发文机关")) > 1  # the others of its kind can still be added
    citizen.chooses("年份", "2022")
    assert citizen.groups[0] == f"完全匹配 {citizen.counts('年份')['2022']} 条"
    assert citizen.query == "q=街道&year=2022&issuer=云溪区教育局"
    expect(citizen.page.get_by_role("checkbox", name=re.compile("^2022 "))).to_be_focused()


def test_long_filter_is_folded(citizen: Citizen):
    citizen.at().searches("街道")
    assert len(citizen.counts("发文机关")) == 7
    more = citizen.page.get_by_role("button", name="更多（3）")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.click()
    assert len(citizen.counts("发文机关")) == 10
    citizen.page.get_by_role("button", name="收起").click()
    assert len(citizen.counts("发文机关")) == 7


def test_chosen_filter_is_shown_and_taken_back_above_the_hits(citizen: Citizen):
    citizen.at().searches("街道").chooses("年份", "2021").chooses("发文机关", "云溪区财政局")
    chips = citizen.page.get_by_role("list", name="已选条件")
    chips.get_by_role("button", name="年份：2021").click()
    expect(chips.get_by_role("button")).to_have_count(1)
    assert citizen.query == "q=街道&issuer=云溪区财政局"
    citizen.waits().chooses("年份", "2022")
    chips.get_by_role("button", name="全部取消").click()
    expect(chips).to_be_hidden()
    assert citizen.waits().groups[0] == "完全匹配 60 条"
    assert citizen.page.evaluate("document.activeElement.id") == "found"


def test_columns_stand_as_the_tree_that_they_are(citizen: Citizen):
    citizen.at("?q=云溪区")
    labels = citizen.page.get_by_role("group", name="栏目").locator("label:visible")
    assert labels.evaluate_all("all => all.map((label) => label.querySelector('input').value)") == [
        *("政策文件", "行政规范性文件", "民生", "社会救助", "工作动态"),
    ]
    left = [label.locator("input").bounding_box()["x"] for label in labels.all()]
    assert left[0] == left[2] == left[4] < left[1] == left[3]
    expect(labels.nth(1).get_by_role("checkbox")).to_have_accessible_name(
        re.compile("^行政规范性文件 ?，属于政策文件 ?2 条 ?$")
    )
    expect(labels.nth(4).get_by_role("checkbox")).to_have_accessible_name(re.compile("^工作动态 ?\\d+ 条 ?$"))
    assert citizen.counts("栏目")["政策文件"] == citizen.counts("栏目")["行政规范性文件"] == 2


def test_number_of_what_is_not_looked_into_yet_is_said_to_be_about_so(citizen: Citizen):
    citizen.at("?q=各街道应当按季度报送台账")
    assert citizen.groups == ["完全匹配约 60 条"]
    assert "完全匹配约 60 条" in citizen.status
    more = citizen.page.locator(".hits + button")
    expect(more).to_have_text("显示更多（还有约 50 条）")
    for shown in range(20, 61, 10):
        more.click()
        expect(citizen.page.locator(".hits li")).to_have_count(shown)
    assert citizen.groups == ["完全匹配 60 条"]


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("？", "请输入要查的字词。"),
        ("YX001-2099-00070", "本站没有索引号为“YX001-2099-00070”的文件。"),
        ("犬只管理规定的通知第九条", ""),
    ],
)
def test_what_cannot_be_found_is_said(citizen: Citizen, query: str, note: str):
    citizen.at(f"?q={quote(query)}")
    told = citizen.page.get_by_role("status").and_(citizen.page.locator("[data-search-note]"))
    expect(told).to_have_count(1 if note else 0)
    if note:
        expect(told).to_have_text(note)
        expect(citizen.page.locator(".hits li")).to_have_count(0)


def test_column_preset_lists_the_column_and_searches_in_it(citizen: Citizen):
    citizen.at("?column=行政规范性文件")
    assert citizen.groups == ["全部 2 条"]
    assert citizen.titles == [OLD_DOGS, DOGS]
    citizen.searches("芯片")
    assert citizen.query == "q=芯片&column=行政规范性文件"
    assert citizen.titles == [DOGS]


def test_preset_that_no_document_has_finds_nothing_and_shows_why(citizen: Citizen):
    citizen.at("?q=犬只&column=没有文件的栏目")
    assert "共 0 条" in citizen.status
    expect(citizen.page.get_by_role("button", name="栏目：没有文件的栏目")).to_be_visible()
    citizen.page.get_by_role("button", name="栏目：没有文件的栏目").click()
    expect(citizen.page.locator(".hits li")).to_have_count(2)


def test_order_by_date_is_newest_first(citizen: Citizen):
    citizen.at().searches("犬只")
    citizen.page.get_by_label("排序").select_option(label="按发布日期")
    citizen.page.wait_for_url("**sort=date*")
    expect(citizen.page.locator(".hits h3").first).to_have_text(OLD_DOGS)
    citizen.page.reload()
    assert citizen.waits().titles == [OLD_DOGS, DOGS]


def test_back_button_returns_to_the_search_before(citizen: Citizen):
    citizen.at().searches("芯片").searches("校车管理办法").chooses("年份", "2021")
    for words in ("校车管理办法", "芯片"):
        citizen.page.go_back()
        expect(citizen.page.get_by_role("list", name="已选条件")).to_be_hidden()
        expect(citizen.page.locator("mark").first).to_have_text(words)
        expect(citizen.box).to_have_value(words)
    citizen.page.go_back()
    expect(citizen.page.locator(".hits")).to_have_count(0)
    assert citizen.status == ""
    expect(citizen.page.locator("[data-search-help]")).to_be_visible()
    citizen.page.go_forward()
    expect(citizen.page.locator("mark").first).to_have_text("芯片")


def test_typing_searches_without_a_key_and_leaves_the_address_alone(citizen: Citizen):
    citizen.at().types("芯片")
    expect(citizen.page.get_by_role("link", name=DOGS)).to_be_visible()
    assert citizen.titles == [DOGS]
    assert citizen.query == ""
    citizen.page.keyboard.press("Enter")
    citizen.page.wait_for_url(f"**?q={quote('芯片')}")
    assert citizen.page.title() == "芯片 - 信息检索"


# ---------------------------------------------------------------- when something is missing


def test_no_result_says_what_to_try(citizen: Citizen):
    citizen.at().searches("量子火箭")
    assert citizen.status == "没有找到，共 0 条。"
    help = citizen.page.locator("[data-search-help]")
    expect(help).to_contain_text("换用更短的词")
    links = [link.get_attribute("href") for link in help.locator("a").all()]
    assert links == [
        "../catalog/index.html",
        "../catalog/number/index.html",
        "../catalog/year/2024/index.html",
        "../catalog/topic/t/index.html",
        "../apply/index.html",
    ]


def test_without_script_the_page_says_so_and_offers_the_catalogue(address: str, new_page: Callable[..., Page]):
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}search/index.html?q=芯片")
    assert "需要启用 JavaScript" in page.locator("noscript").inner_text()
    expect(page.locator("form[data-search]")).to_be_hidden()
    expect(page.get_by_role("link", name="按文号查找")).to_be_visible()
    expect(page.get_by_role("link", name="城市管理（30）")).to_be_visible()


def test_script_that_does_not_run_is_said_after_a_while(address: str, new_page: Callable[..., Page]):
    page = new_page()
    page.route("**/search.js*", lambda route: route.abort())
    page.goto(f"{address}search/index.html")
    page.evaluate("document.getAnimations().forEach(late => late.finish())")
    expect(page.get_by_text("检索程序没有运行")).to_be_visible()
    expect(page.get_by_role("link", name="按文号查找")).to_be_visible()


@pytest.mark.parametrize("missing", ["**/index.bin", "**/search-engine.js*"])
def test_missing_file_is_said_and_the_catalogue_offered(address: str, new_page: Callable[..., Page], missing: str):
    citizen = Citizen(new_page(), address)
    citizen.page.route(missing, lambda route: route.abort())
    citizen.opens("search/index.html?q=芯片")
    expect(citizen.page.locator("[data-search-status]")).to_contain_text("检索数据没有取到")
    expect(citizen.page.get_by_role("link", name="按文号查找")).to_be_visible()
    citizen.page.unroute(missing)
    expect(citizen.page.get_by_text("换用更短的词")).to_be_hidden()
    citizen.page.get_by_role("button", name="重试").click()
    assert citizen.waits().titles == [DOGS]
    assert citizen.page.evaluate("document.activeElement.id") == "found"


def test_without_network_that_is_said(address: str, new_page: Callable[..., Page]):
    citizen = Citizen(new_page(), address).at("?q=芯片")
    citizen.page.context.set_offline(True)
    citizen.box.fill("校车")
    citizen.page.keyboard.press("Enter")
    expect(citizen.page.locator("[data-search-status]")).to_contain_text("没有连上网络")
    expect(citizen.page.locator(".hits")).to_be_hidden()
    citizen.page.context.set_offline(False)
    citizen.box.fill("校车管理办法")
    citizen.page.keyboard.press("Enter")
    expect(citizen.page.locator(".hits h3").first).to_have_text("云溪区校车管理办法")


def test_page_from_the_disk_says_that_it_cannot_search(folder: Path, new_page: Callable[..., Page]):
    page = new_page()
    page.goto(f"{(folder / 'search/index.html').as_uri()}?q=芯片")
    expect(page.locator("[data-search-status]")).to_contain_text("从磁盘直接打开")
    expect(page.get_by_role("link", name="按文号查找")).to_be_visible()


@pytest.mark.parametrize(
    "browser",
    ["delete globalThis.Worker", "Worker = class extends Worker { constructor(url) { super(url); } }"],
    ids=["no workers", "no module workers"],
)
def test_without_module_workers_the_page_itself_searches(address: str, new_page: Callable[..., Page], browser: str):
    page = new_page()
    page.add_init_script(browser)
    citizen = Citizen(page, address).at("?q=芯片")
    assert citizen.titles == [DOGS]
    citizen.types("校")
    expect(citizen.page.locator("[data-search-status]")).to_have_text(re.compile("条"))


# ---------------------------------------------------------------- safety


def test_markup_in_queries_and_documents_stays_text(citizen: Citizen):
    citizen.at("?q=<img src=x onerror=alert(1)>")
    assert citizen.titles[0] == "<img src=x onerror=alert(1)>的说明"
    citizen.box.fill("")
    citizen.types("<img src=x")
    expect(citizen.options.first).to_contain_text("<img src=x onerror=alert(1)>")
    citizen.searches("字样")
    expect(citizen.page.locator(".excerpt").first).to_contain_text("<script>alert(2)</script>字样")
    citizen.at("?column=<b>x</b>&q=<i>y</i>")
    assert citizen.page.locator("main :is(img, script, i)").count() == 0


def test_address_leads_nowhere_but_to_the_site(citizen: Citizen):
    citizen.at("?q=芯片&column=javascript:alert(1)&sort=x&exact=%22&year=")
    assert "共 0 条" in citizen.status
    assert all(
        link.evaluate("a => a.href").startswith(citizen.address) for link in citizen.page.locator("main a").all()
    )


# ---------------------------------------------------------------- for everybody


def test_roles_tell_what_is_what(citizen: Citizen):
    citizen.at().searches("街道")
    main = citizen.page.get_by_role("main")
    assert citizen.box.get_attribute("aria-controls") == citizen.page.locator("[role=listbox]").get_attribute("id")
    expect(main.get_by_role("search")).to_be_visible()
    expect(main.get_by_role("group", name="筛选")).to_be_visible()
    expect(main.get_by_role("heading", level=2, name="完全匹配 60 条")).to_be_visible()
    expect(main.get_by_role("heading", level=3)).to_have_count(10)
    expect(main.get_by_role("status").filter(has_text="完全匹配 60 条")).to_have_count(1)
    assert main.get_by_role("checkbox").first.get_attribute("name") == "column"


@pytest.mark.parametrize("look", ["320", "320 double", "1280 double", "1280 elder"])
def test_nothing_is_wider_than_the_screen(address: str, new_page: Callable[..., Page], look: str):
    width, _, how = look.partition(" ")
    page = new_page(viewport={"width": int(width), "height": 640})
    citizen = Citizen(page, address).at("?q=街道&year=2021")
    if how == "double":
        page.evaluate("document.documentElement.style.fontSize = '200%'")
    if how == "elder":
        page.evaluate("document.documentElement.classList.add('elder')")
    if page.locator(".filter-switch").is_visible():
        page.get_by_text("筛选", exact=False).first.click()
        for summary in page.locator(".filters summary:visible").all():
            summary.click()
    for words in ("", "云溪区"):
        citizen.box.fill(words)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(citizen.options.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("width", [320, 375])
def test_words_and_headings_stay_readable_in_double_size(address: str, new_page: Callable[..., Page], width: int):
    page = new_page(viewport={"width": width, "height": 700})
    citizen = Citizen(page, address).at("?q=街道")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    size = 2 * 16
    assert citizen.box.bounding_box()["width"] >= 6 * size
    assert page.locator(".found h2").first.bounding_box()["height"] < 5 * size


def test_filters_are_behind_a_switch_on_a_phone(address: str, new_page: Callable[..., Page]):
    page = new_page(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    citizen = Citizen(page, address).at("?q=街道")
    group = page.get_by_role("group", name="筛选")
    expect(group).to_be_hidden()
    page.locator(".filter-switch summary").tap()
    group.get_by_text("年份", exact=True).first.tap()
    page.get_by_role("checkbox", name=re.compile("^2021 ")).tap()
    expect(page.locator(".filter-switch summary")).to_have_text("筛选（已选 1）")
    assert citizen.waits().groups[0] == "完全匹配 19 条"


def test_results_on_paper_have_the_question_and_no_controls(citizen: Citizen):
    citizen.at("?q=街道&year=2021")
    citizen.page.emulate_media(media="print")
    expect(citizen.box).to_be_visible()
    expect(citizen.page.get_by_text("年份：2021")).to_be_visible()
    for control in (".filters", ".order", ".hits + button", "form button", ".filter-switch", ".ways"):
        expect(citizen.page.locator(control).first).to_be_hidden()
