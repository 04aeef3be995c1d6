"""Fonts are found by their names, the site's own first, and looked for again only when something changed."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen import load
from sitegen.fonts import ROLES, faces_of, find_fonts
from sitegen.model import Font
from tests.story import Site

LATER = 1 << 62  # long after every change
WINDOWS, MAC = (3, 1), (1, 25)


def face(
    *names: str, weight: int = 400, encoding: tuple[int, int] = WINDOWS, is_variable: bool = False, offset: int = 0
) -> bytes:
    """A font that has nothing but a name table and the traits; `offset` is where it will stand in its file."""
    texts = [name.encode("utf-16-be" if encoding == WINDOWS else "gb2312") for name in names]
    records, storage = b"", b""
    for text in texts:
        records += struct.pack(">6H", *encoding, 0x804, 1, len(text), len(storage))
        storage += text
    naming = struct.pack(">3H", 0, len(texts), 6 + len(records)) + records + storage
    traits = struct.pack(">4xH", weight).ljust(78, b"\0") + struct.pack(">II", 1 << 18, 0)
    tables = {b"OS/2": traits, b"name": naming} | ({b"fvar": b""} if is_variable else {})
    begin = offset + 12 + 16 * len(tables)
    head, body = b"\0\1\0\0" + struct.pack(">4H", len(tables), 0, 0, 0), b""
    for tag, table in tables.items():
        head += tag + struct.pack(">3I", 0, begin + len(body), len(table))
        body += table
    return head + body


def collection(*names: str) -> bytes:
    head = 12 + 4 * len(names)
    starts, body = [], b""
    for name in names:
        starts.append(head + len(body))
        body += face(name, offset=starts[-1])
    return b"ttcf" + struct.pack(">II", 0x10000, len(names)) + struct.pack(f">{len(names)}I", *starts) + body


def find(folder: Path, kept: dict[str, bytes] | None = None, now: int = LATER) -> Mapping[str, Font]:
    found = find_fonts(folder / "fonts", [folder / "system"], {} if kept is None else kept, now)
    return {font.role: font for font in found}


def put(folder: Path, path: str, data: bytes) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def test_every_role_has_its_own_face(tmp_path: Path) -> None:
    names = {
        "title": "方正小标宋简体",
        "fangsong": "仿宋_GB2312",
        "kai": "KaiTi_GB2312",
        "hei": "SimHei",
        "song": "SimSun",
    }
    for role, name in names.items():
        put(tmp_path, f"system/deep/{role}.TTF", face(name))
    found = find(tmp_path)
    assert {role: (font.family, font.is_own) for role, font in found.items()} == {
        role: (name, True) for role, name in names.items()
    }
    assert tuple(found) == ROLES


def test_fonts_of_the_site_come_first_whatever_their_names(tmp_path: Path) -> None:
    put(tmp_path, "system/a.ttf", face("FangSong_GB2312"))
    put(tmp_path, "fonts/b.otf", face("某厂仿宋"))
    put(tmp_path, "fonts/c.ttf", face("某厂宋体"))
    found = find(tmp_path)
    assert (found["fangsong"].family, found["song"].family) == ("某厂仿宋", "某厂宋体")


def test_another_face_stands_in_for_a_missing_one_and_this_is_told(tmp_path: Path) -> None:
    put(tmp_path, "system/regular.ttf", face("Noto Serif CJK SC"))
    put(tmp_path, "system/bold.ttf", face("Noto Serif CJK SC", weight=700))
    found = find(tmp_path)
    assert {role for role, font in found.items() if font.is_own} == {"song"}
    assert {role: Path(font.path).stem for role, font in found.items()} == {
        "title": "bold",
        "fangsong": "regular",
        "kai": "regular",
        "hei": "bold",
        "song": "regular",
    }


def test_without_chinese_fonts_there_are_none(tmp_path: Path) -> None:
    put(tmp_path, "system/latin.ttf", face("DejaVu Sans"))
    assert find(tmp_path) == {}


def test_a_face_is_found_in_a_collection_and_by_a_name_in_gb2312(tmp_path: Path) -> None:
    put(tmp_path, "system/a.ttc", collection("Noto Sans CJK JP", "Noto Sans CJK SC"))
    put(tmp_path, "system/b.ttf", face("仿宋_GB2312", encoding=MAC))
    found = find(tmp_path)
    assert (found["hei"].family, found["hei"].number) == ("Noto Sans CJK SC", 1)
    assert found["fangsong"].family == "仿宋_GB2312"


def test_variable_and_broken_fonts_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "system/a.ttf", face("SimSun", is_variable=True))
    put(tmp_path, "system/b.ttf", face("SimSun")[:60])
    put(tmp_path, "system/c.ttc", b"ttcf" + b"\xff" * 40)
    (tmp_path / "system/d.ttf").mkdir()
    assert find(tmp_path) == {}


@given(st.sampled_from([b"", b"ttcf", b"OTTO", b"\0\1\0\0"]), st.binary(max_size=200))
def test_any_bytes_are_no_font_or_one(start: bytes, rest: bytes) -> None:
    with suppress(struct.error, ValueError):  # what the caller takes for no font
        list(faces_of(io.BytesIO(start + rest), "x"))


def test_a_font_for_rare_characters_is_added(tmp_path: Path) -> None:
    put(tmp_path, "system/a.ttf", face("SimSun"))
    put(tmp_path, "system/b.ttf", face("SimSun-ExtB"))
    assert find(tmp_path)["rare"].family == "SimSun-ExtB"


def test_what_was_found_holds_until_a_folder_or_a_font_changes(tmp_path: Path) -> None:
    file = put(tmp_path, "system/in/a.ttf", face("SimSun"))
    kept: dict[str, bytes] = {}
    first = find(tmp_path, kept)
    before = dict(kept)
    assert find(tmp_path, kept) == first
    assert kept == before
    file.write_bytes(face("SimSun") + b"\0")
    changed = find(tmp_path, kept)
    assert changed["song"].digest != first["song"].digest
    put(tmp_path, "fonts/b.ttf", face("华文宋体"))
    assert find(tmp_path, kept)["song"].family == "华文宋体"
    (tmp_path / "fonts/b.ttf").unlink()
    assert find(tmp_path, kept) == changed


def test_what_may_still_change_unseen_is_not_kept(tmp_path: Path) -> None:
    file = put(tmp_path, "system/a.ttf", face("SimSun"))
    kept: dict[str, bytes] = {}
    assert find(tmp_path, kept, now=file.stat().st_mtime_ns)
    assert kept == {}


AGENCY = "示例市科学技术局"


def test_a_site_without_fonts_is_told_and_has_no_pdf(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "system_folders", tuple)
    site.setting(agency=AGENCY, downloads={"kinds": ["normative"]}).write("fd-01-gfx/a.md", doc_no="示科〔2026〕1号")
    site.build()
    assert "T130" in site.codes
    assert {path for path in site.tree() if path.startswith("doc/a/")} == {"doc/a/index.html", "doc/a/a.docx"}
    site.setting(agency=AGENCY, downloads={"kinds": ["normative"], "forms": ["docx"]}).build()
    assert "T130" not in site.codes


def test_a_site_without_downloads_looks_for_no_fonts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> tuple[Path, ...]:
        raise AssertionError

    monkeypatch.setattr(load, "system_folders", fail)
    assert "T130" not in site.write("a.md").check().codes
