"""Turn the everyday words of the product and of `data/synonyms.yaml` of the site into what search makes of them.

Exports `Synonyms`, `read_synonyms`, `SYNONYMS_FILE`, `CODES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple
from unicodedata import normalize

from sitegen.diagnostics import CodeInfo, Diagnostic, Severity, Span
from sitegen.load.fields import nearest
from sitegen.load.yamltree import Item, read_yaml

SYNONYMS_FILE = "data/synonyms.yaml"

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "T105",
        "日常用语写错了",
        Severity.ERROR,
        "写错的词，百姓用它查不到文件，页面上也看不出来。",
        "- {规范: [最低生活保障], 俗称: [吃低保，低保户]}",
        "- {规范: [最低生活保障], 俗称: [吃低保, 低保户]}",
    ),
    CodeInfo(
        "T106",
        "停用的词本来就没有",
        Severity.WARNING,
        "“停用”去掉的是产品自带的词；没有这个词，多半是写错了字，想停用的词还在起作用。",
        "- {停用: [低宝]}",
        "- {停用: [低保]}",
    ),
)


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The official words (规范) that everyday words lead to.

    The everyday words are normalised (`NFKC`, lower case), in order, and lead to at least one official word; the
    official words are as written, each once, and do not contain the everyday word: they would be found without help.
    """

    words: Mapping[str, tuple[str, ...]]


class _Group(NamedTuple):
    """Words for one thing: those of laws, short ones that are found by these as well, and those people use."""

    official: tuple[str, ...]
    short: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()


_KEYS = ("规范", "简称", "俗称", "停用")
_MAX_LENGTH = 20


def read_synonyms(own: bytes | None, label: str) -> tuple[Synonyms, tuple[Diagnostic, ...]]:
    """What words lead to, the site's own (the bytes of `SYNONYMS_FILE`) first, and what is wrong with these."""
    shipped = _merge(_of_product())
    reader = _Reader(f"{label}/{SYNONYMS_FILE}")
    groups, stopped = reader.read(own, shipped) if own is not None else ((), frozenset[str]())
    found = _merge(groups)
    for word, official in shipped.items():
        if word not in stopped:
            found[word] = tuple(dict.fromkeys((*found.get(word, ()), *official)))
    return Synonyms({word: found[word] for word in sorted(found)}), tuple(reader.problems)


def _merge(groups: Iterable[_Group]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}

    def lead(word: str, targets: Iterable[str]) -> None:
        for target in targets:
            if word not in _normalized(target):
                found.setdefault(word, {})[target] = None

    for group in groups:
        for word in group.short:
            lead(_normalized(word), group.official)
        for word in group.official if group.short else ():
            lead(_normalized(word), group.short)
        for word in group.everyday:
            lead(_normalized(word), (*group.official, *group.short))
    return {word: tuple(targets) for word, targets in found.items()}


def _normalized(word: str) -> str:
    return word if word.isascii() and word.islower() else normalize("NFKC", word).lower()


# ---------------------------------------------------------------- the product's

_WORDS = re.compile(r"(规范|简称|俗称): \[([^\[\]]*)\]")


def _of_product() -> Iterator[_Group]:
    """The groups of all shipped files; these have one group in a line (a test says so), which no YAML reader need read:
    that would take a good part of a small build."""
    folder = files("sitegen").joinpath("data", "synonyms")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for line in entry.read_text(encoding="utf-8").splitlines():
            if line.startswith("-"):
                words = {key: tuple(listed.split(", ")) for key, listed in _WORDS.findall(line.replace('"', ""))}
                yield _Group(words["规范"], words.get("简称", ()), words.get("俗称", ()))


