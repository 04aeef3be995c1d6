"""Which documents speak of which, which text of a rule is shown, where links lead, and what happened when."""

from __future__ import annotations

import pytest

from sitegen.catalog import Catalog, below, trail
from sitegen.model import RelationKind, UpdateKind, Validity
from sitegen.site import CheckResult
from tests.story import Site


def catalog_of(site: Site, as_of: str = "2026-11-22") -> Catalog:
    result = site.check(as_of).result
    assert isinstance(result, CheckResult)
    assert not result.diagnostics, site.diagnostics
    return result.catalog


# ---------------------------------------------------------------- relations


def test_relation_by_number_finds_the_document(site: Site) -> None:
    site.write("fd-01-gfx/a.md", doc_no="示科发〔2024〕1号").write("fd-01-gfx/b.md", repeals="示科发〔2024〕1号")
    catalog = catalog_of(site)
    assert [r.target for r in catalog.outgoing["b"]] == ["a"]
    assert [r.source for r in catalog.incoming["a"]] == ["b"]
    assert catalog.validity["a"].state is Validity.REPEALED


def test_relation_to_a_document_of_others_is_kept_by_its_number(site: Site) -> None:
    site.write("fd-01-gfx/a.md", forwards=["国办发〔2016〕80号"])
    assert [claim.target for claim in catalog_of(site).unknown_claims["a"]] == ["国办发〔2016〕80号"]


def test_relation_counts_from_the_day_written_with_it(site: Site) -> None:
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", repeals={"doc": "a", "date": "2027-01-01"})
    assert catalog_of(site).validity["a"].state is Validity.EFFECTIVE
    assert catalog_of(site, "2027-01-01").validity["a"].state is Validity.REPEALED


@pytest.mark.parametrize("kind", ["repeals", "amends", "interprets", "forwards", "supports", "based_on"])
@pytest.mark.parametrize("target", ["w", "d", "示科密〔2024〕7号"])
def test_relation_to_a_withheld_document_is_refused(site: Site, kind: str, target: str) -> None:
    withheld = {"disclosure": "不予公开", "disclosure_reason": "条例第十四条", "doc_no": "示科密〔2024〕7号"}
    site.write("fd-01-gfx/w.md", **withheld).write("fd-01-gfx/d.md", draft=True)
    site.write("fd-01-gfx/a.md", **{kind: target}).check()
    assert site.codes == ["R102"]
    assert "示科密" not in site.found[0].message + site.found[0].hint


