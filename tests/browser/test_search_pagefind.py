"""The journeys of a citizen at the search page, and what the words lead to, with `search: pagefind` in site.yaml."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from sitegen.model import SearchRecord, Section
from sitegen.search import index_search
from sitegen.search.pagefind import cut
from sitegen.search.words import plain
from tests.browser import test_search_browser as journeys
from tests.browser.conftest import expect
from tests.browser.test_search_browser import DOGS, Citizen, documents, record
from tests.samples import ROOT
from tests.story import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

CUT = json.loads((ROOT / "tests/fixtures/search/cut.json").read_text(encoding="utf-8"))

address = journeys.address

# What a citizen does at the page, and finds whichever engine there is.
vars().update(
    {
        journey.__name__: journey
        for journey in (
            journeys.test_suggestion_is_opened_by_the_keyboard,
            journeys.test_suggestion_shows_the_number_of_the_document,
            journeys.test_suggestions_go_with_escape_and_with_the_focus_and_the_text_stays,
            journeys.test_enter_without_a_chosen_suggestion_searches,
            journeys.test_doc_no_finds_its_document_and_those_that_cite_it,
            journeys.test_doc_no_that_is_not_there_is_said,
            journeys.test_hit_shows_state_number_date_column_and_issuer,
            journeys.test_hit_leads_to_the_document_and_to_the_place_in_it,
            journeys.test_groups_have_counts_of_their_own_and_the_second_is_folded,
            journeys.test_more_hits_are_shown_on_demand_and_reached_by_the_keyboard,
            journeys.test_back_from_a_document_shows_as_many_hits_as_before,
            journeys.test_official_words_are_included_and_can_be_left_out,
            journeys.test_another_question_includes_official_words_again,
            journeys.test_filters_shrink_with_each_other,
            journeys.test_chosen_filter_is_shown_and_taken_back_above_the_hits,
            journeys.test_column_preset_lists_the_column_and_searches_in_it,
            journeys.test_preset_that_no_document_has_finds_nothing_and_shows_why,
            journeys.test_order_by_date_is_newest_first,
            journeys.test_back_button_returns_to_the_search_before,
            journeys.test_without_network_that_is_said,
            journeys.test_markup_in_queries_and_documents_stays_text,
            journeys.test_address_leads_nowhere_but_to_the_site,
        )
    }
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was built with this engine."""
    site = Site(tmp_path_factory.mktemp("built") / "site").setting(agency="示例市科学技术局", search="pagefind")
    site.write(
        "fd-01-gfx/a.md",
        title="示例市实验室管理办法",
        body="第一条　为了安全，制定本办法。\n\n第二条　实验室应当通风。",
    )
    site.write("fd-01-gfx/b.md", title="关于二〇二四年经费的通知", body="经费按二〇二一年六月三日的办法拨付。")
    site.build(search=True)
    assert site.is_published, site.diagnostics
    return site.output


