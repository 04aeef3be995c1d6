"""Bodies into HTML. `python tests/unit/test_markdown.py --update` writes the expected files of the fixtures anew."""

from __future__ import annotations

import re
import sys
import time
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from sitegen.diagnostics import Severity
from sitegen.markdown import CODES, Parsed, paragraphs_near, parse_body, render_body, without_order
from sitegen.model import Body, Link, Reference
from sitegen.terms import TELLING

FIXTURES = Path(__file__).parents[1] / "fixtures" / "markdown"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
VOID = {"br", "hr", "img"}
PHRASING = {"a", "br", "code", "em", "img", "span", "strong", "sup"}
DANGEROUS = re.compile("(javascript|data|file|vbscript):", re.IGNORECASE)


def as_written(body: Body) -> list[Link]:
    """Links that lead where the author said."""
    return [Link(shown(r), is_external=r.target.startswith(("http", "//"))) for r in body.references]


def shown(reference: Reference) -> str:
    return reference.target.replace("\t", "/") if reference.is_citation else reference.target


def html_of(text: str) -> str:
    body = parse_body(text, 1).body
    return render_body(body, as_written(body))


def summary(parsed: Parsed) -> str:
    """What was found besides the HTML, for people to read."""
    body = parsed.body
    parts = [
        ("目录", [f"{'#' * heading.level} {heading.text} → {heading.anchor}" for heading in body.outline]),
        ("锚点", list(body.anchors)),
        (
            "引用",
            [
                f"{n}: {shown(r)}{'（图片）' if r.is_image else '（引文）' if r.is_citation else ''}"
                for n, r in zip(parsed.lines, body.references, strict=True)
            ],
        ),
        ("问题", [f"{f.line}: {f.code} {f.message}\n  提示：{f.hint}" for f in parsed.findings]),
        ("段落", [f"[{s.anchor}] {s.heading}\n{s.text}" for s in body.sections]),
    ]
    return "".join(f"== {name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in parts)


@pytest.mark.parametrize("source", sorted(FIXTURES.glob("*.md")), ids=lambda path: path.stem)
def test_body_becomes_the_expected_page(source):
    text = source.read_text(encoding="utf-8")
    assert html_of(text) == source.with_suffix(".html").read_text(encoding="utf-8")
    assert summary(parse_body(text, 1)) == source.with_suffix(".txt").read_text(encoding="utf-8")


# ---------------------------------------------------------------- examples


def test_lines_are_those_of_the_file():
    parsed = parse_body("一\n\n见[甲](a)，\n再见[乙](b)。\n\n- x\n- ![](c.png)\n", 11)
    assert parsed.lines == (13, 14, 17)
    assert [(f.line, f.code) for f in parsed.findings] == [(17, "A101")]


def test_lines_are_right_with_windows_line_ends():
    assert parse_body("一\r\n\r\n见[甲](a)\r\n", 1).lines == (3,)


def test_external_links_are_marked():
    body = parse_body("[甲](a){.b}[乙](http://c)", 1).body
    html = render_body(body, [Link("../x/index.html", fragment="第三条"), Link("http://c?a&b", is_external=True)])
    assert html == (
        '<p><a href="../x/index.html#第三条" class="b">甲</a>'
        '<a href="http://c?a&amp;b" class="external" rel="noopener noreferrer">乙</a></p>\n'
    )


def test_links_must_match_the_references():
    with pytest.raises(ValueError, match="0 links for 1 references"):
        render_body(parse_body("[甲](a)", 1).body, [])


def test_citation_is_plain_text_where_nobody_knows_the_document():
    text = "依照《甲办法》（国发〔2016〕80号）第三条和本规定第二条。"
    body = parse_body(text, 1).body
    assert [r.target for r in body.references] == ["国发〔2016〕80号\t甲办法\t第三条", "\t\t第二条"]
    assert render_body(body, [Link(""), Link("")]) == f"<p>{text}</p>\n"
    assert render_body(body, [Link("../a/index.html", fragment="第三条"), Link("")]) == (
        '<p>依照<a href="../a/index.html#第三条" class="cite">《甲办法》（国发〔2016〕80号）第三条</a>'
        "和本规定第二条。</p>\n"
    )


LONG = "为了规范某项工作，保障各方的合法权益，根据"


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("## 《甲办法》\n\n文。", []),
        ("[见《甲办法》](a)", ["a"]),
        ("`《甲办法》`", []),
        ("《甲**办法**》", []),
        ("**《甲办法》**第三条", ["/甲办法/"]),
        (f"{LONG}《甲办\n法》第三条", ["/甲办法/第三条"]),
        ("《甲办法》[^1]\n\n[^1]: 依照《乙办法》。", ["/甲办法/", "/乙办法/"]),
        ("- 《甲办法》\n\n| 《乙办法》 |\n|-|\n| 《丙办法》 |", ["/甲办法/", "/乙办法/", "/丙办法/"]),
        ("填写《申请表》《通知书》。", []),
        ("《国务院关于印发《甲办法》的通知》", ["/国务院关于印发《甲办法》的通知/"]),
        ("《甲办法》（以下简称《办法》）。\n\n依照《办法》第三条。", ["/甲办法/", "/甲办法/第三条"]),
        ("《甲办法》（国发〔2016〕5号，以下简称《办法》）。《办法》", ["国发〔2016〕5号/甲办法/"] * 2),
        ("《甲办法》和《乙办法》（以下简称《办法》），《办法》", ["/甲办法/", "/乙办法/", "/乙办法/"]),
        ("依照本条例第三条第二款、本法第1条", ["//第三条第二款", "//第一条"]),
        ("修改为“依照本条例第三条”。", []),
        ("本条例所称的办法；本市第三中学", []),
    ],
)
def test_citations_in_the_text_become_references(text, targets):
    assert [shown(r) for r in parse_body(text, 1).body.references] == targets


