"""Turn a template into code, and a page value with it into text: the one module that knows Jinja.

A template sees the page as `page` and the way from the page to the root of the site as `root`; besides Jinja it has the
filters `href`, `asset` and `date_cn`, and `surround("templates/<file>")`, the text of a template that sees `shell`,
`current`, `open` and `root` instead of the page, so that one text does for many pages. A template extends, includes,
imports or surrounds with `templates/<file>` (of the theme in use) or `<theme>/templates/<file>`, always by a name that
stands there: what a page is made from is known without making it.

Exports `render`, `compile_template`, `date_cn`.
"""

from __future__ import annotations

import marshal
import re
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any, cast

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.meta import find_referenced_templates
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from sitegen.address import address, root_of
from sitegen.diagnostics import SitegenError
from sitegen.formats.compiled import Compiled, unpack
from sitegen.formats.copyfile import asset_digest
from sitegen.model import Kit, Task

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(.*)", re.DOTALL)
_NAMING = (nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include)
_SURROUNDINGS = 1024  # texts kept for one root: a few templates for each column
_ONCE = 24  # results of macros: the pages of one series follow one another


def date_cn(day: str) -> str:
    """A date as it is written in running text; anything else stays.

    >>> date_cn("2026-01-02")
    '2026年1月2日'
    """
    found = _DAY.fullmatch(day)
    return f"{found[1]}年{int(found[2])}月{int(found[3])}日{found[4]}" if found else day


# ---------------------------------------------------------------- rendering


def render(task: Task, kit: Kit) -> bytes:
    """The page of the task. Raises `SitegenError` naming the template and the line that fails."""
    # A page that may be shown at any address (404) says itself where the site is; any other counts its way up.
    root = cast(str, getattr(task.model, "base", "")) or root_of(task.path)
    try:
        template = _environments(_Is(kit))(root).get_template(f"templates/{task.template}")
        return template.render(page=task.model).encode()
    except TemplateError as error:
        raise SitegenError(
            f"主题模板 {_place(error, kit)} 出错，页面 {task.path} 没有生成：{error.message or error}"
        ) from error


def _place(error: TemplateError, kit: Kit) -> str:
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in kit.files]
    return f"{lines[-1].filename} 第 {lines[-1].lineno} 行" if lines else "templates/"


@dataclass(frozen=True, slots=True, eq=False)
class _Is:
    """A kit as a key. It is held as long as the key, so that its identity is not reused."""

    kit: Kit

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Is) and self.kit is other.kit

    def __hash__(self) -> int:
        return id(self.kit)


@lru_cache(maxsize=2)
def _environments(key: _Is) -> Callable[[str], Environment]:
    """The environments of the kit, by root. A worker gets a new kit with each batch: an equal one has the same."""
    kit = key.kit
    return _environments_of(tuple(kit.files.items()), kit.variables, tuple(kit.compiled.items()))


@lru_cache(maxsize=2)
def _environments_of(
    files: tuple[tuple[str, bytes], ...],
    variables: tuple[tuple[str, str], ...],
    compiled: tuple[tuple[str, bytes], ...],
) -> Callable[[str], Environment]:
    kit = Kit(files=dict(files), variables=variables, compiled=dict(compiled))
    return lru_cache(maxsize=16)(lambda root: _environment(kit, root))


