"""Turn the Markdown of a body into its outline, references, plain text and HTML.

Exports `parse_body`, `render_body`, `without_order`, `paragraphs_near`, `digest_of`, `moved`, `Parsed`, `BodyFinding`,
`CODES`.

The syntax is CommonMark with tables and footnotes, without raw HTML, indented code and underlined headings, and with
what official documents need: 编章节条 and 一、（一） lines are recognised, full-width indents are stripped, and text
pasted line by line becomes paragraphs (`blocks.cut_blocks`).
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import accumulate

from sitegen.markdown.blocks import cut_blocks
from sitegen.markdown.citing import may_cite
from sitegen.markdown.findings import CODES, BodyFinding
from sitegen.markdown.source import parse_source
from sitegen.markdown.writer import CITED_END, ORDER_CLOSING, ORDER_OPENING, Writer
from sitegen.model import Body, Link, Reference

__all__ = [
    "CODES",
    "BodyFinding",
    "Parsed",
    "digest_of",
    "moved",
    "paragraphs_near",
    "parse_body",
    "render_body",
    "without_order",
]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed body, the source line of each of its references, and what is wrong with it."""

    body: Body
    lines: tuple[int, ...]
    findings: tuple[BodyFinding, ...] = ()


def digest_of(text: str) -> str:
    """`Body.digest` of the body written in `text`."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()


def moved(parsed: Parsed, by: int) -> Parsed:
    """The same body, `by` lines further down in its file."""
    if not by:
        return parsed
    lines = tuple(line + by for line in parsed.lines)
    return Parsed(parsed.body, lines, tuple(found._replace(line=found.line + by) for found in parsed.findings))


def parse_body(text: str, first_line: int) -> Parsed:
    """The body written in `text`, whose first line is line `first_line` of its file; never fails.

    Guarantees: `body.html` is well-formed, has no script, no style, no address of its own and one placeholder for each
    of `body.references`; ids are `body.anchors` and nothing else; heading levels begin at 2 and skip none;
    `body.text` has every visible word once. Anchors have a character outside ASCII, or are `fn1`, `fnref1` and the
    like, or were given by the author with `{#id}`, so they do not meet the ids of a template.
    """
    source = parse_source(text)
    writer = Writer(first_line, may_cite=may_cite(text))
    if source.too_deep is not None:
        message = "列表或引用的嵌套超过了 10 层，更深的部分按普通文字显示"
        writer.report(source.too_deep, "D130", message, "减少嵌套的层数。")
    if source.open_comment is not None:
        message = "注释“<!--”没有结束，后面的文字会公开显示"
        writer.report(source.open_comment, "F131", message, "在注释的末尾写上“-->”，或者删去注释。")
    for pasted in source.pasted:
        head, rule = (f"|{f' {cell} |' * pasted.columns}" for cell in ("列名", "---"))
        hint = f"在各行上面加“{head}”和“{rule}”两行，各格之间改写“|”；大的表格存成 xlsx 作为附件。"
        message = f"从这里起有 {pasted.rows} 行像是粘贴来的表格（用制表符隔开），不会显示成表格"
        writer.report(pasted.line, "F134", message, hint)
    for line, label in source.unused:
        hint = f"在正文中写上 [^{label}]，或者删去这条脚注。"
        writer.report(line, "L132", f"脚注 [^{label}] 没有被引用，不会显示", hint)
    writer.write(cut_blocks(source.tokens), source.footnotes)
    return Parsed(
        Body(
            html="".join(writer.html),
            outline=tuple(writer.outline),
            anchors=tuple(writer.anchors.taken),
            references=tuple(writer.references),
            sections=tuple(writer.sections()),
            digest=digest_of(text),
        ),
        tuple(writer.lines),
        tuple(sorted(writer.findings, key=lambda finding: (finding.line, finding.code, finding.message))),
    )


_PLACEHOLDER = re.compile("\x02([^\x03]*)\x03")  # of the attributes that need the resolved address; group: classes


def render_body(body: Body, links: Sequence[Link]) -> str:
    """The HTML of `body`, its references leading to `links`, one for each and in the same order.

    An address is printed as it comes, only escaped; it must be relative to the page and quoted already. A citation
    without an address is plain text.
    """
    pieces = _PLACEHOLDER.split(body.html)
    if not len(links) == len(body.references) == len(pieces) // 2:
        raise ValueError(f"{len(links)} links for {len(body.references)} references")
    for i, (reference, link) in enumerate(zip(body.references, links, strict=True)):
        if reference.is_citation:
            opening = _address(reference, link, pieces[2 * i + 1]) if link.url or link.fragment else ""
            pieces[2 * i + 1] = f"<a{opening}>" if opening else ""
            pieces[2 * i + 2] = pieces[2 * i + 2].replace(CITED_END, "</a>" if opening else "", 1)
        else:
            pieces[2 * i + 1] = _address(reference, link, pieces[2 * i + 1])
    return "".join(pieces)


_ORDER = re.compile(
    rf'{re.escape(ORDER_OPENING)}.*?{re.escape(ORDER_CLOSING)}(?:<hr>\n)*(?:<p class="rule-title">.*?</p>\n)?',
    re.DOTALL,
)


def without_order(html: str) -> str:
    """The rendered body without the signed order before a regulation and the title that follows it.

    国办公开办函〔2021〕33号: where regulations are published, the order is left out; title, 题注 and text are shown.
    """
    order = _ORDER.match(html)
    return html[order.end() :] if order else html


_APART = re.compile(r"<(blockquote|table)>.*?</\1>", re.DOTALL)
_MARKUP = re.compile("<[^>]*>|\x02[^\x03]*\x03|\x04")
_FOOTNOTES = '<section class="footnotes"'
_NEAR = 12


def paragraphs_near(body: Body, words: re.Pattern[str]) -> list[str]:
    """The texts of the paragraphs and items of lists that have one of the words, and of the 12 before and after them.

    Of the others there is only an empty text; headings, tables, quotations and footnotes are left out. Nothing is given
    if there is no such word.
    """
    html = body.html.partition(_FOOTNOTES)[0]
    if not words.search(html):
        return []
    if "<blockquote>" in html or "<table>" in html:
        html = _APART.sub("", html)
    html = html.replace("</li>", "</p>")
    pieces = html.split("</p>")[:-1]
    ends = [*accumulate([len(piece) + len("</p>") for piece in pieces])]
    texts = [""] * len(pieces)
    done = 0
    for match in words.finditer(html):
        number = bisect(ends, match.start())
        for i in range(max(number - _NEAR, done), min(number + _NEAR + 1, len(pieces))):
            texts[i] = _text_of_piece(pieces[i])
            done = i + 1
    return texts


def _text_of_piece(piece: str) -> str:
    start = max(piece.rfind("<p"), piece.rfind("<li"), 0)
    return unescape(_MARKUP.sub("", piece[start:]))


def _address(reference: Reference, link: Link, classes: str) -> str:
    address = link.url + (f"#{link.fragment}" if link.fragment else "")
    if reference.is_image:
        return f' src="{escape(address)}"' + (f' class="{classes}"' if classes else "")
    if not address:  # it leads nowhere yet: the words alone stay
        return f' class="{classes}"' if classes else ""
    if link.is_external:
        classes = f"{classes} external".strip()
    return (
        f' href="{escape(address)}"'
        + (f' class="{classes}"' if classes else "")
        + (' rel="noopener noreferrer"' if link.is_external else "")
    )
