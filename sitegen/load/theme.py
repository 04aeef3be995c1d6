"""Turn the folder of a theme and those of its parents into a kit.

Exports `read_theme`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from sitegen.diagnostics import SitegenError
from sitegen.model import Kit
from sitegen.program import PRODUCT_THEMES

_KEYS = ("name", "title", "parent", "variables")
_TEMPLATES = "templates"
_FOLDERS = (_TEMPLATES, "assets")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
# A value is written into a style sheet as it stands, so it may hold nothing that ends a declaration or a comment.
_VALUE = re.compile(r"[^;{}<>\\@*\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class _Theme:
    name: str
    parent: str
    variables: Mapping[str, str]
    files: Mapping[str, bytes]  # by path below the theme's folder


def read_theme(themes: Path, name: str) -> Kit:
    """The files and variables of the theme `name`, its own before its parent's.

    `templates/x.html` is that of the nearest theme that has it; `<theme>/templates/x.html` is always that theme's own,
    so that a template can extend the one it replaces.
    """
    chain = [_read(themes, name)]
    while wanted := chain[-1].parent:
        if wanted in (theme.name for theme in chain):
            circle = " → ".join([*(theme.name for theme in chain), wanted])
            raise SitegenError(f"主题的上级主题绕成了圈：{circle}。请改正其中一个 theme.yaml 的 parent。")
        chain.append(_read(themes, wanted))

    files: dict[str, bytes] = {}
    variables: dict[str, str] = {}
    for theme in reversed(chain):
        files.update(theme.files)
        files.update({f"{theme.name}/{path}": data for path, data in theme.files.items()})
        variables.update(theme.variables)
    return Kit(files=dict(sorted(files.items())), variables=tuple(sorted(variables.items())))


def _read(themes: Path, name: str) -> _Theme:
    folder = themes / name
    if not (folder / "theme.yaml").is_file() and (PRODUCT_THEMES / name / "theme.yaml").is_file():
        folder = PRODUCT_THEMES / name  # a site with themes of its own inherits from those of the product
    settings_file = folder / "theme.yaml"
    if not _NAME.fullmatch(name) or not settings_file.is_file():
        raise SitegenError(f"找不到主题“{name}”：themes/ 下没有 {name}/theme.yaml。现有主题：{_names(themes)}。")
    where = f"themes/{name}/theme.yaml"
    try:
        # BaseLoader reads every value as text: a colour or a number stays what was written.
        settings = yaml.load(settings_file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SitegenError(f"{where} 不是有效的 YAML（UTF-8 编码）：{error}") from error
    if not isinstance(settings, dict):
        raise SitegenError(f"{where} 应由“键: 值”组成，可用的键：{'、'.join(_KEYS)}。")
    for key in settings:
        if key not in _KEYS:
            raise SitegenError(f"{where} 中有不认识的键“{key}”，可用的键：{'、'.join(_KEYS)}。")
    if settings.get("name", name) != name:
        raise SitegenError(f"{where} 的 name 是“{settings['name']}”，应与文件夹同名，即“{name}”。")
    return _Theme(name, _parent(settings, where), _variables(settings, where), _files(folder))


def _parent(settings: Mapping[str, object], where: str) -> str:
    parent = settings.get("parent", "")
    if not isinstance(parent, str):
        raise SitegenError(f"{where} 的 parent 应是一个主题的名称。")
    return parent


def _variables(settings: Mapping[str, object], where: str) -> Mapping[str, str]:
    variables = settings.get("variables") or {}
    if not isinstance(variables, dict):
        raise SitegenError(f"{where} 的 variables 应由“名称: 值”组成，如“main: '#a61b1b'”。")
    for key, value in variables.items():
        if not _NAME.fullmatch(key) or not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise SitegenError(
                f"{where} 的变量“{key}: {value}”不能写进样式表：名称用小写字母、数字和连字符，"
                "值不能为空，不能含分号、花括号、尖括号、星号、@ 和反斜杠；以 # 开头的颜色要加引号。"
            )
    return variables


def _files(folder: Path) -> Mapping[str, bytes]:
    files: dict[str, bytes] = {}
    for path in sorted(path for part in _FOLDERS for path in (folder / part).rglob("*")):
        inner = path.relative_to(folder)
        if any(step.startswith(".") for step in inner.parts) or not path.is_file():
            continue
        data = path.read_bytes()
        if inner.parts[0] == _TEMPLATES:
            try:
                data.decode()
            except UnicodeDecodeError as error:
                raise SitegenError(
                    f"模板 themes/{folder.name}/{inner.as_posix()} 不是 UTF-8 编码，请另存为 UTF-8。"
                ) from error
        files[inner.as_posix()] = data
    return files


def _names(themes: Path) -> str:
    names = sorted(path.parent.name for path in themes.glob("*/theme.yaml"))
    return "、".join(names) if names else "无"
