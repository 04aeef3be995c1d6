"""Foreign files become drafts that the site takes, and no word gets lost on the way."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen import markdown
from sitegen.catalog import Catalog, build_catalog
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
from sitegen.load import load_tree
from sitegen.load.settings import standard_columns
from sitegen.model import History, Tree, Validity

HERE = Path(__file__).parents[1] / "fixtures" / "import"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
THEMES = Path(__file__).parents[2] / "themes"
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


# ---------------------------------------------------------------- versions and relations


def law(folder: Path, name: str, title: str, day: str, *lines: str, caption: str = "") -> None:
    """A law of the congress of that day, with an article more than it needs."""
    head = [f"---\ndate: {day}\n---\n# {title}", caption, "第一条　为了某事，制定本法。", *lines]
    (folder / name).write_text("\n\n".join(line for line in head if line) + "\n", "utf-8")


def fields(drafts: Sequence[Draft]) -> dict[str, dict[str, object]]:
    return {draft.id: dict(draft.fields) for draft in drafts}


def linked(drafts: Sequence[Draft], what: str) -> list[str]:
    return [n.detail for d in drafts for n in d.notes if n.kind is NoteKind.LINKED and what in n.what]


def test_the_texts_of_one_title_are_one_rule(tmp_path: Path) -> None:
    law(tmp_path, "甲法(2010).md", "中华人民共和国甲法", "2010-03-01", "第二条　本法自2010年5月1日起施行。")
    passed = "（2010年3月1日通过　2020年8月9日《关于修改〈中华人民共和国甲法〉的决定》修正）"
    law(tmp_path, "甲法(2020).md", "甲法", "2020-08-09", "第二条　本法自2010年5月1日起施行。", caption=passed)
    law(tmp_path, "甲法(2030).md", "甲法（2030年修订）", "2029-09-09", "第二条　本法自2030年1月1日起施行。")
    rows = [
        (f"甲法({year}).md", "", "", "", "", "法律", status)
        for year, status in (("2010", "现行有效"), ("2020", "现行有效"), ("2030", "尚未施行（2030-01-01起施行）"))
    ]
    drafts = documents(tmp_path, write_manifest(tmp_path, *rows))
    found = fields(drafts)
    assert {name: (given.get("version_of", ""), given["effective_date"]) for name, given in found.items()} == {
        "甲法-2010": ("甲法-2020", "2010-05-01"),
        "甲法-2020": ("", "2020-08-09"),  # in force from when, it does not say: not from 2010
        "甲法-2030": ("甲法-2020", "2030-01-01"),
    }
    assert not any("validity" in given for given in found.values())
    change = "{date: 2020-08-09, doc_no: 关于修改〈中华人民共和国甲法〉的决定, kind: 修正}"
    assert f"revisions:\n  - {{date: 2010-03-01, kind: 通过}}\n  - {change}\n" in render(drafts[1])
    (evidence,) = linked(drafts, "合成了一份")
    assert "甲法-2010（2010-05-01 起，这是它的施行日期）；甲法-2020（2020-08-09 起，没有写明" in evidence


def test_the_same_title_of_another_maker_is_another_rule(tmp_path: Path) -> None:
    for city, year in (("甲市", 2010), ("乙市", 2012), ("甲市", 2020)):
        head = f"---\ndate: {year}-03-01\nissuer: {city}人民代表大会常务委员会\n---\n# 物业管理条例\n\n"
        (tmp_path / f"w{year}.md").write_text(f"{head}第一条　为了{year}，制定本条例。\n", "utf-8")
    found = fields(documents(tmp_path))
    assert {name: given.get("version_of") for name, given in found.items()} == {
        "w2010": "w2020",
        "w2012": None,
        "w2020": None,
    }


def test_one_text_from_two_sources_is_published_once_and_none_is_lost(tmp_path: Path) -> None:
    for folder, title in (("x", "中华人民共和国乙法"), ("y", "乙 法")):
        (tmp_path / folder).mkdir()
        law(
            tmp_path / folder, f"{folder}.md", title, "2020-01-01", *(f"第{n}条　内容{n}，如下。" for n in "二三四五六")
        )
    kept, copy = documents(tmp_path)
    assert (kept.get("draft"), copy.get("draft")) == ("", "true")
    assert linked([copy], "同一个文本") == ["与 x（x/x.md）题目、日期相同，文字几乎相同"]


def test_two_texts_of_one_day_that_differ_stay_apart(tmp_path: Path) -> None:
    law(tmp_path, "x.md", "丙法", "2020-01-01", "第二条　一。")
    law(tmp_path, "y.md", "丙法", "2020-01-01", "第二条　二二二二二二二二二二二二二二二二二二二二二二二二二。")
    drafts = documents(tmp_path)
    assert not any(given.keys() & {"version_of", "draft"} for given in fields(drafts).values())
    assert ["没有合并" in note.what for draft in drafts for note in draft.notes].count(True) == 1


def test_a_list_of_versions_says_from_when_each_text_is_in_force(tmp_path: Path) -> None:
    law(tmp_path, "a.md", "丁法", "2013-08-30")
    law(tmp_path, "b.md", "丁法", "2019-04-23")
    known = {
        "title": "中华人民共和国丁法",
        "versions": [{"promulgatedOn": "2019-04-23", "effectiveFrom": "2019-11-01"}, 3],
    }
    (tmp_path / "a.versions.json").write_text(json.dumps(known), "utf-8")
    (tmp_path / "b.versions.json").write_text("[", "utf-8")
    found = fields(documents(tmp_path))
    assert (found["a"]["effective_date"], found["b"]["effective_date"]) == ("2013-08-30", "2019-11-01")


def test_a_clause_that_repeals_becomes_a_relation_with_its_evidence(tmp_path: Path) -> None:
    law(tmp_path, "old.md", "中华人民共和国戊法", "1990-01-01", caption="（1989年12月1日通过）")
    law(tmp_path, "part.md", "己办法", "1991-01-01")
    clause = "《戊法》、《己办法》第三条、第五条和《庚办法》（某发〔1999〕5号）以及《辛办法》同时废止。"
    law(tmp_path, "new.md", "壬法", "2020-05-28", f"第二条　本法自2021年1月1日起施行。{clause}")
    drafts = documents(tmp_path)
    draft = next(draft for draft in drafts if draft.id == "new")
    assert "repeals:\n  - old\n  - {doc: part, articles: [第三条, 第五条]}\n  - 某发〔1999〕5号\n" in render(draft)
    assert linked(drafts, "废止") == [
        f"《戊法》→ old；依据：{clause}",
        f"《己办法》→ part 第三条、第五条；依据：{clause}",
        f"《庚办法》→ 某发〔1999〕5号；依据：{clause}",
    ]
    left = [note.detail for note in draft.notes if "请核对后填写“废止”关系" in note.what]
    assert left == [f"《辛办法》（这里没有这份文件）：{clause}"]


def test_an_amended_text_repeals_from_the_day_its_first_version_did(tmp_path: Path) -> None:
    law(tmp_path, "old.md", "子法", "1990-01-01")
    caption = "（2000年3月1日通过　2020年8月9日《关于修改〈丑法〉的决定》修正）"
    law(
        tmp_path,
        "new.md",
        "丑法",
        "2020-08-09",
        "第二条　本法自2000年5月1日起施行。《子法》同时废止。",
        caption=caption,
    )
    assert "repeals:\n  - {doc: old, date: 2000-05-01}\n" in render(documents(tmp_path)[0])


@pytest.mark.parametrize(
    ("title", "day", "clause"),
    [
        ("寅条例", "1995-01-01", "1990年10月28日国务院发布的《寅条例》同时废止。"),  # of another day
        ("寅条例", "2020-12-01", "《寅条例》同时废止。"),  # later than the one that repeals
        ("寅条例", "1995-01-01", "依照《寅条例》规定发给的证书，期满后废止。"),
        ("寅条例", "1995-01-01", "制定、修改、废止《寅条例》，由另一机关决定。"),
        ("卯法", "1995-01-01", "1995年1月1日通过的《卯法》同时废止。"),  # its own earlier text
    ],
)
def test_what_is_not_plainly_repealed_is_not_linked(tmp_path: Path, title: str, day: str, clause: str) -> None:
    law(tmp_path, "old.md", title, day)
    law(tmp_path, "new.md", "卯法", "2020-05-28", f"第二条　{clause}")
    assert not any("repeals" in given for given in fields(documents(tmp_path)).values())


def test_a_decision_to_repeal_names_what_it_repeals(tmp_path: Path) -> None:
    law(tmp_path, "a.md", "辰条例", "1992-09-19")
    text = "某机关决定：\n\n一、废止《辰条例》（1992年9月19日某会议通过）\n\n本决定自公布之日起施行。\n"
    (tmp_path / "b.md").write_text(f"---\ndate: 2021-09-24\n---\n# 关于废止部分条例的决定\n\n{text}", "utf-8")
    assert fields(documents(tmp_path))["b"]["repeals"] == ("a",)


def test_a_decision_to_amend_amends_only_a_text_that_has_it_not_yet(tmp_path: Path) -> None:
    law(tmp_path, "a.md", "巳办法", "2015-01-01")
    law(tmp_path, "b.md", "午办法", "2022-01-01")
    text = "第一条修改为：某某。\n"
    for name, title in (("x", "巳办法"), ("y", "午办法")):
        head = f"---\ndate: 2020-09-24\n---\n# 某市人民政府关于修改《{title}》的决定\n\n"
        (tmp_path / f"{name}.md").write_text(head + text, "utf-8")
    found = fields(documents(tmp_path))
    assert (found["x"].get("amends"), found["y"].get("amends")) == (("a",), None)


TITLES = st.sampled_from(["甲法", "中华人民共和国甲法", "甲法（2020年修正）", "乙办法", "关于甲法的通知"])
CLAUSES = st.sampled_from(["", "《甲法》同时废止。", "《乙办法》第三条废止。", "2010年1月1日发布的《甲法》同时废止。"])


@given(
    st.lists(st.tuples(TITLES, st.dates(date(2000, 1, 1), date(2020, 1, 1)), CLAUSES), max_size=6),
    st.randoms(use_true_random=False),
)
def test_relations_do_not_depend_on_order_and_lead_to_what_is_there(
    texts: list[tuple[str, date, str]], random: Random
) -> None:
    raws = []
    for number, (title, day, clause) in enumerate(texts):
        text = f"---\ndate: {day}\n---\n# {title}\n\n第一条　内容{number}。{clause}\n"
        raws.append(Raw(import_text(f"n{number}.md", text), Path("x"), {}))
    drafts = settle(raws, {}, "", COLUMNS, set())
    random.shuffle(raws)
    assert settle(raws, {}, "", COLUMNS, set()) == drafts
    found = fields(drafts)
    for name, given_fields in found.items():
        rule = given_fields.get("version_of")
        assert rule is None or (rule in found and "version_of" not in found[str(rule)])
        claims = given_fields.get("repeals", ())
        assert isinstance(claims, tuple)
        targets = {str(claim).split(" ")[0] for claim in claims}
        assert targets <= found.keys() - {name}
        assert not any("version_of" in found[target] for target in targets)
    first_days = [
        (given.get("version_of", name), given["effective_date"])
        for name, given in found.items()
        if "effective_date" in given
    ]
    assert len(first_days) == len(set(first_days))


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
        links = [one for one in markdown.parse_body(draft.body, 1).body.references if not one.is_citation]
        for reference in links:
            assert reference.target in known or reference.target.startswith(("http://", "https://")), draft.source


@pytest.fixture(scope="module")
def imported(corpus: list[Draft | Refusal], tmp_path_factory: pytest.TempPathFactory) -> tuple[Tree, Path]:
    """The corpus as a content folder, read."""
    into = tmp_path_factory.mktemp("corpus")
    write_drafts(corpus, into)
    return load_tree(into, THEMES, datetime(2026, 11, 22, 23, 59)), into


def catalog_on(tree: Tree, day: date) -> Catalog:
    catalog, findings = build_catalog(tree, History(), day)
    assert [finding for finding in findings if finding.code != "R101"] == []
    return catalog


@needs_corpus
def test_the_laws_that_their_source_wrongly_calls_in_force_come_out_superseded(
    corpus: list[Draft | Refusal], imported: tuple[Tree, Path]
) -> None:
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as file:
        wrong = {row["path"] for row in csv.DictReader(file) if "wrongly says" in row["status_basis"]}
    ids = [entry.id for entry in corpus if isinstance(entry, Draft) and entry.source in wrong]
    catalog = catalog_on(imported[0], date(2026, 11, 22))
    assert {catalog.validity[doc_id].state for doc_id in ids} <= {Validity.AMENDED, Validity.REPEALED}
    versions = [doc_id for doc_id in ids if doc_id in catalog.version_of]
    assert len(versions) == 42  # of the others the newer text is not in the corpus
    assert {catalog.validity[catalog.version_of[doc_id]].state for doc_id in versions} == {Validity.EFFECTIVE}


@needs_corpus
@pytest.mark.parametrize(
    ("day", "title", "states"),
    [
        (date(2026, 12, 31), "中华人民共和国商标法", (Validity.EFFECTIVE, Validity.PENDING)),
        (date(2027, 1, 1), "中华人民共和国商标法（2026年修订）", (Validity.AMENDED, Validity.EFFECTIVE)),
    ],
)
def test_the_trademark_law_changes_with_the_year(
    imported: tuple[Tree, Path], day: date, title: str, states: tuple[Validity, Validity]
) -> None:
    catalog = catalog_on(imported[0], day)
    assert catalog.documents["trademark-law"].title == title
    assert catalog.validity["trademark-law"].state is Validity.EFFECTIVE
    versions = catalog.rules["trademark-law"]
    assert [version.day for version in versions] == [date(2019, 11, 1), date(2027, 1, 1)]
    assert tuple(version.state.state for version in versions) == states


@needs_corpus
def test_the_civil_code_repeals_the_laws_it_names_where_they_are_there(tmp_path: Path) -> None:
    (tmp_path / "code.md").write_bytes((CORPUS / "just-laws/civil-and-commercial/civil-code-whole.md").read_bytes())
    law(tmp_path, "marriage.md", "中华人民共和国婚姻法", "2001-04-28")
    law(tmp_path, "adoption.md", "收养法", "1998-11-04")
    (tmp_path / "part.md").write_bytes(
        (CORPUS / "just-laws/civil-and-commercial/civil-code/00-supplementary.md").read_bytes()
    )
    drafts = documents(tmp_path)
    write_drafts(drafts, tmp_path / "into")
    tree = load_tree(tmp_path / "into", THEMES, datetime(2026, 11, 22, 23, 59))
    for day, state in ((date(2020, 12, 31), Validity.EFFECTIVE), (date(2021, 1, 1), Validity.REPEALED)):
        catalog = catalog_on(tree, day)
        assert {catalog.validity[name].state for name in ("marriage", "adoption")} == {state}
    assert catalog.validity["marriage"].cause == "code"
    assert [relation.target for relation in catalog.outgoing["code"]] == ["marriage", "adoption"]


@needs_corpus
def test_the_same_corpus_gives_the_same_bytes(corpus: list[Draft | Refusal], imported: tuple[Tree, Path]) -> None:
    assert [render(e) for e in read_drafts([CORPUS], CORPUS / "manifest.csv", "", COLUMNS) if isinstance(e, Draft)] == [
        render(entry) for entry in corpus if isinstance(entry, Draft)
    ]
    again = write_drafts(corpus, imported[1])
    assert (again.written, again.conflicts) == (0, ())
