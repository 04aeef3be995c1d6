"""Turn records into an index of Pagefind (https://pagefind.app) over cut texts, and what the search page shows of them.

In `search/data/` lie `docs.json` (title, 文号, index_no, date and facets of every document), `everyday.json` (official
words by everyday word), `variants.json`, `pinyin.json` (the titles in syllables) and in `text/` one file for each
document, from which excerpts are cut; in `pagefind/` what the program of that name makes of the terms, and `keys.json`,
its own name of each document. `themes/standard/assets/search-pagefind.js` reads them, and cuts a query as `cut` does.

Pagefind takes about 0.8 KB of memory for every different term of a document, whatever it is given.

Exports `build`, `cut`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

from sitegen.diagnostics import SitegenError
from sitegen.model import SearchRecord
from sitegen.search.pairs import everyday_by_atoms, passages
from sitegen.search.pinyin import readings
from sitegen.search.questions import questions
from sitegen.search.table import facets, json_bytes
from sitegen.search.variants import variants_file
from sitegen.search.words import atoms

_DATA = "search/data/"


def build(records: Sequence[SearchRecord], everyday: Mapping[str, tuple[str, ...]]) -> dict[str, bytes]:
    """All files of the search in records, the oldest first.

    Raises `SitegenError` where Pagefind cannot do its work.
    """
    files = {
        f"{_DATA}docs.json": json_bytes(_table(records)),
        f"{_DATA}everyday.json": json_bytes(
            {"".join(word): official for word, official in everyday_by_atoms(everyday).items()}
        ),
        f"{_DATA}variants.json": variants_file(),
        f"{_DATA}pinyin.json": json_bytes([_syllables(record.title) for record in records]),
    }
    for record in records:
        files[f"{_DATA}text/{record.id}.json"] = json_bytes(list(passages(record)))
    return {**files, **_index(records)}


def _table(records: Sequence[SearchRecord]) -> dict[str, object]:
    """What the browser knows of all documents before it looks into any, one column a field."""
    phrases, edges = questions()
    return {
        "id": [record.id for record in records],
        "url": [record.url for record in records],
        "title": [record.title for record in records],
        "doc_no": [record.doc_no for record in records],
        "index_no": [record.index_no for record in records],
        "date": [record.pub_date.isoformat() for record in records],
        "facets": facets([record.filters for record in records]),
        "words": {"questions": phrases, "edges": edges},
    }


def _syllables(title: str) -> str:
    """The title as it is spelled: a blank between two characters, a stroke between readings of one.

    >>> _syllables("银行2024年报")
    'yin hang/xing - nian bao'
    """
    return " ".join("/".join(readings(atom)) or "-" for atom in atoms(title))


# ---------------------------------------------------------------- pagefind


def cut(text: str) -> list[str]:
    """The terms of a text in the order of the text, as words without blanks: a phrase is in it where its terms are.

    These are the terms of `sitegen.search.words`; that of two runs of letters or digits stands as these two.

    >>> cut("公积金2024年，GB/T 9704")
    ['公积', '积金', '金2024', '2024', '2024年', 'gb', 't', '9704']
    """
    terms = []
    before = "\n"
    for atom, after in pairwise([*atoms(text), "\n"]):
        if atom != "\n":
            if atom < _WIDE or before == after == "\n":
                terms.append(atom)
            if after != "\n" and (atom >= _WIDE or after >= _WIDE):
                terms.append(atom + after)
        before = atom
    return terms


_WIDE = "\u2e80"  # from here on every character is an atom


# A language that Pagefind neither stems nor cuts, on this side and in the browser, where the script of the page names
# it again: with `zh` the browser would cut our terms once more by its own dictionary.
_LANGUAGE = "und"
_KEPT = re.compile(
    r"pagefind-entry\.json|pagefind\.js|pagefind-worker\.js|pagefind\.[\w-]+\.pf_meta|wasm\.unknown\.pagefind"
    r"|index/[\w-]+\.pf_index"
)
_FRAGMENT_MARK = b"pagefind_dcd"


def _index(records: Sequence[SearchRecord]) -> dict[str, bytes]:
    """Pagefind's index of the terms, without its user interfaces and its copies of the texts, which are cut."""
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
        files, keys = {}, {}
        for file in sorted(file for file in bundle.rglob("*") if file.is_file()):
            path = file.relative_to(bundle).as_posix()
            if _KEPT.fullmatch(path):
                files[f"pagefind/{path}"] = file.read_bytes()
            elif path.startswith("fragment/"):
                page = json.loads(gzip.decompress(file.read_bytes()).removeprefix(_FRAGMENT_MARK))
                keys[page["url"].strip("/").removesuffix(".html")] = file.stem
    files["pagefind/keys.json"] = json_bytes([keys[_page_name(record)] for record in records])
    files["pagefind/LICENSE.txt"] = _PAGEFIND_LICENCE.encode()
    return files


def _page_name(record: SearchRecord) -> str:
    """A file name that any file system takes, from the id alone."""
    return blake2b(record.id.encode(), digest_size=10).hexdigest()


def _page(record: SearchRecord) -> str:
    """The terms of a document as the page that Pagefind reads; it weighs h1 and h2 more than p."""

    def block(tag: str, text: str) -> str:
        return f"<{tag}>{' '.join(cut(text))}</{tag}>\n"

    parts = [block("h1", record.title), block("h2", "\n".join((record.doc_no, record.index_no, *record.names)))]
    for section in passages(record):
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
