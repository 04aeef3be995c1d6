"""Turn the source of a body into tokens: the dialect of Markdown.

Exports `parse_source`, `Source`, `Footnote`, `PastedRows`, `line_of`, `back_anchor`, `is_cjk`, `RAW_TAG`, `LITERAL`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import emphasis as standard_emphasis
from markdown_it.rules_inline import image as standard_image
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote that is referred to; numbers count from 1."""

    number: int
    tokens: list[Token]
    references: int


@dataclass(frozen=True, slots=True)
class PastedRows:
    """Rows of a table that was pasted as text, its cells parted by tabs; the line counts from 0."""

    line: int
    rows: int
    columns: int  # of the first row


@dataclass(frozen=True, slots=True)
class Source:
    """The tokens of a body; lines count from 0."""

    tokens: list[Token]  # without footnotes
    footnotes: list[Footnote]  # in the order in which they are referred to
    unused: list[tuple[int, str]]  # line and label of footnotes that are not referred to
    too_deep: int | None  # line of the first container that was left as text because it is below too many others
    open_comment: int | None  # line of a comment that does not end, hence is shown
    pasted: list[PastedRows]


def parse_source(text: str) -> Source:
    """The tokens of any text at all, without control characters, comments and ill-formed characters."""
    state: dict[str, Any] = {}
    source = _clean(text)
    parsed = _parser().parse(source, state)
    pasted = list(_pasted_rows(parsed)) if "\t" in source else []
    tokens, footnotes, unused = _take_out_footnotes(parsed)
    comment = source.find("<!--")
    return Source(
        tokens,
        footnotes,
        unused,
        too_deep=min(state.get(_TOO_DEEP, ()), default=None),
        open_comment=None if comment < 0 else source.count("\n", 0, comment),
        pasted=pasted,
    )


# ---------------------------------------------------------------- source

_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
_LINE_SEPARATORS = re.compile("[\u2028\u2029]")
_ILL_FORMED = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def _clean(text: str) -> str:
    """The text without comments, control characters and what no HTML page may hold; lines stay where they are."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _DROPPED.sub("", text)
    text = _LINE_SEPARATORS.sub(" ", text)
    text = _ILL_FORMED.sub("\ufffd", text)
    return _drop_comments(text) if "<!--" in text else text


def _drop_comments(text: str) -> str:
    """The text without `<!-- … -->`: what an author hides in a comment must not be published as text."""
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[position:start])
        kept.append("\n" * text.count("\n", start, end))
        position = end + 3
    kept.append(text[position:])
    return "".join(kept)


# ---------------------------------------------------------------- parser

_DEEPEST = 20  # nested containers count one, lists two
_DEEPEST_IMAGE = 3
_TOO_DEEP = "too_deep"
RAW_TAG = "raw_tag"  # the type of a token that is the beginning of an HTML tag, shown as text
LITERAL = "literal"  # of the first bracket of what the author took for a link or footnote; `info` is the code
_TAG = re.compile(
    "</?(a|abbr|b|big|blockquote|body|button|center|cite|code|col|dd|del|details|div|dl|dt|em|embed|figure|font|form"
    "|h[1-6]|head|hr|html|i|iframe|img|input|ins|li|link|mark|meta|object|ol|p|pre|s|script|section|small|span|strike"
    "|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|tr|u|ul|video|audio)(?=[ \t\n/>])",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile("<br[ \t]*/?>", re.IGNORECASE)
_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_CJK_PUNCTUATION = frozenset("，。、；：？！（）《》〈〉〔〕【】「」『』〖〗［］｛｝～—…·")


class _Parser(MarkdownIt):
    """A parser that keeps every address as it was written; the writer judges it."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002
        return True


_BlockRule = Callable[[StateBlock, int, int, bool], bool]
_CONTAINERS: tuple[tuple[str, _BlockRule, tuple[str, ...]], ...] = (  # and what each may interrupt, as in the original
    ("list", list_block, ("paragraph", "reference", "blockquote")),
    ("blockquote", blockquote, ("paragraph", "reference", "blockquote", "list")),
    ("footnote_def", footnote_def, ("paragraph", "reference")),
)


@functools.cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": 2 * _DEEPEST})
    parser.enable("table")
    parser.disable(["html_block", "html_inline", "code", "lheading"])
    parser.use(footnote_plugin, inline=False, move_to_end=False)
    parser.use(attrs_plugin, after=("image", "link_close"), allowed=("id", "class", "width", "height"))
    for name, rule, interrupts in _CONTAINERS:
        parser.block.ruler.at(name, _refuse_too_deep(rule), {"alt": list(interrupts)})
    parser.inline.ruler.at("image", _image)
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.before("autolink", "literal", _literal)
    parser.inline.ruler.before("autolink", "tag", _tag)
    return parser


