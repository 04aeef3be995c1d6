"""Make the search index of a build: in parts by several processes, or only what an edit changes in one that is there.

What was filed of each document is told by a digest, kept with the number of shards from build to build; the files
themselves lie in the output, and what stands in them is believed only where they are still what was written.

Exports `Indexing`, `Edit`.
"""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from sitegen.engine import Made, Outputs, digest_of, stage
from sitegen.model import Body
from sitegen.search import Filing
from sitegen.search.pairs import (
    GROUPS,
    VARIANTS,
    Filed,
    Part,
    Row,
    document_files,
    everyday_by_shard,
    filed,
    gather,
    merge,
    refiled,
    shard_files,
    shards_for,
    text_files,
)
from sitegen.search.patch import Change, Patch, patched
from sitegen.search.shards import pack, unpack
from sitegen.search.table import BLOCK, INDEX, index_file, names_file, names_path, row_of, text_path
from sitegen.search.variants import variants_file
from sitegen.store import Store
from sitegen.workers import Workers

_RANGE = 25 * BLOCK  # documents that are looked into at once: so many that terms recur, so few that memory stays small
_AT_ONCE = 1_000_000  # characters of them whose terms are gathered at once, for the same reason
_MANY = 5  # ranges
_SECONDS_A_RANGE = 500.0  # of a thousand ranges
_SECONDS_A_GROUP = 300.0
_FEW = 12  # documents that may change before making the index anew is quicker; and a hundredth of all


class Edit(NamedTuple):
    """A document of which nothing but the text has changed."""

    old: Filing
    new: Filing
    body: Body  # the new one


class _State(NamedTuple):
    """What is remembered of the index that lies in an output folder."""

    version: bytes  # of the program, its libraries and the everyday words
    files: int  # tells its files with their digests: a sum, so that a part of it can be exchanged
    shards: int
    places: int
    digests: list[bytes]  # of the documents, by number
    sizes: list[tuple[int, int]]  # atoms of the title, units


