"""Formats: a task and a kit into bytes; themes into kits."""

from __future__ import annotations

import hashlib
import html
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urljoin
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.address import address, root_of
from sitegen.diagnostics import SitegenError
from sitegen.formats import FORMATS, AssetFile, asset_tasks, compile_templates, compiled
from sitegen.formats.compiled import Compiled, pack, unpack
from sitegen.formats.jinja import date_cn
from sitegen.load.theme import read_theme
from sitegen.model import Contact, CopyFile, Kit, Task
from sitegen.views.pages import (
    CatalogPage,
    Cell,
    ChangedPart,
    ComparedText,
    ComparePage,
    ComparisonsPage,
    CompilationPage,
    CompiledText,
    CorrectionRow,
    Crumb,
    DocumentPage,
    Entry,
    Feed,
    FeedEntry,
    FileLink,
    Frame,
    HomePage,
    LibraryTab,
    ListPage,
    MapPage,
    MenuItem,
    NotFoundPage,
    Notice,
    Outline,
    PageLink,
    Pager,
    Picture,
    PicturePoint,
    Piece,
    RedirectPage,
    RelatedRow,
    RelationGroup,
    Robots,
    Row,
    SearchPage,
    Shell,
    Sitemap,
    UpdateRow,
    UpdatesPage,
    VersionRow,
    WithdrawnPage,
)

THEMES = Path(__file__).parents[2] / "themes"

# ---------------------------------------------------------------- page values, empty and full

BARE_SHELL = Shell("某局", "", "", "", "", "", "", "", "", "", "", Contact(), "", "", "", "", (), False)
MENU = tuple(
    MenuItem(
        f"fd-{i:02}",
        f"法定主动公开内容之{i}",
        f"fd-{i:02}/index.html",
        3,
        tuple(MenuItem(f"fd-{i:02}-{k}", f"下级栏目{k}", f"fd-{i:02}-{k}/index.html", 1) for k in range(10)),
    )
    for i in range(10)
)
FULL_SHELL = Shell(
    agency="示例市科学技术局",
    agency_short="市科技局",
    site_name="示例市科学技术局",
    domain="kjj.example.gov.cn",
    id_code="9900000001",
    icp="示ICP备00000001号-1",
    police="示公网安备 99000000000001号",
    police_url="https://beian.example.gov.cn/",
    party_mark_url="https://bszs.example.cn/",
    find_fault_url="https://zfwzgl.example.gov.cn/?site_code=9900000001",
    host="示例市科学技术局办公室",
    contact=Contact("0990-0000000", "人民路1号", "工作日 9:00—17:00", "000000", "xxgk@example.gov.cn", "0990-0000001"),
    portal_name="门户",
    portal_url="https://kjj.example.gov.cn/",
    apply_url="https://ysq.example.gov.cn/",
    base_url="https://kjj.example.gov.cn/zfxxgk/",
    menu=MENU,
    has_search=True,
    digest="full",
)
TAGS = (("SiteName", "示例市科学技术局"), ("ColumnName", "规范性文件"), ("ColumnDescription", "说明“甲”&乙"))
ROWS = tuple(
    Row(
        title=f"示例市科学技术局关于印发《示例市科技计划项目管理办法》的通知（{i}）",
        url=f"doc/办法-{i}/index.html",
        pub_date="2026-01-02",
        doc_no=f"示科发规〔2026〕{i}号",
        written_date="2026-01-01",
        validity="现行有效",
        caption="（2026年1月1日公布）",
        number=i,
        summary="概述",
        index_no=f"000/2026-{i:05}",
        downloads=(FileLink("下载文字版", "doc/a/a.docx", "DOCX", "1 KB"),),
        badge="草稿",
    )
    for i in range(1, 21)
)
BARE_ROW = Row("标题", "doc/a/index.html", "2026-01-02")
BARE_PAGER = Pager(1, 1, 1)
FULL_PAGER = Pager(
    2,
    9,
    180,
    "a/index.html",
    "a/index.html",
    "a/page/3/index.html",
    "a/page/9/index.html",
    (
        PageLink(1, "a/index.html"),
        PageLink(2, "a/page/2/index.html", True),
        PageLink(0, ""),
        PageLink(9, "a/page/9/index.html"),
    ),
)
BARE_UPDATE = UpdateRow("2026-01-02", "撤回", "withdrawn", "某文件", "")
FULL_UPDATE = UpdateRow(
    "2026-01-02", "废止", "repealed", "甲", "doc/a/index.html", "正文", "乙", "doc/b/index.html", "栏目"
)


def frame(shell: Shell = BARE_SHELL, *, is_full: bool = False) -> Frame:
    """A frame with nothing, or with everything."""
    if not is_full:
        return Frame(shell, "标题", "", (), ())
    trail = (Crumb("政府信息公开", "index.html"), Crumb("栏目", "fd-01/index.html"), Crumb("正文"))
    feeds = (Crumb("订阅", "a/atom.xml"),)
    return Frame(FULL_SHELL, "标题_某局", "https://x/a/", TAGS, trail, "fd-01-1", ("fd-01", "fd-01-1"), feeds, True)


