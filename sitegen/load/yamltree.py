"""Turn YAML text into a tree of text, lists and mappings in which every part knows its place.

All scalars stay what was written (`no`, `010` and `1e3` are text); a key given twice, an alias or anything that is
not plain YAML is a problem with its place, not an exception. What front matter nearly always looks like is read here;
PyYAML, which is loaded for the rest only, would make the same tree of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import yaml  # when the program runs, only what is not simple loads it

_NO_KEYS: Mapping[str, tuple[int, int]] = MappingProxyType({})


class Item(NamedTuple):
    """A part of a YAML text: `value` is text, a tuple of items, or a mapping of items; lines and columns from 1."""

    value: str | tuple[Item, ...] | Mapping[str, Item]
    line: int = 1
    column: int = 1
    keys: Mapping[str, tuple[int, int]] = _NO_KEYS  # where each key of a mapping stands

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Item]]:
        """Every part with its path: `attachments[0].file`."""
        yield prefix, self
        if isinstance(self.value, tuple):
            for number, part in enumerate(self.value):
                yield from part.walk(f"{prefix}[{number}]")
        elif not isinstance(self.value, str):
            for key, part in self.value.items():
                yield from part.walk(f"{prefix}.{key}" if prefix else key)


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """What is wrong with a YAML text, and where."""

    code: str
    line: int
    column: int
    message: str
    hint: str


MAX_DEPTH = 100
Read = tuple[Item | None, tuple[YamlProblem, ...]]


def read_yaml(text: str, first_line: int = 1) -> Read:
    """The tree of `text` (None if it has none), and the problems; `first_line` is the file's line of the first one."""
    item = read_simple(text, first_line)
    return (item, ()) if item is not None else read_any(text, first_line)


# ---------------------------------------------------------------- what is simple

_ODD = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_KEY = r"([A-Za-z0-9_\u3007\u3400-\u9fff][A-Za-z0-9_.\u3007\u3400-\u9fff-]{0,63}+)"
_FIRST = rf"[^{_ODD} ?:,\[\]{{}}#&*!|>'\"%@`-]"  # of a text without quotes
_QUOTED = rf"(\"[^{_ODD}\"\\]*+\"|'[^{_ODD}']*+')"
# What stands before a value (the indent, the `- ` of an entry, the key), and the value, of one of three kinds. What is
# matched is never given back: no line takes long. The last group holds what is not simple.
_LINE = re.compile(
    rf"(( *+)(- ++)?(?:{_KEY}:(?: ++|(?=\n|\Z)))?)"
    rf"(?:({_FIRST}[^{_ODD}:#]*+(?::(?![ \n]|\Z)[^{_ODD}:#]*+)*+)|{_QUOTED}"
    rf"|(\[[^{_ODD}#\[\]]*+\]|\{{[^{_ODD}#{{}}]*+\}}))? *+(?:\n|\Z)"
    r"|([\s\S]+)"
)
_PART = re.compile(
    rf"(( *+)(?:{_KEY}: ++)?)(?:({_FIRST}[^{_ODD}?:#,'\"\[\]{{}}]*+)|{_QUOTED}|(\[[^\[\]{{}}]*+\]))"
    r"( *+(?:,(?! *\Z)|\Z))"
    r"|([\s\S]+)"
)
_NULLS = ("~", "null")


def read_simple(text: str, first_line: int) -> Item | None:
    """What `read_any` gives, if the text is so simple that this can be told without PyYAML; else None."""
    root: dict[str, Item] = {}
    keys: dict[str, tuple[int, int]] = {}
    key = ""  # the last one, if it has no value in its line
    blocks: dict[str, list[_Line]] = {}  # the lines below it
    for number, (before, indent, entry, name, plain, quoted, flow, odd) in enumerate(_LINE.findall(text), first_line):
        value: Item | None = None
        if plain:
            written = plain.rstrip(" ")
            value = Item("" if written in _NULLS else written, number, len(before) + 1)
        elif quoted:
            value = Item(quoted[1:-1], number, len(before) + 1)
        elif flow:
            value = _flow(flow, number, len(before) + 1)
            if value is None:
                return None
        elif odd:
            return None
        if name and not indent and not entry:
            if name in root:
                return None
            key = "" if value else name
            root[name] = value or Item("", number, len(name) + 2)
            keys[name] = (number, 1)
        elif name or entry or value:
            if not key:
                return None
            line = _Line(number, len(indent), len(indent) + len(entry) + 1, bool(entry), name, value)
            blocks.setdefault(key, []).append(line)
    for key, lines in blocks.items():
        value = _block(lines)
        if value is None:
            return None
        root[key] = value
    if not root:
        return None
    first_key, *_ = keys.values()
    return Item(root, *first_key, keys)


