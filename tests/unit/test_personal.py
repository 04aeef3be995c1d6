"""Personal data is found in every form it is written in, offices and numbers of things pass, and no message leaks.

`tests/fixtures/personal/` holds the labelled set: one JSON object a line. `positives.jsonl` has the code that must be
given, `negatives.jsonl` what the text is; `table` says that the text is a sheet, `phones` what the site allows. All
names, numbers and places are made up: the district in every identity number (…0199, …0399) was never given out.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen.screening.personal import CODES, find_personal
from sitegen.screening.personal.identifiers import (
    has_resident_id_form,
    is_credit_code,
    is_old_resident_id,
    is_resident_id,
    passes_luhn,
)
from sitegen.screening.spots import Screen, Spot

ROOT = Path(__file__).parents[2]
LABELLED = ROOT / "tests" / "fixtures" / "personal"
CORPUS = ROOT.parent / "shared" / "corpus"
ID = "110199199003070017"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (LABELLED / name).read_text(encoding="utf-8").splitlines()]


POSITIVES, NEGATIVES = rows("positives.jsonl"), rows("negatives.jsonl")


def spots_of(row: dict[str, Any]) -> tuple[Spot, ...]:
    return find_personal(row["text"], Screen(phones=tuple(row.get("phones", ()))), is_table=row.get("table", False))


def codes_of(text: str, **screen: tuple[str, ...]) -> list[str]:
    return [spot.code for spot in find_personal(text, Screen(**screen))]


# ---- The labelled set ------------------------------------------------------------------------------------------------


def test_the_labelled_set_is_large_and_has_no_line_twice() -> None:
    assert len({row["text"] for row in POSITIVES}) >= 300
    assert len({row["text"] for row in NEGATIVES}) >= 1000
    assert {row["code"] for row in POSITIVES} == {info.code for info in CODES}


def test_recall_is_at_least_99_of_100() -> None:
    missed = [row for row in POSITIVES if row["code"] not in {spot.code for spot in spots_of(row)}]
    recall = 1 - len(missed) / len(POSITIVES)
    assert recall >= 0.99, "\n".join(f"{row['code']}: {row['text']!r}" for row in missed)


def test_precision_is_at_least_98_of_100() -> None:
    """A line is rightly named when it gives no other code than its own; a line without personal data gives none."""
    right = sum({spot.code for spot in spots_of(row)} == {row["code"]} for row in POSITIVES)
    wrong = [row for row in POSITIVES if {spot.code for spot in spots_of(row)} - {row["code"]}]
    wrong += [row for row in NEGATIVES if spots_of(row)]
    precision = right / (right + len(wrong))
    assert precision >= 0.98, "\n".join(f"{[s.code for s in spots_of(row)]}: {row['text']!r}" for row in wrong)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_real_documents_give_no_false_alarm() -> None:
    """They are laws and documents of the State Council: nobody's data stands in them."""
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in (".md", ".txt", ".csv", ".html"):
            assert not find_personal(path.read_text(encoding="utf-8-sig", errors="replace"), Screen()), path.name


# ---- Laws ----------------------------------------------------------------------------------------------------------


def numbers_in(text: str) -> Iterator[str]:
    """The digits of the text, as runs, whatever separates them."""
    plain = "".join(chr(ord(c) - 0xFEE0) if "０" <= c <= "９" else c for c in text)
    yield from re.findall(r"[0-9]{6,}", re.sub(r"[^0-9\u4e00-\u9fff]", "", plain))


def test_no_message_holds_six_digits_of_what_was_found() -> None:
    for row in POSITIVES:
        for spot in spots_of(row):
            said = spot.message + spot.hint
            for number in numbers_in(row["text"]):
                assert not any(number[i : i + 6] in said for i in range(len(number) - 5)), (row, spot)
            assert not re.search(r"[0-9０-９]{6}", said)


@given(st.text(alphabet=st.characters(codec=None), max_size=200), st.booleans())
@example("|\n|\t\x00", True)
@example("\ud800" + ID, False)
def test_any_text_gives_spots_and_never_a_crash(text: str, is_table: bool) -> None:
    for spot in find_personal(text, Screen(), is_table=is_table):
        lines = text.split("\n")
        assert 1 <= spot.line <= len(lines)
        assert 1 <= spot.column <= len(lines[spot.line - 1]) + 1


PIECES = st.sampled_from(
    [
        ID,
        "姓名",
        "张三",
        "身份证号",
        "|",
        "\t",
        "\n",
        "病种",
        "尿毒症",
        "13800001234",
        "住址",
        "和平路12号",
        "12岁",
        "：",
        "账号",
        "班级",
        "三年级2班",
    ]
)


@given(st.lists(PIECES, max_size=24).map("".join), st.booleans())
def test_any_jumble_of_suspicious_words_gives_spots_in_the_text(text: str, is_table: bool) -> None:
    lines = text.split("\n")
    for spot in find_personal(text, Screen(), is_table=is_table):
        assert 1 <= spot.column <= len(lines[spot.line - 1]) + 1


SEPARATORS = st.text(alphabet=" \u3000\u00a0\u2003\u200b\ufeff\u2060-‐–—－", min_size=0, max_size=3)


@given(st.lists(SEPARATORS, min_size=17, max_size=17), st.sampled_from([ID, "11019919900307005X"]))
@example(["|"] + [""] * 16, ID)
def test_separators_between_the_digits_hide_no_identity_number(between: list[str], number: str) -> None:
    written = "".join(digit + gap for digit, gap in zip(number, [*between, ""], strict=True))
    assert codes_of(f"号码 {written}，已核对") == ["S200"]


