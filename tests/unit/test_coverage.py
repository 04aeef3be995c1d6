"""Every indicator of an inspection is covered by checks, by the product itself, or by a written reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sitegen.inspection.codes import CODES as PAGE_CODES
from sitegen.load import standard_data
from sitegen.site import codes

STANDARD = Path(__file__).resolve().parents[3] / "shared" / "standard" / "inspection.yaml"
INDICATORS: list[dict[str, Any]] = standard_data("inspection.yaml")["indicators"]
LEVELS = ("veto", "deduct", "bonus", "law", "local")
KNOWN = {*codes(), *(info.code for info in PAGE_CODES)}
BEYOND: list[dict[str, Any]] = standard_data("inspection.yaml")["beyond"]


def by_id(entry: dict[str, Any]) -> str:
    return str(entry["id"])


@pytest.mark.parametrize("entry", INDICATORS, ids=by_id)
def test_indicator_says_all(entry: dict[str, Any]) -> None:
    assert set(entry) <= {"id", "level", "source", "certainty", "rule", "build", "codes", "made", "unseen"}
    assert entry["level"] in LEVELS
    assert entry["build"] in ("yes", "part", "ext", "na")
    assert entry["certainty"][0] in "ABC"
    for field in ("source", "rule", "made", "unseen"):
        text = entry.get(field, "x")
        assert text
        assert not text.endswith(("。", "；")), field


@pytest.mark.parametrize("entry", INDICATORS, ids=by_id)
def test_indicator_that_a_build_can_see_is_looked_at(entry: dict[str, Any]) -> None:
    if entry["build"] in ("yes", "part"):
        assert entry.get("codes") or entry.get("made") or entry.get("unseen"), "no check, and no reason why not"
    if entry["build"] != "yes":
        assert entry.get("unseen"), "what is not seen must be said"


@pytest.mark.parametrize("entry", INDICATORS, ids=by_id)
def test_every_code_named_exists_and_once(entry: dict[str, Any]) -> None:
    named = entry.get("codes", [])
    assert [code for code in named if code not in KNOWN] == []
    assert len(set(named)) == len(named)


def test_ids_are_unique_and_in_the_order_of_levels() -> None:
    ids = [entry["id"] for entry in INDICATORS]
    assert len(set(ids)) == len(ids)
    levels = [LEVELS.index(entry["level"]) for entry in INDICATORS]
    assert levels == sorted(levels)


def test_every_code_has_its_place() -> None:
    """A new code goes to the indicator that asks for it, or to `beyond` with what it goes by; never to both."""
    named = {code for entry in INDICATORS for code in entry.get("codes", [])}
    beyond = [code for entry in BEYOND for code in entry["codes"]]
    assert sorted(KNOWN - named - set(beyond)) == []
    assert sorted(set(beyond) - KNOWN) == []
    assert sorted(named & set(beyond)) == []
    assert len(set(beyond)) == len(beyond)


@pytest.mark.skipif(not STANDARD.exists(), reason="the fact pack is not there")
def test_indicators_are_those_of_the_fact_pack() -> None:
    facts = yaml.safe_load(STANDARD.read_text(encoding="utf-8"))
    words = {True: "yes"}  # as YAML reads an unquoted yes
    assert [(entry["id"], entry["level"], entry["build"]) for entry in INDICATORS] == [
        (fact["id"], fact["level"], words.get(fact["build"], fact["build"])) for fact in facts
    ]
