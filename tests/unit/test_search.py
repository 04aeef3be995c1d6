"""What the search makes of documents: its back ends, and the files of the one that hands cut texts to Pagefind."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError
from sitegen.model import SearchRecord, Section
from sitegen.search import BACKENDS, INDEX_FOLDERS, index_search, indexed_titles
from sitegen.search.pagefind import cut
from sitegen.search.words import terms_in

CUT = json.loads((Path(__file__).parents[1] / "fixtures/search/cut.json").read_text(encoding="utf-8"))
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=30)


@pytest.mark.parametrize(("text", "expected"), CUT)
def test_cuts(text: str, expected: list[str]):
    assert cut(text) == expected


@given(st.text() | st.text("公积金2024aB/。， \n"))
def test_cuts_into_the_terms_of_the_text_but_those_of_two_runs(text: str):
    assert sorted(cut(text)) == sorted(term for term in terms_in(text) if " " not in term)


@given(st.text("公积金年2024aB 、"), HAN, st.text("公积金年2024aB 、"))
def test_every_phrase_of_a_text_is_a_sequence_of_its_terms(before: str, phrase: str, after: str):
    terms, wanted = cut(f"{before}{phrase}{after}"), cut(phrase)
    assert any(terms[i : i + len(wanted)] == wanted for i in range(len(terms)))


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


EVERYDAY = {"低保": ("最低生活保障",), "社 保": ("社会保险", "社会保障")}


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return index_search(RECORDS, "pagefind", EVERYDAY)


def read(files: Mapping[str, bytes], name: str):
    return json.loads(files[f"search/data/{name}"])


@pytest.mark.parametrize("backend", BACKENDS)
def test_same_documents_give_the_same_bytes_in_any_order(backend: str):
    assert index_search(tuple(reversed(RECORDS)), backend) == index_search(RECORDS, backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_everything_lies_in_the_folders_of_the_search(backend: str):
    assert all(path.startswith(INDEX_FOLDERS) for path in index_search(RECORDS, backend))


@pytest.mark.parametrize("backend", BACKENDS)
def test_titles_can_be_read_from_the_index_of_either_back_end(backend: str, tmp_path: Path):
    for path, data in index_search(RECORDS, backend).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    assert indexed_titles(tmp_path) == {record.url: record.title for record in RECORDS}


def test_pairs_is_the_default():
    assert index_search(RECORDS) == index_search(RECORDS, "pairs")


def test_table_lists_documents_oldest_first_with_their_facets(files: Mapping[str, bytes]):
    table = read(files, "docs.json")
    assert table["id"] == ["节水", "公园", "绿化"]
    assert table["doc_no"] == ["", "", "云政发〔2024〕3号"]
    assert table["facets"]["year"] == {"values": ["2024", "2023"], "combos": [[0], [1]], "docs": "100"}
    assert table["facets"]["validity"]["values"] == ["现行有效", "废止"]


def test_text_of_a_document_keeps_its_anchors_and_names_its_attachments(files: Mapping[str, bytes]):
    assert read(files, "text/公园.json") == [
        ["a1", "第一条", "为了做好公园工作，制定本办法。"],
        ["", "附件", "公园名单"],
    ]


def test_everyday_words_are_spelled_as_a_query_is_compared(files: Mapping[str, bytes]):
    assert read(files, "everyday.json") == {"低保": ["最低生活保障"], "社保": ["社会保险", "社会保障"]}


def test_titles_are_spelled_with_every_reading(files: Mapping[str, bytes]):
    assert read(files, "pinyin.json")[2] == "lu/lv hua guan li ban fa"


def test_pagefind_knows_every_document_by_a_name_of_its_own(files: Mapping[str, bytes]):
    keys = json.loads(files["pagefind/keys.json"])
    assert len(keys) == len(set(keys)) == len(RECORDS)


def test_only_what_the_browser_reads_is_kept_of_pagefind(files: Mapping[str, bytes]):
    names = {path for path in files if path.startswith("pagefind/")}
    assert {"pagefind/pagefind.js", "pagefind/wasm.unknown.pagefind", "pagefind/LICENSE.txt"} <= names
    assert not [name for name in names if "ui" in name or "highlight" in name or "fragment" in name]


def test_a_site_without_documents_needs_no_program(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: pytest.fail("it was run"))
    assert not [path for path in index_search((), "pagefind") if path.startswith("pagefind/")]


def test_unknown_back_end_is_refused_with_those_there_are():
    with pytest.raises(SitegenError, match=r"没有名为“elastic”的检索方式；请在 site.yaml 中选用：pairs、pagefind"):
        index_search(RECORDS, "elastic")


def test_missing_program_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch):
    def missing() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr("pagefind_bin.get_executable", missing)
    with pytest.raises(SitegenError, match=r"没有适用于本机系统的 Pagefind 程序.*--no-search"):
        index_search(RECORDS, "pagefind")


def test_program_that_cannot_run_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: tmp_path)
    with pytest.raises(SitegenError, match=r"无法运行.*--no-search"):
        index_search(RECORDS, "pagefind")


def test_failing_program_is_quoted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: Path(sys.executable))
    with pytest.raises(SitegenError, match=r"Pagefind 程序出错（退出码 2）.*--no-search.*它说"):
        index_search(RECORDS, "pagefind")
