"""Change an index of pairs that is there, where a few documents have changed: only the shards of their terms.

The result is, byte for byte, what making the index anew would give; where that cannot be told from what is there,
`patched` gives None, and the caller makes it anew.

Exports `Change`, `Patch`, `patched`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sitegen.search.pairs import Filed, Terms, terms_of
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
    shard_path,
    unpack,
    varint,
)


class Change(NamedTuple):
    """What was filed under a number and what is to be; None for nothing."""

    number: int
    old: Filed | None
    new: Filed | None


class Patch(NamedTuple):
    """New shards by path, and how many more terms in texts there are now."""

    files: Mapping[str, bytes]
    places: int
    titles: Mapping[int, int]  # by number of what is new: atoms of the title


class _Edit(NamedTuple):
    """What is to be said of a document in the lists of a term; None for nothing."""

    number: int
    in_names: bool | None
    in_body: Place | None


def patched(changes: Sequence[Change], shards: int, read: Callable[[str], bytes]) -> Patch | None:
    """The shards that change, of `shards` shards; `read` gives the file at a path of the index.

    None where a list that was dense would no longer be: what it said before cannot be told from its bitmap.
    Raises `ValueError` where a file is not a shard of such an index.
    """
    edits: defaultdict[int, defaultdict[str, list[_Edit]]] = defaultdict(lambda: defaultdict(list))
    places = 0
    titles = {}
    for number, old, new in changes:
        old_names, old_body, _ = terms_of(old) if old else _NOTHING
        new_names, new_body, title_atoms = terms_of(new) if new else _NOTHING
        places += len(new_body) - len(old_body)
        if new:
            titles[number] = title_atoms
        differing = {term for term, place in (old_body.items() ^ new_body.items())}
        differing |= {term for term, is_other in (old_names.items() ^ new_names.items())}
        for term in differing:
            place = new_body.get(term)
            edit = _Edit(number, new_names.get(term), place and _place(number, *place))
            edits[crc(term) & (shards - 1)][term].append(edit)
    files = {}
    for shard, of_terms in edits.items():
        path = shard_path(shard)
        entries, everyday = decode_shard(unpack(read(path)))
        for term, of_term in of_terms.items():
            lists = _edited(entries.get(term, Lists(b"", b"", False)), of_term)
            if lists is None:
                return None
            if lists.names or lists.body:
                entries[term] = lists
            else:
                entries.pop(term, None)
        files[path] = pack(encode_shard(entries.items(), everyday))
    return Patch(files, places, titles)


_NOTHING = Terms({}, {}, 0)


def _place(number: int, low: int, units: bytes) -> Place:
    return next(body_of(varint((number + 1 << 3) + low) + units))


def _edited(lists: Lists, edits: Sequence[_Edit]) -> Lists | None:
    names = dict(names_of(lists.names))
    for number, in_names, _ in edits:
        if in_names is None:
            names.pop(number, None)
        else:
            names[number] = in_names
    in_names_now = names_list(sorted(names.items()))
    if lists.is_bitmap:
        numbers = set(numbers_in(lists.body))
        for number, _, in_body in edits:
            numbers.discard(number) if in_body is None else numbers.add(number)
        last = max(numbers, default=-1)
        return Lists(in_names_now, bitmap(numbers, last), True) if is_dense(len(numbers), last) else None
    body = {place.number: place for place in body_of(lists.body)}
    for number, _, in_body in edits:
        if in_body is None:
            body.pop(number, None)
        else:
            body[number] = in_body
    places = [body[number] for number in sorted(body)]
    if places and is_dense(len(places), places[-1].number):
        return Lists(in_names_now, bitmap(body, places[-1].number), True)
    return Lists(in_names_now, body_list(places), False)
