"""Word, PDF and zip files in a build: made with the pages, again after an edit, gone with what may not be shown."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdf
import pytest

from sitegen.building import Build
from sitegen.engine import Produce
from sitegen.fonts import find_fonts, system_folders
from sitegen.model import Task
from sitegen.site import session, silent
from tests.packed import docx, pdf, png
from tests.story import Site, everything_in, files_of

BODY = "第一条\u3000为了规范管理，制定本办法。\n\n第二条\u3000本办法自2024年4月1日起施行。\n"
EVERYTHING = {"kinds": ["normative", "guide"], "forms": ["docx", "pdf"], "compile": ["fd-01-gfx"]}
A_FILES = {"doc/a/a.docx", "doc/a/a.pdf"}
OF_LIBRARY = {f"fd-01-gfx/compilation/fd-01-gfx-{name}" for name in ("汇编.docx", "汇编.pdf", "文件打包.zip")}
MARK = "巭嫑烎标识"


@pytest.fixture
def whole_builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Gets an entry for each build that reads all of the site."""
    told: list[str] = []
    run = Build.run

    def counted(self: Build, *given: object) -> object:
        told.append("whole")
        return run(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Build, "run", counted)
    return told


@pytest.fixture
def library(site: Site) -> Site:
    site.setting(agency="示例市科学技术局", downloads=EVERYTHING)
    site.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY, effective_date="2024-04-01")
    site.write("fd-01-gfx/b.md", title="乙管理办法", body=BODY.replace("规范", "加强"), effective_date="2024-04-01")
    return site.write("fd-01-qt/c.md", title="丙通知", body="见[甲管理办法](a)。")


def words_of(data: bytes) -> str:
    """All the words of a file of ours, its name for spaces and lines."""
    found = b"".join(part for _, part in everything_in({"x": data})).decode("utf-8", "ignore")
    return "".join(found.split())


def test_files_are_made_of_what_the_site_asks_for(library: Site) -> None:
    library.build()
    made = {path for path in library.tree() if path.endswith((".docx", ".pdf", ".zip"))}
    assert made == A_FILES | {"doc/b/b.docx", "doc/b/b.pdf"} | OF_LIBRARY
    for path in made:
        assert "为了" in words_of(library.tree()[path]), path
    assert library.build().rewritten == set()


def test_nothing_is_made_for_a_site_that_wants_nothing(library: Site) -> None:
    library.setting(agency="示例市科学技术局", downloads=[]).build()
    assert not [path for path in library.tree() if path.endswith((".docx", ".pdf", ".zip"))]


def test_zip_holds_each_document_and_a_list_of_them(library: Site) -> None:
    library.build()
    packed = zipfile.ZipFile(io.BytesIO(library.tree()["fd-01-gfx/compilation/fd-01-gfx-文件打包.zip"]))
    assert packed.testzip() is None
    listed = packed.read("目录.csv").decode("utf-8-sig")
    assert "甲管理办法" in listed
    assert "乙管理办法" in listed
    tree = library.tree()
    inside = {name: packed.read(name) for name in packed.namelist() if name != "目录.csv"}
    assert sorted(inside.values()) == sorted(
        tree[f"doc/{name}/{name}.{form}"] for name in "ab" for form in ("docx", "pdf")
    )
    assert len(inside) == 4


def test_edit_is_in_every_file_that_shows_it(library: Site) -> None:
    library.build()
    library.write(
        "fd-01-gfx/a.md", title="甲管理办法", body=BODY + f"\n{MARK}。\n", effective_date="2024-04-01"
    ).build()
    shown = {path for path in library.rewritten if MARK in words_of(library.tree()[path])}
    assert shown == A_FILES | OF_LIBRARY | {"doc/a/index.html", "fd-01-gfx/compilation/index.html"}
    assert library.tree() == library.clean_tree()


