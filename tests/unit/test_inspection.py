"""Every code about finished pages: a page that gives it, word for word, and one that does not.

`tests/fixtures/pages/base/` is a small clean output. A fixture `<CODE>/bad.html` or `good.html` changes it: after a
line `<!-- PAGE WHAT -->` stands what takes the place of the first element WHAT of the page (its name, with attributes
if need be), of nothing but its start tag for `html`, or what is put at the end of it for `main+`; without WHAT it is
the whole file. `= PATH` makes the file a copy of another, `= 600 KB` one of that size. 生成之后 makes the change
after the build. `expected.txt` is everything that is said of the bad one; `SITEGEN_UPDATE=1` writes it anew.
"""

from __future__ import annotations

import marshal
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import Diagnostic, render_text
from sitegen.inspection import CODES, SiteFacts, inspect_output, inspect_page, inspect_style, site_facts, told_of
from sitegen.load.settings import read_settings
from sitegen.workers import Workers

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "pages"
SITE = """
agency: 某某局
site_name: 某某局
domain: mmj.example.gov.cn
url: https://mmj.example.gov.cn/zfxxgk/
id_code: "9900000001"
icp: 某ICP备00000001号-1
police: 某公网安备 99000000000001号
marks: {party: "https://bszs.conac.cn/sitename?id=1"}
checks: {domains: [example.org]}
"""
NAMES = {"doc/a/index.html": "content/fd/a.md", "zn/index.html": "content/zn/zn.md"}
SECTION = re.compile(r"^<!-- (\S+)(?: (.*?))? -->\n", re.MULTILINE)
VOID = ("meta", "link", "img", "html")


@pytest.fixture(scope="module")
def facts() -> SiteFacts:
    settings = read_settings(SITE.encode(), None, "content")
    return site_facts(settings.config, settings.checking)


def codes_with_fixtures() -> list[str]:
    return sorted(folder.name for folder in FIXTURES.iterdir() if folder.name != "base")


def sections(text: str) -> Iterator[tuple[str, str, str]]:
    """Which file, which part of it, and what takes its place."""
    parts = SECTION.split(text)
    for path, what, new in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        yield path, what or "", new.rstrip("\n")


def change(out: Path, path: str, what: str, new: str) -> None:
    file = out / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if what.startswith("= "):
        _, given, *unit = what.split()
        file.write_bytes(b"x" * int(given) * 1000 if unit else (out / given).read_bytes())
        return
    if not what:
        file.write_text(f"{new}\n", encoding="utf-8", newline="\n")
        return
    old = file.read_text(encoding="utf-8")
    if what.endswith("+"):
        end = f"</{what[:-1]}>"
        assert end in old
        file.write_text(old.replace(end, f"{new}\n{end}", 1), encoding="utf-8", newline="\n")
        return
    name = what.split()[0]
    pattern = rf"<{re.escape(what)}\b[^>]*>" if name in VOID else rf"<{re.escape(what)}(?=[ >]).*?</{name}>"
    pattern = pattern.replace(r"\b[^>]*>", r"(?=[ >])[^>]*>")
    changed, count = re.subn(pattern, lambda _: new, old, count=1, flags=re.DOTALL)
    assert count == 1, (path, what)
    file.write_text(changed, encoding="utf-8", newline="\n")


def manifest_of(out: Path) -> Mapping[str, str]:
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): blake2b(path.read_bytes(), digest_size=16).hexdigest() for path in files}


def build(out: Path, fixture: Path | None = None) -> Mapping[str, str]:
    """The base with the changes of the fixture, and the manifest of the build."""
    shutil.copytree(FIXTURES / "base", out)
    changes = list(sections(fixture.read_text(encoding="utf-8"))) if fixture else []
    later = "生成之后"
    for path, what, new in changes:
        if later not in what:
            change(out, path, what, new)
    manifest = manifest_of(out)
    for path, what, new in changes:
        if later in what:
            change(out, path, what.replace(later, "").strip(), new)
    return manifest


def look(
    out: Path, manifest: Mapping[str, str], facts: SiteFacts, memo: dict[str, bytes] | None = None, now: int = 0
) -> tuple[Diagnostic, ...]:
    with Workers(1) as workers:
        return inspect_output(out, manifest, NAMES, facts, {} if memo is None else memo, workers.run, now)


# ---------------------------------------------------------------- codes


