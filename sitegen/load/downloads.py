"""Turn the part `downloads` (下载) of site.yaml into a `Downloads`.

Exports `read_downloads`, `NAMES`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from sitegen.load.fields import nearest
from sitegen.load.shapes import Tell, columns_of, flag, named_parts, words
from sitegen.load.yamltree import Item
from sitegen.model import Column, ColumnId, Downloads, Kind

NAMES: Mapping[str, str] = {
    "种类": "kinds",
    "栏目": "columns",
    "格式": "forms",
    "红头": "red_head",
    "汇编": "compile",
}
"""What authors may write for each item of `downloads`."""

_FORMS: Mapping[str, str] = {"docx": "docx", "word": "docx", "文字版": "docx", "pdf": "pdf", "图片版": "pdf"}
_NONE = "无"


def read_downloads(
    given: Item | None,
    columns: Collection[ColumnId],
    tree: Mapping[ColumnId, Column],
    kinds: Iterable[Kind],
    tell: Tell,
) -> Downloads:
    """Of which documents the site makes Word and PDF files; mistakes are told, and count as unsaid.

    `columns` may be named: those of the `tree`, and hidden ones, which count for nothing.
    """
    if given is None or given.value == "":
        return Downloads()
    if _is_none(given):
        return Downloads(kinds=(), columns=(), forms=(), compile=())
    if not isinstance(given.value, Mapping):
        hint = "可用：" + "、".join(NAMES) + "；一份也不生成的，写“无”。"
        tell(given, "“downloads”（下载）应有几个小项", hint)
        return Downloads()
    parts = dict(named_parts(given, NAMES, "“downloads”（下载）", tell))
    by_default = Downloads()
    own_kinds = _once(_kinds(parts.get("kinds"), kinds, tell), tell)
    own_forms = _once(_forms(parts.get("forms"), tell), tell)
    return Downloads(
        kinds=own_kinds if own_kinds or _is_none(parts.get("kinds")) else by_default.kinds,
        columns=_columns(parts.get("columns"), columns, tell),
        forms=tuple(sorted(own_forms)) if own_forms or _is_none(parts.get("forms")) else by_default.forms,
        has_red_head=flag(parts.get("red_head"), tell),
        compile=_compiled(parts.get("compile"), columns, tree, tell),
    )


def _is_none(item: Item | None) -> bool:
    """Whether the author wants none at all: 无, or an empty list."""
    return item is not None and item.value in (_NONE, ())


def _once(given: Iterable[tuple[str, Item]], tell: Tell) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name, part in given:
        if name in found:
            tell(part, f"“{part.value}”写了两次", "只留一个。")
        found[name] = None
    return tuple(found)


def _kinds(item: Item | None, kinds: Iterable[Kind], tell: Tell) -> Iterator[tuple[str, Item]]:
    """By their ids; authors may write the Chinese name too."""
    ids = {kind.name: kind.id for kind in kinds}
    for word, part in () if _is_none(item) else words(item, tell):
        if word in ids or word in ids.values():
            yield ids.get(word, word), part
        else:
            near = nearest(word, [*ids, *ids.values()])
            tell(part, f"没有“{word}”这种栏目类型", f"是不是“{near}”？" if near else "可用：" + "、".join(ids) + "。")


def _forms(item: Item | None, tell: Tell) -> Iterator[tuple[str, Item]]:
    for word, part in () if _is_none(item) else words(item, tell):
        if form := _FORMS.get(word.lower()):
            yield form, part
        else:
            tell(part, f"不能生成“{word}”格式", "可用：docx（Word，文字版）、pdf（图片版）。")


def _columns(item: Item | None, columns: Collection[ColumnId], tell: Tell) -> tuple[ColumnId, ...]:
    return () if _is_none(item) else _once(columns_of(item, columns, tell), tell)


def _compiled(
    item: Item | None, columns: Collection[ColumnId], tree: Mapping[ColumnId, Column], tell: Tell
) -> tuple[ColumnId, ...] | None:
    """The columns of which 制度文件汇编 are made; None if the site says nothing of it."""
    if item is None or item.value == "":
        return None
    if _is_none(item):
        return ()
    libraries = [column.id for column in tree.values() if column.is_library]
    found: list[tuple[ColumnId, Item]] = []
    for name, part in columns_of(item, columns, tell):
        if name in tree and name not in libraries:
            hint = f"可以写：{'、'.join(libraries)}；一个也不做的，写“无”。" if libraries else "写“无”，或者不写。"
            tell(part, f"“{name}”（{tree[name].name}）不是规章、行政规范性文件的末级栏目，做不了汇编", hint)
        else:
            found.append((name, part))
    return _once(found, tell) or None
