"""`check --changed`: what git says has changed, what that has to answer for, and the hook that asks before a commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sitegen.changes import changed_files
from sitegen.cli import commands, main
from sitegen.diagnostics import UsageError
from tests.story import Site

ROOT = Path(__file__).resolve().parents[2]
WRONG = {"written_date": "2024-03-06", "pub_date": "2024-03-05"}
WITHHELD = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}


def clean_environment() -> dict[str, str]:
    """The environment without what another git, or a user's settings, would put into it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SITEGEN_", "PYTHON"))}
    return {**own, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONUTF8": "1"}


def git(site: Site, *arguments: str, may_fail: bool = False, **more: str) -> subprocess.CompletedProcess[str]:
    who = ("-c", "user.name=编辑", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *who, *arguments],
        cwd=site.folder,
        env={**clean_environment(), **more},
        capture_output=True,
        encoding="utf-8",
        check=not may_fail,
    )


@pytest.fixture
def repository(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site in a git repository, with a faulty document in its first commit."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git(site, "init", "-q", "-b", "main")
    (site.folder / ".gitignore").write_text(".sitegen/\npublic/\n__pycache__/\n", encoding="utf-8")
    site.write("fd-01-gfx/old.md", title="旧办法", **WRONG).write("fd-01-gfx/a.md", title="甲办法")
    git(site, "add", ".")
    git(site, "commit", "-q", "-m", "开始")
    return site


@pytest.fixture
def told(
    repository: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """The errors that a check tells, `CODE path` each; the exit status must fit."""
    monkeypatch.chdir(repository.folder)

    def check(*options: str) -> list[str]:
        status = main(["check", "--by", "line", *options])
        found = re.findall(r"^(content/.*?):\d+:\d+: (..) ([A-Z]\d{3}) ", capsys.readouterr().err, re.MULTILINE)
        assert status == int(any(severity == "错误" for _, severity, _ in found))
        return [f"{code} {path}" for path, severity, code in found if severity == "错误"]

    return check


def test_only_what_has_changed_is_told_and_decides(repository: Site, told: Callable[..., list[str]]) -> None:
    assert told() == ["D210 content/fd-01-gfx/old.md"]
    assert told("--changed") == []
    repository.write("fd-01-gfx/新 年/新件.md", title="新办法", **WRONG)
    assert told("--changed") == ["D210 content/fd-01-gfx/新 年/新件.md"]
    git(repository, "add", ".")
    assert told("--changed") == ["D210 content/fd-01-gfx/新 年/新件.md"]
    git(repository, "commit", "-q", "-m", "新")
    assert told("--changed") == []
    repository.write("fd-01-gfx/a.md", title="甲办法", **WRONG)
    assert told("--changed") == ["D210 content/fd-01-gfx/a.md"]


def test_what_was_committed_on_this_branch_is_told_too(repository: Site, told: Callable[..., list[str]]) -> None:
    git(repository, "checkout", "-q", "-b", "work")
    repository.write("fd-01-gfx/b.md", title="乙办法", **WRONG)
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "乙")
    git(repository, "checkout", "-q", "main")
    repository.write("fd-01-gfx/c.md", title="丙办法", **WRONG)
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "丙")
    git(repository, "checkout", "-q", "work")
    assert told("--changed-since", "main") == ["D210 content/fd-01-gfx/b.md"]


def test_document_that_names_a_removed_one_is_told(repository: Site, told: Callable[..., list[str]]) -> None:
    repository.write("fd-01-gfx/b.md", title="乙办法", body="见[甲](a)。", repeals=["a"])
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "乙")
    assert told("--changed") == []
    repository.delete("fd-01-gfx/a.md")
    assert told("--changed") == ["R101 content/fd-01-gfx/b.md", "L110 content/fd-01-gfx/b.md"]


def test_document_that_cites_one_now_withheld_is_told(repository: Site, told: Callable[..., list[str]]) -> None:
    repository.write("fd-01-gfx/b.md", title="乙办法", body="见[甲](../fd-01-gfx/a.md)。", interprets=["a"])
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "乙")
    repository.write("fd-01-gfx/a.md", title="甲办法", **WITHHELD)
    assert {"R102 content/fd-01-gfx/b.md", "L114 content/fd-01-gfx/b.md"} <= set(told("--changed"))


def test_document_whose_attachment_is_gone_is_told(repository: Site, told: Callable[..., list[str]]) -> None:
    repository.write("fd-01-gfx/b.md", title="乙办法", attachments=[{"file": "表.pdf", "title": "表"}])
    repository.file("fd-01-gfx/表.pdf", b"%PDF-1.7 x")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "乙")
    repository.delete("fd-01-gfx/表.pdf")
    assert "content/fd-01-gfx/b.md" in {line.partition(" ")[2] for line in told("--changed")}


def test_settings_that_have_changed_concern_every_document(repository: Site, told: Callable[..., list[str]]) -> None:
    repository.setting(agency="示例市另一个局")
    assert told("--changed") == ["D210 content/fd-01-gfx/old.md"]


