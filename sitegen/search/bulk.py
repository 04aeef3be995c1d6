"""The terms of many documents at once, with numpy: the same `Part` as `pairs.gather` gives, in a third of the time.

Pairs of wide characters are numbers, and sorting these together with the unit they stand in brings the places of a
term together. Where numpy is not installed `pairs.gather` does the work; a test holds the two to the same bytes.

Exports `gather`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sitegen.search.pairs import Filed, Part, add_names, grouped, headings_of, names_in, searched
from sitegen.search.words import narrow_terms, plain

_CHAR = 21  # bits of a character
_UNIT = 21  # bits of a unit
_WIDE = 0x2E80
_NARROW = 1 << 2 * _CHAR  # above all pairs: terms by their place in a list


def gather(start: int, documents: Sequence[Filed]) -> Part:
    """The terms of documents, at least one, numbered from `start`; see `pairs.gather`."""
    before = start - 1
    names: dict[str, list[Any]] = {}
    titles = []
    for number, document in enumerate(documents, start):
        found, atoms = names_in(document.card)
        add_names(names, number, found, before)
        titles.append(atoms)
    narrow: dict[str, int] = {}
    units = [unit for document in documents for unit in document.units]
    document_of = np.repeat(np.arange(len(documents)), [len(document.units) for document in documents])
    first_unit = np.searchsorted(document_of, np.arange(len(documents)))
    heads = np.unique(_with_document(_keys([headings_of(unit) for unit in units], narrow), document_of))
    keys = _keys([searched(unit) for unit in units], narrow)
    if not len(keys):  # there are names only
        return Part(grouped(start, names, {}), tuple(titles), 0)
    keys.sort()

    is_first = _changes(keys)
    counts = np.diff(np.append(np.flatnonzero(is_first), len(keys)))
    keys = keys[is_first]
    unit = (keys & _low(_UNIT)).astype(np.int64)
    document = document_of[unit]
    place = _with_document(keys, document_of)
    at = np.flatnonzero(_changes(place))  # of the first unit of each place
    count = np.add.reduceat(counts, at)
    last_unit = np.append(at[1:], len(keys)) - 1
    in_document = unit - first_unit[document]
    highest = in_document[last_unit]
    weight = np.where(count == 1, 0, np.where(count < 4, 1, 2))
    weight[np.isin(place[at], heads, assume_unique=True)] = 3

    term = place[at] >> np.uint64(_UNIT)
    number = document[at]
    is_new = _changes(term)
    previous = np.where(is_new, -1, np.append(-1, number[:-1]))
    has_units = highest > 0
    value = (number - previous << 3) + (weight << 1) + has_units
    data, ends = _bytes(value, has_units, highest, at, in_document)
    begins = np.flatnonzero(is_new)
    stops = np.append(begins[1:], len(at))
    texts: dict[str, tuple[bytes, int, int]] = {}
    words = list(narrow)
    spelled = (_spelled(key, words) for key in term[begins].tolist())
    starts = [0, *ends[begins[1:] - 1].tolist()]
    rows = zip(
        spelled, starts, ends[stops - 1].tolist(), number[stops - 1].tolist(), (stops - begins).tolist(), strict=True
    )
    for word, begin, end, last, many in rows:
        texts[word] = data[begin:end], start + last, many
    return Part(grouped(start, names, texts), tuple(titles), len(at))


def _keys(texts: Sequence[str], narrow: dict[str, int]) -> np.ndarray:
    """One number for each occurrence of a term: the term above, the unit below."""
    bare = [plain(text) if text else "" for text in texts]  # most units have no heading
    codes = np.frombuffer("\n".join((*bare, "")).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    unit_of = np.repeat(np.arange(len(bare), dtype=np.uint64), [len(text) + 1 for text in bare])
    is_wide = codes >= _WIDE
    both = np.flatnonzero(is_wide[:-1] & is_wide[1:])
    pairs = codes[both] << np.uint64(_CHAR) | codes[both + 1]
    rest = [
        (narrow.setdefault(term, len(narrow)), unit) for unit, text in enumerate(bare) for term in narrow_terms(text)
    ]
    others = np.array(rest, dtype=np.uint64).reshape(-1, 2)
    return np.concatenate(
        (
            pairs << np.uint64(_UNIT) | unit_of[both],
            (others[:, 0] | np.uint64(_NARROW)) << np.uint64(_UNIT) | others[:, 1],
        )
    )


def _with_document(keys: np.ndarray, document_of: np.ndarray) -> np.ndarray:
    unit = (keys & _low(_UNIT)).astype(np.int64)
    return keys >> np.uint64(_UNIT) << np.uint64(_UNIT) | document_of[unit].astype(np.uint64)


def _spelled(key: int, words: Sequence[str]) -> str:
    if key >= _NARROW:
        return words[key - _NARROW]
    return chr(key >> _CHAR) + chr(key & (1 << _CHAR) - 1)


def _bytes(
    value: np.ndarray, has_units: np.ndarray, highest: np.ndarray, at: np.ndarray, in_document: np.ndarray
) -> tuple[bytes, np.ndarray]:
    """All places as `shards` writes them, and where each ends; `at` and `in_document` tell the units of each."""
    size = _varint_size(value)
    mask = np.where(has_units, (highest >> 3) + 1, 0)
    mask_size = np.where(has_units, _varint_size(mask), 0)
    ends = np.cumsum(size + mask_size + mask)
    begins = ends - (size + mask_size + mask)
    out = np.zeros(int(ends[-1]), np.uint8)
    _write_varints(out, begins, value, size)
    _write_varints(out, (begins + size)[has_units], mask[has_units], mask_size[has_units])
    place = np.repeat(np.arange(len(at)), np.diff(np.append(at, len(in_document))))
    inside = has_units[place]
    unit = in_document[inside]
    np.bitwise_or.at(
        out, (begins + size + mask_size)[place[inside]] + (unit >> 3), np.left_shift(1, unit & 7).astype(np.uint8)
    )
    return out.tobytes(), ends


def _varint_size(value: np.ndarray) -> np.ndarray:
    return 1 + (value >= 1 << 7).astype(np.int64) + (value >= 1 << 14) + (value >= 1 << 21) + (value >= 1 << 28)


def _write_varints(out: np.ndarray, begins: np.ndarray, value: np.ndarray, size: np.ndarray) -> None:
    for byte in range(int(size.max()) if len(size) else 0):
        chosen = size > byte
        more = np.where(size[chosen] > byte + 1, 128, 0)
        out[begins[chosen] + byte] = (value[chosen] >> 7 * byte & 127) | more


def _changes(values: np.ndarray) -> np.ndarray:
    """Where a value differs from the one before; the first does."""
    changes = np.ones(len(values), bool)
    changes[1:] = values[1:] != values[:-1]
    return changes


def _low(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)
