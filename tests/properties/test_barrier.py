"""What may not be shown leaves no byte anywhere: not in the output, not in a file name, not in the cache.

A marker stands in every place of a document that an author can write in; then every file of the output and of
`.sitegen/` is searched for it, also inside what is packed; and the search index, which takes texts apart, may know no
word that is not one of what it shows.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.search import INDEX_FOLDERS
from sitegen.search.shards import unpack
from tests.packed import pdf, png
from tests.searching import terms_of_shards, terms_of_texts
from tests.story import Site, everything_in, files_of

WITHHELD: dict[str, object] = {"disclosure": "不予公开", "disclosure_reason": "条例第十四条"}
STATES: dict[str, dict[str, object]] = {
    "on request": {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"},
    "withheld": WITHHELD,
    "draft": {"draft": True},
    "not yet due": {"pub_date": "2026-11-23"},
    "due in an hour": {"pub_date": "2026-11-23 00:59"},
    "withdrawn": {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}},
    "withdrawn and withheld": WITHHELD | {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}},
    "broken": {"disclosure": "依申请公开吧"},
}
MARK = "zqxj隐秘标识"

_latin = st.text("qxzjkvw", min_size=6, max_size=9)
markers = st.tuples(_latin, st.text("巭嫑烎玊奣尛丼", min_size=3, max_size=6)).map("".join)


def secret(site: Site, mark: str, state: dict[str, object], doc_id: str = "", **more: object) -> Site:
    """A document with the marker in every field; its id holds it too, unless one is given (an address may stay)."""
    name = doc_id or f"x-{mark}"
    site.file(f"fd-01-gfx/{mark}.pdf", pdf(mark))
    site.file(f"fd-01-gfx/{mark}.png", png(1, 1, (b"tEXt", f"Comment\0{mark}".encode())))
    fields: dict[str, object] = {
        "issuer": [mark],
        "doc_no": f"{mark}〔2024〕7号",
        "index_no": f"{mark}/2024-00001",
        "validity": "现行有效",
        "summary": mark,
        "keywords": [mark],
        "source": mark,
        "unit": mark,
        "service_object": [mark],
        "unified_no": mark,
        "caption": mark,
        "revisions": [{"date": "2024-04-01", "doc_no": f"{mark}〔2024〕8号", "kind": mark}],
        "corrections": [{"date": "2024-05-01", "was": mark, "now": mark, "note": mark}],
        "attachments": [{"file": f"{mark}.pdf", "title": mark}],
        "old_urls": [f"old/{mark}.html"],
        **internal(mark),
    }
    body = f"第一条\u3000{mark}\n\n![{mark}]({mark}.png)\n\n[{mark}]({mark}.pdf)\n\n<!-- {mark} -->\n"
    return site.write(f"fd-01-gfx/{mark}.md", title=mark, body=body, id=name, **fields | state | more)


def internal(mark: str) -> dict[str, object]:
    return {
        "drafter": mark,
        "reviewer": mark,
        "publisher": mark,
        "secrecy_review": {"reviewer": mark, "date": "2024-03-01", "conclusion": mark, "digest": mark},
        "disclosure_reason": mark,
        "exempt": {"P999": mark},
    }


def traces(site: Site, mark: str) -> set[str]:
    """The files of the output and of the cache, in whose name or bytes a part of the marker is.

    And the words of the search index that are in none of the texts which it shows.
    """
    latin = mark.rstrip("巭嫑烎玊奣尛丼隐秘标识").encode()
    tree = site.tree()
    files = tree | {f".sitegen/{path}": data for path, data in files_of(site.cache).items()}
    names = [path.relative_to(site.folder).as_posix() for path in (*site.output.rglob("*"), *site.cache.rglob("*"))]
    found = {path for path, data in everything_in(files) if latin in data or mark[len(latin) :].encode() in data}
    unknown = terms_of_shards(tree) - terms_of_texts(tree)
    return found | {name for name in names if latin.decode() in name} | {f"a shard: {term}" for term in unknown}


def commit(site: Site) -> None:
    """Everything in git, so that the history has the past of the document too."""
    git = ["git", "-C", str(site.folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    if not (site.folder / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True, env=environment)
        (site.folder / ".gitignore").write_text("public/\n.sitegen/\nclean/\n", encoding="utf-8")
    subprocess.run([*git, "add", "-A"], check=True, env=environment)
    subprocess.run([*git, "commit", "-q", "-m", MARK, "--allow-empty"], check=True, env=environment)


@pytest.fixture
def beside(site: Site) -> Site:
    """A site that also has documents anybody may read."""
    return site.write("fd-01-gfx/a.md", title="甲办法").write("fd-01-qt/b.md", title="乙通知", body="见[甲办法](a)。")


@pytest.mark.parametrize("state", STATES)
def test_what_may_not_be_shown_leaves_no_trace(beside: Site, state: str) -> None:
    fields = STATES[state]
    is_address_kept = state == "withdrawn"
    secret(beside, MARK, fields, **{"doc_id": "x-1", "old_urls": []} if is_address_kept else {})
    beside.build(keep_going=True)
    assert beside.is_published, beside.diagnostics
    assert traces(beside, MARK) == set()


@pytest.mark.parametrize("is_known", [True, False], ids=["cache", "cache lost"])
@pytest.mark.parametrize("is_found", [True, False], ids=["search", "no search"])
@pytest.mark.parametrize("state", ["withheld", "draft", "not yet due", "withdrawn"])
def test_what_was_public_is_gone_at_once(beside: Site, state: str, is_found: bool, is_known: bool) -> None:
    is_address_kept = state == "withdrawn"
    address = {"doc_id": "x-1", "old_urls": []} if is_address_kept else {}
    secret(beside, MARK, {}, **address)
    commit(beside)
    beside.build(search=True)
    assert len(traces(beside, MARK)) > 10
    secret(beside, MARK, STATES[state], **address)
    commit(beside)
    if not is_known:
        shutil.rmtree(beside.cache)
    beside.build(search=is_found)
    assert beside.is_published, beside.diagnostics
    assert traces(beside, MARK) == set()


def test_build_without_a_cache_takes_what_became_secret_away_too(beside: Site) -> None:
    secret(beside, MARK, {}).build(search=True, cache=None)
    secret(beside, MARK, WITHHELD).build(cache=None)
    assert set(beside.codes) == {"L202"}
    assert traces(beside, MARK) == set()


def test_internal_fields_of_a_public_document_leave_no_trace(beside: Site) -> None:
    beside.write("fd-01-gfx/c.md", title="丙办法", **internal(MARK))
    commit(beside)
    beside.build(search=True)
    assert beside.is_published, beside.diagnostics
    assert traces(beside, MARK) == set()


def test_people_are_shown_only_where_the_site_says_so(beside: Site) -> None:
    beside.write("fd-01-gfx/c.md", title="丙办法", drafter=MARK, disclosure_reason="x").build()
    assert traces(beside, MARK) == set()
    beside.setting(agency="示例市科学技术局", show_roles=True).build(search=True)
    found = traces(beside, MARK)
    assert {path for path in found if not path.startswith(".sitegen/")} == {"doc/c/index.html"}
    beside.setting(agency="示例市科学技术局", show_roles=False).build()
    assert traces(beside, MARK) == set()


def test_file_that_no_document_names_is_not_published(beside: Site) -> None:
    beside.file(f"fd-01-gfx/{MARK}.pdf", MARK).file(f"{MARK}/x.png", MARK).file(f"data/{MARK}.csv", MARK)
    assert traces(beside.build(search=True), MARK) == set()


def test_index_is_kept_only_while_it_knows_nothing_secret(beside: Site) -> None:
    before = secret(beside, MARK, {}, old_urls=[]).build(search=True).tree()
    after = beside.write("fd-01-gfx/a.md", title="甲办法（试行）").build().tree()
    assert {path for path in before if path.startswith(INDEX_FOLDERS)} <= set(after)
    assert "search/data/index.bin" in after
    secret(beside, MARK, WITHHELD, old_urls=[]).build()
    assert not any(path.startswith(INDEX_FOLDERS) for path in beside.tree())


def test_index_is_kept_beside_a_withdrawn_document(beside: Site) -> None:
    beside.write("fd-01-gfx/a.md", withdraw={"date": "2026-01-01", "reason": "有误"}).write("fd-01-qt/b.md")
    assert "search/data/index.bin" in beside.build(search=True).build().tree()


def test_index_knows_a_document_by_what_its_page_tells(beside: Site) -> None:
    fields = {"issuer": ["云溪区水务局"], "keywords": ["节水"], "attachments": [{"file": "x.pdf", "title": "定额表"}]}
    beside.file("fd-01-gfx/x.pdf").write("fd-01-gfx/a.md", title="甲办法", **fields, **internal(MARK))
    beside.build(search=True)
    texts = [json.loads(unpack(data)) for path, data in beside.tree().items() if path.startswith("search/data/text/")]
    names = next(text["names"] for text in texts if text["title"] == "甲办法")
    assert names == "2024年3月5日\n2024年3月1日\n云溪区水务局\n节水\n定额表"
    assert all(text["names"].startswith("2024年3月5日\n2024年3月1日") for text in texts)


@pytest.mark.parametrize("state", ["on request", "draft", "not yet due", "withdrawn"])
def test_words_that_only_a_document_had_leave_the_index_with_it(beside: Site, state: str) -> None:
    beside.write("fd-01-qt/c.md", title="关于龘靐的通知", body="第七条　齉齾爩。")
    beside.write("fd-01-qt/b.md", title="乙通知", body="正文。").build(search=True)
    own = {"龘靐", "于龘", "齉齾", "齾爩", "第7"}
    assert own <= terms_of_shards(beside.tree())
    beside.write("fd-01-qt/c.md", title="关于龘靐的通知", body="第七条　齉齾爩。", **STATES[state])
    beside.write("fd-01-qt/b.md", title="乙通知", body="另一段。").build(search=True)
    assert beside.is_published, beside.diagnostics
    assert not own & terms_of_shards(beside.tree())
    assert beside.tree() == beside.clean_tree(search=True)


def test_failed_build_tells_nothing_of_what_became_secret(beside: Site) -> None:
    secret(beside, MARK, WITHHELD, genre=MARK, validity=MARK, pub_date=MARK)
    beside.build()
    assert not beside.is_published
    assert not any(MARK in d.message + d.hint for d in beside.found)


@given(markers, st.sampled_from(sorted(set(STATES) - {"withdrawn"})), st.booleans())
@settings(max_examples=10)
def test_no_marker_is_found_in_any_state(
    tmp_path_factory: pytest.TempPathFactory, mark: str, state: str, is_found: bool
) -> None:
    folder: Path = tmp_path_factory.mktemp("site")
    site = Site(folder).write("fd-01-gfx/a.md", title="甲办法")
    secret(site, mark, {}, old_urls=[]).build(search=is_found)
    secret(site, mark, STATES[state], old_urls=[]).build(search=is_found)
    if site.is_published:
        assert traces(site, mark) == set()
    else:
        assert state == "broken"
    shutil.rmtree(folder)


def test_redirect_to_what_became_secret_goes_even_if_its_old_address_was_deleted_too(beside: Site) -> None:
    secret(beside, MARK, {}, old_urls=["old/t1.html"]).build()
    assert "old/t1.html" in beside.tree()
    secret(beside, MARK, WITHHELD, old_urls=[]).build()
    assert beside.is_published, beside.diagnostics
    assert "old/t1.html" not in beside.tree()
    assert traces(beside, MARK) == set()