def _refuse_too_deep(rule: _BlockRule) -> _BlockRule:
    """The rule, except that a container below `_DEEPEST` others is left as text and its line noted.

    Without it markdown-it stops at `maxNesting` and leaves out the rest of the text.
    """

    def limited(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if state.level < _DEEPEST:
            return rule(state, start, end, silent)
        if rule(state, start, end, True):
            state.env.setdefault(_TOO_DEEP, []).append(start)
        return False

    return limited


def _image(state: StateInline, silent: bool) -> bool:
    """The standard rule, but images within the text of images end somewhere: each level is a new parse."""
    depth = state.env.get("image_depth", 0)
    if depth >= _DEEPEST_IMAGE:
        return False
    state.env["image_depth"] = depth + 1
    try:
        return standard_image(state, silent)
    finally:
        state.env["image_depth"] = depth


def _tag(state: StateInline, silent: bool) -> bool:
    """`<br>`, the one tag that is understood, for lines in table cells; the beginnings of others become tokens."""
    if state.src[state.pos] != "<":
        return False
    if match := _LINE_BREAK.match(state.src, state.pos, state.posMax):
        if not silent:
            state.push("hardbreak", "br", 0).info = "br"
    elif match := _TAG.match(state.src, state.pos, state.posMax):
        if not silent:
            token = state.push(RAW_TAG, "", 0)
            token.content, token.info = match[0], match[1].lower()
    else:
        return False
    state.pos = match.end()
    return True


_LABEL = r"!?\[(?:\\.|\[[^\[\]\n]{0,40}\]|[^\[\]\\\n]){0,200}\]"
_INSIDE = r"((?:\([^()（）\n]{0,40}\)|（[^()（）\n]{0,40}）|[^()（）\n]){1,200})"
_UNDEFINED_NOTE = re.compile(r"\[\^([^\]\s]{1,40})\]")
_WIDE_BRACKET = re.compile(rf"({_LABEL})(?:（{_INSIDE}[）)]|\({_INSIDE}）)")
_SPACE_IN_TARGET = re.compile(rf"({_LABEL})\({_INSIDE}\)")
_TITLE = re.compile(r"""[ \t]+(?:"[^"]*"|'[^']*'|“[^”]*”|\([^()]*\))$""")
_NUMBER_ALONE = re.compile(r"\[\W*\d+\W*\]")
# an address, a file name or an id with a letter: 〔试行〕（征求意见稿） and [1]（见第3页） are words
_ADDRESS = re.compile(
    r"(?:https?://|mailto:|\.{0,2}/|#)\S+|[^\s，。；：、]+\.[A-Za-z][A-Za-z0-9]{1,4}"
    r"|(?=.*[a-z])[a-z0-9\u3400-\u9fff][a-z0-9\u3400-\u9fff._-]+(?:#\S*)?"
)


def _literal(state: StateInline, silent: bool) -> bool:
    """The first bracket of what looks like an image, a link or a footnote, but was none to the rules before."""
    if state.src[state.pos] not in "[!":
        return False
    code, meta = _mistake(state.src, state.pos)
    if not code:
        return False
    bracket = "![" if state.src[state.pos] == "!" else "["
    if not silent:
        token = state.push(LITERAL, "", 0)
        token.content, token.info, token.meta = bracket, code, meta
    state.pos += len(bracket)
    return True


def _mistake(source: str, position: int) -> tuple[str, dict[str, str]]:
    """The code of what is wrong there, "" if nothing is; what was written, and how to write it."""
    if note := _UNDEFINED_NOTE.match(source, position):
        return "L131", {"written": note[0], "label": note[1]}
    if wide := _WIDE_BRACKET.match(source, position):
        target = (wide[2] or wide[3]).strip()
        is_address = _ADDRESS.fullmatch(target) and not _NUMBER_ALONE.fullmatch(wide[1])
        is_meant = source[position] == "!" or wide[3] or is_address
        return ("F132", {"written": wide[0], "right": f"{wide[1]}({_quoted(target)})"}) if is_meant else ("", {})
    if (spaced := _SPACE_IN_TARGET.match(source, position)) and any(map(str.isspace, spaced[2].strip())):
        target = _TITLE.sub("", spaced[2].strip())
        return "F133", {"written": target, "right": f"{spaced[1]}(<{target}>)"}
    return "", {}


def _quoted(target: str) -> str:
    """A target with spaces or brackets in the marks that it needs."""
    return f"<{target}>" if re.search(r"[\s()]", target) else target


def _emphasis(state: StateInline, silent: bool) -> bool:
    """The standard rule, but `*` beside Chinese works: `**（一）加强领导。**各单位` is bold.

    CommonMark asks for a space between a closing mark after punctuation and a following letter, which Chinese does not
    have. As in the "CJK friendly" amendment, full-width punctuation counts as a letter, and a Chinese character beside
    the mark as a space.
    """
    start = state.pos
    if silent or state.src[start] != "*":
        return standard_emphasis.tokenize(state, silent)
    end = start
    while end < state.posMax and state.src[end] == "*":
        end += 1
    before = state.src[start - 1] if start else " "
    after = state.src[end] if end < state.posMax else " "
    can_open = not after.isspace() and (not _is_hard(after) or before.isspace() or _is_hard(before) or is_cjk(before))
    can_close = not before.isspace() and (not _is_hard(before) or after.isspace() or _is_hard(after) or is_cjk(after))
    for _ in range(end - start):
        state.push("text", "", 0).content = "*"
        delimiter = Delimiter(ord("*"), end - start, len(state.tokens) - 1, -1, can_open, can_close)
        state.delimiters.append(delimiter)
    state.pos = end
    return True


def _is_hard(character: str) -> bool:
    """Whether it is punctuation that is not full-width Chinese punctuation."""
    if character in _ASCII_PUNCTUATION:
        return True
    return unicodedata.category(character)[0] in "PS" and character not in _CJK_PUNCTUATION


def is_cjk(character: str) -> bool:
    """Whether lines are joined without a space beside it, and marks need none."""
    return (
        "\u2e80" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or ("\uff00" <= character <= "\uff65" or "\U00020000" <= character <= "\U0003ffff" or character in "“”‘’—…·")
    )


# ---------------------------------------------------------------- tables as text

_NUMBER_AND_TAB = re.compile(r"(?:第[^\s]{1,8}[编章节条]|[（(]?[一二三四五六七八九十0-9０-９]{1,4}[、.．）)])\t")
_CELLS = re.compile(r"[ \u3000]*\t[\s]*")


def _pasted_rows(tokens: Sequence[Token]) -> Iterator[PastedRows]:
    """Two and more lines of one paragraph that each have words on both sides of a tab (not the tab after a number)."""
    for before, token in pairwise(tokens):
        if before.type != "paragraph_open" or "\t" not in token.content:
            continue
        widths = [
            len(_CELLS.split(_NUMBER_AND_TAB.sub("", line.strip(), count=1))) for line in token.content.split("\n")
        ]
        for start, width in enumerate(widths):
            if width > 1 and (start == 0 or widths[start - 1] == 1):
                rows = len(list(takewhile(lambda width: width > 1, widths[start:])))
                if rows > 1:
                    yield PastedRows(line_of(before) + start, rows, width)


# ---------------------------------------------------------------- footnotes


def _take_out_footnotes(tokens: Sequence[Token]) -> tuple[list[Token], list[Footnote], list[tuple[int, str]]]:
    """The tokens without footnotes, the footnotes as they are referred to, and line and label of the unused.

    Each reference gets the number of its footnote and its own place among the references to it.
    """
    body: list[Token] = []
    notes: dict[str, list[Token]] = {}
    lines: dict[str, int] = {}
    open_labels: list[str] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            label = str(token.meta["label"])
            open_labels.append(label)
            notes[label] = []
            lines[label] = line_of(token)
        elif token.type == "footnote_reference_close":
            open_labels.pop()
        else:
            (notes[open_labels[-1]] if open_labels else body).append(token)
    numbers: dict[str, int] = {}
    places: dict[str, int] = {}
    parts = [body]
    for part in parts:  # grows: a footnote may refer to others
        for reference in _footnote_references(part):
            label = str(reference.meta["label"])
            if label not in numbers:
                numbers[label] = len(numbers) + 1
                parts.append(notes[label])
            places[label] = places.get(label, 0) + 1
            reference.meta = {"number": numbers[label], "place": places[label]}
    footnotes = [Footnote(number, notes[label], places[label]) for label, number in numbers.items()]
    return body, footnotes, [(line, label) for label, line in lines.items() if label not in numbers]


def _footnote_references(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "footnote_ref":
                yield child


def back_anchor(number: int, place: int) -> str:
    """The id of the place-th reference to a footnote."""
    return f"fnref{number}" if place == 1 else f"fnref{number}-{place}"


def line_of(token: Token) -> int:
    """The line a block begins on."""
    return token.map[0] if token.map else 0
