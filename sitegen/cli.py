"""Turn arguments into calls, and diagnostics into text and exit statuses. The only module that reads the clock.

Exit status: 0 done, 1 the content has errors, 2 wrong usage, 3 a fault of ours or of the machine.

Each command imports what it needs when it runs: `--help` loads no build, and a build no preview.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sitegen import __version__
from sitegen.diagnostics import (
    FAMILIES,
    SEVERITY_NAMES,
    Diagnostic,
    Severity,
    SitegenError,
    TroubleError,
    UsageError,
    render_github,
    render_gitlab,
    render_json,
    render_sarif,
    render_text,
)

if TYPE_CHECKING:
    from sitegen.building import CheckResult
    from sitegen.model import Internal, Tree
    from sitegen.site import BuildResult, Extensions, Options

_CHINA = timezone(timedelta(hours=8))  # Asia/Shanghai has had no other offset since 1991
_FORMATS = ("text", "json", "sarif", "github", "gitlab")


def main(argv: Sequence[str] | None = None, extensions: Extensions | None = None) -> int:
    """Run one command, with the product's own extensions if none are given; gives the exit status."""
    _use_utf8()
    try:
        status = commands.main(
            args=list(sys.argv[1:] if argv is None else argv),
            prog_name="build.py",
            standalone_mode=False,
            obj=extensions,
        )
    except click.Abort:
        _say("已中断。")
        return 130
    except click.ClickException as error:
        _say(f"错误：{_in_chinese(error)}\n用法：python build.py [命令] [选项]；python build.py --help 列出全部。")
        return 2
    except SitegenError as error:
        _say(f"错误：{error}")
        return error.status
    except Exception:  # whatever it is, it is our fault, and the editor must be told what to do
        import traceback

        traceback.print_exc()
        _say("程序出错了，这不是稿件的问题，输出没有改动。请把上面的内容发给维护人员。")
        return 3
    return int(status or 0)  # click gives the status of `Exit`, and None without one


_HELP_WORDS = (
    ("Usage:", "用法："),
    ("Options:", "选项："),
    ("Commands:", "命令："),
    ("[OPTIONS]", "[选项]"),
    ("COMMAND [ARGS]...", "命令 [参数]…"),
    ("Show this message and exit.", "显示这一页。"),
    ("[required]", "（必写）"),
)


def _help_in_chinese(text: str) -> str:
    for english, chinese in _HELP_WORDS:
        text = text.replace(english, chinese)
    return text


class _Command(click.Command):
    """A command whose help is Chinese to the last word."""

    def get_help(self, ctx: click.Context) -> str:
        return _help_in_chinese(super().get_help(ctx))