_NUMBER = "示科密〔2024〕7号"
_NOT_SHOWN = [
    ({"disclosure": "不予公开", "disclosure_reason": "条例第十四条"}, ["R102"]),
    ({"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}, ["R102"]),
    ({"draft": True}, ["R102"]),
    ({"draft": True, "pub_date": None}, ["R102"]),
    ({"written_date": "2026-12-01", "pub_date": "2026-12-02"}, ["L116"]),
    ({"withdraw": {"date": "2026-01-01", "reason": "有误"}}, []),
]


@pytest.mark.parametrize(("state", "codes"), _NOT_SHOWN, ids=["secret", "on request", "draft", "empty", "due", "gone"])
@pytest.mark.parametrize("title", ["数据要素流通试点方案", "密令"])
@pytest.mark.parametrize("kind", ["repeals", "based_on"])
@pytest.mark.parametrize("is_by_number", [False, True])
def test_claim_about_what_is_not_shown_has_one_answer_by_title_and_by_number(
    site: Site, state: dict[str, object], codes: list[str], title: str, kind: str, is_by_number: bool
) -> None:
    site.write("fd-01-gfx/x.md", title, doc_no=_NUMBER, **state)
    site.write("fd-01-gfx/a.md", **{kind: _NUMBER if is_by_number else f"《{title}》"}).check("2026-11-22")
    assert site.codes == codes
    assert not any(word in d.message + d.hint for d in site.found for word in (title, _NUMBER))


@pytest.mark.parametrize("state", [state for state, codes in _NOT_SHOWN if codes != ["R102"]], ids=["due", "gone"])
def test_title_of_what_is_not_shown_is_nowhere(site: Site, state: dict[str, object]) -> None:
    title = "数据要素流通试点方案"
    site.write("fd-01-gfx/x.md", title, **state)
    site.write("fd-01-gfx/a.md", repeals=f"《{title}》").build("2026-11-22")
    assert site.is_published, site.diagnostics
    assert not [path for path, data in site.tree().items() if title.encode() in data]


def test_catalog_has_no_names_of_what_was_withdrawn(site: Site) -> None:
    site.write("fd-01-gfx/x.md", doc_no=_NUMBER, withdraw={"date": "2026-01-01", "reason": "有误"})
    gone = catalog_of(site).withdrawn["x"]
    assert (gone.doc_no, gone.names) == ("", ())


def test_title_of_what_was_withdrawn_is_not_forgotten_when_only_that_changes(site: Site) -> None:
    gone = {"date": "2026-01-01", "reason": "有误"}
    site.write("fd-01-gfx/x.md", "原来的题名", withdraw=gone).write("fd-01-gfx/a.md", repeals="《数据要素流通方案》")
    assert "数据要素流通方案" in site.build("2026-11-22").page("doc/a/index.html")
    site.write("fd-01-gfx/x.md", "数据要素流通方案", withdraw=gone).build("2026-11-22")
    assert "数据要素流通方案" not in site.page("doc/a/index.html")
    for path in site.cache.rglob("*"):
        assert not path.is_file() or "原来的题名".encode() not in path.read_bytes()


def test_title_is_that_of_the_public_document_if_another_has_it_too(site: Site) -> None:
    site.write("fd-01-gfx/x.md", "数据要素流通方案", draft=True).write("fd-01-gfx/b.md", "数据要素流通方案")
    site.write("fd-01-gfx/a.md", repeals="《数据要素流通方案》")
    assert [r.target for r in catalog_of(site).outgoing["a"]] == ["b"]


def test_repeal_by_a_withdrawn_document_has_no_effect(site: Site) -> None:
    gone = {"date": "2026-01-01", "reason": "有误"}
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", repeals="a", withdraw=gone)
    assert catalog_of(site).validity["a"].state is Validity.EFFECTIVE


def test_repeal_by_a_withheld_document_has_no_effect(site: Site) -> None:
    withheld = {"disclosure": "不予公开", "disclosure_reason": "条例第十四条"}
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", title="乙办法", repeals="a", **withheld)
    assert catalog_of(site).validity["a"].state is Validity.EFFECTIVE


def test_repeal_of_a_document_of_others_changes_nothing_here(site: Site) -> None:
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", repeals=["国办发〔2016〕80号"])
    catalog = catalog_of(site)
    assert {state.state for state in catalog.validity.values()} == {Validity.EFFECTIVE}
    assert not catalog.outgoing


def test_document_that_this_one_is_based_on_is_known_from_both_sides(site: Site) -> None:
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", based_on="a")
    catalog = catalog_of(site)
    assert [r.kind for r in catalog.incoming["a"]] == [RelationKind.BASED_ON]
    assert catalog.validity["a"].state is Validity.EFFECTIVE


def test_declared_state_that_the_dates_contradict_is_refused(site: Site) -> None:
    site.write("fd-01-gfx/a.md", validity="现行有效", expire_date="2025-12-31").check()
    assert site.codes == ["R103"]


# ---------------------------------------------------------------- rules with several texts


def dates(year: int) -> dict[str, str]:
    """Of a text that was written, published and put in force in turn."""
    return {
        "written_date": f"{year}-06-01",
        "pub_date": f"{year}-06-02",
        "effective_date": f"{year}-11-01",
    }


def law(site: Site) -> Site:
    """A rule with three texts: of 2013, its own of 2019, and one that is to come in 2027."""
    number = "中华人民共和国主席令第29号"
    site.write("fd-01-gfx/law.md", "某市商标办法", "第一条\u3000二〇一九年。", **dates(2019), doc_no=number)
    texts = {"title": "某市商标办法", "version_of": "law", "attachments": ["x.pdf"]}
    site.write("fd-01-qt/old.md", body="第一条\u3000二〇一三年。", **texts, **dates(2013))
    to_come = {**dates(2026), "effective_date": "2027-01-01"}
    site.write("fd-01-qt/new.md", body="第一条\u3000二〇二七年。\n\n第二条\u3000新增。", **texts, **to_come)
    return site.file("fd-01-qt/x.pdf")


def law_of_two(site: Site, body: str = "正文。", **fields: object) -> Site:
    """A rule with its own text and another one, with these fields."""
    site.write("fd-01-gfx/law.md", "某市商标办法", "原来的正文。", **dates(2019))
    return site.write("fd-01-gfx/new.md", "某市商标办法", body, **{"version_of": "law", **dates(2024), **fields})


def test_address_of_a_rule_shows_the_text_in_force_on_the_day(site: Site) -> None:
    now, then = catalog_of(law(site)), catalog_of(site, "2027-01-01")
    assert now.documents["law"].path == now.documents["law/2019-11-01"].path == "fd-01-gfx/law.md"
    shown = then.documents["law"]
    assert (shown.path, shown.url, shown.columns) == ("fd-01-qt/new.md", "doc/law/index.html", ("fd-01-gfx",))
    assert shown.face.url == "doc/law/index.html"
    assert shown.body == then.documents["new"].body
    assert shown.digest != then.documents["new"].digest
    assert then.sources["law"].path == "fd-01-gfx/law.md"
    assert [version.id for version in now.rules["law"]] == ["old", "law/2019-11-01", "new"]


def test_every_text_has_a_page_that_stays_and_stands_in_no_list(site: Site) -> None:
    for day in ("2026-11-22", "2027-01-01"):
        catalog = catalog_of(law(site), day)
        assert set(catalog.documents) == {"law", "law/2019-11-01", "old", "new"}
        assert catalog.version_of == {"law/2019-11-01": "law", "old": "law", "new": "law"}
        assert list(catalog.entries) == ["law"]
        assert catalog.by_column["fd-01-gfx"] == ("law",)
        assert catalog.by_column["fd-01-qt"] == ()


def test_texts_have_their_own_addresses_and_the_map_for_search_engines_knows_them(site: Site) -> None:
    law(site).write("fd-01-gfx/law.md", "某市商标办法", "第一条\u3000见[乙](b)。", **dates(2019)).write(
        "fd-01-gfx/b.md"
    )
    site.setting(agency="示例市科学技术局", url="https://www.example.gov.cn/").build("2027-01-01")
    assert site.is_published, site.diagnostics
    for address in ("doc/law/", "doc/law/2019-11-01/", "doc/old/", "doc/new/"):
        assert f"https://www.example.gov.cn/{address}" in site.page("sitemap.xml")
    assert "二〇二七年" in site.page("doc/law/index.html")
    assert 'href="../../../doc/b/index.html"' in site.page("doc/law/2019-11-01/index.html")
    assert site.page("catalog/index.html").count("某市商标办法") == 1


def test_states_of_a_rule_and_its_texts_on_a_day(site: Site) -> None:
    words = {
        day: {doc_id: catalog.validity_word(doc_id) for doc_id in ("law", "old", "law/2019-11-01", "new")}
        for day in ("2026-11-22", "2027-01-01")
        for catalog in [catalog_of(law(site), day)]
    }
    assert list(words["2026-11-22"].values()) == ["现行有效", "已修改", "现行有效", "尚未施行"]
    assert list(words["2027-01-01"].values()) == ["现行有效", "已修改", "已修改", "现行有效"]


def test_text_that_comes_into_force_is_told_once_of_the_rule(site: Site) -> None:
    updates = catalog_of(law(site), "2027-01-01").updates
    told = [(u.day.isoformat(), u.kind, u.id, u.cause) for u in updates]
    assert told == [
        ("2027-01-01", UpdateKind.EFFECTIVE, "law", "new"),
        ("2026-06-02", UpdateKind.PUBLISHED, "new", None),
        ("2019-11-01", UpdateKind.EFFECTIVE, "law", "law/2019-11-01"),
        ("2019-06-02", UpdateKind.PUBLISHED, "law", None),
        ("2013-11-01", UpdateKind.EFFECTIVE, "law", None),
        ("2013-06-02", UpdateKind.PUBLISHED, "old", None),
    ]


def test_links_to_a_rule_lead_into_the_text_that_is_shown(site: Site) -> None:
    law(site).write("fd-01-gfx/a.md", body="见[这里](law#第二条)。").check()
    assert site.codes == ["L111"]
    assert [link.fragment for link in catalog_of(site, "2027-01-01").links["a"]] == ["第二条"]


def test_attachments_of_the_text_in_force_lie_beside_the_rule(site: Site) -> None:
    law_of_two(site, "见[名单](x.pdf)。", attachments=["x.pdf"]).file("fd-01-gfx/x.pdf")
    catalog = catalog_of(site)
    assert catalog.links["law"][0].url == "doc/law/x.pdf"
    assert catalog.links["new"][0].url == "doc/new/x.pdf"


def test_fault_of_a_text_is_told_once(site: Site) -> None:
    law_of_two(site, "见[甲](甲)。").write("fd-01-gfx/law.md", "某市商标办法", "见[乙](乙)。", **dates(2019))
    assert site.check().codes == ["L110", "L110"]


def test_checks_see_each_file_once(site: Site) -> None:
    catalog = catalog_of(law(site), "2027-01-01").of_sources()
    assert {doc_id: doc.path for doc_id, doc in catalog.documents.items()} == {
        "law": "fd-01-gfx/law.md",
        "new": "fd-01-qt/new.md",
        "old": "fd-01-qt/old.md",
    }
    assert set(catalog.validity) == {"law", "new", "old"}


def test_catalog_with_other_bodies_is_that_of_the_rebuilt_site(site: Site) -> None:
    before = catalog_of(law(site), "2027-01-01")
    text = (site.content / "fd-01-qt/new.md").read_text()
    site.file("fd-01-qt/new.md", text.replace("二〇二七年", "自二〇二七年起"))
    after = catalog_of(site, "2027-01-01")
    moved = before.with_bodies(after.sources.values(), after.bodies)
    assert {i: doc.digest for i, doc in moved.documents.items()} == {i: d.digest for i, d in after.documents.items()}
    assert before.documents["law"].digest != after.documents["law"].digest


def test_rule_is_repealed_with_all_its_texts(site: Site) -> None:
    law(site).write("fd-01-gfx/b.md", repeals={"doc": "law", "date": "2026-10-01"})
    catalog = catalog_of(site)
    assert {catalog.validity_word(doc_id) for doc_id in ("law", "law/2019-11-01", "old", "new")} == {"废止"}


def test_number_of_a_text_is_that_of_its_rule(site: Site) -> None:
    law(site).write("fd-01-gfx/b.md", repeals="中华人民共和国主席令第29号")
    text = (site.content / "fd-01-qt/new.md").read_text()
    site.file("fd-01-qt/new.md", text.replace("version_of", "doc_no: 中华人民共和国主席令第29号\nversion_of"))
    assert [relation.target for relation in catalog_of(site).outgoing["b"]] == ["law"]


def test_text_that_names_its_rule_as_repealed_only_takes_its_place(site: Site) -> None:
    catalog = catalog_of(law_of_two(site, repeals="law"))
    assert catalog.validity_word("law") == "现行有效"
    assert not catalog.outgoing


def test_two_texts_of_one_day_are_refused(site: Site) -> None:
    law_of_two(site, **dates(2019)).check()
    assert site.codes == ["R130"]
    assert site.found[0].span.path.endswith("new.md")


@pytest.mark.parametrize("target", ["new", "nothing", "text"])
def test_text_of_no_rule_is_refused(site: Site, target: str) -> None:
    law_of_two(site, version_of=target)
    site.write("fd-01-gfx/text.md", "某市商标办法", "还有一个。", version_of="law", **dates(2021)).check()
    assert "R131" in site.codes


def test_text_of_a_withheld_rule_is_refused(site: Site) -> None:
    site.write("fd-01-gfx/law.md", title="密", disclosure="不予公开", disclosure_reason="条例第十四条")
    assert site.write("fd-01-gfx/new.md", version_of="law").check().codes == ["R102"]


def test_text_of_a_rule_that_is_yet_to_come_waits_for_it(site: Site) -> None:
    to_come = {"written_date": "2026-12-01", "pub_date": "2026-12-02", "effective_date": "2027-01-01"}
    site.write("fd-01-gfx/law.md", body="将来的正文。", **to_come)
    site.write("fd-01-gfx/new.md", version_of="law", **dates(2019))
    assert site.check("2026-11-22").codes == ["L116"]
    assert set(catalog_of(site, "2026-12-02").rules) == {"law"}


def test_old_address_may_not_be_that_of_a_text(site: Site) -> None:
    law(site).write("fd-01-gfx/a.md", old_urls=["doc/law/2019-11-01/"])
    assert site.check().codes == ["L115"]


# ---------------------------------------------------------------- citations


def cited(site: Site, text: str, day: str = "2026-11-22") -> list[tuple[str, str]]:
    """Where the citations in a document with this text lead."""
    site.write("fd-01-gfx/citing.md", "引用的通知", text)
    return [(link.url, link.fragment) for link in catalog_of(site, day).links.get("citing", ())]


@pytest.fixture
def library(site: Site) -> Site:
    number = "示科发〔2024〕1号"
    return site.write("fd-01-gfx/a.md", "某市科技计划管理办法", "第一条\u3000甲。\n\n第三条\u3000乙。", doc_no=number)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("依照《某市科技计划管理办法》（示科发〔2024〕1号）第三条第二款办理。", "第三条"),
        ("依照《某市科技计划管理办法》第一条办理。", "第一条"),
        ("依照《某市科技计划管理办法》第九条办理。", ""),
        ("依照《中华人民共和国某市科技计划管理办法》办理。", ""),
        ("依照《计划办法》（示科发〔2024〕1号）办理。", ""),
    ],
)
def test_citation_leads_to_the_document_and_its_article(library: Site, text: str, fragment: str) -> None:
    assert cited(library, text) == [("doc/a/index.html", fragment)]


