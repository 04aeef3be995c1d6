"""A public document that names one which is withheld is told of it, and nobody is told the name."""

from __future__ import annotations

import pytest

from sitegen.mentions import citations_in, names_of
from tests.story import Site

TITLE, NUMBER = "示例市某项工作实施方案", "示科发〔2024〕9号"
WITHHELD = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}


@pytest.mark.parametrize(
    "text",
    [
        "根据《示例市某项工作实施方案》",
        "根据《示例市“某项工作”实施方案》",
        "《关于印发〈示例市某项工作实施方案〉的通知》和《示例市 某项工作实施方案》",
        "按照示科发〔2024〕9号文件",
        "（示科发[2024]第9号）",
    ],
)
def test_document_is_known_by_title_and_number(text: str) -> None:
    assert set(names_of(TITLE, NUMBER)) & set(citations_in([text]))


@pytest.mark.parametrize(
    "text",
    [
        "示例市某项工作实施方案",
        "《示例市某项工作实施方案（试行）》",
        "示科发〔2024〕19号",
        "市示科发〔2023〕9号",
        "《方案》",
    ],
)
def test_other_documents_are_not_mistaken_for_it(text: str) -> None:
    assert not set(names_of(TITLE, NUMBER)) & set(citations_in([text]))


def test_short_titles_in_texts_are_no_citations() -> None:
    assert citations_in(["见《会议纪要》。"]) == ()
    assert len(names_of("会议纪要", "")) == 1  # a claim by this title means it


@pytest.fixture
def desk(site: Site) -> Site:
    return site.write("fd-01-gfx/b.md", title=TITLE, doc_no=NUMBER, **WITHHELD)


@pytest.mark.parametrize("place", ["title", "summary", "body"])
def test_citation_stops_the_build_without_a_name(desk: Site, place: str) -> None:
    fields = {"title": "某某通知", "summary": "概述", "body": "正文。"} | {place: f"关于贯彻《{TITLE}》的通知"}
    desk.write("fd-01-gfx/a.md", **fields).build()
    assert not desk.is_published
    assert desk.codes == ["S145"]
    assert not any(TITLE in d.message + d.hint or NUMBER in d.message + d.hint for d in desk.found)


def test_what_has_the_name_of_a_public_document_is_taken_for_that(desk: Site) -> None:
    desk.write("fd-01-gfx/a.md", body=f"根据《{TITLE}》。").write("fd-01-qt/c.md", title=TITLE)
    assert desk.build().is_published, desk.diagnostics


@pytest.mark.parametrize("state", [{"draft": True}, {"pub_date": "2026-12-01"}])
def test_what_will_be_public_may_be_named(site: Site, state: dict[str, object]) -> None:
    site.write("fd-01-gfx/b.md", title=TITLE, **state).write("fd-01-gfx/a.md", body=f"根据《{TITLE}》。")
    assert site.build().is_published, site.diagnostics


def test_citation_is_found_when_the_other_becomes_withheld(site: Site) -> None:
    site.write("fd-01-gfx/b.md", title=TITLE).write("fd-01-gfx/a.md", body=f"根据《{TITLE}》。").build()
    assert site.is_published
    site.write("fd-01-gfx/b.md", title=TITLE, **WITHHELD).build()
    assert "S145" in site.codes
    assert not site.is_published


def test_exempt_document_may_name_it(desk: Site) -> None:
    desk.write("fd-01-gfx/a.md", body=f"根据《{TITLE}》。", exempt={"S145": "名称已经公开"}).build()
    assert desk.is_published, desk.diagnostics


def test_copy_of_a_withheld_attachment_is_not_published(site: Site) -> None:
    site.write("fd-01-gfx/b/b.md", **WITHHELD, attachments=["甲.txt"]).file("fd-01-gfx/b/甲.txt", "不公开的名单")
    site.write("fd-01-gfx/a.md", attachments=["名单.txt"]).file("fd-01-gfx/名单.txt", "不公开的名单").build()
    assert "S144" in site.codes
    assert not site.is_published
    assert site.file("fd-01-gfx/名单.txt", "可以公开的名单").build().is_published, site.diagnostics


def test_copy_of_what_was_withdrawn_may_be_published_anew(site: Site) -> None:
    gone = {"withdraw": {"date": "2026-01-01", "reason": "正文有误"}}
    site.write("fd-01-gfx/b/b.md", **gone, attachments=["甲.txt"]).file("fd-01-gfx/b/甲.txt", "名单")
    site.write("fd-01-gfx/a.md", attachments=["名单.txt"]).file("fd-01-gfx/名单.txt", "名单")
    assert site.build().is_published, site.diagnostics


HERE = "https://kjj.example.gov.cn/zfxxgk/"


@pytest.mark.parametrize("written", ["doc/b/", "doc/b/index.html#第一条", "doc/b/甲.txt", "doc/%62/"])
def test_absolute_address_of_a_withheld_document_is_refused(desk: Site, written: str) -> None:
    desk.setting(agency="示例市科学技术局", url=HERE).write("fd-01-gfx/a.md", body=f"见[这里]({HERE}{written})。")
    assert "L114" in desk.build().codes
    assert not desk.is_published


@pytest.mark.parametrize(
    "written", [f"{HERE}doc/a/", "https://other.example.gov.cn/zfxxgk/doc/b/", f"{HERE}doc/bb/", "http://[x/doc/b/"]
)
def test_other_absolute_addresses_are_not(desk: Site, written: str) -> None:
    desk.setting(agency="示例市科学技术局", url=HERE).write("fd-01-gfx/a.md", body=f"见[这里]({written})。")
    assert "L114" not in desk.build().codes


def test_citation_is_found_in_a_body_that_was_edited_alone(desk: Site) -> None:
    desk.write("fd-01-gfx/a.md", body="第一版。").build()
    assert desk.is_published
    desk.write("fd-01-gfx/a.md", body="第二版。").build()
    assert desk.is_published
    desk.write("fd-01-gfx/a.md", body=f"根据《{TITLE}》。").build()
    assert desk.codes == ["S145"]
    assert not desk.is_published
