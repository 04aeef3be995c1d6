"""The data of the search: variant characters, readings, and the words of citizens' questions."""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.search.pinyin import initial_triples, readings, syllable_pairs
from sitegen.search.questions import questions
from sitegen.search.variants import INSIDE, variants, variants_file

DATA = files("sitegen").joinpath("data", "search")
GB2312 = frozenset(
    char
    for row in range(0xB0, 0xF8)
    for cell in range(0xA1, 0xFF)
    for char in bytes((row, cell)).decode("gb2312", errors="ignore")
)
FIXTURES = Path(__file__).parents[1] / "fixtures" / "search"


def lines_of(name: str) -> list[str]:
    """The lines of a fixture but its comments and the blank ones."""
    return [line for line in (FIXTURES / name).read_text("utf-8").splitlines() if line and line[0] != "#"]


# ---------------------------------------------------------------- variants


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [line.split() for line in lines_of("traditional.txt")],
)
def test_traditional_official_words_become_simplified(traditional: str, simplified: str) -> None:
    assert traditional.translate(variants()) == simplified


@pytest.mark.parametrize(
    "word", ["著作权", "乾隆", "狼藉", "覆盖", "沈阳", "王堃", "陶喆", "后宫", "里程", "台州", "征兵", "苹果"]
)
def test_simplified_words_stay(word: str) -> None:
    assert word.translate(variants()) == word


def test_no_simplified_character_is_a_variant() -> None:
    table = variants()
    assert not {chr(code) for code in table} & set(table.values())


def test_a_browser_knows_from_gb2312_when_it_needs_the_table() -> None:
    table = variants()
    assert {chr(code) for code in table} & GB2312 == set(INSIDE)


def test_the_script_knows_the_variants_that_are_in_gb2312() -> None:
    script = Path(__file__).parents[2] / "themes" / "standard" / "assets" / "search-engine.js"
    assert f'"{INSIDE}"' in script.read_text("utf-8")


def test_every_variant_is_one_code_unit_that_nfkc_leaves_alone() -> None:
    for code, simplified in variants().items():
        assert max(code, ord(simplified)) < 0x10000
        assert unicodedata.is_normalized("NFKC", chr(code) + simplified)
        assert chr(code).isalpha()
        assert simplified.isalpha()


def test_the_browser_gets_the_same_table() -> None:
    variant, simplified = json.loads(variants_file())
    assert {ord(char): to for char, to in zip(variant, simplified, strict=True)} == variants()
    assert list(variant) == sorted(set(variant))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = text.translate(variants())
    assert once.translate(variants()) == once


# ---------------------------------------------------------------- pinyin


@pytest.mark.parametrize(
    ("chars", "expected"),
    [
        ("行", "hang xing"),
        ("重", "chong zhong"),
        ("长", "chang zhang"),
        ("会", "hui kuai"),
        ("给", "gei ji"),
        ("调", "diao tiao"),
        ("血", "xie xue"),
        ("率", "lv shuai"),
        ("畜", "chu xu"),
        ("差", "cha chai"),
        ("降", "jiang xiang"),
        ("校", "jiao xiao"),
        ("传", "chuan zhuan"),
        ("处", "chu"),
        ("和", "he"),
        ("大", "da"),
        ("说", "shuo"),
        ("六", "liu lu"),
        ("番", "fan pan"),
        ("浚", "jun xun"),
        ("单", "dan shan"),
        ("女", "nv"),
        ("略", "lve"),
        ("虐", "nve"),
        ("嗯", "en"),
        ("镕", "rong"),
        ("堃", "kun"),
        ("a", ""),
        ("2", ""),
        ("《", ""),
    ],
)
def test_readings_are_those_in_use(chars: str, expected: str) -> None:
    assert " ".join(readings(chars)) == expected


def test_every_character_of_gb2312_is_read_in_one_to_three_ways() -> None:
    for char in GB2312:
        found = readings(char)
        assert 1 <= len(found) <= 3
        assert list(found) == sorted(set(found))
        assert all(re.fullmatch(r"[a-z]{1,6}", syllable) for syllable in found)


