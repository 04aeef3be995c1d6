"""Turn `site.yaml`, `columns.yaml` and the standard data into the site's configuration and its column tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

import yaml

from sitegen.diagnostics import Diagnostic, Severity, Span
from sitegen.load.checking import read_checking, standard_timers
from sitegen.load.downloads import read_downloads
from sitegen.load.fields import nearest
from sitegen.load.yamltree import Item, read_yaml
from sitegen.model import (
    CheckConfig,
    Column,
    ColumnId,
    Contact,
    HiddenColumn,
    Kind,
    KindField,
    LayoutCell,
    ListStyle,
    Places,
    SiteConfig,
    digest,
)


@cache
def standard_data(name: str) -> dict:  # type: ignore[type-arg]  # our own file, checked by tests
    """The product's data file `name` as plain values."""
    text = files("sitegen").joinpath("data", name).read_text(encoding="utf-8")
    loaded = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # our own file
    assert isinstance(loaded, dict)
    return loaded


@dataclass(frozen=True, slots=True)
class Settings:
    """What the site's own settings files say."""

    config: SiteConfig
    columns: Mapping[ColumnId, Column]
    hidden: tuple[HiddenColumn, ...]
    diagnostics: tuple[Diagnostic, ...]
    document_bytes: int = 5_000_000
    attachment_bytes: int = 100_000_000
    digest: bytes = b""  # of what it was read from
    checking: CheckConfig = field(default_factory=CheckConfig)


class _Notes:
    def __init__(self, path: str, code: str) -> None:
        self.path, self.code, self.found = path, code, list[Diagnostic]()

    def add(
        self, at: Item | tuple[int, int] | None, message: str, hint: str, severity: Severity = Severity.ERROR
    ) -> None:
        line, column = (at.line, at.column) if isinstance(at, Item) else at or (1, 1)
        self.found.append(Diagnostic(self.code, severity, message, Span(self.path, line, column), hint))


# ---------------------------------------------------------------- site.yaml

_PLAIN = {
    "agency": "agency",
    "agency_short": "agency_short",
    "site_name": "site_name",
    "domain": "domain",
    "url": "url",
    "id_code": "id_code",
    "icp": "icp",
    "police": "police",
    "host": "host",
    "apply_url": "apply_url",
    "intro": "intro",
    "index_no_pattern": "index_no_pattern",
    "layout": "layout",
    "empty_columns": "empty_columns",
    "search": "search",
    "theme": "theme",
}
_FLAGS = ("show_roles",)
_NESTED: Mapping[str, Mapping[str, str]] = {
    "portal": {"name": "portal_name", "url": "portal_url"},
    "marks": {"party": "party_mark_url", "find_fault": "find_fault_url", "police": "police_url"},
    "contact": {name: name for name in ("phone", "address", "hours", "postcode", "email", "fax")},
    "limits": {"document_mb": "document_mb", "attachment_mb": "attachment_mb", "page_size": "page_size"},
}
_PARTS: Mapping[str, str] = {"checks": "检查", "downloads": "下载"}  # read by modules of their own
_URLS = ("url", "apply_url", "portal_url", "party_mark_url", "find_fault_url", "police_url")


def read_settings(site: bytes | None, columns: bytes | None, label: str) -> Settings:
    """The settings from the bytes of the two files (None where there is none); all mistakes as diagnostics."""
    notes = _Notes(f"{label}/site.yaml", "T101")
    values, limits, parts = _read_site(site, notes)
    vocabularies = standard_data("vocabularies.yaml")
    layout = values.pop("layout", "") or "national"
    config = SiteConfig(
        agency=values.pop("agency", "") or "（未填写机关名称）",
        site_name=values.pop("site_name", "") or values.get("host", ""),
        layout=layout,
        layout_rows=layout_rows(_layouts()[layout]),
        contact=Contact(**values.pop("contact", {})),
        page_size=int(limits.get("page_size", 20)),
        topics=tuple((str(t["name"]), _strings(t["subs"])) for t in vocabularies["topics"]["items"]),
        **values,
    )
    config = replace(config, site_name=config.site_name or config.agency, host=config.host or config.agency)
    own = _Notes(f"{label}/columns.yaml", "T102")
    tree, hidden = _read_columns(columns, own)
    nameable = _all_columns(tree, hidden)
    checking = read_checking(parts.get("checks"), nameable, standard_timers(standard_data), notes.add)
    downloads = read_downloads(parts.get("downloads"), nameable, tree, standard_kinds().values(), notes.add)
    config = replace(config, downloads=downloads)
    return Settings(
        config,
        tree,
        hidden,
        (*notes.found, *own.found),
        int(limits.get("document_mb", 5)) * 1_000_000,
        int(limits.get("attachment_mb", 100)) * 1_000_000,
        digest((site, columns)),
        checking,
    )


