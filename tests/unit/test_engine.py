"""Carrying out tasks and publishing: whole files, nothing before everything succeeded, nobody else's file touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import CacheError, SitegenError, TroubleError
from sitegen.engine import (
    MANIFEST,
    Made,
    Outputs,
    Produce,
    PublishReport,
    compare,
    digest_of,
    execute,
    key_of,
    lost_addresses,
    publish,
    published,
    published_before,
    record,
    stage,
    staging,
    unknown_files,
    untouched,
)
from sitegen.model import Body, CopyFile, Format, Kit, Task, TextFile
from sitegen.workers import Workers
from tests.edits import PowerCutError, interrupted

Files = Mapping[str, bytes]
LATER = 1 << 62  # by the clock of the file system: what was written before can be told from what is written after


def make(out: Path, files: Files, waiting: Path) -> Outputs:
    """The outputs as their tasks would give them; the key of each is told by its path."""
    return {path: stage(path, digest_of(path.encode()), data, out, waiting) for path, data in files.items()}


def put(out: Path, files: Files) -> PublishReport:
    """Publish these files and nothing else."""
    with staging(out) as waiting:
        outputs = make(out, files, waiting)
        report = publish(outputs, published(outputs, (), out), out, waiting)
    return replace(report, unknown=unknown_files(outputs, out, {}, 0))


def names(out: Path) -> set[str]:
    """The files in the folder, without the manifest."""
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} - {MANIFEST}


def tree(out: Path) -> dict[str, bytes | None]:
    """Every file and folder below the folder; nothing where there is no folder."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*")}
    return {name: None if path.is_dir() else path.read_bytes() for name, path in sorted(found.items())}


def pages(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in names(out)}


# ---------------------------------------------------------------- keys

KEYED = {"task": Task("a/index.html", "html", TextFile("text"), "page.html"), "fingerprint": "1", "program": "1"}
OTHERS: Mapping[str, Mapping[str, object]] = {
    "path": {"task": Task("b/index.html", "html", TextFile("text"), "page.html")},
    "format": {"task": Task("a/index.html", "copy", TextFile("text"), "page.html")},
    "model": {"task": Task("a/index.html", "html", TextFile("texts"), "page.html")},
    "kind of model": {"task": Task("a/index.html", "html", CopyFile("text"), "page.html")},
    "template": {"task": Task("a/index.html", "html", TextFile("text"), "list.html")},
    "fingerprint": {"fingerprint": "2"},
    "program": {"program": "2"},
    "border of two parts": {"fingerprint": "1\x001", "program": ""},
}


@pytest.mark.parametrize("what", OTHERS)
def test_whatever_the_bytes_depend_on_makes_another_key(what: str) -> None:
    assert key_of(**KEYED) != key_of(**{**KEYED, **OTHERS[what]})  # type: ignore[arg-type]
    assert key_of(**KEYED) == key_of(**KEYED) != b""  # type: ignore[arg-type]


def test_model_without_canonical_text_has_no_key() -> None:
    assert key_of(Task("a", "text", object()), "", "") == b""
    assert key_of(Task("a", "text", ("x", [object()])), "", "") == b""


# ---------------------------------------------------------------- carrying out