def _flow(text: str, number: int, column: int) -> Item | None:
    """The flow list or mapping of simple parts; None if it is not simple. `column` is that of its bracket."""
    is_list = text[0] == "["
    parts: list[Item] = []
    mapping: dict[str, Item] = {}
    keys: dict[str, tuple[int, int]] = {}
    at = column + 1
    inside = text[1:-1]
    if not inside.strip(" "):
        return Item((), number, column) if is_list else None
    for before, space, name, plain, quoted, inner, after, odd in _PART.findall(inside):
        start = at + len(before)
        part: Item | None = None
        if plain:
            written = plain.rstrip(" ")
            part = Item("" if written in _NULLS else written, number, start)
        elif quoted:
            part = Item(quoted[1:-1], number, start)
        elif inner:
            part = _flow(inner, number, start)
        if odd or part is None or bool(name) is is_list or name in mapping:
            return None
        if is_list:
            parts.append(part)
        else:
            mapping[name] = part
            keys[name] = (number, at + len(space))
        at = start + len(plain or quoted or inner) + len(after)
    return Item(tuple(parts), number, column) if is_list else Item(mapping, number, column, keys)


class _Line(NamedTuple):
    """An indented line, or an entry of a list."""

    number: int
    indent: int
    column: int  # of what follows the indent and the `- `
    is_entry: bool
    name: str
    value: Item | None


def _block(lines: Sequence[_Line]) -> Item | None:
    """A list of texts or of mappings of texts, or such a mapping, all equally far indented; None if it is not that."""
    first = lines[0]
    if not first.is_entry:
        return _pairs(lines, first.column)
    parts: list[Item] = []
    starts = [i for i, line in enumerate(lines) if line.is_entry]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        line = lines[start]
        if line.indent != first.indent:
            return None
        part = _pairs(lines[start:end], line.column) if line.name else line.value if end == start + 1 else None
        if part is None:
            return None
        parts.append(part)
    return Item(tuple(parts), first.number, first.indent + 1)


def _pairs(lines: Sequence[_Line], column: int) -> Item | None:
    """The mapping of the lines, the names of which must all stand at `column`; only the first may be an entry."""
    mapping: dict[str, Item] = {}
    keys: dict[str, tuple[int, int]] = {}
    for line in lines:
        if line.column != column or not line.name or line.name in mapping or (mapping and line.is_entry):
            return None
        mapping[line.name] = line.value or Item("", line.number, column + len(line.name) + 1)
        keys[line.name] = (line.number, column)
    return Item(mapping, lines[0].number, column, keys)


# ---------------------------------------------------------------- what PyYAML reads