@pytest.mark.parametrize("code", codes_with_fixtures())
def test_bad_page_gives_the_expected_words(tmp_path: Path, facts: SiteFacts, code: str) -> None:
    out = tmp_path / "public"
    found = look(out, build(out, FIXTURES / code / "bad.html"), facts)
    said = render_text(found)
    expected = FIXTURES / code / "expected.txt"
    if os.environ.get("SITEGEN_UPDATE"):
        expected.write_text(said, encoding="utf-8", newline="\n")
    assert code in {diagnostic.code for diagnostic in found}
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", codes_with_fixtures())
def test_nothing_is_said_about_the_good_page(tmp_path: Path, facts: SiteFacts, code: str) -> None:
    out = tmp_path / "public"
    assert render_text(look(out, build(out, FIXTURES / code / "good.html"), facts)) == ""


def test_every_code_has_its_pages_and_every_page_its_code() -> None:
    assert codes_with_fixtures() == sorted(info.code for info in CODES)


def test_base_is_clean(tmp_path: Path, facts: SiteFacts) -> None:
    assert render_text(look(tmp_path / "public", build(tmp_path / "public"), facts)) == ""


# ---------------------------------------------------------------- what is remembered, what is not said


def test_second_look_reads_only_what_has_changed(tmp_path: Path, facts: SiteFacts) -> None:
    out, memo = tmp_path / "public", {}
    manifest = build(out, FIXTURES / "A201" / "bad.html")
    read: list[str] = []

    def run(function, items, seconds, names):
        asked = list(items)
        read.extend(names(item) for item in asked)
        return iter(function(asked))

    first = inspect_output(out, manifest, NAMES, facts, memo, run)
    assert len(read) == 5
    read.clear()
    assert inspect_output(out, manifest, NAMES, facts, memo, run) == first
    assert read == []
    change(out, "fd/index.html", "h1", "<h1></h1>")
    again = inspect_output(out, manifest_of(out), NAMES, facts, memo, run)
    assert read == ["fd/index.html"]
    assert again == look(out, manifest_of(out), facts)
    read.clear()
    inspect_output(out, manifest, NAMES, facts._replace(icp="另一个"), memo, run)
    assert len(read) == 5


def test_memo_forgets_pages_that_are_gone(tmp_path: Path, facts: SiteFacts) -> None:
    out, memo = tmp_path / "public", {}
    manifest = dict(build(out))
    look(out, manifest, facts, memo)
    (out / "old/1.html").unlink()
    del manifest["old/1.html"]
    look(out, manifest, facts, memo)
    assert "old/1.html" not in memo
    assert len(memo) <= 8