@dataclass
class Maker:
    """Carries tasks out, and counts what it is asked for."""

    out: Path
    formats: Mapping[str, Format]
    asked: list[str] = field(default_factory=list)
    bodies: Mapping[str, Body] = field(default_factory=dict)

    def __call__(
        self,
        tasks: list[Task],
        rows: Mapping[str, bytes] | None = None,
        keys: Callable[[Task], bytes] = lambda task: key_of(task, "", ""),
        progress: Callable[[int], None] = lambda _: None,
    ) -> dict[str, bytes]:
        """The bytes that the tasks give, by path, after they were put into the output."""
        with staging(self.out) as waiting, ThreadPoolExecutor(3) as executor:
            produce = Produce(Kit({}), self.formats, self.bodies, self.out, waiting)

            def carry_out(misses: Iterator[tuple[Task, bytes]]) -> Iterator[Any]:
                return Workers(3, executor).run(produce, self._counted(misses), 1.0, str)

            outputs = execute(tasks, keys, rows or {}, self.out, carry_out, progress)
            publish(outputs, published(outputs, (), self.out), self.out, waiting)
            self.outputs = outputs
        return {path: (self.out / path).read_bytes() for path in outputs}

    def _counted(self, misses: Iterator[tuple[Task, bytes]]) -> Iterator[tuple[Task, bytes]]:
        for task, key in misses:
            self.asked.append(task.path)
            yield task, key


def text_of(task: Task, kit: Kit) -> bytes:
    return str(task.model).encode()


def maker(out: Path, produce: Callable[[Task, Kit], bytes] = text_of) -> Maker:
    return Maker(out, {"text": Format("text", produce)})


def test_outputs_are_in_the_order_of_the_tasks_and_all_are_counted(tmp_path: Path) -> None:
    tasks = [Task(f"{n}.html", "text", n) for n in range(523)]
    done: list[int] = []
    make = maker(tmp_path / "out")
    assert list(make(tasks, progress=done.append).items()) == [(f"{n}.html", str(n).encode()) for n in range(523)]
    assert sum(done) == 523
    assert make.outputs["7.html"] == Made(key_of(tasks[7], "", ""), digest_of(b"7"), make.outputs["7.html"].staged)


