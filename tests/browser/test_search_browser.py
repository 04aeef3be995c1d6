"""A visitor searches: every journey in a real browser, below a path of another site and under a strict policy."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from sitegen.formats import FORMATS
from sitegen.formats.copyfile import asset_tasks
from sitegen.formats.html import HTML
from sitegen.load.theme import read_theme
from sitegen.model import Contact, SearchRecord, Section, Task
from sitegen.search import cut, index_search, normalize
from sitegen.views.pages import Crumb, Frame, MenuItem, SearchPage, Shell

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/fixtures/search/normalize.json").read_text(encoding="utf-8"))
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; img-src 'self'"
)
PREFIX = "/kjj/zfxxgk/"


# ---------------------------------------------------------------- sixty documents of our own words


SUBJECTS = ("节水", "绿化", "河道", "集市", "路灯", "公园", "校车", "食堂", "菜场", "电梯", "候车亭", "图书馆")
KINDS = ("管理办法", "工作要点", "情况通报", "实施细则", "考核结果")


def record(number: int, title: str, text: str, *, column: str = "工作动态", **fields: object) -> SearchRecord:
    day = date(2021, 1, 1) + timedelta(days=20 * number)
    validity = str(fields.get("validity", ""))
    filters = (
        ("column", (column,)),
        ("year", (str(day.year),)),
        ("validity", (validity,) if validity else ()),
        ("issuer", ("云溪区城市管理局" if number % 3 else "云溪区人民政府",)),
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
        record(70, "关于印发云溪区犬只管理规定的通知", "养犬人应当为犬只植入芯片。", doc_no="云溪政发〔2024〕3号",
               index_no="YX001-2024-00070", column="行政规范性文件", validity="现行有效"),
        record(71, "云溪区犬只管理规定（试行）", "养犬人应当挂牌。", doc_no="云溪政发〔2019〕30号",
               column="行政规范性文件", validity="废止"),
        record(72, "关于5G基站和PM2.5监测点共址的通知", "鼓励运营单位使用 LoRa 终端。"),
        record(73, "关于开展消防演练的通知", "演练前应当清点灭火器，见云溪政发（2024）第3号第二条。"),
        record(74, "<img src=x onerror=alert(1)>的说明", "正文里有<script>alert(2)</script>字样。"),
        record(75, "雨水花园建设导则", "雨水先入花园，再入河道。", attachments=("植物配置表",)),
    ]  # fmt: skip
    return ordinary + special


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    kit = read_theme(ROOT / "themes", "standard")
    words = dict.fromkeys(
        ("agency_short", "domain", "id_code", "icp", "police", "police_url", "party_mark_url", "find_fault_url", "host",
         "portal_name", "portal_url", "base_url"), "",
    )  # fmt: skip
    shell = Shell(
        agency="云溪区人民政府", site_name="云溪区", contact=Contact(), apply_url="apply/index.html", menu=(),
        has_search=True, **words,
    )  # fmt: skip
    page = SearchPage(
        frame=Frame(shell, "检索", "", (), (Crumb("首页", "index.html"), Crumb("检索"))),
        backend="pagefind",
        total=66,
        years=(MenuItem("2024", "2024年", "catalog/year/2024/index.html", 12),),
        topics=(MenuItem("t", "城市管理", "catalog/topic/t/index.html", 30),),
        catalog_url="catalog/index.html",
        numbers_url="catalog/number/index.html",
    )
    files = dict(index_search(documents()))
    files["search/index.html"] = HTML.produce(Task("search/index.html", "html", page, "search.html"), kit)
    for task in asset_tasks(kit):
        files[task.path] = FORMATS[task.format].produce(task, kit)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


class Handler(SimpleHTTPRequestHandler):
    """Serves the site below `PREFIX`, every answer under the policy of its server."""

    def translate_path(self, path: str) -> str:
        return super().translate_path("/" + path.removeprefix(PREFIX))

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.server.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def serve(folder: Path) -> Iterator[Callable[[str], str]]:
    """`serve(policy)` gives the address of the site under this Content-Security-Policy."""
    servers = []

    def start(policy: str) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        server.policy = policy
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}{PREFIX}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def address(serve: Callable[[str], str]) -> str:
    return serve(POLICY)


class Visitor:
    """A reader at the search page, and what the browser complains of."""

    def __init__(self, page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))

    def opens(self, query: str = "") -> Visitor:
        self.page.goto(f"{self.address}search/index.html{query}")
        return self.waits() if query else self

    def searches(self, words: str) -> Visitor:
        self.page.get_by_role("searchbox").fill(words)
        self.page.get_by_role("button", name="检索", exact=True).click()
        self.page.wait_for_url(lambda url: f"q={quote(words.strip(), safe='')}" in url or not words.strip())
        return self.waits()

    def waits(self) -> Visitor:
        """Until the answer to what stands in the form is there."""
        expect(self.page.locator("[data-search-status]")).to_have_text(re.compile(r"\d 条|没有取到"))
        expect(self.page.locator("[data-search-results][aria-busy]")).to_have_count(0)
        return self

    @property
    def status(self) -> str:
        return self.page.locator("[data-search-status]").inner_text()

    def titles(self, group: str = "完全匹配") -> list[str]:
        part = self.page.locator(f"[data-search-results] > *:has(h2:text('{group}'))")
        return part.locator("h3").all_text_contents()

    def excerpt(self, number: int = 0) -> str:
        text = self.page.locator(".excerpt").nth(number)
        expect(text).not_to_be_empty()
        return text.inner_text()


def expect(locator):
    """Playwright's `expect`, imported only where there is a browser: without Playwright these tests are skipped."""
    from playwright.sync_api import expect

    return expect(locator)


