"""The data files of sitegen/data and the holiday files: well formed, consistent, complete."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "sitegen" / "data"
HOLIDAYS = ROOT / "content" / "data" / "holidays"
STANDARD = ROOT.parent / "shared" / "standard"
FILES = ("columns", "vocabularies", "page_tags", "fields", "timers")
CERTAINTIES = {"A", "A-local", "B", "C", "推论"}
ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
FIELD_ID = re.compile(r"[a-z][a-z0-9_]*\Z")
TYPES = {"text", "date", "list", "int", "choice"}

# Contract, section 4: ids and Chinese names in order.
CONTRACT_FIELDS = [
    ("title", "标题"),
    ("disclosure", "公开属性"),
    ("pub_date", "发布日期"),
    ("written_date", "成文日期"),
    ("issuer", "发文机关"),
    ("doc_no", "发文字号"),
    ("index_no", "索引号"),
    ("column", "栏目"),
    ("genre", "体裁"),
    ("topic", "主题分类"),
    ("validity", "有效性"),
    ("effective_date", "施行日期"),
    ("expire_date", "有效期至"),
    ("repeal_date", "废止日期"),
    ("repeals", "废止"),
    ("amends", "修改"),
    ("interprets", "解读"),
    ("forwards", "转发"),
    ("supports", "配套"),
    ("based_on", "依据"),
    ("version_of", "文本所属"),
    ("caption", "题注"),
    ("revisions", "历次修改"),
    ("corrections", "更正"),
    ("summary", "内容概述"),
    ("keywords", "关键词"),
    ("source", "来源"),
    ("unit", "责任处室"),
    ("service_object", "服务对象"),
    ("unified_no", "统一编号"),
    ("attachments", "附件"),
    ("drafter", "拟稿人"),
    ("reviewer", "审稿人"),
    ("publisher", "发布人"),
    ("secrecy_review", "保密审查"),
    ("disclosure_reason", "不公开理由"),
    ("withdraw", "撤回"),
    ("draft", "草稿"),
    ("old_urls", "旧地址"),
    ("exempt", "豁免"),
]


class UniqueKeyLoader(yaml.SafeLoader):
    """A key written twice in one mapping is an error; PyYAML would silently keep the last."""


def _mapping(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise yaml.constructor.ConstructorError(None, None, f"duplicate keys {twice}", node.start_mark)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(path: Path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=UniqueKeyLoader)


def walk(columns, parent=None):
    for column in columns:
        yield column, parent
        yield from walk(column.get("children", []), column)


def certainties(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "certainty":
                yield item
            else:
                yield from certainties(item)
    elif isinstance(value, list):
        for item in value:
            yield from certainties(item)


@pytest.fixture(scope="module")
def tree():
    return load(DATA / "columns.yaml")


@pytest.fixture(scope="module")
def columns(tree):
    return [column for column, _ in walk(tree["columns"])]


@pytest.fixture(scope="module")
def vocabularies():
    return load(DATA / "vocabularies.yaml")


@pytest.fixture(scope="module")
def page_tags():
    return load(DATA / "page_tags.yaml")


@pytest.fixture(scope="module")
def timers():
    return load(DATA / "timers.yaml")["timers"]


@pytest.fixture(scope="module")
def fields():
    return load(DATA / "fields.yaml")["fields"]


# --- all files


@pytest.mark.parametrize("name", FILES)
def test_file_is_clean_utf8_with_lf(name):
    raw = (DATA / f"{name}.yaml").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw and b"\t" not in raw
    assert raw.endswith(b"\n") and not raw.endswith(b"\n\n")
    assert isinstance(load(DATA / f"{name}.yaml"), dict)


@pytest.mark.parametrize("name", FILES)
def test_every_certainty_is_known(name):
    assert set(certainties(load(DATA / f"{name}.yaml"))) <= CERTAINTIES


# --- columns


def test_column_ids_are_unique_and_well_formed(columns):
    ids = [column["id"] for column in columns]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if not ID.match(i)] == []


def test_child_ids_extend_the_parent_id(tree):
    for column, parent in walk(tree["columns"]):
        if parent:
            assert column["id"].startswith(parent["id"] + "-")


def test_menu_order_and_required_top_level(tree):
    top = {column["id"]: column for column in tree["columns"]}
    assert list(top) == ["zc", "gzk", "zn", "zd", "fd", "nb", "ysq"]
    for column_id in ("zn", "zd", "fd", "nb"):
        assert top[column_id]["must"] == "national"
        assert top[column_id]["certainty"] == "A"
    assert {i for i, column in top.items() if column["must"] != "national"} == {"zc", "gzk", "ysq"}
    assert "children" not in top["zc"]


def test_no_child_is_a_national_requirement(tree):
    assert [c["id"] for c, parent in walk(tree["columns"]) if parent and c["must"] == "national"] == []


def test_fifteen_items_of_article_20_are_there(columns):
    by_id = {column["id"]: column for column in columns}
    for number in range(1, 16):
        column = by_id[f"fd-{number:02d}"]
        assert column["must"] == "statutory" and column["certainty"] == "A"
        assert column["basis"].startswith("条例第二十条第（")


def test_columns_have_only_known_keys(columns):
    known = {
        "gathers",
        "id",
        "name",
        "full_name",
        "kind",
        "must",
        "scope",
        "basis",
        "certainty",
        "column_type",
        "description",
        "keywords",
        "elements",
        "update",
        "note",
        "children",
    }
    for column in columns:
        assert set(column) <= known, column["id"]
        for key in ("name", "kind", "must", "basis", "certainty", "description", "keywords", "update"):
            assert column.get(key), (column["id"], key)
        assert column["must"] in {"national", "statutory", "local", "optional"}
        assert column.get("children", True), column["id"]


def test_local_and_unsure_columns_are_never_binding(columns):
    for column in columns:
        if column["certainty"] in ("A-local", "C", "推论"):
            assert column["must"] in ("local", "optional"), column["id"]
        if column["certainty"] == "A-local":
            assert "地方做法" in column["basis"] or "各地" in column["basis"], column["id"]


def test_names_fit_the_menu(columns):
    for column in columns:
        assert len(column["name"]) <= 14, column["id"]
        assert column.get("full_name") != column["name"], column["id"]


def test_sibling_names_differ_within_a_scope(tree):
    groups = {}
    for column, parent in walk(tree["columns"]):
        groups.setdefault((parent and parent["id"], column.get("scope")), []).append(column["name"])
    for key, names in groups.items():
        assert len(names) == len(set(names)), key


def test_descriptions_are_unique_single_sentences(columns):
    texts = [column["description"] for column in columns]
    assert len(texts) == len(set(texts))
    for text in texts:
        assert text == text.strip() and text.endswith("。") and text.count("。") == 1
        assert "\n" not in text


def test_keywords_are_clean(columns):
    for column in columns:
        words = column["keywords"]
        assert len(words) >= 2 and len(words) == len(set(words)), column["id"]
        for word in words:
            assert isinstance(word, str) and word.strip() == word and word and "," not in word and "，" not in word


def test_scopes_only_below_fd_21(tree):
    scoped = {}
    for column, parent in walk(tree["columns"]):
        if "scope" in column:
            assert parent["id"] == "fd-21"
            scoped.setdefault(column["scope"], []).append(column["id"])
    assert scoped == {
        "city_county": [f"fd-21-{n:02d}" for n in range(1, 8)],
        "township": [f"fd-21-{n}" for n in range(11, 19)],
    }


def test_kinds_named_exist_and_every_kind_is_used(tree, columns):
    used = {column["kind"] for column in columns}
    assert used <= set(tree["kinds"])
    assert set(tree["kinds"]) - used == set()


def test_limits_named_by_columns_exist(timers, columns):
    for column in columns:
        assert [r for r in column["update"] if r not in timers] == [], column["id"]


def test_column_types_are_known(columns, tree, page_tags):
    types = {column["column_type"] for column in columns if "column_type" in column}
    assert types <= set(page_tags["column_types"])
    assert all("column_type" in column for column in tree["columns"])


def test_guide_has_the_nine_elements(columns):
    guide = next(column for column in columns if column["id"] == "zn")
    assert len(guide["elements"]) == 9


# --- kinds


def test_kinds(tree, fields):
    common_ids = {field["id"] for field in fields}
    common_names = {field["name"] for field in fields}
    for kind_id, kind in tree["kinds"].items():
        assert ID.match(kind_id)
        assert set(kind) == {"name", "list", "official", "requires", "fields"}, kind_id
        assert kind["list"] in {"documents", "regulation", "plain", "annual", "single"}
        assert type(kind["official"]) is bool
        assert set(kind["requires"]) <= common_ids
        # 文号 and 有效性 columns are shown for official documents only
        assert kind["official"] == (kind["list"] in {"documents", "regulation"}), kind_id
        ids = [field["id"] for field in kind["fields"]]
        names = [field["name"] for field in kind["fields"]]
        assert len(ids) == len(set(ids)) and len(names) == len(set(names)), kind_id
        assert not set(ids) & common_ids and not set(names) & common_names, kind_id
        for field in kind["fields"]:
            assert FIELD_ID.match(field["id"])
            assert field["type"] in TYPES and type(field["required"]) is bool
            assert ("choices" in field) == (field["type"] == "choice"), (kind_id, field["id"])
    assert tree["kinds"]["interpretation"]["requires"] == ["interprets"]


def test_a_kind_field_id_keeps_its_type_everywhere(tree):
    seen = {}
    for kind in tree["kinds"].values():
        for field in kind["fields"]:
            assert seen.setdefault(field["id"], field["type"]) == field["type"], field["id"]


def test_interpretation_forms_agree(tree, vocabularies):
    form = next(f for f in tree["kinds"]["interpretation"]["fields"] if f["id"] == "interpret_form")
    assert form["choices"] == [item["name"] for item in vocabularies["interpretation_forms"]["items"]]


# --- limits


def test_timers(timers):
    labels = []
    for rule_id, rule in timers.items():
        assert set(rule) - {"sense"} == {"label", "limit", "unit", "from", "source", "certainty", "level"}, rule_id
        assert rule.get("sense", "least") == "least"
        assert (rule["level"] == "local") == (rule["certainty"] == "A-local"), rule_id
        assert rule["level"] in {"law", "veto", "national", "usage", "advice", "local"}, rule_id
        assert rule["source"] and rule["label"] and rule["from"]
        assert rule["certainty"] in CERTAINTIES
        labels.append(rule["label"])
        if rule["unit"] == "cal":
            dt.date.fromisoformat(f"2024-{rule['limit']}")
        elif rule["unit"] is None:
            assert rule["limit"] is None, rule_id
        else:
            assert rule["unit"] in {"wd", "d", "h", "m", "q", "n", "percent"}
            assert type(rule["limit"]) is int and rule["limit"] > 0
    assert len(labels) == len(set(labels))


def test_local_limits_say_so_in_their_label(timers):
    for rule_id, rule in timers.items():
        local = rule["certainty"] == "A-local"
        assert local == bool(re.search("地方做法|地方规定|地方监测标准|一地监测标准", rule["label"])), rule_id
        assert rule["certainty"] != "C", rule_id


@pytest.mark.parametrize(
    ("rule_id", "limit", "unit"),
    [
        ("twenty_workdays", 20, "wd"),
        ("annual_report_dept", "01-31", "cal"),
        ("annual_report_gov", "03-31", "cal"),
        ("penalty_withdraw_3_days", 3, "d"),
        ("policy_6_months", 183, "d"),
        ("public_comment_30", 30, "d"),
        ("double_publicity_7_workdays", 7, "wd"),
        ("interpretation_3_workdays", 3, "wd"),
    ],
)
def test_limits(timers, rule_id, limit, unit):
    rule = timers[rule_id]
    assert (rule["limit"], rule["unit"]) == (limit, unit)


# --- vocabularies


def test_topics(vocabularies):
    items = vocabularies["topics"]["items"]
    assert [item["code"] for item in items] == [f"{n:02d}" for n in range(1, 23)]
    assert len({item["name"] for item in items}) == 22
    for item in items:
        assert len(item["subs"]) == len(set(item["subs"])), item["name"]
        assert not any("\\" in name for name in [item["name"], *item["subs"]])
    by_name = {item["name"]: item["subs"] for item in items}
    assert "政务公开" in by_name["综合政务"]


def test_genres(vocabularies):
    items = vocabularies["genres"]["items"]
    assert len(items) == 16 and items[-1]["name"] == "其他"
    assert len({item["id"] for item in items}) == len({item["name"] for item in items}) == 16


def test_disclosure_publishes_one_value_only(vocabularies):
    items = vocabularies["disclosure"]["items"]
    assert [item["name"] for item in items] == ["主动公开", "依申请公开", "不予公开"]
    assert [item["name"] for item in items if item["publish"]] == ["主动公开"]
    assert all(item["publish"] != item["reason_required"] for item in items)
    assert all(isinstance(item["id"], str) for item in items)


def test_validity(vocabularies):
    items = vocabularies["validity"]["items"]
    assert {item["name"] for item in items} == {"现行有效", "已修改", "失效", "废止", "尚未施行"}
    words = [word for item in items for word in [item["name"], *item["aliases"]]]
    assert len(words) == len(set(words))


def test_nondisclosure_reasons(vocabularies):
    items = vocabularies["nondisclosure_reasons"]["items"]
    assert len(items) == len({item["id"] for item in items}) == 7
    for item in items:
        assert item["basis"] in {"条例第十四条", "条例第十五条", "条例第十六条"}


def test_pilot_fields(vocabularies):
    names = [item["name"] for item in vocabularies["pilot_fields"]["items"]]
    assert len(names) == len(set(names)) == 26
    assert not set(names) & set(vocabularies["pilot_fields"]["extra"]["names"])


def test_aliases_are_unambiguous(vocabularies, fields):
    ids = {field["id"] for field in fields}
    aliases = vocabularies["field_aliases"]
    names = {}
    for group in (aliases["fields"], aliases["layout_only"]):
        for field, words in group.items():
            assert field in ids
            for word in words:
                assert names.setdefault(word, field) == field, word


def test_detail_layouts(vocabularies, fields):
    ids = {field["id"] for field in fields}
    internal = {field["id"] for field in fields if field["public"] == "internal"}
    layouts = vocabularies["detail_layouts"]
    assert list(layouts) == [
        "national",
        "anhui_town",
        "guangdong",
        "shandong_city",
        "shanghai_district",
        "shaanxi_county",
        "chongqing_city",
        "hubei_pattern",
        "caac_list",
    ]
    for name, layout in layouts.items():
        assert set(layout) == {"name", "use", "certainty", "rows"}
        cells = [cell for row in layout["rows"] for cell in row]
        assert all(set(cell) == {"field", "label"} for cell in cells), name
        used = [cell["field"] for cell in cells]
        assert set(used) <= ids and len(used) == len(set(used)), name
        assert not set(used) & internal, name
        labels = [cell["label"] for cell in cells]
        assert len(labels) == len(set(labels)), name


def test_layout_labels_are_names_or_aliases(vocabularies, fields):
    known = {field["name"] for field in fields}
    for group in ("fields", "layout_only"):
        known |= {word for words in vocabularies["field_aliases"][group].values() for word in words}
    for name, layout in vocabularies["detail_layouts"].items():
        for row in layout["rows"]:
            for cell in row:
                assert cell["label"] in known, (name, cell["label"])


# --- page tags


def test_page_tags(page_tags):
    names = [tag["name"] for group in page_tags["groups"].values() for tag in group["tags"]]
    assert len(names) == len(set(names)) == 15
    required = {tag["name"] for group in page_tags["groups"].values() for tag in group["tags"] if tag["required"]}
    assert required == {
        "SiteName",
        "SiteDomain",
        "SiteIDCode",
        "ColumnName",
        "ColumnDescription",
        "ColumnKeywords",
        "ColumnType",
        "ArticleTitle",
        "PubDate",
        "ContentSource",
    }
    assert len(page_tags["column_types"]) == len(set(page_tags["column_types"])) == 18


def test_page_tag_matrix(page_tags):
    matrix = {row["page"]: row["groups"] for row in page_tags["matrix"]}
    assert len(matrix) == len(page_tags["matrix"])
    for groups in matrix.values():
        assert groups[0] == "site" and set(groups) <= set(page_tags["groups"])
    assert matrix["document"] == matrix["single"] == ["site", "column", "content"]
    for page in ("home", "list", "search", "catalog"):
        assert matrix[page] == ["site", "column"]


def test_tag_patterns_match_their_examples(page_tags):
    tags = [tag for group in page_tags["groups"].values() for tag in group["tags"]]
    patterns = [tag for tag in tags if "pattern" in tag]
    assert patterns
    for tag in patterns:
        assert re.fullmatch(tag["pattern"], tag["example"])
    code = next(tag for tag in patterns if tag["name"] == "SiteIDCode")["pattern"]
    assert re.fullmatch(code, "bm01000001")
    assert not re.fullmatch(code, "310000008")


# --- fields


def test_fields_follow_the_contract(fields):
    assert [(field["id"], field["name"]) for field in fields] == CONTRACT_FIELDS


def test_fields_are_complete(fields):
    identity = load(DATA / "fields.yaml")["identity"]
    for field in [*fields, identity]:
        for key in (
            "id",
            "name",
            "help",
            "type",
            "example",
            "required",
            "required_note",
            "public",
            "source",
            "certainty",
        ):
            assert field.get(key), (field["id"], key)
        assert FIELD_ID.match(field["id"])
        assert field["type"] in {"text", "date", "datetime", "choice", "list", "refs", "map", "maps", "bool"}
        assert field["required"] in {"always", "public", "official", "not_public", "kind", "recommended", "optional"}
        assert field["public"] in {"public", "configurable", "internal"}
        assert field["help"].endswith("。") and field["help"].count("。") == 1, field["id"]
        if field["type"] != "text" and "choices" not in field and "vocab" not in field:
            assert field.get("value"), field["id"]


def test_internal_fields(fields):
    assert {f["id"] for f in fields if f["public"] == "internal"} == {
        "secrecy_review",
        "disclosure_reason",
        "draft",
        "exempt",
    }
    assert {f["id"] for f in fields if f["public"] == "configurable"} == {"drafter", "reviewer", "publisher"}


def test_required_fields(fields, tree):
    rules = {field["id"]: field["required"] for field in fields}
    assert [i for i, rule in rules.items() if rule == "always"] == ["title", "disclosure"]
    assert rules["pub_date"] == "public" and rules["written_date"] == "official"
    assert rules["disclosure_reason"] == "not_public"
    by_kind = {name for kind in tree["kinds"].values() for name in kind["requires"]}
    assert {i for i, rule in rules.items() if rule == "kind"} == by_kind


def test_official_kinds_are_named_in_the_help_of_written_date(fields, tree):
    note = next(f for f in fields if f["id"] == "written_date")["required_note"]
    for kind in tree["kinds"].values():
        assert (kind["name"] in note) == kind["official"], kind["name"]


def test_choices_and_vocabularies_agree(fields, vocabularies):
    for field in fields:
        vocab = field.get("vocab")
        if vocab is None or vocab == "columns":
            continue
        assert vocab in vocabularies
        names = {item["name"] for item in vocabularies[vocab]["items"]}
        if "choices" in field:
            assert set(field["choices"]) == names
        if field["type"] == "choice":
            assert field["example"] in names


def test_examples_are_valid(fields, columns, vocabularies):
    examples = {field["id"]: field["example"] for field in fields}
    assert examples["column"] in {column["id"] for column in columns}
    first, second = examples["topic"].split("\\")
    subs = {item["name"]: item["subs"] for item in vocabularies["topics"]["items"]}
    assert second in subs[first]
    assert re.fullmatch(r"[\u4e00-\u9fa5]+〔\d{4}〕\d+号", examples["doc_no"])
    for field in fields:
        if field["type"] == "date":
            dt.date.fromisoformat(field["example"])
    dt.datetime.strptime(examples["pub_date"], "%Y-%m-%d %H:%M")


# --- holidays


def holiday_files():
    return sorted(HOLIDAYS.glob("*.yaml"))


def test_there_are_holiday_files():
    assert {"2025.yaml", "2026.yaml"} <= {path.name for path in holiday_files()}


@pytest.mark.parametrize("path", holiday_files(), ids=lambda path: path.stem)
def test_holidays(path):
    data = load(path)
    assert set(data) == {"year", "source", "holidays", "workdays"}
    assert data["year"] == int(path.stem) and data["source"]
    days = {}
    for key in ("holidays", "workdays"):
        dates = [item["date"] for item in data[key]]
        assert dates == sorted(set(dates))
        assert all(item["name"] for item in data[key])
        days[key] = [dt.date.fromisoformat(date) for date in dates]
        assert all(day.year == data["year"] for day in days[key])
    assert not set(days["holidays"]) & set(days["workdays"])
    assert all(day.weekday() >= 5 for day in days["workdays"])
    # Each weekday a notice adds to the statutory days is worked off on a weekend day.
    assert len(days["holidays"]) >= 13


# --- against the fact pack the data restates


needs_standard = pytest.mark.skipif(not STANDARD.is_dir(), reason="the fact pack is not beside the repository")


def _ids(node):
    if isinstance(node, dict):
        if "id" in node:
            yield node["id"]
        for value in node.values():
            yield from _ids(value)
    elif isinstance(node, list):
        for value in node:
            yield from _ids(value)


@needs_standard
def test_every_standard_column_is_ours(columns):
    standard = load(STANDARD / "column-tree.yaml")
    wanted = {i for key in ("tree", "common_extra_top_level", "required_top_level") for i in _ids(standard[key])}
    assert len(wanted) > 80
    assert wanted - {column["id"] for column in columns} == set()


@needs_standard
def test_no_column_is_surer_than_the_fact_pack(columns):
    """Where the pack marks a leaf, our mark is the same; unmarked leaves are B there (README)."""
    ours = {column["id"]: column["certainty"] for column in columns}

    def leaves(nodes):
        for node in nodes:
            if node.get("children"):
                yield from leaves(node["children"])
            else:
                yield node

    standard = load(STANDARD / "column-tree.yaml")
    # Items of article 20 without children are A by the law itself (README: the regulation was seen in full).
    by_law = re.compile(r"fd-(\d\d)\Z")
    national = {item["id"] for item in standard["required_top_level"] if item["c"] == "A"}
    for node in leaves(standard["tree"]):
        if by_law.match(node["id"]) or node["id"] in national:
            continue
        if "c" in node:
            assert ours[node["id"]] == node["c"], node["id"]
        elif not node["id"].startswith("fd-10-"):  # A-local by their parent's note
            assert ours[node["id"]] == "B", node["id"]


@needs_standard
def test_vocabularies_match_the_fact_pack(vocabularies):
    taxonomy = load(STANDARD / "taxonomy.yaml")
    assert [(t["name"], t["subs"]) for t in vocabularies["topics"]["items"]] == [
        (t["name"], t["sub"]) for t in taxonomy["topics"]
    ]
    assert [g["id"] for g in vocabularies["genres"]["items"]] == [g["id"] for g in taxonomy["genres"]] + ["qita"]
    assert [f["name"] for f in vocabularies["pilot_fields"]["items"]] == taxonomy["pilot_fields"]
    assert {v["id"]: v["aliases"] for v in vocabularies["validity"]["items"]} == {
        v["id"]: v.get("alias", []) for v in taxonomy["validity"]
    }
    metadata = load(STANDARD / "metadata.yaml")
    assert vocabularies["field_aliases"]["fields"] == metadata["alias"]
    for name, rows in metadata["detail_table_layouts"].items():
        labels = [[cell["label"] for cell in row] for row in vocabularies["detail_layouts"][name]["rows"]]
        assert labels == (rows if isinstance(rows[0], list) else [rows]), name


@needs_standard
def test_page_tags_match_the_fact_pack(page_tags):
    standard = load(STANDARD / "page-tags.yaml")
    for group in ("site", "column", "content"):
        assert [(t["name"], t["required"]) for t in page_tags["groups"][group]["tags"]] == [
            (t["name"], t["req"]) for t in standard[f"{group}_tags"]
        ]
    assert page_tags["column_types"] == standard["column_types"]
    ours = {row["name"]: [f"{group}_tags" for group in row["groups"]] for row in page_tags["matrix"]}
    assert {name: groups for name, groups in ours.items() if name in standard["matrix"]} == standard["matrix"]


@needs_standard
def test_column_types_follow_the_fact_pack(tree):
    wanted = load(STANDARD / "page-tags.yaml")["column_type_map"]
    types = {}
    for column, parent in walk(tree["columns"]):
        types[column["id"]] = column.get("column_type") or types[parent["id"]]
    assert {column_id: types[column_id] for column_id in wanted} == wanted


@needs_standard
def test_limits_match_the_fact_pack(timers):
    facts = {timer["id"]: timer for timer in load(STANDARD / "timers.yaml")}
    for rule_id, rule in timers.items():
        if rule_id not in facts:
            continue
        timer = facts[rule_id]
        assert rule["certainty"] == timer["c"], rule_id
        if timer.get("unit") in ("wd", "d", "h", "cal"):
            assert (rule["limit"], rule["unit"]) == (timer.get("limit"), timer["unit"]), rule_id
