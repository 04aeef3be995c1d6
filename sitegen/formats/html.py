"""Turn a page value into HTML, XML or text with a template of the theme; tell what its bytes depend on.

Jinja is loaded only when a template is rendered, or one is read that `Kit.compiled` does not hold.

Exports `HTML`, `compile_templates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from sitegen.diagnostics import SitegenError
from sitegen.formats.compiled import Compiled, made_by, pack, unpack
from sitegen.formats.copyfile import asset_digest, asset_files
from sitegen.model import Format, Kit, Task

_FOLDER = "templates/"


def compile_templates(kit: Kit) -> Mapping[str, bytes]:
    """What `Kit.compiled` may hold: every template a page can use, with those it names, as code.

    One with a mistake is left out: it is told of when a page needs it.
    """
    found: dict[str, bytes] = {}
    waiting = [name for name in kit.files if name.startswith(_FOLDER)]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            template = _template(name, kit)
        except SitegenError:
            continue
        if template is not None:
            found[name] = pack(name, kit.files[name], template)
            waiting.extend(template.names)
    return dict(sorted(found.items()))


def _template(name: str, kit: Kit) -> Compiled | None:
    source = kit.files.get(name)
    if source is None:
        return None
    kept = unpack(name, source, kit.compiled.get(name, b""))
    if kept is not None:
        return kept
    from sitegen.formats.jinja import compile_template

    return compile_template(name, source)


def _fingerprint(template: str, kit: Kit) -> str:
    """A digest of the template and all it names, however far, of the files whose versions these write, and of Jinja."""
    digest = blake2b(made_by().encode(), digest_size=16)
    waiting = [_FOLDER + template]
    closure: set[str] = set()
    assets: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in closure:
            continue
        closure.add(name)
        found = _template(name, kit)
        if found is not None:
            waiting.extend(found.names)
            assets.update(asset_files(kit) if found.assets is None else found.assets)
    for name in sorted(closure):
        source = kit.files.get(name)  # one that is missing may be there tomorrow
        digest.update(f"\n{name} {blake2b(source).hexdigest() if source is not None else ''}".encode())
    known = set(asset_files(kit))
    for file in sorted(assets):
        digest.update(f"\n{file} {asset_digest(file, kit) if file in known else ''}".encode())
    return digest.hexdigest()


def _produce(task: Task, kit: Kit) -> bytes:
    from sitegen.formats.jinja import render

    return render(task, kit)


HTML = Format("html", _produce, _fingerprint)
