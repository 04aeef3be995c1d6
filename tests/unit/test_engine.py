"""Carrying out tasks and publishing: whole files, nothing before everything succeeded, nobody else's file touched."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError, TroubleError
from sitegen.engine import MANIFEST, Outputs, PublishReport, SerialExecutor, execute, lost_addresses, publish, published
from sitegen.model import Format, Kit, Task

KIT = Kit(files={})


def formats(produce: Callable[[Task, Kit], bytes]) -> dict[str, Format]:
    return {"text": Format("text", produce)}


def put(out: Path, outputs: Outputs, cache: Path | None = None, keep: tuple[str, ...] = ()) -> PublishReport:
    return publish(outputs, published(outputs, (), out), out, keep)


def names(out: Path) -> set[str]:
    """The files in the folder, without the manifest."""
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} - {MANIFEST}


def test_outputs_are_in_the_order_of_the_tasks_and_all_are_counted() -> None:
    tasks = [Task(f"{n}.html", "text", n) for n in range(523)]
    done: list[int] = []
    with ThreadPoolExecutor(3) as executor:
        outputs = execute(tasks, KIT, formats(lambda task, kit: str(task.model).encode()), executor, done.append)
    assert list(outputs.items()) == [(f"{n}.html", str(n).encode()) for n in range(523)]
    assert sum(done) == 523


def test_failure_names_its_task() -> None:
    def fail(task: Task, kit: Kit) -> bytes:
        raise KeyError("nothing")

    with pytest.raises(RuntimeError, match=r"b/index\.html: KeyError"):
        execute([Task("b/index.html", "text", 1)], KIT, formats(fail), SerialExecutor())


def test_failure_of_the_content_is_told_in_chinese() -> None:
    def fail(task: Task, kit: Kit) -> bytes:
        raise SitegenError("附件读不了")

    with pytest.raises(SitegenError, match=r"生成“b/index\.html”时出错：附件读不了"):
        execute([Task("b/index.html", "text", 1)], KIT, formats(fail), SerialExecutor())


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert put(out, {"a.html": b"1", "b/c.html": b"2"}).written == ("a.html", "b/c.html")
    report = put(out, {"a.html": b"1", "b/c.html": b"3"})
    assert (report.written, report.removed, report.unchanged) == (("b/c.html",), (), 1)


def test_what_is_no_more_goes_with_its_empty_folders(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a.html": b"1", "b/c/d.html": b"2"})
    assert put(out, {"a.html": b"1"}).removed == ("b/c/d.html",)
    assert names(out) == {"a.html"}


def test_files_of_others_stay_and_are_named(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a/b.html": b"1"})
    (out / "verify.txt").write_text("x", encoding="utf-8")
    (out / "a" / "own.txt").write_text("x", encoding="utf-8")
    assert put(out, {"c.html": b"1"}).unknown == ("a/own.txt", "verify.txt")
    assert names(out) == {"a/own.txt", "c.html", "verify.txt"}


def test_folder_that_is_kept_stays_as_it_is(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a.html": b"1", "pagefind/x": b"2", "pagefind/y": b"3"})
    assert put(out, {"a.html": b"1"}, keep=("pagefind/",)).removed == ()
    assert put(out, {"a.html": b"1"}).removed == ("pagefind/x", "pagefind/y")


def test_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "a.html" / "own").mkdir(parents=True)
    with pytest.raises(TroubleError, match=r"“a\.html”是文件夹"):
        put(out, {"a.html": b"1"})
    (out / "b").write_text("x", encoding="utf-8")
    with pytest.raises(TroubleError, match="“b”是文件，应是文件夹"):
        put(out, {"b/c.html": b"1"})


def test_without_a_manifest_pages_where_builds_write_are_ours(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"fd/index.html": b"1", "doc/x/index.html": b"2", "doc/x/x.pdf": b"3", "pagefind/y": b"4"})
    (out / "doc" / "own.txt").write_text("x", encoding="utf-8")
    (out / "verify.html").write_text("x", encoding="utf-8")
    put(out, {"fd/index.html": b"1"}, tmp_path / "new cache")
    assert names(out) == {"fd/index.html", "doc/own.txt", "verify.html"}


def test_unfinished_files_of_an_interrupted_build_go(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a.html": b"1"})
    (out / ".a.html.sitegen-new").write_bytes(b"half")
    put(out, {"a.html": b"1"})
    assert names(out) == {"a.html"}


@pytest.mark.parametrize(
    ("path", "is_lost"),
    [
        ("doc/a/index.html", True),
        ("fd-01/index.html", True),
        ("old/t1.html", True),
        ("old/t1.shtml", True),
        ("fd-01/page/2/index.html", False),
        ("updates/2024-03/index.html", False),
        ("catalog/topic/1/index.html", False),
        ("doc/page/index.html", True),
        ("doc/a/x.pdf", True),
        ("doc/a/x.png", False),
        ("doc/withdrawn/x.pdf", False),
        ("fd-01/atom.xml", False),
    ],
)
def test_addresses_that_may_not_be_lost(path: str, is_lost: bool) -> None:
    assert lost_addresses([], [path], {"a"}) == ((path,) if is_lost else ())
    assert lost_addresses([path], [path], {"a"}) == ()
    assert lost_addresses([f"{path}/index.html"], [path], {"a"}) == ()  # a redirect stands there


steps = st.sampled_from(["a", "b", "c"])
paths = st.builds(lambda folders, name: "/".join([*folders, f"{name}.html"]), st.lists(steps, max_size=2), steps)


@given(st.lists(st.dictionaries(paths, st.binary(max_size=3), max_size=6), min_size=1, max_size=4))
@settings(max_examples=20)
def test_output_is_what_was_published_last(tmp_path_factory: pytest.TempPathFactory, builds: list[Outputs]) -> None:
    out = tmp_path_factory.mktemp("site") / "out"
    for outputs in builds:
        put(out, outputs)
        assert {name: (out / name).read_bytes() for name in names(out)} == outputs
        assert not [path for path in out.rglob("*") if path.is_dir() and not any(path.iterdir())]
