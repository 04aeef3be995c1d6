"""Turn a compiled template into bytes that may be kept, and back, trusting nothing that does not fit.

Exports `Compiled`, `pack`, `unpack`, `made_by`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.util import MAGIC_NUMBER, find_spec
from pathlib import Path

_HERE = Path(__file__).parent
_LIBRARIES = ("jinja2", "markupsafe")
_FORM = b"template 1"  # of what is kept: another form, another digest
_SIZE = 32


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template as code, and what it names."""

    names: tuple[str, ...]  # the templates that it extends, includes, imports or surrounds a page with
    assets: tuple[str, ...] | None  # the files whose versions it writes; None: any of the theme's
    code: bytes  # marshalled


@lru_cache(maxsize=1)
def made_by() -> str:
    """A digest of what turns templates into pages: this Python, our modules, the libraries; nothing is imported."""
    digest = blake2b(f"{sys.implementation.cache_tag} {MAGIC_NUMBER.hex()}".encode(), digest_size=16)
    for file in (*sorted(_HERE.glob("*.py")), _HERE.parent / "address.py", *_library_files()):
        digest.update(f"\n{file.parent.name}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _library_files() -> Iterator[Path]:
    for library in _LIBRARIES:
        spec = find_spec(library)
        assert spec is not None
        for folder in spec.submodule_search_locations or ():
            yield from sorted(file for file in Path(folder).iterdir() if file.suffix in (".py", ".so", ".pyd"))


def pack(name: str, source: bytes, template: Compiled) -> bytes:
    """The template `name` as bytes that tell whether they are whole, of this text, and of this Python and Jinja."""
    facts = [*_origin(name, source), template.names, template.assets]
    body = json.dumps(facts).encode() + b"\n" + template.code
    return _seal(body) + body


@lru_cache(maxsize=256)
def unpack(name: str, source: bytes, packed: bytes) -> Compiled | None:
    """What was packed; None if it is damaged, or of another text, name, Python or Jinja: a foreign code can crash."""
    seal, body = packed[:_SIZE], packed[_SIZE:]
    if _seal(body) != seal:
        return None
    facts, _, code = body.partition(b"\n")
    *origin, names, assets = json.loads(facts)
    if origin != _origin(name, source):
        return None
    return Compiled(tuple(names), None if assets is None else tuple(assets), code)


def _origin(name: str, source: bytes) -> list[str]:
    return [made_by(), name, blake2b(source, digest_size=16).hexdigest()]


def _seal(body: bytes) -> bytes:
    return blake2b(body, digest_size=_SIZE, person=_FORM).digest()
