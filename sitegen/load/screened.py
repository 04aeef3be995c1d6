"""Screen the text of a document that is to be published: its shown fields, its body, and what the body becomes.

Exports `screen_document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sitegen import screening
from sitegen.load import fields as f
from sitegen.load.yamltree import Item
from sitegen.model import RelationKind
from sitegen.screening import Screen, Spot

# What says nothing in words, or is a number that everybody may know.
_APART = frozenset(
    (
        *("disclosure", "pub_date", "written_date", "effective_date", "expire_date", "repeal_date", "column", "genre"),
        *("validity", "doc_no", "index_no", "unified_no", "draft", "old_urls", "version_of"),
        *(kind.name.lower() for kind in RelationKind),
    )
)
# Digits that belong together on the page, but not in the source: 4403**06**19…, 4403[06](a.html)19…, &#52;403…
_BROKEN_UP = re.compile(  # begins with a digit in every case: so it is looked for ten times as fast
    r"\d(?:(?:[*_~`\\]|&#?\w{1,32};|<[^<>\n]{0,80}>|!\[[^\[\]\n]{0,80}\]\([^()\n]{0,200}\)|\[\^[^\[\]\n]{1,20}\])+\d"
    r"|\]\([^()\n]{0,200}\)\d|\n[> ]+\d)"
)
_WRITTEN_DIGIT = re.compile(r"&#(?:0{0,9}(?:4[89]|5[0-7])|[xX]0{0,9}3[0-9]);")


def screen_document(
    root: Mapping[str, Item], doc_id: str, body: str, first_line: int, plain: str, screen: Screen
) -> Iterator[Spot]:
    """What must not be seen or is wrongly written, with its place in the file; `plain` is what is seen of `body`."""
    yield from _screen_fields(root, doc_id, screen)
    found = screening.screen_text(body, first_line, screen)
    yield from found
    if _BROKEN_UP.search(body) or _WRITTEN_DIGIT.search(body):
        known = {spot.code for spot in found}
        for spot in screening.screen_text(plain, 1, screen):
            if spot.code.startswith("S2") and spot.code not in known:
                yield spot._replace(line=first_line, column=1)


def _screen_fields(root: Mapping[str, Item], doc_id: str, screen: Screen) -> Iterator[Spot]:
    """All shown fields in one go, each line under the name of its field; told at the place of the value."""
    lines = [f"稿件编号：{doc_id}"]
    places = [(1, 1)]
    for key, item in root.items():
        known = f.FIELD_KEYS.get(key)
        if known and (known.internal or known.id in _APART):
            continue
        name = known.name if known else key
        for _, part in item.walk():
            if isinstance(part.value, str) and part.value.strip():
                written = f"{name}：{part.value}".split("\n")
                lines += written
                places += [(part.line, part.column)] * len(written)
    for spot in screening.screen_text("\n".join(lines), 1, screen):
        line, column = places[min(spot.line, len(places)) - 1]
        yield spot._replace(line=line, column=column)
