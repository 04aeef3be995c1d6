"""Turn what is wrong with the content into text that an author can act on, and into what other tools read.

Exports `Severity`, `Span`, `Diagnostic`, `Finding`, `CodeInfo`, `SitegenError` and its kinds, `FAMILIES`,
`render_text`, `render_json`, `render_sarif`, `render_github`, `render_gitlab`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import quote

from sitegen import __version__


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


SEVERITY_NAMES: Mapping[Severity, str] = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.INFO: "提示"}

FAMILIES: Mapping[str, str] = {
    "F": "信息头",
    "D": "稿件的写法",
    "R": "关系和有效性",
    "P": "公开义务和时限",
    "S": "保密和个人信息",
    "L": "链接和附件",
    "A": "无障碍",
    "T": "主题和页面标签",
    "I": "导入",
}
"""The first letters of the codes, and what they are about."""


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
    """A SARIF 2.1.0 log (OASIS) with one run; `codes` gives the rules their manual; ends with a newline."""
    import json

    known = codes or {}
    used = sorted({d.code for d in diagnostics})
    numbers = {code: number for number, code in enumerate(used)}
    results = []
    for d, fingerprint in zip(diagnostics, _fingerprints(diagnostics), strict=True):
        result: dict[str, object] = {
            "ruleId": d.code,
            "ruleIndex": numbers[d.code],
            "level": _SARIF_LEVELS[d.severity],
            "message": {"text": _message_with_hint(d)},
            "locations": [_sarif_location(d.span)],
            "partialFingerprints": {"sitegen/v1": fingerprint},
        }
        if d.related:
            result["relatedLocations"] = [
                {**_sarif_location(span), "id": number, "message": {"text": text}}
                for number, (span, text) in enumerate(d.related, 1)
            ]
        results.append(result)
    rules = [_sarif_rule(code, known.get(code)) for code in used]
    run = {
        "tool": {"driver": {"name": "sitegen", "version": __version__, "language": "zh-CN", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def render_gitlab(diagnostics: Sequence[Diagnostic]) -> str:
    """A Code Quality report as GitLab shows it in a merge request (JSON); ends with a newline."""
    import json

    severities = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}
    report = [
        {
            "description": _message_with_hint(d),
            "check_name": d.code,
            "fingerprint": fingerprint,
            "severity": severities[d.severity],
            "location": {"path": d.span.path, "lines": {"begin": d.span.line}},
        }
        for d, fingerprint in zip(diagnostics, _fingerprints(diagnostics), strict=True)
    ]
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """GitHub workflow annotations, one line a diagnostic."""
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
    lines = []
    for d in diagnostics:
        path = _on_one_line(d.span.path).replace(",", "%2C").replace(":", "%3A")
        place = f"file={path},line={d.span.line},col={d.span.column},title={d.code}"
        lines.append(f"::{levels[d.severity]} {place}::{_on_one_line(_message_with_hint(d))}\n")
    return "".join(lines)


def _message_with_hint(d: Diagnostic) -> str:
    return d.message + (f"\n提示：{d.hint}" if d.hint else "")


def _on_one_line(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


_SARIF_LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _sarif_rule(code: str, info: CodeInfo | None) -> dict[str, object]:
    if info is None:
        return {"id": code, "shortDescription": {"text": code}}
    manual = f"为何：{info.why}\n错误：{info.wrong}\n正确：{info.right}"
    return {
        "id": code,
        "shortDescription": {"text": info.title},
        "fullDescription": {"text": info.why or info.title},
        "help": {"text": manual},
        "defaultConfiguration": {"level": _SARIF_LEVELS[info.severity]},
        "properties": {"tags": [FAMILIES.get(code[:1], "其他")]},
    }


def _sarif_location(span: Span) -> dict[str, object]:
    region = {"startLine": span.line, "startColumn": span.column}
    address = quote(span.path.encode("utf-8", "surrogatepass"), safe="/")
    return {"physicalLocation": {"artifactLocation": {"uri": address}, "region": region}}


def _fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """What tells each from all others, and stays when lines above it come and go."""
    seen: dict[tuple[str, str, str], int] = {}
    found = []
    for d in diagnostics:
        key = d.code, d.span.path, d.message
        seen[key] = number = seen.get(key, 0) + 1
        text = "\0".join((*key, str(number)))
        found.append(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())
    return found
