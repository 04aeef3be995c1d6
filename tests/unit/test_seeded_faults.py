"""A site of faults as editors make them, each of which is found, at the line where an editor would look.

`tests/fixtures/faults/faults.yaml` lists every fault: what it is, where it comes from, the part of the site (`site`),
the file, the line, the code, and `says` where the message must name the place (inside an attachment, say). What else
is told of these sites stands under `consequences`, with its reason, so that noise is seen. The parts are checked
separately: `content` is read, and cannot be published; `review` demands records of the secrecy review; `pages` is
built with a theme of its own (`themes`), for the faults of finished pages, which are told of the document that a page
shows, or else of the file of the output. Attachments, and what no text file can hold, are made here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from sitegen.diagnostics import Diagnostic
from sitegen.site import BUILTIN, check_site
from tests.packed import docx, exif, jpeg, paragraph, pdf, png, word, xlsx, zipped
from tests.story import REPO, SMALL, Site

FAULTS = Path(__file__).resolve().parent.parent / "fixtures" / "faults"
AS_OF = "2026-11-22"


class Fault(NamedTuple):
    """A line of the table."""

    number: int
    what: str
    source: str
    site: str
    file: str
    line: int
    code: str
    says: str = ""

    @property
    def place(self) -> str:
        return f"{self.site}/{self.file}:{self.line} {self.code}"

    def is_told_by(self, found: Diagnostic) -> bool:
        at = found.code, _file(found), found.span.line
        return at == (self.code, self.file, self.line) and self.says in found.message


def _file(found: Diagnostic) -> str:
    """The path in the content folder, or in the output."""
    return found.span.path.partition("/")[2]


def _table() -> tuple[tuple[Fault, ...], Mapping[str, str]]:
    """The faults, and the reasons of what follows from them by `site/file:line code`."""
    loaded: Any = yaml.load((FAULTS / "faults.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    faults = tuple(Fault(**row) for row in loaded["faults"])
    rows = loaded["consequences"]
    return faults, {f"{row['site']}/{row['file']}:{row['line']} {row['code']}": row["why"] for row in rows}


# ---------------------------------------------------------------- what no text file can hold


def _rows(*rows: tuple[str, ...]) -> str:
    cells = (
        "".join(f'<c r="{"ABCDEFG"[i]}{n}" t="inlineStr"><is><t>{text}</t></is></c>' for i, text in enumerate(row))
        for n, row in enumerate(rows, 1)
    )
    return "".join(f'<row r="{n}">{row}</row>' for n, row in enumerate(cells, 1))


def _word_table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TRACKED = "<w:p><w:del><w:r><w:delText>先请市长同意</w:delText></w:r></w:del></w:p>"
_AUTHOR = "<cp><creator>张小拟</creator><lastModifiedBy>李设示</lastModifiedBy></cp>"
_NOTE = word("comments", f'<w:comment w:author="x">{paragraph("这里再斟酌")}</w:comment>')
_SCORES = xlsx(_rows(("项目", "得分"), ("甲", "91")))

ATTACHMENTS: Mapping[str, bytes] = {
    "content/nb/2024年报.docx": docx()[:200],  # an upload that was broken off
    "content/fd-01-qt/2026/救助站管理办法.docx": zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": word("document", f"<w:body>{paragraph('第一条')}{_TRACKED}</w:body>"),
            "word/comments.xml": _NOTE,
            "docProps/core.xml": _AUTHOR,
        }
    ),
    "content/fd-01-qt/2026/申请表.docx": docx(),
    "content/fd-01-qt/2026/申请表（新）.docx": docx(),
    "content/fd-01-qt/2026/评审打分表.xlsx": _SCORES,
    "content/fd-15-hy/评审打分表.xlsx": _SCORES,
    "content/fd-01-qt/2026/现场.png": png(),
    "content/fd-01-jd/图解.png": jpeg(40, 30),
    "content/fd-04/主要指标.csv": "指标,数值\n地区生产总值,1200\n".encode(),
    "content/fd-07-bm/预算表.pdf": "<html><body>预算表</body></html>".encode(),
    "content/fd-07-bm/三公经费.xlsx": xlsx(_rows(("项目", "金额"), ("接待", "3")), state="hidden"),
    "content/fd-11-sb/低保名单.xlsx": xlsx(
        _rows(
            ("姓名", "身份证号", "致贫原因", "存折账号"),
            ("张小拟", "110199196208150033", "因病", "81100000000000042"),
        )
    ),
    "content/fd-11-sb/发放明细.zip": zipped({"发放.csv": "姓名,手机号,金额\n张小拟,13800000001,500\n"}),
    "content/fd-11-sb/残疾人名册.docx": docx(
        _word_table(("姓名", "残疾等级", "补贴"), ("李设示", "二级", "100"))
        + paragraph("残疾人证号：1101991955030210454")
    ),
    "content/fd-11-sb/扫描公示.pdf": pdf(""),
    "content/fd-11-sb/花名册.xls": _OLE + bytes(504) + b" 110199196208150033 " + bytes(64),
    "content/fd-11-sb/入户照片.jpg": jpeg(40, 30, exif(has_place=True)),
    "content/fd-11-sb/汇总表.xlsx": _OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le"),
    "content/fd-11-sb/110199196809196598张小拟.docx": docx(),
    "content/fd-11-sb/票据.pdf": pdf("Tel 13900000001"),
    "review/fd-01-qt/任务分工.docx": docx(paragraph("任务分工")),
    "pages/fd-01-qt/现场.png": png(80, 60),
    "pages/fd-01-qt/申请表.docx": docx(),
}


def _laid_out(site: Site, part: str) -> Site:
    """The part of the fixture in the content folder, with what is made here."""
    shutil.copytree(FAULTS / part, site.content, dirs_exist_ok=True)
    for path, data in ATTACHMENTS.items():
        if path.startswith(f"{part}/"):
            site.file(path.removeprefix(f"{part}/"), data)
    return site


def _saved_in_notepad(path: Path) -> None:
    """As 记事本 saves it where nobody says otherwise: in the encoding of Chinese Windows."""
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))


def _published_earlier(site: Site, path: str, day: str, redated: str) -> None:
    """Commit the site with the document published on `day`, and half a year later with another day."""
    file = site.content / path
    now = file.read_text(encoding="utf-8")
    file.write_text(now.replace(redated, day), encoding="utf-8")
    who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for moment in (f"{day}T12:00:00+08:00", f"{redated}T12:00:00+08:00"):
        env = {**os.environ, **who, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        for command in (("init", "--quiet"), ("add", path), ("commit", "--quiet", "--message=x")):
            subprocess.run(["git", *command], cwd=site.content, env=env, check=True)
        file.write_text(now, encoding="utf-8")


def _checked(site: Site) -> tuple[Diagnostic, ...]:
    _laid_out(site, "content")
    _saved_in_notepad(site.content / "fd-15-wzbb/wz-2025.md")
    _published_earlier(site, "fd-15-zxqk/zx-2026-q2.md", "2026-07-08", "2026-07-28")
    return site.check(AS_OF, extensions=BUILTIN).found


def _reviewed(site: Site) -> tuple[Diagnostic, ...]:
    return _laid_out(site, "review").check(AS_OF).found


def _built(site: Site) -> tuple[Diagnostic, ...]:
    site.themes = site.folder / "themes"
    shutil.copytree(REPO / "themes", site.themes)
    shutil.copytree(FAULTS / "themes", site.themes, dirs_exist_ok=True)
    _laid_out(site, "pages").build(AS_OF)
    assert site.is_published, site.diagnostics
    return check_site(site.options(AS_OF), SMALL, with_pages=True).diagnostics


FOUND: Mapping[str, Callable[[Site], tuple[Diagnostic, ...]]] = {
    "content": _checked,
    "review": _reviewed,
    "pages": _built,
}


# ---------------------------------------------------------------- tests


@pytest.mark.parametrize("part", sorted(FOUND))
def test_every_fault_is_found_where_it_is(site: Site, part: str) -> None:
    faults, consequences = _table()
    faults = tuple(fault for fault in faults if fault.site == part)
    found = FOUND[part](site)
    told = {f"{part}/{_file(diagnostic)}:{diagnostic.span.line} {diagnostic.code}" for diagnostic in found}
    lines = [
        f"没有查出 #{fault.number} {fault.place} {fault.says}：{fault.what}（{fault.source}）"
        for fault in faults
        if not any(map(fault.is_told_by, found))
    ]
    lines += [
        f"表里没有 {part}/{_file(diagnostic)}:{diagnostic.span.line} {diagnostic.code}：{diagnostic.message}"
        for diagnostic in found
        if not any(fault.is_told_by(diagnostic) for fault in faults)
        and f"{part}/{_file(diagnostic)}:{diagnostic.span.line} {diagnostic.code}" not in consequences
    ]
    lines += [
        f"不再出现 {place}：{why}"
        for place, why in consequences.items()
        if place.startswith(f"{part}/") and place not in told
    ]
    assert not lines, "\n".join(["", *lines])


def test_the_faults_are_many_and_different() -> None:
    faults, _ = _table()
    assert [fault.number for fault in faults] == list(range(1, len(faults) + 1))
    assert len({fault.place for fault in faults}) >= 250
    assert len({fault.code for fault in faults}) >= 150
    assert [what for what, count in Counter(fault.what for fault in faults).items() if count > 1] == []