def list_page(style: str, rows: tuple[Row, ...], *, is_full: bool = False) -> ListPage:
    """A column's list."""
    pager = FULL_PAGER if is_full else BARE_PAGER
    children = MENU[0].children if is_full else ()
    texts = ("全名", "说明", "依据") if is_full else ("", "", "")
    return ListPage(
        frame(is_full=is_full),
        "栏目",
        *texts,
        style,
        rows,
        pager,
        children,
        ("要素",) if is_full else (),
        "" if rows else "本栏目目前没有信息。",
        "search/index.html?column=a" if is_full else "",
        (LibraryTab("current", "现行有效", "a/index.html", 180), LibraryTab("ended", "废止", "a/ended/index.html", 0))
        if is_full
        else (),
        "current" if is_full else "",
        (FileLink("制度文件汇编", "a/compilation/index.html", "网页", ""),) if is_full else (),
        is_full,
    )


VERSIONS = (
    VersionRow("2020-01-01", "2025-12-31", "doc/r/2020-01-01/index.html", "已修改", "某令第1号", "修正"),
    VersionRow("2026-01-01", "", "doc/r-2/index.html", "现行有效", "", "", True, True, "doc/r/compare/index.html"),
)
BARE_DOCUMENT = DocumentPage(
    frame=frame(),
    id="a",
    title="某通知",
    badge="",
    layout="national",
    table=(),
    columns=1,
    caption="",
    pub_date="",
    source="",
    validity="",
    notice=None,
    body="",
    outline=(),
    facts=(),
    roles=(),
    attachments=(),
    relations=(),
    revisions=(),
    history=(),
    history_note="",
    doc_no="",
    style="plain",
    is_official=False,
)
FULL_DOCUMENT = DocumentPage(
    frame=frame(is_full=True),
    id="a",
    title="某“通知”<一>",
    badge="草稿",
    layout="national",
    table=(
        (Cell("索引号", (Crumb("1"),)), Cell("主题", (Crumb("甲", "catalog/甲/index.html"), Crumb("乙")))),
        (Cell("标题", (Crumb("某"),), 2),),
    ),
    columns=2,
    caption="（2026年公布）",
    pub_date="2026-01-02 10:00",
    source="某局",
    validity="废止",
    notice=Notice("废止", "本文件已废止。", "乙", "doc/b/index.html", "第三条", "废止依据"),
    body="<p>正文</p>",
    outline=(Outline("一、总则", "a1", (Outline("（一）", "a2"),)),),
    facts=(("相对人", "某公司"),),
    roles=(("拟稿人", "张某"),),
    attachments=(FileLink("附件", "doc/a/附件1.docx", "DOCX", "35 KB"),),
    relations=(
        RelationGroup(
            "废止",
            (
                RelatedRow("乙", "doc/b/index.html", "乙〔2026〕1号", "2026-01-01", "现行有效", "第一条"),
                RelatedRow("丙", ""),
            ),
        ),
    ),
    revisions=(("2026-01-01", "乙〔2026〕1号", "修正"),),
    history=(FULL_UPDATE, BARE_UPDATE),
    history_note="自2026年起。",
    doc_no="示科发〔2026〕1号",
    style="documents",
    is_official=True,
    previous=ROWS[0],
    next=BARE_ROW,
    siblings=ROWS[:2],
    downloads=(FileLink("文字版（Word）", "doc/a/a.docx", "DOCX", "", "某通知.docx"),),
    versions=VERSIONS,
    rule=Crumb("某规定", "doc/r/index.html"),
    compare_url="doc/a/compare/index.html",
    corrections=(CorrectionRow("2026-02-01", "甲", "乙", "印错"), CorrectionRow("2026-02-02", "", "", "说明")),
    picture=Picture(
        height=108,
        middle=("某通知",),
        points=(
            PicturePoint(("乙",), "乙", "doc/b/index.html", 0, 30, "废止", True),
            PicturePoint(("丙",), "丙", "", 60, -30, "依据", False),
        ),
        rest="等32件",
        text="废止本文件的文件：乙。",
    ),
    since="自2026年1月1日起",
)


def comparison(*, is_full: bool) -> ComparePage:
    """Two texts of a rule."""
    old, new = VERSIONS
    pieces = ((Piece("甲"), Piece("乙", "ins"), Piece("丙", "del")),)
    parts = (
        ChangedPart("第一条", "changed", "a1", pieces, "有改动", (Crumb("原文", "doc/r/index.html#第一条"),)),
        ChangedPart("第二条至第九条", "same", "a2", pieces, "", (Crumb("原文", "doc/r/index.html#第二条"),)),
    )
    rule, others = Crumb("某规定", "doc/r/index.html"), (Crumb("另一对", "doc/r/compare/b/index.html"),)
    if not is_full:
        return ComparePage(frame(), rule, old, new, (), (), (), "没有改动")
    jumps = (Crumb("第一条　有改动", "#a1"),)
    return ComparePage(
        frame(is_full=True), rule, old, new, VERSIONS, others, parts, "共修改1条", jumps, "doc/r/index.html"
    )


