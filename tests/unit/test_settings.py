"""site.yaml and columns.yaml: what they change, and what is said when they are wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError
from sitegen.load.settings import read_settings, standard_columns, standard_kinds
from sitegen.model import Downloads
from tests.story import Site


def said(site: str | None = "agency: 示例局\n", columns: str | None = None) -> list[str]:
    settings = read_settings(
        None if site is None else site.encode(), None if columns is None else columns.encode(), "content"
    )
    assert all(d.hint for d in settings.diagnostics)
    return [f"{d.span.path}:{d.span.line} {d.message}" for d in settings.diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "site.yaml:1 没有 site.yaml"),
        ("", "site.yaml:1 site.yaml 没有写机关名称"),
        ("- 示例局\n", "site.yaml:1 这里应是“字段名: 内容”"),
        ("agency: x\nagancy: y\n", "site.yaml:2 site.yaml 没有“agancy”这一项"),
        ("agency: x\nagency: y\n", "site.yaml:2 字段“agency”写了两次，第一次在第 1 行"),
        ("agency: x\nurl: kjj.gov.cn\n", "site.yaml:2 “kjj.gov.cn”不是完整的网址"),
        ("agency: x\nurl: javascript:alert(1)\n", "site.yaml:2 “javascript:alert(1)”不是完整的网址"),
        ('agency: x\nurl: "http://[::1"\n', "site.yaml:2 “http://[::1”不是完整的网址"),
        ("agency: x\nlayout: foo\n", "site.yaml:2 没有“foo”这种信息项表格版式"),
        ("agency: x\nempty_columns: foo\n", "site.yaml:2 empty_columns 只能是 hide 或 explain"),
        ("agency: x\nindex_no_pattern: '['\n", "site.yaml:2 index_no_pattern 不是正确的正则表达式"),
        ("agency: x\nshow_roles: 大概\n", "site.yaml:2 “show_roles”应是 true 或 false"),
        ("agency: x\nlimits: {page_size: 0}\n", "site.yaml:2 “page_size”应是正整数"),
        ("agency: x\nlimits: {page_size: ²}\n", "site.yaml:2 “page_size”应是正整数"),
        (f"agency: x\nlimits: {{page_size: {'9' * 5000}}}\n", "site.yaml:2 “page_size”应是正整数"),
        ("agency: x\ncontact: 123\n", "site.yaml:2 “contact”应有几个小项"),
        ("agency: x\ncontact: {phone: [1]}\n", "site.yaml:2 “phone”应是一行文字"),
        ("agency: x\ncontact: {phnoe: 1}\n", "site.yaml:2 “contact”里没有“phnoe”这一项"),
        ("agency: x\ncontact:\n\tphone: 1\n", "site.yaml:3 设置里用了制表符（Tab）缩进"),
        ("agency：x\nurl: y\n", "site.yaml:1 字段名后面用了全角冒号"),
        ("agency: x\ndownloads: 全部\n", "site.yaml:2 “downloads”（下载）应有几个小项"),
        ("agency: x\ndownloads: [regulation]\n", "site.yaml:2 “downloads”（下载）应有几个小项"),
        ("agency: x\n下载: {}\ndownloads: {}\n", "site.yaml:3 “downloads”（下载）写了两次"),
        ("agency: x\n下载:\n  kind: []\n", "site.yaml:3 “downloads”（下载）里没有“kind”这一项"),
        ("agency: x\n下载:\n  种类: [规章]\n  kinds: [annual]\n", "site.yaml:4 “kinds”写了两次"),
        ("agency: x\n下载:\n  种类:\n    - 规张\n", "site.yaml:4 没有“规张”这种栏目类型"),
        ("agency: x\n下载:\n  种类: [规章, regulation]\n", "site.yaml:3 “regulation”写了两次"),
        ("agency: x\n下载:\n  栏目: [fd-99]\n", "site.yaml:3 没有“fd-99”这个栏目"),
        ("agency: x\n下载:\n  格式: [ofd]\n", "site.yaml:3 不能生成“ofd”格式"),
        ("agency: x\n下载:\n  格式: {a: b}\n", "site.yaml:3 这里应是一行文字"),
        ("agency: x\n下载:\n  红头: 大概\n", "site.yaml:3 这里应是“是”或“否”"),
        ("agency: x\n下载:\n  汇编: [fd-01-gfx, fd-01-gfx]\n", "site.yaml:3 “fd-01-gfx”写了两次"),
        (
            "agency: x\n下载:\n  汇编: [fd-01-qt]\n",
            "site.yaml:3 “fd-01-qt”（其他文件）不是规章、行政规范性文件的末级栏目，做不了汇编",
        ),
        (
            "agency: x\n下载:\n  汇编: fd-01\n",
            "site.yaml:3 “fd-01”（政策文件）不是规章、行政规范性文件的末级栏目，做不了汇编",
        ),
        ("agency: x\n检查:\n  三申: 是\n", "site.yaml:3 “checks”（检查）里没有“三申”这一项"),
    ],
)
def test_mistake_in_site_yaml_is_told(text: str | None, expected: str) -> None:
    assert said(text) == [f"content/{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hide: [{id: gzk, reason: 没有规章制定权}]", "1 columns.yaml 要从标准栏目树出发"),
        ("extends: standard\nhide: [{id: gzk}]", "2 隐藏栏目“gzk”没有写理由"),
        ("extends: standard\nhide: [{id: gzk, reason: }]", "2 这里应是一行文字"),
        ("extends: standard\nhide: [{id: fd, reason: 没有}]", "2 “法定主动公开内容”是全国统一的一级栏目，不能隐藏"),
        ("extends: standard\nhide: [{id: fd-99, reason: 没有}]", "2 没有“fd-99”这个栏目"),
        ("extends: standard\nhide: [{id: [gzk], reason: 没有}]", "2 这里应是一行文字"),
        ("extends: standard\nhide: gzk", "2 隐藏栏目要写 id 和 reason"),
        ("extends: standard\nadd: [{id: doc, name: 甲}]", "2 栏目编号“doc”已经有了"),
        ("extends: standard\nadd: [{id: ZZ, name: 甲}]", "2 新增的栏目要有 id（小写字母、数字、横线）和 name"),
        ("extends: standard\nadd: [{id: zz, name: 甲, parent: fd-99}]", "2 没有“fd-99”这个栏目"),
        ("extends: standard\nadd: [{id: zz, name: 甲, kind: foo}]", "2 没有“foo”这种栏目类型"),
        ("extends: standard\nrename: {fd-99: 甲}", "2 没有“fd-99”这个栏目"),
        ("extends: standard\nrename: {fd-01: [甲]}", "2 这里应是一行文字"),
        ("extends: standard\norder: {top: [fd, fd]}", "2 “fd”写了两次"),
        ("extends: standard\norder: {fd-01: [zn]}", "2 “zn”不是“fd-01”的下级栏目"),
        ("extends: standard\nset: {fd-01: {kind: foo}}", "2 没有“foo”这种栏目类型"),
        ("extends: standard\nempty: {fd-01: foo}", "2 空栏目的处理只能是 hide 或 explain"),
        ("extends: standard\nhidden: []", "2 columns.yaml 没有“hidden”这一项"),
    ],
)
def test_mistake_in_columns_yaml_is_told(text: str, expected: str) -> None:
    assert said(columns=text) == [f"content/columns.yaml:{expected}"]


NO_DOWNLOADS = Downloads(kinds=(), columns=(), forms=(), compile=())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Downloads()),
        ("downloads:\n", Downloads()),
        ("downloads: []\n", NO_DOWNLOADS),
        ("下载: 无\n", NO_DOWNLOADS),
        ("downloads: {kinds: [annual]}\n", Downloads(kinds=("annual",))),
        ("下载: {种类: 无, 栏目: fd-01-qt}\n", Downloads(kinds=(), columns=("fd-01-qt",))),
        ("下载: {种类: [规章, 行政规范性文件]}\n", Downloads(kinds=("regulation", "normative"))),
        ("下载: {格式: [图片版, 文字版]}\n", Downloads()),
        ("下载: {格式: Word}\n", Downloads(forms=("docx",))),
        ("下载: {红头: 是, 汇编: [fd-01-gfx]}\n", Downloads(has_red_head=True, compile=("fd-01-gfx",))),
        ("下载: {汇编: 无}\n", Downloads(compile=())),
        ("下载: {汇编: }\n", Downloads()),
    ],
)
def test_downloads_are_what_the_site_says(text: str, expected: Downloads) -> None:
    settings = read_settings(f"agency: 示例局\n{text}".encode(), None, "content")
    assert settings.diagnostics == ()
    assert settings.config.downloads == expected


def test_kinds_of_columns_are_told_apart_by_their_names() -> None:
    names = [kind.name for kind in standard_kinds().values()]
    assert len(names) == len({*names, *standard_kinds()}) - len(names)


@pytest.mark.parametrize("item", ["columns", "compile"])
def test_download_of_a_hidden_column_is_no_mistake(item: str) -> None:
    columns = "extends: standard\nhide: [{id: gzk, reason: 没有规章制定权}]"
    settings = read_settings(f"agency: x\ndownloads: {{{item}: gzk}}".encode(), columns.encode(), "content")
    assert settings.diagnostics == ()


def test_column_that_cannot_be_compiled_is_told_with_those_that_can() -> None:
    (found,) = read_settings("agency: x\n下载: {汇编: fd-01-gfxfz}".encode(), None, "content").diagnostics
    assert found.hint.startswith("可以写：")
    assert "fd-01-gfx、" in found.hint or "fd-01-gfx；" in found.hint


@pytest.mark.parametrize("name", ["site.yaml", "columns.yaml"])
def test_settings_that_cannot_be_read_stop_the_build(site: Site, name: str) -> None:
    (site.content / name).unlink(missing_ok=True)
    (site.content / name).mkdir()
    with pytest.raises(SitegenError, match=f"{name} 读不了"):
        site.build()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_settings_in_another_encoding_are_told_once(encoding: str) -> None:
    found = read_settings("agency: 示例局\n".encode(encoding), None, "content").diagnostics
    assert [d.message for d in found] == ["文件不是 UTF-8 编码"]


def test_local_columns_stand_where_they_were_put() -> None:
    text = "extends: standard\nadd: [{id: zz, name: 甲, parent: fd-01}]\norder: {fd-01: [zz]}\nrename: {zn: 指南}\n"
    settings = read_settings("agency: 示例局".encode(), text.encode(), "content")
    assert settings.diagnostics == ()
    assert settings.columns["fd-01"].children[0] == "zz"
    assert settings.columns["zz"].kind == settings.columns["fd-01"].kind
    assert settings.columns["zn"].name == "指南"


def test_hidden_column_takes_those_below_it_along() -> None:
    text = "extends: standard\nhide: [{id: fd-01, reason: 示例}]"
    settings = read_settings("agency: 示例局".encode(), text.encode(), "content")
    assert {column.id for column in settings.hidden} == {"fd-01", *standard_columns()["fd-01"].children}
    assert not any(name.startswith("fd-01") for name in settings.columns)


def test_theme_that_does_not_exist_is_told_with_those_that_do(site: Site) -> None:
    with pytest.raises(SitegenError, match=r"找不到主题“nosuch”.*standard"):
        site.write("fd-01-gfx/a.md").build(theme="nosuch")


@pytest.mark.parametrize("name", ["../standard", "standard/templates", "/tmp", "STANDARD"])
def test_theme_is_a_name_and_no_path(site: Site, name: str) -> None:
    with pytest.raises(SitegenError, match="找不到主题"):
        site.build(theme=name)


SITE_KEYS = (
    "agency url layout empty_columns index_no_pattern show_roles contact limits portal marks page_size phone x"
    " downloads 下载 kinds"
)
COLUMN_KEYS = "extends add rename hide order empty set id name parent kind reason keywords fd fd-01 gzk top doc x"
WORDS = [*SITE_KEYS.split(), *COLUMN_KEYS.split(), "standard", "", " ", "[", "true"]
texts = st.sampled_from(WORDS) | st.text(max_size=6)
anything = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=4), max_leaves=10
)


@given(
    st.dictionaries(st.sampled_from(SITE_KEYS.split()), anything, max_size=5),
    st.dictionaries(st.sampled_from(COLUMN_KEYS.split()), anything, max_size=5),
)
def test_any_mapping_is_settings_or_diagnostics(site: dict[str, object], columns: dict[str, object]) -> None:
    settings = read_settings(
        json.dumps(site).encode(), json.dumps({"extends": "standard", **columns}).encode(), "content"
    )
    assert settings.config.agency
    for column in settings.columns.values():
        assert set(column.children) <= set(settings.columns)
        assert not column.parent or column.id in settings.columns[column.parent].children


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_are_settings_or_diagnostics(site: bytes, columns: bytes) -> None:
    settings = read_settings(site, columns, "content")
    assert settings.diagnostics or settings.config.agency


def test_standard_columns_are_sound() -> None:
    columns, kinds = standard_columns(), standard_kinds()
    for column in columns.values():
        assert column.kind.id in kinds
        assert set(column.gathers) <= set(columns)
