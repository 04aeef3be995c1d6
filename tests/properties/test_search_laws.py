"""The laws of the search index: what is written is read back; it says of each document what that says, no more and no
less; and it is the same however it came to be made: in one part or in several, with numpy or without, at once or by
edits.

The units of documents and the lists that become bitmaps are made small, so that few words bring out every case.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.model import SearchRecord, Section
from sitegen.search import INDEX_FOLDERS, index_search, pairs, shards
from sitegen.search.pairs import (
    GROUPS,
    Filed,
    Part,
    Terms,
    document_files,
    everyday_by_shard,
    filed,
    gather,
    headings_of,
    merge,
    place_of,
    refiled,
    searched,
    shard_files,
    shards_for,
    terms_of,
)
from sitegen.search.patch import Change, patched
from sitegen.search.shards import (
    Lists,
    Place,
    bitmap,
    body_list,
    body_of,
    crc,
    decode_shard,
    encode_shard,
    is_dense,
    names_list,
    names_of,
    numbers_in,
    pack,
    pack_closely,
    place_bytes,
    read_varint,
    shard_path,
    unpack,
    varint,
)
from sitegen.search.words import FOLDING, number_terms, terms_in

QUICK = settings(max_examples=40)


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """Units of few characters, and bitmaps from a few documents on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "UNIT", 12)
        patch.setattr(pairs, "OFTEN", 2)
        patch.setattr(shards, "MANY", 3)
        with suppress(ImportError):
            patch.setattr("sitegen.search.bulk.OFTEN", 2)
        yield


# ---------------------------------------------------------------- what there is

TEXT = st.text(st.sampled_from("公公公积金办法水a2 ，。《\n第一条"), max_size=30)
WORDS = st.text(st.sampled_from("公积金水"), min_size=1, max_size=4)
SECTIONS = st.builds(Section, st.sampled_from(["", "a1"]), st.one_of(st.just(""), st.just("一"), WORDS), TEXT)
DOC_NOS = st.sampled_from(["", "公积〔2024〕3号", "公积令第12号"])


@st.composite
def records(draw: st.DrawFn) -> SearchRecord:
    name = draw(st.text("abcdef", min_size=1, max_size=3))
    return SearchRecord(
        id=name,
        url=f"doc/{name}/index.html",
        title=draw(WORDS),
        sections=tuple(draw(st.lists(SECTIONS, max_size=3))),
        doc_no=draw(DOC_NOS),
        index_no=draw(st.sampled_from(["", "11-2/3"])),
        pub_date=date(2024, 5, draw(st.integers(1, 9))),
        summary=draw(st.sampled_from(["", "公积金"])),
        filters=(("year", ("2024",)), ("issuer", draw(st.sampled_from([(), ("水务局",), ("水务局", "财政局")])))),
        names=tuple(draw(st.lists(WORDS, max_size=2))),
    )


DOCUMENTS = st.lists(records().map(filed), min_size=1, max_size=9)
SHARDS = st.sampled_from([16, 32, 128])
EVERYDAY: Mapping[str, tuple[str, ...]] = {"水": ("供水", "用水"), "公积": ("公积金",), "a2类": ("金",)}


# ---------------------------------------------------------------- what is written is read back

NUMBERS = st.lists(st.integers(0, 100_000), unique=True, max_size=20).map(sorted)


@given(st.integers(0, 1 << 70), st.binary(max_size=3))
def test_number_is_read_back(value: int, before: bytes) -> None:
    assert read_varint(before + varint(value), len(before)) == (value, len(before + varint(value)))


@given(NUMBERS, st.data(), st.integers(-1, 5))
def test_list_of_names_is_read_back(numbers: list[int], data: st.DataObject, more: int) -> None:
    documents = [(number + more + 1, data.draw(st.booleans())) for number in numbers]
    assert list(names_of(names_list(documents, more), more)) == documents


@given(NUMBERS, st.data(), st.integers(-1, 5))
def test_list_of_texts_is_read_back(numbers: list[int], data: st.DataObject, more: int) -> None:
    weights, units = st.integers(0, 3), st.integers(1, 1 << 40)
    places = [Place(number + more + 1, data.draw(weights), data.draw(units)) for number in numbers]
    assert list(body_of(body_list(places, more), more)) == places


@given(st.integers(1, 1000), st.integers(0, 3), st.integers(1, 1 << 40))
def test_place_is_written_in_one_way(delta: int, weight: int, units: int) -> None:
    low, mask = place_of(weight, units)
    assert varint((delta << 3) + low) + mask == place_bytes(delta, weight, units)


@given(st.sets(st.integers(0, 500), min_size=1))
def test_bitmap_is_read_back(numbers: set[int]) -> None:
    assert list(numbers_in(bitmap(numbers, max(numbers)))) == sorted(numbers)


