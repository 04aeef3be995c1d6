"""The finished output as a visitor, a crawler and an inspector find it: of the sample, and of the imported corpus."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
import yaml

from sitegen.cli import main
from tests.samples import PAGES, ROOT, TODAY, build_once
from tests.site.facts import Page, read_site, target_of
from tests.story import everything_in, files_of

CORPUS = ROOT.parent / "shared" / "corpus"
SITE = yaml.safe_load((ROOT / "content/site.yaml").read_text(encoding="utf-8"))
BASE = SITE["url"]
TAGS = yaml.safe_load((ROOT / "sitegen/data/page_tags.yaml").read_text(encoding="utf-8"))
GROUPS = {row["page"]: row["groups"] for row in TAGS["matrix"]}
GROUPS |= {"map": GROUPS["notice"], "redirect": GROUPS["notice"], "notfound": GROUPS["notice"]}
REQUIRED = {
    kind: [tag["name"] for group in groups for tag in TAGS["groups"][group]["tags"] if tag["required"]]
    for kind, groups in GROUPS.items()
}
KNOWN = {tag["name"] for group in TAGS["groups"].values() for tag in group["tags"]}
ATOM = "{http://www.w3.org/2005/Atom}"
KB = 1024


@dataclass(frozen=True)
class Output:
    """A built site."""

    name: str
    folder: Path

    @cached_property
    def files(self) -> dict[str, bytes]:
        return files_of(self.folder)

    @cached_property
    def pages(self) -> dict[str, Page]:
        return read_site(self.folder)

    def each(self, *kinds: str) -> Iterator[Page]:
        return (page for page in self.pages.values() if not kinds or page.kind in kinds)


def import_corpus(folder: Path) -> Path:
    """The corpus as drafts of a new content folder, with the sample's own settings."""
    content = folder / "content"
    manifest = CORPUS / "manifest.csv"
    assert main(["import", str(CORPUS), "--manifest", str(manifest), "--into", str(content)]) == 0
    shutil.copy(ROOT / "content/site.yaml", content / "site.yaml")
    return content


@pytest.fixture(scope="module", params=["sample", "corpus"])
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Output:
    if request.param == "sample":
        return Output("sample", request.getfixturevalue("sample_site"))
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside this repository")
    folder = tmp_path_factory.mktemp("corpus")
    return Output("corpus", build_once(import_corpus(folder), folder / "public", search=False))


@pytest.fixture(scope="module")
def sample(sample_site: Path) -> Output:
    return Output("sample", sample_site)


def failures(checks: Iterator[str]) -> str:
    """The first twenty, to be compared with nothing."""
    return "\n".join(sorted(set(checks))[:20])


# ---------------------------------------------------------------- links


def test_every_link_of_the_site_leads_to_a_file_and_to_a_place_in_it(output: Output):
    anchors = {path: set(page.ids) for path, page in output.pages.items()}
    base = urlsplit(BASE).path

    def broken() -> Iterator[str]:
        for page in output.each():
            for link in (*page.links, *page.loaded, *page.feeds):
                if page.kind == "notfound" and link.startswith(base):
                    link = link.removeprefix(base)
                target = target_of(page.path, link)
                if target is None:
                    continue
                path, fragment = target
                if path not in output.files and not (output.name == "corpus" and path.startswith("pagefind/")):
                    yield f"{page.path}: {link}: no such file"
                elif fragment and fragment not in anchors.get(path, ()):
                    yield f"{page.path}: {link}: no such place"

    assert failures(broken()) == ""


def test_every_file_beside_a_document_is_offered_or_shown_by_a_page(output: Output):
    wanted = {target_of(page.path, link) for page in output.each() for link in (*page.links, *page.loaded)}
    files = {path for path in output.files if path.startswith("doc/") and not path.endswith(".html")}
    assert files - {target[0] for target in wanted if target} == set()


def test_links_between_pages_are_relative_so_that_the_site_may_lie_anywhere(output: Output):
    def absolute() -> Iterator[str]:
        for page in output.each():
            for link in (*page.links, *page.loaded, *page.feeds):
                if link.startswith("/") and page.kind != "notfound":
                    yield f"{page.path}: {link}"
                if link.startswith(BASE):
                    yield f"{page.path}: {link}"

    assert failures(absolute()) == ""


def test_no_page_asks_another_host_for_anything(output: Output):
    def foreign() -> Iterator[str]:
        for page in output.each():
            yield from (f"{page.path}: {url}" for url in page.loaded if target_of(page.path, url) is None)
        for path, data in output.files.items():
            if not path.endswith((".css", ".html")):
                continue
            for url in re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')\s]+)", data.decode()):
                if path.endswith(".css") and target_of(path, url) is None and not url.startswith("data:"):
                    yield f"{path}: {url}"

    assert failures(foreign()) == ""


