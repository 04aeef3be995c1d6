"""Turn blocks into HTML, and gather outline, anchors, references, plain text and findings on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from urllib.parse import unquote

from sitegen.gongwen import Role, article_number, structure
from sitegen.markdown.blocks import RANKS, UNITS, Block, Place, is_joined, is_short, one_line, plain, strip_edges, tidy
from sitegen.markdown.citing import Cited, Citing
from sitegen.markdown.findings import BodyFinding
from sitegen.markdown.source import Footnote, back_anchor
from sitegen.markdown.tokens import BREAKS, LITERAL, RAW_TAG, List, Table, Text, Token, line_of, text_tokens
from sitegen.model import Heading, Reference, Section

# ---------------------------------------------------------------- anchors

_NOT_IN_ANCHOR = re.compile(r"[\W_]+")
_LONGEST_ANCHOR = 40


class _Names:
    """Names of one kind, each once."""

    def __init__(self) -> None:
        self.taken: dict[str, None] = {}
        self._next: dict[str, int] = {}

    def claim(self, wanted: str) -> str:
        """`wanted`, or if it is taken `wanted-2`, `wanted-3` …; taken from now on."""
        anchor = wanted
        while anchor in self.taken:
            number = self._next.get(wanted, 2)
            self._next[wanted] = number + 1
            anchor = f"{wanted}-{number}"
        self.taken[anchor] = None
        return anchor


def _anchor_of(text: str, role: Role = Role.PLAIN) -> str:
    """The id a heading wants: 第×章 as it is, else its letters; templates have ASCII ids, so this is none."""
    if role in (*UNITS, Role.ARTICLE) and (number := article_number(text)):
        return number
    letters = _NOT_IN_ANCHOR.sub("", text)[:_LONGEST_ANCHOR]
    return f"标题{letters}" if letters.isascii() else letters


# ---------------------------------------------------------------- writer

_SCHEME = re.compile("([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_INVISIBLE = re.compile("[\x00-\x20\u00a0\u200b-\u200f\u2028-\u202e\u2060]+")
_NUMERIC = re.compile("[-+−－]?[0-9０-９][0-9０-９,，.．]*[%％‰]?|[-—－]")
_NUMBER_OF_ARTICLE = re.compile(r"\s*第[^条]{1,16}条(?:之[一二三四五六七八九十]{1,3})?")
_SHORTEST_RUN_IN, _LONGEST_RUN_IN = 4, 42
_LONGEST_LABEL = 40
_CLASS = re.compile("[A-Za-z][A-Za-z0-9_-]*")
_SIZE = re.compile("[1-9][0-9]{0,4}")
_TAGS = {
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "em_open": "<em>",
    "em_close": "</em>",
    "hardbreak": "<br>\n",
    "bullet_list_open": "<ul>\n",
    "bullet_list_close": "</ul>\n",
    "ordered_list_close": "</ol>\n",
    "list_item_open": "<li>",
    "list_item_close": "</li>\n",
    "blockquote_open": "<blockquote>\n",
    "blockquote_close": "</blockquote>\n",
    "hr": "<hr>\n",
}
_HEADING_CLASSES = {Role.LEVEL1: "level-1", Role.LEVEL2: "level-2", Role.ARTICLE: "article"}
_FRAME_CLASSES = {
    Role.ADDRESSEE: "addressee",
    Role.SIGNATURE: "signature",
    Role.SIGN_DATE: "sign-date",
    Role.ATTACHMENT_NOTE: "attach-note",
    Role.ANNOTATION: "annotation",
    Role.COPY_TO: "copy-to",
    Role.PRINTED: "printed",
}
_ALIGNMENTS = {"text-align:center": "center", "text-align:right": "right"}


_Cell = tuple[Sequence[Token], str]  # content and style
_Cut = tuple[int, Reference | None]  # where a citation begins, or (without a reference) ends
_NO_CUTS: Mapping[int, Sequence[_Cut]] = {}
CITED, CITED_END = "\x02cite\x03", "\x04"  # around a citation
ORDER_OPENING, ORDER_CLOSING = '<section class="signed-order">\n', "</section>\n"


class Writer:
    """Writes the HTML of a body and gathers what is found on the way; lines count from 0 in the body."""

    def __init__(self, first_line: int, *, may_cite: bool) -> None:
        self.html: list[str] = []
        self.outline: list[Heading] = []
        self.anchors = _Names()
        self.references: list[Reference] = []
        self.lines: list[int] = []
        self.findings: list[BodyFinding] = []
        self._first_line = first_line
        self._line = 0  # of what is being written
        self._parts: list[tuple[str, str, list[str]]] = [("", "", [])]  # anchor, heading and texts of each section
        self._ranks: list[int] = []  # of the headings we are below
        self._labels = _Names()  # of tables
        self._tags: dict[str, list[int]] = {}  # lines of raw HTML, by tag
        self._citing = Citing() if may_cite else None

    def report(self, line: int, code: str, message: str, hint: str) -> None:
        """Note a finding."""
        self.findings.append(BodyFinding(self._first_line + line, code, message, hint))

    def sections(self) -> Iterator[Section]:
        """The plain text, cut at headings and articles."""
        for anchor, heading, texts in self._parts:
            text = tidy("\n".join(texts))
            if text:
                yield Section(anchor, heading, text)

    def write(self, blocks: Sequence[Block], footnotes: Sequence[Footnote]) -> None:
        """Write the whole body."""
        for note in footnotes:  # so that nothing else is given their ids
            self.anchors.claim(f"fn{note.number}")
            for place in range(1, note.references + 1):
                self.anchors.claim(back_anchor(note.number, place))
        has_order = bool(blocks) and blocks[0].place is Place.SIGNED_ORDER
        for block in self._written_with_order(blocks) if has_order else blocks:
            self._line = block.line
            if block.kind == "paragraph" and block.role is Role.PLAIN:
                if block.tokens:
                    self._write_paragraph(block)
            elif block.kind == "other":
                self._write_blocks(block.tokens)
            elif block.is_heading:
                self._write_heading(block)
            elif block.role is Role.ARTICLE:
                self._write_article(block)
            elif block.role in (Role.LEVEL1, Role.LEVEL2) and not block.is_in_article:
                self._write_level(block)
            elif block.tokens:
                self._write_paragraph(block)
        if footnotes:
            self._write_footnotes(footnotes)
        for tag, lines in self._tags.items():
            times = f"（共 {len(lines)} 处）" if len(lines) > 1 else ""
            message = f"HTML 标记 <{tag}> 不起作用，会原样显示{times}"
            self.report(lines[0], "F130", message, "改用 Markdown 的写法，或者删去标记，只留文字。")

    def _written_with_order(self, blocks: Sequence[Block]) -> Iterator[Block]:
        """The blocks, to be written while this goes on; a signed order is put into a section of its own."""
        self.html.append(ORDER_OPENING)
        length = max(i for i, block in enumerate(blocks) if block.place is Place.SIGNED_ORDER) + 1
        yield from blocks[:length]
        self.html.append(ORDER_CLOSING)
        yield from blocks[length:]

    def _write_footnotes(self, footnotes: Sequence[Footnote]) -> None:
        """Write the footnotes as a list, each with ways back to where it is referred to."""
        self._begin_section("fn1", "脚注")
        self.html.append('<section class="footnotes" aria-label="脚注">\n<ol>\n')
        for note in footnotes:
            self.html.append(f'<li id="fn{note.number}">')
            self._write_blocks(note.tokens)
            self.html.append(_ways_back(note) + "</li>\n")
        self.html.append("</ol>\n</section>\n")

    def _add_text(self, text: str) -> None:
        self._parts[-1][2].append(text)

    def _begin_section(self, anchor: str, heading: str) -> None:
        self._parts.append((anchor, heading, []))

    def _write_heading(self, block: Block) -> None:
        """Write a heading one level below the nearest heading of a higher rank."""
        rank = block.level or RANKS[block.role]
        while self._ranks and self._ranks[-1] >= rank:
            self._ranks.pop()
        self._ranks.append(rank)
        level = min(1 + len(self._ranks), 6)
        text = one_line(block.text)
        role = block.role if block.kind == "paragraph" else structure((block.text,))[0]
        anchor = self.anchors.claim(_anchor_of(text, role))
        if level <= 4 and role is not Role.ARTICLE:
            self.outline.append(Heading(level, text, anchor))
        self._begin_section(anchor, text)
        self._add_text(block.text)
        name = "chapter" if role in UNITS else _HEADING_CLASSES.get(role, "")
        attribute = f' class="{name}"' if name else ""
        self.html.append(
            f'<h{level}{attribute} id="{escape(anchor)}">{self._inline(block.tokens, is_heading=True)}</h{level}>\n'
        )

    def _write_article(self, block: Block) -> None:
        """Write the first paragraph of a 条, its number set apart."""
        number = article_number(block.text)
        rest = _without_article_number(block.tokens)
        if rest is None:
            self._write_paragraph(block)
            return
        anchor = self.anchors.claim(number)
        self._begin_section(anchor, number)
        self._add_text(block.text)
        content = self._inline(rest)
        self.html.append(
            f'<p class="article" id="{escape(anchor)}"><span class="article-no">{number}</span>'
            + (f"\u3000{content}</p>\n" if content else "</p>\n")
        )

    def _write_level(self, block: Block) -> None:
        """Write a paragraph that begins with 一、 or （一）, its first sentence set as a run-in heading."""
        head, rest = _run_in(block.tokens)
        attributes = f'class="{_HEADING_CLASSES[block.role]}"'
        if block.role is Role.LEVEL1 and (head or not is_short(block.text)):
            title = one_line(plain(head or rest)).rstrip("。")
            anchor = self.anchors.claim(_anchor_of(title))
            attributes += f' id="{escape(anchor)}"'
            if head:
                self._ranks = [rank for rank in self._ranks if rank < RANKS[Role.LEVEL1]]
                self._begin_section(anchor, title)
                if len(self._ranks) <= 2:
                    self.outline.append(Heading(2 + len(self._ranks), title, anchor))
        self._add_text(block.text)
        run_in = f'<span class="run-in">{self._inline(head)}</span>' if head else ""
        self.html.append(f"<p {attributes}>{run_in}{self._inline(rest)}</p>\n")

    def _write_paragraph(self, block: Block) -> None:
        """Write a paragraph; an image alone becomes a figure."""
        self._add_text(block.text)
        if _is_image_alone(block.tokens):
            self._write_figure(block.tokens[0])
        elif content := self._inline(block.tokens):
            name = "" if block.role is Role.PLAIN else _FRAME_CLASSES.get(block.role, "")
            name = "rule-title" if block.place is Place.RULE_TITLE else name
            self.html.append(f'<p class="{name}">{content}</p>\n' if name else f"<p>{content}</p>\n")

    def _write_figure(self, image: Token) -> None:
        title = str(image.attrGet("title") or "")
        content = self._image(image, with_title=False)
        if not content.startswith("<img"):
            self._add_text(content)
            self.html.append(f"<p>{content}</p>\n" if content else "")
            return
        self._add_text(title)
        caption = f"<figcaption>{_escape(title)}</figcaption>" if title else ""
        self.html.append(f"<figure>{content}{caption}</figure>\n")

    # -- other blocks, one in another

    def _write_blocks(self, tokens: Sequence[Token]) -> None:
        """Write lists, quotations, tables, code and what is in them; headings within them are only bold."""
        position = 0
        while position < len(tokens):
            token = tokens[position]
            position += 1
            if token.map:
                self._line = token.map[0]
            if token.type in _TAGS:
                self.html.append(_TAGS[token.type])
            elif token.type == "ordered_list_open":
                start = token.attrGet("start")
                self.html.append("<ol>\n" if start is None else f'<ol start="{start}">\n')
            elif token.type in ("paragraph_open", "heading_open"):
                children = strip_edges(tokens[position].children or [])
                self._write_nested(children, is_tight=token.hidden, is_heading=token.type == "heading_open")
                position += 2
            elif token.type == "fence":
                self._add_text(token.content)
                content = _escape(token.content)
                self.html.append(f'<pre tabindex="0"><code>{content}</code></pre>\n')
            elif token.type == "table_open":
                end = next(i for i in range(position, len(tokens)) if tokens[i].type == "table_close")
                self._write_table(_rows(tokens[position:end]))
                position = end + 1
            elif isinstance(token, List):
                self._write_list(token)
            elif isinstance(token, Table):
                numbers = (self._line, *range(self._line + 2, self._line + 1 + len(token.rows)))
                rows: list[list[_Cell]] = [[*zip(row, token.styles, strict=True)] for row in token.rows]
                self._write_table(zip(numbers, rows, strict=True))

    def _write_list(self, token: List) -> None:
        numbered = "<ol>\n" if token.first == 1 else f'<ol start="{token.first}">\n'
        self.html.append("<ul>\n" if token.first is None else numbered)
        for number, item in enumerate(token.parts, self._line):
            self._line = number
            self.html.append("<li>")
            self._write_nested(strip_edges(item), is_tight=True)
            self.html.append("</li>\n")
        self.html.append("</ul>\n" if token.first is None else "</ol>\n")

    def _write_nested(self, children: list[Token], *, is_tight: bool, is_heading: bool = False) -> None:
        self._add_text(plain(children))
        if _is_image_alone(children):
            self._write_figure(children[0])
            return
        content = self._inline(children)
        if is_tight:
            self.html.append(content)
        elif content:
            self.html.append(f"<p><strong>{content}</strong></p>\n" if is_heading else f"<p>{content}</p>\n")

    def _write_table(self, rows: Iterable[tuple[int, list[_Cell]]]) -> None:
        """Write a table in a box that scrolls; columns without a heading have an empty cell there, not a heading."""
        heading = self._parts[-1][1][:_LONGEST_LABEL]
        label = self._labels.claim(f"表格：{heading}" if heading else "表格")
        lines: list[str] = []
        is_empty_head = True
        for self._line, row in rows:
            words: list[str] = []
            cells: list[str] = []
            for children, style in row:
                text = one_line(plain(children))
                content = self._inline(children)
                is_heading = not lines and bool(content)
                is_empty_head = is_empty_head and not is_heading
                words.append(text)
                cells.append(_cell(content, text, style, is_heading=is_heading))
            lines.append(f"<tr>{''.join(cells)}</tr>\n")
            self._add_text(" ".join(words))
        head, *body = lines
        parts = ["" if is_empty_head else f"<thead>\n{head}</thead>\n"]
        parts.append(f"<tbody>\n{''.join(body)}</tbody>\n" if body else "")
        if any(parts):
            opening = f'<div class="table-scroll" role="region" tabindex="0" aria-label="{escape(label)}">\n<table>\n'
            self.html.append(f"{opening}{''.join(parts)}</table>\n</div>\n")

    # -- inside a line

    def _inline(self, tokens: Sequence[Token], *, is_heading: bool = False) -> str:
        """The HTML of inline tokens."""
        citing = None if is_heading else self._citing
        if len(tokens) == 1 and isinstance(tokens[0], Text):
            content = tokens[0].content
            cited = citing.find(content) if citing else ()
            return self._with_citations(content, _cuts_of(cited)) if cited else _escape(content)
        cuts = self._citations(tokens, citing) if citing else _NO_CUTS
        out: list[str] = []
        first_line = self._line
        link = _NO_LINK
        for i, token in enumerate(tokens):
            kind = token.type
            if kind == "text":
                out.append(self._with_citations(token.content, cuts[i]) if i in cuts else _escape(token.content))
            elif kind in _TAGS:
                out.append(_TAGS[kind])
            elif kind == "code_inline":
                out.append(f"<code>{_escape(token.content)}</code>")
            elif kind == RAW_TAG:
                self._tags.setdefault(token.info, []).append(self._line)
                out.append(_escape(token.content))
            elif kind == LITERAL:
                self._literal(token)
                out.append(token.content)
            elif kind == "image":
                out.append(self._image(token))
            elif kind == "link_open" and link == _NO_LINK:
                opening = self._link(token, tokens, i)
                link = "</a>" if opening else ""
                out.append(opening)
            elif kind == "link_close":
                out.append("" if link == _NO_LINK else link)
                link = _NO_LINK
            elif kind == "footnote_ref":
                out.append(_footnote_mark(token, is_in_link=link == "</a>"))
            elif kind == "softbreak":
                out.append("" if is_joined(_last_before(tokens, i), _first_after(tokens, i)) else "\n")
            self._line += kind in BREAKS and token.info != "br"
        self._line = first_line
        return "".join(out)

    def _citations(self, tokens: Sequence[Token], citing: Citing) -> Mapping[int, Sequence[_Cut]]:
        """Where citations begin and end, by the number of the text token: of those that are text throughout."""
        cuts: dict[int, list[_Cut]] = {}
        depth = 0
        run: list[tuple[int, str]] = []
        for i, token in enumerate((*tokens, None)):
            kind = token.type if token else ""
            depth += (kind == "link_open") - (kind == "link_close")
            if token and not depth and kind == "text":
                run.append((i, token.content))
            elif run and not depth and kind == "softbreak":
                run.append((i, "" if is_joined(_last_before(tokens, i), _first_after(tokens, i)) else "\n"))
            elif run:
                for offset, reference in _cuts_of(citing.find("".join(text for _, text in run))):
                    _cut(cuts, run, offset, reference)
                run = []
        return cuts

    def _with_citations(self, content: str, cuts: Iterable[_Cut]) -> str:
        """The text with a mark where each citation begins, like that of other references, and one where it ends."""
        out: list[str] = []
        position = 0
        for offset, reference in cuts:
            out.append(_escape(content[position:offset]))
            out.append(CITED_END if reference is None else CITED)
            if reference is not None:
                self.references.append(reference)
                self.lines.append(self._first_line + self._line)
            position = offset
        out.append(_escape(content[position:]))
        return "".join(out)

    def _literal(self, token: Token) -> None:
        """Report what looks like an image, a link or a footnote and is shown as it was written."""
        written = token.meta["written"]
        if token.info == "L131":
            hint = f"在文末另起一行写上“[^{token.meta['label']}]: 脚注的内容”。"
            self.report(self._line, "L131", f"脚注 {written} 没有定义，会原样显示", hint)
            return
        name = "图片" if token.content == "![" else "链接"
        if token.info == "F132":
            hint = f"改用英文括号：{token.meta['right']}；若不是{name}，在“[”前面加一个“\\”。"
            self.report(self._line, "F132", f"“{written}”用了全角括号，不会成为{name}，会原样显示", hint)
            return
        hint = f"用尖括号括起来：{token.meta['right']}，或者去掉文件名中的空格。"
        self.report(self._line, "F133", f"{name}地址“{written}”中有空格，不会成为{name}，会原样显示", hint)

    def _link(self, token: Token, tokens: Sequence[Token], position: int) -> str:
        """The opening tag of a link, or "" where there can be none; its text stays."""
        target = self._target(str(token.attrGet("href") or ""))
        if target is None:
            return ""
        if not _text_of_link(tokens, position + 1).strip():
            self.report(self._line, "A130", f"指向“{target}”的链接没有文字", "在方括号里写上链接的文字。")
        self.references.append(Reference(target))
        self.lines.append(self._first_line + self._line)
        return f"<a{self._attributes(token)}>"

    def _image(self, token: Token, *, with_title: bool = True) -> str:
        """The image, or only its text where it can have no address."""
        written = str(token.attrGet("src") or "")
        alternative = one_line(plain(token.children))
        target = self._target(written)
        if target is None:
            return _escape(alternative)
        if not alternative:
            hint = f"在方括号里写上图片的内容，如 ![办理流程图]({written})。"
            self.report(self._line, "A101", f"图片“{target}”没有替代文字", hint)
        if _SCHEME.match(target) or target.startswith("//"):
            hint = "把图片下载下来，放在文件旁边，再写它的文件名。"
            self.report(self._line, "L133", f"图片“{target}”在别的网站上", hint)
        self.references.append(Reference(target, is_image=True))
        self.lines.append(self._first_line + self._line)
        sizes = "".join(
            f' {name}="{token.attrGet(name)}"'
            for name in ("width", "height")
            if _SIZE.fullmatch(str(token.attrGet(name) or ""))
        )
        return (
            f'<img{self._attributes(token, with_title=with_title)} alt="{escape(alternative)}"{sizes} loading="lazy">'
        )

    def _attributes(self, token: Token, *, with_title: bool = True) -> str:
        """The placeholder of the address, then id and title as the author gave them."""
        classes = [name for name in str(token.attrGet("class") or "").split() if _CLASS.fullmatch(name)]
        own_id = str(token.attrGet("id") or "")
        title = str(token.attrGet("title") or "")
        return (
            f"\x02{' '.join(classes)}\x03"
            + (f' id="{escape(self.anchors.claim(own_id))}"' if own_id and not _BLANK.search(own_id) else "")
            + (f' title="{escape(title)}"' if title and with_title else "")
        )

    def _target(self, written: str) -> str | None:
        """The address as it was written, a local one unquoted; None with a finding if it may not be used."""
        address = _CONTROLS.sub("", written).strip()
        local = _CONTROLS.sub("", unquote(address)).strip()
        if not local:
            self.report(self._line, "L130", "链接或图片没有地址", "在圆括号里写上文件名、文件的 id 或网址。")
            return None
        if scheme := _SCHEME.match(_INVISIBLE.sub("", address)) or _SCHEME.match(_INVISIBLE.sub("", local)):
            name = scheme[1].lower()
            if name in _SCHEMES and address.lower().startswith(f"{name}:"):
                return address
            shown = address if len(address) <= _LONGEST_LABEL else address[:_LONGEST_LABEL] + "…"
            self.report(self._line, "L103", f"链接地址“{shown}”不安全，不能使用", _scheme_hint(name))
            return None
        return address if address.startswith("//") else local


def _cuts_of(found: Sequence[Cited]) -> Iterator[_Cut]:
    for cited in found:
        yield cited.start, cited.reference
        yield cited.end, None


def _cut(cuts: dict[int, list[_Cut]], run: Sequence[tuple[int, str]], offset: int, begins: Reference | None) -> None:
    """Note a cut that many characters after the beginning of the run: a beginning in the piece after it, an end in
    the piece before it."""
    for number, text in run:
        if offset < len(text) or (offset == len(text) and begins is None):
            cuts.setdefault(number, []).append((offset, begins))
            return
        offset -= len(text)


def _escape(text: str) -> str:
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


_NO_LINK = "none"
_BLANK = re.compile(r"\s")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _scheme_hint(scheme: str) -> str:
    if len(scheme) == 1 or scheme == "file":
        return "这是本机上的文件，别人打不开；把文件放在文稿旁边，写它的文件名。"
    if scheme == "data":
        return "把图片或文件存成单独的文件，放在文稿旁边，写它的文件名。"
    return "只能用 http、https、mailto、tel 开头的地址，或者本站文件的 id、附件的文件名。"


def _text_of_link(tokens: Sequence[Token], position: int) -> str:
    words = []
    while position < len(tokens) and tokens[position].type != "link_close":
        token = tokens[position]
        words.append(plain(token.children if token.type == "image" else (token,)))
        position += 1
    return "".join(words)


def _is_image_alone(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].type == "image"


def _last_before(tokens: Sequence[Token], position: int) -> str:
    """The last visible character before a break, past marks of emphasis; "" if something else is there."""
    for token in reversed(tokens[max(position - 4, 0) : position]):
        if token.content or token.type not in _MARKS:
            return token.content[-1:] if token.type in ("text", "code_inline") else ""
    return ""


def _first_after(tokens: Sequence[Token], position: int) -> str:
    for token in tokens[position + 1 : position + 5]:
        if token.content or token.type not in _MARKS:
            return token.content[:1] if token.type in ("text", "code_inline") else ""
    return ""


_MARKS = ("text", "strong_open", "strong_close", "em_open", "em_close", "link_open", "link_close")


def _without_article_number(tokens: list[Token]) -> list[Token] | None:
    """The tokens after the number of the 条, bold or not; None if it is not at hand in one piece."""
    if len(tokens) == 1 and isinstance(tokens[0], Text):
        found = _NUMBER_OF_ARTICLE.match(tokens[0].content)
        return strip_edges(text_tokens(tokens[0].content[found.end() :])) if found else None
    first = next((i for i, token in enumerate(tokens) if token.type not in ("strong_open", "em_open")), len(tokens))
    if first == len(tokens) or tokens[first].type != "text":
        return None
    match = _NUMBER_OF_ARTICLE.match(tokens[first].content)
    if match is None:
        return None
    tokens[first].content = tokens[first].content[match.end() :].lstrip()
    if not tokens[first].content and first == 1 and tokens[2].nesting == -1:
        return strip_edges(tokens[3:])
    return strip_edges(tokens)


def _run_in(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """The first sentence, or what is bold at the beginning, and the rest; nothing and all if it is long or alone."""
    if len(tokens) == 1 and isinstance(tokens[0], Text):
        content = tokens[0].content
        stop = content.find("。") + 1
        if _SHORTEST_RUN_IN <= stop <= _LONGEST_RUN_IN and content[stop:].strip("。 \u3000"):
            return [Text(content[:stop])], [Text(content[stop:])]
        return [], tokens
    length = depth = 0
    for i, token in enumerate(tokens):
        depth += token.nesting
        if token.type == "text":
            stop = token.content.find("。") + 1
            length += stop or len(token.content)
            if stop and not depth:
                head, rest = [*tokens[:i], Text(token.content[:stop])], tokens[i + 1 :]
                return _if_short(length, head, [Text(token.content[stop:]), *rest], tokens)
            if stop and (stop < len(token.content) or token.content[stop:]):
                break
        elif token.type not in ("strong_open", "strong_close", "em_open", "em_close"):
            break
        if token.nesting < 0 and not depth and (tokens[i - 1].content.endswith("。") or tokens[0].nesting > 0):
            return _if_short(length, tokens[: i + 1], tokens[i + 1 :], tokens)
    return [], tokens


def _if_short(
    length: int, head: list[Token], rest: list[Token], tokens: list[Token]
) -> tuple[list[Token], list[Token]]:
    is_run_in = _SHORTEST_RUN_IN <= length <= _LONGEST_RUN_IN and plain(rest).strip("。 \u3000")
    return (head, rest) if is_run_in else ([], tokens)


def _rows(tokens: Sequence[Token]) -> Iterator[tuple[int, list[_Cell]]]:
    """Line and cells of each row of a table, the head first."""
    line = 0
    cells: list[_Cell] = []
    for token, following in pairwise(tokens):
        if token.type in ("th_open", "td_open"):
            line = line_of(following)
            cells.append((following.children or [], str(token.attrGet("style") or "")))
        elif token.type == "tr_close":
            yield line, cells
            cells = []


def _cell(content: str, text: str, style: str, *, is_heading: bool) -> str:
    if is_heading:
        return f'<th scope="col">{content}</th>'
    name = "num" if _NUMERIC.fullmatch(text) else _ALIGNMENTS.get(style, "")
    return f'<td class="{name}">{content}</td>' if name else f"<td>{content}</td>"


def _footnote_mark(token: Token, *, is_in_link: bool) -> str:
    number = token.meta["number"]
    anchor = back_anchor(number, token.meta["place"])
    if is_in_link:
        return f'<sup class="footnote-ref" id="{anchor}">[{number}]</sup>'
    return (
        f'<sup class="footnote-ref"><a href="#fn{number}" id="{anchor}" aria-label="脚注{number}">[{number}]</a></sup>'
    )


def _ways_back(note: Footnote) -> str:
    links = []
    for place in range(1, note.references + 1):
        label = "返回正文" if note.references == 1 else f"返回正文第{place}处"
        address = back_anchor(note.number, place)
        links.append(
            f'<a class="footnote-back" href="#{address}" aria-label="{label}（脚注{note.number}）">{label}</a>'
        )
    return " ".join(links)
