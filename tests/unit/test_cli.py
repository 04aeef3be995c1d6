"""The command line: what it answers, and with which exit status."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from sitegen.cli import commands, main
from sitegen.diagnostics import Severity, TroubleError
from sitegen.load import field_names
from sitegen.model import Format, ListStyle
from sitegen.site import BUILTIN, codes
from tests.story import Site

Run = Callable[..., int]


@pytest.fixture
def run(site: Site, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("check", "--strict")` in the folder of the site gives the exit status."""
    monkeypatch.chdir(site.folder)
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *arguments: main(list(arguments))


def wrong(site: Site) -> Site:
    return site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", pub_date="2021-02-30", written_date="2021-02-01")


# ---------------------------------------------------------------- exit statuses


def test_build_is_the_default_and_ends_with_0(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    site.write("fd-01-gfx/a.md")
    assert run("--no-search") == 0
    said = capsys.readouterr()
    assert "共 1 份稿件" in said.out
    assert "打开 public/index.html 查看。" in said.out
    assert (site.folder / ".sitegen" / "cache.sqlite").is_file()
    assert run("build", "--no-search") == 0
    assert "新写或改写 0 个文件" in capsys.readouterr().out


def test_errors_of_the_content_end_with_1(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    wrong(site)
    assert run("--no-search") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "content/fd-01-gfx/b.md:4:11: 错误 F110 " in said.err
    assert re.search(
        r"^1 个错误，\d+ 个警告(，\d+ 个提示)?。没有发布，public 里的内容没有改动。$", said.err, re.MULTILINE
    )
    assert not site.output.exists()


def test_check_ends_with_1_where_the_build_would(site: Site, run: Run) -> None:
    assert run("check") == 0
    wrong(site)
    assert run("check") == 1
    assert not site.output.exists()


def test_warnings_stop_only_the_strict(site: Site, run: Run) -> None:
    site.write("fd-01-gfx/a.md", body="<b>粗</b>")
    assert run("check") == 0
    assert run("check", "--strict") == 1
    assert run("build", "--no-search", "--strict") == 1
    assert run("build", "--no-search") == 0


def test_faulty_documents_may_be_left_out(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    wrong(site)
    assert run("--no-search", "--keep-going") == 0
    said = capsys.readouterr()
    assert "留在外面的稿件 1 份：\n  content/fd-01-gfx/b.md" in said.out
    assert "F110" in said.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["bogus"], "没有“bogus”这个命令；有：build、"),
        (["--bogus"], "没有“--bogus”这个选项"),
        (["--srtict"], "没有“--srtict”这个选项，是不是 --strict"),
        (["--as-of", "2021-02-30"], "“2021-02-30”不是日期，写成 YYYY-MM-DD"),
        (["--as-of", "昨天"], "“昨天”不是日期"),
        (["--format", "xml"], "“--format”的值不对，只能是 text、json、sarif、github、gitlab"),
        (["--jobs", "0"], "“--jobs”的值不对，应是 1 到 64 的整数"),
        (["--jobs", "x"], "“--jobs”的值不对，应是 1 到 64 的整数"),
        (["--content"], "选项“--content”后面缺少内容"),
        (["--content", "nosuch"], "没有内容文件夹“nosuch”"),
        (["--output", "content/public"], "不能放在内容文件夹里"),
        (["--output", "content"], "不能是内容文件夹"),
        (["--output", "."], "也不能包着它"),
        (["build", "extra"], "不认识“extra”"),
        (["new", "fd-01-gfx"], "缺少“ID”"),
        (["explain", "Z999"], "没有“Z999”这个代码"),
        (["import", "nosuch", "--into", "x"], "没有这个文件或文件夹"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_in_chinese(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("错误：")
    assert expected in said.err


def test_trouble_with_the_machine_ends_with_3(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise TroubleError("磁盘满了")

    monkeypatch.setattr("sitegen.site.build_site", no_space)
    assert run() == 3
    assert capsys.readouterr().err == "错误：磁盘满了\n"


def test_output_that_cannot_be_made_ends_with_3(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    site.write("fd-01-gfx/a.md").output.write_text("a file", encoding="utf-8")
    assert run("--no-search") == 3
    assert "建不了输出文件夹" in capsys.readouterr().err


def test_fault_of_ours_ends_with_3_and_says_whom_to_ask(
    site: Site, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> bytes:
        raise ZeroDivisionError

    site.write("fd-01-gfx/a.md")
    assert main(["--no-search"], BUILTIN.plus(formats=[Format("html", fail)])) == 3
    assert "请把上面的内容发给维护人员" in capsys.readouterr().err


def test_theme_that_does_not_exist_ends_with_1(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--theme", "nosuch") == 1
    assert "现有主题：" in capsys.readouterr().err


# ---------------------------------------------------------------- formats


def test_diagnostics_as_json(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    wrong(site)
    assert run("check", "--format", "json") == 1
    (found,) = (entry for entry in json.loads(capsys.readouterr().out) if entry["severity"] == "error")
    assert (found["code"], found["path"], found["line"]) == ("F110", "content/fd-01-gfx/b.md", 4)


def test_diagnostics_as_sarif(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    wrong(site)
    assert run("check", "--format", "sarif") == 1
    (run_log,) = json.loads(capsys.readouterr().out)["runs"]
    (rule,) = (entry for entry in run_log["tool"]["driver"]["rules"] if entry["id"] == "F110")
    assert rule["shortDescription"] == {"text": "日期不对"}
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["help"]["text"].startswith("为何：")


def test_diagnostics_as_annotations(site: Site, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    wrong(site)
    assert run("check", "--format", "github") == 1
    assert "\n::error file=content/fd-01-gfx/b.md,line=4," in "\n" + capsys.readouterr().out


# ---------------------------------------------------------------- other options


def test_as_of_is_the_day_shown(site: Site, run: Run) -> None:
    site.write("fd-01-gfx/a.md", pub_date="2030-01-02")
    assert run("--no-search", "--as-of", "2030-01-01") == 0
    assert not (site.output / "doc" / "a").exists()
    assert run("--no-search", "--as-of", "2030-01-02") == 0
    assert (site.output / "doc" / "a" / "index.html").is_file()


def test_folders_can_be_given(site: Site, run: Run) -> None:
    site.write("fd-01-gfx/a.md")
    assert run("--no-search", "--content", "content", "--output", "out/x", "--cache", "kept") == 0
    assert (site.folder / "out" / "x" / "index.html").is_file()
    assert (site.folder / "kept" / "cache.sqlite").is_file()
    assert not (site.folder / ".sitegen").exists()


def test_no_cache_makes_none(site: Site, run: Run) -> None:
    assert site.write("fd-01-gfx/a.md") and run("--no-search", "--no-cache") == 0
    assert not (site.folder / ".sitegen").exists()


def test_two_workers_build_too(site: Site, run: Run) -> None:
    assert site.write("fd-01-gfx/a.md") and run("--no-search", "--jobs", "2") == 0
    assert (site.output / "doc" / "a" / "index.html").is_file()


# ---------------------------------------------------------------- other commands


def test_explain_knows_every_code(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain") == 0
    said = capsys.readouterr().out
    assert re.findall(r"^[A-Z]\d{3}(?=  )", said, re.MULTILINE) == sorted(codes())
    assert re.findall(r"^【(.)】(?:.+)$", said, re.MULTILINE) == sorted({code[0] for code in codes()})
    assert "【S】保密和个人信息" in said
    for code, info in codes().items():
        assert run("explain", code.lower()) == 0
        said = capsys.readouterr().out
        for part in (f"{code}  ", f"为何：{info.why}", f"错误：{info.wrong}", f"正确：{info.right}"):
            assert part in said


def test_schema_knows_every_field(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    for field_id, name in field_names().items():
        assert {field_id, name} <= set(schema["properties"])
    references = [entry["$ref"] for entry in schema["properties"].values() if "$ref" in entry]
    assert all(reference.removeprefix("#/properties/") in schema["properties"] for reference in references)


def test_new_document_builds_in_the_preview_and_is_never_overwritten(site: Site, run: Run) -> None:
    assert run("new", "fd-01-gfx", "tz-2026-01", '关于: #印发 "某" 的通知') == 0
    (path,) = site.content.rglob("tz-2026-01.md")
    written = path.read_bytes()
    assert run("new", "fd-01-gfx", "tz-2026-01", "另一份") == 2
    assert path.read_bytes() == written
    site.build("2100-01-01")
    assert "doc/tz-2026-01/index.html" not in site.tree()
    site.build("2100-01-01", preview=True, cache=None)
    assert "关于: #印发 &#34;某&#34; 的通知" in site.page("doc/tz-2026-01/index.html")


def test_new_document_of_every_column_builds_in_the_preview(site: Site, run: Run) -> None:
    columns = site.check().result.catalog.columns  # type: ignore[union-attr]
    leaves = [c for c in columns.values() if not c.children and c.kind.list is not ListStyle.SINGLE]
    for column in leaves:
        assert run("new", column.id, f"x-{column.id}") == 0
    site.check("2100-01-01", preview=True)
    assert [d for d in site.found if d.severity is Severity.ERROR] == []  # much is still to be filled in


def test_new_document_that_may_end_is_asked_when_it_begins_and_ends(site: Site, run: Run) -> None:
    for column, is_asked in (("fd-01-gfx", True), ("fd-01-gz", True), ("fd-01-jd", False)):
        assert run("new", column, f"x-{column}") == 0
        (path,) = site.content.rglob(f"x-{column}.md")
        assert ("施行日期" in path.read_text("utf-8"), "有效期至" in path.read_text("utf-8")) == (is_asked, is_asked)


@pytest.mark.parametrize("doc_id", ["../../x", "a/b", "A B", "", ".", "con"])
def test_new_document_needs_an_id_that_can_be_an_address(site: Site, run: Run, doc_id: str) -> None:
    assert run("new", "fd-01-gfx", doc_id, "标题") == 2
    assert not [*site.folder.rglob("*.md")]


@pytest.mark.parametrize("column", ["nosuch", "fd-01"])
def test_new_document_needs_a_column_that_takes_it(site: Site, run: Run, column: str) -> None:
    assert run("new", column, "x", "标题") == 2
    assert not [*site.folder.rglob("*.md")]


@pytest.mark.parametrize("arguments", [("--help",), ("build", "--help"), ("import", "--help")])
def test_help_is_chinese_to_the_last_word(run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str]) -> None:
    assert run(*arguments) == 0
    said = capsys.readouterr().out
    assert said.startswith("用法：")
    assert not re.search(r"Usage|Options:|Show this|required", said)


def test_new_document_needs_a_content_folder(site: Site, run: Run) -> None:
    assert run("new", "fd-01-gfx", "x", "标题", "--content", "nosuch") == 2


# ---------------------------------------------------------------- the next text of a rule


def test_revise_writes_a_draft_of_the_next_text_and_overwrites_nothing(
    site: Site, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write("fd-01-gfx/2024/a.md", title="甲办法", body="第一条　旧文。", issuer="某局", doc_no="某发〔2024〕3号")
    rule = site.content / "fd-01-gfx/2024/a.md"
    before = rule.read_bytes()
    assert run("revise", "a", "--effective", "2100-01-01") == 0
    draft = rule.with_name("a-2100-01-01.md")
    assert draft.read_text("utf-8") == (
        '---\ntitle: "甲办法"\ndisclosure: "主动公开"\n发布日期:\n成文日期:\nissuer: "某局"\n发文字号:\n索引号:\n'
        "施行日期: 2100-01-01\n文本所属: a\n内容概述:\n草稿: true\n---\n\n第一条　旧文。\n"
    )
    said = capsys.readouterr().out
    assert "a-2100-01-01.md" in said
    assert "草稿" in said
    assert rule.read_bytes() == before
    written = draft.read_bytes()
    assert run("revise", "a", "--effective", "2100-01-01") == 2
    assert draft.read_bytes() == written
    assert run("revise", "a") == 0
    assert rule.with_name("a-3.md").is_file()  # the rule's own text, the draft, and this one
    assert run("--no-search") == 0
    assert "doc/a-2100-01-01/index.html" not in site.tree()


def test_revise_copies_the_text_in_force_with_its_files(site: Site, run: Run) -> None:
    site.write("fd-01-gfx/a.md", title="甲办法", body="第一条　旧文。", effective_date="2024-04-01")
    site.write(
        "fd-01-gfx/a-2.md",
        title="甲办法",
        body="第一条　新文，见[表](biao.docx)。",
        version_of="a",
        effective_date="2025-01-01",
        attachments=[{"file": "biao.docx", "title": "表"}],
    ).file("fd-01-gfx/biao.docx")
    assert run("revise", "a") == 0
    draft = site.content / "fd-01-gfx/a-3/a-3.md"
    assert "新文，见[表](biao.docx)" in draft.read_text("utf-8")
    assert draft.with_name("biao.docx").read_bytes() == (site.content / "fd-01-gfx/biao.docx").read_bytes()
    assert run("--no-search") == 0  # the draft names no file that the other one publishes


@pytest.mark.parametrize(
    ("doc_id", "said"),
    [
        ("ab", "没有编号是“ab”的稿件。是不是“abc”？"),
        ("zzz", "没有编号是“zzz”的稿件。编号就是稿件的文件名"),
        ("text", "“text”是“abc”的一个文本，新文本写在“abc”名下：python build.py revise abc"),
        ("secret", "“secret”不公开，不能照它写新文本。"),
        ("gone", "“gone”已经撤回"),
        ("draft", "“draft”还没有发布，直接改 "),
        ("faulty", "“faulty”的稿件有错误，先运行 python build.py check 改好。"),
    ],
)
def test_revise_says_why_it_cannot(
    site: Site, run: Run, capsys: pytest.CaptureFixture[str], doc_id: str, said: str
) -> None:
    site.write("fd-01-gfx/abc.md", title="甲办法")
    site.write("fd-01-gfx/text.md", title="甲办法", version_of="abc", effective_date="2025-01-01")
    site.write("fd-01-gfx/secret.md", title="机密办法", disclosure="不予公开", disclosure_reason="内部事务")
    site.write("fd-01-gfx/gone.md", withdraw={"date": "2024-05-01", "reason": "有误"})
    site.write("fd-01-gfx/draft.md", draft=True)
    site.write("fd-01-gfx/faulty.md", title=None)
    files = sorted(site.content.rglob("*"))
    assert run("revise", doc_id) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert "机密" not in errors
    assert sorted(site.content.rglob("*")) == files


def test_revise_needs_a_day_and_a_content_folder(site: Site, run: Run) -> None:
    site.write("fd-01-gfx/abc.md")
    assert run("revise", "abc", "--effective", "2025-02-30") == 2
    assert run("revise", "abc", "--content", "nosuch") == 2
    assert [path.name for path in site.content.rglob("*.md")] == ["abc.md"]


# ---------------------------------------------------------------- what is taken away


def test_clean_takes_away_what_builds_have_made_and_nothing_else(site: Site, run: Run) -> None:
    site.write("fd-01-gfx/a.md")
    assert run("--no-search") == 0
    (site.output / "own.txt").write_text("x", encoding="utf-8")
    assert run("clean") == 0
    assert [path.name for path in site.output.rglob("*")] == ["own.txt"]
    assert not (site.folder / ".sitegen").exists()


def test_clean_leaves_what_lies_beside_the_cache(site: Site, run: Run) -> None:
    home = site.folder / "home"
    home.mkdir()
    (home / "letter.txt").write_text("x", encoding="utf-8")
    assert site.write("fd-01-gfx/a.md") and run("--no-search", "--cache", "home") == 0
    assert run("clean", "--cache", "home") == 0
    assert [path.name for path in home.iterdir()] == ["letter.txt"]


def test_every_command_and_option_has_a_chinese_help(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for name, command in commands.commands.items():
        assert command.help, name
        assert run(name, "--help") == 0
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"
    assert run("--help") == 0
    assert "政府信息公开专栏" in capsys.readouterr().out


def test_bytes_in_a_file_name_that_are_no_text_are_no_crash(
    site: Site, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = site.write("fd-01-gfx/a.md").content / "fd-01-gfx"
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xb0\xa1.md")).write_text("---\n标题: 甲\n", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert run("check", "--format", "text") == 1
    assert run("check", "--format", "json") == 1
    assert "F103" in capsys.readouterr().err
