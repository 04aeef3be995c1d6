"""Read parts of site.yaml by their shape: several named items, texts, yes or no, columns. Mistakes are told.

Exports `Tell`, `YES`, `NO`, `named_parts`, `mapping`, `words`, `flag`, `is_column`, `columns_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from sitegen.load.fields import nearest
from sitegen.load.yamltree import Item
from sitegen.model import ColumnId

Tell = Callable[[Item | tuple[int, int] | None, str, str], None]  # where, what is wrong, what to do

YES, NO = ("是", "true", "yes"), ("否", "false", "no")


def named_parts(given: Item, names: Mapping[str, str], what: str, tell: Tell) -> Iterator[tuple[str, Item]]:
    """The items of a mapping by their ids; `names` are the Chinese ones with their ids, `what` the mapping's own."""
    assert isinstance(given.value, Mapping)
    ids = set(names.values())
    seen = set()
    for key, item in given.value.items():
        name = names.get(key, key)
        if name not in ids:
            near = nearest(key, [*names, *ids])
            hint = f"是不是“{near}”？" if near else "可用：" + "、".join(names) + "。"
            tell(given.keys[key], f"{what}里没有“{key}”这一项", hint)
        elif name in seen:
            tell(given.keys[key], f"“{key}”写了两次", "中文名和英文名只用一个。")
        else:
            seen.add(name)
            yield name, item


def mapping(item: Item | None, hint: str, tell: Tell) -> Iterator[tuple[str, Item]]:
    """The pairs of a mapping."""
    if item is None or item.value == "":
        return
    if not isinstance(item.value, Mapping):
        tell(item, "这里应是几行“名称: 内容”", hint)
        return
    yield from item.value.items()


def words(item: Item | None, tell: Tell) -> Iterator[tuple[str, Item]]:
    """The texts of a list, or the one text."""
    if item is None or item.value == "":
        return
    for part in item.value if isinstance(item.value, tuple) else (item,):
        if isinstance(part.value, str) and part.value.strip():
            yield part.value.strip(), part
        else:
            tell(part, "这里应是一行文字", "每行一个，前面写“- ”。")


def flag(item: Item | None, tell: Tell) -> bool:
    """Whether the item says yes."""
    if item is None or item.value == "":
        return False
    if item.value not in (*YES, *NO):
        tell(item, "这里应是“是”或“否”", "写“是”或“否”。")
    return item.value in YES


def is_column(name: str, part: Item, columns: Collection[ColumnId], tell: Tell) -> bool:
    """Whether there is such a column; told if not."""
    if name in columns:
        return True
    near = nearest(name, list(columns))
    tell(part, f"没有“{name}”这个栏目", f"是不是“{near}”？" if near else "栏目编号见 docs/columns.md。")
    return False


def columns_of(item: Item | None, columns: Collection[ColumnId], tell: Tell) -> Iterator[tuple[ColumnId, Item]]:
    """The columns of a list, or the one column."""
    for word, part in words(item, tell):
        if is_column(word, part, columns, tell):
            yield word, part
