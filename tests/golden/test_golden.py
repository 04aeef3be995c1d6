"""Small whole sites with their whole output, compared byte for byte.

`pytest tests/golden --update-golden` writes `expected/` anew: read the difference as carefully as code. Pages are kept
as they are, but for the version of style and script (`?v=…`), which changes with every letter of the theme. What is
alike for every column without a document, and what is copied, is kept in `others.txt` by its digest.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from tests.samples import build_once
from tests.story import files_of

HERE = Path(__file__).parent
SITES = sorted(path.parent.name for path in HERE.glob("*/content"))
OTHERS = "others.txt"
SHOWN = ("fd-12-yj/", "fd-10/")  # one empty column that explains itself, one hidden column, kept whole


def output_of(name: str, folder: Path) -> dict[str, bytes]:
    """The output as it is kept: readable files whole, the others by one line each."""
    content = folder / "content"  # outside every git repository: no history
    shutil.copytree(HERE / name / "content", content)
    files = files_of(build_once(content, folder / "public", search=False))
    files = {path: re.sub(rb"\?v=[0-9a-f]+", b"?v=0", data) for path, data in files.items()}
    found, others = {}, []
    for path, data in files.items():
        column = path.partition("/")[0]
        is_list = path.count("/") == 1 or path.split("/")[1:2] in (["pending"], ["ended"], ["compilation"])
        is_plain = is_list and b"<entry>" not in files.get(f"{column}/atom.xml", b"")
        is_alike = is_plain and path.endswith(("/index.html", "/atom.xml")) and not path.startswith(SHOWN)
        if path.startswith("assets/"):
            continue
        if path.endswith((".html", ".xml", ".txt", ".conf")) and (not is_alike or is_ours(column)):
            found[path] = data
        else:
            others.append(f"{hashlib.sha256(data).hexdigest()[:16]} {path}\n")
    return {**found, OTHERS: "".join(others).encode()}


def is_ours(folder: str) -> bool:
    """Whether the folder belongs to no column."""
    return folder in ("catalog", "updates", "search", "sitemap")


@pytest.mark.parametrize("name", SITES)
def test_output_is_what_is_kept(name: str, tmp_path: Path, request: pytest.FixtureRequest):
    actual = output_of(name, tmp_path)
    kept = HERE / name / "expected"
    if request.config.getoption("--update-golden"):
        shutil.rmtree(kept, ignore_errors=True)
        for path, data in actual.items():
            (kept / path).parent.mkdir(parents=True, exist_ok=True)
            (kept / path).write_bytes(data)
    expected = files_of(kept)
    assert sorted(actual) == sorted(expected)
    different = [path for path, data in actual.items() if data != expected[path]]
    for path in different[:1]:  # the first one in full: the rest is seen after --update-golden
        assert actual[path].decode().split("\n") == expected[path].decode().split("\n"), f"{path}, of {different}"


@pytest.mark.parametrize("name", SITES)
def test_nothing_withheld_or_withdrawn_is_in_what_is_kept(name: str):
    marks = ("不得出现", "不得再出现", "内部摘要", "甲某" if name == "special-states" else "不得")
    found = [
        path for path, data in files_of(HERE / name / "expected").items() for mark in marks if mark in data.decode()
    ]
    assert found == []
