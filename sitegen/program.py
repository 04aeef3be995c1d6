"""The version of the program as it matters to what is kept: everything that turns the same content into other bytes.

Exports `program_of`, `PRODUCT_THEMES`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

_OURS = Path(__file__).resolve().parent
PRODUCT_THEMES = _OURS.parent / "themes"
"""Where the themes of the product lie: a site without its own uses these, and its own may inherit from them."""

_LIBRARIES = ("markdown_it", "mdit_py_plugins", "yaml", "jinja2", "markupsafe", "rjsmin", "selectolax", "typst")
_OPTIONAL = ("numpy", "pagefind_bin")


_MORE = ("__closure__", "__defaults__", "__kwdefaults__", "__self__")  # what a function knows besides its text


def program_of(functions: Iterable[Callable[..., object]]) -> str:
    """A digest of the package, of the libraries it computes with, of Python, and of a site's own `functions`.

    "" if one of these cannot be told from another by the file it is written in: then nothing may be kept.
    """
    found = blake2b(_program().encode(), digest_size=16)
    for function in functions:
        code = getattr(function, "__code__", None)
        if code is None or any(getattr(function, name, None) for name in _MORE):
            return ""
        file = Path(code.co_filename)
        if file.is_relative_to(_OURS):
            continue
        try:
            found.update(f"{function.__qualname__}\0".encode() + file.read_bytes())
        except OSError:
            return ""
    return found.hexdigest()


@cache
def _program() -> str:
    found = blake2b(f"{sys.implementation.cache_tag} {sys.version}".encode(), digest_size=16)
    for file in sorted(_sources(_OURS)):
        found.update(file.relative_to(_OURS).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    for name in (*_LIBRARIES, *_OPTIONAL):
        spec = find_spec(name)
        if spec is not None and spec.origin:
            found.update(name.encode() + Path(spec.origin).read_bytes())
            found.update(b"".join(folder.name.encode() for folder in _metadata(Path(spec.origin).parent.parent, name)))
    return found.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name != "__pycache__":
            yield from _sources(path)
        elif path.is_file() and path.suffix != ".pyc":
            yield path


def _metadata(site_packages: Path, name: str) -> list[Path]:
    """The folder that names the installed version, as `markdown_it_py-4.0.0.dist-info`."""
    return sorted(site_packages.glob(f"{name}*-*.dist-info"))