@dataclass(frozen=True, slots=True)
class Indexing:
    """The making of one index; `name` is that of its state in the store."""

    store: Store
    workers: Workers
    name: str
    version: bytes
    out: Path
    waiting: Path
    everyday: Callable[[], Mapping[str, tuple[str, ...]]]
    progress: Callable[[int, int], None]

    def files(self, filings: Sequence[Filing], bodies: Mapping[str, Body], old: Outputs) -> Outputs:
        """The files of the index of the documents in the order of their numbers; `old` are those that lie there.

        Raises `SitegenError` where a file cannot be written.
        """
        digests = [filing.digest for filing in filings]
        state = self._state(old)
        if state is not None:
            made = self._changed(state, filings, digests, bodies, old)
            if made is not None:
                return made
        return self._whole(filings, digests, bodies)

    # ------------------------------------------------ all of it

    def _whole(self, filings: Sequence[Filing], digests: list[bytes], bodies: Mapping[str, Body]) -> Outputs:
        ranges = [(start, filings[start : start + _RANGE]) for start in range(0, len(filings), _RANGE)]
        steps = len(ranges) + GROUPS
        made: dict[str, Made] = {}
        sizes: list[tuple[int, int]] = []
        places = 0
        starts: list[int] = []
        if len(ranges) > _MANY:
            self.workers.renew()  # those that made pages and files hold twice as much as an index needs
        with tempfile.TemporaryDirectory(dir=self.waiting, ignore_cleanup_errors=True) as folder:
            work = _Gather(bodies, folder, self.version, self.out, self.waiting)
            found = self.workers.run(work, ranges, _SECONDS_A_RANGE, lambda item: item[1][0].record.id, size=1)
            for done, one in enumerate(found, 1):
                made |= one.made
                sizes += one.sizes
                places += one.places
                starts += one.starts
                self.progress(done, steps)
            shards = shards_for(places)
            everyday = everyday_by_shard(self.everyday(), shards)
            merging = _Merge(tuple(starts), folder, shards, everyday, self.version, self.out, self.waiting)
            groups = self.workers.run(merging, range(GROUPS), _SECONDS_A_GROUP, str, size=1)
            for done, files in enumerate(groups, len(ranges) + 1):
                made |= files
                self.progress(done, steps)
        made[INDEX] = self._table(filings, sizes, shards)
        made[VARIANTS] = self._stage(VARIANTS, pack(variants_file()))
        self._keep(_State(self.version, _sum_of(made), shards, places, digests, sizes))
        return made

    def _table(self, filings: Iterable[Filing], sizes: Iterable[tuple[int, int]], shards: int) -> Made:
        rows = [row_of(filing.record, *size) for filing, size in zip(filings, sizes, strict=True)]
        return self._stage(INDEX, index_file(rows, shards))

    def _stage(self, path: str, data: bytes) -> Made:
        return stage(path, self.version, data, self.out, self.waiting)

    # ------------------------------------------------ only what has changed

    def _state(self, old: Outputs) -> _State | None:
        """What is remembered of just these files; None if they are not, or may not be, those that were written."""
        blob = self.store.get(self.name)
        if blob is None:
            return None
        state = _State(*marshal.loads(blob))
        return state if state.version == self.version and state.files == _sum_of(old) else None

    def _changed(
        self, state: _State, filings: Sequence[Filing], digests: list[bytes], bodies: Mapping[str, Body], old: Outputs
    ) -> Outputs | None:
        before = state.digests
        numbers = [n for n in range(max(len(before), len(digests))) if before[n : n + 1] != digests[n : n + 1]]
        if len(numbers) > _FEW + len(digests) // 100:
            return None
        try:
            return self._patched(state, filings, digests, bodies, old, numbers)
        except (OSError, ValueError):  # something else lies there
            return None

    def _patched(
        self,
        state: _State,
        filings: Sequence[Filing],
        digests: list[bytes],
        bodies: Mapping[str, Body],
        old: Outputs,
        numbers: Sequence[int],
    ) -> Outputs | None:
        read = _Reader(self.out, lambda path: old[path].digest if path in old else b"")
        changes = []
        for number in numbers:
            was = self._refiled(number, state, read) if number < len(state.sizes) else None
            now = _filed(filings[number], bodies) if number < len(filings) else None
            changes.append(Change(number, was, now))
        remade = self._remade(changes, state, read)
        if remade is None:
            return None
        patch, made = remade
        sizes = [*state.sizes[: len(filings)], *[(0, 0)] * (len(filings) - len(state.sizes))]
        blocks: set[int] = set()
        gone: set[str] = set()
        for number, was, now in changes:
            gone.update(text_path(number, unit) for unit in range(len(was.units) if was else 0))
            if now is not None:
                sizes[number] = patch.titles[number], len(now.units)
            if was is None or now is None or was.card != now.card:
                blocks.add(number // BLOCK)
        for block in blocks:
            first = block * BLOCK
            path = names_path(first)
            cards = [_card(filing) for filing in filings[first : first + BLOCK]]
            if cards:
                made[path] = self._stage(path, names_file(cards))
            else:
                gone.add(path)
        made[INDEX] = self._table(filings, sizes, state.shards)
        places = state.places + patch.places
        there = {path: old[path].digest for path in gone | (made.keys() & old.keys())}
        files = _exchanged(state.files, made, there)
        self._keep(_State(self.version, files, state.shards, places, digests, sizes))
        return {path: one for path, one in old.items() if path not in gone} | made

    def amended(self, edits: Sequence[Edit], lying: Callable[[str], bytes]) -> Outputs | None:
        """The files of the index that change where the texts of a few documents have, and nothing else of the site.

        `lying` tells the digest of the file that lies at a path, b"" if none does. None, and nothing remembered, where
        the index has to be looked at as a whole.
        """
        blob = self.store.get(self.name)
        state = _State(*marshal.loads(blob)) if blob is not None else None
        if state is None or state.version != self.version or len(edits) > _FEW:
            return None
        numbers = {digest: number for number, digest in enumerate(state.digests)}
        read = _Reader(self.out, lying)
        changes = []
        digests = list(state.digests)
        for old, new, body in edits:
            number = numbers.get(old.digest)
            if number is None:
                return None
            was = self._refiled(number, state, read)
            new_one = filed(replace(new.record, sections=body.sections))
            if len(new_one.units) != len(was.units) or new_one.card != was.card:
                return None
            changes.append(Change(number, was, new_one))
            digests[number] = new.digest
        remade = self._remade(changes, state, read)
        if remade is None:
            return None
        patch, made = remade
        files = _exchanged(state.files, made, {path: lying(path) for path in made})
        places = state.places + patch.places
        self._keep(_State(self.version, files, state.shards, places, digests, state.sizes))
        return made

    def _remade(
        self, changes: Sequence[Change], state: _State, read: Callable[[str], bytes]
    ) -> tuple[Patch, dict[str, Made]] | None:
        """The shards that change, and the new texts; None where the index has to be made anew."""
        patch = patched(changes, state.shards, read)
        if patch is None or shards_for(state.places + patch.places) != state.shards:
            return None
        files = dict(patch.files)
        for number, _, now in changes:
            if now is not None:
                files |= text_files(number, now)
        return patch, {path: self._stage(path, data) for path, data in files.items()}

    def _refiled(self, number: int, state: _State, read: Callable[[str], bytes]) -> Filed:
        return refiled([unpack(read(text_path(number, unit))) for unit in range(state.sizes[number][1])])

    def _keep(self, state: _State) -> None:
        self.store[self.name] = marshal.dumps(tuple(state))


class _Reader:
    """Reads files of the index; raises `ValueError` where one is not what was written."""

    def __init__(self, out: Path, lying: Callable[[str], bytes]) -> None:
        self._out, self._lying = out, lying

    def __call__(self, path: str) -> bytes:
        data = (self._out / path).read_bytes()
        if digest_of(data) != self._lying(path):
            raise ValueError(path)
        return data


def _sum_of(files: Outputs) -> int:
    return sum(_number_of(path, made.digest) for path, made in files.items()) & _MASK


def _exchanged(files: int, made: Outputs, before: Mapping[str, bytes]) -> int:
    """The sum of the files after some were made, and those before, by digest, are gone."""
    return files + _sum_of(made) - sum(_number_of(path, digest) for path, digest in before.items()) & _MASK


def _number_of(path: str, digest: bytes) -> int:
    return int.from_bytes(blake2b(path.encode() + digest, digest_size=16).digest(), "little")


_MASK = (1 << 128) - 1


def _card(filing: Filing) -> Mapping[str, str]:
    return filed(filing.record).card


def _filed(filing: Filing, bodies: Mapping[str, Body]) -> Filed:
    return filed(replace(filing.record, sections=bodies[filing.body].sections))


# ---------------------------------------------------------------- in other processes


class _Gathered(NamedTuple):
    """What became of a range of documents; its terms lie in files."""

    made: dict[str, Made]
    sizes: list[tuple[int, int]]
    places: int
    starts: list[int]  # after which its files are named


@dataclass(frozen=True)
class _Gather:
    """Files documents and gathers their terms, range by range."""

    bodies: Mapping[str, Body]
    folder: str
    key: bytes
    out: Path
    waiting: Path

    def __call__(self, ranges: Sequence[tuple[int, Sequence[Filing]]]) -> list[_Gathered]:
        return [self._one(start, filings) for start, filings in ranges]

    def _one(self, start: int, filings: Sequence[Filing]) -> _Gathered:
        documents = [_filed(filing, self.bodies) for filing in filings]
        sizes: list[tuple[int, int]] = []
        places, starts = 0, []
        for some in _at_once(documents):
            first = start + len(sizes)
            part = _gather_quickly(first, some)
            for group, rows in enumerate(part.groups):
                Path(self.folder, f"{first}.{group}").write_bytes(marshal.dumps(rows))
            sizes += zip(part.title_atoms, (len(document.units) for document in some), strict=True)
            places += part.places
            starts.append(first)
        files = document_files(start, documents)
        made = {path: stage(path, self.key, data, self.out, self.waiting) for path, data in files.items()}
        return _Gathered(made, sizes, places, starts)


def _at_once(documents: Iterable[Filed]) -> Iterator[list[Filed]]:
    """The documents in order, in lists that are not too long for the memory."""
    some: list[Filed] = []
    room = _AT_ONCE
    for document in documents:
        size = sum(len(text) for unit in document.units for _, _, text in unit)
        if some and size > room:
            yield some
            some, room = [], _AT_ONCE
        some.append(document)
        room -= size
    yield some


def _gather_quickly(start: int, documents: Sequence[Filed]) -> Part:
    """With numpy where it is installed: it is not to be had for every machine this runs on."""
    try:
        from sitegen.search import bulk
    except ImportError:
        return gather(start, documents)
    return bulk.gather(start, documents)


@dataclass(frozen=True)
class _Merge:
    """Merges what was gathered, group by group, into shards."""

    starts: tuple[int, ...]
    folder: str
    shards: int
    everyday: Mapping[int, bytes]
    key: bytes
    out: Path
    waiting: Path

    def __call__(self, groups: Sequence[int]) -> list[dict[str, Made]]:
        return [self._one(group) for group in groups]

    def _one(self, group: int) -> dict[str, Made]:
        rows: Iterable[Iterable[Row]] = (
            marshal.loads(Path(self.folder, f"{start}.{group}").read_bytes()) for start in self.starts
        )
        files = shard_files(merge(rows), self.shards, group, self.everyday)
        return {path: stage(path, self.key, data, self.out, self.waiting) for path, data in files.items()}
