"""The index of pairs: which documents hold which terms, in shards that a browser reads one by one.

The files are a value of the records alone: documents are numbered by date of publication and id, and what a shard says
of one depends on no other. They are made in three steps, of which the first and the last can be carried out in parts,
by several processes: `filed` and `gather` (the terms of a range of documents), `shards_for`, `merge` and `shard_files`.
Since terms are found in nothing but what is filed, `sitegen.search.patch` can change an index that is there.
Format 1, `docs/search-format.md`.

Exports `Filed`, `filed`, `refiled`, `passages`, `Terms`, `terms_of`, `Told`, `Row`, `Part`, `gather`, `merge`,
`shards_for`, `shard_files`, `everyday_by_atoms`, `everyday_by_shard`, `document_files`, `text_files`, `names_of_card`,
`special_terms`, `searched`, `headings_of`, `grouped`, `build`, `GROUPS`, `OFTEN`, `UNIT`, `VARIANTS`.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sitegen.model import SearchRecord, Section
from sitegen.search.pinyin import initial_triples, syllable_pairs
from sitegen.search.shards import (
    Lists,
    bitmap,
    crc,
    encode_shard,
    is_dense,
    numbers_of,
    pack,
    place_of,
    read_varint,
    shard_path,
    varint,
)
from sitegen.search.table import (
    BLOCK,
    INDEX,
    index_file,
    json_bytes,
    names_file,
    names_path,
    row_of,
    text_path,
)
from sitegen.search.variants import variants_file
from sitegen.search.words import atoms, joined, normalize, number_terms, terms_in

UNIT = 1_500  # characters of a unit, about
VARIANTS = "search/data/variants.bin"
GROUPS = 16  # of shards that are merged together; also the least number of shards
_EVERYDAY = 400_000  # bytes of everyday words in all shards, about
_SHARD = 7_000  # bytes of a shard at most, about; half as many at least


# ---------------------------------------------------------------- one document


class Filed(NamedTuple):
    """What the search keeps of one document, and finds its terms in: the browser is given just this."""

    card: Mapping[str, str]  # url, title, doc_no, index_no, date; names: its other names, joined by line feeds
    units: Sequence[Sequence[Sequence[str]]]  # passages (anchor, heading, text) in units of about 1,500 characters

    def texts(self) -> list[bytes]:
        """The files of the units, unpacked: the card and the passages; only the first has the other names."""
        rest = {name: value for name, value in self.card.items() if name != "names"}
        return [
            json_bytes({**(rest if number else self.card), "passages": unit}) for number, unit in enumerate(self.units)
        ]


def filed(record: SearchRecord) -> Filed:
    """The document as it is filed."""
    card = {
        "url": record.url,
        "title": record.title,
        "doc_no": record.doc_no,
        "index_no": record.index_no,
        "date": record.pub_date.isoformat(),
        "names": "\n".join(record.names),
    }
    return Filed(card, _units(passages(record)))


def refiled(texts: Sequence[bytes]) -> Filed:
    """What was filed, from the files that were made of it. Raises `ValueError` where they are not such files."""
    try:
        cards = [json.loads(text) for text in texts]
        units = [card.pop("passages") for card in cards]
        return Filed(cards[0], units)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def passages(record: SearchRecord) -> Iterator[Section]:
    """Everything of a document that is searched besides its names, as an excerpt may show it."""
    yield from record.sections
    if record.summary:
        yield Section("", "内容概述", record.summary)
    if record.keywords:
        yield Section("", "关键词", "、".join(record.keywords))
    if record.attachments:
        yield Section("", "附件", "、".join(record.attachments))


def _units(sections: Iterable[Section]) -> list[list[Section]]:
    units: list[list[Section]] = [[]]
    room = UNIT
    for section in sections:
        for piece in _pieces(section):
            size = len(piece.text)
            if units[-1] and size > room:
                units.append([])
                room = UNIT
            units[-1].append(piece)
            room -= size
    return units


def _pieces(section: Section) -> Iterator[Section]:
    """The section, or where it is longer than a unit its paragraphs in groups; a longer paragraph stays whole."""
    if len(section.text) <= UNIT:
        yield section
        return
    piece = ""
    for paragraph in section.text.split("\n"):
        if piece and len(piece) + len(paragraph) > UNIT:
            yield section._replace(text=piece)
            piece = paragraph
        else:
            piece = f"{piece}\n{paragraph}" if piece else paragraph
    yield section._replace(text=piece)


class Terms(NamedTuple):
    """The terms of one document."""

    names: Mapping[str, bool]  # True where it is in another name than the title
    body: Mapping[str, tuple[int, bytes]]  # what of a place in a list does not depend on the place before
    title_atoms: int


def terms_of(document: Filed) -> Terms:
    """The terms of a document, found in what was filed of it and in nothing else."""
    counts = [Counter(terms_in(searched(unit))) for unit in document.units]
    headings: set[str] = set()
    for unit in document.units:
        headings.update(terms_in(headings_of(unit)))
    names, title_atoms = _names_in(document.card)
    return Terms(names, _body(counts, headings), title_atoms)


def _names_in(card: Mapping[str, str]) -> tuple[dict[str, bool], int]:
    """The terms of the names of a document, True for those not in its title, and the atoms of the title."""
    title, others = names_of_card(card)
    names = dict.fromkeys(terms_in(others), True)
    names.update(dict.fromkeys(terms_in(title), False))
    names.update(special_terms(card, title))
    return names, len(atoms(title))


def names_of_card(card: Mapping[str, str]) -> tuple[str, str]:
    """The normalised title of a document, and its other names."""
    return normalize(card["title"]), "\n".join((card["doc_no"], card["index_no"], card["names"]))


def special_terms(card: Mapping[str, str], title: str) -> Iterator[tuple[str, bool]]:
    """The terms of the names that are made of no text, which no text has; True for those not of the title."""
    for term in number_terms(card["doc_no"], card["index_no"]):
        yield term, True
    for term in syllable_pairs(title) | initial_triples(title):
        yield term, False


def searched(unit: Sequence[Sequence[str]]) -> str:
    """What is searched of a unit: its passages with their headings, each of which is said once."""
    return "\n".join(text if text.startswith(heading) else f"{heading}\n{text}" for _, heading, text in unit)


def headings_of(unit: Sequence[Sequence[str]]) -> str:
    """The headings of a unit."""
    return "\n".join(heading for _, heading, _ in unit if heading)


def _body(counts: Sequence[Counter[str]], headings: Collection[str]) -> dict[str, tuple[int, bytes]]:
    """What is said of each term: how often it occurs in all units together, and in which."""
    total = Counter(counts[0])
    where = dict.fromkeys(counts[0], 1)
    for number, more in enumerate(counts[1:], 1):
        bit = 1 << number
        for term, count in more.items():
            total[term] += count
            where[term] = where.get(term, 0) | bit
    return {
        term: place_of(3 if term in headings else 0 if count == 1 else 1 if count < 4 else 2, where[term])
        for term, count in total.items()
    }


# ---------------------------------------------------------------- many documents


Told = tuple[int, bytes, int]
"""A list of a range of documents, so that those of several are joined quickly: what it says of the first document,
counted from -1, or 0 if it says nothing; what it says of the others; the last document."""

Row = tuple[str, int, int, bytes, int, int, bytes, int, int, bytes]
"""A term in a range of documents: the first number of the range, the list of names, that of texts, how many texts; and
where these are many their bitmap, counted from the first of the range."""

OFTEN = 32  # documents of a range


class Part(NamedTuple):
    """The terms of a range of documents, in `GROUPS` groups by their shards."""

    groups: tuple[list[Row], ...]
    title_atoms: tuple[int, ...]  # of each document
    places: int  # terms in texts, summed over the documents


def gather(start: int, documents: Iterable[Filed]) -> Part:
    """The terms of documents numbered from `start`; lists count from the document before it."""
    names: dict[str, list[Any]] = {}
    body: dict[str, list[Any]] = {}
    titles = []
    before = start - 1
    for number, document in enumerate(documents, start):
        found = terms_of(document)
        titles.append(found.title_atoms)
        for term, is_other in found.names.items():
            entry = names.get(term)
            if entry is None:
                entry = names[term] = [before, bytearray()]
            entry[1] += varint((number - entry[0]) * 2 + is_other)
            entry[0] = number
        for term, (low, units) in found.body.items():
            entry = body.get(term)
            if entry is None:
                entry = body[term] = [before, bytearray(), 0]
            entry[1] += varint((number - entry[0] << 3) + low) + units
            entry[0] = number
            entry[2] += 1
    texts = {
        term: (*_told(data, start, 3, last), count, _bits(data, before, start + len(titles)) if count >= OFTEN else b"")
        for term, (last, data, count) in body.items()
    }
    lists = {term: _told(data, start, 1, last) for term, (last, data) in names.items()}
    return Part(grouped(start, lists, texts), tuple(titles), sum(entry[2] for entry in body.values()))


def _told(data: bytes, start: int, shift: int, last: int) -> Told:
    first, at = read_varint(data, 0)
    return first + (start << shift), bytes(data[at:]), last


def _bits(data: bytes, before: int, end: int) -> bytes:
    return bitmap((number - before - 1 for number in numbers_of(data, before)), end - before - 2)


def grouped(
    start: int, names: Mapping[str, Told], texts: Mapping[str, tuple[int, bytes, int, int, bytes]]
) -> tuple[list[Row], ...]:
    """The lists of a range in the groups of their shards."""
    groups: tuple[list[Row], ...] = tuple([] for _ in range(GROUPS))
    no_names: Told = (0, b"", 0)
    for term, told in texts.items():
        groups[crc(term) % GROUPS].append((term, start) + names.get(term, no_names) + told)  # noqa: RUF005 - quicker
    for term in names.keys() - texts.keys():
        groups[crc(term) % GROUPS].append((term, start, *names[term], 0, b"", 0, 0, b""))
    return groups


def shards_for(places: int) -> int:
    """The number of shards for an index of so many places: a power of two, so that one has about 5 KB, packed 3.

    >>> [shards_for(places) for places in (0, 45_000, 14_000_000)]
    [64, 128, 8192]
    """
    terms = 95 * math.isqrt(places)  # as many different ones are about to be met
    return max(GROUPS, 1 << ((2 * places + 9 * terms + _EVERYDAY) // _SHARD).bit_length())


def merge(parts: Iterable[Iterable[Row]]) -> dict[str, Lists]:
    """The lists of the terms of one group, from its rows in each range of documents, in order."""
    merged: dict[str, _Merged] = {}
    for rows in parts:
        for row in rows:
            term, _, first_name, names, last_name, first, body, last, count, _ = row
            found = merged.get(term)
            if found is None:
                found = merged[term] = _Merged()
            if first_name:
                found.names += varint(first_name - (found.last_name + 1 << 1)) + names
                found.last_name = last_name
            if first:
                found.body += varint(first - (found.last + 1 << 3)) + body
                found.last = last
                found.count += count
                found.rows.append(row)
    return {term: found.lists() for term, found in merged.items()}


class _Merged:
    """The lists of a term, as they become longer."""

    __slots__ = "body", "count", "last", "last_name", "names", "rows"

    def __init__(self) -> None:
        self.names = self.body = b""
        self.last_name = self.last = -1
        self.count = 0
        self.rows: list[Row] = []

    def lists(self) -> Lists:
        """As they stand in a shard."""
        if is_dense(self.count, self.last):
            return Lists(self.names, _dense(self.rows, self.last), True)
        return Lists(self.names, self.body, False)


def _dense(rows: Sequence[Row], last: int) -> bytes:
    flags = 0
    for _, start, _, _, _, first, body, _, _, bits in rows:
        if bits:
            flags |= int.from_bytes(bits, "little") << start
        else:
            for number in numbers_of(varint(first) + body):
                flags |= 1 << number
    return flags.to_bytes(last // 8 + 1, "little")


def shard_files(lists: Mapping[str, Lists], shards: int, group: int, everyday: Mapping[int, bytes]) -> dict[str, bytes]:
    """The shards of a group; a shard without a term is written too, so that one that is missing is a fault."""
    sorted_out: defaultdict[int, list[tuple[str, Lists]]] = defaultdict(list)
    for term, found in lists.items():
        sorted_out[crc(term) & (shards - 1)].append((term, found))
    return {
        shard_path(number): pack(encode_shard(sorted_out[number], everyday.get(number, b"")))
        for number in range(group, shards, GROUPS)
    }


# ---------------------------------------------------------------- everyday words, and all of it


def everyday_by_shard(everyday: Mapping[str, tuple[str, ...]], shards: int) -> dict[int, bytes]:
    """The everyday words as JSON in the shard where a query that holds one looks anyway: that of its first term."""
    by_shard: defaultdict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for word, official in everyday_by_atoms(everyday).items():
        first = word[0] if len(word) == 1 else joined(*word[:2])
        by_shard[crc(first) & (shards - 1)]["".join(word)] = official
    return {shard: json_bytes(words) for shard, words in by_shard.items()}


def everyday_by_atoms(everyday: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The official words by the atoms of the everyday ones, in order: 养老錢 and 养老钱 lead to those of both.

    >>> everyday_by_atoms({"养老錢": ("养老金",), "养老钱？": ("养老保险",), "！": ("通知",)})
    {('养', '老', '钱'): ('养老金', '养老保险')}
    """
    found: defaultdict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for word in sorted(everyday):
        if cut := tuple(atom for atom in atoms(word) if atom != "\n"):
            found[cut].update(dict.fromkeys(everyday[word]))
    return {cut: tuple(official) for cut, official in found.items()}