@pytest.mark.parametrize(
    "text",
    [
        "依照《某市科技计划管理》办理。",
        "依照《某市科技计划管理办法》（示科发〔2010〕7号）办理。",  # an earlier one of the same name
        "依照《国务院某条例》第三条办理。",
    ],
)
def test_citation_of_what_the_site_does_not_have_is_text(library: Site, text: str) -> None:
    assert cited(library, text) == [("", "")]


def test_citation_of_one_of_several_is_text(library: Site) -> None:
    library.write("fd-01-gfx/b.md", "某市科技计划管理办法", doc_no="示科发〔2024〕2号")
    assert cited(library, "依照《某市科技计划管理办法》办理。") == [("", "")]
    assert cited(library, "依照《某市科技计划管理办法》（示科发〔2024〕2号）办理。") == [("doc/b/index.html", "")]


def test_citation_of_the_document_itself_leads_to_its_own_article(site: Site) -> None:
    assert cited(site, "第一条\u3000甲。\n\n第二条\u3000见本办法第一条第一款、本办法第九条。") == [
        ("", "第一条"),
        ("", ""),
    ]


def test_citation_of_a_rule_leads_to_the_rule_whichever_text_is_in_force(site: Site) -> None:
    law(site)
    assert cited(site, "依照《某市商标办法》第二条办理。") == [("doc/law/index.html", "")]
    assert cited(site, "依照《某市商标办法》第二条办理。", "2027-01-01") == [("doc/law/index.html", "第二条")]


