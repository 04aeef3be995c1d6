"""The measuring kit: what it generates is the same each time and right, and its reports can be read."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.generate import AS_OF, chinese, heads, item, menu, places, write_plain, write_site
from benchmarks.plot import LINE_HEIGHT, apart, plot
from benchmarks.run import SCENARIOS, Measure, cost_series, ratio_to_hugo, read_options, table
from sitegen.diagnostics import Severity
from tests.story import Site, files_of

SIZE = 60


def measure(tool: str, scenario: str, seconds: float, number: int = 0, size: int = 1000, **more: object) -> Measure:
    return Measure(size, scenario, tool, number, seconds, **more)  # type: ignore[arg-type]


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        write_site(tmp_path / name, SIZE, seed)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "again")
    assert files_of(tmp_path / "one") != files_of(tmp_path / "other")


def test_a_generated_site_can_be_published(site: Site) -> None:
    write_site(site.content, SIZE, 0)
    site.check(as_of=AS_OF.isoformat())
    assert [d for d in site.found if d.severity is Severity.ERROR] == []


def test_relations_lead_back_in_time_and_nothing_is_repealed_twice() -> None:
    plan = heads(2000, 0)
    assert all(head.relation[1] < head.number for head in plan if head.relation)
    repealed = [head.relation[1] for head in plan if head.relation and head.relation[0] == "repeals"]
    assert len(repealed) == len(set(repealed)) > 10
    assert 0.03 < sum(head.relation is not None for head in plan) / len(plan) < 0.12


def test_bodies_are_as_long_as_in_real_life() -> None:
    plan = heads(400, 0)
    lengths = sorted(len(item(plan, number, 0).body) for number in range(400))
    assert 1800 < lengths[200] < 3300
    assert 5 < sum(length > 10_000 for length in lengths) < 40


def test_other_generators_get_the_same_documents(tmp_path: Path) -> None:
    write_plain(tmp_path, SIZE, 0, with_sections=True)
    documents = {path.stem for path in (tmp_path / "content").rglob("*.md") if path.stem != "_index"}
    assert documents == {head.id for head in heads(SIZE, 0)}
    assert len(list(places(menu()))) == 40
    assert not any("](@" in path.read_text(encoding="utf-8") for path in (tmp_path / "content").rglob("*.md"))


@pytest.mark.parametrize(
    ("number", "text"), [(10, "十"), (21, "二十一"), (100, "一百"), (109, "一百零九"), (215, "二百一十五")]
)
def test_articles_are_counted_in_chinese(number: int, text: str) -> None:
    assert chinese(number) == text


def test_the_plot_is_well_formed_and_names_every_line() -> None:
    picture = plot(
        "Cost & size", {"ours, cold": [(1000, 4.0), (10_000, 4.2)], "hugo <edit>": [(1000, 1.1)], "none": []}
    )
    texts = [element.text for element in ElementTree.fromstring(picture).iter() if element.tag.endswith("text")]
    assert [text.strip() for text in texts if text and text.startswith(("ours", "hugo", "none"))] == [
        "ours, cold",
        "hugo <edit>",
    ]
    assert {"1,000", "10,000"} <= set(texts)


def test_the_plot_of_nothing_is_well_formed() -> None:
    ElementTree.fromstring(plot("Nothing", {}))


def test_labels_do_not_lie_upon_each_other() -> None:
    rows = sorted(apart(dict.fromkeys("abcdef", 460.0)).values())
    assert all(low + LINE_HEIGHT <= high + 1e-9 for low, high in pairwise(rows))


def test_the_ratio_is_that_of_the_same_round() -> None:
    measures = [
        measure("hugo", "cold", 1.0, 0),
        measure("hugo", "cold", 10.0, 1),
        measure("ours", "cold", 2.0, 0),
        measure("ours", "cold", 20.0, 1),
        measure("ours", "cold-1", 3.0, 0),
        measure("ours", "cold", 2.0, 0, size=50),
    ]
    assert ratio_to_hugo(measures, measures[2:4]) == 2.0
    assert ratio_to_hugo(measures, measures[4:5]) == 3.0
    assert ratio_to_hugo(measures, measures[5:]) is None


def test_the_table_compares_changes_with_what_hugo_does_after_a_change() -> None:
    measures = [
        measure("hugo", "edit", 2.0, cpu_seconds=3.0, peak_pss=120_000_000),
        measure("ours", "menu", 0.5, cpu_seconds=0.4, peak_pss=60_000_000),
        measure("ours", "null", 9.0, failure="exit 3"),
    ]
    lines = table(measures).splitlines()
    assert "| 1,000 | one column renamed | ours | 0.500 (0.500–0.500) | 0.25× | 0.500 | 0.40 | 60 |" in lines
    assert "| 1,000 | nothing changed | ours | failed | | | | |" in lines


def test_the_series_of_the_plot_are_costs_of_one_document() -> None:
    measures = [measure("ours", "cold", 2.0), measure("ours", "cold", 4.0, 1), measure("ours", "theme", 1.0)]
    assert cost_series(measures) == {"ours, cold": [(1000, 3.0)]}


def test_options_name_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    options = read_options(["--out", "x", "--sizes", "10,20", "--at-most", "eleventy=10"])
    assert (options.sizes, options.at_most) == ([10, 20], {"eleventy": 10})
    with pytest.raises(SystemExit):
        read_options(["--out", "x", "--scenarios", "warm"])
    assert "unknown: warm" in capsys.readouterr().err


def test_every_change_is_compared_with_a_run_that_hugo_makes() -> None:
    run_by_all = {scenario.name for scenario in SCENARIOS if scenario.others_too}
    assert {scenario.compared_to for scenario in SCENARIOS} <= run_by_all