class _Loader(BaseLoader):
    """The templates of the kit, from code that is kept or made anew."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Template:
        source = self._kit.files.get(name)
        if source is None:
            raise TemplateNotFound(name)
        template = unpack(name, source, self._kit.compiled.get(name, b"")) or compile_template(name, source)
        # A plain dictionary: Jinja copies it for each page, and would wrap it into a slow one.
        made = environment.template_class.from_code(environment, _code(template.code), environment.globals)
        made.root_render_func.__globals__["escape"] = _escaped  # which the code has imported as a name of its own
        return made


_SPECIAL = re.compile("[&<>'\"]")


def _escaped(value: object) -> str:
    """What `markupsafe.escape` gives, without a `Markup` around each text: that costs more than the escaping."""
    if type(value) is not str:
        return escape(value)
    return str(escape(value)) if _SPECIAL.search(value) else value


@lru_cache(maxsize=256)
def _code(marshalled: bytes) -> CodeType:
    return cast(CodeType, marshal.loads(marshalled))


def _environment(kit: Kit, root: str) -> Environment:
    """An environment for the pages that are as far from the root: macros need no page to write a link."""
    environment = Environment(
        loader=_Loader(kit),
        autoescape=lambda name: name is not None and name.endswith((".html", ".xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )

    @lru_cache(maxsize=4096, typed=True)  # typed: an equal Markup is not escaped again
    def link(target: str) -> str:
        return address(target, root)

    @lru_cache(maxsize=64)
    def versioned(file: str) -> str:
        return f"{address(f'assets/{file}', root)}?v={asset_digest(file, kit)}"

    # They need no context, but a filter that has none is carried out while compiling, for whatever root that is.
    @pass_context
    def href(_: Context, target: str) -> str:
        return link(target)

    @pass_context
    def asset(_: Context, file: str) -> str:
        return versioned(file)

    environment.filters.update(href=href, asset=asset, date_cn=date_cn)
    environment.globals.update(root=root, surround=_surround(environment), once=_once())
    return environment


def _once() -> Callable[..., Markup]:
    """Calls a macro that was imported without context, hence sees its arguments only, once for equal arguments.

    Arguments are told apart by their `repr`, which is short where that pays off (`views.pages.Menu`).
    """
    kept: dict[tuple[Macro, str], Markup] = {}

    def once(macro: Macro, *arguments: object) -> Markup:
        key = macro, repr(arguments)
        text = kept.get(key)
        if text is None:
            text = cast(Markup, macro(*arguments))
            if len(kept) >= _ONCE:
                del kept[next(iter(kept))]
            kept[key] = text
        return text

    return once


def _surround(environment: Environment) -> Callable[[Context, str], Markup]:
    kept: dict[tuple[str, str, str, tuple[str, ...]], Markup] = {}

    @pass_context
    def surround(context: Context, name: str) -> Markup:
        frame = getattr(context.get("page"), "frame", None)
        if frame is None:
            raise TemplateRuntimeError("surround 只能用在带 page.frame 的页面模板里")
        shell = frame.shell
        key = (name, shell.digest, frame.current, frame.open)
        text = kept.get(key)
        if text is None:
            template = environment.get_template(name)
            text = Markup(template.render(shell=shell, current=frame.current, open=frame.open))
            if shell.digest:
                if len(kept) >= _SURROUNDINGS:
                    del kept[next(iter(kept))]
                kept[key] = text
        return text

    return surround


# ---------------------------------------------------------------- compiling


@lru_cache(maxsize=256)
def compile_template(name: str, source: bytes) -> Compiled:
    """The template as code, with what it names. Raises `SitegenError` naming the line with the mistake."""
    environment = _environment(Kit({}), "")
    try:
        tree = environment.parse(source.decode(), name, name)
        names = sorted({*_named(tree, name), *_surrounding(tree, name)})
        assets = _assets(tree)
        code = environment.compile(tree, name, name)
    except TemplateSyntaxError as error:
        raise SitegenError(f"主题模板 {error.name} 第 {error.lineno} 行出错：{error.message}") from error
    return Compiled(tuple(names), assets, marshal.dumps(code))


def _named(tree: nodes.Template, name: str) -> Iterator[str]:
    """The templates that are extended, included or imported."""
    for node in tree.find_all(_NAMING):
        for found in find_referenced_templates(nodes.Template([node])):
            if found is None:
                raise _computed(node, name)
            yield found


def _surrounding(tree: nodes.Template, name: str) -> Iterator[str]:
    """The templates passed to `surround`."""
    calls = {id(call.node): call for call in tree.find_all(nodes.Call)}
    for use in tree.find_all(nodes.Name):
        if use.name == "surround":
            arguments = calls[id(use)].args if id(use) in calls else []
            found = _text(arguments[0]) if arguments else None
            if found is None:
                raise _computed(use, name)
            yield found


def _computed(node: nodes.Node, name: str) -> TemplateSyntaxError:
    return TemplateSyntaxError("模板的名字要直接写在引号里，不能由变量或运算得出", node.lineno, name, name)


def _assets(tree: nodes.Template) -> tuple[str, ...] | None:
    """The files whose versions the template writes; None if their names are computed."""
    found = set()
    for use in tree.find_all(nodes.Filter):
        if use.name == "asset":
            found.add(_text(use.node))
        elif use.name == "map" and use.args and _text(use.args[0]) in (None, "asset"):  # applies a filter to each
            found.add(None)
    return None if None in found else tuple(sorted(file for file in found if file is not None))


def _text(node: nodes.Node | None) -> str | None:
    """The text that the node is, if it is one as it stands."""
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None