def test_what_lies_there_is_not_made_again_and_keeps_its_place_in_the_order(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make = maker(out)
    tasks = [Task(f"{n}.html", "text", n) for n in range(9)]
    make(tasks)
    rows: dict[str, bytes] = {}
    record(rows, make.outputs, out, LATER)
    (out / "3.html").write_bytes(b"!")
    (out / "4.html").unlink()
    os.utime(out / "5.html", (1, 1))
    changed = [task._replace(model=77) if task.path == "6.html" else task for task in tasks]
    done: list[int] = []
    make.asked.clear()
    assert list(make(changed, rows, progress=done.append).values()) == [
        b"0",
        b"1",
        b"2",
        b"3",
        b"4",
        b"5",
        b"77",
        b"7",
        b"8",
    ]
    assert make.asked == ["3.html", "4.html", "6.html"]
    assert sum(done) == 9
    assert [path for path, made in make.outputs.items() if made.is_stamped] == [f"{n}.html" for n in (0, 1, 2, 7, 8)]
    assert [path for path, made in make.outputs.items() if made.staged] == ["3.html", "4.html", "6.html"]


def test_task_without_a_key_is_carried_out_every_time(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make = maker(out)
    task = Task("a.html", "text", 1)
    rows: dict[str, bytes] = {}
    for _ in range(2):
        make([task], rows, lambda _: b"")
        record(rows, make.outputs, out, LATER)
    assert make.asked == ["a.html", "a.html"]


def test_failure_names_its_task(tmp_path: Path) -> None:
    def fail(task: Task, kit: Kit) -> bytes:
        raise KeyError("nothing")

    with pytest.raises(RuntimeError, match=r"b/index\.html: KeyError"):
        maker(tmp_path / "out", fail)([Task("b/index.html", "text", 1)])
    assert not (tmp_path / "out").exists()


def test_failure_of_the_content_is_told_in_chinese(tmp_path: Path) -> None:
    def fail(task: Task, kit: Kit) -> bytes:
        raise SitegenError("附件读不了")

    with pytest.raises(SitegenError, match=r"生成“b/index\.html”时出错：附件读不了"):
        maker(tmp_path / "out", fail)([Task("b/index.html", "text", 1)])


def test_first_task_that_fails_is_named(tmp_path: Path) -> None:
    def fail(task: Task, kit: Kit) -> bytes:
        if task.model in (60, 130):
            raise SitegenError("坏了")
        return b""

    with pytest.raises(SitegenError, match=r"“60\.html”"):
        maker(tmp_path / "out", fail)([Task(f"{n}.html", "text", n) for n in range(150)])


def test_damaged_cache_is_no_failure_of_a_task(tmp_path: Path) -> None:
    def fail(task: Task, kit: Kit) -> bytes:
        raise CacheError("缓存里少了一份正文")

    with pytest.raises(CacheError):
        maker(tmp_path / "out", fail)([Task("a.html", "text", 1)])


# ---------------------------------------------------------------- publishing


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert put(out, {"a.html": b"1", "b/c.html": b"2"}).written == ("a.html", "b/c.html")
    kept = (out / "a.html").stat()
    report = put(out, {"a.html": b"1", "b/c.html": b"3"})
    assert (report.written, report.removed, report.unchanged) == (("b/c.html",), (), 1)
    assert (out / "a.html").stat() == kept
    manifest = (out / MANIFEST).stat()
    assert put(out, {"a.html": b"1", "b/c.html": b"3"}) == PublishReport((), (), 2)
    assert (out / MANIFEST).stat() == manifest


def test_what_is_no_more_goes_with_its_empty_folders(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a.html": b"1", "b/c/d.html": b"2"})
    assert put(out, {"a.html": b"1"}).removed == ("b/c/d.html",)
    assert tree(out).keys() == {MANIFEST, "a.html"}


def test_files_of_others_stay_and_are_named(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a/b.html": b"1"})
    (out / "verify.txt").write_text("x", encoding="utf-8")
    (out / "a" / "own.txt").write_text("x", encoding="utf-8")
    assert put(out, {"c.html": b"1"}).unknown == ("a/own.txt", "verify.txt")
    assert names(out) == {"a/own.txt", "c.html", "verify.txt"}


def test_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "a.html" / "own").mkdir(parents=True)
    with pytest.raises(TroubleError, match=r"“a\.html”是文件夹"):
        put(out, {"a.html": b"1"})
    (out / "b").write_text("x", encoding="utf-8")
    with pytest.raises(TroubleError, match="“b”是文件，应是文件夹"):
        put(out, {"b/c.html": b"1"})
    assert tree(out) == {"a.html": None, "a.html/own": None, "b": b"x"}


def test_output_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(TroubleError, match="已有一个同名的文件"):
        put(tmp_path / "out", {"a.html": b"1"})
    assert (tmp_path / "out").read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("file", ["a", "a/b", "a/b/c.html"])
def test_file_and_folder_change_places(tmp_path: Path, file: str) -> None:
    """A page and a folder of pages at the same address, there and back."""
    out = tmp_path / "out"
    inside = {f"{file}/x.html": b"1", f"{file}/y/z.html": b"2", "other.html": b"3"}
    for files in (inside, {file: b"4", "other.html": b"3"}, inside, {file: b"4"}):
        put(out, files)
        assert pages(out) == files
        assert not [path for path in out.rglob("*") if path.is_dir() and not any(path.iterdir())]


def test_folder_with_a_file_of_others_does_not_make_way(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a/x.html": b"1"})
    (out / "a" / "own.txt").write_text("x", encoding="utf-8")
    before = tree(out)
    with pytest.raises(TroubleError, match="“a”是文件夹，应是文件"):
        put(out, {"a": b"2"})
    assert tree(out) == before


def test_without_a_manifest_pages_where_builds_write_are_ours(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"fd/index.html": b"1", "doc/x/index.html": b"2", "doc/x/x.pdf": b"3", "pagefind/y": b"4"})
    (out / "doc" / "own.txt").write_text("x", encoding="utf-8")
    (out / "verify.html").write_text("x", encoding="utf-8")
    (out / MANIFEST).unlink()
    put(out, {"fd/index.html": b"1"})
    assert names(out) == {"fd/index.html", "doc/own.txt", "verify.html"}


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"a.html": 1}', b"\xff\xfe"])
def test_manifest_that_cannot_be_read_is_none(tmp_path: Path, manifest: bytes) -> None:
    out = tmp_path / "out"
    put(out, {"fd/index.html": b"1", "fd/old.html": b"2"})
    (out / MANIFEST).write_bytes(manifest)
    put(out, {"fd/index.html": b"1"})
    assert names(out) == {"fd/index.html"}


def test_manifest_leads_to_nothing_outside_of_the_output(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"a.html": b"1"})
    (tmp_path / "own.html").write_bytes(b"x")
    (out / MANIFEST).write_text(f'{{"../own.html": "00", "{tmp_path}/own.html": "00"}}', encoding="utf-8")
    assert put(out, {"a.html": b"1"}).removed == ()
    assert (tmp_path / "own.html").exists()


def test_broken_link_where_builds_write_is_no_obstacle(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, {"fd/index.html": b"1"})
    (out / "fd" / "link.html").symlink_to("nowhere")
    (out / MANIFEST).unlink()
    put(out, {"fd/index.html": b"1"})
    assert names(out) == {"fd/index.html"}


def test_secret_page_counts_with_all_that_lies_beside_it(tmp_path: Path) -> None:
    """Whatever the manifest says: an interrupted build may have left it there."""
    out = tmp_path / "out"
    put(out, {"a.html": b"1"})
    (out / "doc" / "x").mkdir(parents=True)
    for name in ("index.html", "x.pdf"):
        (out / "doc" / "x" / name).write_bytes(b"secret")
    found = published({"a.html"}, {"doc/x/index.html"}, out)
    assert found == {path: digest_of(data).hex() for path, data in pages(out).items()}
    assert published({"a.html"}, (), out).keys() == {"a.html"}


@pytest.mark.parametrize("left", [".a.html.sitegen-new", ".sitegen-new/0", "b/.c.html.sitegen-new"])
def test_unfinished_files_of_an_interrupted_build_go(tmp_path: Path, left: str) -> None:
    out = tmp_path / "out"
    put(out, {"a.html": b"1", "b/c.html": b"1"})
    (out / left).parent.mkdir(exist_ok=True)
    (out / left).write_bytes(b"half")
    put(out, {"a.html": b"1", "b/c.html": b"1"})
    assert tree(out).keys() == {MANIFEST, "a.html", "b", "b/c.html"}


def test_two_outputs_are_compared_file_by_file(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    put(one, {"a.html": b"1", "b.html": b"2", "c.html": b"3", "d.html": b"4"})
    put(other, {"a.html": b"1", "b.html": b"2", "c.html": b"other", "e.html": b"5"})
    (one / "own.txt").write_text("x", encoding="utf-8")
    (one / "b.html").unlink()
    assert compare(one, other) == ("b.html", "c.html", "d.html", "e.html")
    assert compare(one, one) == ("b.html",)
    assert compare(other, other) == ()


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
def test_output_is_what_was_published_last(tmp_path_factory: pytest.TempPathFactory, builds: list[Files]) -> None:
    out = tmp_path_factory.mktemp("site") / "out"
    for files in builds:
        put(out, files)
        assert pages(out) == files
        assert not [path for path in out.rglob("*") if path.is_dir() and not any(path.iterdir())]


# ---------------------------------------------------------------- what goes wrong on the way

BEFORE: Files = {"a.html": b"1", "b/c.html": b"2", "d/e.html": b"3", "same.html": b"4", "f/g.html": b"5"}
AFTER: Files = {"a.html": b"other", "d/e.html": b"other", "n/m/o.html": b"6", "n/p.html": b"7", "same.html": b"4"}


@pytest.mark.parametrize("before", [BEFORE, {}], ids=["published before", "nothing there"])
def test_full_disk_at_any_write_changes_nothing(tmp_path: Path, before: Files) -> None:
    out = tmp_path / "out"
    if before:
        put(out, before)
    first = tree(out), out.exists()
    for after in count():
        with interrupted(out, "full disk", after) as failed:
            try:
                put(out, AFTER)
            except TroubleError as error:
                assert "磁盘空间" in str(error)  # noqa: PT017 - not raised once there is room for everything
        if not failed:
            break
        assert (tree(out), out.exists()) == first, f"with room for {after} files"
    assert after >= 6
    assert pages(out) == AFTER


@pytest.mark.parametrize("file", ["page", "manifest"])
def test_disk_that_fills_up_within_a_file_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    out = tmp_path / "out"
    put(out, BEFORE)
    first = tree(out)
    real = Path.write_text

    class Full:
        """An open file on a disk that has room for nothing more."""

        def __init__(self, path: str, mode: str) -> None:
            self.file = open(path, mode)  # noqa: PTH123, SIM115 - as the engine calls it

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self) -> bytes:
            return self.file.read()  # type: ignore[no-any-return]

        def write(self, data: bytes) -> None:
            self.file.write(data[:1])
            raise OSError(28, "No space left on device")

    def half(path: Path, text: str, **how: str) -> int:
        real(path, text[:5], **how)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if file == "page":
            patch.setattr("sitegen.engine.open", Full, raising=False)
        else:
            patch.setattr(Path, "write_text", half)
        with pytest.raises(TroubleError, match="No space left"):
            put(out, AFTER)
    assert tree(out) == first
    put(out, AFTER)
    assert pages(out) == AFTER


SWAPPED: Files = {"a.html": b"1", "b": b"now a file", "d/e.html/f.html": b"now a folder"}


@pytest.mark.parametrize("how", ["Ctrl+C", "power cut", "full disk"])
@pytest.mark.parametrize("files", [AFTER, SWAPPED], ids=["other pages", "files and folders swapped"])
def test_publishing_that_is_broken_off_anywhere_is_healed_by_the_next(tmp_path: Path, how: str, files: Files) -> None:
    first = tmp_path / "first"
    put(first, BEFORE)
    for after in count():
        out = tmp_path / f"out{after}"
        shutil.copytree(first, out)
        with interrupted(out, how, after) as failed:
            try:
                put(out, files)
            except (KeyboardInterrupt, PowerCutError, TroubleError):
                assert failed
        for path, data in tree(out).items():
            whole = data in (BEFORE.get(path), files.get(path)) or data is None
            assert whole or path == MANIFEST or path.startswith(".sitegen-new"), path
        put(out, files)
        assert pages(out) == files
        assert not [path for path in out.rglob("*") if path.is_dir() and not any(path.iterdir())]
        if not failed:
            break
    assert after >= 6


def test_nothing_that_waits_is_left_behind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with suppress(KeyboardInterrupt), staging(out) as waiting:
        stage("a.html", b"", b"1", out, waiting)
        raise KeyboardInterrupt
    assert not out.exists()
    put(out, {"a.html": b"1"})
    (out / ".sitegen-new").mkdir()
    (out / ".sitegen-new" / "0").write_bytes(b"left by a crash")
    with staging(out) as waiting:
        assert [path.name for path in waiting.iterdir()] == ["lock"]
        with pytest.raises(TroubleError, match="另一次构建"), staging(out):
            pass
    assert tree(out).keys() == {MANIFEST, "a.html"}


def test_folder_of_somebody_else_stays_even_if_empty(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with staging(tmp_path / "out"):
        pass
    assert list((tmp_path / "out").iterdir()) == []


# ---------------------------------------------------------------- what is known of the output

SITE: Files = {"a.html": b"12345", "b/c.html": b"67890", "doc/x/index.html": b"page", "doc/x/x.pdf": b"file"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output with `SITE` in it."""
    put(tmp_path / "out", SITE)
    return tmp_path / "out"


def rows_of(out: Path, now: int = LATER) -> dict[str, bytes]:
    """What is known right after publishing `SITE`."""
    rows: dict[str, bytes] = {}
    with staging(out) as waiting:
        record(rows, make(out, SITE, waiting), out, now)
    return rows


def quietly(file: Path, data: bytes) -> None:
    """Other bytes, and the time of before."""
    before = file.stat()
    file.write_bytes(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def link(file: Path) -> None:
    """The same bytes, but through a link."""
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def replace_quietly(file: Path, data: bytes) -> None:
    """Another file in its place, of the same size and time."""
    quietly(file, data)
    shutil.copy2(file, file.with_name("other"))
    file.with_name("other").replace(file)


HARM: Mapping[str, Callable[[Path], object]] = {
    "damaged": lambda file: file.write_bytes(b"12345 and more"),
    "empty": lambda file: file.write_bytes(b""),
    "deleted": lambda file: file.unlink(),
    "replaced by a link": link,
    "replaced by a folder": lambda file: (file.unlink(), file.mkdir()),
    "same size and time": lambda file: quietly(file, b"54321"),
    "same size and time, another file": lambda file: replace_quietly(file, b"54321"),
}


@pytest.mark.parametrize("now", [LATER, 1], ids=["stamps hold", "stamps tell nothing yet"])
@pytest.mark.parametrize("harm", HARM)
def test_harmed_output_is_not_untouched(out: Path, harm: str, now: int) -> None:
    rows = rows_of(out, now)
    assert untouched(rows, out) == {
        path: Made(digest_of(path.encode()), digest_of(data), is_stamped=now == LATER) for path, data in SITE.items()
    }
    HARM[harm](out / "a.html")
    assert untouched(rows, out) is None


def test_file_with_another_time_and_the_same_bytes_is_untouched_until_its_stamp_is_known_again(out: Path) -> None:
    rows = rows_of(out)
    os.utime(out / "a.html", (1, 1))
    outputs = untouched(rows, out)
    assert outputs is not None
    assert {path for path, made in outputs.items() if not made.is_stamped} == {"a.html"}
    record(rows, outputs, out, LATER)
    outputs = untouched(rows, out)
    assert outputs is not None
    assert all(made.is_stamped for made in outputs.values())


def test_stamp_of_a_file_that_was_written_just_now_is_not_relied_on(out: Path) -> None:
    """It might be written again within one tick of the clock."""
    time = (out / "a.html").stat().st_mtime_ns
    for now, is_kept in ((1, False), (time, False), (time + 10_000_000, False), (time + 60_000_000_000, True)):
        rows = rows_of(out, now)
        assert (len(rows["a.html"]) > 32) == is_kept, now


def test_row_goes_with_its_file(out: Path) -> None:
    rows = rows_of(out)
    with staging(out) as waiting:
        outputs = make(out, {"a.html": b"12345"}, waiting)
        publish(outputs, published_before(rows, out, ()) or {}, out, waiting)
    record(rows, outputs, out, LATER)
    assert rows.keys() == {"a.html", MANIFEST}
    assert pages(out) == {"a.html": b"12345"}


def test_rows_tell_what_was_published_as_long_as_no_other_build_was_at_work(out: Path) -> None:
    rows = rows_of(out)
    assert published_before(rows, out, ()) == published({}, (), out)
    put(out, {**SITE, "new.html": b"by another build"})
    assert published_before(rows, out, ()) is None
    put(out, SITE)
    assert published_before(rows, out, ()) is not None
    (out / MANIFEST).unlink()
    assert published_before(rows, out, ()) is None
    assert published_before({}, out, ()) is None


def test_rows_do_not_tell_what_lies_beside_a_secret_page(out: Path) -> None:
    rows = rows_of(out)
    assert published_before(rows, out, {"doc/x/index.html"}) is None
    assert published_before(rows, out, {"doc/y/index.html", "old/t.html"}) is not None


def outputs_of(*paths: str) -> Outputs:
    return {path: Made(b"", b"") for path in paths}


def relied_on(folders: dict[str, bytes]) -> set[str]:
    """The folders that are not looked into again as long as their stamp is the same."""
    return {folder for folder, stamp in folders.items() if stamp != b"?"}


def test_unknown_files_are_named_wherever_they_lie(out: Path) -> None:
    folders: dict[str, bytes] = {}
    outputs = outputs_of(*SITE)
    assert unknown_files(outputs, out, folders, LATER) == ()
    assert relied_on(folders) == {"b", "doc", "doc/x"}
    (out / "doc" / "x" / "own.txt").write_text("x", encoding="utf-8")
    (out / "own" / "deep").mkdir(parents=True)
    (out / "own" / "deep" / "own.txt").write_text("x", encoding="utf-8")
    (out / "b" / "link").symlink_to("../doc")
    found = ("b/link", "doc/x/own.txt", "own/deep/own.txt")
    assert unknown_files(outputs, out, folders, LATER) == found
    assert relied_on(folders) == {"doc"}
    assert unknown_files(outputs, out, folders, LATER) == found  # told again as long as they are there
    shutil.rmtree(out / "own")
    (out / "b" / "link").unlink()
    (out / "doc" / "x" / "own.txt").unlink()
    assert unknown_files(outputs, out, folders, LATER) == ()
    assert relied_on(folders) == {"b", "doc", "doc/x"}


def test_file_in_a_folder_that_is_no_longer_ours_is_named(out: Path) -> None:
    folders: dict[str, bytes] = {}
    (out / "b" / "own.txt").write_text("x", encoding="utf-8")
    assert unknown_files(outputs_of(*SITE), out, folders, LATER) == ("b/own.txt",)
    (out / "b" / "c.html").unlink()  # as a build does that no longer has this page
    assert unknown_files(outputs_of(*set(SITE) - {"b/c.html"}), out, folders, LATER) == ("b/own.txt",)


def test_folder_is_looked_into_only_if_it_may_have_changed(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders: dict[str, bytes] = {}
    looked: list[str] = []
    real = os.scandir

    def scandir(path: str) -> Any:
        looked.append(os.path.relpath(path, out).removeprefix("."))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    unknown_files(outputs_of(*SITE), out, folders, LATER)
    assert sorted(looked) == ["", "b", "doc", "doc/x"]
    looked.clear()
    unknown_files(outputs_of(*SITE), out, folders, LATER)
    assert looked == [""]  # which every build changes
    looked.clear()
    (out / "doc" / "new").mkdir()
    unknown_files(outputs_of(*SITE), out, folders, LATER)
    assert "doc" in looked
    assert "b" not in looked


def test_folder_that_changed_just_now_is_looked_into_again(out: Path) -> None:
    folders: dict[str, bytes] = {}
    unknown_files(outputs_of(*SITE), out, folders, (out / "b").stat().st_mtime_ns)
    assert "b" not in relied_on(folders)


def test_nothing_is_relied_on_where_nobody_knows_the_time(out: Path) -> None:
    folders: dict[str, bytes] = {}
    unknown_files(outputs_of(*SITE), out, folders, 0)
    assert relied_on(folders) == set()
    assert {len(row) for row in rows_of(out, 0).values()} == {32}


def test_file_that_comes_into_an_empty_folder_of_others_is_named(out: Path) -> None:
    folders: dict[str, bytes] = {}
    (out / "own").mkdir()
    assert unknown_files(outputs_of(*SITE), out, folders, LATER) == ()
    (out / "own" / "own.txt").write_text("x", encoding="utf-8")
    assert unknown_files(outputs_of(*SITE), out, folders, LATER) == ("own/own.txt",)
