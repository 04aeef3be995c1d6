"""Turn what may be shown of the documents into the files that a visitor's browser searches, with no server behind them.

The files shared by all back ends lie in `search/data/`: `docs.json` (title, 文号, index_no, date, validity and facets
of every document) and, in `text/`, one file for each document, from which excerpts are cut. A back end adds files of
its own; it only has to tell which documents hold a sequence of terms. `themes/standard/assets/search.js` is the other
half: it normalises and cuts the query by the same rules (`tests/fixtures/search/normalize.json` holds both to them).

Exports `index_search`, `normalize`, `cut`, `SearchBackend`, `BACKENDS`.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sitegen.diagnostics import SitegenError
from sitegen.model import SearchRecord, Section, Validity

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_BLANKS = re.compile(rf"([{_HAN}])[^\S\n]+(?=[{_HAN}])")
_NUMBER = re.compile(r"[〔\[(【{〈《<]\s*(\d{4})\s*年?\s*[〕\])】}〉》>]\s*第?\s*0*(\d{1,5})\s*号")
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|[^\W_{_HAN}]+")


def normalize(text: str) -> str:
    """The text as it is compared: NFKC, lower case, no blanks between Chinese characters, one spelling of a 文号.

    >>> normalize("关 于印发GB/T 9704的通知（某政发［２０２４］第３号）")
    '关于印发gb/t 9704的通知(某政发〔2024〕3号)'
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return _NUMBER.sub(r"〔\1〕\2号", _BLANKS.sub(r"\1", plain))


def cut(text: str) -> list[str]:
    """The terms of a text in order: overlapping pairs and the last character of each Chinese run, other runs whole.

    Every pair of neighbouring characters is a term, so a phrase is in a text just when its terms follow one another
    there; that also makes a 文号 one unit without a term of its own. The last character lets a search for a single
    one find all places by prefix.

    >>> cut("公积金2024年A类")
    ['公积', '积金', '金', '2024', '年', 'a', '类']
    """
    terms: list[str] = []
    for run in _RUN.finditer(normalize(text)):
        word = run[0]
        if run["han"]:
            terms += map("".join, pairwise(word))
            terms.append(word[-1])
        else:
            terms.append(word)
    return terms


# ---------------------------------------------------------------- the seam


@dataclass(frozen=True, slots=True)
class SearchBackend:
    """A way to find terms: `build` makes its files; documents are known to it by their place in the sequence."""

    name: str
    build: Callable[[Sequence[SearchRecord]], Mapping[str, bytes]]


def index_search(records: Sequence[SearchRecord], backend: str = "pagefind") -> Mapping[str, bytes]:
    """The files of the search by path below the root of the site; the same records in any order give the same bytes."""
    if backend not in BACKENDS:
        raise SitegenError(f"没有名为“{backend}”的检索方式；请在 site.yaml 中选用：{'、'.join(BACKENDS)}。")
    ordered = sorted(sorted(records, key=lambda r: r.id), key=lambda r: r.pub_date, reverse=True)
    files = {_DOCS: _json(_table(ordered, backend))}
    for record in ordered:
        files[f"search/data/text/{record.id}.json"] = _json([[s.anchor, s.heading, s.text] for s in _passages(record)])
    return {**files, **BACKENDS[backend].build(ordered)}


_DOCS = "search/data/docs.json"


def indexed_titles(out: Path) -> Mapping[str, str]:
    """The titles that the index in the site folder `out` knows, by id; nothing if there is none that can be read."""
    try:
        table = json.loads((out / _DOCS).read_text(encoding="utf-8"))
        return dict(zip(table["id"], table["title"], strict=True))
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _table(records: Sequence[SearchRecord], backend: str) -> dict[str, object]:
    """What the browser knows of all documents before it looks into any; newest first, one column a field."""
    facets: dict[str, list[list[str]]] = {}
    for number, record in enumerate(records):
        for name, values in record.filters:
            facets.setdefault(name, [[] for _ in records])[number] = list(values)
    return {
        "backend": backend,
        "id": [r.id for r in records],
        "url": [r.url for r in records],
        "title": [r.title for r in records],
        "doc_no": [r.doc_no for r in records],
        "index_no": [r.index_no for r in records],
        "date": [r.pub_date.isoformat() for r in records],
        "validity": [r.validity for r in records],
        "facets": {name: _facet(name, facets[name]) for name in sorted(facets)},
    }


def _facet(name: str, values: Sequence[Sequence[str]]) -> dict[str, object]:
    """The values of a facet in the order they are offered, and for each document the numbers of its own."""
    counts = Counter(value for row in values for value in row)
    order = sorted(counts, key=lambda value: (-counts[value], value))
    if name == "year":
        order.sort(reverse=True)
    elif name == "validity":
        order.sort(key=_STATES.index)
    place = {value: number for number, value in enumerate(order)}
    return {"values": order, "docs": [[place[value] for value in row] for row in values]}


