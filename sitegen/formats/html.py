"""Turn a page value into HTML, XML or text with a template of the theme.

A template sees the page as `page` and the way from the page to the root of the site as `root`; the filters `href`,
`asset` and `date_cn` are all it has besides Jinja. A template extends, includes or imports
`templates/<file>` (of the theme in use) or `<theme>/templates/<file>`.

Exports `HTML`, `date_cn`.
"""

from __future__ import annotations

import hashlib
import re
import traceback
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, pass_context
from jinja2.runtime import Context

from sitegen.address import address, root_of
from sitegen.diagnostics import SitegenError
from sitegen.formats.copyfile import asset_bytes
from sitegen.model import Format, Kit, Task

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(.*)", re.DOTALL)


def date_cn(day: str) -> str:
    """A date as it is written in running text; anything else stays.

    >>> date_cn("2026-01-02")
    '2026年1月2日'
    """
    found = _DAY.fullmatch(day)
    return f"{found[1]}年{int(found[2])}月{int(found[3])}日{found[4]}" if found else day


# ---------------------------------------------------------------- the environment


@pass_context
def _href(context: Context, target: str) -> str:
    return address(target, context["root"])


def _environment(kit: Kit) -> Environment:
    return _environment_of(tuple(kit.files.items()), kit.variables)


# The key is what the environment is made of, never the identity of a kit: identities are reused. It costs
# microseconds, since Python remembers the hash of a `bytes` and compares equal objects by identity first.
@lru_cache(maxsize=2)
def _environment_of(files: tuple[tuple[str, bytes], ...], variables: tuple[tuple[str, str], ...]) -> Environment:
    kit = Kit(files=dict(files), variables=variables)

    @lru_cache(maxsize=64)
    def version(file: str) -> str:
        return hashlib.blake2b(asset_bytes(file, kit), digest_size=5).hexdigest()

    @pass_context
    def asset(context: Context, file: str) -> str:
        return f"{address(f'assets/{file}', context['root'])}?v={version(file)}"

    environment = Environment(
        loader=FunctionLoader(lambda name: _source(kit.files, name)),
        autoescape=lambda name: name is not None and name.endswith((".html", ".xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(href=_href, asset=asset, date_cn=date_cn)
    return environment


def _source(files: Mapping[str, bytes], name: str) -> tuple[str, str, None] | None:
    data = files.get(name)
    return None if data is None else (data.decode(), name, None)


# ---------------------------------------------------------------- rendering


def _produce(task: Task, kit: Kit) -> bytes:
    # A page that may be shown at any address (404) says itself where the site is; any other counts its way up.
    root = cast(str, getattr(task.model, "base", "")) or root_of(task.path)
    try:
        template = _environment(kit).get_template(f"templates/{task.template}")
        return template.render(page=task.model, root=root).encode()
    except TemplateError as error:
        raise SitegenError(
            f"主题模板 {_place(error, kit)} 出错，页面 {task.path} 没有生成：{error.message or error}"
        ) from error


def _place(error: TemplateError, kit: Kit) -> str:
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name} 第 {error.lineno} 行"
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in kit.files]
    return f"{lines[-1].filename} 第 {lines[-1].lineno} 行" if lines else "templates/"


HTML = Format("html", _produce)