def compilation(*, is_full: bool) -> CompilationPage:
    """制度文件汇编 of a library."""
    texts = (
        CompiledText("某“规定”", "doc/r/index.html", "r", "某令第1号", "（2026年公布）", "<p>正文</p>", (), "已修改"),
        CompiledText("某《通知》", "doc/a/index.html", "a", "", "", "<p>正文</p>"),
    )
    numbers = (("2026年制发", 1), ("现行有效", 2))
    files = (FileLink("全部文件打包下载", "a/compilation/a.zip", "ZIP", ""),)
    back = Crumb("栏目", "a/index.html")
    if not is_full:
        return CompilationPage(frame(), "栏目现行有效文件目录", "", (), (), back, is_whole=False)
    return CompilationPage(frame(is_full=True), "栏目制度文件汇编", "2026-01-02", texts, files, back, numbers)


def tasks_of(is_full: bool) -> list[Task]:
    """One task for each template of the theme, with all optional fields empty or all full."""
    shown = frame(is_full=is_full)
    rows = ROWS if is_full else (BARE_ROW,)
    updates = (FULL_UPDATE, BARE_UPDATE) if is_full else ()
    items = MENU[:2] if is_full else ()
    pager = FULL_PAGER if is_full else BARE_PAGER
    document = FULL_DOCUMENT if is_full else BARE_DOCUMENT
    entry = Entry("zn", "指南", "zn/index.html", "说明" if is_full else "", 0, (), items)
    url = "search/index.html" if is_full else ""
    pairs = (
        ComparedText(VERSIONS[0], ()),
        ComparedText(VERSIONS[1], (Crumb("与上一文本", "doc/r/compare/a/index.html"),)),
    )
    pages: list[tuple[str, object, str]] = [
        (
            "index.html",
            HomePage(shown, "", (entry,), rows if is_full else (), updates, "本月动态", 1, 1, 1, ""),
            "home.html",
        ),
        ("a/page/2/index.html", list_page("documents", rows, is_full=is_full), "list.html"),
        ("b/index.html", list_page("regulation", rows, is_full=is_full), "list.html"),
        ("c/index.html", list_page("plain", rows, is_full=is_full), "list.html"),
        ("d/index.html", list_page("annual", (), is_full=is_full), "list.html"),
        ("doc/a/index.html", document, "document.html"),
        ("zn/index.html", document, "single.html"),
        ("doc/r/compare/a/index.html", comparison(is_full=is_full), "compare.html"),
        (
            "doc/r/compare/index.html",
            ComparisonsPage(shown, Crumb("某规定", "doc/r/index.html"), pairs if is_full else ()),
            "comparisons.html",
        ),
        ("a/compilation/index.html", compilation(is_full=is_full), "compilation.html"),
        (
            "catalog/index.html",
            CatalogPage(shown, "目录", rows if is_full else (), pager, items, items, url),
            "catalog.html",
        ),
        ("updates/index.html", UpdatesPage(shown, "动态", "", updates, pager, items, items, items), "updates.html"),
        ("search/index.html", SearchPage(shown, "pairs", 1, items, items, "catalog/index.html", url), "search.html"),
        ("doc/gone/index.html", WithdrawnPage(shown, "2026-01-02", "理由" if is_full else ""), "withdrawn.html"),
        ("sitemap/index.html", MapPage(shown, items), "map.html"),
        ("404.html", NotFoundPage(shown, "/zfxxgk/"), "404.html"),
        ("old/a.html", RedirectPage(shown, "doc/a/index.html", "某" if is_full else ""), "redirect.html"),
    ]
    return [Task(path, "html", page, template) for path, page, template in pages]


@pytest.fixture(scope="module")
def kit() -> Kit:
    return read_theme(THEMES, "standard")


def produce(task: Task, kit: Kit) -> str:
    return FORMATS[task.format].produce(task, kit).decode()


# ---------------------------------------------------------------- addresses and dates

_names = st.text(st.characters(categories=("L", "N"), include_characters="-_.〔〕（） "), min_size=1).filter(
    lambda name: name.strip(".")
)
_paths = st.lists(_names, min_size=1, max_size=4).map("/".join)


@given(page=_paths, target=_paths, fragment=st.one_of(st.just(""), _names))
def test_a_link_followed_from_its_page_leads_to_its_target(page: str, target: str, fragment: str) -> None:
    wanted = f"{target}#{fragment}" if fragment else target
    link = address(wanted, root_of(page))
    assert link.isascii()
    base = "https://site.example/a/b/"
    assert unquote(urljoin(base + address(page, ""), link)) == base + wanted


@pytest.mark.parametrize("target", ["https://www.gov.cn/a?b=1#c", "mailto:a@b.cn", "#第一条"])
def test_addresses_with_a_scheme_and_fragments_do_not_depend_on_the_page(target: str) -> None:
    assert unquote(address(target, "../../")) == target


def test_dates_are_written_as_in_running_text() -> None:
    assert date_cn("2026-11-02") == "2026年11月2日"
    assert date_cn("2026-11-02 10:00") == "2026年11月2日 10:00"
    assert date_cn("近日") == "近日"


