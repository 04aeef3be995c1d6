"""Turn site-root-relative addresses into links that work under any path, and into absolute ones.

Exports `address`, `absolute`, `root_of`, `quote_path`, `page_at`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLAIN = re.compile(r"[A-Za-z0-9_./-]*")  # nothing in it is ever quoted
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def root_of(path: str) -> str:
    """The way from the page at `path` to the root of the site.

    >>> root_of("doc/x/index.html")
    '../../'
    """
    return "../" * path.count("/")


def address(target: str, root: str) -> str:
    """`target`, a site-root-relative address, as a link from a page whose way to the root is `root`.

    Chinese is percent-quoted; a query and a fragment stay; what is quoted already stays (a file name that holds `%`,
    `?` or `#` must come quoted). Addresses with a scheme, and bare fragments, are left alone.

    >>> address("doc/办法/index.html#第一条", "../")
    '../doc/%E5%8A%9E%E6%B3%95/index.html#%E7%AC%AC%E4%B8%80%E6%9D%A1'
    >>> address("https://www.gov.cn/", "../")
    'https://www.gov.cn/'
    """
    if _SCHEME.match(target):
        return target
    quoted = quote_path(target)
    return quoted if quoted.startswith("#") else root + quoted


def absolute(target: str, base: str) -> str:
    """`target` below the absolute address `base`; "" where the site does not know its own.

    >>> absolute("doc/a b/index.html", "https://www.example.gov.cn/zfxxgk/")
    'https://www.example.gov.cn/zfxxgk/doc/a%20b/index.html'
    """
    return base + quote_path(target) if base else ""


@lru_cache(maxsize=4096)  # every page links to the same columns
def quote_path(target: str) -> str:
    """`target` percent-quoted once; what is quoted already stays."""
    if _PLAIN.fullmatch(target):
        return target
    return quote(_STRAY_PERCENT.sub("%25", target), safe="/%?#=&+,;@!$'()*~")


def page_at(old: str, base: str) -> str:
    """The file that answers at the address `old`, on a site below the path `base`; "" where only a server's rule can.

    >>> page_at("https://www.example.gov.cn/zfxxgk/2019/t1.html", "/zfxxgk/")
    '2019/t1.html'
    >>> page_at("/show.jsp?id=12", "/zfxxgk/")
    ''
    """
    parts = urlsplit(old)
    if parts.query or (parts.path.startswith("/") and not parts.path.startswith(base)):
        return ""
    path = unquote(parts.path.removeprefix(base))
    if path.endswith((".html", ".htm", ".shtml")):
        return path
    return f"{path.rstrip('/')}/index.html" if path.strip("/") else "index.html"
