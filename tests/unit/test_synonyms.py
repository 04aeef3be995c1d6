"""Everyday words: the shipped ones, and what a site writes in `data/synonyms.yaml`."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from unicodedata import normalize

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.load.synonyms import CODES, SYNONYMS_FILE, Synonyms, read_synonyms

SHIPPED = {
    entry.name: yaml.load(entry.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for entry in files("sitegen").joinpath("data", "synonyms").iterdir()
}
GROUPS = [(name, group) for name, groups in sorted(SHIPPED.items()) for group in groups]


def plain(word: str) -> str:
    return normalize("NFKC", word).lower()


def read(text: str | None) -> tuple[Synonyms, list[str]]:
    found, problems = read_synonyms(None if text is None else text.encode(), "content")
    return found, [
        f"{d.span.line}:{d.span.column} {d.severity} {d.code} {d.message}"
        for d in problems
        if d.span.path == f"content/{SYNONYMS_FILE}" and d.hint
    ]


# ---------------------------------------------------------------- what is shipped


def test_there_are_at_least_three_hundred_groups_of_many_areas() -> None:
    assert len(GROUPS) >= 300
    assert len(SHIPPED) >= 6
    assert all(len(groups) >= 20 for groups in SHIPPED.values())


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_shipped_groups_are_of_the_form_that_the_quick_reader_knows(name: str) -> None:
    text = files("sitegen").joinpath("data", "synonyms", name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    as_read = [
        "- {" + ", ".join(f"{key}: [{', '.join(map(str, words))}]" for key, words in group.items()) + "}"
        for group in SHIPPED[name]
    ]
    assert [line.replace('"', "") for line in lines] == as_read
    for group in SHIPPED[name]:
        assert list(group) in (["规范", "简称", "俗称"], ["规范", "简称"], ["规范", "俗称"]), group


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_shipped_words_are_whole_short_and_few_official_ones_in_a_group(name: str) -> None:
    for group in SHIPPED[name]:
        assert len(group["规范"]) <= 4, group
        for word in (word for words in group.values() for word in words):
            assert isinstance(word, str), group  # digits alone are in quotes
            assert word == normalize("NFKC", word).strip(), group
            assert 0 < len(word) <= 20, group
            assert len(word) > 1, group  # one character is in too much else
            assert any(char.isalnum() for char in word), group
        every = [plain(word) for words in group.values() for word in words]
        assert len(set(every)) == len(every), group


def test_no_everyday_word_is_shipped_twice() -> None:
    words = Counter(plain(word) for _, group in GROUPS for key in ("简称", "俗称") for word in group.get(key, ()))
    assert [word for word, count in words.items() if count > 1] == []


def test_no_shipped_word_leads_to_itself_or_to_what_it_finds_anyway() -> None:
    found, _ = read(None)
    for word, official in found.words.items():
        assert word == plain(word)
        assert official
        assert len(set(official)) == len(official)
        assert not [target for target in official if word in plain(target)], word


def test_every_shipped_everyday_word_leads_somewhere() -> None:
    found, _ = read(None)
    lost = [word for _, group in GROUPS for word in group.get("俗称", ()) if plain(word) not in found.words]
    assert lost == []


def test_what_an_everyday_word_leads_to_stays_few() -> None:
    found, _ = read(None)
    everyday = {plain(word) for _, group in GROUPS for word in group.get("俗称", ())}
    assert [word for word in everyday if len(found.words[word]) > 6] == []


@pytest.mark.parametrize(
    ("word", "official"),
    [
        ("吃低保", "最低生活保障"),
        ("房产证", "不动产权证书"),
        ("取公积金", "提取住房公积金"),
        ("新农合", "城乡居民基本医疗保险"),
        ("准生证", "生育登记"),
        ("幼升小", "入学"),
        ("五险一金", "社会保险"),
        ("讨薪", "拖欠农民工工资"),
        ("退休金", "基本养老金"),
        ("上户口", "户口登记"),
        ("领证", "结婚登记"),
    ],
)
def test_people_find_what_they_call_otherwise(word: str, official: str) -> None:
    found, problems = read(None)
    assert problems == []
    assert official in found.words[word]


def test_a_short_form_leads_to_the_official_word_and_back() -> None:
    found, _ = read(None)
    assert "最低生活保障" in found.words["低保"]
    assert "低保" in found.words["最低生活保障"]
    assert "吃低保" not in found.words["低保"]


# ---------------------------------------------------------------- what a site writes


def test_a_site_adds_words_and_its_own_come_first() -> None:
    found, problems = read(
        "# 本地的说法\n"
        "- {规范: [城市生活补助, 最低生活保障], 俗称: [低保, ＡＢ卡]}\n"
        "-\n"
        "  规范: 市民服务热线\n"
        "  简称: [一号通]\n"
    )
    assert problems == []
    assert found.words["低保"] == ("城市生活补助", "最低生活保障")
    assert found.words["ab卡"] == ("城市生活补助", "最低生活保障")
    assert found.words["一号通"] == ("市民服务热线",)
    assert found.words["市民服务热线"] == ("一号通",)
    assert "讨薪" in found.words


def test_a_site_takes_shipped_words_out_and_may_give_them_another_meaning() -> None:
    found, problems = read("- {停用: [讨薪, 低保]}\n- {规范: [甲项目], 俗称: [低保]}\n")
    assert problems == []
    assert "讨薪" not in found.words
    assert found.words["低保"] == ("甲项目",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {停用: [没有这个词]}", ["1:9 warning T106 产品自带的词里没有“没有这个词”"]),
        (
            "- {规范: [甲事项], 俗话: [乙]}",
            ["1:15 error T105 没有“俗话”这一项", "1:3 error T105 这一组没有写简称，也没有写俗称"],
        ),
        ("- {俗称: [乙]}", ["1:3 error T105 这一组没有写规范的词"]),
        ("- {规范: [甲事项], 俗称: [乙, '']}", ["1:23 error T105 这里有一个空的词"]),
        ("- {规范: [甲事项], 俗称: [乙, ——]}", ["1:23 error T105 “——”里没有文字"]),
        ("- {规范: [Ａ证], 俗称: [乙, a证]}", ["1:22 error T105 “a证”又是规范的词，又是它的别称"]),
        ("- {规范: [甲事项], 简称: [乙], 俗称: [乙]}", ["1:29 error T105 “乙”写了两次，第一次在第 1 行"]),
        (
            "- {规范: [甲], 俗称: [乙]}\n- {规范: [丙], 俗称: [丁, 乙]}",
            ["2:21 error T105 “乙”写了两次，第一次在第 1 行"],
        ),
        ("- {规范: [甲], 俗称: [" + "长" * 21 + "]}", ["1:18 error T105 “" + "长" * 21 + "”有 21 个字，太长"]),
        ("- {规范: [甲], 俗称: [乙，丙]}", ["1:18 error T105 “乙，丙”里有“，”"]),
        ("- {规范: [采光、日照], 俗称: [乙、丙]}", ["1:22 error T105 “乙、丙”里有“、”"]),
        ("- {规范: [甲], 俗称: [{乙: 丙}]}", ["1:18 error T105 这里应是一个词"]),
        ("低保: 最低生活保障", ["1:1 error T105 这里应是词的清单"]),
        ("- 低保", ["1:3 error T105 每一组要写明哪些是规范的词"]),
        ("- {规范: [], 俗称: [吃低保]}", ["1:3 error T105 这一组没有写规范的词"]),
        ("- {规范: [低保], 俗称: []}", ["1:3 error T105 这一组没有写简称，也没有写俗称"]),
        ("- {规范: [甲", ["1:8 error T105 从这里开始的括号没有成对"]),
        ("", []),
        ("# 还没有写\n", []),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, told: list[str]) -> None:
    assert read(text)[1] == told


def test_a_file_in_another_encoding_is_told() -> None:
    _, problems = read_synonyms("- {规范: [甲], 俗称: [乙]}".encode("gbk"), "content")
    assert [(d.code, d.message) for d in problems] == [("T105", "文件不是 UTF-8 编码")]


def test_what_is_wrong_is_left_out_and_the_rest_holds() -> None:
    found, problems = read("- {规范: [甲事项], 俗称: [乙说法, '']}\n- {规范: [丙], 别名: [丁]}\n")
    assert len(problems) == 3
    assert found.words["乙说法"] == ("甲事项",)


@settings(max_examples=30)  # each reads all that is shipped
@given(st.text(max_size=60) | st.text(alphabet="-{}[]规范俗称停用低保: ,，\n'\"&*", max_size=60))
def test_any_text_gives_words_and_diagnostics(text: str) -> None:
    found, problems = read_synonyms(text.encode("utf-8", "surrogatepass"), "content")
    assert all(d.hint and d.code in {info.code for info in CODES} for d in problems)
    assert list(found.words) == sorted(found.words)
    assert all(official and word == plain(word) for word, official in found.words.items())
