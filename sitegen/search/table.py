"""What the browser knows of all documents before it looks into any: numbers, months, facets; and names for suggestions.

Exports `index_file`, `facets`, `Facet`, `names_file`, `names_path`, `text_path`, `Row`, `row_of`, `json_bytes`,
`INDEX`, `BLOCK`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypedDict

from sitegen.model import SearchRecord, Validity
from sitegen.search.questions import questions
from sitegen.search.shards import pack, pack_closely

FORMAT = 1
INDEX = "search/data/index.bin"
BLOCK = 16  # documents of a file of names
_STATES = [state.value for state in Validity]
_ZERO = 48  # what stands for 0 in a column: readable, and small numbers take one byte


class Row(NamedTuple):
    """What the table says of one document."""

    month: str
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    title_atoms: int
    units: int


def row_of(record: SearchRecord, title_atoms: int, units: int) -> Row:
    """The row of a document."""
    return Row(record.pub_date.isoformat()[:7], record.filters, title_atoms, units)


def index_file(rows: Sequence[Row], shards: int) -> bytes:
    """`search/data/index.bin`."""
    months: dict[str, int] = {}
    for number, row in enumerate(rows):
        months.setdefault(row.month, number)
    phrases, edges = questions()
    titles = _column(row.title_atoms for row in rows)
    units = _column(row.units for row in rows)
    of_rows = facets([row.filters for row in rows])
    table = {
        "format": FORMAT,
        "backend": "pairs",
        "docs": len(rows),
        "shards": shards,
        "names": BLOCK,
        "months": list(months.items()),
        "titles": titles,
        "units": units,
        "words": {"questions": sorted(phrases), "edges": edges},
        "facets": of_rows,
    }
    return pack_closely(_sections(json_bytes(table), [titles, units, *(facet["docs"] for facet in of_rows.values())]))


def _sections(text: bytes, columns: Iterable[str]) -> list[bytes]:
    """The text cut before and behind each of the columns, which are in it in this order."""
    sections: list[bytes] = []
    for column in columns:
        before, found, text = text.partition(json_bytes(column))
        sections += before, found
    return [*sections, text]


def _column(values: Iterable[int]) -> str:
    return "".join(chr(_ZERO + min(value, 50_000)) for value in values)


class Facet(TypedDict):
    """One facet of all documents."""

    values: list[str]  # in the order in which they are offered
    combos: list[list[int]]  # of values
    docs: str  # column: the combo of each document


def facets(filters: Sequence[tuple[tuple[str, tuple[str, ...]], ...]]) -> dict[str, Facet]:
    """Each facet: its values in the order they are offered, the combinations of them, and the one of each document."""
    names = sorted({name for row in filters for name, _ in row})
    of_rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in names}
    for row in filters:
        known: Mapping[str, tuple[str, ...]] = dict(row)
        for name in names:
            of_rows[name].append(known.get(name, ()))
    return {name: _facet(name, rows) for name, rows in of_rows.items()}


def _facet(name: str, rows: Sequence[tuple[str, ...]]) -> Facet:
    frequent = Counter(rows)
    combos = sorted(frequent, key=lambda combo: (-frequent[combo], combo))
    counts: Counter[str] = Counter()
    for combo, count in frequent.items():
        for value in combo:
            counts[value] += count
    values = sorted(counts, key=lambda value: (-counts[value], value))
    if name == "year":
        values.sort(reverse=True)
    elif name == "validity":
        values.sort(key=_STATES.index)
    place = {value: number for number, value in enumerate(values)}
    number_of = {combo: number for number, combo in enumerate(combos)}
    return {
        "values": values,
        "combos": [[place[value] for value in combo] for combo in combos],
        "docs": _column(number_of[row] for row in rows),
    }


def names_path(number: int) -> str:
    """The file with the name of a document."""
    return f"search/data/names/{number // BLOCK}.bin"


def names_file(cards: Iterable[Mapping[str, str]]) -> bytes:
    """Title, 文号 and address of neighbouring documents."""
    return pack(json_bytes([[card["title"], card["doc_no"], card["url"]] for card in cards]))


def text_path(number: int, unit: int) -> str:
    """The file of a unit of a document."""
    return f"search/data/text/{number // 100}/{number}-{unit}.bin"


def json_bytes(value: object) -> bytes:
    """JSON as it is written here: Chinese as it is, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
