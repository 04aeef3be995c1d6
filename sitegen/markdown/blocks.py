"""Turn tokens into the paragraphs and headings that a reader of official documents sees.

Exports `cut_blocks`, `Block`, `Place`, `RANKS`, `UNITS`, `strip_edges`, `plain`, `one_line`, `tidy`, `is_joined`,
`is_short`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sitegen.gongwen import Problem, Role, parse_date, structure
from sitegen.markdown.characters import is_cjk
from sitegen.markdown.tokens import BREAKS, LITERAL, RAW_TAG, Heading, Paragraph, Text, Token, line_of
from sitegen.terms import order_length


class Place(Enum):
    """Where a block is in a regulation that the order by which it was issued stands before."""

    USUAL = auto()
    SIGNED_ORDER = auto()
    RULE_TITLE = auto()  # the title of the regulation, once more


@dataclass(slots=True)
class Block:
    """A block at the top level: one paragraph (of the lines of one), a Markdown heading, or anything else."""

    kind: str  # paragraph, heading, other
    tokens: list[Token]  # inline ones of a paragraph or heading
    line: int  # counts from 0 in the body
    text: str = ""
    level: int = 0  # of a Markdown heading
    role: Role = Role.PLAIN
    is_heading: bool = False
    is_in_article: bool = False
    place: Place = Place.USUAL


_PLAIN = Role.PLAIN
RANKS = {Role.PART: 7, Role.CHAPTER: 8, Role.SECTION: 9, Role.LEVEL1: 10, Role.LEVEL2: 11}
_RANKED = tuple(RANKS)
UNITS = (Role.PART, Role.CHAPTER, Role.SECTION)
_FRAME = (
    *(Role.ADDRESSEE, Role.SIGNATURE, Role.SIGN_DATE, Role.ATTACHMENT_NOTE, Role.ANNOTATION),
    *(Role.COPY_TO, Role.PRINTED),
)
_ENDS_ARTICLE = (*UNITS, Role.LEVEL1, Role.SIGN_DATE, Role.ATTACHMENT_NOTE)
_LONGEST_HEADING = 40
_SHORTEST_WRAPPED = 20  # nobody breaks Chinese lines shorter than this to make them fit
_INDENT = re.compile("[\u3000\u2003]{2}")
_STOPS = frozenset("。！？；：")
_CLOSING = "”’）)》』」"
_SENTENCE_MARK = re.compile("[。；！？]|[：，、:,]$")
_NEW_PARAGRAPH = tuple({*Role} - {Role.PLAIN, Role.ADDRESSEE, Role.SIGNATURE})


def cut_blocks(tokens: Sequence[Token]) -> list[Block]:
    """The blocks at the top level, with their roles.

    Official text is often pasted with one paragraph a line. A line of a CommonMark paragraph therefore begins a
    paragraph of its own if it begins with a number of the structure (第×章, 第×条, 一、, （一）, 1., （1）), 附件 or a
    double full-width space, or is a date, and if the line before it ends a sentence, is a heading, or is shorter than
    any wrapped line. Other lines continue the paragraph, without a space between Chinese characters. Full-width
    indents are stripped.
    """
    blocks = _cut(tokens)
    _set_order_apart(blocks)
    _judge(blocks)
    return blocks


_MOST_OF_ORDER = 15  # blocks


def _set_order_apart(blocks: Sequence[Block]) -> None:
    """Mark the signed order at the beginning of a regulation, and the title of the regulation after it."""
    if not blocks or "令" not in blocks[0].text:
        return
    written = [block for block in blocks[:_MOST_OF_ORDER] if block.tokens and not _is_rule(block)]
    length = order_length([block.text for block in written])
    order = written[:length]
    if not order or any(block.kind == "other" or _refers(block.tokens) for block in order):
        return
    for block in order:
        block.kind = "paragraph"
        block.place = Place.SIGNED_ORDER
    if written[length].kind == "paragraph":
        written[length].place = Place.RULE_TITLE


def _is_rule(block: Block) -> bool:
    return block.kind == "other" and block.tokens[0].type == "hr"


def _refers(tokens: Sequence[Token]) -> bool:
    return any(token.type == "footnote_ref" for token in tokens)


def _cut(tokens: Sequence[Token]) -> list[Block]:
    blocks: list[Block] = []
    start = 0
    depth = 0
    for i, token in enumerate(tokens):
        depth += token.nesting
        if depth:
            continue
        begin, start = start, i + 1
        if isinstance(token, Paragraph):
            blocks += _split_lines(token.children, token.map[0])
            continue
        if isinstance(token, Heading):
            blocks.append(_heading(token.children, token.map[0], token.level))
            continue
        group = list(tokens[begin:start])
        line = line_of(group[0])
        if group[0].type == "paragraph_open":
            blocks += _split_lines(group[1].children or [], line)
        elif group[0].type == "heading_open":
            blocks.append(_heading(group[1].children or [], line, int(group[0].tag[1])))
        else:
            blocks.append(Block("other", group, line))
    return blocks


def _heading(tokens: Sequence[Token], line: int, level: int) -> Block:
    children = strip_edges(tokens)
    return Block("heading", children, line, plain(children), level=level)


def _split_lines(tokens: Sequence[Token], line: int) -> Iterable[Block]:
    """The paragraphs that the lines of one CommonMark paragraph are."""
    if len(tokens) == 1 and tokens[0].type == "text":
        return (_paragraph(tokens, line),)
    return _paragraphs(tokens, line)


def _paragraphs(tokens: Sequence[Token], line: int) -> Iterator[Block]:
    paragraph: list[Token] = []
    start = line
    before = ""
    for breaker, tokens_of_line, number in _lines(tokens, line):
        text = plain(tokens_of_line)
        if breaker is not None and _begins_paragraph(before, text, is_hard=breaker.type == "hardbreak"):
            yield _paragraph(paragraph, start)
            paragraph, start = [], number
        elif breaker is not None:
            paragraph.append(breaker)
        paragraph += tokens_of_line
        before = text
    yield _paragraph(paragraph, start)


def _lines(tokens: Sequence[Token], line: int) -> Iterator[tuple[Token | None, list[Token], int]]:
    """The lines of a paragraph: the break before each, its tokens, its number; breaks inside emphasis do not count."""
    breaker: Token | None = None
    current: list[Token] = []
    start = number = line
    depth = 0
    for token in tokens:
        depth += token.nesting
        is_break = token.type in BREAKS
        number += is_break and token.info != "br"
        if is_break and depth == 0:
            yield breaker, current, start
            breaker, current, start = token, [], number
        else:
            current.append(token)
    yield breaker, current, start


def _paragraph(tokens: Sequence[Token], line: int) -> Block:
    children = strip_edges(tokens)
    return Block("paragraph", children, line, plain(children))


def _begins_paragraph(before: str, text: str, *, is_hard: bool) -> bool:
    if _INDENT.match(text):
        return True
    before, text = before.strip(), text.strip()
    if not is_hard and before and text:
        if before[-1] in _STOPS or _ends_sentence(before):
            return True
        if len(before) < _SHORTEST_WRAPPED and (is_cjk(before[-1]) or is_cjk(text[0])):
            return True
    if structure(("", before, text))[2] in _NEW_PARAGRAPH or _is_date(before) or _is_date(text):
        return True
    return _role_alone(before) in RANKS and is_short(before)


def _ends_sentence(text: str) -> bool:
    last = text.rstrip(_CLOSING)[-2:]
    return last[-1:] in _STOPS or (last[1:] in (":", ";") and "\u4e00" <= last[0] <= "\u9fff")


def _role_alone(text: str) -> Role:
    return structure((text,))[0]


def _is_date(text: str) -> bool:
    return text.endswith("日") and not isinstance(parse_date(text), Problem)


def is_short(text: str) -> bool:
    """Whether the text can be a heading."""
    return len(text) <= _LONGEST_HEADING and not _SENTENCE_MARK.search(text)


def strip_edges(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without white space, full-width too, and without breaks at both ends."""
    if len(tokens) == 1 and isinstance(tokens[0], Text):
        return [Text(tokens[0].content.strip())]
    children = [token for token in tokens if token.type != "text" or token.content]
    start, end = 0, len(children)
    while start < end and children[start].type in BREAKS:
        start += 1
    while end > start and children[end - 1].type in BREAKS:
        end -= 1
    children = children[start:end]
    for token in children:
        if token.type == "text":
            token.content = token.content.lstrip()
        if token.content or token.type not in ("text", "strong_open", "em_open"):
            break
    if children and children[-1].type == "text":
        children[-1].content = children[-1].content.rstrip()
    return children


