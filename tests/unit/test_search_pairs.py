"""The words of the search, by the table that the script of the page is held to as well, and the files of its index."""

from __future__ import annotations

import json
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sitegen.model import SearchRecord, Section
from sitegen.search import index_search
from sitegen.search.pairs import UNIT, Filed, everyday_by_atoms, everyday_by_shard, filed, refiled, shards_for, terms_of
from sitegen.search.shards import Lists, body_of, crc, decode_shard, names_of, shard_path
from sitegen.search.words import atoms, normalize, number_terms, plain, squashed, terms_in

VECTORS: dict[str, list[list[Any]]] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "search" / "words.json").read_text(encoding="utf-8")
)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(("text", "expected"), VECTORS["normalize"])
def test_text_is_compared_as(text: str, expected: str) -> None:
    assert normalize(text) == expected


@pytest.mark.parametrize(("text", "expected"), VECTORS["plain"])
def test_plain_text_is(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(("text", "expected"), VECTORS["atoms"])
def test_atoms_are(text: str, expected: list[str]) -> None:
    assert atoms(text) == expected


@pytest.mark.parametrize(("text", "expected"), VECTORS["terms"])
def test_terms_are(text: str, expected: list[str]) -> None:
    assert sorted(terms_in(text)) == expected


@pytest.mark.parametrize(("doc_no", "index_no", "expected"), VECTORS["number_terms"])
def test_own_numbers_are(doc_no: str, index_no: str, expected: list[str]) -> None:
    assert list(number_terms(doc_no, index_no)) == expected


def test_table_is_long_and_says_nothing_twice() -> None:
    cases = [json.dumps([name, row[:-1]]) for name, rows in VECTORS.items() for row in rows]
    assert len(cases) == len(set(cases)) > 120


def test_squashed_text_has_letters_and_digits_alone() -> None:
    assert squashed("１１-2024/ 00012 a（甲）") == "11202400012a甲"


# ---------------------------------------------------------------- what is filed of a document


def record(name: str, text: str = "", day: date = date(2024, 5, 6), **fields: Any) -> SearchRecord:
    given = {
        "title": f"{name}办法",
        "sections": (Section("a1", "第一条", text or f"第一条　为了{name}，制定本办法。"),),
    }
    return SearchRecord(id=name, url=f"doc/{name}/index.html", pub_date=day, **(given | fields))


def of_sections(*sections: Section) -> Filed:
    return filed(record("节水", sections=sections))


def test_passages_stay_whole_in_units_where_they_fit() -> None:
    passages = [Section(f"a{n}", "", "水" * (UNIT // 2)) for n in range(5)]
    assert [[anchor for anchor, *_ in unit] for unit in of_sections(*passages).units] == [
        ["a0", "a1"],
        ["a2", "a3"],
        ["a4"],
    ]


def test_longer_passage_is_cut_between_its_paragraphs() -> None:
    paragraphs = ["水" * (UNIT - 100), "电" * 200, "气" * 10]
    units = of_sections(Section("a", "供水", "\n".join(paragraphs))).units
    assert [unit[0] for unit in units] == [("a", "供水", paragraphs[0]), ("a", "供水", "\n".join(paragraphs[1:]))]


def test_longer_paragraph_stays_whole() -> None:
    assert [len(unit[0][2]) for unit in of_sections(Section("", "", "水" * 3 * UNIT)).units] == [3 * UNIT]


def test_document_without_a_text_has_a_unit_too() -> None:
    assert of_sections().units == [[]]
    assert terms_of(of_sections()).body == {}


def test_summary_keywords_and_attachments_are_searched() -> None:
    document = filed(record("节水", summary="一句概述", keywords=("用水", "定额"), attachments=("定额表",)))
    assert [tuple(passage) for passage in document.units[0][1:]] == [
        ("", "内容概述", "一句概述"),
        ("", "关键词", "用水、定额"),
        ("", "附件", "定额表"),
    ]


def test_terms_of_headings_weigh_most_and_repeated_ones_more() -> None:
    body = terms_of(of_sections(Section("", "供水", "节能。节电。节电。气、气气、气气"))).body
    assert [body[term][0] >> 1 for term in ("节能", "节电", "气气", "供水")] == [0, 1, 2, 3]


@pytest.mark.parametrize("more", [(), (Section("", "", "水" * UNIT),)])
def test_heading_that_is_the_start_of_a_longer_word_is_no_term_of_its_own(more: tuple[Section, ...]) -> None:
    """`一` is the heading of `一、总则`, in whose text it does not stand alone."""
    body = terms_of(of_sections(Section("", "一", "一、总则"), *more)).body
    assert "一" not in body
    assert "一总" in body


def test_terms_tell_the_units_they_are_in() -> None:
    passages = [Section("", "", word + "。" + "水" * UNIT) for word in ("节能", "节电", "节能")]
    body = terms_of(of_sections(*passages)).body
    assert body["节能"] == (1 << 1 | 1, b"\x01\x05")
    assert body["节电"] == (0 << 1 | 1, b"\x01\x02")


def test_names_say_whether_they_are_the_title() -> None:
    document = filed(record("节水", doc_no="云政发〔2024〕3号", index_no="11-2024/1", names=("2024年5月6日", "水务局")))
    names = terms_of(document).names
    other = [term for term in ("云政", "=2024-3", "=i:1120241", "5月", "水务") if names[term]]
    title = [term for term in ("节水", "水办", "办法", "~jie shui", "~shui ban", "^jsb", "^sbf") if not names[term]]
    assert (len(other), len(title)) == (5, 7)
    assert not {"~jie", "制定"} & names.keys()


def test_what_is_in_the_title_too_counts_as_the_title() -> None:
    assert terms_of(filed(record("节水", names=("节水局",)))).names["节水"] is False


def test_what_was_filed_is_told_by_its_files() -> None:
    document = filed(record("节水", sections=(Section("a", "供水", "水" * UNIT), Section("b", "", "电" * UNIT))))
    texts = document.texts()
    assert len(texts) == 2
    assert "names" in json.loads(texts[0])
    assert "names" not in json.loads(texts[1])
    assert refiled(texts).texts() == texts


@pytest.mark.parametrize("texts", [[], [b"{}"], [b"[]"], [b"1"], [b"{"], [b"\xff"]])
def test_files_of_another_kind_are_refused(texts: list[bytes]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any text
        refiled(texts)


# ---------------------------------------------------------------- the files

RECORDS = (
    record("节水", day=date(2023, 1, 2), filters=(("year", ("2023",)), ("column", ("政策",)), ("validity", ("废止",)))),
    record("绿化", doc_no="云政发〔2024〕3号", filters=(("year", ("2024",)), ("validity", ("现行有效",)))),
    record("公园", filters=(("year", ("2024",)), ("column", ("政策", "公告"))), names=("公园名单",)),
)
EVERYDAY = {"水费": ("用水收费",), "花": ("绿化",)}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {path: zlib.decompress(data) for path, data in index_search(RECORDS, "pairs", EVERYDAY).items()}


def table_of(files: dict[str, bytes]) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files["search/data/index.bin"])
    return table


def shard_of(files: dict[str, bytes], term: str) -> tuple[dict[str, Lists], bytes]:
    return decode_shard(files[shard_path(crc(term) & (table_of(files)["shards"] - 1))])


def lists(files: dict[str, bytes], term: str) -> Lists:
    return shard_of(files, term)[0][term]


def column(text: str) -> list[int]:
    return [ord(char) - 48 for char in text]


def test_table_tells_what_is_known_of_all_documents(files: dict[str, bytes]) -> None:
    table = table_of(files)
    assert (table["format"], table["backend"], table["docs"], table["shards"]) == (1, "pairs", 3, shards_for(45))
    assert table["months"] == [["2023-01", 0], ["2024-05", 1]]
    assert column(table["titles"]) == [4, 4, 4]
    assert column(table["units"]) == [1, 1, 1]


def test_facets_are_numbered_in_the_order_they_are_offered(files: dict[str, bytes]) -> None:
    facets = table_of(files)["facets"]

    def told(name: str) -> list[list[str]]:
        facet = facets[name]
        return [[facet["values"][value] for value in facet["combos"][combo]] for combo in column(facet["docs"])]

    assert facets["year"]["values"] == ["2024", "2023"]
    assert facets["validity"]["values"] == ["现行有效", "废止"]
    assert facets["column"]["values"] == ["政策", "公告"]
    assert told("year") == [["2023"], ["2024"], ["2024"]]
    assert told("column") == [["政策"], ["政策", "公告"], []]
    assert told("validity") == [["废止"], [], ["现行有效"]]


def test_names_of_documents_are_told_in_blocks(files: dict[str, bytes]) -> None:
    assert json.loads(files["search/data/names/0.bin"]) == [
        ["节水办法", "", "doc/节水/index.html"],
        ["公园办法", "", "doc/公园/index.html"],
        ["绿化办法", "云政发〔2024〕3号", "doc/绿化/index.html"],
    ]


def test_shards_tell_who_has_a_term(files: dict[str, bytes]) -> None:
    assert list(names_of(lists(files, "办法").names)) == [(0, False), (1, False), (2, False)]
    assert list(names_of(lists(files, "公园").names)) == [(1, False)]
    assert list(names_of(lists(files, "=2024-3").names)) == [(2, True)]
    assert [tuple(place) for place in body_of(lists(files, "第1").body)] == [(0, 3, 1), (1, 3, 1), (2, 3, 1)]
    assert [tuple(place) for place in body_of(lists(files, "绿化").body)] == [(2, 0, 1)]


def test_everyday_words_stand_where_a_query_looks(files: dict[str, bytes]) -> None:
    for word, first in (("水费", "水费"), ("花", "花")):
        assert json.loads(shard_of(files, first)[1])[word] == list(EVERYDAY[word])


def test_everyday_words_that_are_one_to_a_query_lead_to_all_that_each_leads_to() -> None:
    words = {"养老钱": ("养老金",), "養老錢？": ("养老保险",), "\uff9e": ("通知",)}
    assert everyday_by_atoms(words) == {("养", "老", "钱"): ("养老金", "养老保险")}
    assert list(everyday_by_shard(words, 1).values()) == ['{"养老钱":["养老金","养老保险"]}'.encode()]


def test_every_shard_is_written(files: dict[str, bytes]) -> None:
    numbers = range(table_of(files)["shards"])
    assert {shard_path(number) for number in numbers} == {path for path in files if "/shards/" in path}
    assert shard_path(0x0F3A) == "search/data/shards/0f/0f3a.bin"


def test_index_of_nothing_has_a_table_and_empty_shards() -> None:
    made = index_search(())
    assert json.loads(zlib.decompress(made["search/data/index.bin"]))["docs"] == 0
    assert {zlib.decompress(data) for path, data in made.items() if "/shards/" in path} == {b"\0"}


def test_number_of_shards_grows_with_the_index_by_powers_of_two() -> None:
    numbers = [shards_for(places) for places in range(0, 5_000_000, 10_000)]
    assert numbers == sorted(numbers)
    assert all(number & (number - 1) == 0 and number >= 16 for number in numbers)