ENTRIES = st.dictionaries(
    st.text(st.characters(), min_size=1, max_size=4), st.builds(Lists, st.binary(), st.binary(), st.booleans())
)


@given(ENTRIES, st.binary(), st.randoms())
def test_shard_is_read_back_and_is_the_same_in_any_order(
    entries: dict[str, Lists], everyday: bytes, random: st.Random
) -> None:
    mixed = list(entries.items())
    random.shuffle(mixed)
    data = encode_shard(mixed, everyday)
    assert data == encode_shard(entries.items(), everyday)
    assert decode_shard(data) == (entries, everyday)
    assert list(decode_shard(data)[0]) == sorted(entries, key=lambda term: term.encode("utf-8", "surrogatepass"))


@given(st.binary())
def test_file_is_read_back(data: bytes) -> None:
    assert unpack(pack(data)) == data


@given(st.lists(st.one_of(st.binary(max_size=400), st.sampled_from([b"", b"\0" * 70_000, bytes(range(256)) * 300]))))
def test_file_of_sections_is_read_back_and_no_larger(sections: list[bytes]) -> None:
    data = b"".join(sections)
    packed = pack_closely(sections)
    assert unpack(packed) == data
    assert len(packed) <= len(zlib.compress(data, 9))


def test_columns_are_packed_each_by_itself() -> None:
    random = Random(5)
    columns = [bytes(random.choices(letters, weights, k=5_000)) for letters, weights in ((b"abcdef", range(1, 7)),) * 2]
    text = "云溪区人民政府办公室".encode() * 50
    sections = [text, columns[0], text, columns[1], text]
    assert len(pack_closely(sections)) < 0.9 * len(pack(b"".join(sections)))


@given(st.binary(max_size=20))
def test_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any text
        unpack(data)


@given(records())
@QUICK
def test_document_is_told_by_its_files(record: SearchRecord) -> None:
    document = filed(record)
    again = refiled(document.texts())
    assert again.card == document.card
    assert again.texts() == document.texts()
    assert terms_of(again) == terms_of(document)


# ---------------------------------------------------------------- it says what the documents say

HAN = st.text(
    st.characters(
        min_codepoint=0x4E00, max_codepoint=0x9FA5, exclude_characters="零一二两三四五六七八九十百千万第年月日号"
    ),
    min_size=2,
    max_size=6,
)


@given(st.text(max_size=20), HAN, st.text(max_size=20))
def test_every_term_of_a_phrase_is_one_of_the_document(before: str, phrase: str, after: str) -> None:
    section = Section("", "", f"{before}{phrase}{after}")
    document = filed(SearchRecord("a", "a", "甲", (section,), names=(phrase,)))
    terms = terms_of(document)
    assert set(terms_in(phrase)) <= terms.body.keys()
    assert set(terms_in(phrase)) <= terms.names.keys()


BODIES = st.sampled_from(["云政发", "云溪区人民政府令", ""])
BRACKETS = st.tuples(st.sampled_from("〔[(【{〈《<﹝［（｛＜"), st.sampled_from("〕])】}〉》>﹞］）｝＞"))
BLANKS = st.sampled_from(["", " ", "\u3000"])


@given(
    BODIES, st.integers(1949, 2050), st.integers(1, 99_999), BRACKETS, BLANKS, st.sampled_from(["", "年"]), st.data()
)
def test_number_is_the_same_in_every_form(
    body: str, year: int, count: int, brackets: tuple[str, str], blank: str, word: str, data: st.DataObject
) -> None:
    first = data.draw(st.sampled_from(["", "第"]))
    number = str(count).zfill(data.draw(st.integers(1, 6)))
    form = f"{body}{brackets[0]}{blank}{year}{word}{brackets[1]}{blank}{first}{blank}{number}{blank}号"
    assert list(number_terms(form, "")) == [f"={year}-{count}"]


@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_number_of_shards_is_a_power_of_two_that_grows(one: int, other: int) -> None:
    fewer, more = shards_for(min(one, other)), shards_for(max(one, other))
    assert GROUPS <= fewer <= more
    assert fewer.bit_count() == more.bit_count() == 1


def told_of(document: Filed, number: int) -> Iterator[tuple[str, Place]]:
    """What the lists of its terms have to say of the text of a document, by the words of the format."""
    counts = [Counter(terms_in(searched(unit))) for unit in document.units]
    headings = {term for unit in document.units for term in terms_in(headings_of(unit))}
    for term in set().union(*counts):
        count = sum(unit[term] for unit in counts)
        weight = 3 if term in headings else 2 if count > 3 else 1 if count > 1 else 0
        yield term, Place(number, weight, sum(1 << at for at, unit in enumerate(counts) if unit[term]))