# ---------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("written", "url", "fragment"),
    [
        ("b", "doc/b/index.html", ""),
        ("b.md", "doc/b/index.html", ""),
        ("../fd-01-qt/c.md", "doc/c/index.html", ""),
        ("b#第一条", "doc/b/index.html", "第一条"),
        ("#第一条", "", "第一条"),
        ("x.pdf", "doc/a/x.pdf", ""),
        ("fd-01-qt", "fd-01-qt/index.html", ""),
        ("https://www.gov.cn/", "https://www.gov.cn/", ""),
        ("gone", "doc/gone/index.html", ""),
    ],
)
def test_link_leads_where_it_should(site: Site, written: str, url: str, fragment: str) -> None:
    site.write("fd-01-gfx/b.md", body="第一条\u3000内容。").write("fd-01-qt/c.md").file("fd-01-gfx/x.pdf")
    site.write("fd-01-gfx/gone.md", withdraw={"date": "2026-01-01", "reason": "有误"})
    site.write("fd-01-gfx/a.md", body=f"第一条\u3000见[这里]({written})。", attachments=["x.pdf"])
    (link,) = catalog_of(site).links["a"]
    assert (link.url, link.fragment) == (url, fragment)


@pytest.mark.parametrize("written", ["w", "w.md", "../fd-01-gfx/w.md", "w#第一条", "w.md#第一条"])
def test_link_to_a_withheld_document_is_refused(site: Site, written: str) -> None:
    site.write("fd-01-gfx/w.md", title="密", disclosure="不予公开", disclosure_reason="条例第十四条")
    assert site.write("fd-01-gfx/a.md", body=f"[这里]({written})").check().codes == ["L114"]


