"""The manual says what there is: generated pages are fresh, commands and options are named, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

from sitegen.cli import commands
from sitegen.load import standard_data

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))

_spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
assert _spec is not None
assert _spec.loader is not None
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


@pytest.mark.parametrize("name", sorted(generate.PAGES))
def test_generated_page_is_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == generate.text_of(name), "run python docs/generate.py"


def test_every_command_and_option_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    manual = readme + (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    options = {
        name
        for command in ("build", "check", "import", "review")
        for parameter in commands.commands[command].params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--") and name != "--help"
    }
    assert {name for name in commands.commands if f"`{name}" not in readme} == set()
    assert {name for name in options if name not in manual} == set()


def test_every_setting_is_in_the_manual() -> None:
    from sitegen.load import settings

    manual = (ROOT / "docs" / "site.md").read_text(encoding="utf-8")
    names = [*settings._PLAIN, *settings._FLAGS, *settings._NESTED]
    assert [name for name in names if f"`{name}" not in manual] == []
    layouts = standard_data("vocabularies.yaml")["detail_layouts"]
    assert [name for name, layout in layouts.items() if layout["use"] == "detail" and name not in manual] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_of_the_manual_lead_somewhere(page: str) -> None:
    text = re.sub(r"`[^`]*`|```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    missing = [t for t in targets if "://" not in t and not (ROOT / page).parent.joinpath(t).exists()]
    assert missing == []
