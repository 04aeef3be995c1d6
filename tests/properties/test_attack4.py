"""What an attack on the checks found: each fault stays mended."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from sitegen.diagnostics import render_text
from sitegen.fixes import fix_content
from sitegen.load.screened import screen_document
from sitegen.markdown import parse_body
from sitegen.screening import Screen, screen_file
from sitegen.screening.personal import find_personal
from sitegen.screening.personal.identifiers import without_numbers
from sitegen.screening.secrecy import find_secrecy
from sitegen.screening.wording import find_wording
from tests.packed import zipped
from tests.story import Site

NUMBER = "110199199003070017"
ON_REQUEST: dict[str, object] = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}
TITLE = "关于印发绝不可说的工作方案的通知"

# ---------------------------------------------------------------- numbers that only the page shows whole


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"&#{ord(digit)};" for digit in NUMBER),
        "".join(f"&#x{ord(digit):x};" for digit in NUMBER),
        f"&#49;{NUMBER[1:]}",
        f"{NUMBER[:17]}&#55;",
        f"{NUMBER[:6]}&ZeroWidthSpace;{NUMBER[6:]}",
        f"[{NUMBER[:6]}](https://example.org/){NUMBER[6:]}",
        f"{NUMBER[:6]}![](a.png){NUMBER[6:]}",
        f"{NUMBER[:6]}[^1]{NUMBER[6:]}\n\n[^1]: 注",
    ],
)
def test_a_number_that_markup_breaks_up_is_found(written: str) -> None:
    body = f"张三，身份证号：{written} 。\n"
    found = screen_document({}, "a", body, 1, parse_body(body, 1).body.text, Screen())
    assert "S200" in {spot.code for spot in found}


def test_a_number_at_the_border_of_a_piece_is_found_once() -> None:
    for before in (98_990, 99_001, 99_499, 99_500, 99_501, 99_985, 100_003):
        for filler in ("5" * before, "5 " * (before // 2) + "5" * (before % 2)):
            found = find_personal(f"{filler} {NUMBER} {'7' * 3000}", Screen())
            assert [(spot.code, spot.column) for spot in found] == [("S200", before + 2)]


# ---------------------------------------------------------------- texts made to take forever


@pytest.mark.parametrize(
    ("find", "text"),
    [
        ("document", "尾号1" + "*" * 60 + "。"),
        ("personal", "1" * 100_000),
        ("personal", "1\n" * 50_000),
        ("secrecy", "秘密 " + "1|" * 100_000),
        ("secrecy", "| 秘密 | 机密 |\n" * 5_000),
        ("secrecy", "秘密 " + "）" * 100_000 + "末"),
        ("wording", "，" * 100_000 + "末"),
        ("wording", "帐户" + "](" * 100_000),
    ],
)
def test_no_text_takes_forever(find: str, text: str) -> None:
    before = time.process_time()
    if find == "document":
        list(screen_document({}, "a", text, 1, text, Screen()))
    else:
        {"personal": find_personal, "secrecy": find_secrecy, "wording": find_wording}[find](text, Screen())
    assert time.process_time() - before < 8  # it was minutes


def test_small_files_that_unpack_into_large_ones_are_left_off(tmp_path: Path) -> None:
    inner = zipped({"a.txt": b"0" * 15_000_000})
    (tmp_path / "a.zip").write_bytes(zipped({f"{number}.zip": inner for number in range(20)}))
    assert "S249" in {spot.code for spot in screen_file(tmp_path / "a.zip", Screen())}


# ---------------------------------------------------------------- files that are not as they should be


@pytest.mark.parametrize("encoding", ["GBK", "utf-7", "base64", "idna", "no-such-9"])
def test_xml_in_an_encoding_of_its_own_is_told(tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><w:document xmlns:w="x"><w:t>{NUMBER}</w:t></w:document>'
    (tmp_path / "a.docx").write_bytes(zipped({"word/document.xml": text.encode("ascii")}))
    assert [spot.code for spot in screen_file(tmp_path / "a.docx", Screen())] == ["L121"]


def test_a_damaged_lzma_member_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as package:
        package.writestr("a.txt", "某某" * 500)
    data = bytearray(path.read_bytes())
    data[45:60] = b"\xff" * 15
    path.write_bytes(data)
    assert [spot.code for spot in screen_file(path, Screen())] == ["L121"]


# ---------------------------------------------------------------- what messages repeat


@pytest.mark.parametrize(
    "fields",
    [
        {"pub_date": NUMBER},
        {"genre": NUMBER},
        {"column": [NUMBER]},
        {"topic": [NUMBER]},
        {NUMBER: "值"},
        {"attachments": [f"张三{NUMBER}.pdf"]},
        {"body": f"[甲]({NUMBER}.md) ![乙]({NUMBER}.png) [丙](#{NUMBER})\n"},
    ],
)
def test_no_message_repeats_the_number_of_a_person(site: Site, fields: dict[str, object]) -> None:
    site.write("fd-01-gfx/a.md", **fields).build()  # type: ignore[arg-type]
    told = render_text(site.found)
    assert told
    assert NUMBER not in told


def test_numbers_of_persons_are_masked_and_others_are_not() -> None:
    assert without_numbers(f"“{NUMBER}”，１１０１９９１９９００３０７００１７，13800138000") == "“11…17”，11…17，13…00"
    other = "202403051234567890 20240305123456 12345678901"
    assert without_numbers(other) == other


def test_personal_data_in_the_reason_of_a_withdrawal_stops_the_build(site: Site) -> None:
    withdraw = {"date": "2026-01-01", "reason": f"误登张三的身份证号{NUMBER}"}
    site.write("fd-01-gfx/a.md", withdraw=withdraw).build()
    assert (site.codes, site.is_published) == (["S200"], False)
    site.write("fd-01-gfx/a.md", withdraw=withdraw | {"date": "2027-01-01"}).build()
    assert site.codes == ["S200"]


# ---------------------------------------------------------------- what tells of documents that are withheld


@pytest.mark.parametrize(
    "fields",
    [
        {"body": f"## 按《{TITLE}》\n\n依照《{TITLE}》办理。\n"},
        {"caption": f"见《{TITLE}》"},
        {"keywords": [f"《{TITLE}》"]},
        {"attachments": [{"file": "a.txt", "title": f"《{TITLE}》"}]},
        {"interprets": [TITLE]},
    ],
)
def test_what_names_a_withheld_document_is_told_without_the_name(site: Site, fields: dict[str, object]) -> None:
    site.file("fd-01-gfx/a.txt", "甲").write("fd-01-gfx/a.md", title=TITLE, **ON_REQUEST)
    site.write("fd-01-gfx/b.md", title="另一份办法", **fields).build()  # type: ignore[arg-type]
    assert {"S145", "R102"} & set(site.codes)
    assert "绝不可说" not in render_text(site.found)


def test_a_missing_attachment_does_not_bring_up_one_that_is_withheld(site: Site) -> None:
    site.file("fd-01-gfx/名单甲2024.txt", "甲").write("fd-01-gfx/a.md", attachments=["名单甲2024.txt"], **ON_REQUEST)
    site.write("fd-01-gfx/b.md", attachments=["名单甲2023.txt"]).build()
    assert "L101" in site.codes
    assert "名单甲2024" not in render_text(site.found)


def test_an_exemption_that_cannot_count_is_not_said_to_be_of_no_use(site: Site) -> None:
    site.write("fd-01-gfx/a.md", body="（此件不公开）\n", exempt={"S112": "理由"}).build()
    assert "这个问题不能豁免" in next(d.hint for d in site.found if d.code == "F141")


def test_files_that_are_read_only_are_not_fixed(site: Site) -> None:
    file = site.write("fd-01-gfx/a.md", written_date="2024年3月1日").content / "fd-01-gfx/a.md"
    before = file.read_bytes()
    file.chmod(0o444)
    options = site.options()
    assert not list(fix_content(site.content, "content", options.as_of, in_order=False, is_trial=False))
    assert file.read_bytes() == before