DANGLING = [
    ("nothing", "L110"),
    ("../b/", "L110"),
    ("/b", "L110"),
    ("../../b.md", "L110"),
    ("b#第九条", "L111"),
    ("y.pdf", "L113"),
]


@pytest.mark.parametrize(("written", "code"), DANGLING)
def test_dangling_link_is_refused(site: Site, written: str, code: str) -> None:
    site.write("fd-01-gfx/b.md").write("fd-01-gfx/a.md", body=f"[这里]({written})")
    assert site.check().codes == [code]


# ---------------------------------------------------------------- columns and updates


def test_documents_stand_newest_first_and_in_every_column_they_name(site: Site) -> None:
    site.write("fd-01-gfx/a.md", pub_date="2024-03-05 09:00").write("fd-01-gfx/b.md", pub_date="2024-03-05 10:00")
    site.write("fd-01-gfx/c.md", pub_date="2024-03-06", column=["fd-01-gfx", "fd-01-qt"])
    catalog = catalog_of(site)
    assert catalog.by_column["fd-01-gfx"] == ("c", "b", "a")
    assert catalog.by_column["fd-01-qt"] == ("c",)


def test_trail_and_below_are_two_ways_to_see_the_tree(site: Site) -> None:
    columns = catalog_of(site.write("fd-01-gfx/a.md")).columns
    for name in columns:
        for column in trail(columns, name):
            assert name in below(columns, column.id)


