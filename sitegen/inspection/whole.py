"""Turn the facts of all pages into what is wrong between them: what leads nowhere, what nobody leads to, what differs.

Exports `inspect_site`, `Found`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from sitegen.inspection.addresses import is_ours
from sitegen.inspection.facts import Fault, PageFacts, SiteFacts, StyleFacts, Surround
from sitegen.inspection.styles import hues_of

_PAGE_END = re.compile(r"(?:\.s?html?|(?:^|/)[^./]+)$")
_UNITS: Mapping[str, float] = {"字": 1, "b": 1, "k": 1000, "m": 1_000_000, "g": 1_000_000_000}
_KB = 1000


class Found(NamedTuple):
    """What is wrong with one page or file of the output, and the other pages it is said of too."""

    path: str
    fault: Fault
    others: tuple[str, ...] = ()


def inspect_site(
    pages: Mapping[str, PageFacts], styles: Mapping[str, StyleFacts], files: Mapping[str, int], site: SiteFacts
) -> Iterator[Found]:
    """All that is wrong with the pages and style sheets of a site; `files` are the sizes of everything that is there.

    Pages that are not to be looked at (`pages` has them not, but `files` has) may be led to.
    """
    for path, facts in pages.items():
        yield from (Found(path, fault) for fault in facts.faults)
    for path, style in styles.items():
        yield from (Found(path, fault) for fault in style.faults)
        yield from (Found(path, _missing_load(load)) for load in style.loads if load not in files)
    yield from _dead_links(pages, files)
    yield from _unreached(pages, site)
    yield from _attachments(pages, files)
    yield from _redirects(pages, files)
    yield from _same_descriptions(pages)
    yield from _foreign_links(pages, site)
    yield from _weights(pages, styles, files, site)
    yield from _too_many_hues(pages, styles, site)


# ---------------------------------------------------------------- links


def _dead_links(pages: Mapping[str, PageFacts], files: Mapping[str, int]) -> Iterator[Found]:
    """Everything that a page leads to or shows must be there, to the place on the other page (D5)."""
    ids: dict[str, frozenset[str]] = {}
    checked: dict[int, list[Fault]] = {}
    for path, page in pages.items():
        around = page.surround
        if id(around) not in checked:
            checked[id(around)] = list(_dead(around, pages, files, ids))
        yield from (Found(path, fault) for fault in checked[id(around)])
        yield from (Found(path, fault) for fault in _dead(page, pages, files, ids))


def _dead(
    part: PageFacts | Surround,
    pages: Mapping[str, PageFacts],
    files: Mapping[str, int],
    ids: dict[str, frozenset[str]],
) -> Iterator[Fault]:
    for target in part.links:
        if target not in files:
            if _PAGE_END.search(target):
                yield "L300", f"链接打不开：没有“{target}”这个网页", "改为有的网页，或删去链接。"
            else:
                yield "L303", f"附件打不开：没有“{target}”这个文件", "补上文件，或删去链接。"
    for target in part.images:
        if target not in files:
            yield "L302", f"图片打不开：没有“{target}”这个文件", "补上图片。"
    for target in part.loads:
        if target not in files:
            yield _missing_load(target)
    for anchor in part.anchors:
        path, _, name = anchor.partition("#")
        if path not in pages or name == "top":
            continue  # a dead link is told already
        if path not in ids:
            ids[path] = frozenset(pages[path].ids)
        if name not in ids[path]:
            yield "L301", f"链接到“{path}”的“#{name}”，那一页没有这个位置", "改为那一页里有的标题或条款。"


def _missing_load(target: str) -> Fault:
    return "L304", f"样式、脚本、字体或图标打不开：没有“{target}”这个文件", "补上主题的文件，或改正地址。"


def _unreached(pages: Mapping[str, PageFacts], site: SiteFacts) -> Iterator[Found]:
    """Pages that no way leads to from the home, or a long one only."""
    if "index.html" not in pages:
        return
    clicks = _clicks(pages)
    for path, page in pages.items():
        if path not in clicks and page.kind not in ("redirect", "notfound") and not page.is_hidden:
            yield Found(path, ("L305", "从首页沿链接走不到这个网页", "让首页、栏目或目录的列表用 <a href> 链接到它。"))
    limit = site.limit("page_clicks")
    if limit is None:
        return
    far = [path for path, page in pages.items() if page.kind == "document" and clicks.get(path, 0) > limit.value]
    if far:
        message = f"有 {len(far)} 个内容页从首页要点 {limit.value:g} 次以上才到（{limit.basis}）"
        yield Found("index.html", ("L321", message, "给长列表加按年份、按主题的入口。"), tuple(far))


def _clicks(pages: Mapping[str, PageFacts]) -> Mapping[str, int]:
    """How many links lie between the home and each page that can be reached."""
    clicks = {"index.html": 0}
    arounds: set[int] = set()
    ring: Sequence[str] = ("index.html",)
    while ring:
        further: list[str] = []
        for path in ring:
            page = pages[path]
            near = page.links
            if id(page.surround) not in arounds:
                arounds.add(id(page.surround))
                near = (*near, *page.surround.links)
            for target in near:
                if target not in clicks and target in pages:
                    clicks[target] = clicks[path] + 1
                    further.append(target)
        ring = further
    return clicks


def _attachments(pages: Mapping[str, PageFacts], files: Mapping[str, int]) -> Iterator[Found]:
    """Attachments are as large as the page says, and none lies there unnamed."""
    named: set[str] = set()
    for path, page in pages.items():
        named.update(page.links, page.images, page.loads)
        for target, printed in page.files:
            if printed and target in files and not _is_about(printed, files[target]):
                size = f"{files[target]:,} 字节"
                yield Found(
                    path, ("L306", f"附件“{target}”写的是 {printed}，文件有 {size}", "重新生成网页；大小由程序填写。")
                )
    for target in files:
        if target.startswith("doc/") and not target.endswith(".html") and target not in named:
            owner = f"{'/'.join(target.split('/')[:2])}/index.html"
            if owner in pages:
                yield Found(
                    owner, ("L309", f"文件“{target}”没有网页链接到它", "主题的内容页要列出全部附件；不该有的文件删去。")
                )


def _is_about(printed: str, size: int) -> bool:
    number, _, unit = printed.partition(" ")
    scale = _UNITS[unit[0].lower()]
    last = 10.0 ** -len(number.partition(".")[2])
    given = float(number)
    if scale == 1:
        return given == size
    return any(
        abs(size / base - given) <= last * (1 if given <= 1 else 0.51) + given * 0.001
        for base in (scale, scale * {1000: 1.024, 1_000_000: 1.048576}.get(int(scale), 1.073741824))
    )


def _redirects(pages: Mapping[str, PageFacts], files: Collection[str]) -> Iterator[Found]:
    for path, page in pages.items():
        if page.moved_to and (target := pages.get(page.moved_to)) is not None and target.moved_to:
            yield Found(path, ("L320", f"跳转到“{page.moved_to}”，那里还要再跳转", "直接跳转到最后的地址。"))
        is_own = page.kind != "document" or page.canonical == path
        if page.canonical and (page.canonical not in files or not is_own):
            yield Found(path, ("L322", "规范地址（canonical）不是这个网页自己的", "主题用 frame.canonical。"))


# ---------------------------------------------------------------- columns, other sites


def _same_descriptions(pages: Mapping[str, PageFacts]) -> Iterator[Found]:
    """The description of a column is its own (网页设计规范)."""
    columns: dict[str, dict[str, str]] = {}  # by description: the first page by the name of the column
    for path, page in pages.items():
        name, description = page.column
        if description and page.kind not in ("document", "withdrawn"):
            columns.setdefault(description, {}).setdefault(name, path)
    for named in columns.values():
        if len(named) > 1:
            first, *rest = named.values()
            names = "、".join(f"“{name}”" for name in list(named)[:3]) + ("等" if len(named) > 3 else "")
            message = f"{len(named)} 个栏目的 ColumnDescription 相同：{names}"
            yield Found(first, ("T205", message, "在 columns.yaml 给每个栏目写自己的 description。"), tuple(rest))


def _foreign_links(pages: Mapping[str, PageFacts], site: SiteFacts) -> Iterator[Found]:
    """Links to other than government sites, by domain; those that do not say so (D14)."""
    silent: dict[str, dict[str, None]] = {}
    told: dict[str, dict[str, None]] = {}
    hosts: dict[str, str] = {}
    for path, page in pages.items():
        for url, is_marked in (*page.externals, *page.surround.externals):
            host = hosts.get(url)
            if host is None:
                host = hosts[url] = urlsplit(url).hostname or ""
            if not is_ours(host, site.domains):
                told.setdefault(host, {})[path] = None
                if not is_marked:
                    silent.setdefault(host, {})[path] = None
    for host, paths in sorted(silent.items()):
        first, *rest = paths
        yield Found(
            first,
            (
                "L313",
                f"通向非政府网站 {host} 的链接没有“即将离开本网站”的提示（{len(paths)} 个网页）",
                '主题给站外链接加提示（class="external"）；确属本机关的网站，在 site.yaml 的 外链白名单 里写它。',
            ),
            tuple(rest),
        )
    for host, paths in sorted(told.items()):
        first, *rest = paths
        yield Found(
            first,
            (
                "L314",
                f"有链接通向非政府网站 {host}（{len(paths)} 个网页），请核对是不是商业网站、有没有改换内容",
                "核对无误的，在 site.yaml 的 外链白名单 里写这个域名。",
            ),
            tuple(rest),
        )


# ---------------------------------------------------------------- weight and colours


def _weights(
    pages: Mapping[str, PageFacts], styles: Mapping[str, StyleFacts], files: Mapping[str, int], site: SiteFacts
) -> Iterator[Found]:
    weight, requests, image = (site.limit(name) for name in ("page_kb", "page_requests", "image_kb"))
    large: dict[str, str] = {}  # images, with the first page that shows them
    for path, page in pages.items():
        around = page.surround
        images = {*page.images, *around.images}
        asked = {*page.loads, *around.loads, *images}
        asked.update(load for name in (*page.loads, *around.loads) if name in styles for load in styles[name].loads)
        total = page.size + sum(files.get(name, 0) for name in asked)
        if weight and total > weight.value * _KB:
            message = f"打开这个网页要传 {total // _KB} KB，超过 {weight.value:g} KB（{weight.basis}）"
            yield Found(path, ("T222", message, "缩小图片，删去用不着的脚本和字体。"))
        if requests and len(asked) >= requests.value:
            message = f"打开这个网页要请求 {len(asked) + 1} 次，超过 {requests.value:g} 次（{requests.basis}）"
            yield Found(path, ("T223", message, "合并样式和脚本，减少图片。"))
        if image:
            for name in images:
                if files.get(name, 0) > image.value * _KB:
                    large.setdefault(name, path)
    for name, path in large.items():
        assert image is not None
        message = f"图片“{name}”有 {files[name] // _KB} KB，超过 {image.value:g} KB（{image.basis}）"
        yield Found(path, ("T224", message, "缩小尺寸或压缩后再放。"))


def _too_many_hues(
    pages: Mapping[str, PageFacts], styles: Mapping[str, StyleFacts], site: SiteFacts
) -> Iterator[Found]:
    """One main colour, three hues in all (网页设计规范)."""
    limit = site.limit("page_hues")
    if limit is None:
        return
    told: dict[tuple[str, ...], tuple[str, ...]] = {}  # the colours of the style sheets used together
    for path, page in pages.items():
        sheets = tuple(name for name in (*page.loads, *page.surround.loads) if name in styles)
        if sheets not in told:
            told[sheets] = tuple(colour for name in sheets for colour in styles[name].colours)
            hues = hues_of(told[sheets])
            if len(hues) > limit.value:
                message = f"样式里有 {len(hues)} 种色调（{'、'.join(hues)}），超过 {limit.value:g} 种（{limit.basis}）"
                yield Found(sheets[0], ("T220", message, "只留一种主色，状态用文字和深浅区分。"))
        if page.colours:
            before, hues = hues_of(told[sheets]), hues_of((*told[sheets], *page.colours))
            if len(hues) > max(limit.value, len(before)):
                message = f"网页里写死的颜色使色调达到 {len(hues)} 种，超过 {limit.value:g} 种（{limit.basis}）"
                yield Found(path, ("T221", message, "删去 style、bgcolor 里的颜色，用主题的变量。"))