def test_files_are_not_made_again_for_what_only_frames_show(library: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    produce = Produce.__call__

    def recorded(self: Produce, asked: Sequence[tuple[Task, bytes]]) -> object:
        made.extend(task.path for task, _ in asked)
        return produce(self, asked)

    monkeypatch.setattr(Produce, "__call__", recorded)
    usual = {"agency": "示例市科学技术局", "downloads": EVERYTHING, "contact": {"phone": "0990-1111111"}}
    papers = A_FILES | {path for path in OF_LIBRARY if not path.endswith(".zip")}
    library.setting(**usual).build(jobs=1)
    assert papers <= set(made)
    before = library.tree()
    made.clear()
    library.setting(**usual | {"contact": {"phone": "0990-2222222"}}).build(jobs=1)
    assert "doc/a/index.html" in library.rewritten
    assert papers.isdisjoint(made)
    assert {path: before[path] for path in papers}.items() <= library.tree().items()
    library.setting(**usual, url="https://example.gov.cn/").build(jobs=1)
    assert papers <= set(made)


@pytest.mark.parametrize("data", [png(20, 20)[:-30], png(20, 20)[:29] + bytes(4) + png(20, 20)[33:]])
def test_damaged_picture_is_told_and_its_text_stands_in_its_place(library: Site, data: bytes) -> None:
    library.file("fd-01-gfx/t.png", data)
    library.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY + "\n![流程图](t.png)", effective_date="2024-04-01")
    line = (library.content / "fd-01-gfx/a.md").read_text("utf-8").split("\n").index("![流程图](t.png)") + 1
    library.build()
    assert library.is_published
    assert f"L121:{line}" in library.diagnostics
    for path in A_FILES:
        assert "（图片：流程图）" in words_of(library.tree()[path]), path


def test_edited_body_of_a_document_of_its_own_is_all_that_is_built(library: Site, whole_builds: list[str]) -> None:
    library.setting(agency="示例市科学技术局", downloads=EVERYTHING | {"compile": []})
    library.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY, effective_date="2024-04-01").build().build()
    zips = {path for path in library.tree() if path.endswith(".zip")}
    whole_builds.clear()
    library.write(
        "fd-01-gfx/a.md", title="甲管理办法", body=BODY + f"\n{MARK}。\n", effective_date="2024-04-01"
    ).build()
    assert library.rewritten >= A_FILES | {"doc/a/index.html"}
    assert whole_builds == (["whole"] if zips else [])
    assert library.tree() == library.clean_tree()


@pytest.mark.parametrize("is_known", [True, False], ids=["cache", "cache lost"])
@pytest.mark.parametrize("state", ["withheld", "withdrawn", "draft"])
def test_what_may_no_longer_be_shown_is_in_no_file(library: Site, state: str, is_known: bool) -> None:
    states: dict[str, dict[str, object]] = {
        "withheld": {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"},
        "withdrawn": {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}},
        "draft": {"draft": True},
    }
    usual: dict[str, object] = {"title": f"甲{MARK}办法", "body": BODY + MARK, "effective_date": "2024-04-01"}
    library.file("fd-01-qt/c.md").delete("fd-01-qt/c.md")
    library.write("fd-01-gfx/a.md", **usual).build()  # type: ignore[arg-type]
    assert len([path for path, data in library.tree().items() if MARK in words_of(data)]) > 6
    library.write("fd-01-gfx/a.md", **usual | states[state])  # type: ignore[arg-type]
    library.build(cache=library.cache if is_known else None)
    assert library.is_published, library.diagnostics
    left = [path for path, data in library.tree().items() if MARK in words_of(data)]
    assert left == []
    if is_known:
        files = files_of(library.cache)
        assert not [path for path, data in everything_in(files) if MARK.encode() in data]
        assert library.tree() == library.clean_tree()


def test_text_of_a_rule_that_is_withheld_is_in_no_file(library: Site) -> None:
    library.write(
        "fd-01-gfx/a-2026.md",
        title="甲管理办法",
        body=BODY + f"第三条\u3000{MARK}。",
        version_of="a",
        effective_date="2026-01-01",
    ).build()
    shown = {path for path, data in library.tree().items() if MARK in words_of(data)}
    compare = "doc/a/compare/2024-04-01_2026-01-01/index.html"
    assert shown >= {"doc/a/index.html", "doc/a-2026/index.html", compare} | A_FILES | OF_LIBRARY
    library.write(
        "fd-01-gfx/a-2026.md",
        title="甲管理办法",
        body=BODY + f"第三条\u3000{MARK}。",
        version_of="a",
        effective_date="2026-01-01",
        disclosure="不予公开",
        disclosure_reason="条例第十四条",
    ).build()
    assert library.is_published, library.diagnostics
    assert not [path for path, data in library.tree().items() if MARK in words_of(data)]
    assert not [path for path, data in everything_in(files_of(library.cache)) if MARK.encode() in data]


def test_preview_goes_without_the_files(library: Site) -> None:
    live = library.folder / "live"
    options = library.options(output=live, cache=library.folder / "passing", preview=True, is_ours=True)
    with session(options) as build:
        assert build(silent, None).report is not None
        library.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY + MARK, effective_date="2024-04-01")
        result = build(silent, ["fd-01-gfx/a.md"])
    assert result.report is not None
    assert "doc/a/index.html" in result.report.written
    assert not [path for path in files_of(live) if path.endswith((".docx", ".pdf", ".zip"))]