def _judge(blocks: Sequence[Block]) -> None:
    """Give paragraphs their roles and decide which of them are headings.

    A short 第×章 or 一、 line is a heading if there is text below it before the next line of its rank: the lines of a
    table of contents, and items that merely follow each other, stay paragraphs. Below a 条, （一） is an item.
    """
    paragraphs = [block for block in blocks if block.kind == "paragraph"]
    for block, role in zip(paragraphs, structure([block.text for block in paragraphs]), strict=True):
        block.role = role
    is_in_article = False
    for block in blocks:
        if block.kind == "heading":
            is_in_article = False
        elif block.role is not _PLAIN:
            is_in_article = block.role is Role.ARTICLE or (is_in_article and block.role not in _ENDS_ARTICLE)
        block.is_in_article = is_in_article
    highest_below = 0  # rank of the highest heading between here and the next text; 0 where no text follows
    for block in reversed(blocks):
        if block.kind == "paragraph" and block.role is _PLAIN:
            if block.text:
                highest_below = 99
        elif block.kind == "heading":
            block.is_heading = True
            highest_below = min(highest_below, block.level)
        elif _may_head(block):
            rank = RANKS[block.role]
            block.is_heading = highest_below > rank
            highest_below = min(highest_below, rank)
        elif block.kind == "other" or (block.role not in _FRAME and block.text):
            highest_below = 99


