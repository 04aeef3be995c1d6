"""Simple front matter is read without PyYAML; the tree is the one that PyYAML would have given."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sitegen.load.yamltree import read_any, read_simple, read_yaml

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"

USUAL = """\
title: 关于印发《示例办法》的通知
pub_date: 2025-11-19 10:57
doc_no: "示府发〔2025〕3号"
topic: ['商贸、海关\\\\旅游', 财政]
keywords: [ 停车,  规划 , "a, b"]
source:
secrecy_review: {reviewer: 陈演示, date: 2026-11-05}

attachments:
  - file: a.pdf
    title: 申请表
  -   file: b.pdf
  - c.pdf
withdraw:
  date: 2026-01-01
  reason: '公布有误: 见说明'
repeals:
- 甲
- doc: 乙
  date: 2025-01-01
draft: ~"""


def front_matters() -> list[Path]:
    """Every Markdown file at hand that has front matter."""
    files = [*(ROOT / "content").rglob("*.md"), *(ROOT / "tests").rglob("*.md"), *CORPUS.rglob("*.md")]
    return sorted(file for file in files if file.read_bytes()[:3] == b"---")


def head(text: str) -> str:
    return text.partition("\n")[2].partition("\n---")[0]


def assert_same(text: str) -> bool:
    """Whether the text was simple; if it was, PyYAML sees the same in it, whichever of its readers is there."""
    simple = read_simple(text, 2)
    if simple is None:
        return False
    assert (simple, ()) == read_any(text, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "CBaseLoader", yaml.BaseLoader)
        assert (simple, ()) == read_any(text, 2)
    return True


def test_usual_front_matter_is_simple() -> None:
    assert assert_same(USUAL)


def test_every_file_at_hand_reads_the_same() -> None:
    files = front_matters()
    simple = [file for file in files if assert_same(head(file.read_text("utf-8", "replace")))]
    assert len(simple) > len(files) * 0.8
    assert all(file in simple for file in files if file.is_relative_to(ROOT / "content"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "标题",
        "- 甲",
        "title: 甲\ntitle: 乙",
        "title: 甲\n  乙",
        "title: 甲 # 乙",
        "# 甲\ntitle: 乙",
        "title: |\n  甲",
        "title: &a 甲",
        "title: *a",
        "title: !!str 甲",
        "title: 甲: 乙",
        "title: '甲''乙'",
        'title: "甲\\n乙"',
        'title: "甲" 乙',
        "title: [甲, [乙]]",
        "title: [甲,]",
        "title: [甲, , 乙]",
        "title: [甲: 乙]",
        "title: {甲}",
        "title: {甲: 乙, 甲: 丙}",
        "title: [甲,\n  乙]",
        "title: - 甲",
        "title:\n  - - 甲",
        "title:\n  - a: 1\n   b: 2",
        "title:\n  - 甲\n- 乙",
        "title:\n  a: 1\n  a: 2",
        "title:\n  a:\n    b: 1",
        "  title: 甲",
        "title: 甲\n---\nissuer: 乙",
        "...",
        "%YAML 1.1",
        "? title\n: 甲",
        "title\t: 甲",
        "title: 甲\t",
        "title: 甲\x00",
        "title: 甲\u2028乙",
        "title: \ufeff甲",
        "title：甲",
        "x" * 1100 + ": 甲",
    ],
)
def test_what_is_not_simple_is_left_to_pyyaml(text: str) -> None:
    assert read_simple(text, 1) is None
    assert read_yaml(text) == read_any(text)


SPECIAL = st.sampled_from(
    [*"-?:,[]{}#&*!|>'\"%@` \t\\~=<.", ": ", " #", "- ", ", ", "---", "...", "null", "《", "：", "，", "\u3000", "\xa0"]
)
WORDS = st.sampled_from(
    ["甲", "乙方", "a", "b2", "2024-03-05", "10:57", "title", "file", "附件", "http://x.cn/a?b=1&c", "𠀀"]
)
PIECES = st.lists(st.one_of(WORDS, WORDS, WORDS, SPECIAL, st.characters(codec="utf-8")), max_size=5).map("".join)
PLAIN = st.lists(WORDS, max_size=3).map(" ".join)
SCALARS = st.one_of(PLAIN, PLAIN, PIECES, PIECES.map("'{}'".format), PIECES.map('"{}"'.format))
KEYS = st.one_of(WORDS, WORDS, WORDS, PIECES)
GAPS = st.sampled_from(["", " ", " ", " ", "  "])


@st.composite
def flows(draw: st.DrawFn) -> str:
    parts = draw(st.lists(SCALARS, max_size=3))
    if draw(st.booleans()):
        return (
            "[" + draw(st.sampled_from([", ", ",", " , "])).join(parts) + draw(st.sampled_from(["]", " ]", ",]", ""]))
        )
    return "{" + ", ".join(f"{draw(KEYS)}:{draw(GAPS)}{part}" for part in parts) + "}"


@st.composite
def lines_of_yaml(draw: st.DrawFn) -> str:
    indent = " " * draw(st.sampled_from([0, 0, 0, 0, 1, 2, 2, 2, 4]))
    entry = draw(st.sampled_from(["", "", "", "- ", "- ", "-  ", "-", "- - "]))
    key = draw(st.one_of(st.just(""), KEYS.map("{}:".format), KEYS.map("{}:".format))) + draw(GAPS)
    value = draw(st.one_of(st.just(""), SCALARS, SCALARS, flows()))
    return draw(st.one_of(*[st.just(indent + entry + key + value)] * 8, st.just(""), PIECES)) + draw(GAPS)


@given(st.lists(lines_of_yaml(), max_size=7).map("\n".join))
@settings(max_examples=400)
@example("a:\n- b")
@example("a:\n\n  - b\n\n  -   c: d\n      e: f\n\nf:   \n")
@example("a: [b , 'c' ,\"d\" ]  \n   ")
@example("a: 'b\n  c'")
def test_the_tree_is_that_of_pyyaml(text: str) -> None:
    assert_same(text)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """Usual front matter with a few slips of the pen."""
    lines = [line for line in USUAL.split("\n") if draw(st.integers(0, 9)) < 8]
    text = "\n".join(lines)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.one_of(SPECIAL, st.just("\n"), st.just("  "))) + text[at + draw(st.integers(0, 2)) :]
    return text


@given(edited())
@settings(max_examples=300)
def test_usual_front_matter_with_slips_reads_the_same(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize(
    "text", ["甲" * 200_000 + "#", " " * 200_000 + "#", "a: [" + "甲 " * 200_000 + "]]", "a:" * 200_000]
)
def test_long_lines_are_given_up_at_once(text: str) -> None:
    start = time.process_time()
    assert read_simple(text, 1) is None
    assert time.process_time() - start < 1


def test_pyyaml_is_not_loaded_for_simple_front_matter() -> None:
    code = (
        "import sys; from sitegen.load import yamltree as y; y.read_yaml('title: 甲'); assert 'yaml' not in sys.modules"
    )
    package = "import types; p = types.ModuleType('sitegen.load'); p.__path__ = ['sitegen/load']\n"
    run = f"{package}import sys; sys.modules['sitegen.load'] = p\n{code.partition('; ')[2]}"
    subprocess.run([sys.executable, "-c", run], cwd=ROOT, check=True)