def test_a_line_is_a_syllable_and_its_characters_in_order() -> None:
    lines = [line for line in DATA.joinpath("pinyin.txt").read_text("utf-8").splitlines() if line[0] != "#"]
    assert [line.split()[0] for line in lines] == sorted({line.split()[0] for line in lines})
    for line in lines:
        chars = line.split()[1]
        assert list(chars) == sorted(set(chars))


def test_pairs_of_syllables_hold_every_combination() -> None:
    assert syllable_pairs("公积金") == {"~gong ji", "~ji jin"}
    assert syllable_pairs("银行") == {"~yin hang", "~yin xing"}
    assert syllable_pairs("行长") == {"~hang chang", "~hang zhang", "~xing chang", "~xing zhang"}


@pytest.mark.parametrize(
    "title", ["《住房》公积金", "住房(公积金)", "住房“公”积金", "住房、公积金", "住房 公积金", "住房-公积金"]
)
def test_marks_do_not_part_neighbours(title: str) -> None:
    assert syllable_pairs(title) == syllable_pairs("住房公积金")
    assert initial_triples(title) == {"^zfg", "^fgj", "^gjj"}


@pytest.mark.parametrize("title", ["住房2024公积金", "住房a公积金", "住房,公积金", "住房。公积金", "住房\n公积金"])
def test_digits_letters_and_stops_part_neighbours(title: str) -> None:
    assert syllable_pairs(title) == {"~zhu fang", "~gong ji", "~ji jin"}
    assert initial_triples(title) == {"^gjj"}


def test_initials_are_those_of_every_reading() -> None:
    assert initial_triples("银行长") == {"^yhc", "^yhz", "^yxc", "^yxz"}


@pytest.mark.parametrize("title", ["", "水", "2024", "abc", "《》", "水2土"])
def test_a_title_without_neighbours_has_no_terms(title: str) -> None:
    assert syllable_pairs(title) == frozenset()
    assert initial_triples(title) == frozenset()


@given(st.text(st.sampled_from("银行长重公积金会计给付《》(),。2a \n")))
def test_terms_follow_from_readings(title: str) -> None:
    runs = re.findall(r"[一-龥]+", re.sub(r"[《》() ]", "", title))
    pairs = {pair for run in runs for pair in pairwise(run)}
    assert syllable_pairs(title) == {f"~{a} {b}" for x, y in pairs for a in readings(x) for b in readings(y)}
    triples = {run[i : i + 3] for run in runs for i in range(len(run) - 2)}
    initials = [[sorted({syllable[0] for syllable in readings(char)}) for char in triple] for triple in triples]
    assert initial_triples(title) == {f"^{a}{b}{c}" for x, y, z in initials for a in x for b in y for c in z}


# ---------------------------------------------------------------- questions


def content(question: str) -> str:
    """What is left when the phrases are cut by longest match, then the characters at the edges."""
    phrases, edges = questions()
    left = []
    for piece in re.sub("|".join(map(re.escape, phrases)), " ", question).split():
        kept = piece
        while len(kept) > 2 and kept[0] in edges:
            kept = kept[1:]
        while len(kept) > 2 and kept[-1] in edges:
            kept = kept[:-1]
        left.append(kept)
    return " ".join(left)


@pytest.mark.parametrize(
    ("question", "left"),
    [line.split(" ", 1) for line in lines_of("questions.txt")],
)
def test_a_question_leaves_its_content(question: str, left: str) -> None:
    assert content(question) == left


@pytest.mark.parametrize("words", lines_of("content-words.txt"))
def test_content_words_stay_whole(words: str) -> None:
    assert content(words) == words


def test_phrases_come_longest_first_and_once() -> None:
    phrases, edges = questions()
    assert len(phrases) >= 200
    assert list(phrases) == sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    assert all(re.fullmatch(r"[一-龥]+", phrase) for phrase in phrases)
    assert len(set(edges)) == len(edges) > 0
    assert not set(edges) & set("会能可要想吧和对在与")