@given(
    st.lists(st.sampled_from(["", "", " ", "\u3000", "-", "－", "\u200b", "·"]), min_size=9, max_size=9),
    st.lists(st.booleans(), min_size=11, max_size=11),
)
def test_gaps_and_full_width_digits_hide_no_mobile_number_among_fixed_phones(
    between: list[str], are_wide: list[bool]
) -> None:
    digits = [chr(ord(c) + 0xFEE0) if is_wide else c for c, is_wide in zip("13912345678", are_wide, strict=True)]
    number = digits[0] + "".join(c + gap for c, gap in zip(digits[1:], [*between, ""], strict=True))
    found = codes_of(f"咨询电话：0990-9226333。\n\n联系人手机：{number}，传真：0755-82100000。")
    assert [code for code in found if code in ("S204", "S205")]


@given(st.integers(1, 17), st.sampled_from(["\n", "\r\n", " \n  ", " | ", "\t", "<br>", "<br />", "&nbsp;"]))
def test_one_break_anywhere_hides_no_identity_number(at: int, mark: str) -> None:
    assert codes_of(f"{ID[:at]}{mark}{ID[at:]}") == ["S200"]


@given(st.integers(0, 17), st.integers(1, 9))
def test_a_number_with_one_wrong_digit_is_no_identity_number(at: int, shift: int) -> None:
    wrong = ID[:at] + str((int(ID[at]) + shift) % 10) + ID[at + 1 :]
    assert not is_resident_id(wrong)


@given(st.sampled_from([row for row in POSITIVES if not row.get("table")]))
def test_what_is_found_alone_is_found_between_other_paragraphs(row: dict[str, Any]) -> None:
    plain = "第一条　为了规范管理，制定本办法。\n\n"
    assert row["code"] in codes_of(f"{plain * 3}{row['text']}\n\n{plain * 3}")


# ---- Examples -------------------------------------------------------------------------------------------------------


def test_place_is_that_of_the_number() -> None:
    spot = find_personal("第一行\n张三，身份证号 １１０１９９１９９００３０７００１７。", Screen())[0]
    assert (spot.line, spot.column) == (2, 9)
    assert spot.message == "有完整的公民身份号码（11…17）"


def test_phone_in_the_list_of_the_site_passes_however_it_is_written() -> None:
    for written in (
        "13900000001",
        "139-0000-0001",
        "+86 139 0000 0001",
        "１３９００００００００１".replace("００００００００", "０００００００"),
    ):
        assert codes_of(f"联系人：张三，电话：{written}", phones=("139 0000 0001",)) == [], written


def test_phone_of_a_service_passes_and_that_of_a_person_does_not() -> None:
    assert codes_of("咨询电话：13900000001、0990-0000000") == []
    assert codes_of("患者家属电话：13900000001") == ["S204"]
    assert codes_of("采购人：某市示范局\n联系人：李科长\n联系电话：13900000001") == ["S205"]


def test_account_of_a_body_passes_and_that_of_a_person_does_not() -> None:
    assert codes_of("收款单位：某市财政局\n开户行：示例银行\n账号：81100000000000003") == []
    assert codes_of("户名：张三\n开户行：示例银行\n账号：81100000000000003") == ["S208"]
    assert codes_of("开户行：示例银行\n账号：81100000000000003") == ["S209"]


def test_seat_of_a_company_is_no_home() -> None:
    assert codes_of("当事人：示例有限公司，住所：城东区和平路12号3栋501室") == []
    assert codes_of("示例有限公司，住所地城东区和平路12号3栋501室") == []
    assert codes_of("当事人：张三，男，住城东区和平路12号3栋501室") == ["S210"]
    assert codes_of("李四，住城东区和平路12号3栋501室") == ["S210"]


def test_list_with_masked_names_may_name_the_illness() -> None:
    table = "| 姓名 | 病种 |\n|---|---|\n| {} | 尿毒症 |"
    assert codes_of(table.format("张某某")) == []
    assert codes_of(table.format("张小示")) == ["S211"]


def test_empty_form_is_no_leak() -> None:
    assert codes_of("| 姓名 | | 健康状况 | |\n|---|---|---|---|\n| 住址 | | 身份证号 | |") == []


def test_credit_code_that_could_be_an_identity_number_passes_under_its_name() -> None:
    both = next(
        number for n in range(10_000) if is_resident_id(number := f"11019919900307{n:04d}") and is_credit_code(number)
    )
    assert codes_of(f"统一社会信用代码：{both}") == []
    assert codes_of(f"身份证号：{both}") == ["S200"]


def test_roster_of_thousands_is_twenty_places_and_quick() -> None:
    text = "姓名\t身份证号\n" + "\n".join(f"张三\t{ID}" for _ in range(3000))
    started = time.perf_counter()
    spots = find_personal(text, Screen(), is_table=True)
    assert time.perf_counter() - started < 5
    assert len(spots) == 20
    assert spots[-1].message.endswith("；往下同类的还有 2980 处")


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "1|", "13800001234，", "住址：", "**1", "110199199003070017 ", "姓名：张三 病种："]
)
def test_a_long_line_of_anything_takes_no_more_than_its_length(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    started = time.perf_counter()
    find_personal(text, Screen())
    assert time.perf_counter() - started < 5


def test_check_digits() -> None:
    assert is_resident_id(ID)
    assert not is_resident_id("991199199003070017")
    assert not has_resident_id_form("110199199002300017")
    assert has_resident_id_form("110199200002290017")
    assert is_old_resident_id("110199900307001")
    assert not is_old_resident_id("110199901307001")
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y44")
    assert passes_luhn("6222020000000000000")


def test_every_code_names_its_article_and_quotes_no_number() -> None:
    for info in CODES:
        assert re.search(r"第[一二三四五六七八九十]+条|第[一二三四五六七八九十]+、", info.why), info.code
        assert not find_personal(info.right, Screen()), info.code