# ---------------------------------------------------------------- the standard theme


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("theme", ["standard", "plain-blue"])
def test_every_template_renders_with_its_optional_fields_empty_and_full(theme: str, is_full: bool) -> None:
    kit = read_theme(THEMES, theme)
    tasks = tasks_of(is_full)
    pages = {name.removeprefix("templates/") for name in kit.files if name.startswith("templates/")}
    partials = {
        "base.html",
        "brand.html",
        "search-box.html",
        "trail.html",
        "menu.html",
        "footer.html",
        "parts.html",
        "404.css",
    }
    assert {task.template for task in tasks} == {name for name in pages - partials if name.endswith(".html")}
    for task in tasks:
        text = produce(task, kit)
        assert text == produce(task, kit), "the same task gives the same bytes"
        assert "\r" not in text
        assert text.count("<h1") == 1, task.path
        assert text.count("<main") == 1, task.path
        assert '<html lang="zh-CN">' in text
        ids = re.findall(r'\bid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), task.path
        assert not re.search(r"\bon[a-z]+=|javascript:", text), "a strict Content-Security-Policy forbids it"
        assert "None" not in text


def test_pages_load_nothing_from_another_host(kit: Kit) -> None:
    for task in tasks_of(is_full=True):
        text = produce(task, kit)
        loaded = re.findall(
            r'<(?:script|img|iframe)[^>]*src="([^"]*)"|<link rel="(?:stylesheet|icon)"[^>]*href="([^"]*)"', text
        )
        assert loaded, task.path
        assert not any(":" in one or one.startswith("//") for pair in loaded for one in pair), task.path
    for name, data in kit.files.items():
        if name.startswith("assets/") and name.endswith(".css"):
            assert b"url(" not in data
            assert b"@import" not in data


def test_each_page_tag_stands_exactly_once(kit: Kit) -> None:
    for task in tasks_of(is_full=True):
        text = produce(task, kit)
        for name, content in TAGS:
            assert re.findall(f'<meta name="{name}" content="([^"]*)">', text) == [
                html.escape(content, quote=False).replace('"', "&#34;")
            ]
        assert len(re.findall('<meta name="description"', text, re.IGNORECASE)) == 1


def test_every_page_has_the_header_and_the_seven_marks(kit: Kit) -> None:
    marks = (
        "党政机关网站标识",
        "我为政府网站找错",
        "9900000001",
        "示ICP备00000001号-1",
        "示公网安备",
        "主办单位",
        "联系方式",
    )
    for task in tasks_of(is_full=True):
        header, footer = produce(task, kit).split("<main")[0], produce(task, kit).split("</main>")[1]
        assert "示例市科学技术局" in header
        assert "政府信息公开" in header
        assert all(mark in footer for mark in marks), task.path


def test_marks_that_are_empty_are_left_out(kit: Kit) -> None:
    footer = produce(Task("404.html", "html", NotFoundPage(frame(), "/"), "404.html"), kit).split("</main>")[1]
    assert not any(word in footer for word in ("备案", "标识码", "主办单位", "联系方式", 'href=""'))


def test_links_begin_with_the_way_from_the_page_to_the_root(kit: Kit) -> None:
    text = produce(tasks_of(is_full=True)[1], kit)
    assert 'href="../../../doc/%E5%8A%9E%E6%B3%95-1/index.html"' in text
    assert 'href="../../../assets/style.css?v=' in text


def test_the_page_for_lost_readers_links_from_the_root_of_the_server(kit: Kit) -> None:
    text = produce(Task("404.html", "html", NotFoundPage(frame(), "/zfxxgk/"), "404.html"), kit)
    assert 'href="/zfxxgk/catalog/index.html"' in text
    assert "<style>" in text


def test_text_is_escaped_but_the_body_is_not(kit: Kit) -> None:
    text = produce(Task("doc/a/index.html", "html", FULL_DOCUMENT, "document.html"), kit)
    assert "<h1>某“通知”&lt;一&gt;" in text
    assert "<p>正文</p>" in text


def test_the_branch_of_the_page_is_open_and_its_column_marked(kit: Kit) -> None:
    text = produce(tasks_of(is_full=True)[1], kit)
    assert text.count("<details open>") == 1
    assert re.findall(r'href="([^"]*)" aria-current="true"', text) == ["../../../fd-01-1/index.html"]


def test_feeds_and_site_maps_are_well_formed(kit: Kit) -> None:
    entry = FeedEntry("urn:1", "甲<乙>&丙", "https://x/1", "2026-01-02T00:00:00+08:00", "")
    feed = Feed("urn:x", "动态", "https://x/", "https://x/atom.xml", "2026-01-02T00:00:00+08:00", "某局", (entry,))
    tree = ElementTree.fromstring(produce(Task("a.xml", "html", feed, "feed.xml"), kit))
    assert tree.findtext("{*}entry/{*}title") == "甲<乙>&丙"
    tree = ElementTree.fromstring(
        produce(Task("s.xml", "html", Sitemap((("https://x/?a=1&b=2", ""),)), "sitemap.xml"), kit)
    )
    assert tree.findtext("{*}url/{*}loc") == "https://x/?a=1&b=2"
    robots = produce(Task("robots.txt", "html", Robots("https://x/s.xml?a&b"), "robots.txt"), kit)
    assert robots.splitlines() == ["User-agent: *", "Allow: /", "", "Sitemap: https://x/s.xml?a&b"]
    assert "Sitemap" not in produce(Task("robots.txt", "html", Robots(""), "robots.txt"), kit)


def test_the_theme_keeps_within_its_weights(kit: Kit) -> None:
    kilobyte = 1024

    def size(task: Task) -> int:
        return len(FORMATS[task.format].produce(task, kit))

    assert size(Task("assets/style.css", "asset", AssetFile("style.css"))) <= 24 * kilobyte
    assert size(Task("assets/app.js", "asset", AssetFile("app.js"))) <= 8 * kilobyte
    assert sum(1 + len(item.children) for item in MENU) == 110
    for style in ("documents", "regulation", "plain"):
        assert (
            size(Task("a/page/2/index.html", "html", list_page(style, ROWS, is_full=True), "list.html"))
            <= 30 * kilobyte
        )
    assert size(Task("doc/a/index.html", "html", FULL_DOCUMENT, "document.html")) <= 20 * kilobyte


# ---------------------------------------------------------------- assets and copies


def test_the_style_sheet_begins_with_the_variables_of_the_theme(kit: Kit) -> None:
    text = produce(Task("assets/style.css", "asset", AssetFile("style.css")), kit)
    assert text.startswith(":root{--")
    assert "--main:#a61b1b" in text.splitlines()[0]


def test_the_address_of_the_style_sheet_changes_with_a_variable(kit: Kit) -> None:
    task = tasks_of(is_full=False)[0]
    version = re.compile(r"style\.css\?v=([0-9a-f]{10})\"")
    before = version.findall(produce(task, kit))
    after = version.findall(produce(task, replace(kit, variables=(("main", "#123456"),))))
    assert len(before) == len(after) == 1
    assert before != after


def test_every_asset_of_the_theme_is_a_task(kit: Kit) -> None:
    tasks = {task.path: task for task in asset_tasks(kit)}
    assert {"assets/style.css", "assets/app.js", "assets/favicon.svg"} <= set(tasks)
    assert all(FORMATS[task.format].produce(task, kit) for task in tasks.values())


def test_a_script_that_is_not_utf_8_is_copied_as_it_is(kit: Kit) -> None:
    script = "// 问候\nalert('您好')\n".encode("gbk")
    own = replace(kit, files={**kit.files, "assets/own.js": script})
    assert FORMATS["asset"].produce(Task("assets/own.js", "asset", AssetFile("own.js")), own) == script


def test_an_asset_the_theme_does_not_have_is_named(kit: Kit) -> None:
    with pytest.raises(SitegenError, match=r"assets/none\.css"):
        produce(Task("assets/none.css", "asset", AssetFile("none.css")), kit)


def test_a_copy_is_the_file_and_a_changed_file_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "附件.docx"
    file.write_bytes(b"one")
    digest = hashlib.blake2b(b"one", digest_size=32).hexdigest()
    kit = Kit(files={}, sources={digest: str(file)})
    task = Task("doc/a/附件.docx", "copy", CopyFile(digest))
    assert FORMATS["copy"].produce(task, kit) == b"one"
    file.write_bytes(b"two")
    with pytest.raises(SitegenError, match="被改动"):
        FORMATS["copy"].produce(task, kit)
    file.unlink()
    with pytest.raises(SitegenError, match="读不到"):
        FORMATS["copy"].produce(task, kit)


# ---------------------------------------------------------------- what surrounds a page


def page_kit(**templates: str) -> Kit:
    """A kit with these templates, and two assets."""
    files = {f"templates/{name}.html": text.encode() for name, text in templates.items()}
    return Kit(files={**files, "assets/a.js": b"a", "assets/style.css": b"b"})


def page_task(path: str = "x.html", shell: Shell = FULL_SHELL, **values: object) -> Task:
    """A task for the template page.html."""
    return Task(path, "html", RedirectPage(replace(frame(is_full=True), shell=shell, **values), "", ""), "page.html")


@pytest.mark.parametrize("digest", ["", "full"])
def test_surround_gives_what_include_gives(kit: Kit, digest: str) -> None:
    names = "{% set shell, current, open = page.frame.shell, page.frame.current, page.frame.open %}"
    for part in ("menu", "brand", "footer", "search-box"):
        ways = f"{{% include 'templates/{part}.html' %}}", f"{{{{ surround('templates/{part}.html') }}}}"
        one, other = (
            replace(kit, files={**kit.files, "templates/page.html": f"{names}[{way}]".encode()}) for way in ways
        )
        for path in ("x.html", "a/b/x.html", "x.html"):
            for current, above in (("", ()), ("fd-01-1", ("fd-01", "fd-01-1")), ("fd-02", ("fd-02",))):
                task = page_task(path, replace(FULL_SHELL, digest=digest), current=current, open=above)
                assert produce(task, one) == produce(task, other)


def test_a_surrounding_is_that_of_the_shell_of_the_page() -> None:
    kit = page_kit(page="{{ surround('templates/a.html') }}", a="{{ shell.agency }} {{ current }} {{ root }}")
    unnamed = replace(FULL_SHELL, digest="")
    assert produce(page_task(shell=unnamed), kit) == "示例市科学技术局 fd-01-1 "
    assert produce(page_task(shell=replace(unnamed, agency="乙")), kit) == "乙 fd-01-1 "
    assert produce(page_task(), kit) == "示例市科学技术局 fd-01-1 "
    assert produce(page_task(shell=replace(FULL_SHELL, agency="丙", digest="3")), kit) == "丙 fd-01-1 "
    assert produce(page_task("a/x.html", current="b"), kit) == "示例市科学技术局 b ../"
    assert produce(page_task(), kit) == "示例市科学技术局 fd-01-1 "


def test_a_surrounding_is_rendered_once_for_many_pages() -> None:
    kit = page_kit(page="{{ surround('templates/a.html') }}", a="{{ shell.menu[0].name }}")
    first, other = (replace(FULL_SHELL, menu=(replace(MENU[0], name=name),)) for name in "甲乙")
    assert [produce(page_task(shell=shell), kit) for shell in (first, other)] == ["甲", "甲"]  # the digest decides


def test_many_surroundings_are_each_their_own() -> None:
    kit = page_kit(page="{{ surround('templates/a.html') }}", a="{{ current }}")
    for _ in range(2):
        for number in range(1100):  # more than are kept
            assert produce(page_task(current=str(number)), kit) == str(number)


def test_nothing_of_the_page_reaches_a_surrounding() -> None:
    kit = page_kit(page="{% set own = 1 %}\n{{ surround('templates/a.html') }}", a="\n\n{{ page.title }}")
    with pytest.raises(SitegenError, match=r"templates/a\.html 第 3 行 .*'page' is undefined"):
        produce(page_task(), kit)
    with pytest.raises(SitegenError, match=r"templates/a\.html 第 1 行 .*'own' is undefined"):
        produce(page_task(), replace(kit, files={**kit.files, "templates/a.html": b"{{ own }}"}))


def test_a_page_without_a_frame_has_no_surroundings() -> None:
    kit = page_kit(page="\n{{ surround('templates/a.html') }}", a="")
    with pytest.raises(SitegenError, match=r"templates/page\.html 第 2 行 .*page\.frame"):
        produce(Task("robots.txt", "html", Robots(""), "page.html"), kit)


def test_a_child_theme_replaces_what_surrounds_a_page(tmp_path: Path) -> None:
    write_theme(tmp_path, "own", "parent: standard", menu="<nav>自己的{{ current }}</nav>")
    text = produce(tasks_of(is_full=True)[1], read_theme(tmp_path, "own"))
    assert "<nav>自己的fd-01-1</nav>" in text
    assert 'class="menu"' not in text


def test_links_are_those_of_the_page_in_every_template() -> None:
    page = (
        "{% import 'templates/m.html' as m %}{% from 'templates/m.html' import link with context %}"
        "{{ 'x.html' | href }} {{ m.link('y.html') }} {{ link('z.html') }} {{ 'a.js' | asset }}"
    )
    kit = page_kit(page=page, m="{% macro link(url) %}{{ url | href }}{{ root }}{% endmacro %}")
    for path, root in (("x.html", ""), ("a/b/x.html", "../../"), ("x.html", ""), ("a/x.html", "../")):
        text = produce(page_task(path), kit)
        assert text.startswith(f"{root}x.html {root}y.html{root} {root}z.html{root} {root}assets/a.js?v=")


def test_a_link_is_escaped_whatever_was_linked_before() -> None:
    kit = page_kit(page="{{ 'https://x/?a&b' | safe | href }} {{ 'https://x/?a&b' | href }}")
    assert produce(page_task(), kit) == "https://x/?a&b https://x/?a&amp;b"


# ---------------------------------------------------------------- what a page depends on

_FAMILY = {
    "page": "{% extends 'templates/base.html' %}{% from 'templates/m.html' import m %}{{ m() }}",
    "base": "{% block a %}{% include ['templates/part.html', 'templates/none.html'] %}{% endblock %}"
    "{{ surround('templates/around.html') }}",
    "m": "{% macro m() %}{% import 'templates/deep.html' as deep %}{% endmacro %}",
    "part": "{{ 'style.css' | asset }}",
    "around": "{% include 'templates/inside.html' %}",
    "deep": "1",
    "inside": "1",
    "other": "{{ 'a.js' | asset }}",
}


def fingerprint(kit: Kit, template: str = "page.html") -> str:
    """What FORMATS says; the same with the templates as code."""
    found = FORMATS["html"].fingerprint(template, kit)
    assert found == FORMATS["html"].fingerprint(template, replace(kit, compiled=compile_templates(kit)))
    return found


@pytest.mark.parametrize("name", sorted(_FAMILY))
def test_a_page_depends_on_every_template_it_names_however_far(name: str) -> None:
    kit = page_kit(**_FAMILY)
    changed = replace(kit, files={**kit.files, f"templates/{name}.html": _FAMILY[name].encode() + b" "})
    assert (fingerprint(changed) == fingerprint(kit)) == (name == "other")


def test_a_page_depends_on_the_assets_it_names_and_through_them_on_the_variables() -> None:
    kit = page_kit(**_FAMILY)
    css = replace(kit, files={**kit.files, "assets/style.css": b"c"})
    script = replace(kit, files={**kit.files, "assets/a.js": b"c"})
    red = replace(kit, variables=(("main", "red"),))
    assert len({fingerprint(one) for one in (kit, css, red)}) == 3
    assert fingerprint(script) == fingerprint(kit)
    assert fingerprint(script, "other.html") != fingerprint(kit, "other.html")
    assert fingerprint(red, "other.html") == fingerprint(kit, "other.html")


@pytest.mark.parametrize(
    "text",
    [
        "{{ page.title | asset }}",
        "{{ ['a.js'] | map('asset') | join }}",
        "{{ ['a.js'] | map(page.title) | join }}",
        "{% filter asset %}a.js{% endfilter %}",
    ],
)
def test_a_page_whose_assets_are_computed_depends_on_all_of_them(text: str) -> None:
    kit = page_kit(page=text)
    script = replace(kit, files={**kit.files, "assets/a.js": b"c"})
    more = replace(kit, files={**kit.files, "assets/b.js": b""})
    assert len({fingerprint(one) for one in (kit, script, more)}) == 3


def test_a_template_or_asset_that_is_missing_counts_when_it_comes() -> None:
    kit = page_kit(page="{% include 'templates/a.html' ignore missing %}{% if false %}{{ 'b.js' | asset }}{% endif %}")
    part = replace(kit, files={**kit.files, "templates/a.html": b""})
    asset = replace(kit, files={**kit.files, "assets/b.js": b""})
    assert len({fingerprint(one) for one in (kit, part, asset)}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "{% include page.title %}",
        "{% include ['templates/page.html', page.title] %}",
        "{% extends 'a' ~ 'b' %}",
        "{% import page.title as a %}",
        "{{ surround(page.title) }}",
        "{{ surround(name='a') }}",
        "{% set other = surround %}",
        "{{ ['a'] | map(surround) }}",
    ],
)
def test_a_computed_template_name_is_refused_with_its_line(text: str) -> None:
    kit = page_kit(page="{% include 'templates/part.html' %}", part=f"\n{text}")
    for made in (FORMATS["html"].fingerprint, lambda _, kit: produce(page_task(), kit)):
        with pytest.raises(SitegenError, match=r"templates/part\.html 第 2 行出错：模板的名字要直接写在引号里"):
            made("page.html", kit)


