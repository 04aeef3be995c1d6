"""Diagnostics as text, JSON, SARIF and annotations: each says the same, and each can be read by its reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import (
    CodeInfo,
    Diagnostic,
    Severity,
    Span,
    render_github,
    render_gitlab,
    render_json,
    render_sarif,
    render_text,
    sort_diagnostics,
)

EXAMPLE = Diagnostic(
    "D201",
    Severity.ERROR,
    "文号“某政发[2024]3号”的年份应使用六角括号",
    Span("content/fd/003.md", 5, 7),
    "改为“某政发〔2024〕3号”。",
    ((Span("content/fd/001.md", 2, 1), "同一文号"),),
)
spans = st.builds(Span, st.text(min_size=1, max_size=12), st.integers(1, 99), st.integers(1, 99))
found = st.builds(
    Diagnostic,
    st.sampled_from(["F101", "D201"]),
    st.sampled_from(Severity),
    st.text(min_size=1),
    spans,
    st.text(),
    st.lists(st.tuples(spans, st.text()), max_size=2).map(tuple),
)


def test_text_is_one_paragraph_each() -> None:
    assert render_text([EXAMPLE]) == (
        "content/fd/003.md:5:7: 错误 D201 文号“某政发[2024]3号”的年份应使用六角括号\n"
        "  提示：改为“某政发〔2024〕3号”。\n"
        "  另见 content/fd/001.md:2:1：同一文号\n"
    )


def test_colour_is_added_only_when_asked_for() -> None:
    assert "\x1b[31;1m错误\x1b[0m" in render_text([EXAMPLE], color=True)
    assert "\x1b" not in render_text([EXAMPLE])


def test_annotation_is_one_line() -> None:
    assert render_github([EXAMPLE]) == (
        "::error file=content/fd/003.md,line=5,col=7,title=D201::文号“某政发[2024]3号”的年份应使用六角括号"
        "%0A提示：改为“某政发〔2024〕3号”。\n"
    )


def test_nothing_is_rendered_as_nothing() -> None:
    assert render_text([]) == render_github([]) == ""
    assert json.loads(render_gitlab([])) == []
    assert json.loads(render_json([])) == []
    assert json.loads(render_sarif([]))["runs"][0]["results"] == []


@given(st.lists(found, max_size=4))
def test_json_says_everything(diagnostics: list[Diagnostic]) -> None:
    back = [
        Diagnostic(
            d["code"],
            Severity(d["severity"]),
            d["message"],
            Span(d["path"], d["line"], d["column"]),
            d["hint"],
            tuple((Span(r["path"], r["line"], r["column"]), r["message"]) for r in d["related"]),
        )
        for d in json.loads(render_json(diagnostics))
    ]
    assert back == diagnostics


@given(st.lists(found, max_size=4))
def test_sarif_is_sound(diagnostics: list[Diagnostic]) -> None:
    info = CodeInfo("D201", "发文字号写法不对", Severity.ERROR, "", "", "")
    log = json.loads(render_sarif(diagnostics, {"D201": info}))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert len(run["results"]) == len(diagnostics)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1


@given(st.lists(found, max_size=4))
def test_every_annotation_is_one_line(diagnostics: list[Diagnostic]) -> None:
    lines = render_github(diagnostics).split("\n")
    assert len(lines) == len(diagnostics) + 1
    assert all(line.startswith("::") and "\r" not in line for line in lines[:-1])


@given(st.lists(found, max_size=6))
def test_sorting_drops_repetitions_and_nothing_else(diagnostics: list[Diagnostic]) -> None:
    ordered = sort_diagnostics([*diagnostics, *reversed(diagnostics)])
    assert set(ordered) == set(diagnostics)
    assert len(ordered) == len(set(diagnostics))
    assert [d.span for d in ordered] == sorted(d.span for d in ordered)


@given(st.lists(found, max_size=4))
def test_sarif_has_what_the_standard_requires(diagnostics: list[Diagnostic]) -> None:
    """The parts of the SARIF 2.1.0 schema that bear on what is written here (OASIS, sections 3.13 to 3.52)."""
    info = CodeInfo("D201", "发文字号写法不对", Severity.WARNING, "为何", "错", "对")
    log = json.loads(render_sarif(diagnostics, {"D201": info}))
    assert set(log) == {"$schema", "version", "runs"}
    (run,) = log["runs"]
    assert set(run) == {"tool", "columnKind", "results"} and run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert driver["name"] and re.fullmatch(r"[a-z]{2}-[A-Z]{2}", driver["language"])
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule.get("defaultConfiguration", {"level": "none"})["level"] in ("none", "note", "warning", "error")
    for result, d in zip(run["results"], diagnostics, strict=True):
        assert result["message"]["text"]
        assert result["level"] in ("note", "warning", "error")
        assert 0 <= result["ruleIndex"] < len(ids) and ids[result["ruleIndex"]] == d.code
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        places = [*result["locations"], *result.get("relatedLocations", [])]
        assert len(places) == 1 + len(d.related)
        for place, span in zip(places, [d.span, *(span for span, _ in d.related)], strict=True):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri) and unquote(uri) == span.path
            assert place["physicalLocation"]["region"]["startColumn"] >= 1


@given(st.lists(found, max_size=4))
def test_code_quality_tells_every_issue_apart(diagnostics: list[Diagnostic]) -> None:
    issues = json.loads(render_gitlab([*diagnostics, *diagnostics]))
    assert len({issue["fingerprint"] for issue in issues}) == 2 * len(diagnostics)
    for issue, d in zip(issues, diagnostics, strict=False):
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"] == {"path": d.span.path, "lines": {"begin": d.span.line}}


def test_fingerprint_stays_when_lines_move() -> None:
    moved = replace(EXAMPLE, span=EXAMPLE.span._replace(line=99))
    one, other = (json.loads(render_gitlab([d]))[0]["fingerprint"] for d in (EXAMPLE, moved))
    assert one == other


def test_annotation_escapes_what_the_command_would_read() -> None:
    odd = replace(EXAMPLE, message="100%\r\n::error::x", span=Span("content/a,b:c%.md", 1, 1), hint="")
    assert render_github([odd]) == (
        "::error file=content/a%2Cb%3Ac%25.md,line=1,col=1,title=D201::100%25%0D%0A::error::x\n"
    )