def test_lines_of_citations_are_those_of_the_file():
    assert parse_body(f"一\n\n{LONG}《甲办\n法》和[乙](a)，\n再见《丙办法》。", 11).lines == (13, 14, 15)


ORDER = """某市人民政府令

第 2 号

《某办法》已经2019年12月1日某会议审议通过，现予公布，自2020年1月12日起施行。

市长　某某某

2019年12月12日

"""
RULE = "第一条　甲。\n\n第二条　乙。\n"


@pytest.mark.parametrize("title", ["某办法\n\n", "---\n\n某办法\n\n"])
@pytest.mark.parametrize("mark", ["", "# ", "**"])
def test_signed_order_is_set_apart_and_can_be_left_out(title, mark):
    order = f"{mark}某市人民政府令{mark.strip('# ')}" + ORDER.removeprefix("某市人民政府令")
    parsed = parse_body(order + title + RULE, 1)
    html = render_body(parsed.body, [Link("")] * len(parsed.body.references))
    assert html.startswith('<section class="signed-order">\n<p>')
    assert without_order(html) == html_of(RULE)
    assert parsed.body.anchors == ("第一条", "第二条")
    assert "某市人民政府令" in parsed.body.text
    check(parsed)


def test_heading_of_the_regulation_stays_when_the_order_is_left_out():
    assert without_order(html_of(f"{ORDER}# 某办法\n\n{RULE}")) == html_of(f"# 某办法\n\n{RULE}")


def test_what_is_no_signed_order_stays():
    text = ORDER + RULE
    assert without_order(html_of(text)) == html_of(text)
    assert "signed-order" not in html_of(text)


def test_texts_of_paragraphs_are_those_near_the_words():
    text = (
        "甲。\n\n| 起施行 |\n|-|\n\n> 起施行\n\n" + "乙。\n\n" * 20 + "- 自《丙》起施行\n- 丁\n\n戊[^1]\n\n[^1]: 起施行"
    )
    body = parse_body(text, 1).body
    assert [*filter(None, paragraphs_near(body, TELLING))] == ["乙。"] * 12 + ["自《丙》起施行", "丁", "戊[1]"]
    assert paragraphs_near(parse_body("甲。", 1).body, TELLING) == []