def test_a_broken_template_stops_only_the_pages_that_need_it() -> None:
    kit = page_kit(page="1", other="{% if %}")
    kit = replace(kit, compiled=compile_templates(kit))
    assert set(kit.compiled) == {"templates/page.html"}
    assert FORMATS["html"].fingerprint("page.html", kit)
    with pytest.raises(SitegenError, match=r"templates/other\.html 第 1 行"):
        FORMATS["html"].fingerprint("other.html", kit)


def test_an_asset_depends_on_its_bytes() -> None:
    kit = page_kit()
    red = replace(kit, variables=(("main", "red"),), files={**kit.files, "assets/b.js": b""})
    before, after = (
        {task.path: FORMATS["asset"].fingerprint(task.template, one) for task in asset_tasks(one)} for one in (kit, red)
    )
    assert before["assets/a.js"] == after["assets/a.js"]
    assert before["assets/style.css"] != after["assets/style.css"]


# ---------------------------------------------------------------- templates as code


@pytest.mark.parametrize("theme", ["standard", "plain-blue"])
def test_templates_as_code_give_the_same_pages(theme: str) -> None:
    kit = read_theme(THEMES, theme)
    ready = replace(kit, compiled=compile_templates(kit))
    assert compile_templates(ready) == ready.compiled
    for task in tasks_of(is_full=True):
        assert produce(task, kit) == produce(task, ready) == produce(task, pickle.loads(pickle.dumps(ready)))