def test_files_that_are_no_longer_made_are_told_of_once(library: Site) -> None:
    library.build()
    library.setting(agency="示例市科学技术局", downloads=EVERYTHING | {"forms": ["docx"]}).build()
    assert library.codes == ["L203"]
    assert library.is_published
    assert not [path for path in library.tree() if path.endswith(".pdf")]
    library.build()
    assert library.codes == []


def test_files_say_the_same_in_any_number_of_processes(library: Site) -> None:
    library.build(jobs=2)
    assert library.tree() == library.clean_tree(jobs=1)


@pytest.mark.parametrize("name", ["a.docx", "A.PDF"])
def test_attachment_of_the_same_name_keeps_it(library: Site, name: str, make: Callable[[str], bytes]) -> None:
    library.file(f"fd-01-gfx/{name}", make(name))
    library.write("fd-01-gfx/a.md", title="甲管理办法", body=BODY, attachments=[name]).build()
    assert library.tree()[f"doc/a/{name}"] == make(name)
    form = name.lower().rpartition(".")[2]
    assert f"doc/a/a-全文.{form}" in library.tree()


@pytest.fixture
def make() -> Callable[[str], bytes]:
    return lambda name: docx() if name.lower().endswith("docx") else pdf("附件")


def test_pdf_names_its_title_and_language(library: Site) -> None:
    library.build()
    reader = pypdf.PdfReader(io.BytesIO(library.tree()["doc/a/a.pdf"]))
    assert reader.metadata is not None
    assert reader.metadata.title == "甲管理办法"
    assert str(reader.trailer["/Root"]["/Lang"]).lower().startswith("zh")


# ---------------------------------------------------------------- fonts, and what is left when nothing is known


def test_change_of_fonts_makes_every_pdf_again(library: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    faces = {font.role: Path(font.path) for font in find_fonts(library.folder / "none", system_folders(), {}, 0)}
    assert faces["song"] != faces["hei"]
    (library.folder / "system").mkdir()
    shutil.copy(faces["song"], library.folder / "system")
    for module in ("sitegen.fonts", "sitegen.load"):
        monkeypatch.setattr(f"{module}.system_folders", lambda: (library.folder / "system",))
    library.build()
    assert library.build().rewritten == set()
    (library.folder / "fonts").mkdir()
    shutil.copy(faces["hei"], library.folder / "fonts")
    library.build()
    assert {path for path in library.tree() if path.endswith(".pdf")} <= library.rewritten
    tree = library.tree()
    library.build(output=library.folder / "other", cache=None)
    assert files_of(library.folder / "other") == tree


def test_fonts_that_are_gone_take_the_pdf_with_them(library: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    library.build()
    for module in ("sitegen.fonts", "sitegen.load"):
        monkeypatch.setattr(f"{module}.system_folders", tuple)
    library.build()
    assert sorted(library.codes) == ["L203", "T130"]
    assert not [path for path in library.tree() if path.endswith(".pdf")]
    assert "图片版" not in library.page("doc/a/index.html")
    assert library.build().codes == ["T130"]


@pytest.mark.parametrize("state", ["withheld", "withdrawn"])
def test_what_was_taken_back_is_in_no_file_though_nothing_is_known_of_the_output(library: Site, state: str) -> None:
    states: dict[str, dict[str, object]] = {
        "withheld": {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"},
        "withdrawn": {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}},
    }
    library.delete("fd-01-gfx/b.md").delete("fd-01-qt/c.md")
    library.write("fd-01-gfx/a.md", title=f"甲{MARK}办法", body=BODY, effective_date="2024-04-01").build()
    (library.output / ".sitegen-manifest").unlink()
    shutil.rmtree(library.cache)
    library.write(
        "fd-01-gfx/a.md", title=f"甲{MARK}办法", body=BODY, effective_date="2024-04-01", **states[state]
    ).build()
    assert library.is_published, library.found
    assert not [path for path, data in library.tree().items() if MARK in words_of(data)]


def test_attachment_of_the_name_of_a_file_of_ours_is_not_lost_in_silence(library: Site) -> None:
    library.file("fd-01-gfx/a.pdf", pdf("附件"))
    usual: dict[str, object] = {"title": "甲管理办法", "body": BODY, "effective_date": "2024-04-01"}
    library.write("fd-01-gfx/a.md", **usual, attachments=["a.pdf"]).build()  # type: ignore[arg-type]
    library.setting(agency="示例市科学技术局", downloads=[])
    library.write("fd-01-gfx/a.md", **usual).build()  # type: ignore[arg-type]
    assert "L201" in library.codes
