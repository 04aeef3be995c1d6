"""What is in force, which documents speak of which, where links lead, and what happened when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.catalog import Catalog, below, trail, validity_on
from sitegen.model import Body, Document, Relation, RelationKind, UpdateKind, Validity
from sitegen.site import CheckResult
from tests.story import Site

DAY = date(2026, 11, 22)


def catalog_of(site: Site, as_of: str = "2026-11-22") -> Catalog:
    result = site.check(as_of).result
    assert isinstance(result, CheckResult)
    assert not result.diagnostics, site.diagnostics
    return result.catalog


def document(**fields: Any) -> Document:
    usual: dict[str, Any] = {
        "id": "a",
        "path": "fd-01-gfx/a.md",
        "title": "甲办法",
        "pub_date": date(2024, 3, 5),
        "issuers": ("某局",),
        "columns": ("fd-01-gfx",),
        "body": Body(""),
    }
    return Document(**usual | fields)


def relation(kind: RelationKind, day: date, articles: tuple[str, ...] = ()) -> Relation:
    return Relation(kind, "b", "a", day, articles)


def state(incoming: tuple[Relation, ...] = (), day: date = DAY, **fields: Any) -> Validity:
    return validity_on(document(**fields), incoming, day).state


# ---------------------------------------------------------------- what is in force


def test_document_is_in_force_when_nothing_says_otherwise() -> None:
    assert state() is Validity.EFFECTIVE


def test_document_is_pending_until_the_day_it_takes_effect() -> None:
    assert state(effective_date=DAY + timedelta(1)) is Validity.PENDING
    assert state(effective_date=DAY) is Validity.EFFECTIVE


def test_document_expires_the_day_after_its_last() -> None:
    assert state(expire_date=DAY) is Validity.EFFECTIVE
    assert state(expire_date=DAY - timedelta(1)) is Validity.EXPIRED


def test_repeal_counts_from_its_effective_date() -> None:
    repeal = (relation(RelationKind.REPEALS, DAY),)
    assert state(repeal) is Validity.REPEALED
    assert state(repeal, DAY - timedelta(1)) is Validity.EFFECTIVE
    assert validity_on(document(), repeal, DAY).cause == "b"


def test_repeal_of_some_articles_amends() -> None:
    assert state((relation(RelationKind.REPEALS, DAY, ("第三条",)),)) is Validity.AMENDED


def test_amendment_counts_from_its_effective_date() -> None:
    amendment = (relation(RelationKind.AMENDS, DAY),)
    assert state(amendment) is Validity.AMENDED
    assert state(amendment, DAY - timedelta(1)) is Validity.EFFECTIVE


def test_the_earlier_end_counts() -> None:
    ended = {"expire_date": date(2025, 12, 31), "repeal_date": date(2025, 6, 1)}
    assert state(**ended) is Validity.REPEALED
    assert state(expire_date=date(2025, 1, 1), repeal_date=date(2025, 6, 1)) is Validity.EXPIRED


@pytest.mark.parametrize("kind", [RelationKind.INTERPRETS, RelationKind.FORWARDS, RelationKind.SUPPORTS])
def test_other_relations_leave_it_in_force(kind: RelationKind) -> None:
    assert state((relation(kind, DAY),)) is Validity.EFFECTIVE


dates = st.none() | st.dates(date(2024, 1, 1), date(2024, 2, 9))


@given(dates, dates, dates, st.lists(st.tuples(st.sampled_from(RelationKind), dates.filter(bool)), max_size=3))
def test_what_has_ended_stays_ended(effective: date, expire: date, repeal: date, relations: list) -> None:
    incoming = tuple(sorted((relation(k, d) for k, d in relations), key=lambda r: r.effective_date))
    doc = document(effective_date=effective, expire_date=expire, repeal_date=repeal)
    days = [date(2024, 1, 1) + timedelta(n) for n in range(60)]
    states = [validity_on(doc, incoming, day).state for day in days]
    began = [s for s in states if s is not Validity.PENDING]
    ended = [s in (Validity.REPEALED, Validity.EXPIRED) for s in began]
    assert ended == sorted(ended)
    assert states[: len(states) - len(began)] == [Validity.PENDING] * (len(states) - len(began))


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


@pytest.mark.parametrize("kind", ["repeals", "amends", "interprets", "forwards", "supports"])
@pytest.mark.parametrize("target", ["w", "d", "示科密〔2024〕7号"])
def test_relation_to_a_withheld_document_is_refused(site: Site, kind: str, target: str) -> None:
    withheld = {"disclosure": "不予公开", "disclosure_reason": "条例第十四条", "doc_no": "示科密〔2024〕7号"}
    site.write("fd-01-gfx/w.md", **withheld).write("fd-01-gfx/d.md", draft=True)
    site.write("fd-01-gfx/a.md", **{kind: target}).check()
    assert site.codes == ["R102"]
    assert "示科密" not in site.found[0].message + site.found[0].hint


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


def test_nothing_is_told_before_its_day(site: Site) -> None:
    site.write("fd-01-gfx/a.md", effective_date="2027-05-01")
    assert [u.kind for u in catalog_of(site).updates] == [UpdateKind.PUBLISHED]


# ---------------------------------------------------------------- faults found in review


def test_document_repealed_before_it_took_effect_is_not_pending() -> None:
    repeal = relation(RelationKind.REPEALS, DAY - timedelta(21))
    assert state((repeal,), effective_date=DAY + timedelta(39)) is Validity.REPEALED


@pytest.mark.parametrize("field", ["repeal_date", "expire_date"])
def test_word_that_a_later_date_contradicts_does_not_count(field: str) -> None:
    word = Validity.REPEALED if field == "repeal_date" else Validity.EXPIRED
    assert state(declared_validity=word, **{field: DAY + timedelta(1)}) is Validity.EFFECTIVE


def test_the_last_day_of_all_is_no_crash() -> None:
    assert state(expire_date=date.max) is Validity.EFFECTIVE


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
