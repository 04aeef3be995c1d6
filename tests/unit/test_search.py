"""What the search makes of documents: the terms, the files, and that the same documents give the same bytes."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError
from sitegen.model import SearchRecord, Section
from sitegen.search import cut, index_search, normalize
from sitegen.site import INDEX_FOLDERS

VECTORS = json.loads((Path(__file__).parents[1] / "fixtures/search/normalize.json").read_text(encoding="utf-8"))
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=30)


@pytest.mark.parametrize(("text", "expected"), VECTORS["normalize"])
def test_normalizes(text: str, expected: str):
    assert normalize(text) == expected


@pytest.mark.parametrize(("text", "expected"), VECTORS["cut"])
def test_cuts(text: str, expected: list[str]):
    assert cut(text) == expected


@given(st.text(), HAN, st.text())
def test_every_phrase_of_a_text_is_a_sequence_of_its_terms(before: str, phrase: str, after: str):
    terms, pairs = cut(f"{before}\n{phrase}{after}"), cut(phrase)[:-1]
    assert any(terms[i : i + len(pairs)] == pairs for i in range(len(terms)))


@given(st.text())
def test_no_term_holds_a_blank_or_a_mark_of_html(text: str):
    assert not re.search(r"[\s<>&\"']", "".join(cut(text)))


# ---------------------------------------------------------------- files


def record(name: str, day: date = date(2024, 5, 6), **fields: object) -> SearchRecord:
    given = {"title": f"{name}管理办法", "sections": (Section("a1", "第一条", f"为了做好{name}工作，制定本办法。"),)}
    return SearchRecord(id=name, url=f"doc/{name}/index.html", pub_date=day, **(given | fields))


RECORDS = (
    record("节水", date(2023, 1, 2), filters=(("year", ("2023",)), ("column", ("政策",)), ("validity", ("废止",)))),
    record("绿化", doc_no="云政发〔2024〕3号", filters=(("year", ("2024",)), ("validity", ("现行有效",)))),
    record("公园", filters=(("year", ("2024",)), ("column", ("政策", "公告"))), attachments=("公园名单",)),
)


@pytest.fixture(scope="module")
def files():
    return index_search(RECORDS)


def read(files, path: str):
    return json.loads(files[path])


def test_same_documents_give_the_same_bytes_in_any_order(files):
    assert index_search(tuple(reversed(RECORDS))) == files


def test_everything_lies_in_the_folders_of_the_search(files):
    assert all(path.startswith(INDEX_FOLDERS) for path in files)


def test_table_lists_documents_newest_first_with_numbered_facets(files):
    table = read(files, "search/data/docs.json")
    assert table["id"] == ["公园", "绿化", "节水"]
    assert table["doc_no"] == ["", "云政发〔2024〕3号", ""]
    assert table["facets"]["year"] == {"values": ["2024", "2023"], "docs": [[0], [0], [1]]}
    assert table["facets"]["column"] == {"values": ["政策", "公告"], "docs": [[0, 1], [], [0]]}
    assert table["facets"]["validity"] == {"values": ["现行有效", "废止"], "docs": [[], [0], [1]]}


def test_text_of_a_document_keeps_its_anchors_and_names_its_attachments(files):
    assert read(files, "search/data/text/公园.json") == [
        ["a1", "第一条", "为了做好公园工作，制定本办法。"],
        ["", "附件", "公园名单"],
    ]


def test_pagefind_knows_every_document_by_a_name_of_its_own(files):
    keys = read(files, "pagefind/keys.json")
    assert len(keys) == len(set(keys)) == len(RECORDS)


def test_only_what_the_browser_reads_is_kept_of_pagefind(files):
    names = {path for path in files if path.startswith("pagefind/")}
    assert {"pagefind/pagefind.js", "pagefind/wasm.unknown.pagefind", "pagefind/LICENSE.txt"} <= names
    assert not [name for name in names if "ui" in name or "highlight" in name or "fragment" in name]


def test_a_site_without_documents_has_an_empty_table():
    assert list(index_search(())) == ["search/data/docs.json"]


def test_unknown_back_end_is_refused_with_those_there_are():
    with pytest.raises(SitegenError, match=r"没有名为“elastic”的检索方式；请在 site.yaml 中选用：pagefind"):
        index_search(RECORDS, "elastic")


def test_missing_program_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch):
    def missing() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr("pagefind_bin.get_executable", missing)
    with pytest.raises(SitegenError, match=r"没有适用于本机系统的 Pagefind 程序.*--no-search"):
        index_search(RECORDS)


def test_program_that_cannot_run_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: tmp_path)
    with pytest.raises(SitegenError, match=r"无法运行.*--no-search"):
        index_search(RECORDS)


def test_failing_program_is_quoted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: Path(sys.executable))
    with pytest.raises(SitegenError, match=r"Pagefind 程序出错（退出码 2）.*--no-search.*它说"):
        index_search(RECORDS)
