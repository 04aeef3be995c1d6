"""Turn arguments into calls, and diagnostics into text and exit statuses. The only module that reads the clock.

Exit status: 0 done, 1 the content has errors, 2 wrong usage, 3 a fault of ours or of the machine.

Each command imports what it needs when it runs: `--help` loads no build, and a build no preview.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sitegen import __version__
from sitegen.diagnostics import (
    SEVERITY_NAMES,
    Diagnostic,
    Severity,
    SitegenError,
    UsageError,
    render_github,
    render_json,
    render_sarif,
    render_text,
)

if TYPE_CHECKING:
    from sitegen.site import BuildResult, Extensions, Options

_CHINA = timezone(timedelta(hours=8))  # Asia/Shanghai has had no other offset since 1991
_FORMATS = ("text", "json", "sarif", "github")


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
@click.pass_obj
def check(extensions: Extensions | None, /, style: str, **given: Any) -> None:
    """Print what is wrong with the content."""
    from sitegen.site import check_site

    options = _options(**given)
    with _short_lived(), _Progress(is_quiet=style != "text") as progress:
        result = check_site(options, extensions, progress)
    if style == "text":
        _print(result.diagnostics, style, extensions)
    else:
        click.echo(_rendered(result.diagnostics, style, extensions), nl=False)
    for note in result.notes if style == "text" else ():
        _say(note)
    if style == "text":
        for column in result.tree.hidden:
            click.echo(f"隐藏的栏目 {column.id} {column.name}：{column.reason}")
        click.echo(_counted(result.diagnostics) + "。")
    if result.blocks(options.strict):
        raise click.exceptions.Exit(1)


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


@commands.command(help="解释检查代码；不写代码就列出全部。")
@click.argument("code", default="")
@click.pass_obj
def explain(extensions: Extensions | None, code: str) -> None:
    """Print the manual page of a code, or all codes."""
    from sitegen.building import BUILTIN, codes

    known = codes(extensions or BUILTIN)
    if not code:
        for info in known.values():
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
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--as-of 的“{text}”不是日期，写成 YYYY-MM-DD，例如 2026-01-31。") from error
    return datetime(day.year, day.month, day.day, 23, 59)


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
    return f"{errors} 个错误，{warnings} 个警告" if errors or warnings else "没有发现问题"


def _rendered(diagnostics: Sequence[Diagnostic], style: str, extensions: Extensions | None) -> str:
    if style == "json":
        return render_json(diagnostics)
    if style == "sarif":
        from sitegen.building import BUILTIN, codes

        return render_sarif(diagnostics, codes(extensions or BUILTIN))
    if style == "github":
        return render_github(diagnostics)
    return render_text(diagnostics, sys.stderr.isatty() and not os.environ.get("NO_COLOR"))


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
