"""What may happen to a site between two builds, as values that print as a script, and the law that holds after each.

Exports `Desk`, the editors' desk: a small site, what its documents mean, and `build`, which checks the law;
`Edit` and `EDITS`, everything that editors, administrators and the disk do; `Build` and `BUILDS`, the ways to build;
and `interrupted`.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st

from sitegen.diagnostics import Severity, SitegenError, TroubleError
from sitegen.engine import MANIFEST
from sitegen.site import BuildResult
from tests.story import Site, everything_in, files_of

FIRST_DAY = date(2026, 11, 22)
PAST, FUTURE = 315_532_800, 2_145_916_800  # 1980 and 2038, in seconds
ABOUT_THE_OUTPUT = (
    "L201",
    "L202",
    "L203",
    "L204",
)  # what is said of the addresses that were there before, not of the content
GONE = ("zc", "gzk", "ysq", "zd-fg", "zd-gj", "zd-bj", "fd-01-gz", "fd-01-gzfz", "fd-01-gfxfz", "fd-jc", "fd-21")
HIDDEN = (*GONE, *(f"fd-{number:02}" for number in range(2, 16)))
COLUMNS = {
    "usual": "",
    "renamed": "rename: {fd-01-gfx: 规范性文件, fd: 法定公开}\n",
    "another hidden": "hide: [{id: fd-01-hb, reason: 没有汇编}, {id: fd-01-zqyj, reason: 没有征集}]\n",
    "hidden with its documents": "hide: [{id: fd-01-qt, reason: 并入}]\n",
    "hidden without a reason": "hide: [{id: fd-01-hb}]\n",
    "added": "add: [{id: fd-01-own, parent: fd-01, name: 本机关的栏目, kind: general}]\n",
    "explained": "empty: {fd-01-hb: explain}\n",
    "of another kind": "set: {fd-01-qt: {kind: general, description: 另一种说明}}\n",
    "in another order": "order: {fd-01: [fd-01-qt, fd-01-gfx], top: [nb, zn]}\n",
    "no YAML": "hide: [\n",
}
SETTINGS: tuple[tuple[str, object], ...] = (
    ("agency", "示例市科技局"),
    ("agency", "示例市水务局务"),  # as long as the usual name
    ("agency", ""),
    ("url", "https://kjj.example.gov.cn/zfxxgk/"),
    ("url", "nowhere"),
    ("contact", {"phone": "0990-0000000", "email": "a@example.gov.cn"}),
    ("limits", {"page_size": 1}),
    ("limits", {"page_size": 2}),
    ("layout", "anhui_town"),
    ("layout", "chongqing_city"),
    ("show_roles", True),
    ("empty_columns", "explain"),
    ("index_no_pattern", r"\d+"),
    ("theme", "plain-blue"),
    ("theme", "none"),
    ("intro", "一句说明"),
    ("site_name", "示例市科学技术局网"),
    ("downloads", {"kinds": ["normative"], "forms": ["docx"]}),
    ("downloads", {"kinds": ["normative", "guide"], "forms": ["docx", "pdf"], "compile": []}),
)
FIELDS: tuple[tuple[str, object], ...] = (
    ("doc_no", "示科发〔2024〕7号"),
    ("doc_no", "示科发[2024]7号"),
    ("written_date", "2024-02-29"),
    ("pub_date", "2025-01-01 09:00"),
    ("effective_date", "2026-11-24"),
    ("expire_date", "2026-11-23"),
    ("expire_date", "2026-11-30"),
    ("repeal_date", "2026-11-25"),
    ("validity", "废止"),
    ("summary", "一句概述"),
    ("keywords", ["科技", "办法"]),
    ("issuer", ["示例市科学技术局", "示例市财政局"]),
    ("topic", "综合政务\\政务公开"),
    ("index_no", "000000000/2024-00001"),
    ("column", ["fd-01-gfx", "fd-01-qt"]),
    ("genre", "通知"),
    ("drafter", "张三"),
    ("revisions", [{"date": "2024-04-01", "doc_no": "示科发〔2024〕8号", "kind": "修正"}]),
    ("corrections", [{"date": "2024-05-01", "was": "甲", "now": "乙"}]),
    ("version_of", "a"),
    ("version_of", "b"),
    ("based_on", ["a"]),
    ("exempt", {"P101": "另有说明"}),
    ("nonsense", "没有这一项"),
)
WITHHELD: Mapping[str, object] = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}
STATES: Mapping[str, Mapping[str, object]] = {
    "withheld": WITHHELD,
    "draft": {"draft": True},
    "not yet due": {"pub_date": "2026-11-24"},
    "withdrawn": {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}},
    "withdrawn soon": {"withdraw": {"date": "2026-11-24", "reason": "内容有误"}},
}
OFFICIAL = ("fd-01-gfx", "fd-01-qt", "fd-01-qt/2024")
LASTING = ("zn", "nb", "fd", "fd-01", "fd-01-gfx", "fd-01-qt", "fd-01-jd", "catalog", "updates", "search")
UNFINISHED = ".sitegen-new"
OUTSIDE = b"a file outside of the output"


# ---------------------------------------------------------------- the site on the desk


@dataclass(frozen=True)
class Doc:
    """A document as its editor means it; `mark` stands in its title and body and nowhere else on the site."""

    path: str
    mark: str
    title: str = "某某办法"
    body: str = "正文。"
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def id(self) -> str:
        return str(self.fields.get("id") or self.path.rpartition("/")[2].removesuffix(".md"))

    @property
    def files(self) -> list[str]:
        """The files it publishes, as paths below the content folder."""
        named = self.fields.get("attachments") or []
        assert isinstance(named, list)
        shown = [f"{self.name_of_files}.png"] if f"{self.name_of_files}.png" in self.body else []
        return [f"{self.folder}/{name}" for name in (*named, *shown)]

    @property
    def name_of_files(self) -> str:
        """What its files are called."""
        return self.mark.partition("zj")[0]

    def is_public_on(self, day: date) -> bool:
        if self.fields.get("disclosure", "主动公开") != "主动公开" or self.fields.get("draft"):
            return False
        withdraw = self.fields.get("withdraw")
        if isinstance(withdraw, Mapping) and str(withdraw["date"]) <= day.isoformat():
            return False
        return str(self.fields.get("pub_date", ""))[:10] <= day.isoformat()

    def having(self, **fields: object) -> Doc:
        """With these fields; one given as None goes."""
        return replace(self, fields={k: v for k, v in {**self.fields, **fields}.items() if v is not None})


def first_documents() -> dict[str, Doc]:
    elements = ("政府信息的分类", "编排体系", "获取方式", "政府信息公开工作机构名称", "办公地址")
    guide = "、".join((*elements, "办公时间", "联系电话", "传真号码", "互联网联系方式"))
    return {
        "a": Doc(
            "fd-01-gfx/a.md", "qxazj0", "甲办法", fields={"doc_no": "示科发〔2024〕1号", "attachments": ["qxa.pdf"]}
        ),
        "b": Doc("fd-01-gfx/b.md", "qxbzj0", "乙办法", "见[甲办法](a)。", {"repeals": "a", "pub_date": "2024-03-06"}),
        "c": Doc("fd-01-qt/c.md", "qxczj0", "丙通知", "见[乙](../fd-01-gfx/b.md)。\n\n![图](qxc.png)"),
        "d": Doc("fd-01-jd/d.md", "qxdzj0", "乙办法解读", fields={"interprets": "b", "old_urls": ["old/2020/d.html"]}),
        "zn": Doc("zn/zn.md", "qxzzj0", "政府信息公开指南", guide),
        "nb": Doc("nb/nb-2024.md", "qxnzj0", "2024年工作年度报告", fields={"report_year": 2024}),
    }


KEYS = st.sampled_from([*first_documents(), "e", "f"])


@dataclass(frozen=True)
class Build:
    """One way to build, into one of the output folders; perhaps broken off (see `interrupted`)."""

    output: str = "public"
    cache: bool = True
    keep_going: bool = False
    strict: bool = False
    interruption: str = ""
    after: int = 0

    def __repr__(self) -> str:
        told = {name: value for name, value in vars(self).items() if value != getattr(Build, name)}
        return f"Build({', '.join(f'{name}={value!r}' for name, value in told.items())})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))


@dataclass(frozen=True)
class Good:
    """What an output folder was last built from and how: an editor can go back there, and the build succeeds."""

    files: Mapping[str, bytes]  # of the content folder and the themes
    docs: Mapping[str, Doc]
    day: date
    how: Build


@dataclass(frozen=True)
class Memory:
    """What `public/` and the cache folder held after a build, and what that was made from."""

    tree: Mapping[str, bytes]
    cache: Mapping[str, bytes]
    good: Good


CleanBuilds = dict[bytes, tuple[BuildResult | str, dict[str, bytes]]]  # by all that they are made from


class Desk:
    """A small site, its cache and outputs, and what its documents mean."""

    def __init__(self, folder: Path, clean_builds: CleanBuilds | None = None, *, is_found: bool = False) -> None:
        self.site = Site(folder).own_themes()
        self.is_found = is_found  # whether every build makes the search index too
        self._clean_builds = {} if clean_builds is None else clean_builds
        self.folder = folder
        self.content = self.site.content
        self.outside = folder / "outside.txt"
        self.day = FIRST_DAY
        self.docs = first_documents()
        self.settings: dict[str, object] = {"agency": "示例市科学技术局"}
        self.good: dict[str, Good] = {}  # by output folder
        self.memories: list[Memory] = []  # the last is the newest
        self.foreign: set[str] = set()  # what others put into `public/`
        self.strays: set[str] = set()  # what was ours, but no manifest says so any more
        self.obstacles: set[Path] = set()  # folders where files should be: a build cannot go on until they are gone
        self.public_once: set[str] = set()  # the marks that anybody could read at some time
        self.commits: dict[str, tuple[dict[str, Doc], dict[str, object]]] = {}
        self._locks: list[sqlite3.Connection] = []
        self._marks = 0
        for key, doc in self.docs.items():
            self.save(key)
            for path in doc.files:
                self.site.file(path, f"%PDF {doc.mark} 0")
        self.save_columns("usual")

    # ------------------------------------------------ files

    def doc(self, key: str) -> Doc:
        """The document; where there is none, a new one that is not written yet."""
        return self.docs.get(key) or Doc(f"fd-01-qt/{key}.md", self.new_mark(key), f"{key}通知")

    def new_mark(self, key: str) -> str:
        """A word that is on no page yet."""
        self._marks += 1
        return f"qx{key[0]}zj{self._marks}"

    def save(self, key: str, doc: Doc | None = None) -> None:
        """Write into its file what the document means, or what it is to mean from now on."""
        doc = self.docs[key] = doc or self.docs[key]
        usual = {"written_date": "2024-03-01" if doc.folder in OFFICIAL else None}
        self.site.write(doc.path, f"{doc.title}{doc.mark}", f"{doc.body}\n\n{doc.mark}", **{**usual, **doc.fields})

    def path(self, key: str) -> Path:
        """The file of the document, written now if there was none."""
        if key not in self.docs or not (self.content / self.docs[key].path).is_file():
            self.save(key, self.doc(key))
        return self.content / self.docs[key].path

    def save_columns(self, name: str) -> None:
        """Write `columns.yaml`: most columns are hidden, so that builds are short."""
        hidden = ", ".join(f"{{id: {column}, reason: 没有}}" for column in HIDDEN)
        own = COLUMNS[name]
        is_hiding = own.startswith("hide: [{")
        self.site.columns(own.replace("[", f"[{hidden}, ") if is_hiding else f"hide: [{hidden}]\n{own}")

    def state(self, how: Build) -> Good:
        """All that a build is made from, except the history."""
        files = {f"content/{path}": data for path, data in files_of(self.content).items()}
        files |= {f"themes/{path}": data for path, data in files_of(self.site.themes).items()}
        return Good(files, dict(self.docs), self.day, Build(how.output, keep_going=how.keep_going))

    def go_back(self, good: Good) -> None:
        """Mend: make every file what it was when a build last succeeded."""
        now = self.state(good.how).files
        for path in now.keys() - good.files.keys():
            (self.folder / path).unlink()
        for path, data in good.files.items():
            if now.get(path) != data:
                (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / path).write_bytes(data)
        self.docs, self.day = dict(good.docs), good.day
        self.settings = dict(yaml.safe_load(good.files["content/site.yaml"]))

    def lock_cache(self) -> None:
        """Let another program hold the cache during the next build."""
        if (self.site.cache / "cache.sqlite").is_file():
            connection = sqlite3.connect(self.site.cache / "cache.sqlite", timeout=0)
            self._locks.append(connection)
            with suppress(sqlite3.DatabaseError):  # of a damaged cache
                connection.execute("BEGIN EXCLUSIVE")

    def git(self, *arguments: str) -> str:
        """Run git in the site's folder; each commit is made a day after the one before."""
        moment = f"{(date(2026, 10, 1) + timedelta(days=len(self.commits))).isoformat()}T12:00:00+0800"
        own = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        own |= {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        own |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        others = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, env=others | own, capture_output=True, text=True).stdout.strip()

    # ------------------------------------------------ building, and the law

    def build(self, how: Build = Build(), executor: Executor | None = None) -> bool:
        """Build, and check the law; what is refused is mended and built again. Gives whether it was published.

        The law: what is published equals a clean build of the same content, byte for byte, and says the same; a
        refused build changes nothing, says what a clean build says, and can be mended; a second build writes nothing;
        what is not public is in no file.
        """
        if how.interruption:
            return self._break_off(how)
        output = self._output(how)
        before = files_of(output)
        is_locked = bool(self._locks)
        try:
            ours = self._attempt(how, executor)
        except TroubleError:
            if not self.obstacles:
                raise
            assert files_of(output) == before
            self._clear_away()
            return self.build(how, executor)
        finally:
            while self._locks:
                self._locks.pop().close()
        clean, expected = self.clean(how)
        if isinstance(ours, BuildResult) and ours.report is not None:
            assert isinstance(clean, BuildResult), clean
            said, expected_to_say = (told(ours), counted(ours)), (told(clean), counted(clean))
            assert said == expected_to_say, f"{said} is not {expected_to_say}"
            self._check_tree(how, before, expected)
            self._remember(how)
            self._check_barrier(how, is_purged=how.cache and not is_locked)
            self._check_rest(how)
            return True
        assert files_of(output) == before, "a refused build changed the output"
        self._check_refusal(how, ours, clean)
        self._check_barrier(how, is_purged=False, is_published=False)
        if good := self.good.get(how.output):
            self.go_back(good)
            self._clear_away()
            mended = self._attempt(good.how)
            assert isinstance(mended, BuildResult), mended
            assert mended.report is not None, mended.diagnostics
            self._check_tree(good.how, before, self.clean(good.how)[1])
            self._check_barrier(good.how)
            self._check_rest(good.how)
        return False

    def _output(self, how: Build) -> Path:
        return self.folder / how.output

    def _options(self, how: Build) -> dict[str, object]:
        told: dict[str, object] = {"keep_going": how.keep_going, "strict": how.strict}
        return {**told, "preview": how.output == "preview", "search": self.is_found}

    def _attempt(self, how: Build, executor: Executor | None = None) -> BuildResult | str:
        """What came of a build: its result, or why it could not go on."""
        cache = self.site.cache if how.cache else None
        given = {**self._options(how), "output": self._output(how), "cache": cache}
        try:
            result = self.site.build(self.day.isoformat(), executor=executor, **given).result  # type: ignore[arg-type]
        except TroubleError:
            raise
        except SitegenError as error:
            return str(error).replace(str(self.folder), "")
        assert isinstance(result, BuildResult)
        return result

    def clean(self, how: Build) -> tuple[BuildResult | str, dict[str, bytes]]:
        """What comes of a clean build, and its output. For what was built clean already that is looked up."""
        options = self._options(how)
        history = files_of(self.folder / ".git") if self.commits else {}
        heads = {path: history[path] for path in ("HEAD", "refs/heads/main", "shallow") if path in history}
        key = hashlib.sha256(repr((self.state(how).files, heads, self.day, options)).encode()).digest()
        if key not in self._clean_builds:
            try:
                self._clean_builds[key] = self.site.clean_build(self.day.isoformat(), **options)
            except SitegenError as error:
                self._clean_builds[key] = str(error).replace(str(self.folder / "clean"), ""), {}
        return self._clean_builds[key]

    def _check_refusal(self, how: Build, ours: BuildResult | str, clean: BuildResult | str) -> None:
        if isinstance(ours, str) or isinstance(clean, str):
            assert ours == clean, f"{ours} is not {clean}"
            return
        assert told(ours) == told(clean), f"{told(ours)} is not {told(clean)}"
        fatal = (Severity.ERROR, Severity.WARNING) if how.strict else (Severity.ERROR,)
        assert any(found.severity in fatal for found in ours.diagnostics)
        assert clean.report is None or "L201" in {found.code for found in ours.diagnostics}

    def _check_tree(self, how: Build, before: Mapping[str, bytes], expected: Mapping[str, bytes]) -> None:
        tree = files_of(self._output(how))
        if how.output == "public":
            extra = tree.keys() - expected.keys()
            assert extra <= self.foreign | self.strays, extra - self.foreign - self.strays
            kept = {path for path in self.foreign & before.keys() if not path.startswith("doc/")}
            assert kept <= tree.keys(), "files of others are gone"
            tree = {path: data for path, data in tree.items() if path not in extra}
        wrong = [path for path in sorted(tree.keys() | expected.keys()) if tree.get(path) != expected.get(path)]
        assert not wrong, f"not as in a clean build: {wrong}"
        if self.outside.is_file():
            assert self.outside.read_bytes() == OUTSIDE, "a file outside of the output was written to"

    def _check_rest(self, how: Build) -> None:
        """A build that follows at once has nothing to do, and touches no file."""
        before = _times(self._output(how))
        again = self._attempt(how)
        assert isinstance(again, BuildResult), again
        assert self.site.rewritten == set()
        assert _times(self._output(how)) == before

    def _check_barrier(self, how: Build, *, is_purged: bool = True, is_published: bool = True) -> None:
        """No byte of what is not public is in the output or in the cache.

        What was public once may stay there until a build is published; in a cache that was not used, even longer.
        """
        if how.output == "preview":
            return
        hidden = {doc.mark for doc in self.docs.values() if not doc.is_public_on(self.day)}
        unknown = hidden - self.public_once
        output = {path: data for path, data in files_of(self._output(how)).items() if path not in self.strays}
        for files, words in (
            (output, hidden if is_published else unknown),
            (files_of(self.site.cache), hidden if is_published and is_purged else unknown),
        ):
            for path, data in everything_in(files) if words else ():
                assert not any(word.encode() in data for word in words), f"{path} holds what is not public"

    def _remember(self, how: Build) -> None:
        """The output is now good, or begun from what is good."""
        good = self.good[how.output] = self.state(how)
        is_seen = how.output == "preview"
        self.public_once |= {doc.mark for doc in self.docs.values() if is_seen or doc.is_public_on(self.day)}
        if how.output == "public":
            memory = Memory(files_of(self.site.output), files_of(self.site.cache), good)
            self.memories = [*self.memories[-3:], memory]

    def _clear_away(self) -> None:
        """What an administrator does about the folders that are in the way."""
        for folder in self.obstacles:
            shutil.rmtree(folder, ignore_errors=True)
        self.obstacles.clear()

    def _break_off(self, how: Build) -> bool:
        """An interrupted build leaves whole files only, and one that a full disk stops leaves the output as it was."""
        output = self._output(how)
        before = files_of(output)
        self._clear_away()
        with interrupted(output, how.interruption, how.after) as failed:
            try:
                self._attempt(how)
            except TroubleError:
                assert files_of(output) == before, "a failed build changed the output"
            except (KeyboardInterrupt, PowerCutError):
                pass
        if not failed:  # refused, or done before it could be interrupted
            return self.build(replace(how, interruption="", after=0))
        clean, expected = self.clean(how)
        assert isinstance(clean, BuildResult), clean
        for path, data in files_of(output).items():
            is_whole = data in (before.get(path), expected.get(path))
            assert is_whole or path.startswith((MANIFEST, f"{UNFINISHED}/")), f"{path} is half a file"
        self._remember(how)  # some of it may have been seen: this content is what one can go back to
        return False