class _Commands(click.Group):
    """A group whose default command is `build`."""

    command_class = _Command

    def get_help(self, ctx: click.Context) -> str:
        return _help_in_chinese(super().get_help(ctx))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version", "-h")):
            args = ["build", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s", help="显示版本。")
def commands() -> None:
    """政府信息公开专栏：由内容文件夹生成静态网站。

    不写命令就是 build。每个命令的选项：python build.py 命令 --help。
    """


def _shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that reads the content."""
    for option in reversed(
        (
            click.option("--content", type=click.Path(path_type=Path), default=Path("content"), help="内容文件夹。"),
            click.option("--output", type=click.Path(path_type=Path), default=Path("public"), help="输出文件夹。"),
            click.option("--theme", default="", help="themes/ 下的主题；默认取 site.yaml，再默认 standard。"),
            click.option("--as-of", metavar="YYYY-MM-DD", default="", help="按哪一天构建；默认今天（北京时间）。"),
            click.option(
                "--cache",
                type=click.Path(path_type=Path),
                default=None,
                help="缓存文件夹；默认内容文件夹旁的 .sitegen。",
            ),
            click.option("--no-cache", is_flag=True, help="不用缓存。"),
            click.option("--strict", is_flag=True, help="有警告也停下。"),
            click.option("--keep-going", is_flag=True, help="有错的稿件留在外面，其余照常构建。"),
            click.option("--jobs", type=click.IntRange(1, 64), default=None, help="工作进程数；默认按工作量定。"),
            click.option("--no-search", is_flag=True, help="不重建检索索引。"),
            click.option("--format", "style", type=click.Choice(_FORMATS), default="text", help="问题清单的格式。"),
        )
    ):
        function = option(function)
    return function


@commands.command(help="生成网站（默认命令）。")
@_shared
@click.option("--release", is_flag=True, help="整站一次切换：新版写在旁边，最后换上；上一版留着，可以退回。")
@click.option("--verify", is_flag=True, help="构建后再从头生成一遍，逐字节核对输出。")
@click.pass_obj
def build(extensions: Extensions | None, /, style: str, verify: bool, **given: Any) -> None:
    """Build the site and say what changed."""
    from sitegen.site import build_site

    options = _options(**given)
    with _short_lived(), _Progress(is_quiet=style != "text") as progress:
        result = build_site(options, extensions, progress=progress)
    _print(result.diagnostics, style, extensions)
    for note in result.notes if style == "text" else ():
        _say(note)
    if result.report is None:
        if style == "text":
            _say(f"{_counted(result.diagnostics)}。没有发布，{given['output']} 里的内容没有改动。")
        raise click.exceptions.Exit(1)
    click.echo(_told(result, options))
    if verify:
        _verify(options, extensions, is_quiet=style != "text")


@commands.command(help="检查内容，不生成网站。")
@_shared
@click.option(
    "--by",
    type=click.Choice(("line", "document", "office")),
    default=None,
    help="逐条，或按稿件、按责任处室分组；默认在屏幕上按稿件，交给别的程序时逐条。",
)
@click.option("--changed", is_flag=True, help="只看 git 认为改动过的文件（暂存、未暂存、未跟踪）。")
@click.option("--changed-since", metavar="REF", default="", help="同上，并包括与这个提交或分支分开以后的提交。")
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="把体检报告（网页和表格）写进这个文件夹；不能是输出或内容文件夹。",
)
@click.option("--fix", is_flag=True, help="先修好只有一种改法的毛病（文号括号、日期写法、全角冒号等），并显示改动。")
@click.option("--fix-order", is_flag=True, help="同 --fix，并把信息头的字段排成固定的次序。")
@click.option("--dry-run", is_flag=True, help="与 --fix 同用：只显示会改什么，不改文件。")
@click.pass_obj
def check(
    extensions: Extensions | None,
    /,
    style: str,
    by: str | None,
    changed: bool,
    changed_since: str,
    report: Path | None,
    fix: bool,
    fix_order: bool,
    dry_run: bool,
    **given: Any,
) -> None:
    """Print what is wrong with the content."""
    from sitegen.changes import changed_files, concerned
    from sitegen.site import check_site

    options = _options(**given)
    folder = _report_folder(report, options) if report else None
    touched = changed_files(options.content, changed_since) if changed or changed_since else None
    if fix or fix_order:
        only = touched.paths if touched is not None else None
        _fix(options, only, in_order=fix_order, is_trial=dry_run, is_quiet=style != "text")
    elif dry_run:
        raise UsageError("--dry-run 与 --fix 一起用。")
    with _short_lived(), _Progress(is_quiet=style != "text") as progress:
        result = check_site(options, extensions, progress, with_pages=True)
    if folder:
        _write_report(folder, result, options, extensions)
    found = (
        result.diagnostics if touched is None else concerned(result.diagnostics, touched, result.tree, options.label)
    )
    if style != "text":
        click.echo(_rendered(found, style, extensions), nl=False)
    else:
        click.echo(_grouped(found, by, result, options.label), err=True, nl=False)
        for note in result.notes:
            _say(note)
        day = f"按 {given['as_of']} 这一天：" if given["as_of"] else ""
        click.echo(f"{day}{_counted(found)}。")
        if touched is not None:
            click.echo(
                f"只看了改动的 {len(touched.paths)} 个文件；另有 {len(result.diagnostics) - len(found)} 条没有列出。"
            )
        click.echo(result.pages)
        if result.tree.hidden and touched is None:
            click.echo(f"隐藏的栏目 {len(result.tree.hidden)} 个，每个的理由列在体检报告里（check --report 文件夹）。")
        if folder:
            click.echo(
                f"体检报告写在 {folder / _REPORT_NAMES[0]} 和 {folder / _REPORT_NAMES[1]}，内部使用，不要放到网站上。"
            )
        click.echo(_unseen())
    if replace(result, diagnostics=found).blocks(options.strict):
        raise click.exceptions.Exit(1)


@commands.command(help="保密审查：显示一份稿件将要发布的内容，写入审查记录。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reviewer", default="", help="审查人；不写就问。")
@click.option("--conclusion", default="", help="结论：“可以公开”或“同意公开”才能发布；不写就问。")
@click.option("--yes", is_flag=True, help="不再确认；没有写结论的，结论是“可以公开”。")
@_shared
def review(file: Path, reviewer: str, conclusion: str, *, yes: bool, **given: Any) -> None:
    """Show what would be published of a document, and write the record of its review."""
    from sitegen.reviewing import look, sign, told

    options = _options(**given)
    sheet = look(options, file)
    click.echo(told(sheet), nl=False)
    reviewer = reviewer or click.prompt("审查人", err=True)
    conclusion = conclusion or ("可以公开" if yes else click.prompt("结论", default="可以公开", err=True))
    if not yes:
        click.confirm(f"写入审查记录（{reviewer}，{conclusion}）？", abort=True, err=True)
    sign(options, sheet, reviewer, conclusion, _now().date())
    click.echo(f"已写入 {file} 的保密审查记录。稿件或附件再有改动，记录就失效，要重新审查。")


@commands.command(help="本机预览：保存即重建、自动刷新；草稿和未到期的稿件也显示。")
@_shared
@click.option("--host", default="127.0.0.1", help="监听的地址；默认只有本机能看。")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="端口。")
@click.pass_obj
def serve(extensions: Extensions | None, /, host: str, port: int, **given: Any) -> None:
    """Serve a preview that follows the content."""
    from sitegen.serve import serve as serve_site

    serve_site(_options(**given), extensions, host, port, announce=_say)


@commands.command(name="import", help="把旧网站的文件（md、txt、html、csv）变成稿件。")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="清单（CSV）。")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), required=True, help="写进哪个内容文件夹。")
@click.option("--column", default="", help="全部放进这个栏目；不写则按种类判断。")
@click.pass_obj
def import_(
    extensions: Extensions | None, paths: tuple[Path, ...], manifest: Path | None, into: Path, column: str
) -> None:
    """Turn foreign files into documents."""
    from sitegen.site import import_files

    click.echo(import_files(paths, into, manifest, column, extensions).summary(), nl=False)


@commands.command(help="在栏目里新建一份草稿。")
@click.argument("column")
@click.argument("id")
@click.argument("title", default="")
@click.option(
    "--content", type=click.Path(file_okay=False, path_type=Path), default=Path("content"), help="内容文件夹。"
)
def new(column: str, id: str, title: str, content: Path) -> None:
    """Write a draft with the fields that the column asks for."""
    from sitegen.site import new_document

    click.echo(f"已新建 {new_document(content, column, id, title, _now().date())}")


@commands.command(help="给一份已发布的文件写新文本：照抄现在有效的文本，另存为一份草稿。")
@click.argument("id")
@click.option("--effective", metavar="YYYY-MM-DD", default="", help="新文本从哪一天起施行；可以以后再填。")
@click.option(
    "--content", type=click.Path(file_okay=False, path_type=Path), default=Path("content"), help="内容文件夹。"
)
def revise(id: str, effective: str, content: Path) -> None:
    """Write a draft of the next text of a rule."""
    from sitegen.site import revise_document

    begins = _day(effective, "--effective") if effective else None
    path = revise_document(content, id, begins, _now())
    click.echo(
        f"已新建 {path}，是“{id}”的新文本，还是草稿，不会发布。接下来：\n"
        f"1. 填好发布日期、成文日期、发文字号{'' if begins else '、施行日期'}，在“历次修改”里加上这一次；\n"
        "2. 把正文改成新的文本；有附件的，附件也换成新的；\n"
        "3. 删去“草稿: true”这一行，运行 python build.py check。\n"
        f"原来的稿件不要改，也不要改名：从施行日期起，doc/{id}/ 自动显示新文本，旧文本留在它自己的地址。"
    )


@commands.command(help="解释检查代码；不写代码就列出全部。")
@click.argument("code", default="")
@click.pass_obj
def explain(extensions: Extensions | None, code: str) -> None:
    """Print the manual page of a code, or all codes."""
    from sitegen.building import BUILTIN, codes

    known = codes(extensions or BUILTIN)
    if not code:
        for number, (letter, infos) in enumerate(groupby(known.values(), key=lambda info: info.code[0])):
            click.echo("\n" * bool(number) + f"【{letter}】{FAMILIES.get(letter, '本站自己的')}")
            for info in infos:
                click.echo(f"{info.code}  {SEVERITY_NAMES[info.severity]}  {info.title}")
        return
    found = known.get(code.upper())
    if found is None:
        raise UsageError(f"没有“{code}”这个代码。python build.py explain 列出全部。")
    click.echo(
        f"{found.code}  {SEVERITY_NAMES[found.severity]}  {found.title}\n\n"
        f"为何：{found.why}\n错误：{found.wrong}\n正确：{found.right}"
    )


@commands.command(help="打印稿件信息头的 JSON Schema，供编辑器提示和校验。")
def schema() -> None:
    """Print the JSON Schema of front matter."""
    import json

    from sitegen.load import front_matter_schema

    click.echo(json.dumps(front_matter_schema(), ensure_ascii=False, indent=2))


@commands.command(help="删去缓存和上次构建写出的文件；不认识的文件不动。")
@_shared
def clean(**given: Any) -> None:
    """Remove what builds have written."""
    from sitegen.engine import MANIFEST, read_manifest, remove_empty

    options = _options(**given)
    removed = 0
    for path in (*(read_manifest(options.output) or ()), MANIFEST):
        target = options.output / path
        if target.is_file():
            target.unlink()
            removed += path != MANIFEST
            remove_empty(options.output, target.parent)
    if options.cache and options.cache.is_dir():
        for name in ("cache.sqlite", "bootstrap"):  # the second is what build.py remembers of the requirements
            (options.cache / name).unlink(missing_ok=True)
        ignore = options.cache / ".gitignore"
        if ignore.is_file() and ignore.read_bytes() == b"*\n":
            ignore.unlink()
        if not any(options.cache.iterdir()):
            options.cache.rmdir()
    click.echo(f"已删去 {removed} 个输出文件和缓存。")


@commands.command(help="运行程序自带的测试（第一次会安装测试所需）。")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run the test suite; `python build.py test` does so before this module is loaded."""
    import pytest

    raise click.exceptions.Exit(int(pytest.main(list(arguments))))


# ---------------------------------------------------------------- options, clock, terminal


@contextmanager
def _short_lived() -> Iterator[None]:
    """Look for no rings of objects: few are made, the process ends soon, and looking costs a third of a build."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _options(
    content: Path,
    output: Path,
    theme: str,
    as_of: str,
    cache: Path | None,
    no_cache: bool,
    strict: bool,
    keep_going: bool,
    no_search: bool,
    jobs: int | None,
    release: bool = False,
    **_: object,
) -> Options:
    from sitegen.site import Options

    if not content.is_dir():
        raise UsageError(f"没有内容文件夹“{content}”。用 --content 指明它在哪里。")
    if output.resolve() == content.resolve() or content.resolve().is_relative_to(output.resolve()):
        raise UsageError(f"输出文件夹“{output}”不能是内容文件夹，也不能包着它。")
    if output.resolve().is_relative_to(content.resolve()):
        raise UsageError(f"输出文件夹“{output}”不能放在内容文件夹里。")
    label = content.as_posix()
    return Options(
        content=content,
        output=output,
        themes=_themes(content),
        as_of=_moment(as_of),
        label=label if not content.is_absolute() else _short(content),
        theme=theme,
        cache=None if no_cache else cache or content.resolve().parent / ".sitegen",
        search=not no_search,
        strict=strict,
        keep_going=keep_going,
        jobs=jobs,
        release=release,
    )


def _themes(content: Path) -> Path:
    """The themes beside the content folder, else those of the product."""
    own = content.resolve().parent / "themes"
    return own if own.is_dir() else Path(__file__).resolve().parent.parent / "themes"


def _short(content: Path) -> str:
    """The content folder as seen from here, where it lies below."""
    here = Path.cwd()
    return content.relative_to(here).as_posix() if content.is_relative_to(here) else content.as_posix()


def _now() -> datetime:
    return datetime.now(_CHINA).replace(tzinfo=None, second=0, microsecond=0)


def _moment(text: str) -> datetime:
    """The end of the given day, or this minute in China."""
    if not text:
        return _now()
    day = _day(text, "--as-of")
    return datetime(day.year, day.month, day.day, 23, 59)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} 的“{text}”不是日期，写成 YYYY-MM-DD，例如 2026-01-31。") from error


def _use_utf8() -> None:
    """Chinese on every console, whatever its code page is called."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _say(text: str) -> None:
    click.echo(text, err=True)


def _counted(diagnostics: Sequence[Diagnostic]) -> str:
    errors = sum(d.severity is Severity.ERROR for d in diagnostics)
    warnings = sum(d.severity is Severity.WARNING for d in diagnostics)
    infos = sum(d.severity is Severity.INFO for d in diagnostics)
    words = f"{errors} 个错误，{warnings} 个警告" if errors or warnings else "没有错误和警告"
    return f"{words}，{infos} 个提示" if infos else words


def _rendered(diagnostics: Sequence[Diagnostic], style: str, extensions: Extensions | None) -> str:
    if style == "json":
        return render_json(diagnostics)
    if style == "sarif":
        from sitegen.building import BUILTIN, codes

        return render_sarif(diagnostics, codes(extensions or BUILTIN))
    if style == "github":
        return render_github(diagnostics)
    if style == "gitlab":
        return render_gitlab(diagnostics)
    return render_text(diagnostics, _has_color())


def _has_color() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def _grouped(diagnostics: Sequence[Diagnostic], by: str | None, result: CheckResult, label: str) -> str:
    """The diagnostics one by one, or below the document or the office that they belong to."""
    by = by or ("document" if sys.stderr.isatty() else "line")
    if by == "line":
        return render_text(diagnostics, _has_color())
    from sitegen.reports.facts import overdue_columns
    from sitegen.reports.places import places_of
    from sitegen.reports.text import by_document, by_office

    places = places_of(result.catalog, result.tree, label)
    if by == "document":
        return _apart(by_document(diagnostics, places, _has_color()))
    grouped = by_office(diagnostics, places, _has_color(), overdue_columns(result.catalog, result.tree))
    return _apart(grouped)


def _apart(blocks: str) -> str:
    """The blocks, and an empty line between them and the sums."""
    return f"{blocks}\n" if blocks else ""


def _fix(options: Options, only: Collection[str] | None, *, in_order: bool, is_trial: bool, is_quiet: bool) -> None:
    """Repair what has one right answer, and show what was changed; to stderr if stdout is for another program."""
    from sitegen.fixes import fix_content

    fixes = fix_content(options.content, options.label, options.as_of, only, in_order=in_order, is_trial=is_trial)
    count = 0
    try:
        for difference in fixes:
            click.echo(difference, err=is_quiet, nl=False)
            count += 1
    except OSError as error:
        reason = error.strerror or str(error)
        raise TroubleError(
            f"稿件“{error.filename2 or error.filename}”改不了（{reason}），没有改动它；前面已改 {count} 份。"
        ) from error
    _say(f"{'会改' if is_trial else '已改'} {count} 份稿件。" if count else "没有需要自动改的。")


_REPORT_NAMES = ("体检报告.html", "体检报告.xlsx")


def _report_folder(folder: Path, options: Options) -> Path:
    """The folder for the report, which may lie in nothing that is published or read as content."""
    from sitegen.engine import MANIFEST, releases_of

    target = folder.resolve()
    for name, other in (
        ("输出文件夹", options.output),
        ("输出文件夹的各个版本", releases_of(options.output)),
        ("内容文件夹", options.content),
        ("主题文件夹", options.themes),
    ):
        if target.is_relative_to(other.resolve()):
            raise UsageError(f"体检报告是内部材料，不能写进{name}“{other}”。用 --report 另指一个文件夹，例如 report。")
    for place in (target, *target.parents):
        if (place / MANIFEST).is_file():
            raise UsageError(f"体检报告是内部材料，而“{place}”是一个网站的输出文件夹。用 --report 另指一个文件夹。")
    return folder


def _write_report(folder: Path, result: CheckResult, options: Options, extensions: Extensions | None) -> None:
    """Write the report, each file whole."""
    from sitegen.building import BUILTIN, codes
    from sitegen.reports.facts import report_of
    from sitegen.reports.page import report_html
    from sitegen.reports.tables import report_xlsx

    tree = _with_reasons(result.tree, options)
    known = codes(extensions or BUILTIN)
    report = report_of(result.diagnostics, result.catalog, tree, known, options.label, result.pages)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in zip(_REPORT_NAMES, (report_html(report), report_xlsx(report)), strict=True):
            waiting = folder / f"{name}.new"
            waiting.write_bytes(data)
            waiting.replace(folder / name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TroubleError(
            f"体检报告写不进“{folder}”（{reason}）。表格正开着的，先关掉；或用 --report 换一个文件夹。"
        ) from error


def _with_reasons(tree: Tree, options: Options) -> Tree:
    """The tree with the reasons of exemptions, which no cache keeps: read again where they are missing."""
    from sitegen.load import read_for_review

    def whole(record: Internal) -> Internal:
        if record.is_withheld or all(entry.reason for entry in record.exempt):
            return record
        data = (options.content / record.path).read_bytes()
        again = read_for_review(options.content, record.path, data, options.as_of, options.label).internal
        return record if again is None else record._replace(exempt=again.exempt)

    return replace(tree, internal=tuple(whole(record) for record in tree.internal))


def _unseen() -> str:
    """One honest line: how much of an inspection no check of ours sees."""
    from sitegen.reports.coverage import coverage, indicators

    return f"{coverage(indicators())}逐项见 docs/inspection.md。"


def _print(diagnostics: Sequence[Diagnostic], style: str, extensions: Extensions | None) -> None:
    click.echo(_rendered(diagnostics, style, extensions), err=True, nl=False)


def _verify(options: Options, extensions: Extensions | None, *, is_quiet: bool) -> None:
    """Say whether the output is what a build from nothing gives; exit status 3 if it is not."""
    from sitegen.site import verify_site

    with _short_lived(), _Progress(is_quiet=is_quiet) as progress:
        different = verify_site(options, extensions, progress)
    if not different:
        click.echo("核对通过：输出与从头生成的逐字节相同。")
        return
    _say(f"核对不通过：{len(different)} 个文件与从头生成的不同，请发给维护人员；用 clean 清除后重新构建可以恢复。")
    for path in different[:20]:
        _say(f"  {path}")
    raise click.exceptions.Exit(3)


def _told(result: BuildResult, options: Options) -> str:
    report = result.report
    assert report is not None
    lines = [f"共 {result.documents} 份稿件，{result.pages} 个网页；{result.withheld} 份不公开、草稿或未到发布日期。"]
    lines.append(
        f"新写或改写 {len(report.written)} 个文件，删去 {len(report.removed)} 个，{report.unchanged} 个没有变化。"
    )
    lines += [f"  {path}" for path in report.written[:10] if 0 < len(report.written) <= 200]
    if result.skipped:
        lines.append(f"留在外面的稿件 {len(result.skipped)} 份：")
        lines += [f"  {options.label}/{path}" for path in result.skipped]
    if report.unknown:
        lines.append(f"输出文件夹里有 {len(report.unknown)} 个不是本程序写的文件，没有动它们，例如 {report.unknown[0]}")
    lines.append(f"打开 {options.output / 'index.html'} 查看。")
    return "\n".join(lines)


class _Progress:
    """A bar for each step on a terminal; a plain line for each step otherwise."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet  # another program reads the diagnostics
        self._is_terminal = sys.stderr.isatty()
        self._bar: Any = None
        self._step = ""

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._close()

    def _tell(self, step: str, done: int, of: int) -> None:
        if self._is_quiet:
            return
        if step != self._step:
            self._close()
            self._step = step
            if self._is_terminal:
                self._bar = click.progressbar(length=of, label=step, file=sys.stderr)
                self._bar.__enter__()
            else:
                _say(f"{step}……")
        if self._bar is not None:
            self._bar.update(max(0, done - self._bar.pos))

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


def _in_chinese(error: click.ClickException) -> str:
    """What is wrong with the command line, in Chinese."""
    if isinstance(error, click.NoSuchOption):
        near = f"，是不是 {error.possibilities[0]}" if error.possibilities else ""
        return f"没有“{error.option_name}”这个选项{near}"
    if isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param else ""
        return f"缺少“{name}”"
    if isinstance(error, click.BadParameter):
        name = error.param.opts[0] if error.param else ""
        return f"“{name}”的值不对，{_wanted(error.param.type if error.param else None)}"
    if isinstance(error, click.BadOptionUsage):
        return f"选项“{error.option_name}”后面缺少内容"
    if error.message.startswith("No such command"):
        known = "、".join(commands.commands)
        wanted = error.message.removeprefix("No such command ").strip(".'")
        return f"没有“{wanted}”这个命令；有：{known}"
    if error.message.startswith("Got unexpected extra argument"):
        return f"不认识“{error.message.partition('(')[2].rstrip(')')}”"
    return error.message


def _wanted(kind: object) -> str:
    if isinstance(kind, click.Choice):
        return f"只能是 {'、'.join(kind.choices)}"
    if isinstance(kind, click.IntRange):
        return f"应是 {kind.min} 到 {kind.max} 的整数"
    if isinstance(kind, click.Path):
        return "没有这个文件或文件夹"
    return "请检查写法"
