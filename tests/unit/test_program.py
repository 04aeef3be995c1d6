"""The version of the program: another one for whatever might turn the same content into other bytes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from operator import itemgetter
from pathlib import Path
from types import ModuleType

import pytest

from sitegen.formats import FORMATS
from sitegen.model import Format
from sitegen.program import program_of
from sitegen.site import BUILTIN
from tests.story import REPO, Site

OWN = """
VALUE = "1"

def shout(task, kit):
    return VALUE.encode()

def whisper(task, kit):
    return VALUE.lower().encode()
"""


def own(file: Path, text: str = OWN) -> ModuleType:
    """The module of a site's own functions in that file."""
    file.write_text(text, encoding="utf-8")
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_program_is_the_same_until_something_changes(tmp_path: Path) -> None:
    module = own(tmp_path / "own.py")
    assert program_of([]) == program_of([]) != ""
    assert program_of([module.shout]) == program_of([module.shout]) != program_of([])
    assert program_of([own(tmp_path / "own.py").shout]) == program_of([module.shout])


def test_program_is_the_same_in_another_process() -> None:
    code = "from sitegen.program import program_of; print(program_of([]))"
    told = subprocess.run([sys.executable, "-c", code], cwd=REPO, check=True, capture_output=True, text=True).stdout
    assert told.strip() == program_of([])


@pytest.mark.parametrize("new", [OWN.replace('"1"', '"2"'), OWN + "\n# a comment\n", OWN.replace("VALUE", "TEXT")])
def test_program_changes_with_the_file_of_an_own_function(tmp_path: Path, new: str) -> None:
    before = program_of([own(tmp_path / "own.py").shout])
    assert program_of([own(tmp_path / "own.py", new).shout]) != before


def test_program_tells_functions_of_one_file_apart(tmp_path: Path) -> None:
    module = own(tmp_path / "own.py")
    told = [
        program_of(functions)
        for functions in ([module.shout], [module.whisper], [module.shout, module.whisper], [module.shout] * 2)
    ]
    assert len(set(told)) == 4


def test_program_does_not_depend_on_where_the_file_lies(tmp_path: Path) -> None:
    """The folder of a site may be moved."""
    (tmp_path / "there").mkdir()
    assert program_of([own(tmp_path / "own.py").shout]) == program_of([own(tmp_path / "there" / "own.py").shout])


def test_functions_of_the_package_change_nothing() -> None:
    assert program_of(entry.produce for entry in FORMATS.values()) == program_of([])


class Shouting:
    """Its calls depend on what it is, and not only on this file."""

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self) -> bytes:
        return self.text.encode()

    def __call__(self) -> bytes:
        return self.text.encode()


def closure(text: str) -> Callable[[], bytes]:
    return lambda: text.encode()


def with_default(text: str) -> Callable[[], bytes]:
    def find(text: str = text) -> bytes:
        return text.encode()

    return find


def with_keyword_default(text: str) -> Callable[[], bytes]:
    def find(*, text: str = text) -> bytes:
        return text.encode()

    return find


@pytest.mark.parametrize(
    "make",
    [
        closure,
        with_default,
        with_keyword_default,
        lambda text: Shouting(text),
        lambda text: Shouting(text).find,
        lambda text: partial(str.encode, text),
        itemgetter,
        lambda text: eval(f"lambda: {text!r}"),
    ],
    ids=["closure", "default", "keyword default", "object", "method", "partial", "built in", "evaluated"],
)
def test_functions_that_their_file_does_not_tell_apart_have_no_program(
    make: Callable[[str], Callable[..., object]],
) -> None:
    assert program_of([make("1")]) == program_of([make("2")]) == ""


def test_function_whose_file_is_gone_has_no_program(tmp_path: Path) -> None:
    module = own(tmp_path / "own.py")
    (tmp_path / "own.py").unlink()
    assert program_of([module.shout]) == ""


def test_nothing_is_kept_for_a_program_that_cannot_be_told(site: Site) -> None:
    for word in (b"1", b"2"):
        extensions = BUILTIN.plus(formats=[Format("asset", lambda task, kit, word=word: word)])  # type: ignore[misc]
        site.build(extensions=extensions)
        assert site.tree()["assets/style.css"] == word
    assert not (site.cache / "cache.sqlite").exists()


def test_other_program_makes_everything_anew(site: Site, tmp_path: Path) -> None:
    for word in ("1", "22"):  # not of one size: Python takes a file of the same second and size for the same
        module = own(tmp_path / "own.py", OWN.replace('"1"', f'"{word}"'))
        site.build(extensions=BUILTIN.plus(formats=[Format("asset", module.shout)]))
        assert site.tree()["assets/style.css"] == word.encode()
    assert (site.cache / "cache.sqlite").exists()
