"""Foreign files become drafts that the site takes, and no word gets lost on the way."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen import markdown
from sitegen.diagnostics import UsageError
from sitegen.importers import (
    IMPORTERS,
    Attached,
    Draft,
    NoteKind,
    Refusal,
    UnreadableError,
    dump_front_matter,
    read_drafts,
    write_drafts,
)
from sitegen.importers.blocks import Heading, Item, Paragraph, Run, Table, squeeze, to_markdown
from sitegen.importers.settle import Raw, settle, slug
from sitegen.importers.write import render
from sitegen.load.settings import standard_columns

HERE = Path(__file__).parents[1] / "fixtures" / "import"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
COLUMNS = standard_columns()
ID = re.compile(r"[a-z0-9\u3400-\u9fff\u3007][a-z0-9\u3400-\u9fff\u3007._-]*")


def import_bytes(name: str, data: bytes) -> Draft:
    (draft,) = IMPORTERS[name.rsplit(".", 1)[1]](data, name)
    return draft


def import_text(name: str, text: str) -> Draft:
    return import_bytes(name, text.encode())


def documents(folder: Path, manifest: Path | None = None, column: str = "") -> list[Draft]:
    return [entry for entry in read_drafts([folder], manifest, column, COLUMNS) if isinstance(entry, Draft)]


def words(text: str) -> str:
    return squeeze(text)


def shown(draft: Draft) -> str:
    """A draft and its notes as the `.expected` files have them."""
    notes = "".join(f"{n.kind.value} | {n.what} | {n.count} | {n.detail}\n" for n in draft.notes)
    return f"{draft.folder}/{draft.id}.md\n\n{render(draft)}\n{notes}"


# ---------------------------------------------------------------- examples


@pytest.mark.parametrize("name", ["statute.txt", "foreign.md", "labels.md", "page.html", "report.csv"])
def test_a_foreign_file_becomes_the_expected_draft(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes((HERE / name).read_bytes())
    (draft,) = documents(tmp_path)
    assert shown(draft) == (HERE / f"{name}.expected").read_text("utf-8")


def test_gb18030_is_read_and_noted() -> None:
    draft = import_bytes("a.txt", "某市公告\n\n现将有关事项公告如下。".encode("gb18030"))
    assert "现将有关事项公告如下。" in draft.body
    assert any("GB18030" in note.what for note in draft.notes)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xff\xff\xff\x80")
    (refusal,) = read_drafts([tmp_path], None, "", COLUMNS)
    assert isinstance(refusal, Refusal)
    assert "UTF-8" in refusal.reason


def test_a_title_on_two_lines_is_one_title() -> None:
    draft = import_text("a.txt", "某省农村土地承包\n\n经营纠纷调解办法\n\n第一条　为了调解，制定本办法。\n")
    assert draft.get("title") == "某省农村土地承包经营纠纷调解办法"


@pytest.mark.parametrize(
    ("clause", "begins", "ends"),
    [
        ("本清单自2022年2月1日起施行，有效期三年。", "2022-02-01", "2025-01-31"),
        ("本办法自2020年2月29日起施行。原《某办法》同时废止。有效期为5年。", "2020-02-29", "2025-02-28"),
        ("本通知自2021年8月31日起执行，有效期6个月。", "2021-08-31", "2022-02-28"),
        ("本办法自2024年1月1日起试行，试行期限两年。", "2024-01-01", "2025-12-31"),
        ("本细则自2025年5月1日起实施，有效期至2030年4月30日止。", "2025-05-01", "2030-04-30"),
        ("本办法自2021年1月1日起施行，至2025年12月31日。", "2021-01-01", "2025-12-31"),
        ("本规定有效期至2027年6月30日。", "", "2027-06-30"),
        ("本规定自2020年3月1月起施行，有效期三年。", "", "?"),
        ("本办法自印发之日起施行，有效期五年。", "", "?"),
        ("本办法自2022年2月1日起施行。许可证有效期三年。", "2022-02-01", ""),
        ("旧办法自2012年2月1日起施行以来，成效明显，许可证有效期至2027年6月30日。", "", ""),
        ("工程自2021年1月1日起至2021年12月31日。", "", ""),
    ],
)
def test_a_clause_says_from_when_and_until_when(clause: str, begins: str, ends: str) -> None:
    draft = import_text("a.txt", f"某市奖励规定\n第一条　为了奖励，制定本规定。\n第二条　{clause}\n")
    assert (draft.get("effective_date"), draft.get("expire_date")) == (begins, ends.strip("?"))
    notes = [note for note in draft.notes if "有效期" in note.what]
    assert len(notes) == bool(ends)  # also where the day cannot be told: ?
    assert all(note.kind is NoteKind.GUESSED and note.detail[:9] in clause for note in notes)


def test_two_terms_that_differ_are_left_to_the_editor() -> None:
    lines = [f"第{n}条　本办法自2022年2月1日起施行，有效期{n}年。" for n in "三五"]
    draft = import_text("a.txt", "某市奖励办法\n" + "\n".join(lines))
    assert not draft.get("expire_date")
    assert any("几处不同" in note.what for note in draft.notes)


INNER = """\
# 有毒物质的范围