def read_any(text: str, first_line: int = 1) -> Read:
    """The tree and the problems of any text."""
    import yaml

    shift = first_line - 1
    text = re.sub("[\u2028\u2029\x85]", " ", text)  # line breaks to YAML, but to no editor
    if (bad := _first_tab(text)) is not None:
        return None, (
            YamlProblem(
                "F104", bad[0] + shift, bad[1], "信息头里用了制表符（Tab）缩进", "把行首的制表符改成两个空格。"
            ),
        )
    loader = _loader()(text)
    try:
        if (deep := _first_too_deep(text)) is not None:
            message, hint = "信息头的层次太深", "信息头最多两三层，请检查括号和缩进。"
            return None, (YamlProblem("F104", deep[0] + shift, deep[1], message, hint),)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line, column, message, hint = _syntax_problem(text, error)
        places = {line + shift: YamlProblem("F104", line + shift, column, message, hint)}
        for number, written in enumerate(text.split("\n"), first_line):
            key = _KEY_LINE.match(written)
            if key and key[1] == "：" and message == _FULL_WIDTH:  # all of them at once
                places[number] = YamlProblem("F104", number, key.end(), message, hint)
        return None, tuple(places[number] for number in sorted(places))
    except (yaml.YAMLError, ValueError):
        place = _unreadable_place(text)
        return None, (
            YamlProblem(
                "F104",
                place[0] + shift,
                place[1],
                "信息头里有无法读取的字符",
                "删去看不见的控制字符，或重新输入这一行。",
            ),
        )
    finally:
        loader.dispose()
    if node is None:
        return None, ()
    problems: list[YamlProblem] = []
    seen: set[int] = set()

    def build(node: yaml.Node) -> Item:
        line, column = node.start_mark.line + first_line, node.start_mark.column + 1
        if not isinstance(node, yaml.ScalarNode) or node.value:
            if id(node) in seen:
                problems.append(
                    YamlProblem("F104", line, column, "信息头里用了引用（& 和 *）", "把内容直接写在这里，不用引用。")
                )
                return Item("", line, column)
            seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            value = str(node.value)
            return Item("" if value in ("~", "null") and not node.style else value, line, column)
        if isinstance(node, yaml.SequenceNode):
            return Item(tuple(build(part) for part in node.value), line, column)
        mapping: dict[str, Item] = {}
        keys: dict[str, tuple[int, int]] = {}
        for key_node, value_node in node.value:
            key_line, key_column = _place(key_node, first_line)
            if not isinstance(key_node, yaml.ScalarNode):
                problems.append(YamlProblem("F104", key_line, key_column, "这里应是字段名", "检查冒号和缩进。"))
                continue
            key = str(key_node.value).strip()
            if key in mapping:
                problems.append(
                    YamlProblem(
                        "F105",
                        key_line,
                        key_column,
                        f"字段“{key}”写了两次，第一次在第 {keys[key][0]} 行",
                        "只留一处。",
                    )
                )
                continue
            mapping[key] = build(value_node)
            keys[key] = (key_line, key_column)
        return Item(mapping, line, column, keys)

    return build(node), tuple(problems)


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _first_too_deep(text: str) -> tuple[int, int] | None:
    """Where the text is nested deeper than `MAX_DEPTH`: composing it would take the stack, and the process with it."""
    if sum(map(text.count, "[{-?:")) <= MAX_DEPTH:  # no level without one of these
        return None
    import yaml

    depth = 0
    for event in yaml.parse(text, _loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH and event.start_mark:
                return event.start_mark.line + 1, event.start_mark.column + 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _place(node: yaml.Node, first_line: int) -> tuple[int, int]:
    mark = node.start_mark
    assert mark is not None  # nodes made from text have one
    return mark.line + first_line, mark.column + 1


_COMMENT = re.compile(r"[^\s:#'\"\[{|>][^:#]*:\s+(?![\s'\"\[{|>#])(\S.*?)\s+(#.*)")


def lost_to_comments(text: str, first_line: int) -> Iterator[YamlProblem]:
    """Values in which an unquoted ` #` makes a comment of the rest, which the author hardly means."""
    if "#" not in text:
        return
    for number, line in enumerate(text.split("\n"), first_line):
        if found := _COMMENT.fullmatch(line):
            yield YamlProblem(
                "F117",
                number,
                found.start(2) + 1,
                "“ #”和它后面的文字不会被读取",
                "要保留这些文字，用单引号把整个内容括起来；只是备注，就写到另一行。",
            )


def _first_tab(text: str) -> tuple[int, int] | None:
    for number, line in enumerate(text.split("\n"), 1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent and line.strip():
            return number, indent.index("\t") + 1
    return None


def _unreadable_place(text: str) -> tuple[int, int]:
    for number, line in enumerate(text.split("\n"), 1):
        for column, char in enumerate(line, 1):
            if (ord(char) < 32 and char != "\t") or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000:
                return number, column
    return 1, 1


_KEY_LINE = re.compile(r"[^\s:：#'\"\[\]{},&*!|>%@`-][^:：]*(:(?=\s|$)|:|：|$)")  # group: what ends the field's name
_FULL_WIDTH = "字段名后面用了全角冒号"
_QUOTED = "写成“字段名: 内容”，冒号后空一格；内容里有冒号、井号、方括号或引号时，用单引号把内容括起来。"


def _syntax_problem(text: str, error: yaml.MarkedYAMLError) -> tuple[int, int, str, str]:
    """Where the mistake really is (the parser often notices it one line later), what it is, and what to do."""
    problem, context = (error.problem or "").lower(), (error.context or "").lower()
    found = error.problem_mark or error.context_mark
    lines = text.split("\n")
    line, column = (min(found.line + 1, len(lines)), found.column + 1) if found else (1, 1)
    if "escape" in problem or "unicode" in problem:
        return line, column, "双引号里的反斜杠不能这样用", "把双引号换成单引号。"
    if "quoted scalar" in context and (start := error.context_mark):
        return start.line + 1, start.column + 1, "从这里开始的引号没有成对", "补上另一半引号；引号用半角的。"
    if context in ("while parsing a flow sequence", "while parsing a flow mapping") and (start := error.context_mark):
        hint = "补上另一半括号；文字本身带括号时，用单引号把它括起来。"
        return start.line + 1, start.column + 1, "从这里开始的括号没有成对", hint
    for number in (line - 1, line):
        key = _KEY_LINE.match(lines[number - 1]) if 0 < number <= len(lines) else None
        if key and key[1] == "：":
            return number, key.end(), _FULL_WIDTH, "用半角冒号加一个空格，例如“标题: 某通知”。"
        if key and key[1] == ":" and lines[number - 1][key.end() : key.end() + 1].strip():
            return number, key.end(), "字段名的冒号后面没有空格", "在冒号后面加一个空格。"
        if key and not key[1]:
            return number, 1, "这一行没有冒号，读不懂哪里是字段名", _QUOTED
    if "mapping values are not allowed" in problem:
        return line, column, "这一行有多余的冒号，读不懂哪里是字段名", _QUOTED
    if any(word in context for word in ("alias", "anchor", "tag", "block scalar")) or "start any token" in problem:
        return line, column, "内容以不能用在开头的符号开始", _QUOTED
    return line, column, "这一行的缩进、括号或符号与上文对不上", _QUOTED