_SOURCE = b"text"
_PACKED = pack("a", _SOURCE, Compiled(("b", "c"), None, b"code\n\x00"))


def test_what_is_packed_comes_back() -> None:
    for template in (Compiled(("b", "c"), None, b"code\n\x00"), Compiled((), ("x.js",), b"")):
        assert unpack("a", _SOURCE, pack("a", _SOURCE, template)) == template


@given(st.integers(0, len(_PACKED) - 1), st.integers(1, 255))
def test_code_with_any_byte_changed_is_not_used(at: int, by: int) -> None:
    damaged = bytearray(_PACKED)
    damaged[at] ^= by
    assert unpack("a", _SOURCE, bytes(damaged)) is None


@given(st.integers(0, len(_PACKED) - 1))
def test_code_cut_short_is_not_used(size: int) -> None:
    assert unpack("a", _SOURCE, _PACKED[:size]) is None


def test_code_of_another_template_text_or_jinja_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unpack("b", _SOURCE, _PACKED) is None
    assert unpack("a", b"another text", _PACKED) is None
    with monkeypatch.context() as patched:
        patched.setattr(compiled, "made_by", lambda: "another Python or Jinja")
        foreign = pack("a", _SOURCE, Compiled((), (), b""))
    assert unpack("a", _SOURCE, foreign) is None


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1] + b"?", lambda data: b"", lambda data: pack("x", b"", Compiled((), (), b"?"))]
)
def test_pages_are_right_whatever_is_kept(spoil: Callable[[bytes], bytes]) -> None:
    kit = page_kit(**_FAMILY)
    kept = {name: spoil(data) for name, data in compile_templates(kit).items()}
    spoiled = replace(kit, compiled=kept)
    assert produce(page_task(), spoiled) == produce(page_task(), kit)
    assert FORMATS["html"].fingerprint("page.html", spoiled) == fingerprint(kit)


