"""The terms of many documents at once, with numpy: the same `Part` as `pairs.gather` gives, in a quarter of the time.

Terms are numbers, and sorting these together with the unit they stand in brings the places of a term together. Where
numpy is not installed `pairs.gather` does the work; a test holds the two to the same bytes.

Exports `gather`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sitegen.search.codes import TEXT, terms_of_texts
from sitegen.search.pairs import OFTEN, Filed, Part, Told, grouped, headings_of, names_of_card, searched, special_terms
from sitegen.search.words import atoms


def gather(start: int, documents: Sequence[Filed]) -> Part:
    """The terms of documents, at least one, numbered from `start`; see `pairs.gather`."""
    names, titles = _names(start, documents)
    places = _places(documents)
    if places is None:  # there are names only
        return Part(grouped(start, names, {}), titles, 0)
    numbers, has_units = places.number, places.highest > 0
    begins = np.flatnonzero(_changes(places.term))
    value = (_differences(numbers, begins) << 3) + (places.weight << 1) + has_units
    data, ends, size = _bytes(value, has_units, places)
    many = np.diff(begins, append=len(numbers))
    words = map(places.spelled, places.term[begins].tolist())
    told = _told(value + (start << 3), data, ends, size, begins, start + numbers)
    often = _bitmaps(numbers, begins, many, len(documents))
    texts = dict(zip(words, zip(*told, many.tolist(), often, strict=True), strict=True))
    return Part(grouped(start, names, texts), titles, len(numbers))


def _names(start: int, documents: Sequence[Filed]) -> tuple[dict[str, Told], tuple[int, ...]]:
    """The lists of names by term; and the atoms of the titles."""
    found = [names_of_card(document.card) for document in documents]
    keys, spelled = terms_of_texts([text for names in found for text in names])
    title_or_other = _low(keys)
    terms, term = np.unique(keys >> TEXT, return_inverse=True)
    words = {spelled(one): place for place, one in enumerate(terms.tolist())}
    special = [
        (words.setdefault(word, len(words)), 2 * at + is_other)
        for at, (document, (title, _)) in enumerate(zip(documents, found, strict=True))
        for word, is_other in special_terms(document.card, title)
    ]
    more = np.array(special, np.int64).reshape(-1, 2)
    keys = np.concatenate((term << TEXT | title_or_other, more[:, 0] << TEXT | more[:, 1]))
    keys = np.unique(keys)
    keys = keys[_changes(keys >> 1)]  # in the title and another name: the title comes first
    term, number = keys >> TEXT, _low(keys) >> 1
    begins = np.flatnonzero(_changes(term))
    value = (_differences(number, begins) << 1) + (keys & 1)
    size = _varint_size(value)
    ends = np.cumsum(size)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    _write_varints(out, ends - size, value, size)
    told = _told(value + (start << 1), out.tobytes(), ends, size, begins, start + number)
    return dict(zip(words, zip(*told, strict=True), strict=True)), tuple(len(atoms(title)) for title, _ in found)


class _Places(NamedTuple):
    """The documents that have a term in their text, by term; for each what is told of it."""

    term: np.ndarray
    number: np.ndarray  # of the document, from 0
    weight: np.ndarray
    highest: np.ndarray  # the last unit that has it
    units: np.ndarray  # those of all places one after the other
    many: np.ndarray  # how many of them
    spelled: Callable[[int], str]


def _places(documents: Sequence[Filed]) -> _Places | None:
    """The places of all terms. What is as long as the text is given up, or made small, as soon as can be."""
    units = [unit for document in documents for unit in document.units]
    sizes = [len(document.units) for document in documents]
    document_of = np.repeat(np.arange(len(documents), dtype=np.int32), sizes)
    place_in_document = np.concatenate([np.arange(size, dtype=np.int32) for size in sizes])
    headings = [(at, heading) for at, unit in enumerate(units) if (heading := headings_of(unit))]
    keys, spelled = terms_of_texts([*map(searched, units), *(heading for _, heading in headings)])
    is_heading = _low(keys) >= len(units)
    heads = keys[is_heading]
    unit_of_heading = np.array([at for at, _ in headings], np.int32)
    heads = np.unique(_with(heads, document_of[unit_of_heading[_low(heads) - len(units)]]))
    keys = keys[~is_heading]
    if not len(keys):
        return None
    keys.sort()
    first = np.flatnonzero(_changes(keys))
    counts = np.diff(first, append=len(keys)).astype(np.int32)
    keys = keys[first]
    del first, is_heading
    unit = _low(keys)
    keys = _with(keys, document_of[unit])
    unit = place_in_document[unit]
    at = np.flatnonzero(_changes(keys))  # of the first unit of each place
    keys = keys[at]
    count = np.add.reduceat(counts, at)
    many = np.diff(at, append=len(unit))
    weight = (count > 1).astype(np.int64) + (count > 3)
    weight[_found(heads, keys)] = 3
    return _Places(keys >> TEXT, _low(keys).astype(np.int64), weight, unit[at + many - 1], unit, many, spelled)


def _low(keys: np.ndarray) -> np.ndarray:
    return keys.astype(np.uint32).astype(np.int32) & ((1 << TEXT) - 1)


def _with(keys: np.ndarray, low: np.ndarray) -> np.ndarray:
    """The keys with another low part."""
    return keys >> TEXT << TEXT | low.astype(np.uint64)


def _told(
    value: np.ndarray, data: bytes, ends: np.ndarray, size: np.ndarray, begins: np.ndarray, number: np.ndarray
) -> tuple[list[int], list[bytes], list[int]]:
    """Of each list, which begin at the places `begins`: its first value, the bytes after that, its last document."""
    last = np.append(begins[1:], len(value))[: len(begins)] - 1
    starts = np.append(0, ends[last])[: len(begins)] + size[begins]
    rest = [data[begin:end] for begin, end in zip(starts.tolist(), ends[last].tolist(), strict=True)]
    return value[begins].tolist(), rest, number[last].tolist()


def _differences(numbers: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Each number less the one before, and the first of each list, which begin there, less -1."""
    before: np.ndarray = np.append(-1, numbers[:-1])[: len(numbers)]
    before[begins] = -1
    differences: np.ndarray = numbers - before
    return differences