## 关于办理案件的解释

第一条 下列物质有毒。

## 关于禁止生产的公告

现将有关事项公告如下。

某市科技局

某市财政局

2019年3月4日

附件

## 可接受用途

一、照片成像。
"""


def test_a_signature_below_an_inner_heading_is_another_documents() -> None:
    draft = import_text("a.md", INNER)
    assert (draft.get("issuer"), draft.get("written_date")) == ("", "")


def test_a_signature_before_the_annex_is_used_and_noted() -> None:
    draft = import_text("a.md", INNER.replace("## 关于办理案件的解释", "").replace("## 关于禁止生产的公告", ""))
    assert (draft.get("issuer"), draft.get("written_date")) == ("某市科技局、某市财政局", "2019-03-04")
    assert [note.detail for note in draft.notes if note.what == "发文机关取自落款"] == ["某市科技局、某市财政局"]


def test_a_contents_list_that_does_not_come_again_stays() -> None:
    draft = import_text("a.txt", "某市年鉴\n目　录\n第一章　概况\n第二章　大事\n正文没有这些章。\n")
    assert "第二章 大事" in draft.body


def test_a_private_use_character_is_kept_and_noted() -> None:
    draft = import_text("a.txt", "某市规定\n第一条　鱼\ue010保护。\n")
    assert "鱼\ue010保护" in draft.body
    assert any(note.kind is NoteKind.KEPT and "U+E010" in note.detail for note in draft.notes)


def test_books_and_chapters_nest_without_a_missing_level() -> None:
    headings = [
        "# 某典",
        "# 第一编　总则",
        "### 第一章　规定",
        "#### 第一节　甲",
        "# 第二编　物权",
        "## 第一分编　通则",
    ]
    body = import_text("a.md", "\n\n".join([*headings, "### 第一章　规定"])).body
    assert re.findall("(?m)^(#+) (.*)$", body) == [
        ("##", "第一编 总则"),
        ("###", "第一章 规定"),
        ("####", "第一节 甲"),
        ("##", "第二编 物权"),
        ("###", "第一分编 通则"),
        ("####", "第一章 规定"),
    ]


def test_a_csv_without_a_text_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("省份,年份\n某省,2026\n", "utf-8")
    (refusal,) = read_drafts([tmp_path], None, "", COLUMNS)
    assert isinstance(refusal, Refusal)
    assert "正文列" in refusal.reason


def test_each_row_of_a_csv_is_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("标题,发布日期,正文\n甲通知,2024-01-02,内容一\n乙通知,2024-01-03,内容二\n", "utf-8")
    assert [draft.get("title") for draft in documents(tmp_path)] == ["甲通知", "乙通知"]


def test_images_that_are_there_come_along_and_others_leave_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 某通知\n\n![流程](img/flow.png)\n\n![样式](img/none.png)\n", "utf-8")
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "flow.png").write_bytes(b"png")
    (draft,) = documents(tmp_path)
    assert "![流程](<flow.png>)" in draft.body
    assert "（图：样式）" in draft.body
    assert [item.file for item in draft.attachments] == ["flow.png"]


def test_a_link_to_another_imported_page_leads_to_its_id(tmp_path: Path) -> None:
    (tmp_path / "p1").mkdir()
    (tmp_path / "p1" / "water-law.md").write_text("# 某水法\n\n第一条 节水。\n", "utf-8")
    (tmp_path / "b.md").write_text("# 某清单\n\n[查看原文](/posts/p1/water-law/#t3)，[没有](/posts/x/)\n", "utf-8")
    body = next(draft.body for draft in documents(tmp_path) if draft.id == "b")
    assert body == "[查看原文](<water-law>)，没有\n"


# ---------------------------------------------------------------- the manifest


def write_manifest(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("path", "title", "issuer", "doc_no", "date", "kind", "status"), *rows])
    return path


def test_the_manifest_fills_in_what_the_text_does_not_show(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("第一条　内容。\n", "utf-8")
    row = (
        "a.txt",
        "某规定",
        "某省人民政府",
        "某省人民政府令第5号",
        "2019-03-02",
        "地方政府规章",
        "已废止或被修订的旧版本",
    )
    (draft,) = documents(tmp_path, write_manifest(tmp_path, row))
    assert (draft.folder, draft.get("title"), draft.get("issuer")) == ("fd-01-gzfz/2019", "某规定", "某省人民政府")
    assert (draft.get("doc_no"), draft.get("validity")) == ("某省人民政府令第5号", "失效")


def test_files_and_rows_without_each_other_are_named(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("内容。\n", "utf-8")
    manifest = write_manifest(
        tmp_path, ("a.txt", "甲", "", "", "2019-03-02", "", ""), ("c.txt", "丙", "", "", "", "", "")
    )
    refusals = [entry for entry in read_drafts([tmp_path], manifest, "", COLUMNS) if isinstance(entry, Refusal)]
    assert [(refusal.source, refusal.is_unlisted) for refusal in refusals] == [("b.txt", True), ("c.txt", False)]


def test_a_linked_annex_goes_beside_its_page_and_a_lone_one_gets_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 某办法\n\n[申请表](/static/doc/p1/申请表.doc)\n", "utf-8")
    for name in ("doc_p1_申请表.doc", "doc_p1_标准.pdf"):
        (tmp_path / name).write_bytes(name.encode())
    page, alone = documents(tmp_path)
    assert page.attachments[0].title == "申请表"
    assert page.body == "[申请表](<doc_p1_申请表.doc>)\n"
    assert [item.file for item in alone.attachments] == ["doc_p1_标准.pdf"]
    assert alone.get("draft") == "true"


def test_a_document_without_any_date_is_a_draft(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("某市要点\n内容。\n", "utf-8")
    (draft,) = documents(tmp_path)
    assert draft.get("draft") == "true"
    assert not draft.get("pub_date")


def test_equal_ids_all_get_their_dates(tmp_path: Path) -> None:
    for folder, day in (("x", "2018-01-02"), ("y", "2020-03-04")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text(f"---\ndate: {day}\n---\n# 某法\n\n第一条 内容。\n", "utf-8")
    assert [draft.id for draft in documents(tmp_path)] == ["a-2018-01-02", "a-2020-03-04"]


def test_an_interpretation_finds_what_it_interprets(tmp_path: Path) -> None:
    (tmp_path / "policy.md").write_text("---\ndate: 2024-01-02\n---\n# 某市奖励办法\n\n第一条 内容。\n", "utf-8")
    (tmp_path / "read.md").write_text("---\ndate: 2024-01-03\n---\n# 《某市奖励办法》解读\n\n问答。\n", "utf-8")
    draft = next(draft for draft in documents(tmp_path) if draft.id == "read")
    assert (draft.folder, draft.get("interprets")) == ("fd-01-jd/2024", "policy")


def test_a_column_that_asks_for_more_makes_a_draft(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ndate: 2024-01-02\n---\n# 处罚决定\n\n内容。\n", "utf-8")
    (draft,) = documents(tmp_path, column="fd-06-jd")
    assert draft.folder == "fd-06-jd/2024"
    assert draft.get("draft") == "true"


def test_an_unknown_column_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有“nowhere”"):
        list(read_drafts([tmp_path], None, "nowhere", COLUMNS))


# ---------------------------------------------------------------- writing


def test_nothing_is_overwritten_and_the_second_run_changes_nothing(tmp_path: Path) -> None:
    into = tmp_path / "content"
    drafts = documents(HERE)
    first = write_drafts(drafts, into)
    before = {path: path.read_bytes() for path in into.rglob("*") if path.is_file()}
    second = write_drafts(drafts, into)
    assert (second.written, second.unchanged) == (0, first.written)
    assert {path: path.read_bytes() for path in into.rglob("*") if path.is_file()} == before
    changed = into / drafts[0].folder / f"{drafts[0].id}.md"
    changed.write_text("改过", "utf-8")
    third = write_drafts(drafts, into)
    assert third.conflicts == (changed.relative_to(into).as_posix(),)
    assert changed.read_text("utf-8") == "改过"


def test_a_fresh_folder_has_what_a_site_needs(tmp_path: Path) -> None:
    report = write_drafts([*documents(HERE), Refusal("x.doc", "不会读")], tmp_path)
    settings = (tmp_path / "site.yaml").read_text("utf-8")
    assert "待填写" in settings
    assert "docs/site.md" in settings
    given = yaml.safe_load(settings)
    assert given["url"] == "https://www.example.gov.cn/zfxxgk/"
    # so that every page has its tags and its seven marks, and a warning stays until they are filled in
    assert {name for name, value in given.items() if "待填写" in str(value)} == {
        *("agency", "site_name", "domain", "id_code", "icp", "police", "host", "contact")
    }
    assert yaml.safe_load((tmp_path / "columns.yaml").read_text("utf-8")) == {"extends": "standard"}
    assert "拒收 x.doc：不会读" in report.summary()
    assert "x.doc：不会读" in report.report.read_text("utf-8")


# ---------------------------------------------------------------- laws

CHINESE = st.text("甲乙第一条章、（）《》“”。；：　 12.*_[]()<>#-+=`~!|\\&;{}:^a", max_size=40)
ANY = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Co", "Cn", "Zl", "Zp")), max_size=30)
LINE = st.one_of(CHINESE, ANY)


@given(st.lists(LINE, max_size=8))
@example([" >"])
def test_markdown_shows_exactly_the_words_of_its_paragraphs(lines: list[str]) -> None:
    blocks = [Paragraph((Run(line),)) for line in lines]
    parsed = markdown.parse_body(to_markdown(blocks), 1)
    assert words(parsed.body.text) == words("".join(lines))
    # what looks like a tag or a link with full-width brackets and shows as its own words may still be pointed out
    assert {finding.code for finding in parsed.findings} <= {"F130", "F132"}


@given(st.lists(st.tuples(LINE, LINE, st.integers(1, 5)), max_size=5))
def test_headings_items_and_tables_show_exactly_their_words(parts: list[tuple[str, str, int]]) -> None:
    blocks: list[Heading | Item | Table] = []
    for one, two, rank in parts:
        blocks += [Heading(rank, f"题{one}"), Item((Run(f"项{two}"),)), Table((("头", one), (two, "尾")))]
    expected = "".join(f"题{one}项{two}头{one}{two}尾" for one, two, _ in parts)
    parsed = markdown.parse_body(to_markdown(blocks), 1)
    assert sorted(words(parsed.body.text)) == sorted(words(expected))


LINES = """\
某市人民政府办公室文件
某府办字〔2021〕10号
某市人民政府关于印发《甲办法》的通知
目　　录
第一章　总　　则
第二节　甲
（2012年3月4日某市人大常委会通过）
（1994年1月2日通过
　　2001年3月4日修正）
各区人民政府：
第一条　内容。
1. 内容
某市人民政府
2020年6月3日
本办法自2021年1月1日起施行。《乙》同时废止。
附件：1. 表
分享到:
"""
OFFICIAL = st.one_of(st.sampled_from(LINES.splitlines()), CHINESE)


@given(st.lists(OFFICIAL, max_size=14), st.sampled_from(["\n", "\r\n"]))
def test_no_word_of_a_text_is_lost(lines: Sequence[str], end: str) -> None:
    text = end.join(lines)
    draft = import_text("a.txt", text)
    parsed = markdown.parse_body(draft.body, 1)
    taken = "".join(draft.get(name) for name in ("title", "doc_no", "caption"))
    kept_twice = any("题注同时留作正文" in note.what for note in draft.notes)
    body = "" if kept_twice else parsed.body.text
    dropped = "".join(note.detail for note in draft.notes if note.kind is NoteKind.DROPPED)
    # brackets may be added around a 题注, and a 文号 may stand there twice; signs are not counted
    letters = [c for c in words(text) if c.isalnum()]
    found = [c for c in words(body + taken + dropped) if c.isalnum()]
    assert not _missing(letters, found)


def _missing(wanted: list[str], found: list[str]) -> list[str]:
    left = list(found)
    missing = []
    for character in wanted:
        if character in left:
            left.remove(character)
        else:
            missing.append(character)
    return missing


@given(st.dictionaries(st.sampled_from(["title", "issuer", "caption", "source"]), st.lists(ANY | CHINESE, min_size=1)))
def test_front_matter_reads_back_to_the_same_texts(values: dict[str, list[str]]) -> None:
    fields = tuple((name, texts[0] if len(texts) == 1 else tuple(texts)) for name, texts in values.items())
    attached = [Attached(texts[0] or "a", texts[-1], Path("x")) for texts in values.values()]
    read = yaml.load(dump_front_matter(fields, attached), yaml.BaseLoader) or {}
    files = read.pop("attachments", [])
    assert read == {name: value if isinstance(value, str) else list(value) for name, value in fields}
    assert files == [{"file": item.file, "title": item.title} for item in attached]


@given(st.sampled_from(sorted(IMPORTERS)), st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_give_drafts_or_a_reason(ending: str, data: bytes) -> None:
    try:
        drafts = list(IMPORTERS[ending](data, f"a.{ending}"))
    except UnreadableError:
        return
    settled = settle([Raw(draft, Path("a"), {}) for draft in drafts], {}, "", COLUMNS, set())
    for draft in settled:
        markdown.parse_body(draft.body, 1)


@given(st.text(max_size=80))
def test_every_id_is_legal(text: str) -> None:
    assert ID.fullmatch(slug(text))
    assert len(slug(text).encode()) < 180


@given(st.permutations(["甲.md", "x/甲.md", "x/乙.md", "y/甲.md"]))
def test_ids_do_not_depend_on_the_order(sources: list[str]) -> None:
    raws = [Raw(import_text(source, "# 某法\n\n内容。\n"), Path(source), {}) for source in sources]
    ids = {draft.source: draft.id for draft in settle(raws, {}, "", COLUMNS, set())}
    raws.sort(key=lambda raw: raw.draft.source)
    assert ids == {draft.source: draft.id for draft in settle(raws, {}, "", COLUMNS, set())}
    assert len(set(ids.values())) == len(sources)


# ---------------------------------------------------------------- the real documents, where they are

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")


@pytest.fixture(scope="module")
def corpus() -> list[Draft | Refusal]:
    return list(read_drafts([CORPUS], CORPUS / "manifest.csv", "", COLUMNS))


@needs_corpus
def test_every_row_of_the_corpus_becomes_a_document_or_an_attachment(corpus: list[Draft | Refusal]) -> None:
    drafts = [entry for entry in corpus if isinstance(entry, Draft)]
    sources = {draft.source for draft in drafts} | {item.source for draft in drafts for item in draft.attachments}
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as file:
        assert {row["path"] for row in csv.DictReader(file)} == sources
    assert all(entry.is_unlisted for entry in corpus if isinstance(entry, Refusal))


@needs_corpus
def test_the_civil_code_keeps_its_books_and_articles(corpus: list[Draft | Refusal]) -> None:
    draft = next(e for e in corpus if isinstance(e, Draft) and e.source.endswith("civil-code-whole.md"))
    assert len(re.findall("(?m)^## (?:第.编|附则)", draft.body)) == 8
    assert len(re.findall("(?m)^第[一二三四五六七八九十百千零]+条\\s", draft.body)) == 1260


@needs_corpus
def test_no_link_of_the_corpus_leads_nowhere(corpus: list[Draft | Refusal]) -> None:
    drafts = [entry for entry in corpus if isinstance(entry, Draft)]
    ids = {draft.id for draft in drafts}
    for draft in drafts:
        known = ids | {item.file for item in draft.attachments}
        for reference in markdown.parse_body(draft.body, 1).body.references:
            assert reference.target in known or reference.target.startswith(("http://", "https://")), draft.source
