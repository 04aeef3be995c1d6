"""Turn the source of blocks into tokens: the dialect of Markdown.

Exports `Reader`, `parser`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_core import StateCore, inline, text_join
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import emphasis as standard_emphasis
from markdown_it.rules_inline import image as standard_image
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token as StandardToken
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def

from sitegen.markdown.characters import can_close, can_open
from sitegen.markdown.tokens import LITERAL, RAW_TAG, Token

# ---------------------------------------------------------------- parser

_DEEPEST = 20  # nested containers count one, lists two
_DEEPEST_IMAGE = 3
_TOO_DEEP = "too_deep"
_BLANKS = " \t"
_TAG = re.compile(
    "</?(a|abbr|b|big|blockquote|body|button|center|cite|code|col|dd|del|details|div|dl|dt|em|embed|figure|font|form"
    "|h[1-6]|head|hr|html|i|iframe|img|input|ins|li|link|mark|meta|object|ol|p|pre|s|script|section|small|span|strike"
    "|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|tr|u|ul|video|audio)(?=[ \t\n/>])",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile("<br[ \t]*/?>", re.IGNORECASE)


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


class Reader:
    """Reads the blocks and lines of one text that need rules."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._env: dict[str, Any] = {}
        self._state: StateBlock | None = None

    @property
    def too_deep(self) -> int | None:
        """The line of the first container that was left as text because it is below too many others."""
        return min(self._env.get(_TOO_DEEP, ()), default=None)

    def block(self, line: int) -> tuple[list[Token], int]:
        """The tokens of the block at the top level that begins on that line, and the line after it."""
        state = self._state = self._state or _state_of(self._lines, self._env)
        tokens: list[StandardToken] = []
        state.tokens, state.line = tokens, line
        any(rule(state, line, state.lineMax, False) for rule in parser().block.ruler.getRules(""))
        return [*tokens], state.line

    def inline(self, waiting: Sequence[tuple[str, list[Token]]]) -> None:
        """Fill each list with the tokens of the text it comes with, all blocks being read."""
        holders = [StandardToken("inline", "", 0, content=content, children=[]) for content, _ in waiting]
        state = StateCore("", parser(), self._env, holders)
        inline(state)
        text_join(state)
        for (_, tokens), holder in zip(waiting, holders, strict=True):
            tokens += holder.children or ()


def _state_of(lines: Sequence[str], env: dict[str, Any]) -> StateBlock:
    """What `StateBlock` makes of a text, which it would look at character by character."""
    source = "\n".join(lines)
    if not lines[-1].strip(_BLANKS):
        lines = lines[:-1]
    state = StateBlock("", parser(), env, [])
    state.src = source
    indents = [len(line) - len(line.lstrip(_BLANKS)) for line in lines]
    ends = [*accumulate([len(line) + 1 for line in lines], initial=-1)]
    state.bMarks[:-1], state.eMarks[:-1] = [end + 1 for end in ends[:-1]], ends[1:]
    state.bMarks[-1] = state.eMarks[-1] = len(source)
    state.tShift[:-1] = indents
    state.sCount[:-1] = [len(line[:indent].expandtabs(4)) for line, indent in zip(lines, indents, strict=True)]
    state.bsCount[:-1] = [0] * len(lines)
    state.lineMax = len(lines)
    return state


@functools.cache
def parser() -> MarkdownIt:
    """The parser with the rules of the dialect."""
    rules = _Parser("commonmark", {"html": False, "maxNesting": 2 * _DEEPEST})
    rules.enable("table")
    rules.disable(["html_block", "html_inline", "code", "lheading"])
    rules.use(footnote_plugin, inline=False, move_to_end=False)
    rules.use(attrs_plugin, after=("image", "link_close"), allowed=("id", "class", "width", "height"))
    for name, rule, interrupts in _CONTAINERS:
        rules.block.ruler.at(name, _refuse_too_deep(rule), {"alt": list(interrupts)})
    rules.inline.ruler.at("image", _image)
    rules.inline.ruler.at("emphasis", _emphasis)
    rules.inline.ruler.before("autolink", "literal", _literal)
    rules.inline.ruler.before("autolink", "tag", _tag)
    return rules


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
    """The standard rule, but `*` beside Chinese works: `**（一）加强领导。**各单位` is bold (`characters.can_open`)."""
    start = state.pos
    if silent or state.src[start] != "*":
        return standard_emphasis.tokenize(state, silent)
    end = start
    while end < state.posMax and state.src[end] == "*":
        end += 1
    before = state.src[start - 1] if start else " "
    after = state.src[end] if end < state.posMax else " "
    opens, closes = can_open(before, after), can_close(before, after)
    for _ in range(end - start):
        state.push("text", "", 0).content = "*"
        delimiter = Delimiter(ord("*"), end - start, len(state.tokens) - 1, -1, opens, closes)
        state.delimiters.append(delimiter)
    state.pos = end
    return True
