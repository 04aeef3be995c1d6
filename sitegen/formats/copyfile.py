"""Copy a file of the content folder, or a file of the theme, into the output.

Exports `COPY`, `TEXT`, `ASSET`, `AssetFile`, `asset_bytes`, `asset_digest`, `asset_files`, `asset_tasks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sitegen.diagnostics import SitegenError
from sitegen.model import CopyFile, Format, Kit, Task, TextFile

_FOLDER = "assets/"
_STYLESHEET = "style.css"  # the one that gets the theme's variables


@dataclass(frozen=True, slots=True)
class AssetFile:
    """The model of a task that copies a file of the theme: its path below `assets/`."""

    file: str


def asset_bytes(file: str, kit: Kit) -> bytes:
    """The bytes of a theme file, not yet made smaller; the style sheet begins with the theme's variables."""
    data = kit.files.get(_FOLDER + file)
    if data is None:
        raise SitegenError(f"主题中没有文件 assets/{file}，请补上这个文件，或在模板中去掉对它的引用。")
    if file != _STYLESHEET or not kit.variables:
        return data
    declarations = ";".join(f"--{name}:{value}" for name, value in kit.variables)
    return f":root{{{declarations}}}\n".encode() + data


def asset_digest(file: str, kit: Kit) -> str:
    """The version of a theme file, as pages name it: it changes with every byte that is published."""
    return hashlib.blake2b(asset_bytes(file, kit), digest_size=5).hexdigest()


def asset_files(kit: Kit) -> tuple[str, ...]:
    """The files of the theme that pages may ask for."""
    return tuple(path.removeprefix(_FOLDER) for path in kit.files if path.startswith(_FOLDER))


def asset_tasks(kit: Kit) -> Iterator[Task]:
    """A task for every file of the theme that pages may ask for; the template it is made from is the file itself."""
    for file in asset_files(kit):
        yield Task(_FOLDER + file, ASSET.name, AssetFile(file), file)


def _copy(task: Task, kit: Kit) -> bytes:
    assert isinstance(task.model, CopyFile)
    source = Path(kit.sources[task.model.digest])
    try:
        data = source.read_bytes()
    except OSError as error:
        raise SitegenError(f"读不到文件 {source}：{error.strerror}。请检查后重新构建。") from error
    # The file was judged when it was loaded; what is published must be what was judged.
    if hashlib.blake2b(data, digest_size=32).hexdigest() != task.model.digest:
        raise SitegenError(f"文件 {source} 在构建过程中被改动，没有发布。请在改动完成后重新构建。")
    return data


def _asset(task: Task, kit: Kit) -> bytes:
    assert isinstance(task.model, AssetFile)
    data = asset_bytes(task.model.file, kit)
    if not task.model.file.endswith(".js"):
        return data
    from rjsmin import jsmin  # needed only where a script is new

    try:
        small: str = jsmin(data.decode("utf-8"), keep_bang_comments=True)
    except UnicodeDecodeError:  # of a site's own theme, and none of ours to change
        return data
    return small.encode()


def _asset_fingerprint(file: str, kit: Kit) -> str:
    return hashlib.blake2b(asset_bytes(file, kit), digest_size=16).hexdigest()


def _text(task: Task, _: Kit) -> bytes:
    assert isinstance(task.model, TextFile)
    return task.model.text.encode()


COPY = Format("copy", _copy)
TEXT = Format("text", _text)
ASSET = Format("asset", _asset, _asset_fingerprint)
