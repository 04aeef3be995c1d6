"""Repair in the source files what has exactly one right answer, and touch nothing else.

That is: a byte order mark, line ends of several kinds in one file, and in the front matter full-width colons after the
name of a field, a missing space after the colon, tabs in the indent, white space at the end of a line, the form of
dates and of 文号; the order of the fields only on request. What other people's encoding has, and everything in the body
but its line ends, stays. Two laws: what was fixed needs no fixing, and a document that could be read is the same one
afterwards.

Exports `fixed`, `fix_content`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path

from sitegen import gongwen
from sitegen.heads import Source, cut, replace_file
from sitegen.listing import walk
from sitegen.load import fields as f
from sitegen.load import standard_kinds
from sitegen.load.yamltree import Item, read_yaml
from sitegen.model import Disclosure, RelationKind

_END = re.compile(r"\r\n|\r|\n")
_LF = "\n"


def fix_content(
    content: Path, label: str, moment: datetime, only: Collection[str] | None = None, *, in_order: bool, is_trial: bool
) -> Iterator[str]:
    """Fix the documents below `content`, or those of them that are in `only`, each file at once; with `is_trial` none.

    Gives what changes in each file as a unified diff; of what is not public at this moment only that it changes.
    """
    for path in walk(content, label).documents:
        file = content / path
        if only is not None and path not in only:
            continue
        try:
            data = file.read_bytes()
        except OSError:
            continue  # the check tells of it
        after = fixed(data, in_order=in_order)
        if after == data:
            continue
        if not file.stat().st_mode & 0o222:
            continue  # somebody wants it to stay; the check still tells what is wrong with it
        if not is_trial:
            replace_file(file.resolve(), after)
        yield _difference(f"{label}/{path}", data, after, moment)


def fixed(data: bytes, *, in_order: bool = False) -> bytes:
    """The bytes of the file with what has one right answer repaired; the same bytes if it is no document."""
    source = cut(data)
    if source is None:
        return data
    end = source.line_end
    if set(_END.findall(source.opening + "".join(source.head) + source.rest)) - {end} or end == "\r":
        end = _LF
        source = source._replace(opening=_END.sub(_LF, source.opening), rest=_END.sub(_LF, source.rest))
    lines: Sequence[str] = [_END.sub("", line) for line in source.head]
    lines = _with_right_values(_readable(lines))
    if in_order:
        lines = _in_order(lines)
    return source._replace(has_bom=False, head=tuple(line + end for line in lines)).joined()


# ---------------------------------------------------------------- what cannot be read

_NESTED = (
    *("doc", "文件", "date", "日期", "articles", "条款", "doc_no", "文号", "kind", "方式", "file", "title", "标题"),
    *("was", "原文", "now", "更正为", "note", "说明"),
)
_COLON = re.compile(
    r"([ ]*(?:- +)?)([^\s:：#'\"\[\]{},&*!|>%@`-][^\s:：]*)[ \t\u3000]*(：[ \t\u3000]*|:(?=[^\s/]))(.*)"
)


def _readable(lines: Sequence[str]) -> Sequence[str]:
    """The lines without what keeps YAML from reading them, or what nobody sees; as they are where that is no help."""
    plain = [_without_tabs(line).rstrip(" \t") for line in lines]
    before = _tree(lines)
    if before is not None:
        return plain if _same(_tree(plain), before) else lines
    mended = [_with_colon(line) for line in plain]
    return next((found for found in (plain, mended) if _tree(found) is not None), lines)


def _without_tabs(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return indent.replace("\t", "  ") + line[len(indent) :]


def _with_colon(line: str) -> str:
    """A line whose field has a full-width colon, or no space after it, as it was meant."""
    found = _COLON.fullmatch(line)
    if found is None or (found[2] not in _field_names() and not (found[1] and found[2] in _NESTED)):
        return line
    indent, name, _, value = found.groups()
    return f"{indent}{name}: {_scalar(value)}".rstrip(" ")


def _scalar(value: str) -> str:
    """The text as it is, if YAML reads it as just this text or as a list that is meant; else in quotes."""
    item, problems = read_yaml(f"k: {value}\n")
    root = item.value if item is not None and isinstance(item.value, Mapping) else {}
    is_meant = "k" in root and not problems and (root["k"].value == value or value[:1] in ("[", "{", "'", '"'))
    return value if is_meant or not value else "'" + value.replace("'", "''") + "'"


@cache
def _field_names() -> Mapping[str, str]:
    """Every name of a field, with its id."""
    own = {
        name: entry.id for kind in standard_kinds().values() for entry in kind.fields for name in (entry.id, entry.name)
    }
    return own | {name: entry.id for name, entry in f.FIELD_KEYS.items()}


def _tree(lines: Sequence[str]) -> Item | None:
    """The fields that the lines hold; None if they cannot be read."""
    item, problems = read_yaml("".join(line + _LF for line in lines))
    return item if item is not None and not problems and isinstance(item.value, Mapping) else None


def _same(one: Item | None, other: Item) -> bool:
    return one is not None and _flat(one) == _flat(other)


def _flat(item: Item) -> dict[str, str]:
    """The texts of a tree by their paths, in the order of the keys, without regard to white space."""
    return {
        path: " ".join(part.value.split()) if isinstance(part.value, str) else type(part.value).__name__
        for path, part in item.walk()
    }


# ---------------------------------------------------------------- values in another form

_RELATIONS = frozenset(kind.name.lower() for kind in RelationKind)
_DATES = frozenset(("written_date", "effective_date", "expire_date", "repeal_date"))
_LOOSE_DATE = re.compile(r"([0-9]{4})\s*[-./。、年—]\s*([0-9]{1,2})\s*[-./。、月—]\s*([0-9]{1,2})\s*[日号]?")
_SOLID_DATE = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_MOMENT = re.compile(r"(.+?[0-9日])[ \u3000T]+([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")
_WIDE = {ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９：．／－", "0123456789:./-", strict=True)}


def _with_right_values(lines: Sequence[str]) -> Sequence[str]:
    tree = _tree(lines)
    if tree is None:
        return lines
    found = list(lines)
    wanted = _flat(tree)
    for path, item, value in sorted(_mends(tree), key=lambda mend: (mend[1].line, mend[1].column), reverse=True):
        line, start = found[item.line - 1], item.column - 1
        for quote in ("", "'", '"'):
            raw = f"{quote}{item.value}{quote}"
            if line.startswith(raw, start) and re.match(r"[ \t]*(?:$|[,\]}]|[ \t]#)", line[start + len(raw) :]):
                found[item.line - 1] = f"{line[:start]}{quote}{value}{quote}{line[start + len(raw) :]}"
                wanted[path] = value
                break
    after = _tree(found)
    return found if after is not None and _flat(after) == wanted else lines


def _mends(tree: Item) -> Iterator[tuple[str, Item, str]]:
    """The values whose form is not the right one, with the right one."""
    dates = _DATES | {entry.id for kind in standard_kinds().values() for entry in kind.fields if entry.type == "date"}
    assert isinstance(tree.value, Mapping)
    for key, field in tree.value.items():
        name = _field_names().get(key, "")
        for path, item in field.walk(key):
            if not isinstance(item.value, str):
                continue
            inner = path.removeprefix(key).rpartition(".")[2]  # the key of a small record, or [3], or nothing
            is_plain = inner.startswith("[") or not inner
            value = item.value
            if name == "pub_date" and is_plain:
                value = _moment(item.value)
            elif (name in dates and is_plain) or (
                name in {*_RELATIONS, "revisions", "corrections", "withdraw"} and inner in ("date", "日期")
            ):
                value = _date(item.value)
            elif (
                (name == "doc_no" and is_plain)
                or (name in _RELATIONS and (is_plain or inner in ("doc", "文件")))
                or (name == "revisions" and inner in ("doc_no", "文号"))
            ):
                value = _number(item.value)
            if value != item.value:
                yield path, item, value


def _date(written: str) -> str:
    """The day as 2021-06-03; what is no day, or not surely one, as it was."""
    day = gongwen.parse_date(written)
    if isinstance(day, gongwen.Problem):
        plain = written.translate(_WIDE).strip()
        parts = _LOOSE_DATE.fullmatch(plain) or _SOLID_DATE.fullmatch(plain)
        day = gongwen.parse_date(f"{parts[1]}年{parts[2]}月{parts[3]}日") if parts else day
    return day.isoformat() if isinstance(day, date) else written


def _moment(written: str) -> str:
    parts = _MOMENT.fullmatch(written.translate(_WIDE).strip())
    if parts is None:
        return _date(written)
    moment = f"{_date(parts[1])} {parts[2]:0>2}:{parts[3]}"
    return moment if isinstance(gongwen.parse_moment(moment), tuple) else written


def _number(written: str) -> str:
    """The 文号 with 〔〕, digits of half width and no zeros before the serial; what is no 文号 as it was."""
    if isinstance(gongwen.parse_doc_no(written), gongwen.Problem) and written.strip().endswith("号"):
        number = gongwen.normalize_doc_no(written)
        if "国务院令" not in number and not isinstance(gongwen.parse_doc_no(number), gongwen.Problem):
            return number
    return written


# ---------------------------------------------------------------- the order of the fields


def _in_order(lines: Sequence[str]) -> Sequence[str]:
    """The fields in the order of the manual, each with the comments above it; those of a column kind after them."""
    before = _tree(lines)
    if before is None:
        return lines
    assert isinstance(before.value, Mapping)
    starts = sorted(before.keys[key][0] - 1 for key in before.value)
    begins = []
    for start in starts:
        begin = start
        while begin and (not lines[begin - 1].strip() or lines[begin - 1].startswith("#")):
            begin -= 1
        begins.append(begin)
    keys = sorted(before.value, key=lambda key: before.keys[key])
    rank = {name: number for number, name in enumerate(f.FIELD_IDS)}
    blocks = []
    for number, key in enumerate(keys):
        end = begins[number + 1] if number + 1 < len(keys) else len(lines)
        blocks.append((rank.get(_field_names().get(key, ""), len(rank)), lines[begins[number] : end]))
    blocks.sort(key=lambda block: block[0])
    found = [*lines[: begins[0]], *(line for _, block in blocks for line in block)]
    after = _tree(found)
    is_same = after is not None and sorted(_flat(after).items()) == sorted(_flat(before).items())
    return found if is_same else lines


# ---------------------------------------------------------------- what is told


def _difference(name: str, before: bytes, after: bytes, moment: datetime) -> str:
    source = cut(after)
    if source is None or not _is_public(source, moment):
        return f"{name}：有改动；这份稿件不公开，内容不在这里显示。\n"
    return "".join(difflib.unified_diff(_shown(before), _shown(after), name, name, n=1))


def _shown(data: bytes) -> list[str]:
    """The lines; a byte order mark and line ends other than LF, which nobody would see, are written out."""
    lines = data.decode("utf-8").replace("\ufeff", "<BOM>").replace("\r", "<CR>").split(_LF)
    return [line + _LF for line in (lines if lines[-1] else lines[:-1])]


def _is_public(source: Source, moment: datetime) -> bool:
    tree = _tree([_END.sub("", line) for line in source.head])
    if tree is None or not isinstance(tree.value, Mapping):
        return False
    given = {_field_names().get(key, key): item.value for key, item in tree.value.items()}
    when = gongwen.parse_moment(str(given.get("pub_date", "")))
    is_due = isinstance(when, tuple) and (when[0].isoformat(), when[1]) <= (
        moment.date().isoformat(),
        f"{moment:%H:%M}",
    )
    return given.get("disclosure") == Disclosure.ACTIVE and is_due and not {"draft", "withdraw"} & given.keys()