def test_placeholders_cannot_be_forged():
    assert html_of("\x02\x03甲\x02[乙](c)") == '<p>甲<a href="c">乙</a></p>\n'


def test_comments_are_not_published():
    assert "密" not in repr(parse_body("甲<!-- 密 -->乙\n\n<!--\n密\n-->\n", 1))


def test_comment_without_an_end_is_an_error():
    assert [(f.line, f.code) for f in parse_body("甲<!-- 乙 -->\n\n<!-- 丙\n", 1).findings] == [(3, "F131")]


@pytest.mark.parametrize("escaped", [r"\[^1]", r"\[甲]（b-1）", r"!\[甲]（乙.png）", r"!\[甲](乙 1.png)", "`[^1]`"])
def test_what_is_escaped_is_meant_as_it_is_written(escaped):
    assert parse_body(escaped, 1).findings == ()
    assert escaped.replace("\\", "").strip("`") in parse_body(escaped, 1).body.text


@pytest.mark.parametrize(
    "text",
    [
        "[试行]（征求意见稿）、[1]（见第3页）、注[2021]（第3号）、甲[乙]丙（丁）",
        "一、\t甲\n（二）\t乙\n第三条\t丙\n4.\t丁",
        "只有一行\t有。\n\n这也\t只有一行。",
        "```\na\tb\nc\td\n```",
        '[甲](乙 "题")，[甲](<乙 丙>)，[甲]( 乙 )',
    ],
)
def test_ordinary_text_is_not_taken_for_a_mistake(text):
    assert parse_body(text, 1).findings == ()


def test_the_way_out_of_a_literal_link_works():
    for written in ("[甲]（b-1）", "![甲](乙 1.png)", "![甲]（乙 1.png）", "[甲](乙 (1).docx '题')"):
        (finding,) = parse_body(written, 1).findings
        right = re.search(r"!?\[甲\]\(.*?\)(?=[；，])", finding.hint)
        parsed = parse_body(right[0], 1)
        assert not parsed.findings
        assert len(parsed.body.references) == 1


def test_digest_is_that_of_the_text():
    assert parse_body("甲", 1).body.digest != parse_body("乙", 1).body.digest
    assert len(parse_body("\ud800", 1).body.digest) == 64


def test_every_visible_word_is_in_the_text_once():
    text = parse_body(
        "# 甲\n\n一、乙\n\n丙[丁](x)\n\n| 戊 |\n| - |\n| 己 |\n\n- 庚\n\n第一条　辛[^1]\n\n[^1]: 壬\n", 1
    ).body.text
    assert [text.count(word) for word in "甲乙丙丁戊己庚辛壬"] == [1] * 9


def test_table_cells_are_separated_in_the_text():
    assert parse_body("| 甲 | 乙 |\n| - | - |\n| 1 | 2 |\n", 1).body.text == "甲 乙\n1 2"


def test_deep_lists_lose_no_text():
    source = "".join(f"{'  ' * depth}- 第{depth}层\n" for depth in range(50))
    parsed = parse_body(f"{source}\n后面的正文。\n", 1)
    assert all(f"第{depth}层" in parsed.body.text for depth in range(50))
    assert "后面的正文。" in parsed.body.text
    assert [finding.code for finding in parsed.findings] == ["D130"]


def test_anchors_of_equal_headings_differ():
    anchors = parse_body("# 甲\n\n# 甲\n\n# 甲-2\n\n# 甲 2\n", 1).body.anchors
    assert anchors == ("甲", "甲-2", "甲2", "甲2-2")


def test_anchors_avoid_the_ids_of_templates():
    assert parse_body("# main\n\n# fn1\n\n# \n\n甲[^1]\n\n[^1]: 乙", 1).body.anchors == (
        "fn1",
        "fnref1",
        "标题main",
        "标题fn1",
        "标题",
    )