@pytest.fixture
def visitor(address: str, new_page: Callable) -> Visitor:
    return Visitor(new_page(), address)


@pytest.fixture
def script(address: str, new_page: Callable):
    """A page in which the functions of search.js can be called."""
    page = new_page()
    page.goto(f"{address}search/index.html")
    src = page.locator("script[src*='search.js']").get_attribute("src")

    def call(name: str, texts: list[str]):
        return page.evaluate(
            "async ([src, name, texts]) => texts.map((await import(new URL(src, location)))[name])", [src, name, texts]
        )

    return call


# ---------------------------------------------------------------- one set of rules


@pytest.mark.parametrize(("function", "name"), [("normalize", "normalize"), ("cut", "cut"), ("docNo", "doc_no")])
def test_script_keeps_to_the_table(script, function: str, name: str):
    texts = [text for text, _ in VECTORS[name]]
    assert script(function, texts) == [expected for _, expected in VECTORS[name]]


def test_script_cuts_every_document_as_the_build_did(script):
    texts = [text for r in documents() for text in (r.title, r.doc_no, *(s.text for s in r.sections))]
    known = [chr(code) for code in range(0x20, 0x3400) if unicodedata.category(chr(code)) != "Cn"]
    texts += ["".join(known[start : start + 64]) for start in range(0, len(known), 61)]
    assert script("normalize", texts) == [normalize(text) for text in texts]
    assert script("cut", texts) == [cut(text) for text in texts]


# ---------------------------------------------------------------- finding


def test_title_finds_its_document(visitor: Visitor):
    visitor.opens().searches("云溪区校车工作要点")
    assert visitor.titles()[0] == "云溪区校车工作要点"


def test_part_of_a_title_finds_its_document_and_the_valid_one_first(visitor: Visitor):
    visitor.opens().searches("犬只管理规定")
    assert visitor.titles() == ["关于印发云溪区犬只管理规定的通知", "云溪区犬只管理规定（试行）"]


@pytest.mark.parametrize(
    "number",
    [
        "云溪政发〔2024〕3号",
        "云溪政发[2024]3号",
        "云溪政发（2024）第3号",
        "云溪政发 【2024】 3 号",
        "云溪政发2024年3号",
    ],
)
def test_doc_no_finds_its_document_and_those_that_cite_it(visitor: Visitor, number: str):
    visitor.opens().searches(number)
    assert visitor.titles() == ["关于印发云溪区犬只管理规定的通知", "关于开展消防演练的通知"]
    assert "见云溪政发（2024）第3号第二条" in visitor.excerpt(1)