def _times(folder: Path) -> dict[str, tuple[int, int]]:
    """Of every file below the folder, which one it is and when it was written."""
    files = (os.path.join(here, name) for here, _, names in os.walk(folder) for name in names)  # noqa: PTH118 - fast
    return {file: (found.st_ino, found.st_mtime_ns) for file in files for found in [os.lstat(file)]}


def told(result: BuildResult) -> tuple[object, ...]:
    """What a build says of the content and its history."""
    content = [found for found in result.diagnostics if found.code not in ABOUT_THE_OUTPUT]
    return content, [note for note in result.notes if not note.startswith("缓存")]


def counted(result: BuildResult) -> tuple[object, ...]:
    return result.documents, result.withheld, result.pages, result.skipped


# ---------------------------------------------------------------- ways to build


class PowerCutError(BaseException):
    """From here on nothing reaches the disk, not even what would clean up."""


@contextmanager
def interrupted(folder: Path, how: str, after: int) -> Iterator[list[str]]:
    """Let all changes to files below `folder` fail after so many of them; gives those that failed.

    "full disk": no file or folder can be made any more. "Ctrl+C": one call is broken off. "power cut": none succeeds,
    none is cleaned up.
    """
    count = 0
    failed: list[str] = []
    inside = os.path.join(folder, "")  # noqa: PTH118 - as a prefix

    def pass_or_fail(name: str, path: object) -> None:
        nonlocal count
        if not (isinstance(path, str | os.PathLike) and os.fspath(path).startswith(inside)):
            return
        if how == "full disk" and name not in ("open", "mkdir"):
            return
        count += 1
        if count > after and not (failed and how == "Ctrl+C"):
            failed.append(f"{name} {os.fspath(path)}")
            if how == "full disk":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(path))
            raise KeyboardInterrupt if how == "Ctrl+C" else PowerCutError

    def guarded(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(path: object, *args: object, **kwargs: object) -> object:
            pass_or_fail(name, path)
            return real(path, *args, **kwargs)

        return call

    def guarded_open(file: object, mode: str = "r", *args: object, **kwargs: object) -> object:
        if set(mode) & set("wax+"):
            pass_or_fail("open", file)
        return real_open(file, mode, *args, **kwargs)  # type: ignore[call-overload]

    def guarded_os_open(path: object, flags: int, *args: object, **kwargs: object) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            pass_or_fail("open", path)
        return real_os_open(path, flags, *args, **kwargs)  # type: ignore[arg-type]

    real_open, real_os_open = io.open, os.open
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", guarded_open)
        patch.setattr(io, "open", guarded_open)
        patch.setattr(os, "open", guarded_os_open)
        for name in ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "link", "symlink", "utime", "truncate"):
            patch.setattr(os, name, guarded(name, getattr(os, name)))
        yield failed