def build(records: Sequence[SearchRecord], everyday: Mapping[str, tuple[str, ...]]) -> dict[str, bytes]:
    """All files of the index of records in the order of their numbers."""
    documents = [filed(record) for record in records]
    part = gather(0, documents)
    shards = shards_for(part.places)
    units = [len(document.units) for document in documents]
    rows = [row_of(*sizes) for sizes in zip(records, part.title_atoms, units, strict=True)]
    files = {INDEX: index_file(rows, shards), VARIANTS: pack(variants_file())}
    files |= document_files(0, documents)
    words = everyday_by_shard(everyday, shards)
    for group, found in enumerate(part.groups):
        files |= shard_files(merge([found]), shards, group, words)
    return files


def document_files(start: int, documents: Sequence[Filed]) -> dict[str, bytes]:
    """What is shown of documents numbered from `start`, a multiple of `BLOCK`: their texts and their names."""
    files: dict[str, bytes] = {}
    for number, document in enumerate(documents, start):
        files |= text_files(number, document)
    for first in range(0, len(documents), BLOCK):
        files[names_path(start + first)] = names_file([one.card for one in documents[first : first + BLOCK]])
    return files


def text_files(number: int, document: Filed) -> dict[str, bytes]:
    """The texts of one document."""
    return {text_path(number, unit): pack(text) for unit, text in enumerate(document.texts())}