def test_where_nothing_is_rendered_jinja_is_not_loaded(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "kit").write_bytes(pickle.dumps(replace(kit, compiled=compile_templates(kit))))
    program = """
import pickle, sys
from pathlib import Path
from sitegen.formats import FORMATS, asset_tasks
kit = pickle.loads(Path(sys.argv[1]).read_bytes())
print(FORMATS["html"].fingerprint("document.html", kit))
for task in asset_tasks(kit):
    FORMATS[task.format].fingerprint(task.template, kit)
print([name for name in sys.modules if name.startswith(("jinja2", "markupsafe"))])
"""
    command = [sys.executable, "-c", program, str(tmp_path / "kit")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=THEMES.parent)
    assert done.stdout.split("\n") == [fingerprint(kit, "document.html"), "[]", ""]


# ---------------------------------------------------------------- themes


def write_theme(themes: Path, name: str, settings: str = "", **templates: str) -> None:
    (themes / name / "templates").mkdir(parents=True)
    (themes / name / "theme.yaml").write_text(f"name: {name}\n{settings}", encoding="utf-8")
    for template, text in templates.items():
        (themes / name / "templates" / f"{template}.html").write_text(text, encoding="utf-8")


def test_a_child_theme_replaces_extends_and_inherits(tmp_path: Path) -> None:
    parent = "<{% block a %}1{% endblock %}{% include 'templates/part.html' %}>"
    write_theme(tmp_path, "old", "variables: {main: '#111', ink: '#222'}", page=parent, part="p", other="o")
    child = "{% extends 'old/templates/page.html' %}{% block a %}2{{ super() }}{% endblock %}"
    write_theme(tmp_path, "new", "parent: old\nvariables: {main: '#333'}", page=child, part="q")
    kit = read_theme(tmp_path, "new")
    assert produce(Task("x.html", "html", frame(), "page.html"), kit) == "<21q>"
    assert produce(Task("x.html", "html", frame(), "other.html"), kit) == "o"
    assert dict(kit.variables) == {"main": "#333", "ink": "#222"}
    assert kit.files["old/templates/part.html"] == b"p"