@given(DOCUMENTS)
@QUICK
def test_index_says_of_each_document_what_its_text_says(documents: list[Filed]) -> None:
    found = {term: lists for group in gather(0, documents).groups for term, lists in merge([group]).items()}
    expected: dict[str, list[Place]] = {}
    names: dict[str, list[tuple[int, bool]]] = {}
    for number, document in enumerate(documents):
        for term, place in told_of(document, number):
            expected.setdefault(term, []).append(place)
        for term, is_other in terms_of(document).names.items():
            names.setdefault(term, []).append((number, is_other))
    assert found.keys() == expected.keys() | names.keys()
    for term, lists in found.items():
        assert list(names_of(lists.names)) == names.get(term, [])
        places = expected.get(term, [])
        assert lists.is_bitmap == (bool(places) and is_dense(len(places), places[-1].number))
        if lists.is_bitmap:
            assert list(numbers_in(lists.body)) == [place.number for place in places]
        else:
            assert list(body_of(lists.body)) == places


# ---------------------------------------------------------------- however it came to be made


def in_order(part: Part) -> tuple[object, ...]:
    """The part; in which order a group has its rows means nothing."""
    return [sorted(group) for group in part.groups], *part[1:]


@given(DOCUMENTS, st.integers(0, 40))
@QUICK
def test_numpy_gathers_what_python_gathers(documents: list[Filed], start: int) -> None:
    pytest.importorskip("numpy", reason="numpy is not installed: the index is made without it")
    from sitegen.search import bulk

    assert in_order(bulk.gather(start, documents)) == in_order(gather(start, documents))


ANY_TEXT = st.one_of(
    st.text(max_size=40),
    st.text("公公积金㎡…ﬀ１ａA2  \u3000\t\n\0\1_，,。.第一千二百条二〇年月日06/-〔(）〕号", max_size=40),
)


@given(st.lists(ANY_TEXT, max_size=8), st.sampled_from([1, 30, 300_000]))
@settings(max_examples=300)
def test_numpy_finds_the_terms_of_words(texts: list[str], piece: int) -> None:
    pytest.importorskip("numpy", reason="numpy is not installed: the index is made without it")
    from sitegen.search import codes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "PIECE", piece)
        keys, spelled = codes.terms_of_texts(texts)
    found = [Counter[str]() for _ in texts]
    for key in keys.tolist():
        found[key & (1 << codes.TEXT) - 1][spelled(key >> codes.TEXT)] += 1
    assert found == [Counter(terms_in(text)) for text in texts]


def test_folded_characters_are_not_folded_further() -> None:
    """So that those which one becomes may be folded again."""
    assert [char for char in range(0x110000) if FOLDING[char].translate(FOLDING) != FOLDING[char]] == []


def test_numpy_gathers_documents_without_a_text() -> None:
    pytest.importorskip("numpy", reason="numpy is not installed: the index is made without it")
    from sitegen.search import bulk

    documents = [filed(SearchRecord(name, name, "水", ())) for name in "ab"]
    assert in_order(bulk.gather(5, documents)) == in_order(gather(5, documents))


def test_numpy_gathers_many_documents_of_many_units() -> None:
    """So many that every number takes several bytes."""
    pytest.importorskip("numpy", reason="numpy is not installed: the index is made without it")
    from sitegen.search import bulk

    long = tuple(Section("", "金" * (n % 7 == 0), f"水电{n % 3 * '公'}，" * (1 + n % 6)) for n in range(40))
    documents = [filed(SearchRecord(str(n), str(n), "水", long[: 1 + n % 37 if n % 9 == 0 else 1])) for n in range(90)]
    documents += [filed(SearchRecord("x", "x", "水", (Section("", "", "节能，水电"),)))]
    for start in (0, 3_000_000):
        assert in_order(bulk.gather(start, documents)) == in_order(gather(start, documents))


def shards_of(documents: Sequence[Filed], number: int, cuts: Sequence[int] = ()) -> dict[str, bytes]:
    """All shards of the documents, gathered in ranges that begin at the cuts too."""
    bounds = sorted({0, len(documents), *(cut for cut in cuts if cut < len(documents))})
    parts = [gather(first, documents[first:end]) for first, end in pairwise(bounds)]
    words = everyday_by_shard(EVERYDAY, number)
    files: dict[str, bytes] = {}
    for group in range(GROUPS):
        files |= shard_files(merge([part.groups[group] for part in parts]), number, group, words)
    return files


@given(DOCUMENTS, SHARDS, st.sets(st.integers(1, 8)))
@QUICK
def test_ranges_merged_are_what_one_is(documents: list[Filed], number: int, cuts: set[int]) -> None:
    whole = shards_of(documents, number)
    assert whole.keys() == {shard_path(shard) for shard in range(number)}
    assert shards_of(documents, number, sorted(cuts)) == whole