def _all_columns(tree: Mapping[ColumnId, Column], hidden: Iterable[HiddenColumn]) -> frozenset[ColumnId]:
    """The columns a setting may name: a hidden one is no mistake, there is only nothing in it."""
    return frozenset((*tree, *(column.id for column in hidden)))


def _layouts() -> Mapping[str, Mapping[str, object]]:
    """The metadata table layouts that a site can choose."""
    layouts = standard_data("vocabularies.yaml")["detail_layouts"]
    return {name: layout for name, layout in layouts.items() if layout["use"] == "detail"}


def layout_rows(layout: Mapping[str, object]) -> tuple[tuple[LayoutCell, ...], ...]:
    """The rows of one metadata table layout of the standard data."""
    rows = layout["rows"]
    assert isinstance(rows, list)
    return tuple(tuple(LayoutCell(cell["field"], cell["label"]) for cell in row) for row in rows)


def _read_site(data: bytes | None, notes: _Notes) -> tuple[dict, dict[str, str], dict[str, Item]]:  # type: ignore[type-arg]
    if data is None:
        notes.add(None, "没有 site.yaml", "在内容文件夹里写 site.yaml，至少有一行“agency: 机关全称”。")
        return {}, {}, {}
    root = _root(data, notes)
    if root is None and notes.found:
        return {}, {}, {}
    parts: dict[str, Item] = {}
    names = {word: name for name, chinese in _PARTS.items() for word in (name, chinese)}
    values: dict[str, object] = {}
    limits: dict[str, str] = {}
    places: dict[str, Item] = {}
    for key, item in (root.value if root and isinstance(root.value, Mapping) else {}).items():
        if key in _PLAIN or key in _FLAGS:
            if not isinstance(item.value, str):
                notes.add(item, f"“{key}”应是一行文字", "写成“字段名: 文字”。")
            elif key in _FLAGS:
                if item.value not in ("true", "false"):
                    notes.add(item, f"“{key}”应是 true 或 false", "写 true 或 false。")
                values[key] = item.value == "true"
            else:
                values[_PLAIN[key]] = " ".join(item.value.split())
                places[_PLAIN[key]] = item
        elif key in _NESTED:
            known = _NESTED[key]
            if not isinstance(item.value, Mapping):
                notes.add(item, f"“{key}”应有几个小项", "可用：" + "、".join(known) + "。")
                continue
            inner: dict[str, str] = {}
            for name, part in item.value.items():
                if name not in known:
                    near = nearest(name, list(known))
                    notes.add(
                        item.keys.get(name, (item.line, item.column)),
                        f"“{key}”里没有“{name}”这一项",
                        f"是不是“{near}”？" if near else "可用：" + "、".join(known) + "。",
                    )
                    continue
                if not isinstance(part.value, str):
                    notes.add(part, f"“{name}”应是一行文字", "写成“字段名: 文字”。")
                    continue
                if key == "limits" and not re.fullmatch(r"[1-9][0-9]{0,3}", part.value.strip()):
                    notes.add(part, f"“{name}”应是正整数", "例如 20。")
                    continue
                inner[known[name]] = " ".join(part.value.split())
                places[known[name]] = part
            if key == "limits":
                limits = inner
            elif key == "contact":
                values["contact"] = inner
            else:
                values |= inner
        elif key in names:
            name = names[key]
            if name in parts:
                at = root.keys[key] if root else None
                notes.add(at, f"“{name}”（{_PARTS[name]}）写了两次", "中文名和英文名只用一个。")
            parts.setdefault(name, item)
        else:
            near = nearest(key, [*_PLAIN, *_FLAGS, *_NESTED, *names])
            at = root.keys[key] if root else None
            notes.add(at, f"site.yaml 没有“{key}”这一项", f"是不是“{near}”？" if near else "各项见 docs/site.md。")
    waiting = [name for name, item in places.items() if isinstance(item.value, str) and "待填写" in item.value]
    if waiting:
        span = Span(notes.path, min(places[name].line for name in waiting))
        told = f"还有 {len(waiting)} 项没有填写：{'、'.join(waiting)}"
        notes.found.append(Diagnostic("T103", Severity.WARNING, told, span, "把“待填写”换成真实的内容，上线前填完。"))
    if values.get("search", "pairs") not in ("pairs", "pagefind"):
        notes.add(places["search"], "没有这种检索方式", "可用：pairs（默认）、pagefind；不写就是 pairs。")
    if not values.get("agency"):
        notes.add(places.get("agency"), "site.yaml 没有写机关名称", "写“agency: 机关全称”。")
    for name in _URLS:
        address = str(values.get(name, ""))
        if address and not _is_web_address(address):
            notes.add(places[name], f"“{address}”不是完整的网址", "写成 https:// 开头的网址。")
            values[name] = ""
    if values.get("url"):
        values["url"] = str(values["url"]).rstrip("/") + "/"
    if values.get("empty_columns", "hide") not in ("hide", "explain"):
        notes.add(
            places["empty_columns"],
            "empty_columns 只能是 hide 或 explain",
            "hide：空栏目不进菜单；explain：显示说明页。",
        )
        values["empty_columns"] = "hide"
    layouts = _layouts()
    if values.get("layout") and values["layout"] not in layouts:
        notes.add(places["layout"], f"没有“{values['layout']}”这种信息项表格版式", "可用：" + "、".join(layouts) + "。")
        values["layout"] = ""
    try:
        re.compile(str(values.get("index_no_pattern", "")))
    except re.error:
        notes.add(
            places["index_no_pattern"], "index_no_pattern 不是正确的正则表达式", r"例如 '[0-9A-Z]{9}/\d{4}-\d{5}'。"
        )
        values["index_no_pattern"] = ""
    return values, limits, parts


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _root(data: bytes, notes: _Notes) -> Item | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes.add(None, "文件不是 UTF-8 编码", "在记事本里“另存为”，编码选 UTF-8。")
        return None
    root, problems = read_yaml(text.replace("\r\n", "\n").replace("\r", "\n"))
    for problem in problems:
        notes.add((problem.line, problem.column), problem.message.replace("信息头", "设置"), problem.hint)
    if root is not None and not isinstance(root.value, Mapping):
        notes.add(root, "这里应是“字段名: 内容”", "每行写一项。")
        return None
    return root


