"""What can be read in the files of a search index.

Exports `terms_of_shards`, what its shards know, and `terms_of_texts`, what they may know: the terms of what is shown.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping

from sitegen.search.pairs import refiled, terms_of
from sitegen.search.shards import decode_shard, unpack

_TEXT = re.compile(r"search/data/text/\d+/(\d+)-(\d+)\.bin")


def terms_of_shards(tree: Mapping[str, bytes]) -> set[str]:
    """Every term that a shard of the index knows."""
    shards = (data for path, data in tree.items() if path.startswith("search/data/shards/"))
    return {term for data in shards for term in decode_shard(unpack(data))[0]}


def terms_of_texts(tree: Mapping[str, bytes]) -> set[str]:
    """The terms of the documents as the index shows them; each of these is one that the table counts."""
    units: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
    for path, data in tree.items():
        if found := _TEXT.fullmatch(path):
            units[int(found[1])][int(found[2])] = unpack(data)
    if "search/data/index.bin" in tree:
        assert sorted(units) == list(range(json.loads(unpack(tree["search/data/index.bin"]))["docs"]))
    documents = [terms_of(refiled([of[unit] for unit in sorted(of)])) for of in units.values()]
    return {term for document in documents for term in (*document.names, *document.body)}