def _may_head(block: Block) -> bool:
    if block.role not in _RANKED or not is_short(block.text) or (block.role is Role.LEVEL2 and block.is_in_article):
        return False
    return all(token.type not in ("image", *BREAKS) for token in block.tokens)


# ---------------------------------------------------------------- plain text


def plain(tokens: Sequence[Token] | None) -> str:
    """The visible words of inline tokens; lines are joined as the page joins them."""
    if tokens and len(tokens) == 1 and isinstance(tokens[0], Text):
        return tokens[0].content
    words: list[str] = []
    for token in tokens or ():
        if token.type in ("text", "code_inline", RAW_TAG, LITERAL):
            words.append(token.content)
        elif token.type == "hardbreak":
            words.append("\n")
        elif token.type == "softbreak":
            words.append("\x00")
    text = "".join(words)
    return _SOFT.sub(_join, text) if "\x00" in text else text


_SOFT = re.compile("(.?)\x00(?=(.?))", re.DOTALL)


def _join(match: re.Match[str]) -> str:
    before, after = match.groups()
    return before if is_joined(before, after) else before + " "


def is_joined(before: str, after: str) -> bool:
    """Whether two lines are joined without a space, by the characters at the break."""
    return bool(before and after) and (before.isspace() or after.isspace() or (is_cjk(before) and is_cjk(after)))


def one_line(text: str) -> str:
    """The text with every stretch of white space made one space."""
    return " ".join(text.split())


def tidy(text: str) -> str:
    """The lines of the text that are not empty, each with single spaces."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join([line for line in lines if line])
