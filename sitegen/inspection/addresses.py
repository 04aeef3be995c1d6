"""Turn an address as a page writes it into where it leads: a place of this site, another host, or nowhere.

Exports `place_of`, `Inside`, `Elsewhere`, `Odd`, `is_ours`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from sitegen.inspection.facts import SiteFacts

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SILENT = ("mailto:", "tel:", "sms:", "data:", "blob:", "about:")
_HOST = "https://site.invalid/"
_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|local|lan|internal)|[^.]+")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class Inside(NamedTuple):
    """A place of this site: the file of the output, and the id in it."""

    path: str
    fragment: str = ""
    is_rooted: bool = False  # written from the root of the host, or as an absolute address


class Elsewhere(NamedTuple):
    """Another host."""

    url: str
    host: str


class Odd(NamedTuple):
    """An address that leads nowhere by itself, or where it should not, and why: script, local, number or broken."""

    kind: str
    host: str = ""


Place = Inside | Elsewhere | Odd | None


def place_of(page: str, address: str, site: SiteFacts) -> Place:
    """Where `address`, written in the file at the output path `page`, leads; None where there is nothing to open.

    >>> place_of("doc/a/index.html", "../../fd/index.html?x=1#top", SiteFacts())
    Inside(path='fd/index.html', fragment='top', is_rooted=False)
    """
    address = address.strip()
    root = "../" * page.count("/")
    if root and address.startswith(root):
        rest = address[len(root) :]
        if not rest.startswith((".", "/")):
            return _below(rest)
    if address.startswith("#"):
        return Inside(page, unquote(address[1:])) if len(address) > 1 else Odd("script")
    if not address:
        return Inside(page)
    if _SCHEME.match(address) or address.startswith(("//", "\\\\")):
        return _absolute(address, site.url)
    if address.startswith("/"):
        base = site.base
        if not address.startswith(base):
            return None  # another part of the same host: not ours to know
        return _below(address.removeprefix(base))._replace(is_rooted=True)
    return _below(urljoin(_HOST + page, address).removeprefix(_HOST))


@lru_cache(maxsize=65_536)  # every page leads to the same columns
def _below(rest: str) -> Inside:
    """The place at an address relative to the root of the site."""
    path, _, fragment = rest.partition("#")
    path = unquote(path.partition("?")[0])
    if not path or path.endswith("/"):
        path += "index.html"
    return Inside(path, unquote(fragment))


@lru_cache(maxsize=4096)
def _absolute(address: str, own: str) -> Place:
    if own and address.startswith(own):
        return _below(address.removeprefix(own))._replace(is_rooted=True)
    if _DRIVE.match(address):
        return Odd("local")
    lower = address.lower()
    if lower.startswith(_SILENT):
        return None
    if lower.startswith(("javascript:", "vbscript:")):
        return Odd("script")
    if lower.startswith("file:"):
        return Odd("local")
    try:
        host = urlsplit(lower).hostname or ""
    except ValueError:
        return Odd("broken")
    if not lower.startswith(("http://", "https://", "//", "ftp://")):
        return None
    if not host:
        return Odd("broken")
    if _NUMBERS.fullmatch(host):
        try:
            is_local = IPv4Address(host).is_private
        except ValueError:
            return Odd("broken")
        return Odd("local" if is_local else "number", host)
    if _LOCAL_NAMES.fullmatch(host):
        return Odd("local", host)
    return Elsewhere(address, host)


def is_ours(host: str, domains: tuple[str, ...]) -> bool:
    """Whether the host is the government's (.gov.cn, .政务) or one of these domains, or below one."""
    return host.endswith((".gov.cn", ".政务", ".xn--zfr164b")) or any(
        host == domain or host.endswith(f".{domain}") for domain in domains
    )