def test_codes_are_documented():
    assert len({info.code for info in CODES}) == len(CODES)
    assert all(info.title and info.why and info.wrong and info.right for info in CODES)


@pytest.mark.parametrize("info", CODES, ids=lambda info: info.code)
def test_wrong_example_of_a_code_gives_it_and_right_example_does_not(info):
    wrong = info.wrong.partition("（")[0] if info.code in ("L131", "L132") else info.wrong
    assert info.code in {finding.code for finding in parse_body(wrong, 1).findings}
    assert info.code not in {finding.code for finding in parse_body(info.right, 1).findings}
    assert info.severity in Severity


# ---------------------------------------------------------------- laws


class Checker(HTMLParser):
    """Complains about HTML that a browser would have to mend."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"attribute twice in {tag}"
        assert not any(name.startswith("on") or name == "style" for name in names)
        assert tag not in ("script", "style", "iframe", "object")
        assert tag in PHRASING or not {"p", "a", "h2", "h3", "h4", "h5", "h6"} & set(self.open), f"{tag} in {self.open}"
        assert tag != "a" or "a" not in self.open
        for name, value in attrs:
            if name in ("href", "src"):
                assert not DANGEROUS.match(re.sub(r"[\x00-\x20]", "", value or ""))
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError("comment")


def check(parsed: Parsed) -> None:
    """The guarantees of `parse_body`."""
    body = parsed.body
    html = render_body(body, as_written(body))
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert not checker.open
    tree = LexborHTMLParser(f"<!DOCTYPE html><html><head></head><body>{html}</body></html>")
    assert [node.tag for node in tree.body.traverse(include_text=False)][1:] == checker.tags
    assert not re.search("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]", html)
    assert sorted(node.attributes["id"] for node in tree.css("[id]")) == sorted(body.anchors)
    assert len(set(body.anchors)) == len(body.anchors)
    assert all(anchor and not re.search(r"\s", anchor) for anchor in body.anchors)
    targets = {node.attributes["href"] for node in tree.css(".footnote-ref a, .footnote-back")}
    assert {target.removeprefix("#") for target in targets} <= set(body.anchors)
    levels = [1] + [int(tag[1]) for tag in checker.tags if re.fullmatch("h[1-6]", tag)]
    assert all(2 <= b <= a + 1 for a, b in pairwise(levels))
    assert {heading.anchor for heading in body.outline} | {s.anchor for s in body.sections} <= {*body.anchors, ""}
    assert len(parsed.lines) == len(body.references)
    assert all(finding.message and finding.hint for finding in parsed.findings)
    assert {finding.code for finding in parsed.findings} <= {info.code for info in CODES}
    for mark in tree.css(".footnote-ref, .footnote-back"):
        mark.decompose()
    assert sorted("".join(tree.body.text().split())) == sorted("".join(body.text.split()))


WORDS = "甲 a 1 . 。 ： ； 各局： 附件：1.甲 2024年3月1日 示例市人民政府 （此件公开发布）"
STRUCTURE = "第一章 总则 第三条 **第三条** 一、总体要求 （一）加强领导。 1. （1） 第一节"
BLOCKS = "-▁ ▁▁-▁ 1.▁ >▁ #▁ ###▁ *▁*▁* ``` ▁▁▁▁ |甲|乙| |-|-| [^1]:▁注 [a]:▁b"
LINES = r"\ * ** _ ` [ ] ( ) | ![ ]( [^1] [a] {.a▁#b▁width=3} {#b} <br> <b> <!-- --> < > & \" ' &lt; &#2; &Tab;"
LINKS = '[甲](b) [甲](javascript:a) [](b) ![](c.png) ![甲](c.png▁"乙") <http://a.b> [丙](http://c) [![丁](d)](e)'
CITATIONS = "《甲办法》 《甲 》 （国发〔2016〕80号） 第三条 本办法第三条 （以下简称《乙》） 《乙》 “ ”"
SIGNED = "某市人民政府令 第2号 《甲》现予公布 市长▁某某 甲"
MISTAKES = "[甲]（b1） ![甲](c▁d) ![甲]（c） [甲](b） 乙\t丙\n丁\t戊"
BLANKS = ["\n", "\n\n", "  \n", "\n    ", "　　", "　", " ", "\t", "\x02", "\x03", "\u2028", "\ud800"]
PIECES = st.sampled_from(
    [
        piece.replace("▁", " ")
        for piece in " ".join([WORDS, STRUCTURE, BLOCKS, LINES, LINKS, CITATIONS, SIGNED, MISTAKES]).split()
    ]
    + BLANKS
)
TEXTS = st.text() | st.lists(PIECES, max_size=30).map("".join) | st.lists(PIECES, max_size=30).map("\n\n".join)


@given(TEXTS)
@example("[a <http://b> c](d)")
@example("[甲[^1]](b)\n\n[^1]: 注")
@example("| ![](a) |\n|-|\n| [^1] |\n\n[^1]: [^1]")
@example("[^1]: [^2]: 甲\n\n[^1][^2]")
@example("> [^1]: 甲\n\n[^1]")
def test_any_text_gives_a_well_formed_and_harmless_page(text):
    check(parse_body(text, 1))


@given(TEXTS)
def test_citations_change_nothing_but_their_links(text):
    body = parse_body(text, 1).body
    links = as_written(body)
    some = [Link("") if r.is_citation else link for r, link in zip(body.references, links, strict=True)]
    assert re.sub(r'<a [^>]*class="cite"[^>]*>(.*?)</a>', r"\1", render_body(body, links), flags=re.DOTALL) == (
        render_body(body, some)
    )


@given(TEXTS, st.integers(1, 100))
def test_findings_point_into_the_text(text, first_line):
    parsed = parse_body(text, first_line)
    last = first_line + re.sub("\r\n?", "\n", text).count("\n")
    assert all(first_line <= line <= last for line in (*parsed.lines, *(f.line for f in parsed.findings)))


@given(TEXTS)
def test_same_text_gives_the_same_page(text):
    assert parse_body(text, 1) == parse_body(text, 1)


HARD = {
    "brackets": "[" * 3000,
    "images in images": "![" * 1000 + "a" + "](b)" * 1000,
    "links in links": "[" * 1000 + "a" + "](b)" * 1000,
    "emphasis": "*a **a " * 1500,
    "quotations": ">" * 3000 + "a",
    "lists": "- " * 3000 + "a",
    "definitions": "".join(f"[a{n}]: b\n" for n in range(1500)),
    "footnotes in footnotes": "[^1]: " * 1500 + "x",
    "chain of footnotes": "[^0]\n\n" + "".join(f"[^{n}]: [^{n + 1}]\n\n" for n in range(800)),
    "tags": "<" * 6000,
    "comments": "<!--" * 3000,
    "equal headings": "# 第一章\n" * 1500,
    "lines": "一、a\n" * 2000,
    "attributes": '![](a){a="' * 1000,
    "spaces": " " * 20000 + "a",
    "titles": "《a" * 3000 + "》" * 3000,
    "articles": "本办法第一条" * 3000,
    "short names": "《a》（以下简称《b》）" * 2000,
}


@pytest.mark.parametrize("name", HARD)
def test_hostile_text_takes_no_longer_than_its_length_asks(name):
    start = time.process_time()
    check(parse_body(HARD[name], 1))
    assert time.process_time() - start < 5


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of real documents is not here")
def test_real_documents_become_well_formed_pages():
    for path in sorted([*CORPUS.rglob("*.md"), *CORPUS.rglob("*.txt")])[::10]:
        check(parse_body(path.read_text(encoding="utf-8-sig"), 1))


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    for fixture in sorted(FIXTURES.glob("*.md")):
        source = fixture.read_text(encoding="utf-8")
        fixture.with_suffix(".html").write_text(html_of(source), encoding="utf-8")
        fixture.with_suffix(".txt").write_text(summary(parse_body(source, 1)), encoding="utf-8")
