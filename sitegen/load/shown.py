"""Turn the fields and the body of a public document into the parts that a 保密审查 is of. Exports `parts_of`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sitegen import gongwen
from sitegen.load import fields as f
from sitegen.model import Claim, Correction, Kind, Revision
from sitegen.review import Part, body_part, part_of

# What is no content of the document: its address, whether it is published at all, and files, which have parts of their
# own as soon as their bytes are known.
_APART = frozenset(("disclosure", "draft", "withdraw", "id", "old_urls", "attachments"))


def parts_of(given: Mapping[str, object], kinds: Sequence[Kind], body: str) -> tuple[Part, ...]:
    """Every shown field that says something, in the order of the table of fields, and the body.

    White space, the order of the keys, the name by which a field is called and the form of a date make no difference.
    """
    own = {entry.id: entry.name for kind in kinds for entry in kind.fields if entry.is_shown}
    names = {entry.id: entry.name for entry in f.FIELDS if not entry.internal and entry.id not in _APART}
    names |= {name: own[name] for name in sorted(own.keys() - f.FIELD_IDS.keys())}
    fields = ((names[name], _told(given[name])) for name in names if name in given)
    return (*(part_of(name, value, "；".join(value)) for name, value in fields if value), body_part(body))


def _told(value: object) -> list[str]:
    """The texts that a value consists of; nothing for one that says nothing."""
    if isinstance(value, str):
        return [str(value)] if value else []
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, Claim):
        written = (gongwen.normalize_doc_no(value.target), value.day.isoformat() if value.day else "", *value.articles)
        return ["，".join(word for word in written if word)]
    if isinstance(value, Revision):
        return ["，".join(word for word in (value.day.isoformat(), value.doc_no, value.kind) if word)]
    if isinstance(value, Correction):
        told = zip(("", "原文：", "更正为：", "说明："), (value.day.isoformat(), *value[1:]), strict=True)
        return ["，".join(name + word for name, word in told if word)]
    if isinstance(value, tuple) and value and isinstance(value[0], date):  # a day and a time
        return [" ".join((value[0].isoformat(), *filter(None, value[1:])))]
    if isinstance(value, tuple):
        return [word for part in value for word in _told(part)]
    return []