# ---------------------------------------------------------------- columns.yaml


@cache
def standard_columns() -> Mapping[ColumnId, Column]:
    """The standard column tree, in menu order, depth first."""
    data = standard_data("columns.yaml")
    kinds = standard_kinds()
    found: dict[ColumnId, Column] = {}

    def add(raw: Mapping[str, object], parent: Column | None) -> None:
        children = raw.get("children") or []
        assert isinstance(children, list)
        kind = kinds[str(raw.get("kind") or (parent.kind.id if parent else "general"))]
        column = Column(
            id=str(raw["id"]),
            name=str(raw["name"]),
            kind=kind,
            parent=parent.id if parent else "",
            children=tuple(child["id"] for child in children),
            full_name=str(raw.get("full_name") or raw["name"]),
            must=str(raw.get("must") or (parent.must if parent else "optional")),
            basis=str(raw.get("basis") or (parent.basis if parent else "")),
            certainty=str(raw.get("certainty") or "B"),
            column_type=str(raw.get("column_type") or (parent.column_type if parent else "信息公开目录")),
            description=str(raw.get("description") or ""),
            keywords=_strings(raw.get("keywords")),
            elements=_strings(raw.get("elements")),
            update=_strings(raw.get("update") or (parent.update if parent else ())),
            gathers=_strings(raw.get("gathers")),
        )
        found[column.id] = column
        for child in children:
            add(child, column)

    for raw in data["columns"]:
        add(raw, None)
    return found


