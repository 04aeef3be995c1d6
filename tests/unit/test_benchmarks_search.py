"""The judge of the search: what is right, what is noise, what counts; and that its queries are made alike each time."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from benchmarks.search import judge as judging
from benchmarks.search import queries as making
from benchmarks.search.asking import EngineError, Told, answer_of, search_arguments
from benchmarks.search.judge import Answer, Doc, Hit, Library, Query, Verdict, figures, fold, judge, percentile
from benchmarks.search.queries import KINDS, core, handmade, look_alike, make_queries
from benchmarks.search.run import HALVES, Visits, fixed_size, misses, read_options, sample, table, verdicts_of
from benchmarks.search.serving import serve
from benchmarks.search.sites import NoCorpusError, make_site

WATER = "养护单位应当按季度清理河道，并向云溪区水务局报送台账。"


def document(number: int, title: str, *texts: str, **fields: object) -> Doc:
    name = f"文{number}"
    passages = tuple((f"第{i}条", f"第{i}条", text) for i, text in enumerate(texts, 1))
    return Doc(name, f"doc/{name}/index.html", title, passages=passages, **fields)  # type: ignore[arg-type]


LIBRARY = Library(
    [
        document(
            1, "云溪区河道养护办法", WATER, "自2021年6月3日起施行。", doc_no="云政发〔2021〕3号", dates=("2021-06-03",)
        ),
        document(2, "云溪区路灯管理办法", "路灯由街道管理。见云政发（2021）第3号。", doc_no="云政发〔2021〕13号"),
        document(3, "关于印发《云溪区集市规范》的通知", "集市逢五开市，河道 两岸不设摊位，公积金，贷款另行规定。"),
        document(4, "云溪区食堂标准", "二〇二一年六月三日印发。", is_real=False),
    ]
)


def answer(*urls: str, full: tuple[str, ...] | None = None) -> Answer:
    return Answer(tuple(Hit(f"doc/{url}") for url in urls), full)


# ---------------------------------------------------------------- texts


def test_examples_in_the_manual_of_functions_hold() -> None:
    for module in (judging, making):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("云政发〔2021〕3号", "云政发[2021]3号"),
        ("２０２１年６月", "2021 年 06 月"),
        ("二〇二一年十一月二十日", "2021年11月20日"),
        ("GB/T　9704", "gb t 9704"),
        ("云政发（2021）第3号", "云政发〔2021〕3号"),
    ],
)
def test_what_is_one_thing_to_a_reader_folds_to_one_text(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_stop_parts_words_unless_it_is_not_counted() -> None:
    assert LIBRARY.holding("公积金贷款") == frozenset()
    assert LIBRARY.holding("公积金贷款", with_stops=False) == {"文3"}
    assert LIBRARY.holding("河道两岸") == {"文3"}


def test_a_number_is_held_whole_or_not_at_all() -> None:
    assert LIBRARY.holding("3号") == {"文1", "文2"}  # by the citation: 13号 is another number
    assert LIBRARY.holding("云政发〔2021〕3号") == {"文1", "文2"}
    assert LIBRARY.holding("21年6月3日") == frozenset()


def test_days_are_held_in_any_form() -> None:
    assert LIBRARY.holding("2021年06月03日") == {"文1", "文4"}


@pytest.mark.parametrize(
    "url", ["doc/文1/index.html#第1条", "doc/文1/", "https://a.cn/x/doc/%E6%96%871/index.html?a=1", "/zw/doc/文1"]
)
def test_addresses_lead_to_documents(url: str) -> None:
    assert LIBRARY.id_of(url) == "文1"


def test_addresses_of_nothing_lead_nowhere() -> None:
    assert LIBRARY.id_of("doc/文9/index.html") == ""


# ---------------------------------------------------------------- verdicts


def test_the_first_right_result_counts() -> None:
    query = Query("title", "路灯管理办法", frozenset({"文2"}), asked=(("路灯管理办法",),))
    verdict = judge(query, answer("文1/", "文2/"), LIBRARY)
    assert (verdict.rank, verdict.recall, verdict.noise) == (2, 1.0, 1)
    assert judge(query, answer("文1/"), LIBRARY).recall == 0


def test_of_a_set_every_document_is_wanted() -> None:
    query = Query("term", "河道", frozenset({"文1", "文3"}), asked=(("河道",),), is_set=True)
    assert judge(query, answer("文3/"), LIBRARY).recall == 0.5


def test_what_holds_the_words_is_no_noise() -> None:
    query = Query("doc_no", "云政发〔2021〕3号", frozenset({"文1"}), asked=(("云政发〔2021〕3号",),))
    assert judge(query, answer("文1/", "文2/", "文3/"), LIBRARY).noise == 1


def test_either_word_will_do() -> None:
    query = Query("synonym", "灯柱", frozenset({"文2"}), asked=(("灯柱", "集市"),))
    assert judge(query, answer("文3/", "文1/"), LIBRARY).noise == 1


def test_where_nothing_is_right_everything_is_noise() -> None:
    assert judge(Query("nothing", "月球"), answer("文1/", "文2/"), LIBRARY).noise == 2


def test_an_article_is_right_at_its_own_place_only() -> None:
    query = Query("article", "河道养护办法第二条", frozenset({"文1"}), anchor="第2条")
    assert judge(query, answer("文1/index.html"), LIBRARY).rank == 0
    assert judge(query, answer("文1/index.html#%E7%AC%AC2%E6%9D%A1"), LIBRARY).rank == 1


def test_literal_recall_is_the_share_in_the_first_group() -> None:
    query = Query("term", "河道", frozenset({"文1", "文3"}), asked=(("河道",),), is_literal=True)
    verdict = judge(query, answer("文1/", full=("doc/文1/index.html#a",)), LIBRARY)
    assert (verdict.literal, verdict.missing) == (0.5, ("文3",))


def test_what_is_folded_is_not_shown() -> None:
    hit = {"url": "doc/文1/", "title": "a"}
    found = {"full": {"count": 1, "hits": [hit]}, "partial": {"count": 9, "hits": [hit] * 9, "isFolded": True}}
    folded = answer_of(Told(found, 1.0, 2))
    assert (len(folded.shown), folded.partial_count) == (1, 9)
    found["partial"]["isFolded"] = False
    assert len(answer_of(Told(found, 1.0, 2)).shown) == 10


def test_a_reader_asks_for_ten() -> None:
    assert search_arguments("河道")["full"] == {"from": 0, "size": 10}


class Broken:
    """A search that never answers."""

    def open(self) -> Told:
        return Told(None, 0.0, 0)

    def search(self, arguments: dict[str, object]) -> Told:
        raise EngineError(f"{arguments['q']}: too long")


def test_a_search_that_fails_has_found_nothing() -> None:
    query = Query("term", "河道", frozenset({"文1"}), asked=(("河道",),), is_literal=True)
    (verdict,) = verdicts_of(Broken(), [query], LIBRARY)
    assert (verdict.rank, verdict.literal, verdict.is_empty) == (0, 0.0, True)
    assert verdict.answer.failure == "河道: too long"


def test_figures_are_means_over_what_can_be_judged() -> None:
    right = Query("title", "a", frozenset({"文1"}))
    verdicts = [
        Verdict(right, answer("文1/"), rank=1, recall=1.0),
        Verdict(right, answer(), rank=0),
        Verdict(Query("nothing", "b"), answer("文1/"), noise=1),
    ]
    found = figures(verdicts)
    assert (found.queries, found.recall_1, found.mrr, found.zero) == (3, 0.5, 0.5, 0.5)
    assert found.noise == pytest.approx(1 / 3)
    assert (found.literal, figures([]).recall_1) == (None, None)


def test_percentiles() -> None:
    assert percentile(range(1, 101), 0.95) == 96
    assert (percentile([7.0], 0.5), percentile([], 0.5)) == (7.0, 0.0)


# ---------------------------------------------------------------- queries


@pytest.mark.parametrize(
    "kind", ["doc_no", "doc_no_brackets", "doc_no_wrong", "title", "title_core", "article", "date"]
)
def test_queries_are_the_same_each_time_and_have_answers(kind: str) -> None:
    found = make_queries(LIBRARY, 7, kinds=[kind])
    assert found == make_queries(LIBRARY, 7, kinds=[kind])
    assert all(query.kind == kind and (query.right or kind == "article") for query in found)
    assert found or kind == "article"  # of laws with five articles and more


def test_documents_made_for_scale_are_not_asked_for() -> None:
    titles = {query.text for query in make_queries(LIBRARY, kinds=["title"])}
    assert titles == {"云溪区河道养护办法", "云溪区路灯管理办法", "关于印发《云溪区集市规范》的通知"}


def test_the_halves_are_about_alike_and_do_not_change() -> None:
    halves = [Query("synonym", entry["q"]).half for entry in handmade()["synonyms"]]
    assert set(halves) == set(HALVES)
    assert 0.35 < halves.count("tuning") / len(halves) < 0.65
    assert Query("term", "河道").half == Query("term", "河道", frozenset({"文1"})).half == "held-back"


def test_there_is_enough_made_by_hand_and_nothing_twice() -> None:
    for kind, least in (("questions", 60), ("synonyms", 60), ("nothing", 15)):
        texts = [entry if isinstance(entry, str) else entry["q"] for entry in handmade()[kind]]
        assert len(set(texts)) == len(texts) >= least
    assert all(entry["in"] and entry["says"] for entry in handmade()["questions"])
    assert all(entry["official"] for entry in handmade()["synonyms"])
    assert len(KINDS) >= 15


def test_look_alikes_are_one_for_another() -> None:
    assert all(len(a) == len(b) == 1 and a != b for a, b in look_alike().items())


def test_the_core_of_a_title_is_what_it_is_about() -> None:
    assert core("关于印发《云溪区集市规范》的通知") == "云溪区集市规范"
    assert core("云溪区人民政府关于路灯管理有关问题的复函") == "路灯管理"
    assert core("云溪区路灯管理办法") == "云溪区路灯管理办法"


def test_the_sample_takes_every_kind_in_turn() -> None:
    queries = [Query(kind, f"{kind}{n}", frozenset({"文1"})) for kind in "abc" for n in range(4)]
    assert sorted(query.kind for query in sample(queries, 6, 0)) == list("aabbcc")
    assert len(sample(queries, 99, 0)) == 12


# ---------------------------------------------------------------- the program


def test_the_table_has_a_line_for_each_kind_and_half() -> None:
    query = Query("title", "云溪区路灯管理办法", frozenset({"文2"}), asked=(("云溪区路灯管理办法",),))
    verdicts = [judge(query, answer("文2/"), LIBRARY)]
    lines = table(verdicts).splitlines()
    assert [line.split()[0] for line in lines] == ["kind", "title", "tuning", "held-back", "all", "all,"]
    assert "1.000" in lines[1]
    assert misses(verdicts, LIBRARY) == ""


def test_what_was_missed_is_told_with_what_was_found() -> None:
    query = Query("title", "路灯管理", frozenset({"文2"}), note="路灯")
    told = misses([judge(query, Answer((Hit("doc/文1/#第1条", "云溪区河道养护办法"),)), LIBRARY)], LIBRARY)
    assert "wanted (1): 云溪区路灯管理办法" in told
    assert "1. 云溪区河道养护办法  #第1条" in told


def test_fixed_is_what_every_visit_loads(tmp_path: Path) -> None:
    visits = Visits(
        loaded=[{"a.js": 900, "index.bin": 100, "a.bin": 2000, "p.html": 5}, {"a.js": 900, "index.bin": 100}]
    )
    assert (visits.fixed, visits.sizes) == ({"a.js", "index.bin"}, [2.0, 0.0])
    (tmp_path / "a.js").write_text("a" * 900)
    (tmp_path / "index.bin").write_bytes(b"b" * 100)
    raw, packed = fixed_size(tmp_path, visits.fixed)
    assert raw == 1000
    assert 100 < packed < 200


def test_what_is_served_is_written_down(tmp_path: Path) -> None:
    (tmp_path / "文.json").write_text(json.dumps([1, 2]))
    with serve(tmp_path) as served:
        with urlopen(f"{served.base}%E6%96%87.json?v=1") as response:
            assert json.load(response) == [1, 2]
        assert served.read() == [("文.json", 6)]
        assert served.read() == []


def test_without_documents_the_program_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoCorpusError, match=r"manifest\.csv"):
        make_site(320, tmp_path / "none", tmp_path / "sites")


def test_options_name_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    options = read_options(["--kinds", "title,term", "--browser", "firefox"])
    assert (options.kinds, options.browser) == (["title", "term"], ["firefox"])
    with pytest.raises(SystemExit):
        read_options(["--kinds", "titel"])
    assert "unknown: titel" in capsys.readouterr().err
