"""Turn a test's few words into a whole site on disk, build it, and look at what came out.

Exports `Site`, the fixture `site`, `files_of`, and `everything_in`, which also looks into what is packed.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Self

import pypdf
import pytest
from pypdf.errors import PyPdfError

from sitegen.diagnostics import Diagnostic
from sitegen.site import BUILTIN, BuildResult, CheckResult, Extensions, Options, build_site, check_site
from tests.packed import docx, pdf, png, xlsx

REPO = Path(__file__).resolve().parent.parent
TODAY = "2026-11-22"
_ATTACHMENTS = {".png": png(), ".docx": docx(), ".xlsx": xlsx()}
_USUAL = {"disclosure": "主动公开", "pub_date": "2024-03-05", "written_date": "2024-03-01"}


SMALL = replace(BUILTIN, rules=tuple(rule for rule in BUILTIN.rules if not rule.is_about_site))
"""What a site of two files is judged by: not by what it lacks, which is nearly everything."""


class Site:
    """A site in `folder`: `content/`, `public/` and `.sitegen/`; what is said about it comes from the last build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = folder / "content"
        self.output = folder / "public"
        self.cache = folder / ".sitegen"
        self.themes = REPO / "themes"
        self.result: BuildResult | CheckResult | None = None
        self.content.mkdir(parents=True)
        self.setting(agency="示例市科学技术局")

    # ------------------------------------------------ what editors do

    def write(self, path: str, title: str | None = "某某办法", body: str = "正文。", **fields: object) -> Self:
        """A document with the usual front matter; a field given as None is left out."""
        given = {"title": title, **_USUAL, **fields}
        lines = [
            f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in given.items() if value is not None
        ]
        return self.file(path, "\n".join(["---", *lines, "---", "", body, ""]))

    def file(self, path: str, data: bytes | str | None = None) -> Self:
        """Any file below the content folder, its bytes as given; else a small one of its kind."""
        data = _ATTACHMENTS.get(Path(path).suffix, pdf()) if data is None else data
        target = self.content / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        return self

    def setting(self, **values: object) -> Self:
        """`site.yaml`; without downloads, which take their time, unless it says of which."""
        values = {"downloads": [], **values}
        return self.file("site.yaml", "".join(f"{k}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in values.items()))

    def columns(self, text: str) -> Self:
        """`columns.yaml`; the line `extends: standard` is added."""
        return self.file("columns.yaml", f"extends: standard\n{text}")

    def delete(self, path: str) -> Self:
        """Take a file away."""
        (self.content / path).unlink()
        return self

    def move(self, path: str, to: str) -> Self:
        """Give a file another place."""
        target = self.content / to
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.content / path).rename(target)
        return self

    def own_themes(self) -> Self:
        """Copies of the product's themes in `themes/`, to be changed."""
        self.themes = self.folder / "themes"
        shutil.copytree(REPO / "themes", self.themes)
        return self

    # ------------------------------------------------ what the program does

    def options(self, as_of: str = TODAY, **options: object) -> Options:
        """The options of a build as of the end of that day, without a search index."""
        usual = Options(
            content=self.content,
            output=self.output,
            themes=self.themes,
            as_of=datetime.combine(date.fromisoformat(as_of), time(23, 59)),
            cache=self.cache,
            search=False,
        )
        return replace(usual, **options)  # type: ignore[arg-type]

    def build(
        self,
        as_of: str = TODAY,
        *,
        executor: Executor | None = None,
        extensions: Extensions | None = None,
        **options: object,
    ) -> Self:
        """Build; whether it was published is seen in `is_published`."""
        self.result = build_site(self.options(as_of, **options), extensions or SMALL, executor)
        return self

    def check(self, as_of: str = TODAY, *, extensions: Extensions | None = None, **options: object) -> Self:
        """Only look."""
        self.result = check_site(self.options(as_of, **options), extensions or SMALL)
        return self

    # ------------------------------------------------ what came out

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """The diagnostics of the last build or check."""
        assert self.result is not None, "nothing was built yet"
        return self.result.diagnostics

    @property
    def diagnostics(self) -> list[str]:
        """Their codes with the line: `F110:4`."""
        return [f"{d.code}:{d.span.line}" for d in self.found]

    @property
    def codes(self) -> list[str]:
        """Their codes."""
        return [d.code for d in self.found]

    @property
    def is_published(self) -> bool:
        """Whether the last build published."""
        return isinstance(self.result, BuildResult) and self.result.report is not None

    @property
    def rewritten(self) -> set[str]:
        """The paths that the last build wrote."""
        assert isinstance(self.result, BuildResult)
        assert self.result.report is not None, self.diagnostics
        return set(self.result.report.written)

    def page(self, path: str) -> str:
        """The text of an output file."""
        return (self.output / path).read_text(encoding="utf-8")

    def tree(self) -> dict[str, bytes]:
        """The whole output."""
        return files_of(self.output)

    def clean_tree(self, as_of: str = TODAY, **options: object) -> dict[str, bytes]:
        """The output of the same content, built from nothing in another folder."""
        result, tree = self.clean_build(as_of, **options)
        assert result.report is not None, result.diagnostics
        return tree

    def clean_build(self, as_of: str = TODAY, **options: object) -> tuple[BuildResult, dict[str, bytes]]:
        """A build of copies of the content, its history and the site's own themes, made just now, without a cache."""
        other = self.folder / "clean"
        shutil.rmtree(other, ignore_errors=True)
        for folder in ("content", "themes", ".git"):
            if (self.folder / folder).is_dir():
                shutil.copytree(self.folder / folder, other / folder, copy_function=shutil.copyfile)
        own = {"content": other / "content", "output": other / "public", "cache": None}
        if self.themes.is_relative_to(self.folder):
            own["themes"] = other / "themes"
        result = build_site(replace(self.options(as_of, **options), **own), SMALL)
        return result, files_of(other / "public")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below the folder by its path; nothing where there is no folder."""
    found = {}
    for here, _, names in os.walk(folder):
        inside = "" if Path(here) == folder else os.path.relpath(here, folder).replace(os.sep, "/")
        for name in names:
            file = Path(here, name)
            if file.is_file():  # and neither a pipe nor a broken link
                found[f"{inside}/{name}" if inside else name] = file.read_bytes()
    return dict(sorted(found.items()))


def everything_in(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The names and the bytes of the files, and of what is packed in them (gzip, zlib, zip, PDF, SQLite)."""
    for path, data in files.items():
        yield path, path.encode()
        yield from _unpacked(path, data)


def _unpacked(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield path, data
    if data.startswith(b"\x1f\x8b"):
        with suppress(gzip.BadGzipFile, EOFError, zlib.error):  # a digest may begin so too
            yield path, gzip.decompress(data)
    elif data.startswith((b"\x78\x9c", b"\x78\xda", b"\x78\x01")):
        with suppress(zlib.error):  # what only looks packed
            yield path, zlib.decompressobj().decompress(data)
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield f"{path}!{name}", name.encode()
                yield from _unpacked(f"{path}!{name}", packed.read(name))
    elif data.startswith(b"%PDF-"):
        with suppress(PyPdfError, ValueError):  # some of those that sites attach are no more than a beginning
            reader = pypdf.PdfReader(io.BytesIO(data))
            yield path, str(reader.metadata).encode()
            yield path, "\n".join(page.extract_text() for page in reader.pages).encode("utf-8", "surrogatepass")
    elif data.startswith(b"SQLite format 3\x00"):
        for value in _values_in(data):
            yield from _unpacked(f"{path}!", value)


def _values_in(database: bytes) -> Iterator[bytes]:
    """Every value of every table, as bytes; what is damaged is not read."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(database)
        with suppress(sqlite3.DatabaseError):
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A new, empty site."""
    return Site(tmp_path)