@cache
def standard_kinds() -> Mapping[str, Kind]:
    """The column kinds with their own fields."""
    return {
        name: Kind(
            id=name,
            name=raw["name"],
            list=ListStyle(raw["list"]),
            official=bool(raw.get("official")),
            requires=_strings(raw.get("requires")),
            fields=tuple(
                KindField(
                    entry["id"],
                    entry["name"],
                    entry.get("type", "text"),
                    bool(entry.get("required")),
                    _strings(entry.get("choices")),
                    bool(entry.get("shown", True)),
                )
                for entry in raw.get("fields") or ()
            ),
        )
        for name, raw in standard_data("columns.yaml")["kinds"].items()
    }


def _strings(value: object) -> tuple[str, ...]:
    if not value:
        return ()
    assert isinstance(value, list | tuple)
    return tuple(str(part) for part in value)


_COLUMN_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


@cache
def field_aliases() -> Mapping[str, str]:
    """Labels that portals use for a field, and the id of the field."""
    aliases = standard_data("vocabularies.yaml")["field_aliases"]
    return {
        str(label): str(name)
        for name, labels in (aliases["fields"] | aliases["layout_only"]).items()
        for label in labels
    }


_ADDED = ("id", "name", "full_name", "parent", "kind", "description", "keywords", "basis", "empty")
_SET = ("kind", "empty", "description", "keywords", "full_name")


def _read_columns(data: bytes | None, notes: _Notes) -> tuple[Mapping[ColumnId, Column], tuple[HiddenColumn, ...]]:
    columns = dict(standard_columns())
    root = _root(data, notes) if data is not None else None
    if root is None or not isinstance(root.value, Mapping):
        return columns, ()
    given = root.value
    for key in given:
        if key not in ("extends", "add", "rename", "hide", "order", "empty", "set"):
            near = nearest(key, ["extends", "add", "rename", "hide", "order", "empty", "set"])
            notes.add(
                root.keys[key],
                f"columns.yaml 没有“{key}”这一项",
                f"是不是“{near}”？" if near else "可用：extends、add、rename、hide、order、empty、set。",
            )
    extends = given.get("extends")
    if extends is None or extends.value != "standard":
        notes.add(extends, "columns.yaml 要从标准栏目树出发", "第一行写“extends: standard”。")
    _add(given.get("add"), columns, notes)
    for name, item in _pairs(given.get("rename"), notes):
        if _known(name, item, columns, notes) and (word := _word(item, notes)):
            columns[name] = replace(columns[name], name=word, full_name=word)
    for name, item in _pairs(given.get("set"), notes):
        if _known(name, item, columns, notes):
            columns[name] = _changed(columns[name], item, notes)
    for name, item in _pairs(given.get("empty"), notes):
        if _known(name, item, columns, notes):
            columns[name] = replace(columns[name], empty=_empty_word(item, notes))
    top = _order(given.get("order"), columns, notes)
    hidden = _hide(given.get("hide"), columns, notes)
    gone = {column.id for column in hidden}
    tree: dict[ColumnId, Column] = {}

    def put(column_id: ColumnId) -> None:
        column = columns[column_id]
        children = tuple(child for child in column.children if child not in gone)
        tree[column_id] = replace(column, children=children)
        for child in children:
            put(child)

    for column_id in top:
        if column_id not in gone:
            put(column_id)
    for name in ("zn", "zd", "fd", "nb"):
        if name in gone:
            notes.add(
                given.get("hide"),
                f"“{columns[name].name}”是全国统一的一级栏目，不能隐藏",
                "国办公开办函〔2019〕61号要求四个一级栏目齐全，请不要隐藏它。",
            )
    return tree, hidden


