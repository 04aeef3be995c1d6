"""Turn what may be shown of the documents into the files that a visitor's browser searches, with no server behind them.

A back end makes files of records, below `search/data/` or `pagefind/`; the script of the search page that goes with it
answers with the same kinds of results (`themes/standard/assets/search-engine.js`, `search-pagefind.js`).
`pairs` is an index of our own (`docs/search-format.md`), made in parts by several processes and changed in place by
`sitegen.indexing`; here it is made in one go. `pagefind` hands cut texts to the program of that name.

Exports `index_search`, `SearchBackend`, `BACKENDS`, `Filing`, `version_of`, `indexed_titles`, `INDEX_FOLDERS`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from sitegen.diagnostics import SitegenError
from sitegen.model import SearchRecord, digest
from sitegen.search.shards import unpack

INDEX_FOLDERS = ("search/data/", "pagefind/")
"""Below these lies everything that the search makes, and nothing else."""

Everyday = Mapping[str, tuple[str, ...]]
"""Official words by the everyday word that leads to them."""


@dataclass(frozen=True, slots=True)
class SearchBackend:
    """A way to search: `build` makes its files of records, the oldest first, and the everyday words."""

    name: str
    build: Callable[[Sequence[SearchRecord], Everyday], Mapping[str, bytes]]


def index_search(
    records: Sequence[SearchRecord], backend: str = "pairs", everyday: Everyday | None = None
) -> Mapping[str, bytes]:
    """The files of the search by path below the root of the site; the same records in any order give the same bytes.

    Raises `SitegenError` where there is no such back end, or where its program cannot do its work.
    """
    if backend not in BACKENDS:
        raise SitegenError(f"没有名为“{backend}”的检索方式；请在 site.yaml 中选用：{'、'.join(BACKENDS)}。")
    # The numbers of the documents: by date of publication, then id, so that a new one comes last.
    ordered = sorted(records, key=lambda record: (record.pub_date, record.id))
    return BACKENDS[backend].build(ordered, everyday or {})


class Filing(NamedTuple):
    """A document that is to be found: what is told of it besides its text, and the digest of its body."""

    record: SearchRecord  # without sections
    body: str

    @property
    def digest(self) -> bytes:
        """Of all that is filed: not of facets, which stand in the table alone."""
        told = replace(self.record, filters=(), validity="")
        return blake2b(f"{self.body}\0{told!r}".encode("utf-8", "surrogatepass"), digest_size=12).digest()


def version_of(program: str, everyday: object) -> bytes:
    """What tells one way of making an index from another; not two versions of zlib need give the same bytes."""
    return digest((program, zlib.ZLIB_RUNTIME_VERSION, everyday))


def indexed_titles(out: Path) -> Mapping[str, str]:
    """The titles that the index in the site folder `out` knows, by address; nothing if none can be read."""
    data = out / "search" / "data"
    try:
        if (data / "docs.json").is_file():
            table = json.loads((data / "docs.json").read_bytes())
            return dict(zip(table["url"], table["title"], strict=True))
        blocks = [json.loads(unpack(file.read_bytes())) for file in (data / "names").glob("*.bin")]
        return {url: title for block in blocks for title, _, url in block}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _build_pairs(records: Sequence[SearchRecord], everyday: Everyday) -> Mapping[str, bytes]:
    from sitegen.search.pairs import build  # its tables cost a build more than they may that makes no index

    return build(records, everyday)


def _build_pagefind(records: Sequence[SearchRecord], everyday: Everyday) -> Mapping[str, bytes]:
    from sitegen.search.pagefind import build

    return build(records, everyday)


BACKENDS: Mapping[str, SearchBackend] = {
    backend.name: backend
    for backend in (SearchBackend("pairs", _build_pairs), SearchBackend("pagefind", _build_pagefind))
}
"""By the name that site.yaml uses; the first is the default."""