def test_updates_tell_what_happened_and_when(site: Site) -> None:
    site.write("fd-01-gfx/a.md", effective_date="2024-05-01", expire_date="2025-12-31")
    site.write("fd-01-gfx/b.md", pub_date="2025-06-01", written_date="2025-05-30", amends="a")
    site.write("fd-01-gfx/gone.md", withdraw={"date": "2026-01-05", "reason": "有误"})
    updates = [(u.day.isoformat(), u.kind, u.id) for u in catalog_of(site).updates]
    assert updates == [
        ("2026-01-05", UpdateKind.WITHDRAWN, "gone"),
        ("2026-01-01", UpdateKind.EXPIRED, "a"),
        ("2025-06-01", UpdateKind.PUBLISHED, "b"),
        ("2025-05-30", UpdateKind.AMENDED, "a"),
        ("2024-05-01", UpdateKind.EFFECTIVE, "a"),
        ("2024-03-05", UpdateKind.PUBLISHED, "a"),
    ]


def test_correction_is_told_on_its_day(site: Site) -> None:
    corrections = [
        {"date": "2024-03-05", "note": "附件补齐"},
        {"date": "2026-01-05", "was": "三十日", "now": "十五日"},
    ]
    updates = catalog_of(site.write("fd-01-gfx/a.md", corrections=corrections)).updates
    told = [(u.day.isoformat(), u.what, u.changes) for u in updates if u.kind is UpdateKind.CORRECTED]
    assert told == [("2026-01-05", "“三十日”更正为“十五日”", ()), ("2024-03-05", "附件补齐", ())]
    assert "“三十日”更正为“十五日”" in site.build().page("updates/index.html")


