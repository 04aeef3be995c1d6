"""What hostile and careless editors write about the life of documents, and a slow second reading of validity.

The model walks day by day and knows nothing of `sitegen.validity` but its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.markdown.citing import Citing
from sitegen.model import BodyRef, DocId, Document, Relation, RelationKind, Terms, Validity
from sitegen.terms import find_terms
from sitegen.validity import IN_FORCE, lives
from sitegen.versions import texts_of_rules
from tests.packed import xlsx
from tests.story import Site, everything_in, files_of

START = date(2024, 1, 1)
SPAN = 10
ONE_DAY = timedelta(days=1)
DAYS = [START + timedelta(n) for n in range(-2, SPAN + 4)]

# ---------------------------------------------------------------- day by day


@dataclass
class World:
    """Documents and relations, and what has happened to them so far."""

    documents: Mapping[DocId, Document]
    relations: Sequence[Relation]
    ended: dict[DocId, tuple[Validity, date, DocId]] = field(default_factory=dict)  # state, since, cause

    def day_of(self, doc: Document) -> date:
        return doc.effective_date or doc.stated.effective or doc.written_date or doc.pub_date

    def rule(self, name: DocId) -> DocId:
        return self.documents[name].version_of or name

    def texts(self, rule: DocId) -> list[DocId]:
        found = [doc.id for doc in self.documents.values() if rule in (doc.id, doc.version_of)]
        return sorted(found, key=lambda name: (self.day_of(self.documents[name]), name))

    def in_force(self, rule: DocId, day: date) -> DocId:
        """The text that a reader of the rule has to follow on the day."""
        first, *later = self.texts(rule)
        found = first
        for name in later:
            begin = self.day_of(self.documents[name])
            end = self.ended.get(f"text {name}")
            if begin <= day and not (end and end[1] < begin):
                found = name
        return found

    def is_over_before(self, name: DocId, day: date) -> bool:
        ends = (self.ended.get(self.rule(name)), self.ended.get(f"text {name}"))
        return any(end is not None and end[1] < day for end in ends)

    def end(self, name: DocId, state: Validity, day: date, cause: DocId, *, of_rule: bool = False) -> None:
        rule = self.rule(name)
        if of_rule or len(self.texts(rule)) == 1 or name == self.in_force(rule, day):
            self.ended.setdefault(rule, (state, day, cause))
        else:
            self.ended.setdefault(f"text {name}", (state, day, cause))

    def pass_day(self, day: date) -> None:
        """Everything that ends on this day: repeals by others, then those of the document itself, then expiry."""
        repeals = sorted(
            (r.source, r.target)
            for r in self.relations
            if r.kind is RelationKind.REPEALS and not r.articles and r.effective_date == day
        )
        for source, target in repeals:
            if not self.is_over_before(source, day):
                is_rule = not self.documents[target].version_of
                self.end(target, Validity.REPEALED, day, source, of_rule=is_rule)
        for name, doc in sorted(self.documents.items()):
            if doc.repeal_date == day:
                self.end(name, Validity.REPEALED, day, "", of_rule=not doc.version_of)
        for name, doc in sorted(self.documents.items()):
            last = doc.expire_date or doc.stated.expire
            if last and last + ONE_DAY == day:
                now = self.in_force(self.rule(name), day)
                has_own = bool(self.documents[now].expire_date or self.documents[now].stated.expire)
                if now != name and not doc.version_of and (has_own or not doc.expire_date):
                    continue  # the words of a text that is no longer in force
                self.end(name, Validity.EXPIRED, day, "", of_rule=not doc.version_of)


def day_by_day(documents: Mapping[DocId, Document], relations: Sequence[Relation]) -> dict[date, dict[DocId, Validity]]:
    """The state of each document on each day, where a document is one with one text, or a rule."""
    world = World(documents, relations)
    found: dict[date, dict[DocId, Validity]] = {}
    for day in DAYS:
        world.pass_day(day)
        found[day] = {name: _state(world, name, day) for name, doc in documents.items() if not doc.version_of}
    return found


def _state(world: World, name: DocId, day: date) -> Validity:
    if name in world.ended:
        return world.ended[name][0]
    texts = world.texts(name)
    text = world.in_force(name, day)
    first = world.documents[texts[0]]
    begin = first.effective_date or first.stated.effective
    if text == texts[0] and begin and day < begin:
        return Validity.PENDING
    held_from = date.min if text == texts[0] else world.day_of(world.documents[text])
    for relation in world.relations:
        is_change = relation.kind is RelationKind.AMENDS or (
            relation.kind is RelationKind.REPEALS and relation.articles
        )
        if not is_change or relation.is_in_text or relation.effective_date > day:
            continue
        if world.is_over_before(relation.source, relation.effective_date):
            continue
        if relation.target == text != name or (relation.target == name and relation.effective_date >= held_from):
            # on the day of a new text that is the one it makes, unless the text itself is named
            if relation.target == name and text != texts[0] and relation.effective_date == held_from:
                continue
            return Validity.AMENDED
    return Validity.EFFECTIVE


# ---------------------------------------------------------------- small graphs

days = st.integers(0, SPAN).map(lambda n: START + timedelta(n))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[DocId, Document], list[Relation]]:
    names = "abcde"[: draw(st.integers(2, 5))]
    documents = {}
    for name in names:
        documents[name] = Document(
            id=name,
            path=f"{name}.md",
            title=name,
            pub_date=START,
            issuers=("某局",),
            columns=("x",),
            body=BodyRef(),
            effective_date=draw(st.none() | days),
            expire_date=draw(st.none() | st.none() | days),
            repeal_date=draw(st.none() | st.none() | days),
            stated=Terms(draw(st.none() | days), draw(st.none() | st.none() | days)),
            version_of="a" if name in "bc" and draw(st.booleans()) else "",
        )
    relations = draw(
        st.lists(
            st.builds(
                Relation,
                kind=st.sampled_from([RelationKind.REPEALS, RelationKind.REPEALS, RelationKind.AMENDS]),
                source=st.sampled_from(names),
                target=st.sampled_from(names),
                effective_date=days,
                articles=st.sampled_from([(), (), ("第一条",)]),
                is_in_text=st.sampled_from([False, False, True]),
            ).filter(lambda r: r.source != r.target),
            max_size=6,
        )
    )
    return documents, relations


@given(graphs())
@settings(max_examples=100)
def test_lives_are_what_a_walk_day_by_day_finds(graph: tuple[dict[DocId, Document], list[Relation]]) -> None:
    documents, relations = graph
    relations = [r for r in relations if not _replaces(documents, r)]
    incoming = {name: tuple(r for r in relations if r.target == name) for name in documents}
    texts = texts_of_rules(documents, {doc.id: doc.version_of for doc in documents.values() if doc.version_of})
    found = lives(documents, incoming, texts)
    for day, states in day_by_day(documents, relations).items():
        assert {name: found.get(name, IN_FORCE).on(day).state for name in states} == states, day


def _replaces(documents: Mapping[DocId, Document], relation: Relation) -> bool:
    """One text of a rule takes the place of another: the catalog makes no relation of it."""
    rules = {documents[name].version_of or name for name in (relation.source, relation.target)}
    return len(rules) == 1


# ---------------------------------------------------------------- texts of a rule

BODY = "第一条\u3000为了规范管理，制定本办法。\n\n第二条\u3000本办法自2024年4月1日起施行。\n"


@pytest.fixture
def two_texts(site: Site) -> Site:
    site.setting(agency="示例市科学技术局", downloads={"kinds": ["normative"], "forms": ["docx"], "compile": []})
    return with_new_text(site.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY, effective_date="2024-04-01"))


def with_new_text(site: Site, **fields: object) -> Site:
    usual = {"title": "甲管理办法", "body": BODY + "\n第三条\u3000新的。\n", "version_of": "a"}
    return site.write("fd-01-gfx/a-2026.md", **usual | {"effective_date": "2026-01-01"} | fields)  # type: ignore[arg-type]


def test_text_of_a_withdrawn_rule_is_not_left_alone(two_texts: Site) -> None:
    two_texts.write("fd-01-gfx/a.md", title="甲管理办法", withdraw={"date": "2026-01-02", "reason": "内容有误"}).build()
    assert two_texts.codes == ["R131"]
    assert not two_texts.is_published


@pytest.mark.parametrize(
    "old",
    [
        "doc/a/compare/index.html",
        "doc/A/Compare/2024-04-01_2026-01-01/",
        "doc/a/compare",
    ],
)
def test_old_address_may_not_be_one_that_is_made_of_texts(two_texts: Site, old: str) -> None:
    with_new_text(two_texts, old_urls=[old]).check()
    assert two_texts.codes == ["L115"]


def test_old_address_may_be_a_file_that_is_made_no_more(two_texts: Site) -> None:
    two_texts.setting(agency="示例市科学技术局", downloads={"kinds": ["guide"], "forms": ["docx"]})
    with_new_text(two_texts, old_urls=["doc/a/a.docx"]).build()
    assert two_texts.is_published, two_texts.codes


def test_day_on_which_a_text_comes_into_force_breaks_no_link_to_files_of_the_one_before(two_texts: Site) -> None:
    two_texts.file("fd-01-gfx/x.xlsx").file("fd-01-gfx/y.xlsx")
    two_texts.write(
        "fd-01-gfx/a.md", title="甲管理办法", body=BODY, effective_date="2024-04-01", attachments=["x.xlsx", "y.xlsx"]
    ).build("2025-12-31")
    assert two_texts.is_published
    two_texts.build("2026-01-01")
    assert two_texts.is_published, two_texts.found
    assert "doc/a/2024-04-01/x.xlsx" in two_texts.tree()
    assert "doc/a/2024-04-01/index.html" in two_texts.page("doc/a/x.xlsx/index.html")
    assert two_texts.tree() == two_texts.clean_tree("2026-01-01")


def test_rule_that_gets_an_older_text_keeps_its_files(two_texts: Site) -> None:
    two_texts.delete("fd-01-gfx/a-2026.md").file("fd-01-gfx/x.xlsx")
    two_texts.write(
        "fd-01-gfx/a.md", title="甲管理办法", body=BODY, effective_date="2027-01-01", attachments=["x.xlsx"]
    ).build()
    with_new_text(two_texts).build()
    assert two_texts.is_published, two_texts.found
    assert "doc/a/2027-01-01/index.html" in two_texts.page("doc/a/x.xlsx/index.html")
    assert two_texts.build("2027-01-01").is_published
    assert "doc/a/x.xlsx" in two_texts.tree()


def test_link_to_an_article_that_the_new_text_dropped_leads_to_the_text_that_has_it(two_texts: Site) -> None:
    two_texts.write("fd-01-qt/c.md", title="丙通知", body="见[第二条](a#第二条)。")
    with_new_text(two_texts, body=BODY.replace("第二条", "第三条")).build("2025-12-31")
    assert two_texts.is_published, two_texts.found
    assert "doc/a/index.html#第二条" in two_texts.page("doc/c/index.html")
    two_texts.build("2026-01-01")
    assert two_texts.is_published, two_texts.found
    assert "doc/a/2024-04-01/index.html#第二条" in two_texts.page("doc/c/index.html")
    two_texts.write("fd-01-qt/c.md", title="丙通知", body="见[第九条](a#第九条)。").build("2026-01-01")
    assert two_texts.codes == ["L111"]


MARK = "巭嫑烎标识"
STATES: Mapping[str, dict[str, object]] = {
    "withheld": {"disclosure": "不予公开", "disclosure_reason": "条例第十四条"},
    "draft": {"draft": True},
    "withdrawn": {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", ["both", "text", "rule, and the text is another document"])
def test_rule_with_texts_can_be_taken_out_of_sight(site: Site, who: str, state: str) -> None:
    def written(rule: Mapping[str, object], text: Mapping[str, object]) -> None:
        site.file("fd-01-gfx/x.xlsx").file("fd-01-gfx/y.xlsx", xlsx("其他"))
        usual = {"title": "甲" + MARK, "body": BODY + MARK}
        site.write("fd-01-gfx/a.md", **usual | {"effective_date": "2024-04-01", "attachments": ["x.xlsx"]} | rule)
        with_new_text(site, **usual | {"attachments": ["y.xlsx"]} | text)

    written({}, {})
    assert site.build().is_published
    hidden = STATES[state]
    if who == "both":
        written(hidden, hidden)
    elif who == "text":
        written({"title": "甲办法", "body": BODY}, hidden)
    else:
        written(hidden, {"version_of": None, "title": "别的办法", "body": BODY})
    site.build()
    assert site.is_published, site.found
    assert not [path for path, data in everything_in(site.tree()) if MARK.encode() in data]
    assert not [path for path, data in everything_in(files_of(site.cache)) if MARK.encode() in data]
    assert site.tree() == site.clean_tree()


# ---------------------------------------------------------------- what texts say


@pytest.mark.parametrize("words", ["有效期为两年半", "有效期五年半", "试行期一年半"])
def test_half_a_year_is_not_dropped(words: str) -> None:
    assert find_terms([f"第九条\u3000本办法自2021年7月1日起施行，{words}。"], None).expire is None


@pytest.mark.parametrize("text", ["按基本准则第三条", "日本法第三条", "成本办法第三条", "样本规定第五条"])
def test_word_that_ends_with_ben_is_not_this_document(text: str) -> None:
    assert not Citing().find(text)


@pytest.mark.parametrize(
    "text", ["见《甲\t管理办法》第一条。", "见《\t甲管理办法\t》。", "见《 》第三条。", "见《甲\u2028》"]
)
def test_odd_spaces_in_a_title_are_no_crash(site: Site, text: str) -> None:
    site.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY)
    site.write("fd-01-qt/c.md", title="丙通知", body=text).build()
    assert site.is_published


# ---------------------------------------------------------------- what pages say


@pytest.mark.parametrize("ended", ["rule", "text"])
def test_text_that_ended_before_its_day_is_never_said_to_be_in_force(two_texts: Site, ended: str) -> None:
    repeal = {"repeal_date": "2025-06-01"}
    if ended == "rule":
        two_texts.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY, effective_date="2024-04-01", **repeal).build()
    else:
        with_new_text(two_texts, **repeal).build()
    coming = two_texts.page("doc/a-2026/index.html")
    assert "没有施行" in coming
    assert "也是现行文本" not in coming
    own = two_texts.page("doc/a/2024-04-01/index.html")
    assert "被修改" not in own
    assert "2025-12-31" not in own
    assert ("2025年6月1日废止" if ended == "rule" else "也是现行文本") in own
    assert "第三条" not in two_texts.page("doc/a/index.html")


def test_page_of_a_rule_shows_what_is_said_of_the_text_that_stands_there(two_texts: Site) -> None:
    two_texts.write("fd-01-jd/j.md", title="新文本的解读", body="解读。", interprets=["a-2026"])
    with_new_text(two_texts, based_on=["某政发〔2020〕9号"]).build()
    assert "新文本的解读" in two_texts.page("doc/a/index.html")
    assert "某政发〔2020〕9号" in two_texts.page("doc/a/index.html")
    assert "新文本的解读" not in two_texts.page("doc/a/2024-04-01/index.html")
    two_texts.build("2025-12-31")
    assert "新文本的解读" not in two_texts.page("doc/a/index.html")


def test_correction_is_shown_from_its_day_on(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="甲管理办法", corrections=[{"date": "2026-11-23", "was": "甲", "now": "乙二"}])
    assert "乙二" not in site.build().page("doc/a/index.html")
    assert "乙二" in site.build("2026-11-23").page("doc/a/index.html")
    assert "乙二" in site.page("updates/index.html")


def test_log_tells_of_texts_older_than_the_file_of_the_rule(site: Site) -> None:
    dates = {"written_date": "2019-01-01", "pub_date": "2019-01-02", "effective_date": "2019-03-01"}
    site.write("fd-01-gfx/a.md", title="甲管理办法", body="一二三。", **dates)
    old = {"written_date": "2013-01-01", "pub_date": "2013-01-02", "effective_date": "2013-03-01", "version_of": "a"}
    site.write("fd-01-gfx/b.md", title="甲管理办法", body="四五六。", **old).build()
    log = site.page("updates/index.html")
    assert all(day in log for day in ("2013-01-02", "2013-03-01", "2019-01-02", "2019-03-01"))


@pytest.mark.parametrize("named", ["《甲巭嫑烎办法》", "示科发〔2024〕7号"])
def test_faulty_withdrawn_document_that_is_left_out_is_not_named_either(site: Site, named: str) -> None:
    gone = {"doc_no": "示科发〔2024〕7号", "withdraw": {"date": "2026-01-01", "reason": "内容有误"}, "nonsense": "甲"}
    site.write("fd-01-gfx/a.md", title="甲巭嫑烎办法", **gone)
    site.write("fd-01-gfx/b.md", title="乙办法", repeals=[named]).build(keep_going=True)
    assert site.is_published, site.found
    page = site.page("doc/b/index.html")
    assert "巭嫑烎" not in page
    assert "7号" not in page