def test_doc_no_that_is_not_there_offers_its_neighbours_as_partial(visitor: Visitor):
    visitor.opens().searches("云溪政发〔2024〕4号")
    assert visitor.status == "完全匹配 0 条，部分匹配 1 条。"
    assert visitor.titles("部分匹配") == ["关于印发云溪区犬只管理规定的通知"]


def test_index_no_finds_its_document(visitor: Visitor):
    visitor.opens().searches("YX001-2024-00070")
    assert visitor.titles() == ["关于印发云溪区犬只管理规定的通知"]


def test_two_characters_in_a_sentence_find_their_document(visitor: Visitor):
    visitor.opens().searches("芯片")
    assert visitor.titles() == ["关于印发云溪区犬只管理规定的通知"]
    assert visitor.excerpt() == "第一条 养犬人应当为犬只植入芯片。"
    assert visitor.page.locator(".excerpt mark").all_inner_texts() == ["芯片"]


def test_hit_leads_to_the_document_and_to_the_place_in_it(visitor: Visitor):
    visitor.opens().searches("芯片").excerpt()
    links = [link.get_attribute("href") for link in visitor.page.locator(".hits a").all()]
    page = f"{visitor.address}doc/{quote('文70')}/index.html"
    assert links == [page, f"{page}#t1"]


def test_single_character_finds_words_that_begin_or_end_with_it(visitor: Visitor):
    visitor.opens().searches("犬")
    assert len(visitor.titles()) == 2


def test_words_of_two_scripts_are_found_together(visitor: Visitor):
    visitor.opens().searches("5G基站")
    assert visitor.titles() == ["关于5G基站和PM2.5监测点共址的通知"]
    visitor.searches("lora 终端")
    assert visitor.titles() == ["关于5G基站和PM2.5监测点共址的通知"]
    visitor.excerpt()
    assert visitor.page.locator(".excerpt mark").all_inner_texts() == ["LoRa", "终端"]


def test_attachment_is_found_by_its_title(visitor: Visitor):
    visitor.opens().searches("植物配置")
    assert visitor.titles() == ["雨水花园建设导则"]
    assert visitor.excerpt() == "附件 植物配置表"


def test_what_lacks_a_word_is_partial_and_counted_apart(visitor: Visitor):
    visitor.opens().searches("消防演练 芯片")
    assert visitor.status.startswith("完全匹配 0 条，部分匹配 ")
    assert set(visitor.titles("部分匹配")) >= {"关于开展消防演练的通知"}
    visitor.searches("雨水 花园")
    assert visitor.titles() == ["雨水花园建设导则"]


def test_question_finds_what_it_is_about(visitor: Visitor):
    visitor.opens().searches("犬只怎么植入芯片？")
    assert visitor.titles("部分匹配")[0] == "关于印发云溪区犬只管理规定的通知"


# ---------------------------------------------------------------- filters, order, address


def test_filter_narrows_and_is_counted(visitor: Visitor):
    visitor.opens().searches("管理办法")
    assert visitor.status.startswith("完全匹配 12 条")
    visitor.page.locator("summary", has_text="年份").click()
    box = visitor.page.get_by_role("checkbox", name="2021（12）")
    box.check()
    visitor.page.wait_for_url("**year=2021*")
    assert visitor.waits().status.startswith("完全匹配 12 条")
    assert visitor.page.get_by_role("checkbox", name=re.compile("2022")).count() == 0
    assert visitor.page.evaluate("document.activeElement.value") == "2021"


def test_filter_without_a_word_lists_all_it_leaves(visitor: Visitor):
    visitor.opens(f"?column={quote('行政规范性文件')}")
    assert visitor.status == "符合所选条件的共 2 条。"
    assert visitor.titles("全部") == ["云溪区犬只管理规定（试行）", "关于印发云溪区犬只管理规定的通知"]


def test_preset_that_no_document_has_finds_nothing_and_shows_why(visitor: Visitor):
    visitor.opens(f"?q=犬只&column={quote('没有文件的栏目')}")
    assert visitor.status == "完全匹配 0 条。"
    assert visitor.page.get_by_text("栏目（已选 1）").is_visible()