@pytest.fixture(scope="module")
def folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That site with an index of the documents of the journeys, and of a few that need more to be found."""
    folder = tmp_path_factory.mktemp("site") / "public"
    shutil.copytree(built, folder)
    for name in ("search/data", "pagefind"):
        shutil.rmtree(folder / name)
    found = [*documents(), *more_documents()]
    files = dict(index_search(found, "pagefind", {"低保": ("最低生活保障",)}))
    files |= {one.url: f"<!DOCTYPE html><link rel=icon href=data:,><h1>{one.id}</h1>".encode() for one in found}
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


class PatientCitizen(Citizen):
    """Waits until what was found before is gone: Pagefind takes its time."""

    def searches(self, words: str) -> Self:
        old = "document.querySelectorAll('[data-search-results] > *').forEach(node => node.dataset.old = '')"
        self.page.evaluate(old)
        super().searches(words)
        expect(self.page.locator("[data-old]")).to_have_count(0)
        return self.waits()


@pytest.fixture
def citizen(address: str, new_page: Callable[..., Page]) -> Iterator[Citizen]:
    """At a desk. Whatever the browser complains of fails the test."""
    citizen = PatientCitizen(new_page(viewport={"width": 1280, "height": 900}), address)
    yield citizen
    assert citizen.complaints == []


LAW, SCHOOLS, RULES, HALL = "示例矿山安全条例", "学前教育经费管理的意见", "设备检验规程", "档案馆开放时间"


def more_documents() -> list[SearchRecord]:
    """Documents that are asked for by more than their words."""
    articles = tuple(
        Section(f"tiao-{n}", f"第{n}条", f"第{n}条　矿山应当配备第{n}种器材。") for n in ("三十一", "三十二")
    )
    return [
        replace(record(80, LAW, "", index_no="YX009-2025-00080"), sections=articles),
        record(81, SCHOOLS, "幼儿园从2024年A类经费中列支，于二〇二一年六月三日开始；共1,200万元。"),
        record(82, RULES, "按照 GB/T 9704 逐台检验。"),
        record(83, HALL, "查阅者可以在银川路窗口领取阅览证。"),
    ]


ASKED = {
    "YX009-2025-00080": LAW,
    "yx009 2025 00080": LAW,
    "示例矿山安全条例第31条": LAW,
    "2024年A类经费": SCHOOLS,
    "2021年6月3日开始": SCHOOLS,
    "1200万元": SCHOOLS,
    "幼兒園 列支": SCHOOLS,
    "幼儿园经费怎么列支？": SCHOOLS,
    "gb t 9704": RULES,
    "xueqianjiaoyu": SCHOOLS,
    "dagkf": HALL,
    "银": HALL,
    "领取阅览证需要什么材料": HALL,
    "档案馆开发时间": HALL,
    "2025年7月": HALL,
}


def test_finds_what_is_asked_for(citizen: Citizen):
    citizen.at()
    assert {asked: citizen.searches(asked).titles[0] for asked in ASKED} == ASKED


def test_article_of_a_law_is_led_to(citizen: Citizen):
    citizen.at().searches("矿山安全条例第32条")
    expect(citizen.page.locator(".hits h3 a").first).to_have_attribute("href", re.compile("#tiao-"))
    assert citizen.page.locator(".excerpt").first.inner_text() == "第三十二条矿山应当配备第三十二种器材。"


def test_marks_stand_on_the_words_as_they_are_spelled(citizen: Citizen):
    citizen.at().searches("二〇二一年六月三日开始")
    assert citizen.page.locator(".excerpt mark").all_inner_texts() == ["二〇二一年六月三日开始"]
    citizen.searches("云溪政发〔2024〕3号")
    assert "云溪政发（2024）第3号" in citizen.page.locator(".excerpt mark").all_inner_texts()


def test_what_is_typed_is_searched_for_without_a_key(citizen: Citizen):
    citizen.at().types("芯片").waits()
    assert citizen.titles == [DOGS]
    assert citizen.query == ""


@pytest.mark.parametrize("missing", ["**/docs.json", "**/pagefind.js", "**/search-pagefind.js*"])
def test_missing_file_is_said_and_the_search_can_be_tried_again(
    address: str, new_page: Callable[..., Page], missing: str
):
    citizen = Citizen(new_page(), address)
    citizen.page.route(missing, lambda route: route.abort())
    citizen.opens("search/index.html?q=芯片")
    expect(citizen.page.locator("[data-search-status]")).to_contain_text("检索数据没有取到")
    citizen.page.unroute(missing)
    citizen.page.get_by_role("button", name="重试").click()
    assert citizen.waits().titles == [DOGS]


def test_built_site_is_searched(built: Path, serve_folder: Callable[..., str], new_page: Callable[..., Page]):
    citizen = Citizen(new_page(), serve_folder(built)).at("?q=通风")
    assert citizen.titles == ["示例市实验室管理办法"]
    citizen.page.locator(".excerpt a").click()
    assert citizen.page.locator(":target").inner_text().startswith("第二条")
    assert citizen.complaints == []


def test_queries_are_cut_as_the_documents_are(citizen: Citizen):
    """Line by line: a query has no breaks within a phrase."""
    cut_there = """async (texts) => {
        const urls = [finder.dataset.words, finder.dataset.engine].map((url) => new URL(url, location));
        const [{ atoms }, { cut }] = await Promise.all(urls.map((url) => import(url)));
        return texts.map((text) => cut(atoms(text)));
    }"""
    lines = [text for text, _ in CUT if "\n" not in plain(text)]
    assert citizen.at().page.evaluate(cut_there, lines) == [cut(text) for text in lines]
