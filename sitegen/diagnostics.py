"""Turn what is wrong with the content into text, JSON and SARIF that an author can act on.

Exports `Severity`, `Span`, `Diagnostic`, `Finding`, `CodeInfo`, `SitegenError` and its kinds,
`render_text`, `render_json`, `render_sarif`, `render_github`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


SEVERITY_NAMES: Mapping[Severity, str] = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.INFO: "提示"}


class Span(NamedTuple):
    """A place in a file; lines and columns count from 1; `path` is relative to the folder above `content/`."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A mistake in the content, with its place and what to do about it."""

    code: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""
    related: tuple[tuple[Span, str], ...] = ()


class Finding(NamedTuple):
    """What a pure stage has to say about a document; it gets its place from the marks later (`load.locate`).

    `where` is the source path of the file it is about; `field` a front matter field, `references[3]`, or "".
    """

    where: str
    field: str
    message: str
    code: str
    hint: str = ""
    related: tuple[tuple[str, str, str], ...] = ()  # (where, field, what stands there)


class CodeInfo(NamedTuple):
    """The manual page of one diagnostic code; `explain CODE` prints it."""

    code: str
    title: str
    severity: Severity
    why: str
    wrong: str
    right: str


class SitegenError(Exception):
    """The build cannot go on for a reason that is not one document's: the message is Chinese and says what to do."""

    status = 1


class TroubleError(SitegenError):
    """The machine does not let us: no space, no permission, a program that is missing (exit status 3)."""

    status = 3


class CacheError(TroubleError):
    """The cache turned out to be damaged, or cannot be written: it is thrown away, and what it knew is made anew."""


class UsageError(SitegenError):
    """The command was called with something that cannot be meant (exit status 2)."""

    status = 2


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics without repetitions, by place, then code."""
    return tuple(sorted(set(diagnostics), key=lambda d: (d.span, d.code, d.message)))


def render_text(diagnostics: Sequence[Diagnostic], color: bool = False) -> str:
    """One paragraph a diagnostic: `path:line:column: 错误 CODE message`, then a 提示 line; ends with a newline."""
    lines: list[str] = []
    for d in diagnostics:
        name = SEVERITY_NAMES[d.severity]
        if color:
            name = f"\x1b[{'31' if d.severity is Severity.ERROR else '33'};1m{name}\x1b[0m"
        lines.append(f"{d.span.path}:{d.span.line}:{d.span.column}: {name} {d.code} {d.message}")
        if d.hint:
            lines.append(f"  提示：{d.hint}")
        lines.extend(f"  另见 {span.path}:{span.line}:{span.column}：{text}" for span, text in d.related)
    return "".join(line + "\n" for line in lines)


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON array of objects with the fields of `Diagnostic`; ends with a newline."""
    import json

    return (
        json.dumps(
            [
                {
                    "code": d.code,
                    "severity": d.severity.value,
                    "message": d.message,
                    "path": d.span.path,
                    "line": d.span.line,
                    "column": d.span.column,
                    "hint": d.hint,
                    "related": [
                        {"path": s.path, "line": s.line, "column": s.column, "message": text} for s, text in d.related
                    ],
                }
                for d in diagnostics
            ],
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


def render_sarif(diagnostics: Sequence[Diagnostic], codes: Mapping[str, CodeInfo] | None = None) -> str:
    """A SARIF 2.1.0 log (OASIS) with one run; `codes` gives the rules their titles; ends with a newline."""
    import json

    known = codes or {}
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    used = sorted({d.code for d in diagnostics})
    rules = [{"id": code, "shortDescription": {"text": known[code].title if code in known else code}} for code in used]
    results = [
        {
            "ruleId": d.code,
            "ruleIndex": used.index(d.code),
            "level": levels[d.severity],
            "message": {"text": d.message + (f"\n提示：{d.hint}" if d.hint else "")},
            "locations": [_sarif_location(d.span)],
            "relatedLocations": [
                {**_sarif_location(span), "id": number, "message": {"text": text}}
                for number, (span, text) in enumerate(d.related, 1)
            ],
        }
        for d in diagnostics
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "sitegen", "rules": rules}}, "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """GitHub workflow annotations, one line a diagnostic."""
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
    lines = []
    for d in diagnostics:
        text = d.message + (f"\n提示：{d.hint}" if d.hint else "")
        data = _on_one_line(text)
        path = _on_one_line(d.span.path).replace(",", "%2C").replace(":", "%3A")
        place = f"file={path},line={d.span.line},col={d.span.column},title={d.code}"
        lines.append(f"::{levels[d.severity]} {place}::{data}\n")
    return "".join(lines)


def _on_one_line(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _sarif_location(span: Span) -> dict[str, object]:
    region = {"startLine": span.line, "startColumn": span.column}
    return {"physicalLocation": {"artifactLocation": {"uri": span.path}, "region": region}}
