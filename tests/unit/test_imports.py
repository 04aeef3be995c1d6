"""What a start loads: every module costs each build its share, so none is loaded that the command does not use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.story import Site

ROOT = Path(__file__).resolve().parents[2]
RUN = """\
import sys
import build
status = build.main(sys.argv[1:])
print("loaded:", *sys.modules)
raise SystemExit(status)
"""
BOOTSTRAP = {"email", "importlib.metadata", "tomllib", "venv"}
IMPORT = {"selectolax", "sitegen.importers.md", "sitegen.importers.webpage", "sitegen.importers.cells"}
PREVIEW = {"http", "http.server", "sitegen.serve", "socketserver", "watchdog"}
WORKERS = {"concurrent.futures.process", "concurrent.futures.thread", "multiprocessing"}
SCREENING = {"pypdf", "sitegen.screening.files", "sitegen.screening.personal", "sitegen.screening.wording"}
NEVER = BOOTSTRAP | IMPORT | PREVIEW | WORKERS | {"asyncio", "pagefind_bin", "pytest", "sqlite3.dump", "unittest"}
BUILD = {"jinja2", "markdown_it", "mdit_py_plugins", "sitegen.site", "sqlite3", "subprocess", "tempfile", "yaml"}
RESULT = {"json", "traceback"}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """build.py and what it reads itself, in a folder where it may remember what it found."""
    folder = tmp_path / "program"
    folder.mkdir()
    for name in ("build.py", "pyproject.toml", "requirements.lock", "requirements-test.lock"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def loaded(program: Path, *arguments: str) -> set[str]:
    """The modules that are loaded at the end of the second run."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))},
        **{"PYTHONPATH": os.pathsep.join((str(program), str(ROOT))), "PYTHONUTF8": "1", "SITEGEN_NO_BOOTSTRAP": "1"},
    }
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", RUN, *arguments], env=environment, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("loaded:"))
    return set(line.split()[1:])


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("build", "--help")])
def test_help_loads_only_the_command_line(program: Path, arguments: tuple[str, ...]) -> None:
    modules = loaded(program, *arguments)
    assert "click" in modules
    assert modules & (NEVER | BUILD | RESULT | SCREENING) == set()


def test_an_explanation_loads_no_preview_and_no_import(program: Path) -> None:
    assert loaded(program, "explain", "F110") & NEVER == set()


def test_a_build_with_nothing_to_do_loads_only_what_it_uses(program: Path, site: Site) -> None:
    site.write("fd-01-gfx/a.md")
    folders = ("--content", str(site.content), "--output", str(site.output), "--cache", str(site.cache))
    modules = loaded(program, *folders, "--no-search")
    assert "sitegen.site" in modules
    assert modules & (NEVER | SCREENING) == set()
