"""Turn a page of the output into what can be asserted of it. Exports `Page`, `read_page`, `read_site`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LOADED = {  # what a browser fetches by itself
    "script": ("src",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "input": ("src",),
    "body": ("background",),
}
_LOADED_RELS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest", "preconnect", "dns-prefetch"}
_HOST = "https://site.invalid/"


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML file."""

    path: str
    kind: str  # of the matrix of page tags, or redirect, notfound, map
    size: int
    text_size: int  # bytes of the text inside <main>
    lang: str
    title: str
    canonical: str
    tags: tuple[tuple[str, str], ...]  # meta name, content
    headings: tuple[tuple[int, str], ...]
    ids: tuple[str, ...]
    links: tuple[str, ...]  # <a href>, <form action>, and where a redirect leads
    feeds: tuple[str, ...]
    loaded: tuple[str, ...]
    inline: tuple[str, ...]  # scripts, styles and handlers inside the page
    first_link: str
    header: str
    footer: str
    day: str  # the visible 发布时间
    comments: int

    def tag(self, name: str) -> str:
        """The content of one page tag; "" without it."""
        return dict(self.tags).get(name, "")


def read_site(folder: Path) -> dict[str, Page]:
    """Every HTML file below `folder` by its path."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return {path: read_page(path, (folder / path).read_bytes()) for path in paths}


def read_page(path: str, data: bytes) -> Page:
    """What the page says, as a browser's parser sees it."""
    tree = LexborHTMLParser(data.decode("utf-8"))
    root = tree.root
    assert root is not None
    headings, ids, links, feeds, loaded, inline, tags = [], [], [], [], [], [], []
    canonical = ""
    comments = 0
    for node in root.traverse():
        if node.tag == "-comment":
            comments += 1
            continue
        name, has = node.tag or "", node.attributes
        if has.get("id"):
            ids.append(has["id"])
        if name in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            headings.append((int(name[1]), _text(node)))
        elif name in {"a", "area"} and has.get("href") is not None:
            links.append(has["href"])
        elif name == "form":
            links.append(has.get("action") or "")
        elif name == "meta" and has.get("name"):
            tags.append((has["name"], has.get("content") or ""))
        elif name == "meta" and (has.get("http-equiv") or "").lower() == "refresh":
            links.append((has.get("content") or "").partition("url=")[2])
        elif name == "link":
            rels = set((has.get("rel") or "").split())
            if "canonical" in rels:
                canonical = has.get("href") or ""
            if "alternate" in rels:
                feeds.append(has.get("href") or "")
            if rels & _LOADED_RELS:
                loaded.append(has.get("href") or "")
        loaded += [has[key] for key in _LOADED.get(name, ()) if has.get(key)]
        if name == "style" or (name == "script" and not has.get("src")):
            inline.append(f"<{name}>")
        inline += [f"{name} {key}" for key in has if key == "style" or key.startswith("on")]
    return Page(
        path=path,
        kind=_kind(path, tree),
        size=len(data),
        text_size=len(_text(tree.css_first("main")).encode()),
        lang=_attribute(tree, "html", "lang"),
        title=_text(tree.css_first("title")),
        canonical=canonical,
        tags=tuple(tags),
        headings=tuple(headings),
        ids=tuple(ids),
        links=tuple(links),
        feeds=tuple(feeds),
        loaded=tuple(loaded),
        inline=tuple(inline),
        first_link=_attribute(tree, "body a[href], body button, body input", "href"),
        header=_text(tree.css_first("header")),
        footer=_text(tree.css_first("footer")),
        day=_text(tree.css_first("article .line time")),
        comments=comments,
    )


def target_of(page: str, link: str) -> tuple[str, str] | None:
    """The file and the fragment that a link of `page` leads to; None when it leaves the site or loads nothing."""
    parts = urlsplit(urljoin(_HOST + page, link))
    if f"{parts.scheme}://{parts.netloc}/" != _HOST:
        return None
    path = unquote(parts.path).lstrip("/")
    return (path + "index.html" if path == "" or path.endswith("/") else path), unquote(parts.fragment)


def _kind(path: str, tree: LexborHTMLParser) -> str:
    if tree.css_first("meta[http-equiv=refresh]"):
        return "redirect"
    if path in ("index.html", "404.html"):
        return "home" if path == "index.html" else "notfound"
    first = path.split("/")[0]
    if first in ("search", "catalog", "updates"):
        return first
    if first == "sitemap":
        return "map"
    if not tree.css_first("article h1"):
        return "withdrawn" if first == "doc" else "list"
    return "document" if first == "doc" else "single"


def _text(node: LexborNode | None) -> str:
    return node.text().strip() if node else ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "") if node else ""