def test_no_page_carries_script_style_or_comment_inside(output: Output):
    found = (f"{p.path}: {p.inline} {p.comments}" for p in output.each() if p.inline or p.comments)
    assert failures(line for line in found if not line.startswith("404.html: ('<style>',) 0")) == ""


def test_every_document_is_at_most_four_clicks_from_home(output: Output):
    seen = {"index.html": 0}
    pending = ["index.html"]
    while pending:
        path = pending.pop(0)
        for link in output.pages[path].links:
            target = target_of(path, link)
            if target and target[0] in output.pages and target[0] not in seen:
                seen[target[0]] = seen[path] + 1
                pending.append(target[0])
    far = {page.path: seen.get(page.path) for page in output.each("document") if seen.get(page.path, 9) > 4}
    assert far == {}
    lost = {page.path for page in output.each() if page.path not in seen and page.kind not in ("redirect", "notfound")}
    assert {path for path in lost if not is_hidden(output.pages[path])} == set()


def is_hidden(page: Page) -> bool:
    """Kept only so that its address goes on working: an empty column, a withdrawn document."""
    return page.tag("robots") == "noindex"


# ---------------------------------------------------------------- what every page has


def test_every_page_names_the_agency_and_ends_with_the_seven_marks(output: Output):
    marks = (
        "党政机关网站标识",
        "找错",
        f"网站标识码：{SITE['id_code']}",
        SITE["icp"],
        SITE["police"],
        f"主办单位：{SITE['host']}",
        "联系方式",
    )

    def missing() -> Iterator[str]:
        for page in output.each():
            if SITE["agency"] not in page.header:
                yield f"{page.path}: no agency"
            yield from (f"{page.path}: {mark}" for mark in marks if mark not in page.footer)

    assert failures(missing()) == ""


def test_every_page_has_language_title_skip_link_and_one_first_heading(output: Output):
    def wrong() -> Iterator[str]:
        for page in output.each():
            if page.lang != "zh-CN":
                yield f"{page.path}: lang {page.lang!r}"
            if page.first_link != "#main" or page.ids.count("main") != 1:
                yield f"{page.path}: no skip link"
            if [level for level, _ in page.headings].count(1) != 1:
                yield f"{page.path}: h1 {page.headings}"
            if not all(text for _, text in page.headings):
                yield f"{page.path}: an empty heading"
            before = 0
            for level, text in page.headings:
                if level > before + 1:
                    yield f"{page.path}: h{level} “{text}” after h{before}"
                before = level
            twice = [name for name, count in Counter(page.ids).items() if count > 1]
            if twice:
                yield f"{page.path}: ids twice {twice[:3]}"

    assert failures(wrong()) == ""


def test_every_page_has_the_page_tags_of_its_kind_once_and_filled(output: Output):
    def wrong() -> Iterator[str]:
        for page in output.each():
            count = Counter(name for name, _ in page.tags)
            yield from (f"{page.path}: {name} × {count[name]}" for name in REQUIRED[page.kind] if count[name] != 1)
            for name, content in page.tags:
                if name in KNOWN and (not content or content != content.strip() or "\n" in content or count[name] > 1):
                    yield f"{page.path}: {name}={content!r} × {count[name]}"

    assert failures(wrong()) == ""


def test_page_tags_say_what_the_page_shows(output: Output):
    types = set(TAGS["column_types"])

    def wrong() -> Iterator[str]:
        for page in output.each():
            same = (page.tag("SiteName"), page.tag("SiteDomain"), page.tag("SiteIDCode"))
            if same != (SITE["site_name"], SITE["domain"], SITE["id_code"]):
                yield f"{page.path}: {same}"
            if page.tag("ColumnType") and page.tag("ColumnType") not in types:
                yield f"{page.path}: ColumnType {page.tag('ColumnType')}"
        for page in output.each("document", "single"):
            title = next(text for level, text in page.headings if level == 1)
            if page.tag("ArticleTitle") != title:
                yield f"{page.path}: ArticleTitle {page.tag('ArticleTitle')} / {title}"
            if page.tag("PubDate") not in (page.day, f"{page.day} 00:00"):
                yield f"{page.path}: PubDate {page.tag('PubDate')} / {page.day}"
            if page.tag("Url") != page.canonical and page.kind == "document":
                yield f"{page.path}: Url {page.tag('Url')}"

    assert failures(wrong()) == ""


def test_title_elements_go_from_the_page_to_the_site(output: Output):
    def wrong() -> Iterator[str]:
        for page in output.each():
            parts = page.title.rsplit("_", 2)
            if parts[-1] != SITE["site_name"] or not all(parts):
                yield f"{page.path}: {page.title}"
            if page.kind in ("document", "single"):
                expected = f"{page.tag('ArticleTitle')}_{page.tag('ColumnName')}_{SITE['site_name']}"
                if page.title != expected:
                    yield f"{page.path}: {page.title} / {expected}"

    assert failures(wrong()) == ""
    titles = Counter(page.title for page in output.each("home", "catalog", "updates", "search", "map"))
    assert [title for title, count in titles.items() if count > 1] == []