def test_nothing_is_told_before_its_day(site: Site) -> None:
    site.write("fd-01-gfx/a.md", effective_date="2027-05-01")
    assert [u.kind for u in catalog_of(site).updates] == [UpdateKind.PUBLISHED]


# ---------------------------------------------------------------- faults found in review


def test_log_and_state_agree_where_a_repeal_is_yet_to_come(site: Site) -> None:
    site.write("fd-01-gfx/a.md", written_date="2024-04-01", pub_date="2024-04-02", expire_date="2026-10-31")
    dates = {"written_date": "2026-10-30", "pub_date": "2026-11-01", "effective_date": "2027-01-01"}
    site.write("fd-01-gfx/b.md", **dates, repeals="a")
    catalog = catalog_of(site)
    assert catalog.validity["a"].state is Validity.EXPIRED
    assert [u.kind for u in catalog.updates if u.id == "a"] == [UpdateKind.EXPIRED, UpdateKind.PUBLISHED]


def test_number_of_two_documents_names_none(site: Site) -> None:
    number = "某政发〔2024〕1号"
    site.write("fd-01-gfx/a.md", doc_no=number).write("fd-01-gfx/b.md", doc_no=number)
    site.write("fd-01-gfx/c.md", repeals=number).check()
    assert site.codes == ["R105"]


def test_link_to_what_is_yet_to_come_is_text_until_then(site: Site) -> None:
    dates = {"written_date": "2026-12-01", "pub_date": "2026-12-02"}
    site.write("fd-01-gfx/a.md", body="见[乙办法](b)。").write("fd-01-gfx/b.md", title="乙办法", **dates)
    site.build("2026-11-22")
    assert site.codes == ["L116"]
    assert "<p>见<a>乙办法</a>。</p>" in site.page("doc/a/index.html")
    site.build("2026-12-02")
    assert site.codes == []
    assert 'href="../../doc/b/index.html"' in site.page("doc/a/index.html")


def test_number_of_a_withdrawn_document_is_shown_nowhere(site: Site) -> None:
    number = "某政发〔2020〕7号"
    gone = {"date": "2026-01-01", "reason": "有误"}
    site.write("fd-01-gfx/a.md", doc_no=number, withdraw=gone).write("fd-01-gfx/b.md", repeals=number).build()
    assert site.is_published, site.diagnostics
    assert not [path for path, data in site.tree().items() if "2020〕7号".encode() in data]


@pytest.mark.parametrize(
    "old",
    [
        "/KJJ/zfxxgk/doc/a/index.html",
        "https://old.example.cn/",
        "robots.txt",
        "Index.html",
        "FD/index.html",
        "doc/a/",
        "doc/A/",
    ],
)
def test_old_address_may_not_be_a_page_of_the_site(site: Site, old: str) -> None:
    site.setting(agency="某局", url="https://www.example.gov.cn/kjj/zfxxgk/").write("fd-01-gfx/a.md")
    site.write("fd-01-gfx/b.md", old_urls=[old]).check()
    assert site.codes == ["L115"]


