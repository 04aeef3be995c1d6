"""Turn one finished page into what is wrong in it alone, and what the checks across pages need to know of it.

Exports `inspect_page`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from sitegen.inspection.addresses import Elsewhere, Inside, Odd, place_of
from sitegen.inspection.facts import Fault, PageFacts, SiteFacts, Surround
from sitegen.inspection.styles import colours_in, foreign_load

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_Attributes = Mapping[str, str | None]

_LOADED_RELS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest", "preconnect", "dns-prefetch"}
_IMAGE_NAMES = re.compile(
    r"(?:.*\.(?:png|jpe?g|gif|webp|bmp)|(?:img|dsc|image|图片|微信图片|截图)[-_ ]?[\d_ -]*)", re.IGNORECASE
)
_FILE = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|wps|et|dps|ofd|zip|rar|7z|csv|txt|rtf|odt|ods|mp[34])$", re.IGNORECASE)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(字节|bytes?|[kmg]i?b|[kmg](?![a-z])|b(?![a-z]))", re.IGNORECASE)
_FORMAT = re.compile(
    r"(?<![a-z0-9.])(pdf|docx?|xlsx?|pptx?|wps|et|ofd|zip|rar|csv|txt|jpe?g|png)(?![a-z0-9])", re.IGNORECASE
)
_LEAVING = re.compile(r"站外|外部链接|外链|即将离开|离开本|↗")
_LEAVING_NAMES = re.compile(r"\b(?:external|outer|outlink|leave|offsite)")
_PUB_DATE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_DAY = r"\d{4}\s*(?:年|[-/.．])\s*\d{1,2}\s*(?:月|[-/.．])\s*\d{1,2}(?:日(?!期))?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
_SHOWN_DAY = re.compile(rf"发布(?:时间|日期|日)\s*[:：]?\s*({_DAY})")
_RIGHT_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?")
_ID_CODE = re.compile(r"标识码[:：]?\s*(bm\d{8}|\d{10})", re.IGNORECASE)
_REFRESH = re.compile(r"\s*([\d.]+)\s*(?:[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]*)['\"]?)?\s*$", re.IGNORECASE)
_NO_ZOOM = re.compile(r"user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=\s*(?:1(?:\.\d+)?|0)(?:\D|$)", re.IGNORECASE)
_STYLED = (b"style=", b"bgcolor=", b"<font", b"STYLE=", b"BGCOLOR=", b"<FONT")
_ORDERED = re.compile(rb"tabindex=[\"']?0*[1-9]")
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)")
_NOT_IN_MENU = re.compile(
    r"<(?!/?(?:a|ul|ol|li|div|span|details|summary|strong|b|p|dl|dt|dd)\b)|\b(?:href|id)=(?![\"'])|<a\b[^>]*>\s*</a|<a\b[^>]*\son"
)
_HREF = re.compile(r"\shref=[\"']([^\"']*)")
_ID = re.compile(r"\sid=[\"']([^\"']+)")
_NO_SITE = SiteFacts()
_LONG = 1000  # characters
_CANNOT_TYPE = ("hidden", "submit", "button", "image", "reset")
_FEW = 20  # characters: less is no content
_CONAC = "conac.cn"
_FAULT_HOST = "zfwzgl.www.gov.cn"


@dataclass(slots=True)
class _Part:
    """What was found inside <main>, or outside it. Dictionaries for their order."""

    links: dict[str, None] = field(default_factory=dict)
    anchors: dict[str, None] = field(default_factory=dict)
    loads: dict[str, None] = field(default_factory=dict)
    images: dict[str, None] = field(default_factory=dict)
    externals: dict[str, bool] = field(default_factory=dict)


@dataclass(slots=True)
class _Page:
    """A page while it is read."""

    path: str
    site: SiteFacts
    is_document: bool
    inside: _Part = field(default_factory=_Part)
    outside: _Part = field(default_factory=_Part)
    part: _Part = field(default_factory=_Part)  # the one of the two that is being read
    is_inside: bool = False
    faults: dict[Fault, None] = field(default_factory=dict)
    tags: list[tuple[str, str]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    first_heading: str = ""
    ids: list[str] = field(default_factory=list)
    own_anchors: dict[str, None] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    colours: dict[str, None] = field(default_factory=dict)
    header: LexborNode | None = None
    footer: LexborNode | None = None
    first: str | None = None  # where the first thing that can be focused leads; "" for what is no link
    mains: int = 0
    language: str | None = None
    canonical: str = ""
    refresh: tuple[str, str] | None = None  # seconds, address
    is_hidden: bool = False
    labelled: set[str] = field(default_factory=set)
    unlabelled: list[str] = field(default_factory=list)  # ids of controls that have no name of their own
    has_script: bool = False
    has_list: bool = False  # a list of links in <main> was noted without being read as text
    is_styled: bool = False  # some element may write its own colours or order
    unscripted: int = 0  # characters inside <main> that are shown only where there is no script

    def say(self, code: str, message: str, hint: str = "") -> None:
        """Note what is wrong, once."""
        self.faults[code, message, hint] = None


def inspect_page(path: str, data: bytes, site: SiteFacts, *, is_document: bool = False) -> PageFacts:
    """What the page at the output path says. `is_document`: it shows a document, and needs the content tags."""
    from selectolax.lexbor import LexborHTMLParser  # slow to import, and needed only where pages have changed

    page = _Page(path, site, is_document)
    page.part = page.outside
    text = data.decode("utf-8", "replace")
    page.is_styled = _is_styled(data)
    tree = LexborHTMLParser(_without_menus(page, text))
    main = tree.css_first("main,[role=main]") or tree.css_first("article")
    start, end = (main.mem_id, _after(main)) if main else (-1, -1)
    is_styled, ids = page.is_styled, page.ids
    for node in tree.root.traverse() if tree.root else ():
        place = node.mem_id
        if place == start:
            page.part, page.is_inside = page.inside, True
        elif place == end:
            page.part, page.is_inside = page.outside, False
        tag = node.tag or ""
        if is_styled or tag in _READERS:
            _read(page, node, tag)
        elif name := node.id:  # most elements say nothing else
            ids.append(name)
    return _facts(page, tree, main, len(data))


def _after(node: LexborNode) -> int:
    """The element that follows it and all it holds; -1 if none does."""
    at: LexborNode | None = node
    while at is not None:
        after = at.next
        while after is not None and not after.is_element_node:
            after = after.next
        if after is not None:
            return int(after.mem_id)
        at = at.parent
    return -1


def _read(page: _Page, node: LexborNode, tag: str) -> None:
    has: _Attributes = node.attributes
    if (read := _READERS.get(tag)) is not None:
        read(page, node, has)
    if has.get("id"):
        page.ids.append(has["id"] or "")
    if page.is_styled:
        _read_style_of(page, tag, has)


# ---------------------------------------------------------------- menus


def _without_menus(page: _Page, text: str) -> str:
    """The page without its long menus, what they say noted: lists of links are half of many a page, and easily read.

    Only where a menu can be told without parsing, and holds nothing but links and what sets them in order.
    """
    body, main = text.find("<body"), text.find("<main")
    if min(body, main) < 0 or page.is_styled or "<!--" in text or _INLINE_SCRIPT.search(text):
        return text
    end = text.find("</main>", main)
    first = min((at for at in (text.find("<a ", body), text.find("<button", body)) if at >= 0), default=main)
    depth = page.path.count("/")
    pieces, at, start = [], 0, text.find("<nav", first)
    while start >= 0:
        begin, close = text.find(">", start) + 1, text.find("</nav>", start)
        if close < 0:
            break
        inside, is_inside, start = text[begin:close], main < start < end, text.find("<nav", close)
        menu = _menu(inside, depth) if len(inside) >= _LONG else None
        if menu is None:
            continue
        part = page.inside if is_inside else page.outside
        part.links |= dict.fromkeys(menu.links)
        part.anchors |= dict.fromkeys(menu.anchors)
        page.own_anchors |= dict.fromkeys(menu.own_anchors)
        page.ids += menu.ids
        page.has_list = page.has_list or is_inside
        pieces.append(text[at:begin])
        at = close
    return "".join((*pieces, text[at:]))


def _is_styled(data: bytes) -> bool:
    return any(word in data for word in _STYLED) or (b"tabindex=" in data and _ORDERED.search(data) is not None)


class _Menu(NamedTuple):
    """What the inside of a menu says, wherever the page lies that has it."""

    links: tuple[str, ...]
    anchors: tuple[str, ...]
    own_anchors: tuple[str, ...]
    ids: tuple[str, ...]


@lru_cache(maxsize=1024)
def _menu(inside: str, depth: int) -> _Menu | None:
    """What the inside of a menu says on pages this deep; None if it has to be parsed, or says more than links."""
    if _NOT_IN_MENU.search(inside):
        return None
    root = "../" * depth
    page = f"{'x/' * depth}index.html"
    links, anchors, own_anchors = [], [], []
    for href in _HREF.findall(inside):
        place = place_of(page, unescape(href), _NO_SITE) if href.startswith((root, "#")) and ":" not in href else None
        if not isinstance(place, Inside):
            return None
        if href.startswith("#"):
            own_anchors.append(place.fragment)
            continue
        links.append(place.path)
        if place.fragment:
            anchors.append(f"{place.path}#{place.fragment}")
    return _Menu(tuple(links), tuple(anchors), tuple(own_anchors), tuple(map(unescape, _ID.findall(inside))))


def _facts(page: _Page, tree: LexborHTMLParser, main: LexborNode | None, size: int) -> PageFacts:
    kind = _kind(page)
    text = main.text() if main else (tree.body.text() if tree.body else "")
    tags = dict(reversed(page.tags))  # the first of each name
    _judge_frame(page, tree, text)
    _judge_structure(page, kind, tree, text)
    _judge_tags(page, kind, tags)
    if kind in ("document", "single"):
        _judge_document(page, tags, text)
        _judge_title(page, tree, tags)
    moved_to = ""
    if (
        kind == "redirect"
        and page.refresh
        and isinstance(at := place_of(page.path, page.refresh[1], page.site), Inside)
    ):
        moved_to = at.path
        if at.path not in page.inside.links:
            page.say(
                "L319", "跳转页没有看得见的链接，跳转失灵的读者去不了新地址", "在跳转页正文里放一个指向新地址的链接。"
            )
        page.inside.links[at.path] = None
    canonical = place_of(page.path, page.canonical, page.site) if page.canonical else None
    outside = page.outside
    return PageFacts(
        kind=kind,
        size=size,
        faults=tuple(page.faults),
        is_hidden=page.is_hidden,
        is_article="ArticleTitle" in tags,
        moved_to=moved_to,
        canonical=canonical.path if isinstance(canonical, Inside) else "",
        column=(tags.get("ColumnName", ""), tags.get("ColumnDescription", "")),
        ids=tuple(page.ids),
        links=tuple(page.inside.links),
        anchors=tuple(page.inside.anchors),
        loads=tuple(page.inside.loads),
        images=tuple(page.inside.images),
        externals=tuple(page.inside.externals.items()),
        files=tuple(page.files.items()),
        colours=tuple(sorted(page.colours)),
        surround=Surround(
            tuple(sorted(outside.links)),
            tuple(sorted(outside.anchors)),
            tuple(outside.loads),
            tuple(outside.images),
            tuple(sorted(outside.externals.items())),
        ),
    )


def _kind(page: _Page) -> str:
    """What the page is, by its address."""
    path = page.path
    if page.refresh and page.refresh[1]:
        return "redirect"
    if path in ("index.html", "404.html"):
        return "home" if path == "index.html" else "notfound"
    first = path.partition("/")[0]
    if page.is_document:
        return "document" if first == "doc" else "single"
    return {"doc": "withdrawn", "sitemap": "map", "search": "search", "catalog": "catalog", "updates": "updates"}.get(
        first, "list"
    )


# ---------------------------------------------------------------- what stands in the page


def _read_style_of(page: _Page, tag: str, has: _Attributes) -> None:
    """What any element may have, and few pages write."""
    for name in ("style", "bgcolor", "color"):
        if has.get(name) and (name != "color" or tag == "font"):
            page.colours |= dict.fromkeys(colours_in(has[name] or ""))
    if (has.get("tabindex") or "").strip().isdecimal() and int(has["tabindex"] or 0) > 0:
        page.say("A220", "用 tabindex 改了按键的先后（大于 0）", "删去 tabindex，让键盘按页面的次序走。")


def _read_link(page: _Page, node: LexborNode, has: _Attributes) -> None:
    href = has.get("href")
    if href is None:
        if has.get("onclick"):
            _say_script(page)
        return
    if page.first is None and page.mains == 0:
        page.first = href
    part = page.part
    text = node.text()
    if not text.strip() and not _name_of(node, has):
        page.say("A206", "有链接没有文字", "给链接写文字；图片链接写图片的替代文字。")
    if href.startswith("#") and len(href) > 1:
        page.own_anchors[unquote(href[1:])] = None
        return
    place = place_of(page.path, href, page.site)
    if isinstance(place, Inside):
        if place.is_rooted and page.path != "404.html":
            page.say("L310", "站内链接写成了绝对地址，换个位置存放就打不开", "写相对地址（主题里用 href 过滤器）。")
        if place.fragment:
            _note_anchor(page, place)
        part.links[place.path] = None
        if page.is_document and page.is_inside and (kind := _FILE.search(place.path)):
            _read_file(page, node, text, place.path, kind[1].lower())
    elif isinstance(place, Elsewhere):
        part.externals[place.url] = part.externals.get(place.url, False) or _is_marked(text, has)
    elif isinstance(place, Odd):
        _say_odd(page, place)


def _note_anchor(page: _Page, place: Inside) -> None:
    if place.path == page.path:
        page.own_anchors[place.fragment] = None
    else:
        page.part.anchors[f"{place.path}#{place.fragment}"] = None


def _name_of(node: LexborNode, has: _Attributes) -> bool:
    """Whether it has a name that is no text."""
    if any((has.get(name) or "").strip() for name in ("aria-label", "aria-labelledby", "title")):
        return True
    return any((image.attributes.get("alt") or "").strip() for image in node.css("img,svg[aria-label]"))


def _is_marked(text: str, has: _Attributes) -> bool:
    """Whether a link to another site says so: by its class, rel, title or words."""
    if _LEAVING_NAMES.search(f"{has.get('class') or ''} {has.get('rel') or ''} {has.get('onclick') or ''}"):
        return True
    return bool(_LEAVING.search(f"{text} {has.get('title') or ''} {has.get('aria-label') or ''}"))


def _say_script(page: _Page) -> None:
    page.say("T225", "有链接要靠脚本才能打开", '写成真实的 <a href="…">：读屏软件、监测程序只认地址。')


def _say_odd(page: _Page, place: Odd) -> None:
    if place.kind == "script":
        _say_script(page)
    elif place.kind == "number":
        page.say("L312", f"链接用了 IPv4 地址 {place.host}", "改用域名。")
    elif place.kind == "local":
        where = f" {place.host}" if place.host else ""
        page.say("L311", f"链接指向本机或内部网络{where}，公众打不开", "改为公众能打开的地址，或删去链接。")
    else:
        page.say("L311", "链接的地址写错了，打不开", "改为完整的网址。")


def _read_file(page: _Page, node: LexborNode, text: str, path: str, extension: str) -> None:
    """An attachment with the size and format printed behind its link."""
    parts = [text]
    at = node.next
    while at is not None and at.tag not in ("a", "li", "td", "tr", "p"):
        parts.append(at.text())
        at = at.next
    said = " ".join(parts)
    size = _SIZE.search(said)
    page.files[path] = page.files.get(path) or (f"{size[1]} {size[2]}" if size else "")
    words = {word.lower() for word in _FORMAT.findall(" ".join(parts[1:]))}
    if words and extension not in {*words, *("jpeg" for word in words if word == "jpg")}:
        page.say(
            "L307",
            f"附件“{path}”旁边写的格式（{'、'.join(sorted(words)).upper()}）与文件不符",
            "主题里写附件自己的格式。",
        )


def _read_area(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    if not (has.get("alt") or "").strip() and has.get("href"):
        page.say("A203", "图片上的热区没有替代文字", "给每个 <area> 写 alt。")
    if has.get("href"):
        place = place_of(page.path, has["href"] or "", page.site)
        if isinstance(place, Inside):
            page.part.links[place.path] = None


def _load(page: _Page, address: str, what: str, *, is_image: bool = False) -> None:
    if not address or address.startswith("data:"):
        return
    place = place_of(page.path, address, page.site)
    if isinstance(place, Inside):
        (page.part.images if is_image else page.part.loads)[place.path] = None
    elif isinstance(place, Elsewhere):
        page.say(*foreign_load(place.host, f"网页（{what}）"))
    elif isinstance(place, Odd) and place.kind in ("local", "number"):
        _say_odd(page, place)


def _read_image(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    alt = has.get("alt")
    is_decoration = has.get("role") in ("presentation", "none") or has.get("aria-hidden") == "true"
    if "alt" not in has and not is_decoration:
        page.say("A203", "有图片没有替代文字（alt）", '写明图片说的是什么；纯装饰的写 alt=""。')
    elif not (alt or "").strip() and page.is_inside and not is_decoration:
        page.say("A204", "正文里有图片的替代文字是空的", '写明图片说的是什么；纯装饰的加 role="presentation"。')
    elif alt and _IMAGE_NAMES.fullmatch(alt.strip()):
        page.say("A205", "图片的替代文字只是文件名", "写明图片说的是什么。")
    for address in (has.get("src"), *((has.get("srcset") or "").split(","))):
        _load(
            page, (address or "").split(" ")[0] if address != has.get("src") else address or "", "图片", is_image=True
        )


def _read_link_element(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    rels = set((has.get("rel") or "").lower().split())
    href = has.get("href") or ""
    if "canonical" in rels:
        page.canonical = href
    elif rels & _LOADED_RELS:
        _load(page, href, "图标" if "icon" in rels else "样式")
    elif "alternate" in rels and isinstance(place := place_of(page.path, href, page.site), Inside):
        page.inside.links[place.path] = None  # of one column: not what pages share


def _read_script(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    page.has_script = True
    _load(page, has.get("src") or "", "脚本")


def _read_style(page: _Page, node: LexborNode, _has: _Attributes) -> None:
    page.colours |= dict.fromkeys(colours_in(re.sub(r"[^{}]*\{", " ", node.text())))


def _read_meta(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    content = has.get("content") or ""
    name = has.get("name")
    if name in page.site.known:
        page.tags.append((name or "", content))
    elif (name or "").lower() == "robots":
        page.is_hidden = "noindex" in content.lower()
    elif (name or "").lower() == "viewport" and _NO_ZOOM.search(content):
        page.say("A215", "禁止了放大页面", "从 viewport 里删去 user-scalable=no 和 maximum-scale。")
    elif (has.get("http-equiv") or "").lower() == "refresh" and (found := _REFRESH.match(content)):
        page.refresh = (found[1], (found[2] or "").strip())
        if not page.refresh[1] or float(found[1] or 0) > 0:
            page.say("T227", "网页定时自动刷新或跳转", "让读者自己决定何时刷新；跳转页的等待时间写 0。")


def _read_form(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    action = has.get("action") or ""
    place = place_of(page.path, action, page.site)
    is_post = (has.get("method") or "get").lower() == "post"
    if isinstance(place, Elsewhere):
        if place.url.lower().startswith("http:"):
            page.say("L318", f"表单把内容不加密地送往 {place.host}", "改用 https 地址。")
        page.part.externals[place.url] = True  # filled in on purpose
    elif isinstance(place, Inside):
        if is_post:
            page.say("T228", "表单用 post 交给静态网页，收不到内容", "交给能受理的系统，或改用 get 的检索。")
        if action:
            page.part.links[place.path] = None
    elif isinstance(place, Odd):
        _say_odd(page, place)


def _read_control(page: _Page, node: LexborNode, has: _Attributes) -> None:
    if page.first is None and page.mains == 0 and (has.get("type") or "") != "hidden":
        page.first = ""
    kind = (has.get("type") or "").lower()
    if node.tag == "input" and kind == "image":
        _load(page, has.get("src") or "", "图片", is_image=True)
    if node.tag == "input" and kind in _CANNOT_TYPE:
        return
    if any((has.get(name) or "").strip() for name in ("aria-label", "aria-labelledby", "title")):
        return
    above = node.parent
    while above is not None and above.tag not in ("form", "body", None):
        if above.tag == "label":
            return
        above = above.parent
    page.unlabelled.append(has.get("id") or "")


def _read_button(page: _Page, node: LexborNode, has: _Attributes) -> None:
    if page.first is None and page.mains == 0:
        page.first = ""
    if not node.text().strip() and not _name_of(node, has):
        page.say("A207", "有按钮没有文字", "给按钮写文字或 aria-label。")


def _read_label(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    if has.get("for"):
        page.labelled.add(has["for"] or "")


def _read_table(page: _Page, node: LexborNode, has: _Attributes) -> None:
    if has.get("role") in ("presentation", "none") or node.css_first("tr ~ tr,thead + tbody") is None:
        return
    if node.css_first("td + td,th + td,td + th") is None and node.css_first("th + th") is None:
        return
    if node.css_first("th") is None:
        page.say("A208", "有表格没有表头（th）", "Markdown 表格的第一行写表头；主题里用 <th scope>。")
    elif node.css_first("th:not([scope]):not([id])") is not None:
        page.say("A209", "有表头没有写明管行还是管列（scope）", '写 <th scope="col"> 或 <th scope="row">。')
    is_named = any(has.get(name) for name in ("aria-label", "aria-labelledby", "title"))
    if not page.is_document and not is_named and node.css_first("caption") is None:
        page.say("A210", "列表的表格没有名称（caption）", "主题里给表格写 <caption>，可以用样式隐去。")


def _read_heading(page: _Page, node: LexborNode, has: _Attributes) -> None:
    level = int((node.tag or "h1")[1])
    text = node.text().strip()
    if not text and not _name_of(node, has):
        page.say("A202", f"有一个 {node.tag} 标题是空的", "删去空标题。")
    if level == 1 and not page.first_heading:
        page.first_heading = text
    page.headings.append(level)


def _read_frame(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    if not (has.get("title") or has.get("aria-label")):
        page.say("A218", "嵌入的页面（iframe）没有名称", "写 title。")
    _load(page, has.get("src") or "", "嵌入的页面")


def _read_media(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    if "autoplay" in has:
        page.say("T227", "音视频自动播放", "删去 autoplay，由读者自己播放。")
    _load(page, has.get("poster") or "", "图片", is_image=True)
    _load(page, has.get("src") or has.get("data") or "", "音视频或嵌入的文件")
    for address in (has.get("srcset") or "").split(","):
        _load(page, address.strip().split(" ")[0], "图片", is_image=True)


def _read_marquee(page: _Page, _node: LexborNode, _has: _Attributes) -> None:
    page.say("T227", "有滚动的文字（marquee）", "改为不动的文字。")


def _read_html(page: _Page, _node: LexborNode, has: _Attributes) -> None:
    page.language = has.get("lang")


def _read_main(page: _Page, _node: LexborNode, _has: _Attributes) -> None:
    page.mains += 1


def _read_header(page: _Page, node: LexborNode, _has: _Attributes) -> None:
    if not page.is_inside and page.header is None:
        page.header = node


def _read_footer(page: _Page, node: LexborNode, _has: _Attributes) -> None:
    if not page.is_inside:
        page.footer = node


def _read_noscript(page: _Page, node: LexborNode, _has: _Attributes) -> None:
    if page.is_inside:
        page.unscripted += len("".join(node.text().split()))


def _read_role(page: _Page, node: LexborNode, has: _Attributes) -> None:
    """A plain element that plays a part: what is sought by its role."""
    role = has.get("role")
    if role == "main":
        _read_main(page, node, has)
    elif role == "banner":
        _read_header(page, node, has)
    elif role == "contentinfo":
        _read_footer(page, node, has)


_READERS: Mapping[str, Callable[[_Page, LexborNode, _Attributes], None]] = {
    "a": _read_link,
    "area": _read_area,
    "img": _read_image,
    "link": _read_link_element,
    "script": _read_script,
    "style": _read_style,
    "meta": _read_meta,
    "form": _read_form,
    "iframe": _read_frame,
    "frame": _read_frame,
    **dict.fromkeys(("video", "audio", "embed", "object", "source", "track"), _read_media),
    **dict.fromkeys(("input", "select", "textarea"), _read_control),
    "button": _read_button,
    "label": _read_label,
    "table": _read_table,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _read_heading),
    "marquee": _read_marquee,
    "html": _read_html,
    "main": _read_main,
    "header": _read_header,
    "footer": _read_footer,
    "noscript": _read_noscript,
    **dict.fromkeys(("div", "section", "article"), _read_role),
}


# ---------------------------------------------------------------- what is wrong with it


def _judge_tags(page: _Page, kind: str, tags: Mapping[str, str]) -> None:
    """The page tags by the matrix, and against what the site says of itself (D9)."""
    count = Counter(name for name, _ in page.tags)
    missing = [name for name in dict(page.site.required).get(kind, ()) if not count[name]]
    if missing:
        page.say(
            "T200",
            f"缺少页面标签：{'、'.join(missing)}",
            "网站标签在 site.yaml 里填写；其余由主题写进 <head>（frame.tags）。",
        )
    for name, number in count.items():
        if number > 1:
            page.say("T201", f"页面标签 {name} 出现了 {number} 次", "一个页面里每个标签只写一次。")
    for name, content in page.tags:
        if not content.strip():
            page.say("T202", f"页面标签 {name} 是空的", "填写内容；没有内容的选填标签不要写。")
        elif content != content.strip() or "\n" in content or "\r" in content:
            page.say("T202", f"页面标签 {name} 的首尾有空白或中间有换行", "删去空白和换行。")
    site = page.site
    for name, value in (("SiteName", site.site_name), ("SiteDomain", site.domain), ("SiteIDCode", site.id_code)):
        if value and tags.get(name, value).strip() not in (value, ""):
            page.say("T203", f"页面标签 {name} 与 site.yaml 的“{value}”不一致", "主题用 frame.tags，不要另写。")
    column_type = tags.get("ColumnType", "").strip()
    if column_type and column_type not in site.column_types:
        page.say(
            "T206",
            f"ColumnType“{column_type}”不在《网页设计规范》列举的类别里（列举未尽）",
            f"可用：{'、'.join(site.column_types)}。",
        )


def _judge_frame(page: _Page, tree: LexborHTMLParser, text: str) -> None:
    """Header and footer (D7, D8)."""
    site = page.site
    everything = tree.body.text() if tree.body and (page.header is None or page.footer is None) else ""
    header = _text_of(page.header) if page.header else everything.partition(text or "\0")[0]
    if not any(name and name in header for name in (site.site_name, site.agency)):
        page.say("T212", "页头没有网站名称", "主题的页头要写网站名称全称（shell.site_name 或 shell.agency）。")
    footer = _text_of(page.footer) if page.footer else everything.rpartition(text or "\0")[2]
    addresses = [*page.outside.externals]
    missing = [name for name, is_there in _marks(site, footer, addresses) if not is_there]
    if missing:
        page.say(
            "T213",
            f"页脚缺少：{'、'.join(missing)}",
            "在 site.yaml 里填写；填写了仍没有的，由主题的页脚显示。",
        )
    shown = _ID_CODE.search(footer)
    tag = next((content for name, content in page.tags if name == "SiteIDCode"), "")
    if shown and tag and shown[1] != tag:
        page.say("T204", f"页脚的网站标识码 {shown[1]} 与页面标签 SiteIDCode 不一致", "两处都用 site.yaml 的 id_code。")
    entries = [address for address in addresses if _FAULT_HOST in address]
    if site.id_code and entries and not any(site.id_code in address for address in entries):
        page.say("T214", "“我为政府网站找错”的链接没有本站的标识码", "链接的 site_code 写本站的网站标识码。")


def _marks(site: SiteFacts, footer: str, addresses: list[str]) -> Iterator[tuple[str, bool]]:
    footer = " ".join(footer.split())
    yield "党政机关网站标识", "党政机关" in footer or any(_CONAC in address for address in addresses)
    yield "“我为政府网站找错”入口", "找错" in footer or any(_FAULT_HOST in address for address in addresses)
    yield "网站标识码", site.id_code in footer if site.id_code else bool(_ID_CODE.search(footer))
    yield "ICP 备案号", site.icp in footer if site.icp else "ICP备" in footer
    yield "公安备案号", site.police in footer if site.police else "公网安备" in footer
    yield "主办单位", "主办" in footer
    yield "联系方式", any(word in footer for word in ("联系", "电话"))


def _text_of(node: LexborNode) -> str:
    """Its text, with what its images say."""
    return f"{node.text()} {' '.join(image.attributes.get('alt') or '' for image in node.css('img[alt]'))}"


def _judge_structure(page: _Page, kind: str, tree: LexborHTMLParser, text: str) -> None:
    """Headings, language, landmarks, labels; what can be read without script (A1, D11)."""
    ones = page.headings.count(1)
    if ones != 1:
        page.say("A200", f"一级标题（h1）有 {ones} 个，应当恰好 1 个", "每页一个 h1，即标题。")
    before = 0
    for level in page.headings:
        if level > before + 1 and before:
            page.say("A201", f"标题从 h{before} 跳到 h{level}", "标题逐级往下，不跳级。")
        before = level
    if not (page.language or "").lower().startswith("zh"):
        page.say("A211", "网页没有写明语言是中文（lang）", '写 <html lang="zh-CN">。')
    ids = set(page.ids)
    first = page.first or ""
    if not first.startswith("#") or first[1:] not in ids:
        page.say("A212", "第一个可以到达的不是“跳到正文”的链接", '在 <body> 最前面放 <a href="#main">跳到正文</a>。')
    if page.mains != 1:
        page.say("A214", f"主体区域（main）有 {page.mains} 个，应当恰好 1 个", "正文放在一个 <main> 里。")
    twice = sorted(name for name, number in Counter(page.ids).items() if number > 1)
    if twice:
        page.say("A216", f"有 {len(twice)} 个 id 重复，链接会走到别处", "同一页里 id 各不相同。")
    if any(name not in page.labelled for name in page.unlabelled):
        page.say("A217", "有输入框没有名称", "给输入框写 <label for> 或 aria-label。")
    for fragment in page.own_anchors:
        if fragment not in ids and fragment != "top":
            page.say("L301", f"页内链接“#{fragment}”没有着落", "改为页面里有的标题或条款。")
    title = tree.css_first("title")
    if not title or not title.text().strip():
        page.say("A219", "网页没有标题（title）", "主题用 frame.title。")
    if kind not in ("search", "redirect") and page.has_script:
        readable = len("".join(text.split())) - page.unscripted
        if readable < _FEW and not page.has_list:
            page.say("T226", "没有脚本时正文是空的", "把内容直接写进网页，脚本只作补充。")


def _judge_document(page: _Page, tags: Mapping[str, str], text: str) -> None:
    """Title, date and source of a page that shows a document (D9, D13, V7, P3)."""
    title = tags.get("ArticleTitle", "").strip()
    if title and "".join(title.split()) != "".join(page.first_heading.split()):
        page.say("T207", "ArticleTitle 与页面的一级标题不一致", "两处用同一个标题。")
    day = tags.get("PubDate", "").strip()
    if day and not _PUB_DATE.fullmatch(day):
        page.say("T208", f"PubDate“{day}”不是 YYYY-MM-DD HH:MM", "例如 2024-03-05 09:30。")
    shown = _SHOWN_DAY.search(text)
    word = shown[1].strip() if shown else ""
    if not word:
        page.say("T210", "页面没有显示发布时间", "在标题下写“发布时间：”；未注明的视为不更新。")
    elif not _RIGHT_DAY.fullmatch(word):
        page.say("T211", f"显示的发布时间“{word}”不是 YYYY-MM-DD HH:MM", "例如 2024-03-05 09:30；没有时分的只写日期。")
    numbers = [int(number) for number in re.findall(r"\d+", word)]
    given = [int(number) for number in re.findall(r"\d+", day)]
    if (
        numbers
        and len(given) >= 3
        and (numbers[:3] != given[:3] or (min(len(numbers), len(given)) >= 5 and numbers[3:5] != given[3:5]))
    ):
        page.say("T209", f"PubDate 是 {day}，页面显示的发布时间是 {word}", "两处都用稿件的发布日期。")
    source = tags.get("ContentSource", "").strip()
    if "来源" not in text and "发布单位" not in text and not (source and source in text):
        page.say("T217", "页面没有显示信息来源", "在标题下写“来源：”。")
    body = text
    lacking = [
        name
        for name, words in (("打印", ("打印",)), ("分享", ("分享",)), ("字体大小", ("字号", "字体", "大小", "A+")))
        if not any(word in body for word in words)
    ]
    if lacking:
        page.say("T218", f"内容页没有提供：{'、'.join(lacking)}", "主题在标题下放这些按钮；由脚本另加的这里看不到。")
    for path, size in page.files.items():
        if not size and not _MADE_OF_PAGE.search(path):
            page.say("L308", f"附件“{path}”没有标明大小", "主题在附件旁边写格式和大小。")


# 文字版 and 图片版 are made of the same text, after the page: it cannot know how large they are.
_MADE_OF_PAGE = re.compile(r"(?:^|/)([^/]+)/\1(?:-全文)?\.(?:docx|pdf)$")


def _judge_title(page: _Page, tree: LexborHTMLParser, tags: Mapping[str, str]) -> None:
    node = tree.css_first("title")
    title = " ".join(node.text().split()) if node else ""
    name = " ".join(tags.get("ArticleTitle", "").split())
    if title and name and not (title.startswith(name) and title.endswith(page.site.site_name)):
        page.say("T216", "title 没有写成“标题_栏目_网站名称”", "主题用 frame.title。")
