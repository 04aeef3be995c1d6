"""Plain blocks are read without the rules of Markdown; the page is the one that the rules would have given."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen.markdown import Parsed, parse_body, source
from sitegen.markdown.syntax import parser

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "markdown"
CORPUS = ROOT.parent / "shared" / "corpus"


def tokens_by_the_rules(text: str):
    """What `reading.tokens_of` returns, all of it made by markdown-it."""
    state: dict[str, list[int]] = {}
    tokens = parser().parse(text, state)
    return tokens, min(state.get("too_deep", ()), default=None)


def by_the_rules(text: str) -> Parsed:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "tokens_of", tokens_by_the_rules)
        return parse_body(text, 1)


def all_pages() -> list[Path]:
    files = [*(ROOT / "content").rglob("*.md"), *FIXTURES.glob("*.md")]
    return sorted([*files, *CORPUS.rglob("*.md"), *CORPUS.rglob("*.txt")])


def test_real_pages_are_the_same():
    for path in all_pages():
        text = path.read_text(encoding="utf-8-sig")
        for part in (text, text[text.find("\n---\n", 3) + 5 :]):
            assert parse_body(part, 1) == by_the_rules(part), path


@pytest.mark.parametrize("text", json.loads((FIXTURES / "commonmark.json").read_text(encoding="utf-8"))["examples"])
def test_examples_of_the_specification_are_the_same(text):
    for variant in (text, f"甲乙\n{text}", f"{text}\n甲乙", f"甲乙\n\n{text}\n甲乙\n", f"- {text}"):
        assert parse_body(variant, 1) == by_the_rules(variant)


# a piece a word, ▁ being a space and ↵ a line feed
WORDS = (
    "甲 乙，丙。 某局 各局： 附件：1.甲 2.乙 （甲） 2024年3月1日 一、甲 （一）甲。 第一条▁甲 第一章▁总则 abc -1 :甲 。"
    " 《甲 办法》 《乙》 本办法第三条 某市人民政府令 第2号 《甲》现予公布"
)
ITEMS = "-▁甲 -▁乙 *▁甲 +▁甲 1.▁甲 2.▁乙 3)▁丙 01.▁甲 -▁1.▁甲 -▁**甲** -▁[甲](b) -▁　 -▁ 1. -甲 1.甲 -▁▁甲 -\t甲 ▁-▁甲"
HEADS = (
    "#▁甲 ##▁甲▁## ##▁甲#乙 # #甲 ▁▁▁#▁甲 ▁▁▁▁#▁甲 #▁甲|乙 #▁**甲** #▁ --- ***▁ -▁-▁- ___ === ```` ``码 ~甲 ~~~ >▁引 >"
)
TABLES = r"|甲|乙| |▁甲▁|▁乙▁| |-|-| |▁:-:▁|▁--:▁| |-| |1| |1|2|3| | || |a\|b| |**甲**| 甲|乙 -|- :-|-: |▁▁-▁| |-|-"
STRONG = (
    "** **甲** **甲**乙 **（一）甲。**乙 甲** **乙 **▁甲▁** a**甲。**b **“引”**甲 *** *甲* ***甲*** **** __甲__ _甲_"
)
MIXED = "**[甲](b)** **甲[乙](c) **![甲](b)乙** [甲](b)** [甲](b**c) [**甲**](b)"
LINKS = '[甲](b) ![甲](b.png) [](b) ![](b) [甲](b){.c} ![甲](b){width=3} [甲](b▁"c") [甲](b▁c) [甲](b_c)_d_ [甲](<b>)'
MORE = r"[[甲](b)](c) [![甲](b)](c) [甲]（b） [甲] [甲][乙] [乙]:▁u [乙 [^1] [^1]:▁注 [^1]:注 !甲 !![甲](b)"
MARKS = r"\ \* ` `码` < <br> <b> <a@b.c> <甲 & &amp; &甲 &#65; &nbsp; <!-- --> _ * [ ] ( ) ! | - : # > ~ + { } = $"
PIECES = [
    piece.replace("▁", " ")
    for piece in " ".join([WORDS, ITEMS, HEADS, TABLES, STRONG, MIXED, LINKS, MORE, MARKS]).split(" ")
]
BLANKS = ["\n", "\n\n", "  \n", " \n", "\n    ", "\n  ", "\t", " ", "　", "　　", "\n　\n", "\r\n", "\u2028", "\u200b"]
LINES = st.lists(st.sampled_from(PIECES) | st.sampled_from(PIECES + BLANKS), min_size=1, max_size=3).map("".join)
TEXTS = st.builds(
    lambda lines, ends: "".join(line + end for line, end in zip(lines, ends, strict=False)),
    st.lists(LINES, max_size=20),
    st.lists(st.sampled_from(["\n", "\n\n", "  \n", "\n   \n"]), min_size=20, max_size=20),
)


@given(TEXTS)
@example("甲\n    # 乙\n")  # after a paragraph an indented line goes on with it
@example("# 甲| 乙\n|-|-|\n")  # the head of a table
@example("- 甲\n\n  乙\n")
@example("- 甲\n\n- 乙\n")
@example("| 甲 |\n|-|-|\n")
@example("[甲\n乙]: c\n\n[甲 乙]")
@example("甲  \n**乙  \n丙**  \n丁")
def test_any_text_gives_the_same_page(text):
    assert parse_body(text, 1) == by_the_rules(text)


PLAIN = """各区人民政府：

　　现就有关事项通知如下：

## 一、总体要求

（一）**加强领导。**见[附件](a.docx)。

- 甲
- 乙

| 项目 | 金额 |
| --- | ---: |
| 甲 | 1 |

---

某市人民政府
2024年3月1日
"""


def test_ordinary_documents_do_not_ask_for_the_rules():
    code = f"import sys, sitegen.markdown as m; m.parse_body({PLAIN!r}, 1); print('markdown_it' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "False"


HARD = {
    "lists that alternate": "1. a\n1) b\n" * 2000,
    "heads without a table": "| a |\n|-|-|\n" * 2000,
    "tables that end badly": "| a |\n|-|\n| b \\| |\n" * 1500,
    "blanks in a heading": "# " + " " * 20000 + "#",
    "blanks between lists": ("- a\n" + "\n" * 50) * 200,
    "hyphens": "| a |\n|" + "-" * 20000 + "x\n",
    "links that do not end": "[a](b" * 4000,
    "bold that does not end": "**a " * 5000,
}


@pytest.mark.parametrize("name", HARD)
def test_hostile_text_takes_no_longer_than_its_length_asks(name):
    start = time.process_time()
    parse_body(HARD[name], 1)
    assert time.process_time() - start < 2