@pytest.mark.parametrize("old", ["doc/old/", "doc/old/x.pdf", "/xx/1.html", "/show.jsp?id=1", "doc/b/former.pdf"])
def test_old_address_may_be_any_other(site: Site, old: str) -> None:
    site.setting(agency="某局", url="https://www.example.gov.cn/kjj/zfxxgk/").write(
        "fd-01-gfx/b.md", old_urls=[old]
    ).build()
    assert site.codes == []


def test_old_address_leads_from_one_document_only(site: Site) -> None:
    site.write("fd-01-gfx/a.md", old_urls=["old/1.html"]).write("fd-01-gfx/b.md", old_urls=["OLD/1.html"]).check()
    assert site.codes == ["L115"]


def test_leaders_stand_in_the_order_of_their_rank(site: Site) -> None:
    for doc_id, rank, day in (("a", "2", "2026-11-05"), ("b", "10", "2026-11-06"), ("c", "1", "2026-01-05")):
        fields = {"leader_name": "张三", "leader_post": "局长", "leader_rank": rank, "pub_date": day}
        site.write(f"fd-02-ld/{doc_id}.md", title=f"领导{doc_id}", written_date=None, **fields)
    page = site.build().page("fd-02-ld/index.html")
    assert page.index("领导c") < page.index("领导a") < page.index("领导b")
    assert "排序" not in site.page("doc/a/index.html")


# ---------------------------------------------------------------- relations to rules with several texts


@pytest.mark.parametrize("kind", ["repeals", "amends"])
def test_act_on_a_text_that_is_or_was_in_force_is_on_its_rule(site: Site, kind: str) -> None:
    for target in ("old", "law"):
        given = {"title": "关于延长有效期的决定", kind: target}
        law(site).write("fd-01-gfx/x.md", written_date="2026-05-01", pub_date="2026-05-02", **given)
        assert [r.target for r in catalog_of(site).outgoing["x"]] == ["law"]


def test_repeal_of_a_text_that_is_not_yet_in_force_leaves_the_rule(site: Site) -> None:
    law(site).write("fd-01-gfx/x.md", "另一件", written_date="2026-09-01", pub_date="2026-09-02", repeals="new")
    assert catalog_of(site, "2027-06-01").validity_word("law") == "现行有效"


def test_document_without_a_number_is_named_by_its_title(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="某市旧办法").write(
        "fd-01-gfx/b.md", repeals=["《某市旧办法》", "《外省某某办法》"]
    )
    catalog = catalog_of(site)
    assert [relation.target for relation in catalog.outgoing["b"]] == ["a"]
    assert [claim.target for claim in catalog.unknown_claims["b"]] == ["《外省某某办法》"]


def test_title_that_is_written_as_an_id_is_told_with_the_id(site: Site) -> None:
    site.write("fd-01-gfx/kjgf-1.md", title="某市旧办法").write("fd-01-gfx/b.md", repeals="某市旧办法").check()
    assert site.codes == ["R101"]
    assert "是不是“kjgf-1”" in site.found[0].hint


def test_text_that_an_amendment_made_bears_its_number(site: Site) -> None:
    site.write("fd-01-gfx/a.md", doc_no="示科规〔2022〕2号", effective_date="2022-08-01", revisions=[AMENDED])
    site.write(
        "fd-01-gfx/old.md", body="原来的正文。", doc_no="示科规〔2022〕2号", effective_date="2022-08-01", version_of="a"
    )
    decision = {"written_date": "2025-05-28", "pub_date": "2025-06-03", "effective_date": "2025-07-01", "amends": "a"}
    site.write("fd-01-gfx/decision.md", title="修改决定", doc_no="示科规〔2025〕2号", **decision).check()
    assert isinstance(site.result, CheckResult)
    first, second = site.result.catalog.rules["a"]
    assert (first.day.isoformat(), first.doc_no) == ("2022-08-01", "示科规〔2022〕2号")
    assert (second.day.isoformat(), second.doc_no) == ("2025-07-01", "示科规〔2025〕2号")


AMENDED = {"date": "2025-05-28", "doc_no": "示科规〔2025〕2号", "kind": "修正"}