def test_columns_describe_themselves_each_in_its_own_words(output: Output):
    described = [page for page in output.each("list", "single") if page.path.count("/") == 1]
    counted = Counter(page.tag("ColumnDescription") for page in described)
    assert [text for text, count in counted.items() if count > 1] == []


# ---------------------------------------------------------------- weight


def test_pages_are_light(sample: Output):
    def heavy() -> Iterator[str]:
        for page in sample.each():
            limit = 20 * KB + page.text_size if page.kind in ("document", "single") else 30 * KB
            if page.path.endswith("/compilation/index.html"):
                limit += page.text_size * 3 // 2
            if page.size > limit:
                yield f"{page.path}: {page.size} bytes, {page.size - limit} too many"

    assert failures(heavy()) == ""


def test_long_documents_weigh_little_more_than_their_text(output: Output):
    heavy = {p.path: (p.size, p.text_size) for p in output.each("document") if p.size > 20 * KB + p.text_size * 1.5}
    assert heavy == {}


def test_style_and_script_are_light(sample: Output):
    weights = {path: len(data) for path, data in sample.files.items() if path.endswith((".css", ".js"))}
    own = {path: size for path, size in weights.items() if path.startswith("assets/")}
    compared = own.pop("assets/compare.css")  # of comparisons alone
    asked = own.pop("assets/search.css")  # of the search page alone
    styles = [size for path, size in own.items() if path.endswith(".css")]
    scripts = [size for path, size in own.items() if path.endswith(".js") and not path.startswith("assets/search")]
    assert len(styles) == 1
    assert sum(styles) <= 24 * KB, own
    assert sum(scripts) <= 8 * KB, own
    assert compared <= 4 * KB
    assert asked <= 6 * KB
    asking = {path for path, data in sample.files.items() if path.endswith(".html") and b"assets/compare.css" in data}
    assert asking
    assert all("/compare/" in path for path in asking)
    searching = {path for path, data in sample.files.items() if path.endswith(".html") and b"assets/search" in data}
    assert searching == {"search/index.html"}


# ---------------------------------------------------------------- for machines