_STATES = [state.value for state in Validity]


def _passages(record: SearchRecord) -> Iterator[Section]:
    """Everything of a document that is searched besides its title and numbers, as an excerpt may show it."""
    yield from record.sections
    if record.summary:
        yield Section("", "内容概述", record.summary)
    if record.keywords:
        yield Section("", "关键词", "、".join(record.keywords))
    if record.attachments:
        yield Section("", "附件", "、".join(record.attachments))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# ---------------------------------------------------------------- pagefind


# A language that Pagefind neither stems nor cuts, on this side and in the browser, where the script of the page names
# it again: with `zh` the browser would cut our terms once more by its own dictionary.
_LANGUAGE = "und"
_KEPT = re.compile(
    r"pagefind-entry\.json|pagefind\.js|pagefind-worker\.js|pagefind\.[\w-]+\.pf_meta|wasm\.unknown\.pagefind"
    r"|index/[\w-]+\.pf_index"
)
_FRAGMENT_MARK = b"pagefind_dcd"


def _build_pagefind(records: Sequence[SearchRecord]) -> dict[str, bytes]:
    """Pagefind's index of the cut texts, and `keys.json`: its own name of each document, in our order.

    Its user interfaces and its copies of the texts are left out: `search/data/` serves excerpts, uncut.
    """
    import gzip  # these, and what runs the program, cost a build more than they may that makes no index
    import tempfile

    if not records:
        return {}
    with tempfile.TemporaryDirectory(prefix="sitegen-search-") as folder:
        site, bundle = Path(folder, "site"), Path(folder, "pagefind")
        site.mkdir()
        for record in records:
            Path(site, f"{_page_name(record)}.html").write_text(_page(record), encoding="utf-8")
        _run_pagefind(folder, site, bundle)
        made = {file.relative_to(bundle).as_posix(): file.read_bytes() for file in bundle.rglob("*") if file.is_file()}
    names = {}
    for path, data in made.items():
        if path.startswith("fragment/"):
            fragment = json.loads(gzip.decompress(data).removeprefix(_FRAGMENT_MARK))
            names[fragment["url"].strip("/").removesuffix(".html")] = Path(path).stem
    files = {f"pagefind/{path}": data for path, data in sorted(made.items()) if _KEPT.fullmatch(path)}
    files["pagefind/keys.json"] = _json([names[_page_name(record)] for record in records])
    files["pagefind/LICENSE.txt"] = _PAGEFIND_LICENCE.encode()
    return files


def _page_name(record: SearchRecord) -> str:
    """A file name that any file system takes, from the id alone."""
    return hashlib.blake2b(record.id.encode(), digest_size=10).hexdigest()


def _page(record: SearchRecord) -> str:
    """The terms of a document as the page that Pagefind reads; it weighs h1 and h2 more than p."""

    def block(tag: str, text: str) -> str:
        return f"<{tag}>{' '.join(cut(text))}</{tag}>\n"

    parts = [block("h1", record.title), block("h2", f"{record.doc_no}\n{record.index_no}")]
    for section in _passages(record):
        if not section.text.startswith(section.heading):
            parts.append(block("h2", section.heading))
        parts.append(block("p", section.text))
    return f'<!DOCTYPE html>\n<html lang="{_LANGUAGE}"><body data-pagefind-body>\n{"".join(parts)}</body></html>\n'


def _run_pagefind(folder: str, site: Path, bundle: Path) -> None:
    """Run the program in `folder`, where no configuration file of somebody else's lies."""
    import subprocess

    from pagefind_bin import get_executable

    way_out = "可先用 --no-search 生成网站（不更新检索索引）"
    try:
        program = get_executable()
    except FileNotFoundError as error:
        raise SitegenError(f"没有适用于本机系统的 Pagefind 程序，无法建立检索索引；{way_out}。") from error
    arguments = ["--site", str(site), "--output-path", str(bundle), "--silent"]
    try:
        done = subprocess.run([str(program), *arguments], cwd=folder, capture_output=True, check=False)
    except OSError as error:
        raise SitegenError(f"Pagefind 程序在本机无法运行（{error.strerror}），检索索引没有建立；{way_out}。") from error
    if done.returncode != 0 or not Path(bundle, "pagefind-entry.json").is_file():
        said = done.stderr.decode(errors="replace").strip() or "没有说明原因"
        raise SitegenError(f"Pagefind 程序出错（退出码 {done.returncode}），检索索引没有建立；{way_out}。它说：{said}")


_PAGEFIND_LICENCE = """\
The files in this folder come from Pagefind (https://pagefind.app), except keys.json.

MIT License

Copyright 2022 CloudCannon

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

BACKENDS: Mapping[str, SearchBackend] = {
    backend.name: backend for backend in (SearchBackend("pagefind", _build_pagefind),)
}
"""By the name that site.yaml uses; the first is the default."""
