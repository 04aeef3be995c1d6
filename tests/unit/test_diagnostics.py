"""Diagnostics as text, JSON, SARIF and annotations: each says the same, and each can be read by its reader."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import (
    CodeInfo,
    Diagnostic,
    Severity,
    Span,
    render_github,
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
