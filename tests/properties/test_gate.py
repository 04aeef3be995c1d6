"""What is published was reviewed, to the byte; and nothing of a review, or of what is withheld, is ever published.

A site that demands reviews is edited and built again and again, with what is known from the builds before. A document
that was edited after its review stops the build, and the output stays; a record leaves no byte in the output, in the
index, in a name or in the cache.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError
from sitegen.reviewing import look, sign
from tests.properties.test_barrier import WITHHELD, secret, traces
from tests.story import Site

DAY = date(2026, 11, 22)
REVIEWER, CONCLUSION = "zqwkvx巭嫑烎", "可以公开"
NAMES = ("a", "b")


@dataclass
class Draft:
    """A document as its editor means it, and as it was when it was last reviewed."""

    content: dict[str, Any] = field(
        default_factory=lambda: {"title": "某某办法", "summary": "概述", "body": "正文。", "files": {"a": "甲"}}
    )
    silent: dict[str, Any] = field(default_factory=dict)  # fields that no reader sees
    seen: dict[str, Any] | None = None
    record: str = ""
    is_consent: bool = True
    is_withheld: bool = False

    @property
    def may_be_published(self) -> bool:
        return self.seen == self.content and self.is_consent


class Desk:
    """The site and what is known of it."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder).setting(agency="示例市科学技术局", checks={"review": True})
        self.drafts = {name: Draft() for name in NAMES}
        for name in NAMES:
            self.save(name)
            self.review(name, CONCLUSION)

    def path(self, name: str) -> str:
        return f"fd-01-gfx/{name}/{name}.md"

    def save(self, name: str) -> None:
        draft = self.drafts[name]
        content = dict(draft.content)
        files, body = content.pop("files"), content.pop("body")
        for file, text in files.items():
            self.site.file(f"fd-01-gfx/{name}/{name}{file}.txt", f"{name}的{text}")
        state = WITHHELD if draft.is_withheld else {}
        named = [{"file": f"{name}{file}.txt", "title": f"附件{file}"} for file in sorted(files)]
        self.site.write(self.path(name), body=body, **content, attachments=named, **draft.silent, **state)
        if draft.record:
            path = self.site.content / self.path(name)
            path.write_text(
                path.read_text(encoding="utf-8").replace("---\n", f"---\n{draft.record}", 1), encoding="utf-8"
            )

    def review(self, name: str, conclusion: str) -> None:
        draft, options = self.drafts[name], self.site.options()
        path = self.site.content / self.path(name)
        try:
            sheet = look(options, path)
        except SitegenError:
            assert draft.is_withheld
            return
        sign(options, sheet, REVIEWER, conclusion, DAY)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        start = lines.index("secrecy_review:\n")
        draft.record = "".join(lines[start : start + 5])
        draft.seen = {**draft.content, "files": dict(draft.content["files"])}
        draft.is_consent = conclusion == CONCLUSION

    def build(self, *, keeps_going: bool) -> None:
        """Build, and see that the law holds."""
        before = self.site.tree()
        self.site.build(keep_going=keeps_going)
        public = {name: draft for name, draft in self.drafts.items() if not draft.is_withheld}
        is_good = all(draft.may_be_published for draft in public.values())
        gate = {d.code for d in self.site.found} & {"S140", "S141", "S142", "S143"}
        assert bool(gate) == (not is_good), self.site.diagnostics
        tree = self.site.tree()
        if not self.site.is_published:
            assert tree == before
        for name, draft in public.items():
            page = tree.get(f"doc/{name}/index.html", b"").decode()
            if self.site.is_published and page:
                assert draft.may_be_published
                assert str(draft.content["body"]) in page
        assert traces(self.site, REVIEWER) == set()
        for name, draft in self.drafts.items():
            if draft.is_withheld and self.site.is_published:
                assert not any(path.startswith(f"doc/{name}/") for path in tree)


TEXTS = st.sampled_from(["甲", "乙丙", "丁 戊"])
EDITS = st.one_of(
    st.tuples(st.sampled_from(["title", "summary", "body"]), TEXTS),
    st.tuples(st.just("file"), st.tuples(st.sampled_from("ab"), TEXTS)),
    st.tuples(st.just("lose file"), st.sampled_from("ab")),
    st.tuples(st.just("silent"), st.sampled_from([("drafter", "钱某"), ("exempt", {"P999": "理由"}), ("unit", "")])),
    st.tuples(st.just("review"), st.sampled_from([CONCLUSION, CONCLUSION, "再改zqwkvx"])),
    st.tuples(st.just("withhold"), st.booleans()),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(NAMES), EDITS, st.sampled_from(["", "build", "go on"])), min_size=1, max_size=6
)


