"""What inspecting a finished page needs to know of the site, and what it remembers of the page.

Exports `SiteFacts`, `PageFacts`, `Surround`, `StyleFacts`, `Fault`, `Limit`, `site_facts`, `pages_of_documents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sitegen.catalog import Catalog
from sitegen.load import standard_data
from sitegen.model import CheckConfig, ListStyle, SiteConfig

Fault = tuple[str, str, str]
"""Code, message and hint of what is wrong in a page. The message never quotes the page: the output may be older than
the decision to withhold what it shows."""

_LIMITS = ("page_hues", "page_kb", "page_requests", "image_kb", "page_clicks")


class Limit(NamedTuple):
    """A number that pages are measured by, and where it comes from."""

    value: float
    basis: str


class SiteFacts(NamedTuple):
    """What a site says about itself that its pages must repeat, and what they are measured by. Picklable."""

    agency: str = ""
    site_name: str = ""
    url: str = ""  # absolute, ends with a slash; "" if not known
    domain: str = ""
    id_code: str = ""
    icp: str = ""
    police: str = ""
    domains: tuple[str, ...] = ()  # of others that links may lead to without a notice; those below them too
    required: tuple[tuple[str, tuple[str, ...]], ...] = ()  # by the kind of page, the page tags it must have
    known: tuple[str, ...] = ()  # all page tags
    column_types: tuple[str, ...] = ()
    limits: tuple[tuple[str, Limit], ...] = ()  # those that count, by id

    @property
    def base(self) -> str:
        """The path of the site on its host, with a slash at both ends."""
        return urlsplit(self.url).path or "/"

    def limit(self, name: str) -> Limit | None:
        """The limit of this id, if it counts on this site."""
        return dict(self.limits).get(name)


class Surround(NamedTuple):
    """Where a page leads outside its own part: header, menu and footer, which many pages share."""

    links: tuple[str, ...] = ()  # output paths
    anchors: tuple[str, ...] = ()  # output path, #, id: places on other pages
    loads: tuple[str, ...] = ()  # style sheets, scripts, icons
    images: tuple[str, ...] = ()
    externals: tuple[tuple[str, bool], ...] = ()  # address, whether it says that it leads elsewhere


class PageFacts(NamedTuple):
    """What one page says, as far as other pages and files are concerned, and what is wrong in it alone.

    Plain tuples inside, so that `marshal` can keep it.
    """

    kind: str = ""  # as in the matrix of page tags, or redirect, notfound, map
    size: int = 0
    faults: tuple[Fault, ...] = ()
    is_hidden: bool = False  # noindex: kept only so that its address goes on working
    is_article: bool = False  # has the title tag of a document
    moved_to: str = ""  # of a redirect
    canonical: str = ""  # the output path that its canonical address means; "" for none
    column: tuple[str, str] = ("", "")  # ColumnName, ColumnDescription
    ids: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # as in `Surround`, of <main>
    anchors: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    externals: tuple[tuple[str, bool], ...] = ()
    files: tuple[tuple[str, str], ...] = ()  # attachments named in a document's page: output path, size as printed
    colours: tuple[str, ...] = ()  # written into the page
    surround: Surround = Surround()


class StyleFacts(NamedTuple):
    """What a style sheet asks for, the colours it uses, and what is wrong in it alone."""

    loads: tuple[str, ...] = ()  # output paths
    colours: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def site_facts(config: SiteConfig, checking: CheckConfig) -> SiteFacts:
    """What the pages of a site must repeat and are measured by."""
    tags = _page_tags()
    hosts = (urlsplit(url).hostname or "" for url in (config.url, config.portal_url, config.apply_url))
    marks = (urlsplit(url).hostname or "" for url in (config.party_mark_url, config.find_fault_url, config.police_url))
    return SiteFacts(
        agency=config.agency,
        site_name=config.site_name,
        url=config.url,
        domain=config.domain,
        id_code=config.id_code,
        icp=config.icp,
        police=config.police,
        domains=tuple(sorted({*checking.domains, config.domain.lower(), *hosts, *marks} - {""})),
        required=tuple(tags["required"].items()),
        known=tuple(tags["known"]),
        column_types=tuple(tags["column_types"]),
        limits=tuple((t.id, Limit(t.limit, t.basis)) for name in _LIMITS if (t := checking.timer(name)) is not None),
    )


@cache
def _page_tags() -> Mapping[str, Any]:
    data = standard_data("page_tags.yaml")
    names = {name: [tag["name"] for tag in group["tags"] if tag["required"]] for name, group in data["groups"].items()}
    required = {row["page"]: tuple(tag for name in row["groups"] for tag in names[name]) for row in data["matrix"]}
    required |= dict.fromkeys(("map", "redirect", "notfound"), required["notice"])
    known = [tag["name"] for group in data["groups"].values() for tag in group["tags"]]
    return {"required": required, "known": known, "column_types": data["column_types"]}


def pages_of_documents(catalog: Catalog, label: str) -> Mapping[str, str]:
    """The source file of each page that shows a document, by its output path: also of columns that are one page."""
    documents = catalog.documents
    found = {doc.url: f"{label}/{doc.path}" for doc in documents.values()}
    for column in catalog.columns.values():
        if column.kind.list is ListStyle.SINGLE and not column.children and (ids := catalog.listed[column.id]):
            found[column.url] = f"{label}/{documents[ids[0]].path}"
    return found