def test_before_the_first_commit_everything_is_new(site: Site) -> None:
    git(site, "init", "-q")
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md")
    git(site, "add", "content/fd-01-gfx/a.md")
    assert changed_files(site.content).paths == {"site.yaml", "fd-01-gfx/a.md", "fd-01-gfx/b.md"}


def test_without_git_it_says_what_to_do(
    site: Site, repository: Site, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(UsageError, match="没有“nosuch”这个提交"):
        changed_files(repository.content, "nosuch")
    with pytest.raises(UsageError, match="没有“--output=x”这个提交"):
        changed_files(repository.content, "--output=x")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path_factory.getbasetemp()))
    outside = tmp_path_factory.mktemp("outside")
    with pytest.raises(UsageError, match="不在 git 仓库里"):
        changed_files(outside)
    monkeypatch.setenv("PATH", str(outside))
    with pytest.raises(UsageError, match="没有找到 git 程序"):
        changed_files(site.content)


def test_how_much_was_left_out_is_told(
    repository: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository.folder)
    repository.write("fd-01-gfx/b.md", title="乙办法")
    assert main(["check", "--changed"]) == 0
    assert "只看了改动的 1 个文件；另有 " in capsys.readouterr().out


# ---------------------------------------------------------------- the hook


@pytest.fixture
def hooked(repository: Site) -> Site:
    """The repository with the hook as the manual installs it, and with a build.py that runs this program."""
    shutil.copytree(ROOT / "hooks", repository.folder / "hooks")
    start = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom sitegen.cli import main\nraise SystemExit(main())\n"
    (repository.folder / "build.py").write_text(start, encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "程序")
    git(repository, "config", "core.hooksPath", "hooks")
    return repository


def commit(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {"SITEGEN_NO_BOOTSTRAP": "1", "SITEGEN_PYTHON": sys.executable}
    return git(site, "commit", "-q", "-m", "改动", *arguments, may_fail=True, **own)


def head(site: Site) -> str:
    return git(site, "rev-parse", "HEAD").stdout


def test_hook_lets_a_good_commit_through_and_refuses_a_bad_one(hooked: Site) -> None:
    hooked.write("fd-01-gfx/b.md", title="乙办法")
    git(hooked, "add", ".")
    before = head(hooked)
    done = commit(hooked)
    assert done.returncode == 0, done.stderr
    assert head(hooked) != before
    before = head(hooked)
    hooked.write("fd-01-gfx/b.md", title="乙办法", **WRONG)
    git(hooked, "add", ".")
    done = commit(hooked)
    assert done.returncode != 0
    assert "错误 D210" in done.stderr and "没有提交。" in done.stderr
    assert "old.md" not in done.stderr  # what was there before is not this author's business
    assert head(hooked) == before
    assert commit(hooked, "--no-verify").returncode == 0


def test_hook_refuses_a_commit_of_what_it_does_not_see(hooked: Site) -> None:
    hooked.write("fd-01-gfx/新 年/乙.md", title="乙办法", **WRONG)
    git(hooked, "add", ".")
    hooked.write("fd-01-gfx/新 年/乙.md", title="乙办法")
    done = commit(hooked)
    assert done.returncode != 0
    assert "git add 之后又改过" in done.stderr and "content/fd-01-gfx/新 年/乙.md" in done.stderr
    done = commit(hooked, "content/fd-01-gfx/新 年/乙.md")  # this commits it as it is now
    assert done.returncode == 0, done.stderr


def test_hook_sees_what_is_committed_with_a(hooked: Site) -> None:
    hooked.write("fd-01-gfx/a.md", title="甲办法", **WRONG)
    before = head(hooked)
    assert commit(hooked, "-a").returncode != 0
    assert head(hooked) == before


def test_hook_without_python_refuses(hooked: Site, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "sh"):
        (programs / name).symlink_to(shutil.which(name) or name)
    hooked.write("fd-01-gfx/b.md", title="乙办法")
    git(hooked, "add", ".")
    done = git(hooked, "commit", "-q", "-m", "x", may_fail=True, PATH=str(programs))
    assert done.returncode != 0
    assert "没有找到 Python" in done.stderr


# ---------------------------------------------------------------- samples


@pytest.mark.parametrize(
    "name", [".pre-commit-hooks.yaml", "docs/examples/gitlab-ci.yml", "docs/examples/gitee-go.yml", "hooks/pre-commit"]
)
def test_samples_call_only_what_there_is(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith("ml"):
        assert yaml.safe_load(text)
    calls = re.findall(r"build\.py(?: +(check))?((?: +--[a-z-]+(?: +[\"$\w/-]+)?)*)", text)
    assert calls
    for command, options in calls:
        known = {option for parameter in commands.commands[command or "build"].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", options)) <= known


def test_hook_can_be_run_by_git() -> None:
    hook = ROOT / "hooks" / "pre-commit"
    assert hook.read_bytes().startswith(b"#!/bin/sh\n") and b"\r" not in hook.read_bytes()
    if os.name != "nt":
        assert os.access(hook, os.X_OK)
        assert subprocess.run(["sh", "-n", str(hook)], check=False).returncode == 0