def carry_out(desk: Desk, name: str, kind: str, value: Any) -> None:
    draft = desk.drafts[name]
    if kind == "review":
        desk.review(name, value)
        return
    if kind == "withhold":
        draft.is_withheld = value
    elif kind == "file":
        draft.content["files"] = {**draft.content["files"], value[0]: value[1]}
    elif kind == "lose file":
        draft.content["files"] = {file: text for file, text in draft.content["files"].items() if file != value}
    elif kind == "silent":
        draft.silent[value[0]] = value[1]
    else:
        draft.content[kind] = value
    desk.save(name)


@given(STEPS)
@settings(max_examples=10)
def test_only_what_was_reviewed_is_published(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder)
    desk.build(keeps_going=False)
    assert desk.site.is_published, desk.site.diagnostics
    for name, (kind, value), how in steps:
        carry_out(desk, name, kind, value)
        if how:
            desk.build(keeps_going=how == "go on")
    desk.build(keeps_going=False)
    shutil.rmtree(folder)


@pytest.mark.parametrize("is_found", [True, False], ids=["search", "no search"])
@pytest.mark.parametrize("count", [1, 3])
def test_reviewed_document_that_becomes_withheld_is_gone_with_its_attachments(
    site: Site, count: int, is_found: bool
) -> None:
    mark = "zqxj隐秘标识"
    site.setting(agency="示例市科学技术局", checks={"review": True})
    site.write("fd-01-gfx/o.md", title="甲办法")
    secret(site, mark, {}, secrecy_review=None, old_urls=[])
    for path in ("fd-01-gfx/o.md", f"fd-01-gfx/{mark}.md"):
        sign(site.options(), look(site.options(), site.content / path), REVIEWER, CONCLUSION, DAY)
    for number in range(count):
        site.build(search=True)
        assert site.is_published, site.diagnostics
        assert len(traces(site, mark)) > 5
        assert traces(site, REVIEWER) == set()
        site.file(f"fd-01-gfx/unnamed{number}.txt", "nobody names it")
    secret(site, mark, WITHHELD, old_urls=[])
    site.build(search=is_found)
    assert site.is_published, site.diagnostics
    assert traces(site, mark) == set()
    site.build(search=is_found)
    assert traces(site, mark) == set()


def test_edit_that_voids_a_review_is_nowhere(site: Site) -> None:
    """Neither the page, nor the cache, nor the index has a word of what nobody reviewed."""
    site.setting(agency="示例市科学技术局", checks={"review": True}).write("fd-01-gfx/a.md")
    sign(site.options(), look(site.options(), site.content / "fd-01-gfx/a.md"), REVIEWER, CONCLUSION, DAY)
    site.build(search=True)
    mark = "zqxj隐秘标识"
    path = site.content / "fd-01-gfx/a.md"
    path.write_text(path.read_text(encoding="utf-8").replace("正文。", f"正文{mark}。"), encoding="utf-8")
    for keeps_going in (False, True):
        site.build(search=True, keep_going=keeps_going)
        assert traces(site, mark) == set()


@pytest.mark.parametrize("conclusion", ["", "不可以公开"])
def test_document_that_may_not_be_published_is_left_out_without_a_trace(site: Site, conclusion: str) -> None:
    mark = "zqxj隐秘标识"
    site.setting(agency="示例市科学技术局", checks={"review": True}).write("fd-01-gfx/o.md", title="甲办法")
    secret(site, mark, {}, secrecy_review=None)
    sign(site.options(), look(site.options(), site.content / "fd-01-gfx/o.md"), REVIEWER, CONCLUSION, DAY)
    if conclusion:
        sign(site.options(), look(site.options(), site.content / f"fd-01-gfx/{mark}.md"), REVIEWER, conclusion, DAY)
    site.build(search=True, keep_going=True)
    assert "doc/o/index.html" in site.tree()
    assert traces(site, mark) == set()
    assert traces(site, REVIEWER) == set()