PLAIN = Build()
BUILDS = st.one_of(
    st.just(PLAIN),
    st.sampled_from(
        [
            PLAIN,
            PLAIN,
            Build(cache=False),
            Build(keep_going=True),
            Build(strict=True),
            Build("other"),
            Build("preview"),
        ]
    ),
    st.builds(
        Build,
        interruption=st.sampled_from(["full disk", "Ctrl+C", "power cut"]),
        after=st.integers(0, 60),
    ),
)


# ---------------------------------------------------------------- edits


@dataclass(frozen=True)
class Edit:
    """One thing that is done, with its arguments."""

    do: Callable[..., None]
    args: tuple[object, ...]

    def __call__(self, desk: Desk) -> None:
        self.do(desk, *self.args)

    def __repr__(self) -> str:
        return f"{self.do.__name__}({', '.join(map(repr, self.args))})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))


EDITS: dict[str, st.SearchStrategy[Edit]] = {}


def edit(*arguments: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the function to `EDITS`; it is called with the desk and what is drawn from these."""

    def add(function: Callable[..., None]) -> Callable[..., None]:
        EDITS[function.__name__] = st.tuples(*arguments).map(lambda args: Edit(function, args))
        return function

    return add


FOLDERS = st.sampled_from(["fd-01-gfx", "fd-01-qt", "fd-01-qt/2024", "fd-01-jd", "fd-01-own", "zn", "_aside"])
WHEN = st.sampled_from([1, PAST, FUTURE])
NUMBERS = st.integers(0, 999)

# ------------------------------------------------ documents


@edit(KEYS, st.sampled_from(["第一条", "另一段正文。", "## 一、标题\n\n|a|b|\n|-|-|\n|1|2|", "[不明](nothing.md)"]))
def write_body(desk: Desk, key: str, body: str) -> None:
    doc = desk.doc(key)
    desk.save(key, replace(doc, body=body))


@edit(KEYS, st.sampled_from(["某某办法", "某某规定", "关于印发某某办法的通知"]))
def retitle(desk: Desk, key: str, title: str) -> None:
    desk.save(key, replace(desk.doc(key), title=title))


@edit(KEYS, st.sampled_from(FIELDS))
def set_field(desk: Desk, key: str, given: tuple[str, object]) -> None:
    desk.save(key, desk.doc(key).having(**dict([given])))


@edit(KEYS, st.sampled_from([name for name, _ in FIELDS]))
def drop_field(desk: Desk, key: str, name: str) -> None:
    desk.save(key, desk.doc(key).having(**{name: None}))


@edit(KEYS, KEYS)
def link(desk: Desk, key: str, other: str) -> None:
    """A link to a document, which may not be there yet, or never."""
    doc = desk.doc(key)
    desk.save(key, replace(doc, body=f"{doc.body}\n\n见[文件]({desk.doc(other).id})。"))


@edit(KEYS, st.sampled_from(["repeals", "amends", "interprets", "forwards", "supports"]), KEYS)
def relate(desk: Desk, key: str, relation: str, other: str) -> None:
    desk.save(key, desk.doc(key).having(**{relation: desk.doc(other).id}))


@edit(KEYS, st.sampled_from(sorted(STATES)))
def take_from_public(desk: Desk, key: str, state: str) -> None:
    desk.save(key, desk.doc(key).having(**STATES[state]))


@edit(KEYS)
def make_public(desk: Desk, key: str) -> None:
    desk.save(key, desk.doc(key).having(**dict.fromkeys([*WITHHELD, "draft", "withdraw", "pub_date"])))


@edit(KEYS, st.sampled_from(sorted(STATES)))
def write_anew_not_public(desk: Desk, key: str, state: str) -> None:
    """Other text in the place of what was public: no byte of it may ever be anywhere."""
    doc = replace(desk.doc(key), mark=desk.new_mark(key), body="另一份稿件。")
    desk.save(key, doc.having(**STATES[state], attachments=None))


@edit(KEYS, FOLDERS, st.booleans())
def move(desk: Desk, key: str, folder: str, with_files: bool) -> None:
    """Into another folder, which may be another column, or none."""
    source = desk.path(key)
    doc = desk.docs[key]
    target = f"{folder}/{source.name}"
    if (desk.content / target).exists():
        return
    desk.site.move(doc.path, target)
    for path in doc.files if with_files else ():
        if (desk.content / path).is_file():
            desk.site.move(path, f"{folder}/{path.rpartition('/')[2]}")
    desk.docs[key] = replace(doc, path=target)


@edit(KEYS, st.sampled_from(["id kept", "old address led on", "old address lost"]), st.integers(1, 3))
def rename(desk: Desk, key: str, how: str, number: int) -> None:
    source = desk.path(key)
    doc = desk.docs[key]
    target = f"{doc.folder}/{key}-{number}.md"
    if (desk.content / target).exists():
        return
    source.unlink()
    moved = replace(doc.having(id=None), path=target)
    if how == "id kept":
        moved = moved.having(id=doc.id)
    elif how == "old address led on":
        moved = moved.having(old_urls=[*_texts(doc.fields.get("old_urls")), f"doc/{doc.id}/"])
    desk.save(key, moved)


@edit(KEYS)
def delete(desk: Desk, key: str) -> None:
    desk.path(key).unlink()
    del desk.docs[key]


@edit(KEYS, KEYS)
def merge(desk: Desk, key: str, into: str) -> None:
    """One document takes over the address of another."""
    gone = desk.doc(key)
    if key == into or key not in desk.docs:
        return
    delete(desk, key)
    doc = desk.doc(into)
    desk.save(into, doc.having(old_urls=[*_texts(doc.fields.get("old_urls")), f"doc/{gone.id}/"]))


@edit(KEYS, KEYS, st.booleans())
def swap_contents(desk: Desk, one: str, other: str, with_times: bool) -> None:
    """Two files exchange what they hold, and perhaps their times."""
    first, second = desk.path(one), desk.path(other)
    held, times = (first.read_bytes(), second.read_bytes()), (first.stat(), second.stat())
    for path, data in zip((second, first), held, strict=True):
        path.write_bytes(data)
    for path, time in zip((second, first), times, strict=True):
        if with_times:
            os.utime(path, ns=(time.st_atime_ns, time.st_mtime_ns))
    a, b = desk.docs[one], desk.docs[other]
    desk.docs |= {one: replace(b, path=a.path), other: replace(a, path=b.path)}


@edit(KEYS, KEYS)
def swap_names(desk: Desk, one: str, other: str) -> None:
    """Two files exchange their names, as `mv` does it: each keeps its inode and its times."""
    first, second = desk.path(one), desk.path(other)
    aside = first.with_name("_aside.md")
    first.rename(aside)
    second.rename(first) if first != second else None
    aside.rename(second)
    a, b = desk.docs[one], desk.docs[other]
    desk.docs |= {one: replace(b, path=a.path), other: replace(a, path=b.path)}


@edit(KEYS)
def write_same_again(desk: Desk, key: str) -> None:
    path = desk.path(key)
    path.write_bytes(path.read_bytes())


@edit(KEYS, st.integers(0, 9))
def change_quietly(desk: Desk, key: str, digit: int) -> None:
    """As many bytes as before, and the time of before."""
    doc = desk.doc(key)
    desk.save(key, replace(doc, body=f"{doc.body}\n\n第0款"))
    before = desk.path(key).stat()
    desk.save(key, replace(doc, body=f"{doc.body}\n\n第{digit}款"))
    os.utime(desk.path(key), ns=(before.st_atime_ns, before.st_mtime_ns))


@edit(KEYS, st.integers(0, 9))
def change_digit_quietly(desk: Desk, key: str, digit: int) -> None:
    """Like `change_quietly`, but the build has seen the former text."""
    path = desk.path(key)
    doc = desk.docs[key]
    quietly(path, re.sub(rb"(?m)^pub_date: \"(\d{4}-\d\d-\d)\d", rb'pub_date: "\g<1>%d' % digit, path.read_bytes()))
    if "pub_date" in doc.fields:
        usual = str(doc.fields["pub_date"])
        desk.docs[key] = doc.having(pub_date=f"{usual[:9]}{digit}{usual[10:]}")


@edit(KEYS, st.sampled_from(["某某办法", "某某规定"]))
def replace_file(desk: Desk, key: str, title: str) -> None:
    """As programs save: a new file is put in the place of the old one, with the old one's time."""
    path = desk.path(key)
    before = path.stat()
    kept = path.with_name(f"_{path.name}.kept")
    path.rename(kept)
    desk.save(key, replace(desk.docs[key], title=title))
    path.rename(path.with_name("_new"))
    kept.unlink()
    os.utime(path.with_name("_new"), ns=(before.st_atime_ns, before.st_mtime_ns))
    path.with_name("_new").replace(path)


@edit(KEYS, st.booleans())
def change_and_change_back(desk: Desk, key: str, with_build: bool) -> None:
    desk.path(key)
    doc = desk.docs[key]
    desk.save(key, replace(doc, title="一时的标题"))
    if with_build and not desk.build():
        return
    desk.save(key, doc)


@edit(KEYS, KEYS)
def copy_with_same_id(desk: Desk, key: str, other: str) -> None:
    desk.save(key, desk.doc(key).having(id=desk.doc(other).id))


@edit(KEYS, st.sampled_from([b"\xff\xfe", "标题".encode("gbk"), b"", b"---\ntitle: [\n", b"no front matter\n"]))
def spoil(desk: Desk, key: str, data: bytes) -> None:
    desk.path(key).write_bytes(data)


@edit()
def mend(desk: Desk) -> None:
    for key in desk.docs:
        desk.save(key)


# ------------------------------------------------ attachments


@edit(KEYS, st.integers(0, 9), st.booleans())
def change_attachment(desk: Desk, key: str, digit: int, is_quiet: bool) -> None:
    for path in desk.doc(key).files:
        file = desk.content / path
        if file.is_file():
            data = file.read_bytes()[:-1] + b"%d" % digit
            quietly(file, data) if is_quiet else file.write_bytes(data + b"%d" % digit)


@edit(KEYS, st.booleans(), st.integers(1, 3))
def rename_attachment(desk: Desk, key: str, is_led_on: bool, number: int) -> None:
    doc = desk.doc(key)
    named = _texts(doc.fields.get("attachments"))
    if not named or not (desk.content / doc.folder / named[0]).is_file():
        return
    new = f"{doc.name_of_files}-{number}.pdf"
    desk.site.move(f"{doc.folder}/{named[0]}", f"{doc.folder}/{new}")
    if is_led_on:
        doc = doc.having(old_urls=[*_texts(doc.fields.get("old_urls")), f"doc/{doc.id}/{named[0]}"])
    desk.save(key, doc.having(attachments=[new, *named[1:]]))


@edit(KEYS, st.booleans())
def drop_attachment(desk: Desk, key: str, with_file: bool) -> None:
    """The document no longer names it, or the file is no longer there. What is left is of no document."""
    doc = desk.doc(key)
    for path in doc.files if with_file else ():
        (desk.content / path).unlink(missing_ok=True)
    if not with_file:
        desk.save(key, replace(doc, mark=desk.new_mark(key)).having(attachments=None))


@edit(KEYS)
def add_attachment(desk: Desk, key: str) -> None:
    doc = desk.doc(key)
    name = f"{doc.name_of_files}.pdf"
    desk.site.file(f"{doc.folder}/{name}", f"%PDF {doc.mark} 0")
    desk.save(key, doc.having(attachments=sorted({name, *_texts(doc.fields.get("attachments"))})))


@edit(KEYS, KEYS)
def share_attachment(desk: Desk, key: str, other: str) -> None:
    """Two documents name one file."""
    doc, named = desk.doc(key), _texts(desk.doc(other).fields.get("attachments"))
    if named:
        desk.save(key, doc.having(attachments=named))


@edit(KEYS)
def add_image(desk: Desk, key: str) -> None:
    doc = desk.doc(key)
    name = f"{doc.name_of_files}.png"
    desk.site.file(f"{doc.folder}/{name}", f"PNG {doc.mark} 0")
    desk.save(key, replace(doc, body=f"{doc.body}\n\n![图]({name})"))


# ------------------------------------------------ settings and theme


@edit(st.sampled_from(SETTINGS))
def change_setting(desk: Desk, given: tuple[str, object]) -> None:
    desk.settings |= dict([given])
    desk.site.setting(**desk.settings)


@edit(st.sampled_from([name for name, _ in SETTINGS[3:]]))
def drop_setting(desk: Desk, name: str) -> None:
    desk.settings.pop(name, None)
    desk.site.setting(**desk.settings)


@edit(st.sampled_from(sorted(COLUMNS)))
def change_columns(desk: Desk, name: str) -> None:
    desk.save_columns(name)


THEME_FILES = (
    "standard/templates/document.html",
    "standard/templates/parts.html",
    "standard/templates/footer.html",
    "standard/templates/404.css",
    "standard/assets/style.css",
    "standard/assets/app.js",
    "plain-blue/templates/base.html",
)


@edit(st.sampled_from(THEME_FILES), st.integers(0, 9), st.booleans())
def change_theme_file(desk: Desk, path: str, digit: int, is_quiet: bool) -> None:
    """A template, one with macros, a style sheet, a script."""
    file = desk.site.themes / path
    data = re.sub(rb"\n/\* \d \*/$", b"", file.read_bytes())
    if is_quiet:
        file.write_bytes(data + b"\n/* 0 */")
        quietly(file, data + b"\n/* %d */" % digit)
    else:
        file.write_bytes(data + b"\n/* %d */" % digit)


@edit(st.sampled_from(["standard", "plain-blue"]), st.sampled_from(["#a61b1b", "#1b4f8f", "#000000", "red; }"]))
def tint(desk: Desk, theme: str, colour: str) -> None:
    file = desk.site.themes / theme / "theme.yaml"
    file.write_bytes(re.sub(rb"(?m)^  main: .*", f"  main: {json.dumps(colour)}".encode(), file.read_bytes()))


@edit(st.sampled_from(["{% if %}", "{{ page.nothing }}", "{% include 'templates/none.html' %}"]))
def break_template(desk: Desk, text: str) -> None:
    with (desk.site.themes / "standard/templates/document.html").open("a", encoding="utf-8") as file:
        file.write(f"{{% block broken %}}{text}{{% endblock %}}")


@edit(st.booleans())
def own_asset(desk: Desk, is_there: bool) -> None:
    file = desk.site.themes / "standard/assets/own.svg"
    file.write_bytes(b"<svg/>") if is_there else file.unlink(missing_ok=True)


# ------------------------------------------------ days and clocks


@edit(st.integers(-2, 10))
def go_to_day(desk: Desk, number: int) -> None:
    desk.day = FIRST_DAY + timedelta(number)


@edit(KEYS, WHEN)
def touch(desk: Desk, key: str, when: int) -> None:
    os.utime(desk.path(key), (when, when))


@edit(WHEN)
def touch_everything(desk: Desk, when: int) -> None:
    """The clock was set, or everything was copied."""
    for folder in (desk.content, desk.site.themes, desk.site.output, desk.site.cache):
        for path in folder.rglob("*"):
            os.utime(path, (when, when), follow_symlinks=False)


# ------------------------------------------------ the output


def output_file(desk: Desk, number: int) -> Path | None:
    """One of the files that the last build left in `public/`."""
    paths = sorted(path for path in files_of(desk.site.output) if path not in desk.foreign | {MANIFEST})
    return desk.site.output / paths[number % len(paths)] if paths else None


@edit(NUMBERS, st.sampled_from(["damaged", "truncated", "deleted", "quietly damaged", "a folder", "a link"]))
def harm_output(desk: Desk, number: int, how: str) -> None:
    file = output_file(desk, number)
    if file is None:
        return
    data = file.read_bytes()
    if how == "damaged":
        file.write_bytes(data + b"!")
    elif how == "quietly damaged":
        quietly(file, data[:-1] + bytes([data[-1] ^ 1]) if data else data)
    elif how == "truncated":
        file.write_bytes(data[: len(data) // 2])
    else:
        file.unlink()
    if how == "a link":
        desk.outside.write_bytes(OUTSIDE)
        file.symlink_to(desk.outside)
    elif how == "a folder":
        file.mkdir()
        (file / "note.txt").write_bytes(b"a file of others")
        desk.obstacles.add(file)
        desk.foreign.add((file / "note.txt").relative_to(desk.site.output).as_posix())


@edit(st.sampled_from(["verify.txt", "pictures/a.jpg"]))
def put_foreign_file(desk: Desk, path: str) -> None:
    file = desk.site.output / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"a file of others")
    desk.foreign.add(path)


@edit(st.sampled_from([b"", b"{", b"[]", b'{"../a": "b", "/etc/a": "c"}', None]))
def spoil_manifest(desk: Desk, data: bytes | None) -> None:
    if not desk.site.output.is_dir():
        return
    file = desk.site.output / MANIFEST
    file.unlink(missing_ok=True) if data is None else file.write_bytes(data)
    desk.strays |= {path for path in files_of(desk.site.output) if not is_recognised(path)}


@edit(st.integers(1, 3))
def put_back_manifest(desk: Desk, age: int) -> None:
    """An older copy: what came since is nobody's."""
    if len(desk.memories) < age or not desk.site.output.is_dir():
        return
    memory = desk.memories[-age]
    if MANIFEST not in memory.tree:  # of a build that was broken off before there was one
        return
    (desk.site.output / MANIFEST).write_bytes(memory.tree[MANIFEST])
    known = json.loads(memory.tree[MANIFEST])
    desk.strays |= {path for path in files_of(desk.site.output) if path not in known}
    desk.good["public"] = memory.good


@edit(st.integers(1, 3))
def put_back_output(desk: Desk, age: int) -> None:
    if len(desk.memories) < age:
        return
    memory = desk.memories[-age]
    fill(desk.site.output, memory.tree)
    desk.obstacles.clear()
    desk.good["public"] = memory.good


@edit()
def empty_output(desk: Desk) -> None:
    fill(desk.site.output, {})
    desk.obstacles.clear()
    desk.strays.clear()


# ------------------------------------------------ the cache


@edit(
    st.sampled_from(
        ["deleted", "empty", "truncated", "garbage", "no header", "of another version", "a folder", "file for folder"]
    )
)
def harm_cache(desk: Desk, how: str) -> None:
    file = desk.site.cache / "cache.sqlite"
    if how == "deleted" or not file.is_file():
        fill(desk.site.cache, {})
        return
    data = file.read_bytes()
    spoilt = {
        "empty": b"",
        "truncated": data[: len(data) * 2 // 3],
        "garbage": bytes(range(256)) * 16,
        "no header": b"\0" * 100 + data[100:],
        "of another version": data[:60] + b"\0\0\0\x63" + data[64:],  # the user_version of the file
    }
    if how in spoilt:
        file.write_bytes(spoilt[how])
    elif how == "a folder":
        file.unlink()
        file.mkdir()
    else:
        shutil.rmtree(desk.site.cache)
        desk.site.cache.write_bytes(b"not a folder")


@edit(NUMBERS, st.integers(1, 8))
def flip_bits_in_cache(desk: Desk, number: int, count: int) -> None:
    file = desk.site.cache / "cache.sqlite"
    if file.is_file() and file.stat().st_size:
        data = bytearray(file.read_bytes())
        for step in range(count):
            data[(number * 7919 + step * 104_729) % len(data)] ^= 1 << (number + step) % 8
        file.write_bytes(data)


@edit(st.integers(1, 3))
def put_back_cache(desk: Desk, age: int) -> None:
    if len(desk.memories) >= age:
        fill(desk.site.cache, desk.memories[-age].cache)


# ------------------------------------------------ the history


@edit()
def commit(desk: Desk) -> None:
    if not (desk.folder / ".git").exists():
        desk.git("init", "-q", "--initial-branch=main", "--template=")
    _commit(desk)


@edit()
def amend(desk: Desk) -> None:
    if desk.commits:
        _commit(desk, "--amend")


@edit(st.sampled_from(["main", "HEAD~1"]))
def check_out(desk: Desk, revision: str) -> None:
    """Another state of the content; what was not committed is committed before."""
    if not desk.commits:
        return
    _commit(desk)
    if len(desk.git("rev-list", "--first-parent", "HEAD").split()) > 1 or revision == "main":
        desk.git("checkout", "-q", "-f", revision)
        docs, settings = desk.commits[desk.git("rev-parse", "HEAD")]
        desk.docs, desk.settings = dict(docs), dict(settings)


@edit()
def make_shallow_or_deep(desk: Desk) -> None:
    if not desk.commits:
        return
    shallow = desk.folder / ".git" / "shallow"
    if shallow.exists():
        shallow.unlink()
    elif len(known := desk.git("rev-list", "--first-parent", "HEAD").split()) > 1:
        shallow.write_text(f"{known[1]}\n", encoding="ascii")


def _commit(desk: Desk, *options: str) -> None:
    desk.git("add", "-A", "content")
    desk.git("commit", "-q", "--allow-empty", "-m", "x", *options)
    desk.commits[desk.git("rev-parse", "HEAD")] = dict(desk.docs), dict(desk.settings)


# ------------------------------------------------ what edits are made of


def quietly(path: Path, data: bytes) -> None:
    """Write other bytes of the same length, and give the file its former time."""
    before = path.stat()
    assert len(data) == before.st_size
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder hold these files and nothing else."""
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.unlink(missing_ok=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def is_recognised(path: str) -> bool:
    """Whether the program can tell without a manifest that the output file is its own."""
    top, slash, _ = path.partition("/")
    return top == "doc" or bool(slash and path.endswith((".html", ".xml")) and top in LASTING)


def _texts(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []
