"""Turn the Markdown of a body into its outline, references, plain text and HTML.

Exports `parse_body`, `render_body`, `digest_of`, `moved`, `Parsed`, `BodyFinding`, `CODES`.

The syntax is CommonMark with tables and footnotes, without raw HTML, indented code and underlined headings, and with
what official documents need: 编章节条 and 一、（一） lines are recognised, full-width indents are stripped, and text
pasted line by line becomes paragraphs (`blocks.cut_blocks`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sitegen.markdown.blocks import cut_blocks
from sitegen.markdown.findings import CODES, BodyFinding
from sitegen.markdown.source import parse_source
from sitegen.markdown.writer import Writer
from sitegen.model import Body, Link, Reference

__all__ = ["CODES", "BodyFinding", "Parsed", "digest_of", "moved", "parse_body", "render_body"]


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
    writer = Writer(first_line)
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

    An address is printed as it comes, only escaped; it must be relative to the page and quoted already.
    """
    pieces = _PLACEHOLDER.split(body.html)
    if not len(links) == len(body.references) == len(pieces) // 2:
        raise ValueError(f"{len(links)} links for {len(body.references)} references")
    for i, (reference, link) in enumerate(zip(body.references, links, strict=True)):
        pieces[2 * i + 1] = _address(reference, link, pieces[2 * i + 1])
    return "".join(pieces)


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