def test_the_second_theme_differs_in_colour_and_frame_only() -> None:
    standard, blue = read_theme(THEMES, "standard"), read_theme(THEMES, "plain-blue")
    task = tasks_of(is_full=True)[1]
    assert "您现在的位置" in produce(task, blue)
    assert "您现在的位置" not in produce(task, standard)
    assert dict(blue.variables)["main"] != dict(standard.variables)["main"]
    assert blue.files["assets/style.css"] == standard.files["assets/style.css"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("parent: b", "绕成了圈：a → b → a"),
        ("parent: none", "找不到主题“none”"),
        ("colour: red", "不认识的键“colour”"),
        ("variables: {main: 'red;} body{display:none'}", "不能写进样式表"),
        ("variables: {main: }", "不能写进样式表"),
        ("variables: red", "variables 应由"),
        ("parent: [b]", "parent 应是"),
        ("name: c", "应与文件夹同名"),
        ("title: [", "不是有效的 YAML"),
    ],
)
def test_a_theme_that_cannot_be_used_is_explained(tmp_path: Path, settings: str, message: str) -> None:
    write_theme(tmp_path, "a", settings)
    write_theme(tmp_path, "b", "parent: a")
    with pytest.raises(SitegenError, match=re.escape(message)):
        read_theme(tmp_path, "a")


@pytest.mark.parametrize("name", ["..", "", "a/b", "none"])
def test_only_a_folder_of_themes_is_a_theme(tmp_path: Path, name: str) -> None:
    with pytest.raises(SitegenError, match="找不到主题"):
        read_theme(tmp_path, name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n{{ page.nothing }}", "templates/page.html 第 2 行"),
        ("a\n\n{% if %}", "templates/page.html 第 3 行"),
        ("{% include 'templates/none.html' %}", "templates/page.html 第 1 行"),
        ("{% from 'templates/page.html' import none %}{{ none() }}", "templates/page.html 第 1 行"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    write_theme(tmp_path, "a", page=text)
    with pytest.raises(SitegenError, match=message):
        produce(Task("x.html", "html", frame(), "page.html"), read_theme(tmp_path, "a"))


def test_a_template_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    write_theme(tmp_path, "a")
    (tmp_path / "a" / "templates" / "page.html").write_bytes("中".encode("gbk"))
    with pytest.raises(SitegenError, match=r"themes/a/templates/page\.html 不是 UTF-8"):
        read_theme(tmp_path, "a")