# ---------------------------------------------------------------- the site's


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Diagnostic] = []
        self.seen: dict[str, Item] = {}  # everyday words and short ones

    def say(self, at: Item | tuple[int, int] | None, message: str, hint: str, code: str = "T105") -> None:
        place = (at.line, at.column) if isinstance(at, Item) else at or (1, 1)
        severity = Severity.WARNING if code == "T106" else Severity.ERROR
        self.problems.append(Diagnostic(code, severity, message, Span(self.path, *place), hint))

    def read(self, data: bytes, shipped: Mapping[str, object]) -> tuple[tuple[_Group, ...], frozenset[str]]:
        """The groups of the file without what is wrong, and the shipped words that it takes out."""
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            self.say(None, "文件不是 UTF-8 编码", "在记事本里“另存为”，编码选 UTF-8。")
            return (), frozenset()
        root, wrong = read_yaml(text)
        for problem in wrong:
            message = problem.message.replace("信息头", "文件").replace("字段", "项目")
            self.say((problem.line, problem.column), message, problem.hint.replace("字段", "项目"))
        if root is None or root.value == "":
            return (), frozenset()
        if not isinstance(root.value, tuple):
            self.say(root, "这里应是词的清单", "每行写一组，例如 - {规范: [最低生活保障], 俗称: [吃低保]}。")
            return (), frozenset()
        groups: list[_Group] = []
        stopped: set[str] = set()
        for entry in root.value:
            if not isinstance(entry.value, Mapping):
                self.say(entry, "每一组要写明哪些是规范的词", "写成 - {规范: [最低生活保障], 俗称: [吃低保]}。")
                continue
            for key in entry.value:
                if key not in _KEYS:
                    near = nearest(key, list(_KEYS))
                    hint = f"是不是“{near}”？" if near else "可用：" + "、".join(_KEYS) + "。"
                    self.say(entry.keys.get(key, entry), f"没有“{key}”这一项", hint)
            stopped.update(self.stopped(entry.value.get("停用"), shipped))
            if entry.value.keys() != {"停用"}:
                groups.append(self.group(entry))
        return tuple(groups), frozenset(stopped)

    def group(self, entry: Item) -> _Group:
        assert isinstance(entry.value, Mapping)
        official = tuple(dict.fromkeys(word for word, _ in self.words(entry.value.get("规范"), may_list=True)))
        written = {key for key, item in entry.value.items() if item.value != ()}
        if "规范" not in written:
            self.say(entry, "这一组没有写规范的词", "写上 规范: [公文里的说法]。")
        elif not {"简称", "俗称"} & written:
            self.say(entry, "这一组没有写简称，也没有写俗称", "写上 俗称: [百姓的说法]。")
        taken = {_normalized(word) for word in official}
        own = {key: tuple(self.everyday(entry.value.get(key), taken)) for key in ("简称", "俗称")}
        return _Group(official, own["简称"], own["俗称"])

    def everyday(self, item: Item | None, taken: set[str]) -> Iterator[str]:
        """The words of the item that are new to the file, and are not among the official ones of the group."""
        for word, at in self.words(item):
            key = _normalized(word)
            if key in taken:
                self.say(at, f"“{word}”又是规范的词，又是它的别称", "只留一处。")
            elif key in self.seen:
                self.say(at, f"“{word}”写了两次，第一次在第 {self.seen[key].line} 行", "合成一组，只留一处。")
            else:
                self.seen[key] = at
                yield word

    def stopped(self, item: Item | None, shipped: Mapping[str, object]) -> Iterator[str]:
        for word, at in self.words(item):
            if _normalized(word) in shipped:
                yield _normalized(word)
            else:
                self.say(at, f"产品自带的词里没有“{word}”", "核对这个词；不用停用的，删去这一处。", "T106")

    def words(self, item: Item | None, *, may_list: bool = False) -> Iterator[tuple[str, Item]]:
        """The words of the item, each with its place; official ones may list things: 通风、采光和日照."""
        if item is None:
            return
        for part in item.value if isinstance(item.value, tuple) else (item,):
            if not isinstance(part.value, str):
                self.say(part, "这里应是一个词", "写成 [词, 词]。")
                continue
            word = " ".join(part.value.split())
            if not any(char.isalnum() for char in word):
                self.say(part, f"“{word}”里没有文字" if word else "这里有一个空的词", "写上词，或删去这一处。")
            elif found := re.search("[，；,;]" if may_list else "[，；,;、]", word):
                self.say(part, f"“{word}”里有“{found[0]}”", "词和词之间用半角逗号加空格分开，例如 [吃低保, 低保户]。")
            elif len(word) > _MAX_LENGTH:
                self.say(part, f"“{word}”有 {len(word)} 个字，太长", f"一个词不超过 {_MAX_LENGTH} 个字。")
            else:
                yield word, part