def test_stamp_spares_the_reading_once_it_is_settled(tmp_path: Path, facts: SiteFacts) -> None:
    out, memo = tmp_path / "public", {}
    manifest = build(out)
    later = max(path.stat().st_ctime_ns for path in out.rglob("*")) + 10**10
    look(out, manifest, facts, memo, later)
    stamp = (out / "index.html").stat()
    assert look(out, manifest, facts, memo, later) == ()
    (out / "index.html").write_bytes((out / "index.html").read_bytes().replace(b"h1", b"h3"))
    os.utime(out / "index.html", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert {"A200", "T250"} <= {d.code for d in look(out, manifest, facts, memo, later)}


def test_page_of_a_document_that_is_not_public_any_more_is_passed_over(tmp_path: Path, facts: SiteFacts) -> None:
    out = tmp_path / "public"
    manifest = build(out)
    secret = out / "doc/secret/index.html"
    secret.parent.mkdir()
    shutil.copy(out / "doc/a/index.html", secret)
    change(out, "doc/secret/index.html", "h1", "<h1>秘密的标题</h1>")
    assert render_text(look(out, {**manifest, **manifest_of(out)}, facts)) == ""


def test_same_fault_of_many_pages_is_told_once(tmp_path: Path, facts: SiteFacts) -> None:
    out = tmp_path / "public"
    build(out)
    for path in out.rglob("*.html"):
        path.write_text(path.read_text(encoding="utf-8").replace(' lang="zh-CN"', ""), encoding="utf-8")
    (found,) = look(out, manifest_of(out), facts)
    assert found.code == "A211"
    assert "5 个网页都是这样" in found.message
    assert len(found.related) == 4


def test_words_of_the_page_are_never_repeated(tmp_path: Path, facts: SiteFacts) -> None:
    out = tmp_path / "public"
    build(out)
    for path in out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(<h\d[^>]*>)", r"\1鱼目混珠", text).replace("<h2", "<h4")
        path.write_text(text.replace("</main>", "<p>鱼目混珠</p><img></main>"), encoding="utf-8")
    found = look(out, manifest_of(out), facts)
    assert found
    assert "鱼目混珠" not in render_text(found)


def test_it_is_said_which_build_was_inspected(tmp_path: Path) -> None:
    assert (
        told_of(tmp_path, None)
        == "还没有生成网页，网页（标签、页脚、链接、无障碍）没有检查；先运行 python build.py，再检查一遍。"
    )
    (tmp_path / ".sitegen-manifest").write_text("{}", encoding="utf-8")
    os.utime(tmp_path / ".sitegen-manifest", (1_700_000_000, 1_700_000_000))
    assert "2023-11-15 06:13 生成的 1 个网页" in told_of(tmp_path, {"index.html": "", "a.css": ""})


# ---------------------------------------------------------------- laws

SNIPPETS = st.lists(
    st.sampled_from(
        (
            "<main> </main> <nav> </nav> <header> </footer> <h1>题</h1> <h4> <table><tr><td> <a¦href='//[x'> "
            "<a¦href='http://999.1.1.1/'> <a¦href='C:\\x'> <a¦href='%ff#%'> <a¦href> <img¦srcset=','> "
            "<meta¦name=PubDate¦content> <meta¦http-equiv=refresh¦content='1;'> <!-- <style>a{color: \x00 "
            "<p¦style='color:#12'> <input¦id=a> <base¦href=x> <svg><a¦href=x> <template><main> <form¦action='::'> "
            "<td¦tabindex=99999999999999999999> 发布时间：2024.1.1"
        )
        .replace("¦", "\t")
        .split(" ")
    ),
    max_size=12,
).map("".join)
STYLES = st.lists(
    st.sampled_from([*"{}():;,@#\"'*/ avr-0f\n", "var(--a)", "--a:", "url(", "@media", "#fff", "color:"])
).map("".join)


@given(SNIPPETS | st.text(max_size=80))
def test_any_page_at_all_can_be_inspected(text: str) -> None:
    page = inspect_page("doc/a/index.html", text.encode("utf-8", "surrogatepass"), SiteFacts(), is_document=True)
    assert page.kind in ("document", "redirect")
    assert marshal.loads(marshal.dumps(tuple(page._replace(surround=None)))) == tuple(page._replace(surround=None))


@given(st.binary(max_size=200))
def test_any_bytes_at_all_can_be_inspected(data: bytes) -> None:
    assert inspect_page("index.html", data, SiteFacts()).size == len(data)


@given(STYLES)
def test_any_style_sheet_at_all_can_be_inspected(text: str) -> None:
    assert isinstance(inspect_style("a.css", text, SiteFacts()).colours, tuple)


def test_menus_left_out_change_nothing(facts: SiteFacts) -> None:
    page = (FIXTURES / "base/fd/index.html").read_text(encoding="utf-8")
    links = "".join(f'<li id="m{i}"><a href="../column-{i}/index.html">栏目{i}</a>' for i in range(60))
    with_menu = page.replace("<main", f"<nav><ul>{links}</ul></nav>\n<main")
    without_trick = with_menu.replace("<main", "<!-- -->\n<main")
    short, long = (inspect_page("fd/index.html", text.encode(), facts) for text in (with_menu, without_trick))
    assert short.surround == long.surround
    assert short.faults == long.faults
    assert set(short.ids) == set(long.ids)
    assert len(short.surround.links) >= 60


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("24 字节", True), ("25 字节", False), ("35 KB", False)],
)
def test_printed_size_of_small_file(tmp_path: Path, facts: SiteFacts, text: str, is_right: bool) -> None:
    out = tmp_path / "public"
    build(out)
    change(out, "doc/a/index.html", "span", f"<span>CSV，{text}</span>")
    assert (look(out, manifest_of(out), facts) == ()) == is_right


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (35_400, "35 KB"),
        (35_400, "34.6 KB"),
        (1_200_000, "1.2 MB"),
        (1_258_291, "1.2MB"),
        (400, "1 KB"),
        (999_600, "1000 KB"),
    ],
)
def test_printed_size_may_be_rounded_and_count_in_1000_or_1024(
    tmp_path: Path, facts: SiteFacts, size: int, text: str
) -> None:
    out = tmp_path / "public"
    build(out)
    (out / "doc/a/biao.csv").write_bytes(b"1" * size)
    change(out, "doc/a/index.html", "span", f"<span>CSV，{text}</span>")
    assert look(out, manifest_of(out), facts) == ()
