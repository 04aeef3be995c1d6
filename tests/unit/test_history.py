"""What the git history of a content folder says in public."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from sitegen.history import read_history, start_history
from sitegen.model import Change, ChangeKind, History

TEXT, METADATA, ATTACHMENT = ChangeKind.TEXT, ChangeKind.METADATA, ChangeKind.ATTACHMENT
WHO = {f"GIT_{role}_{what}": "nobody@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
NO_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def document(body: str = "正文。", title: str = "甲办法", disclosure: str = "主动公开", **fields: str) -> str:
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\ntitle: {title}\ndisclosure: {disclosure}\npub_date: 2024-01-01\n{lines}---\n\n{body}\n"


class Repository:
    """A git repository whose commits are told like a story: `write`, `commit` with the day, `history`."""

    def __init__(self, root: Path, folder: str = "content") -> None:
        self.root = root
        self.content = root / folder
        self.content.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, when: str = "2024-01-01T12:00:00+08:00") -> str:
        env = {**os.environ, **WHO, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()

    def write(self, name: str, text: str | bytes) -> Repository:
        path = self.content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return self

    def remove(self, name: str) -> Repository:
        (self.content / name).unlink()
        return self

    def move(self, old: str, new: str) -> Repository:
        (self.content / new).parent.mkdir(parents=True, exist_ok=True)
        (self.content / old).rename(self.content / new)
        return self

    def commit(self, day: str, time: str = "12:00:00+08:00") -> Repository:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=为何", when=f"{day}T{time}")
        return self

    def history(self, cache: dict[str, bytes] | None = None) -> History:
        history, notes = read_history(self.content, cache)
        assert notes == ()
        return history

    def changes(self) -> list[tuple[str, str, tuple[ChangeKind, ...]]]:
        return [(change.path, change.day.isoformat(), change.kinds) for change in self.history().changes]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests, or of the git hook that does, out of them."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in NO_SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "site")


# ---------------------------------------------------------------- what counts as a change


def test_a_new_document_is_no_change(repo: Repository) -> None:
    repo.write("a.md", document()).commit("2024-01-01")
    assert repo.history() == History(date(2024, 1, 1))


def test_an_edited_body_is_a_change_of_the_text(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-03")
    assert repo.history() == History(date(2024, 1, 1), (Change("a.md", date(2024, 2, 3), (TEXT,)),))


def test_an_edited_field_is_a_change_of_the_metadata(repo: Repository) -> None:
    repo.write("a.md", document(title="甲")).commit("2024-01-01")
    repo.write("a.md", document(title="乙")).commit("2024-02-03")
    assert repo.changes() == [("a.md", "2024-02-03", (METADATA,))]


def test_changes_of_one_day_are_one_change(repo: Repository) -> None:
    repo.write("a.md", document("一。", "甲")).commit("2024-01-01")
    repo.write("a.md", document("一。", "乙")).commit("2024-02-03", "08:00:00+08:00")
    repo.write("a.md", document("二。", "乙")).commit("2024-02-03", "09:00:00+08:00")
    repo.write("a.md", document("三。", "乙")).commit("2024-02-04")
    assert repo.changes() == [("a.md", "2024-02-03", (TEXT, METADATA)), ("a.md", "2024-02-04", (TEXT,))]


def test_days_are_those_of_shanghai(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-31", "23:30:00+00:00")
    repo.write("a.md", document("二。")).commit("2024-02-03", "16:00:00+00:00")
    assert repo.history() == History(date(2024, 2, 1), (Change("a.md", date(2024, 2, 4), (TEXT,)),))


@pytest.mark.parametrize(
    "same",
    [
        document().replace("\n", "\r\n"),
        "\ufeff" + document(),
        document() + "\n\n",
        document().replace("正文。", "正文。  "),
        document().replace("title: 甲办法", "title:   '甲办法'  # 简称待定"),
        document().replace("title: 甲办法\ndisclosure: 主动公开", "公开属性: 主动公开\ntitle: 甲办法"),
        document(summary=""),
        document(draft="false"),
        document(drafter="某人", reviewer="某人", 发布人="某人"),
        document(secrecy_review="{reviewer: 某人, date: 2024-01-01, conclusion: 可以公开}"),
        document(exempt="{P210: 见批件}", 不公开理由="无"),
        document(old_urls="/old/1.html"),
        document().replace("2024-01-01", "2024年1月1日"),
    ],
)
def test_what_no_reader_can_see_is_no_change(repo: Repository, same: str) -> None:
    repo.write("a.md", document()).commit("2024-01-01")
    repo.write("a.md", same).commit("2024-02-03")
    assert repo.changes() == []


@pytest.mark.parametrize(
    "hidden",
    [
        document("秘。", disclosure="不予公开"),
        document("秘。", disclosure="依申请公开"),
        document("秘。", draft="true"),
        document("秘。", 草稿="是"),
        document("秘。", withdraw="{date: 2024-02-01, reason: 更正}"),
        document("秘。", 撤回="{date: 2024-02-01, reason: 更正}"),
        document("秘。", 公开属性="不予公开"),
        "没有信息头\n",
        "---\n没有结束\n",
        "---\n- 列表\n---\n",
        "---\ntitle: [\n---\n",
        "---\n" + "- " * 50_000 + "\n---\n",
        "---\na: &a [x]\nb: *a\ndisclosure: 主动公开\n---\n",
        "---\n? [a]\n: b\ndisclosure: 主动公开\n---\n",
        "---\ntitle: 甲\ntitle: 乙\ndisclosure: 主动公开\n---\n",
        b"---\ntitle: \xff\n---\n",
        "",
    ],
)
def test_only_a_step_between_two_public_versions_is_a_change(repo: Repository, hidden: str | bytes) -> None:
    repo.write("a.md", hidden).commit("2024-01-01")
    repo.write("a.md", document("一。")).commit("2024-02-01")
    repo.write("a.md", document("二。")).commit("2024-03-01")
    repo.write("a.md", hidden).commit("2024-04-01")
    repo.write("a.md", document("三。")).commit("2024-05-01")
    assert repo.changes() == [("a.md", "2024-03-01", (TEXT,))]


@pytest.mark.parametrize("name", ["_a.md", "_drafts/a.md", ".a.md", "data/a.md", "a.txt"])
def test_a_file_that_is_not_read_as_a_document_has_no_history(repo: Repository, name: str) -> None:
    repo.write(name, document("一。")).commit("2024-01-01")
    repo.write(name, document("二。")).commit("2024-02-01")
    repo.move(name, "b/a.md").commit("2024-03-01")
    assert repo.changes() == []


def test_uncommitted_edits_are_no_history(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).write("b.md", document())
    assert repo.changes() == []


# ---------------------------------------------------------------- moves


def test_a_moved_document_takes_its_history_along(repo: Repository) -> None:
    repo.write("甲 栏/a.md", document("一。")).commit("2024-01-01")
    repo.write("甲 栏/a.md", document("二。")).commit("2024-02-01")
    repo.move("甲 栏/a.md", "乙栏/“甲”\t办法.md").commit("2024-03-01")
    assert repo.changes() == [("乙栏/“甲”\t办法.md", "2024-02-01", (TEXT,))]


def test_a_document_moved_and_rewritten_is_followed_by_its_id(repo: Repository) -> None:
    repo.write("x/a.md", document("一。" * 50)).write("x/b.md", document("三。" * 50, id="n-1")).commit("2024-01-01")
    repo.remove("x/a.md").write("y/a.md", document("二。" * 50))
    repo.remove("x/b.md").write("y/c.md", document("四。" * 50, 稿件编号="n-1")).commit("2024-02-01")
    assert repo.changes() == [("y/a.md", "2024-02-01", (TEXT,)), ("y/c.md", "2024-02-01", (TEXT,))]


def test_a_document_renamed_and_edited_a_little_is_followed(repo: Repository) -> None:
    lines = [f"第{number}条 某事项。" for number in range(60)]
    repo.write("a.md", document("\n".join(lines))).commit("2024-01-01")
    lines[30] = "第三十条 另一事项。"
    repo.remove("a.md").write("b.md", document("\n".join(lines))).commit("2024-02-01")
    assert repo.changes() == [("b.md", "2024-02-01", (TEXT,))]


def test_a_document_with_another_id_is_another_document(repo: Repository) -> None:
    repo.write("a.md", document("一。", id="n-1")).write("b.md", document("一。", id="n-2")).commit("2024-01-01")
    repo.write("a.md", document("二。", id="n-1")).commit("2024-02-01")
    repo.write("a.md", document("三。", id="n-3")).commit("2024-03-01")
    repo.remove("b.md").write("c.md", document("四。", id="n-4")).commit("2024-04-01")
    assert repo.changes() == []


def test_two_documents_that_change_places_keep_their_histories(repo: Repository) -> None:
    one, two = document("一。", id="n-1"), document("二。", id="n-2")
    repo.write("a.md", document("零。", id="n-1")).write("b.md", two).commit("2024-01-01")
    repo.write("a.md", one).commit("2024-02-01")
    repo.write("a.md", two).write("b.md", one).commit("2024-03-01")
    assert repo.changes() == [("b.md", "2024-02-01", (TEXT,))]


def test_a_deleted_document_is_not_named(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.remove("a.md").commit("2024-03-01")
    assert repo.changes() == []


def test_a_document_restored_after_a_deletion_has_its_history_again(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.remove("a.md").commit("2024-03-01")
    repo.write("a.md", document("二。")).commit("2024-03-02")
    assert repo.changes() == [("a.md", "2024-02-01", (TEXT,))]


# ---------------------------------------------------------------- attachments


@pytest.mark.parametrize("named", ["[{file: 表 1.xlsx, title: 表}]", "[{文件: 表 1.xlsx}]", "表 1.xlsx"])
def test_a_new_content_of_an_attachment_is_a_change_of_each_document_that_names_it(
    repo: Repository, named: str
) -> None:
    repo.write("x/a.md", document(attachments=named)).write("x/b.md", document(附件=named))
    repo.write("x/c.md", document()).write("y/a2.md", document(attachments=named))
    repo.write("x/表 1.xlsx", b"1").commit("2024-01-01")
    repo.write("x/表 1.xlsx", b"2").commit("2024-02-01")
    assert repo.changes() == [("x/a.md", "2024-02-01", (ATTACHMENT,)), ("x/b.md", "2024-02-01", (ATTACHMENT,))]


def test_an_attachment_in_a_folder_below_counts(repo: Repository) -> None:
    repo.write("x/a.md", document(attachments="表/1.xlsx")).write("x/表/1.xlsx", b"1").commit("2024-01-01")
    repo.write("x/表/1.xlsx", b"2").commit("2024-02-01")
    assert repo.changes() == [("x/a.md", "2024-02-01", (ATTACHMENT,))]


def test_an_attachment_of_a_withheld_document_is_no_change(repo: Repository) -> None:
    repo.write("a.md", document(disclosure="不予公开", attachments="表.xlsx")).write("表.xlsx", b"1").commit(
        "2024-01-01"
    )
    repo.write("表.xlsx", b"2").commit("2024-02-01")
    repo.write("a.md", document(attachments="表.xlsx")).write("表.xlsx", b"3").commit("2024-03-01")
    assert repo.changes() == []


def test_text_and_attachment_edited_together_are_one_change(repo: Repository) -> None:
    repo.write("a.md", document("一。", attachments="表.xlsx")).write("表.xlsx", b"1").commit("2024-01-01")
    repo.write("a.md", document("二。", attachments="表.xlsx")).write("表.xlsx", b"2").commit("2024-02-01")
    assert repo.changes() == [("a.md", "2024-02-01", (TEXT, ATTACHMENT))]


def test_an_attachment_replaced_by_another_file_counts_and_a_renamed_one_does_not(repo: Repository) -> None:
    repo.write("a.md", document(attachments="表.xlsx")).write("表.xlsx", b"1").commit("2024-01-01")
    repo.write("a.md", document(attachments="表二.xlsx")).remove("表.xlsx").write("表二.xlsx", b"2").commit(
        "2024-02-01"
    )
    repo.write("a.md", document(attachments="表三.xlsx")).move("表二.xlsx", "表三.xlsx").commit("2024-03-01")
    assert repo.changes() == [("a.md", "2024-02-01", (METADATA, ATTACHMENT)), ("a.md", "2024-03-01", (METADATA,))]


def test_a_document_moved_with_its_attachment_is_unchanged(repo: Repository) -> None:
    repo.write("x/a.md", document(attachments="表.xlsx")).write("x/表.xlsx", b"1").commit("2024-01-01")
    repo.move("x/a.md", "y/a.md").move("x/表.xlsx", "y/表.xlsx").commit("2024-02-01")
    assert repo.changes() == []


def test_a_document_moved_to_another_file_of_the_same_name_has_another_attachment(repo: Repository) -> None:
    repo.write("x/a.md", document(attachments="表.xlsx")).write("x/表.xlsx", b"1").write("y/表.xlsx", b"2")
    repo.commit("2024-01-01").move("x/a.md", "y/a.md").commit("2024-02-01")
    assert repo.changes() == [("y/a.md", "2024-02-01", (ATTACHMENT,))]


# ---------------------------------------------------------------- the shape of the repository


def test_a_merged_branch_counts_on_the_day_of_its_merge(repo: Repository) -> None:
    repo.write("a.md", document("一。")).write("b.md", document("一。")).commit("2024-01-01")
    repo.git("checkout", "--quiet", "-b", "draft")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.write("a.md", document("三。")).commit("2024-02-02")
    repo.git("checkout", "--quiet", "main")
    repo.write("b.md", document("二。")).commit("2024-02-03")
    repo.git("merge", "--quiet", "--no-ff", "--message=合并", "draft", when="2024-03-01T12:00:00+08:00")
    assert repo.changes() == [("b.md", "2024-02-03", (TEXT,)), ("a.md", "2024-03-01", (TEXT,))]


def test_the_folder_may_be_the_repository_or_lie_deep_in_it(tmp_path: Path) -> None:
    for folder in (".", "门户 网站/*内容*"):
        repo = Repository(tmp_path / str(len(folder)), folder)
        (repo.root / "elsewhere.txt").write_text("1")
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "--message=1", when="2023-01-01T12:00:00+08:00")
        repo.write("栏/a.md", document("一。")).commit("2024-01-01")
        repo.write("栏/a.md", document("二。")).commit("2024-02-01")
        assert repo.changes() == [("栏/a.md", "2024-02-01", (TEXT,))]
        assert repo.history().since == (date(2023, 1, 1) if folder == "." else date(2024, 1, 1))


def test_a_document_moved_into_the_folder_begins_there(repo: Repository) -> None:
    (repo.root / "drafts").mkdir()
    (repo.root / "drafts" / "a.md").write_text(document("一。"), encoding="utf-8")
    repo.commit("2024-01-01")
    (repo.root / "drafts" / "a.md").rename(repo.content / "a.md")
    repo.commit("2024-02-01")
    assert repo.history() == History(date(2024, 2, 1))


def test_a_shallow_clone_knows_only_what_it_has(repo: Repository, tmp_path: Path) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.write("a.md", document("三。")).commit("2024-03-01")
    repo.git("clone", "--quiet", "--depth=2", repo.root.as_uri(), str(tmp_path / "clone"))
    cache: dict[str, bytes] = {}
    repo.history(cache)  # of the whole repository: worth nothing to the clone
    history, notes = read_history(tmp_path / "clone" / "content", cache)
    assert history == History(date(2024, 2, 1), (Change("a.md", date(2024, 3, 1), (TEXT,)),))
    assert "2024-02-01" in notes[0]
    assert "git fetch --unshallow" in notes[0]
    repo.git("-C", str(tmp_path / "clone"), "fetch", "--quiet", "--unshallow")
    assert read_history(tmp_path / "clone" / "content", cache) == (repo.history(), ())


def test_the_users_settings_make_no_difference(repo: Repository) -> None:
    repo.write("甲.md", document("一。" * 50)).commit("2024-01-01")
    repo.write("甲.md", document("一。" * 49)).commit("2024-02-01")
    repo.move("甲.md", "乙/甲.md").commit("2024-03-01")
    expected = repo.history()
    settings = ("diff.renames=false", "diff.renameLimit=1", "core.quotePath=true", "log.showRoot=false")
    for setting in (*settings, "diff.external=false", "diff.relative=false", "log.date=relative", "core.abbrev=4"):
        repo.git("config", *setting.split("="))
    replaced = repo.git("rev-parse", "HEAD~1")
    repo.git("replace", replaced, repo.git("rev-parse", "HEAD~2"))
    assert repo.history() == expected
    assert len(expected.changes) == 1


def test_a_date_beyond_the_calendar_is_no_fault(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。"))
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=1", when="@4000000000000 +0000")
    assert repo.history().changes[0].kinds == (TEXT,)


# ---------------------------------------------------------------- nothing is known


def unknown(content: Path) -> str:
    history, (note,) = read_history(content, {})
    assert history == History()
    assert "提示：" in note
    return note


def test_without_git_nothing_is_known(repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    repo.write("a.md", document()).commit("2024-01-01")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "没有找到 git 程序" in unknown(repo.content)


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert "不在 git 仓库中" in unknown(tmp_path)


def test_before_the_first_commit_nothing_is_known(repo: Repository) -> None:
    assert "还没有提交过" in unknown(repo.content)
    (repo.root / "elsewhere.txt").write_text("1")
    repo.commit("2024-01-01")
    repo.write("a.md", document())
    assert "还没有提交过" in unknown(repo.content)


def test_a_repository_of_somebody_else_is_not_read(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a.md", document()).commit("2024-01-01")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "safe.directory" in unknown(repo.content)


def test_a_repository_named_by_the_environment_is_not_taken_for_the_folders_own(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("a.md", document()).commit("2024-01-01")
    monkeypatch.setenv("GIT_DIR", str(repo.root / ".git"))
    assert "GIT_DIR" in unknown(repo.content)


def test_a_damaged_repository_is_no_fault_of_ours(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    blob = repo.git("rev-parse", "HEAD~1:content/a.md")
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert "git fsck" in unknown(repo.content)
    (repo.root / ".git" / "HEAD").write_text("damaged")
    assert "git fsck" in unknown(repo.content)


# ---------------------------------------------------------------- the cache


def test_new_commits_are_added_to_what_the_cache_knows(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。", attachments="表.xlsx")).write("表.xlsx", b"1").commit("2024-01-01")
    repo.write("a.md", document("二。", attachments="表.xlsx")).commit("2024-02-01")
    assert repo.history(cache) == repo.history()
    repo.move("a.md", "栏/a.md").move("表.xlsx", "栏/表.xlsx").commit("2024-03-01")
    repo.write("栏/表.xlsx", b"2").commit("2024-04-01")
    assert repo.history(cache) == repo.history()
    assert [change.day.month for change in repo.history(cache).changes] == [2, 4]


def test_an_unchanged_head_is_answered_from_the_cache(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.history(cache)
    blob = repo.git("rev-parse", "HEAD~1:content/a.md")
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert repo.history(cache).changes == (Change("a.md", date(2024, 2, 1), (TEXT,)),)


def test_an_unchanged_head_costs_one_question_where_the_names_are_known(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).write("b.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).write("b.md", document("二。")).commit("2024-02-01")
    expected = repo.history(cache)
    run, asked = subprocess.run, []
    monkeypatch.setattr(subprocess, "run", lambda command, **options: asked.append(command) or run(command, **options))
    assert read_history(repo.content, cache, ["a.md", "b.md", "c.md"]) == (expected, ())
    assert len(asked) == 1
    assert read_history(repo.content, cache, ["b.md"])[0].changes == expected.changes[1:]


def test_an_attachment_that_changes_after_the_cache_was_made_is_told(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document(attachments="表.xlsx")).write("表.xlsx", b"1").commit("2024-01-01")
    repo.history(cache)
    repo.write("表.xlsx", b"2").commit("2024-02-01")
    for paths in (None, ["a.md"], ["a.md"]):
        changes = (Change("a.md", date(2024, 2, 1), (ATTACHMENT,)),)
        assert read_history(repo.content, cache, paths) == (History(date(2024, 1, 1), changes), ())


def test_a_document_that_is_no_longer_committed_has_no_history(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.history(cache)
    repo.git("rm", "--quiet", "--cached", "content/a.md")
    repo.git("commit", "--quiet", "--message=只在本机", when="2024-03-01T12:00:00+08:00")
    for _ in range(2):
        assert read_history(repo.content, cache, ["a.md"]) == (History(date(2024, 1, 1)), ())
    repo.commit("2024-04-01")
    for _ in range(2):
        assert read_history(repo.content, cache, ["a.md"]) == (repo.history(), ())
    assert repo.changes() == [("a.md", "2024-02-01", (TEXT,))]


def test_git_answers_while_other_work_is_done(repo: Repository) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    pending = start_history(repo.content)
    assert pending.result() == (repo.history(), ())


def test_dates_that_go_backwards_make_no_difference_to_the_cache(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    for number, day in enumerate(("2024-05-01", "2024-01-01", "2023-01-01", "2024-03-01", "2022-01-01")):
        repo.write("a.md", document(f"{number}")).commit(day)
        assert repo.history(cache) == repo.history()
    assert len(repo.changes()) == 4


def test_a_rewritten_history_is_read_anew(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.history(cache)
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    assert repo.history(cache) == History(date(2024, 1, 1))
    repo.write("a.md", document("三。")).commit("2024-03-01")
    assert repo.history(cache) == repo.history()


def test_a_mainline_that_became_a_side_branch_is_read_anew(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.git("checkout", "--quiet", "-b", "other")
    repo.write("b.md", document("一。")).commit("2024-02-01")
    repo.git("checkout", "--quiet", "main")
    repo.write("a.md", document("二。")).commit("2024-02-02")
    repo.history(cache)
    repo.git("checkout", "--quiet", "other")
    repo.git("merge", "--quiet", "--no-ff", "--message=合并", "main", when="2024-03-01T12:00:00+08:00")
    assert repo.history(cache) == repo.history()
    assert repo.changes() == [("a.md", "2024-03-01", (TEXT,))]


@pytest.mark.parametrize("damage", [b"", b"\n", b"{}", b"x" * 32 + b"\n{}"])
def test_a_damaged_cache_is_not_trusted(repo: Repository, damage: bytes) -> None:
    repo.write("a.md", document("一。")).commit("2024-01-01")
    cache = {"history": damage}
    assert repo.history(cache) == repo.history()
    kept = cache["history"]
    cache["history"] = kept.replace(b"2024", b"2023")
    assert repo.history(cache) == repo.history()
    repo.write("b.md", document("一。")).commit("2024-02-01")
    assert repo.history(cache) == repo.history()


def test_the_cache_of_another_folder_is_not_trusted(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).write("../other/a.md", document("一。")).commit("2024-01-01")
    repo.write("a.md", document("二。")).commit("2024-02-01")
    repo.history(cache)
    assert read_history(repo.root / "other", cache) == (History(date(2024, 1, 1)), ())


def test_the_cache_of_another_version_is_not_trusted(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.history(cache)
    first = dict(cache)
    monkeypatch.setattr("sitegen.history._CACHE_FORMAT", "another")
    repo.history(cache)
    assert cache != first


def test_a_copied_content_folder_without_its_repository_is_unknown(repo: Repository, tmp_path: Path) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", document("一。")).commit("2024-01-01")
    repo.history(cache)
    shutil.copytree(repo.content, tmp_path / "copy")
    assert read_history(tmp_path / "copy", cache)[0] == History()


# ---------------------------------------------------------------- 发布日期 that were changed


def redated(repo: Repository, cache: dict[str, bytes] | None = None) -> list[tuple[str, str, str]]:
    found = read_history(repo.content, cache)[0].redated
    return [(entry.path, entry.day.isoformat(), entry.before.isoformat()) for entry in found]


def dated(day: str, **fields: str) -> str:
    return document(**fields).replace("pub_date: 2024-01-01", f"发布日期: {day}")


def test_changed_date_of_what_was_published_is_told_with_the_first_one(repo: Repository) -> None:
    repo.write("a.md", dated("2024-01-01")).commit("2024-01-02")
    repo.write("a.md", dated("2024-01-05")).commit("2024-01-06")
    repo.write("a.md", dated("2024-01-09")).commit("2024-01-10")
    assert redated(repo) == [("a.md", "2024-01-06", "2024-01-01")]


def test_date_of_what_waits_for_its_day_may_be_changed(repo: Repository) -> None:
    repo.write("a.md", dated("2024-01-10")).commit("2024-01-02")
    repo.write("a.md", dated("2024-01-05")).commit("2024-01-03")
    assert redated(repo) == []


def test_same_day_in_another_form_is_no_other_date(repo: Repository) -> None:
    repo.write("a.md", dated("2024-01-01")).commit("2024-01-02")
    repo.write("a.md", dated("2024年1月1日 09:30")).commit("2024-01-03")
    assert redated(repo) == []


def test_date_of_a_draft_may_be_changed(repo: Repository) -> None:
    repo.write("a.md", dated("2024-01-01", draft="true")).commit("2024-01-02")
    repo.write("a.md", dated("2024-01-05")).commit("2024-01-06")
    assert redated(repo) == []


def test_changed_date_moves_with_the_document_and_is_remembered(repo: Repository) -> None:
    cache: dict[str, bytes] = {}
    repo.write("a.md", dated("2024-01-01")).commit("2024-01-02")
    repo.write("a.md", dated("2024-01-05")).commit("2024-01-06")
    assert redated(repo, cache) == [("a.md", "2024-01-06", "2024-01-01")]
    repo.move("a.md", "x/a.md").commit("2024-01-07")
    assert redated(repo, cache) == redated(repo) == [("x/a.md", "2024-01-06", "2024-01-01")]
    repo.remove("x/a.md").commit("2024-01-08")
    assert redated(repo, cache) == redated(repo) == []