def test_order_by_date_is_newest_first(visitor: Visitor):
    visitor.opens().searches("犬只管理规定")
    visitor.page.get_by_label("排序").select_option("date")
    visitor.page.wait_for_url("**sort=date*")
    assert visitor.waits().titles() == ["云溪区犬只管理规定（试行）", "关于印发云溪区犬只管理规定的通知"]


def test_back_button_returns_to_the_search_before(visitor: Visitor):
    visitor.opens().searches("芯片").searches("校车管理办法")
    visitor.page.go_back()
    expect(visitor.page.locator("mark")).to_have_text("芯片")
    assert visitor.page.get_by_role("searchbox").input_value() == "芯片"
    visitor.page.go_back()
    expect(visitor.page.locator(".hits")).to_have_count(0)
    assert visitor.status == ""


def test_typing_searches_without_a_key_and_leaves_the_address_alone(visitor: Visitor):
    visitor.opens()
    visitor.page.get_by_role("searchbox").press_sequentially("芯片")
    assert visitor.waits().titles() == ["关于印发云溪区犬只管理规定的通知"]
    assert "?" not in visitor.page.url
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(f"**?q={quote('芯片')}")


def test_more_hits_are_shown_on_demand_and_reached_by_the_keyboard(visitor: Visitor):
    visitor.opens().searches("街道")
    assert len(visitor.titles()) == 20
    visitor.page.get_by_role("button", name="再显示 20 条（共 60 条）").press("Enter")
    assert len(visitor.titles()) == 40
    assert visitor.page.evaluate("document.activeElement.closest('li').matches('li:nth-child(21)')")


# ---------------------------------------------------------------- when something is missing


def test_no_result_says_what_to_try(visitor: Visitor):
    visitor.opens().searches("量子火箭")
    assert visitor.status == "完全匹配 0 条。"
    help = visitor.page.locator("[data-search-help]")
    assert help.is_visible()
    links = [link.get_attribute("href") for link in help.locator("a").all()]
    assert links == [
        "../catalog/index.html",
        "../catalog/number/index.html",
        "../catalog/year/2024/index.html",
        "../catalog/topic/t/index.html",
        "../apply/index.html",
    ]


def test_without_script_the_page_offers_the_catalogue(address: str, new_page: Callable):
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}search/index.html?q=芯片")
    shown = page.locator("noscript")
    assert "需要启用 JavaScript" in shown.inner_text()
    assert shown.get_by_role("link", name="按文号查找").is_visible()


def test_without_webassembly_titles_and_numbers_are_still_found(serve: Callable[[str], str], new_page: Callable):
    visitor = Visitor(new_page(), serve(POLICY.replace(" 'wasm-unsafe-eval'", "")))
    visitor.opens().searches("云溪政发〔2024〕3号")
    assert visitor.titles() == ["关于印发云溪区犬只管理规定的通知"]
    assert "正文检索现在不可用" in visitor.status


def test_missing_data_is_said_and_the_catalogue_offered(visitor: Visitor):
    visitor.page.route("**/docs.json", lambda route: route.abort())
    visitor.opens().searches("芯片")
    assert "检索数据没有取到" in visitor.status
    assert visitor.page.locator("[data-search-help]").is_visible()


def test_markup_in_queries_and_documents_stays_text(visitor: Visitor):
    visitor.opens("?q=<img src=x onerror=alert(1)>")
    assert visitor.titles()[0] == "<img src=x onerror=alert(1)>的说明"
    visitor.searches("字样")
    assert "<script>alert(2)</script>字样" in visitor.excerpt()
    assert visitor.page.locator("main img, main script").count() == 0
    assert visitor.complaints == []


def test_nothing_of_another_place_is_asked_for_and_nothing_is_complained_of(visitor: Visitor):
    asked: list[str] = []
    visitor.page.context.on("request", lambda request: asked.append(request.url))
    visitor.opens().searches("芯片").excerpt()
    assert all(url.startswith(visitor.address) for url in asked)
    assert visitor.complaints == []


def test_page_fits_a_narrow_screen(address: str, new_page: Callable):
    visitor = Visitor(new_page(viewport={"width": 320, "height": 640}), address)
    visitor.opens().searches("街道").excerpt()
    for title in ("有效性", "年份"):
        visitor.page.locator("summary", has_text=title).click()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