def test_feeds_follow_rfc_4287(output: Output):
    ids: set[str] = set()

    def wrong() -> Iterator[str]:
        for path, data in output.files.items():
            if not path.endswith("atom.xml"):
                continue
            feed = ElementTree.fromstring(data)
            if feed.tag != f"{ATOM}feed":
                yield f"{path}: {feed.tag}"
            for place in (feed, *feed.iter(f"{ATOM}entry")):
                for name in ("id", "title", "updated"):
                    texts = [element.text for element in place.findall(ATOM + name)]
                    if len(texts) != 1 or not (texts[0] or "").strip():
                        yield f"{path}: {name} {texts}"
                if datetime.fromisoformat(place.findtext(f"{ATOM}updated", "")).tzinfo is None:
                    yield f"{path}: a time without its zone"
                if not urlsplit(place.findtext(f"{ATOM}id", "")).scheme:
                    yield f"{path}: the id is no IRI"
                links = [link for link in place.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
                if len(links) != 1 or not exists(output, links[0].get("href", "")):
                    yield f"{path}: leads nowhere: {[link.get('href') for link in links]}"
            own = feed.findtext(f"{ATOM}id", "")
            entries = [entry.findtext(f"{ATOM}id", "") for entry in feed.iter(f"{ATOM}entry")]
            if len({own, *entries}) != 1 + len(entries):
                yield f"{path}: ids twice {[i for i, count in Counter(entries).items() if count > 1][:3]}"
            if own in ids:
                yield f"{path}: its id is another feed's"
            ids.add(own)
            if not feed.findtext(f"{ATOM}author/{ATOM}name", ""):
                yield f"{path}: no author"
            if [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"] != [BASE + path]:
                yield f"{path}: does not name itself"
            days = [entry.findtext(f"{ATOM}updated", "") for entry in feed.iter(f"{ATOM}entry")]
            if days != sorted(days, reverse=True) or (days and days[0] != feed.findtext(f"{ATOM}updated")):
                yield f"{path}: not newest first"

    assert failures(wrong()) == ""
    assert ids


def exists(output: Output, address: str) -> bool:
    """Whether the site has the page of this absolute address."""
    return address.startswith(BASE) and path_of(address) in output.files


def path_of(address: str) -> str:
    """The output file of an absolute address."""
    return unquote(urlsplit(address).path.removeprefix(urlsplit(BASE).path))


def test_sitemap_follows_its_schema_and_lists_every_document(output: Output):
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ElementTree.fromstring(output.files["sitemap.xml"])
    assert root.tag == f"{name}urlset"
    addresses = []
    for url in root:
        assert url.tag == f"{name}url"
        assert [child.tag for child in url] in ([f"{name}loc"], [f"{name}loc", f"{name}lastmod"])
        address, day = url.findtext(f"{name}loc", ""), url.findtext(f"{name}lastmod")
        assert exists(output, address), address
        assert len(address) < 2048
        assert day is None or datetime.fromisoformat(day).date() <= TODAY, address
        addresses.append(address)
    assert 0 < len(addresses) <= 50_000
    assert len(addresses) == len(set(addresses))
    paths = {path_of(address) for address in addresses}
    assert {page.path for page in output.each("document")} <= paths
    assert {path for path in paths if is_hidden(output.pages[path])} == set()


def test_canonical_addresses_are_the_pages_own(output: Output):
    wrong = [p.path for p in output.each() if p.canonical and (not exists(output, p.canonical))]
    assert wrong == []
    assert {p.path for p in output.each("document", "home", "list") if p.canonical != absolute(p.path)} == set()


def absolute(path: str) -> str:
    from sitegen.address import absolute as joined

    return joined(path, BASE)


def test_robots_lets_all_in_and_names_the_sitemap(output: Output):
    assert output.files["robots.txt"].decode() == f"User-agent: *\nAllow: /\n\nSitemap: {BASE}sitemap.xml\n"


# ---------------------------------------------------------------- what must not be there


def front_matter(path: Path) -> dict[str, object]:
    return yaml.safe_load(path.read_text(encoding="utf-8").split("\n---\n")[0].removeprefix("---\n"))


def found_anywhere(output: Output, words: set[str]) -> list[str]:
    """Where these words stand in the output, in names and in what is packed too."""
    sought = [(word, word.encode()) for word in words]
    return [f"{path}: {word}" for path, data in everything_in(output.files) for word, mark in sought if mark in data]


def test_what_may_not_be_shown_is_nowhere_in_the_output(sample: Output):
    marks: set[str] = set()
    for path in (ROOT / "content").rglob("*.md"):
        given = front_matter(path)
        is_due = str(given.get("pub_date", given.get("发布日期", ""))) <= TODAY.isoformat() + " 23:59"
        is_public = given.get("disclosure", given.get("公开属性")) == "主动公开"
        if not is_public or not is_due or given.get("draft", given.get("草稿")):
            marks |= {path.stem, str(given.get("title", given.get("标题")))}
    assert len(marks) >= 6
    assert found_anywhere(sample, marks) == []


def test_internal_fields_are_nowhere_in_the_output(sample: Output):
    secrets = {"secrecy_review", "disclosure_reason", "保密审查结论"}
    for path in (ROOT / "content").rglob("*.md"):
        given = front_matter(path)
        review = given.get("secrecy_review", given.get("保密审查")) or {}
        if "digest" in review:  # the reviewer may be named as an official
            secrets.add(str(review["digest"]))
        secrets |= {given[key] for key in ("disclosure_reason", "不公开理由") if key in given}
    assert len(secrets) >= 5
    assert found_anywhere(sample, secrets) == []


def test_output_says_nothing_of_the_machine_or_the_moment_that_built_it(output: Output):
    places = {str(ROOT), str(output.folder), str(Path.home()), str(CORPUS)} - {"/"}
    clock = re.compile(rb"\d\d:\d\d:\d\d(?!\+08:00)")

    def traces() -> Iterator[str]:
        for path, data in output.files.items():
            yield from (f"{path}: {place}" for place in places if place.encode() in data)
            if path.endswith((".html", ".xml", ".txt")):
                yield from (f"{path}: {time.decode()}" for time in clock.findall(data))
                if b"file://" in data or b"localhost" in data:
                    yield f"{path}: an address of this machine"

    assert failures(traces()) == ""
    assert {page.path for page in output.each("document") if page.tag("PubDate")[:10] >= TODAY.isoformat()} == set()


# ---------------------------------------------------------------- the sample itself


def test_sample_has_every_kind_of_page(sample: Output):
    assert {page.kind for page in sample.each()} == set(REQUIRED) - {"notice"}
    assert [path for path in PAGES.values() if path not in sample.pages] == []


def test_names_of_output_files_are_portable(output: Output):
    bad = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ]$')
    parts = {part for path in output.files for part in path.split("/")}
    assert [part for part in parts if bad.search(part) or len(part.encode()) > 255] == []
    folded = Counter(path.casefold() for path in output.files)
    assert [path for path, count in folded.items() if count > 1] == []
    assert max(len(path) for path in output.files) < 200