def column_places(data: bytes | None) -> Places:
    """Where `columns.yaml` names each column, by its id; where it only sets it in order, there."""
    root, _ = read_yaml((data or b"").decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n"))
    found: dict[str, tuple[int, int]] = {}
    ordered: dict[str, tuple[int, int]] = {}
    for name, item in root.walk() if root else ():
        if isinstance(item.value, str) and name.startswith("order."):
            ordered[item.value] = (item.line, item.column)
        elif isinstance(item.value, Mapping):
            found |= item.keys
            named = item.value.get("id")
            if named and isinstance(named.value, str):
                found[named.value] = (named.line, named.column)
    return ordered | found


def _pairs(item: Item | None, notes: _Notes) -> Iterable[tuple[str, Item]]:
    if item is None or item.value == "":
        return ()
    if not isinstance(item.value, Mapping):
        notes.add(item, "这里应是“栏目编号: 内容”", "每行写一个栏目。")
        return ()
    return tuple(item.value.items())


def _known(name: str, item: Item, columns: Mapping[ColumnId, Column], notes: _Notes) -> bool:
    if name in columns:
        return True
    near = nearest(name, list(columns))
    notes.add(item, f"没有“{name}”这个栏目", f"是不是“{near}”？" if near else "栏目编号见 docs/columns.md。")
    return False


def _empty_word(item: Item, notes: _Notes) -> str:
    if item.value not in ("hide", "explain"):
        notes.add(item, "空栏目的处理只能是 hide 或 explain", "hide：不进菜单；explain：显示说明页。")
        return ""
    return str(item.value)


def _changed(column: Column, item: Item, notes: _Notes) -> Column:
    if not isinstance(item.value, Mapping):
        notes.add(item, "这里应有几个小项", "可用：" + "、".join(_SET) + "。")
        return column
    for key, part in item.value.items():
        if key not in _SET:
            notes.add(item.keys[key], f"栏目没有“{key}”这一项", "可用：" + "、".join(_SET) + "。")
        elif key == "keywords":
            column = replace(column, keywords=_texts(part, notes))
        elif key == "empty":
            column = replace(column, empty=_empty_word(part, notes))
        elif (word := _word(part, notes)) and key == "kind":
            kind = standard_kinds().get(word)
            if kind is None:
                notes.add(part, f"没有“{word}”这种栏目类型", "可用：" + "、".join(standard_kinds()) + "。")
            else:
                column = replace(column, kind=kind)
        elif word:
            column = replace(column, **{key: word})  # type: ignore[arg-type]  # description or full_name: both text
    return column


def _word(item: Item | None, notes: _Notes) -> str:
    """The text of the item; what is not one line of text, or says nothing, is told and gives ""."""
    if item is None:
        return ""
    if not isinstance(item.value, str) or not item.value.strip():
        notes.add(item, "这里应是一行文字", "写成“字段名: 文字”。")
        return ""
    return item.value.strip()


def _texts(item: Item, notes: _Notes) -> tuple[str, ...]:
    parts = item.value if isinstance(item.value, tuple) else (item,)
    words = tuple(word for part in parts if (word := _word(part, notes)))
    repeated = next((word for word in words if words.count(word) > 1), "")
    if repeated:
        notes.add(item, f"“{repeated}”写了两次", "只留一个。")
    return tuple(dict.fromkeys(words))


def _add(item: Item | None, columns: dict[ColumnId, Column], notes: _Notes) -> None:
    for part in _list(item):
        if not isinstance(part.value, Mapping):
            notes.add(part, "新增的栏目要写 id、name", "写成 {id: fd-15-x, parent: fd-15, name: 名称}。")
            continue
        raw = part.value
        for key in raw:
            if key not in _ADDED:
                near = nearest(key, list(_ADDED))
                notes.add(
                    part.keys[key],
                    f"栏目没有“{key}”这一项",
                    f"是不是“{near}”？" if near else "可用：" + "、".join(_ADDED) + "。",
                )
        values = {key: _word(value, notes) for key, value in raw.items() if key in _ADDED and key != "keywords"}
        column_id, name, parent = values.get("id", ""), values.get("name", ""), values.get("parent", "")
        if not column_id or not name or not _COLUMN_ID.fullmatch(column_id):
            notes.add(part, "新增的栏目要有 id（小写字母、数字、横线）和 name", "例如 {id: fd-15-x, name: 名称}。")
            continue
        if column_id in columns or column_id in _TAKEN:
            notes.add(part, f"栏目编号“{column_id}”已经有了", "换一个编号。")
            continue
        if parent and not _known(parent, raw["parent"], columns, notes):
            continue
        kind_name = values.get("kind", "")
        if kind_name and kind_name not in standard_kinds():
            notes.add(raw["kind"], f"没有“{kind_name}”这种栏目类型", "可用：" + "、".join(standard_kinds()) + "。")
            continue
        above = columns.get(parent)
        kind = standard_kinds()[kind_name] if kind_name else above.kind if above else standard_kinds()["general"]
        columns[column_id] = Column(
            id=column_id,
            name=name,
            kind=kind,
            parent=parent,
            full_name=values.get("full_name") or name,
            must="local",
            basis=values.get("basis", ""),
            certainty="A-local",
            column_type=above.column_type if above else "信息公开目录",
            description=values.get("description") or f"本机关在“{name}”方面公开的信息。",
            keywords=_texts(raw["keywords"], notes) if "keywords" in raw else (name,),
            empty=values.get("empty", ""),
        )
        if above:
            columns[parent] = replace(above, children=(*above.children, column_id))


_TAKEN = ("doc", "catalog", "updates", "search", "pagefind", "api", "assets", "sitemap", "page", "index")


def _list(item: Item | None) -> tuple[Item, ...]:
    if item is None or item.value == "":
        return ()
    return item.value if isinstance(item.value, tuple) else (item,)


def _order(item: Item | None, columns: dict[ColumnId, Column], notes: _Notes) -> tuple[ColumnId, ...]:
    """Apply the site's order; gives the order of the top level."""
    top = tuple(column.id for column in columns.values() if not column.parent)
    for name, part in _pairs(item, notes):
        wanted = _texts(part, notes)
        existing = top if name == "top" else columns[name].children if name in columns else None
        if existing is None:
            notes.add(part, f"没有“{name}”这个栏目", "写上级栏目的编号；一级栏目写 top。")
            continue
        strange = [child for child in wanted if child not in existing]
        if strange:
            notes.add(part, f"“{strange[0]}”不是“{name}”的下级栏目", "下级有：" + "、".join(existing) + "。")
            continue
        ordered = (*wanted, *(child for child in existing if child not in wanted))
        if name == "top":
            top = ordered
        else:
            columns[name] = replace(columns[name], children=ordered)
    return top


def _hide(item: Item | None, columns: Mapping[ColumnId, Column], notes: _Notes) -> tuple[HiddenColumn, ...]:
    hidden: dict[ColumnId, HiddenColumn] = {}
    for part in _list(item):
        raw = part.value if isinstance(part.value, Mapping) else {}
        if "id" not in raw:
            notes.add(part, "隐藏栏目要写 id 和 reason", "写成 {id: gzk, reason: 本机关没有规章制定权}。")
            continue
        column_id = _word(raw["id"], notes)
        if not column_id or not _known(column_id, raw["id"], columns, notes):
            continue
        if "reason" not in raw:
            notes.add(part, f"隐藏栏目“{column_id}”没有写理由", "写上 reason；理由只进内部报告。")
            continue
        reason = _word(raw["reason"], notes)
        pending = [column_id]
        while pending:
            name = pending.pop()
            kind = "" if columns[name].children else columns[name].kind.id
            hidden.setdefault(name, HiddenColumn(name, columns[name].name, reason, kind=kind))
            pending.extend(columns[name].children)

    def shown_above(name: ColumnId) -> ColumnId:
        parent = columns[name].parent
        return shown_above(parent) if parent in hidden else parent

    return tuple(replace(hidden[name], parent=shown_above(name)) for name in columns if name in hidden)