@given(st.lists(records(), max_size=8, unique_by=lambda record: record.id), st.randoms())
@settings(max_examples=20)
def test_records_in_any_order_give_the_same_bytes(found: list[SearchRecord], random: st.Random) -> None:
    files = index_search(found, "pairs", EVERYDAY)
    assert all(path.startswith(INDEX_FOLDERS) for path in files)
    mixed = list(found)
    random.shuffle(mixed)
    assert index_search(mixed, "pairs", dict(reversed(EVERYDAY.items()))) == files
    documents = [filed(record) for record in sorted(found, key=lambda record: (record.pub_date, record.id))]
    assert document_files(0, documents).items() <= files.items()
    table = json.loads(unpack(files["search/data/index.bin"]))
    assert shards_of(documents, table["shards"], [3]).items() <= files.items() if documents else True


# ---------------------------------------------------------------- edits


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[Filed], list[Filed]]:
    """Documents before and after: some have another text, title or length, some are new or gone at the end."""
    before = draw(st.lists(records().map(filed), max_size=8))
    after = list(before)
    for number in draw(st.sets(st.integers(0, 7), max_size=3)):
        if number < len(after):
            old = after[number]
            new = draw(records().map(filed))
            what = draw(st.sampled_from(["all", "text", "names", "less", "more"]))
            after[number] = {
                "all": new,
                "text": Filed(old.card, new.units),
                "names": Filed(new.card, old.units),
                "less": Filed(old.card, old.units[:1]),
                "more": Filed(old.card, [*old.units, *new.units]),
            }[what]
    end = draw(st.integers(-2, 2))
    if end < 0:
        after = after[:end]
    return before, after + [draw(records().map(filed)) for _ in range(end)]


def dense_terms(documents: Sequence[Filed]) -> set[str]:
    """The terms whose lists are bitmaps."""
    places: dict[str, list[int]] = {}
    for number, document in enumerate(documents):
        for term in terms_of(document).body:
            places.setdefault(term, []).append(number)
    return {term for term, numbers in places.items() if is_dense(len(numbers), numbers[-1])}


@given(edited(), SHARDS)
@settings(max_examples=80)
def test_index_that_is_edited_is_what_a_new_one_is(both: tuple[list[Filed], list[Filed]], number: int) -> None:
    before, after = both
    old, new = shards_of(before, number), shards_of(after, number)
    numbers = range(max(len(before), len(after)))
    was, now = (dict(enumerate(documents)) for documents in both)
    changes = [Change(n, was.get(n), now.get(n)) for n in numbers if was.get(n) != now.get(n)]
    patch = patched(changes, number, old.__getitem__)
    if patch is None:
        assert dense_terms(before) - dense_terms(after)  # what these lists said before cannot be told from bitmaps
        return
    assert {**old, **patch.files} == new
    terms: list[tuple[Terms, ...]] = [tuple(map(terms_of, documents)) for documents in both]
    assert patch.places == sum(len(one.body) for one in terms[1]) - sum(len(one.body) for one in terms[0])
    assert patch.titles == {n: terms[1][n].title_atoms for n, _, one in changes if one is not None}


@given(edited())
@QUICK
def test_edit_that_only_fills_is_always_carried_out(both: tuple[list[Filed], list[Filed]]) -> None:
    before, after = both
    changes = [Change(len(before) + n, None, document) for n, document in enumerate(after)]
    if dense_terms(before) <= dense_terms([*before, *after]):
        patch = patched(changes, 16, shards_of(before, 16).__getitem__)
        assert patch is not None
        assert {**shards_of(before, 16), **patch.files} == shards_of([*before, *after], 16)


def test_list_becomes_a_bitmap_and_is_not_taken_back() -> None:
    """Two of four documents, then three, then two again."""
    with_word, without = (filed(SearchRecord("a", "a", "甲", (Section("", "", text),))) for text in ("公积", "水电"))
    few, many = [with_word, without, with_word, without], [with_word, with_word, with_word, without]
    path = shard_path(crc("公积") & 15)
    patch = patched([Change(1, without, with_word)], 16, shards_of(few, 16).__getitem__)
    assert patch is not None
    assert decode_shard(unpack(patch.files[path]))[0]["公积"].is_bitmap
    assert patched([Change(1, with_word, without)], 16, shards_of(many, 16).__getitem__) is None


@pytest.mark.parametrize("data", [b"", b"x", pack(b"")[:-3]])
def test_shard_that_is_none_is_refused(data: bytes) -> None:
    document = filed(SearchRecord("a", "a", "甲", ()))
    with pytest.raises(ValueError):  # noqa: PT011 - of any text
        patched([Change(0, None, document)], 16, lambda path: data)