def _found(wanted: np.ndarray, sorted_keys: np.ndarray) -> np.ndarray:
    """Where the wanted keys are, of those that are there."""
    place: np.ndarray = np.searchsorted(sorted_keys, wanted)
    place[place == len(sorted_keys)] = 0
    found: np.ndarray = place[sorted_keys[place] == wanted]
    return found


def _bitmaps(numbers: np.ndarray, begins: np.ndarray, many: np.ndarray, documents: int) -> list[bytes]:
    """One bit for each document of the terms that many have; nothing for the others."""
    rows = np.flatnonzero(many >= OFTEN)
    often = many[rows]
    first = np.cumsum(often) - often
    inside = np.arange(int(often.sum())) + np.repeat(begins[rows] - first, often)
    flags = np.zeros((len(rows), documents), bool)
    flags[np.repeat(np.arange(len(rows)), often), numbers[inside]] = True
    packed = np.packbits(flags, axis=1, bitorder="little")
    bitmaps = [b""] * len(many)
    for row, bits in zip(rows.tolist(), packed, strict=True):
        bitmaps[row] = bits.tobytes()
    return bitmaps


def _bytes(value: np.ndarray, has_units: np.ndarray, places: _Places) -> tuple[bytes, np.ndarray, np.ndarray]:
    """All places as `shards` writes them, where each ends, and the bytes of its value."""
    size = _varint_size(value)
    mask = np.where(has_units, (places.highest >> 3) + 1, 0)
    mask_size = np.where(has_units, _varint_size(mask), 0)
    ends = np.cumsum(size + mask_size + mask)
    begins = ends - (size + mask_size + mask)
    out = np.zeros(int(ends[-1]), np.uint8)
    _write_varints(out, begins, value, size)
    _write_varints(out, (begins + size)[has_units], mask[has_units], mask_size[has_units])
    inside = np.repeat(has_units, places.many)
    if inside.any():
        unit = places.units[inside]
        byte = np.repeat((begins + size + mask_size)[has_units], places.many[has_units]) + (unit >> 3)
        first = np.flatnonzero(_changes(byte))
        out[byte[first]] = np.bitwise_or.reduceat(np.left_shift(1, unit & 7), first)
    return out.tobytes(), ends, size


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
