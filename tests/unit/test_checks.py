"""Every diagnostic code: what gives it, word for word, and what does not.

A fixture is a folder `tests/fixtures/checks/<CODE>/`: `bad/` and `good/` are small content folders, `expected.txt` is
everything that is said about the bad one, as of the day in `day.txt` where that matters. Write it anew with the
environment variable `SITEGEN_UPDATE=1`, and read the difference. Codes whose bad input is no text, or lies in the past,
are made by the functions below.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sitegen import inspection
from sitegen.checks import RETIRED
from sitegen.diagnostics import render_text
from sitegen.site import BUILTIN, codes
from tests.story import TODAY, Site

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "checks"
WITHHELD = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}


def removed_document(site: Site) -> None:
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md").build().delete("fd-01-gfx/a.md")


def document_made_secret(site: Site) -> None:
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md").build().write("fd-01-gfx/a.md", **WITHHELD)


def other_encoding(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="某某办法")
    site.file("fd-01-gfx/a.md", (site.content / "fd-01-gfx/a.md").read_text(encoding="utf-8").encode("gb18030"))


def large_file(site: Site) -> None:
    site.write("fd-01-gfx/a.md", body="字" * 7_000_000)


def broken_link(site: Site) -> None:
    (site.write("fd-01-gfx/b.md").content / "fd-01-gfx/a.md").symlink_to("gone.md")


def link_that_leads_out(site: Site) -> None:
    outside = site.folder / "outside.md"
    outside.write_text("x", encoding="utf-8")
    (site.write("fd-01-gfx/b.md").content / "fd-01-gfx/a.md").symlink_to(outside)


def documents_without_entries(site: Site) -> None:
    for number in range(20):
        index_no = f"000000000/2024-{number:05}"
        given = {"index_no": index_no, "summary": "规定申报的条件。", "effective_date": "2024-04-01"}
        site.write(f"fd-01-gfx/{number}.md", **given)


def changed_publication_date(site: Site) -> None:
    def commit(day: str) -> None:
        moment = f"{day}T12:00:00+08:00"
        who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        env = {**os.environ, **who, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        for command in (("add", "--all"), ("commit", "--quiet", "--message=x")):
            subprocess.run(["git", "-C", str(site.folder), *command], env=env, check=True)

    subprocess.run(["git", "init", "--quiet", str(site.folder)], check=True)
    site.write("fd-01-gfx/a.md", pub_date="2024-03-05")
    commit("2024-03-06")
    site.write("fd-01-gfx/a.md", pub_date="2024-03-15")
    commit("2024-06-01")


def old_documents_on_one_day(site: Site) -> None:
    for number in range(10):
        fields = {"written_date": f"2022-03-{number + 1:02}", "exempt": {"P110": "补录"}}
        site.write(f"fd-01-gfx/{number}.md", title=f"某市第{number}类科技项目管理办法", **fields)


def text_that_is_the_only_one(site: Site) -> None:
    site.write("fd-01-gfx/a.md", effective_date="2024-04-01")
    site.write("fd-01-gfx/b.md", version_of="a", effective_date="2025-04-01").build()
    site.write("fd-01-gfx/b.md", title="另一办法", effective_date="2025-04-01")


def downloads_no_longer_made(site: Site) -> None:
    chosen = {"kinds": ["normative"], "forms": ["docx"]}
    site.setting(agency="示例市科学技术局", downloads=chosen).write("fd-01-gfx/a.md").build()
    site.setting(agency="示例市科学技术局")


MADE: Mapping[str, tuple[Callable[[Site], None], str]] = {
    "D241": (
        documents_without_entries,
        "content/fd-01-gfx/0.md:2:8: 提示 D241 “主题分类”：应当写的 20 份稿件里有 20 份空着，这是最新的一份\n"
        "  提示：分批补上，先补新发布的。\n",
    ),
    "F150": (
        changed_publication_date,
        "content/fd-01-gfx/a.md:4:11: 警告 F150 2024-06-01 的提交改了发布日期：原来是 2024-03-05，现在是 2024-03-15\n"
        "  提示：没有写错的，改回 2024-03-05；更正错误的，在“豁免”里写明理由。\n",
    ),
    "F151": (
        old_documents_on_one_day,
        "content/fd-01-gfx/0.md:4:11: 警告 F151 2024-03-05 一天发布了 10 份旧文件，最早的成文于 2022-03-01"
        "（本产品口径：成文三个月以上、一天满 10 份）\n"
        "  提示：确是补录的，在这一份的“豁免”里写明原因；不要为检查集中补传。\n"
        "  另见 content/fd-01-gfx/1.md:4:11：成文 2022-03-02\n"
        "  另见 content/fd-01-gfx/2.md:4:11：成文 2022-03-03\n"
        "  另见 content/fd-01-gfx/3.md:4:11：成文 2022-03-04\n",
    ),
    "F113": (
        other_encoding,
        "content/fd-01-gfx/a.md:2:11: 错误 F113 文件不是 UTF-8 编码（像是 GBK，即“ANSI”）\n"
        "  提示：在记事本里“另存为”，编码选 UTF-8。\n",
    ),
    "F114": (
        large_file,
        "content/fd-01-gfx/a.md:1:1: 错误 F114 文件有 21.0 MB，超过 5 MB\n"
        "  提示：把大的表格、图片作为附件，正文只留文字。\n",
    ),
    "F115": (
        broken_link,
        "content/fd-01-gfx/a.md:1:1: 错误 F115 文件读不了（链接指向的文件不存在）\n"
        "  提示：检查文件是否被占用、有没有权限；断了的链接换成文件本身。\n",
    ),
    "F116": (
        link_that_leads_out,
        "content/fd-01-gfx/a.md:1:1: 错误 F116 这是通向别处的符号链接，不读取\n"
        "  提示：把文件本身复制到内容文件夹里，删去链接。\n",
    ),
    "L201": (
        removed_document,
        "content:1:1: 错误 L201 已发布的地址“doc/a/index.html”会失效\n"
        "  提示：恢复这份稿件或栏目；要撤下的写 撤回；改了编号、并入别的稿件或改为不公开的，"
        "在现在的稿件里写 旧地址: doc/a/\n",
    ),
    "L203": (
        downloads_no_longer_made,
        "content/site.yaml:1:1: 警告 L203 1 个已发布的 Word、PDF 下载文件这次没有生成，原地址随之失效\n"
        "  提示：装上中文字体，或恢复 site.yaml 里“下载”的设置；有意不再提供的不必管。\n",
    ),
    "L204": (
        text_that_is_the_only_one,
        "content/fd-01-gfx/a.md:1:1: 警告 L204 《某某办法》只剩一个文本，地址“doc/a/2024-04-01/”随之失效\n"
        "  提示：有人引用过这个地址的，在这份稿件里写 旧地址: doc/a/2024-04-01/\n",
    ),
    "L202": (
        document_made_secret,
        "content/fd-01-gfx/a.md:1:1: 提示 L202 这份稿件已发布过，现在不公开，原地址随之失效\n"
        "  提示：应当给读者留下说明的，改写 撤回。\n",
    ),
}


def fixture_codes() -> list[str]:
    return sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())


def said_about(site: Site, content: Path, code: str) -> str:
    """What is said about this content; of what a whole site lacks only what this code is about."""
    shutil.copytree(content, site.content, dirs_exist_ok=True)
    rules = tuple(rule for rule in BUILTIN.rules if not rule.is_about_site or rule.code == code)
    day = content.parent / "day.txt"
    as_of = day.read_text(encoding="utf-8").strip() if day.exists() else TODAY
    return render_text(site.check(as_of, extensions=replace(BUILTIN, rules=rules)).found)


@pytest.mark.parametrize("code", fixture_codes())
def test_bad_example_gives_the_expected_words(site: Site, code: str) -> None:
    said = said_about(site, FIXTURES / code / "bad", code)
    expected = FIXTURES / code / "expected.txt"
    if os.environ.get("SITEGEN_UPDATE"):
        expected.write_text(said, encoding="utf-8", newline="\n")
    assert code in site.codes
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", fixture_codes())
def test_nothing_is_said_about_the_good_example(site: Site, code: str) -> None:
    assert said_about(site, FIXTURES / code / "good", code) == ""


@pytest.mark.parametrize("code", sorted(MADE))
def test_what_no_fixture_can_hold_gives_the_expected_words(site: Site, code: str) -> None:
    make, expected = MADE[code]
    make(site)
    assert render_text(site.build().found) == expected


def test_every_code_has_its_example_and_every_example_its_code() -> None:
    of_pages = {info.code for info in inspection.CODES}  # in tests/fixtures/pages: see test_inspection
    retired = {info.code for info in RETIRED}
    elsewhere = {"T130"}  # of a machine without fonts: see test_fonts
    assert sorted([*fixture_codes(), *MADE]) == sorted(codes().keys() - of_pages - retired - elsewhere)


def test_retired_code_is_explained_and_given_by_nothing() -> None:
    in_use = {rule.code for rule in BUILTIN.rules}
    for info in RETIRED:
        assert "不再使用" in codes()[info.code].title
        assert info.code not in in_use


def test_every_code_is_explained() -> None:
    for code, info in codes().items():
        assert code == info.code
        assert re.fullmatch(r"[FDRPSLATI]\d{3}", code), code
        for text in (info.title, info.why, info.wrong, info.right):
            assert re.search(r"[\u4e00-\u9fff]|\S", text), code


def test_no_code_means_two_things() -> None:
    from sitegen import catalog, load, markdown
    from sitegen.building import SITE_CODES
    from sitegen.checks import RULES

    used = [info.code for info in (*load.CODES, *markdown.CODES, *catalog.CODES, *inspection.CODES, *SITE_CODES)]
    used += [rule.code for rule in RULES]
    assert len(used) == len(set(used))


def test_exempt_document_is_spared_with_a_reason(site: Site) -> None:
    wrong = {"written_date": "2024-03-06", "pub_date": "2024-03-05"}
    assert site.write("fd-01-gfx/a.md", **wrong).check().codes == ["D210"]
    assert site.write("fd-01-gfx/a.md", **wrong, exempt={"D210": "补录的历史文件，已核对原件"}).check().codes == []


def test_exemption_needs_a_reason(site: Site) -> None:
    site.write("fd-01-gfx/a.md", exempt={"D210": ""}).check()
    assert site.diagnostics == ["F108:6"]
