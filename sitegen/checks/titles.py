"""Rules about titles (family D, D220–D239): what a reader of a list, and an inspector, stumbles over first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.gongwen import find_doc_nos, normalize_doc_no
from sitegen.model import Document, Genre

_STOP = tuple("。．；;，,、：:")


def _found(doc: Document, message: str, code: str, hint: str) -> Finding:
    return Finding(doc.path, "title", message, code, hint)


@rule("D220", "标题末尾有标点", Severity.WARNING)
def title_ends_without_a_stop(review: Review) -> Iterator[Finding]:
    """检查标题末尾没有句号、逗号、冒号。

    为何：标题除法规、规章名称加书名号外一般不用标点（公文写作通行做法，B）；末尾的标点多半是粘贴时带进来的。
    错误：标题: 关于印发某某办法的通知。
    正确：标题: 关于印发某某办法的通知
    """
    for doc in review.catalog.documents.values():
        if doc.title.endswith(_STOP):
            yield _found(doc, f"标题以“{doc.title[-1]}”结尾", "D220", "删去末尾的标点。")


@rule("D221", "标题里写了本件的发文字号", Severity.WARNING)
def title_has_no_number_of_its_own(review: Review) -> Iterator[Finding]:
    """检查标题里没有这份文件自己的发文字号。

    为何：标题和发文字号是两个信息项（目录核心元数据，A），写在一起，列表和检索里就会重复、对不齐。
    错误：标题: 关于印发某某办法的通知（某政发〔2024〕3号）
    正确：标题: 关于印发某某办法的通知，另写 发文字号: 某政发〔2024〕3号
    """
    for doc in review.catalog.documents.values():
        if "号" not in doc.title or not doc.title.endswith(("号", "号）", "号)", "号】")):
            continue
        numbers = find_doc_nos(doc.title)
        own = normalize_doc_no(doc.doc_no) if doc.doc_no else ""
        if numbers and (not own or normalize_doc_no(numbers[-1]) == own):
            yield _found(doc, f"标题里有发文字号“{numbers[-1]}”", "D221", "从标题里删去，写到“发文字号”里。")


# A space may stand between joint agencies, between the halves of a title and in the names of standards.
_SPACE = re.compile(r"关于\s|\s的|\s印发|的\s(?:通知|公告|通告|决定|意见|批复|通报|函)|\s{2,}|[\xa0\t]")


@rule("D222", "标题里有多余的空格", Severity.WARNING)
def title_has_no_stray_spaces(review: Review) -> Iterator[Finding]:
    """检查标题里没有排版留下的空格；联合发文机关之间、标准名称里的空格不算。

    为何：多余的空格是原件换行留下的，按标题检索、与别处的同一标题比对都会落空。
    错误：标题: 关于 印发某某办法 的通知
    正确：标题: 关于印发某某办法的通知
    """
    for doc in review.catalog.documents.values():
        title = doc.title
        if (" " in title or "\u3000" in title or "\xa0" in title) and (space := _SPACE.search(title)):
            near = title[max(space.start() - 3, 0) : space.end() + 3].strip()
            yield _found(doc, f"标题里有多余的空格：“{near}”", "D222", "删去空格，标题连着写。")


_PAIRS: Mapping[str, str] = {"《": "》", "〈": "〉", "（": "）", "(": ")", "“": "”", "‘": "’", "〔": "〕", "【": "】"}
_CLOSING = {close: opening for opening, close in _PAIRS.items()}
_ANY_MARK = re.compile("[" + re.escape("".join((*_PAIRS, *_CLOSING))) + "]")


def _odd_mark(title: str) -> str:
    """The first mark of the title that has no partner; "" if all have one. （ and ) go together."""
    same = {"(": "（", ")": "）"}
    open_marks: list[str] = []
    for mark in _ANY_MARK.findall(title):
        mark = same.get(mark, mark)
        if mark in _PAIRS:
            open_marks.append(mark)
        elif not open_marks or _PAIRS[open_marks.pop()] != mark:
            return str(mark)
    return open_marks[0] if open_marks else ""


@rule("D223", "标题的书名号、括号或引号不成对", Severity.WARNING)
def title_marks_are_paired(review: Review) -> Iterator[Finding]:
    """检查标题里的书名号、括号、引号都成对。

    为何：少半个书名号，多半是标题没有粘贴完整（GB/T 15834—2011：书名号、括号、引号成对使用）。
    错误：标题: 关于印发《某某办法的通知
    正确：标题: 关于印发《某某办法》的通知
    """
    for doc in review.catalog.documents.values():
        if _ANY_MARK.search(doc.title) and (mark := _odd_mark(doc.title)):
            yield _found(doc, f"标题里的“{mark}”没有配成对", "D223", "对照原件补全或删去。")


_SHORT = 16
_MEANINGLESS = re.compile(
    r"(?:关于)?(?:通知|公告|通告|公示|意见|批复|函|文件|正文|附件|标题|无标题|未命名|测试|test|untitled|新建|副本"
    r"|新建 ?(?:文本|Microsoft|DOCX?|WPS).*|文档|扫描件?|图片)[\d０-９（）() _-]*",
    re.IGNORECASE,
)


@rule("D224", "标题没有说明内容", Severity.WARNING)
def title_says_what_it_is(review: Review) -> Iterator[Finding]:
    """检查标题不是光秃秃的“通知”“公告1”“新建文本文档”。

    为何：公文标题由发文机关、事由和文种组成，用全称（目录核心元数据）；没有事由的标题在列表里分不清。
    错误：标题: 通知
    正确：标题: 关于开展某某工作的通知
    """
    for doc in review.catalog.documents.values():
        if len(doc.title) <= _SHORT and _MEANINGLESS.fullmatch(doc.title):
            yield _found(doc, f"标题“{doc.title}”看不出是什么内容", "D224", "写文件的全称，至少写明事由。")


_FILE_NAME = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|txt|zip|rar|jpe?g|png|html?)$", re.IGNORECASE)


@rule("D225", "标题是文件名", Severity.WARNING)
def title_is_no_file_name(review: Review) -> Iterator[Finding]:
    """检查标题没有带文件扩展名。

    为何：这是上传文件时的文件名，不是标题；页面标题、检索结果和元数据都会带着它。
    错误：标题: 关于印发某某办法的通知.docx
    正确：标题: 关于印发某某办法的通知
    """
    for doc in review.catalog.documents.values():
        if "." in doc.title[-6:] and (suffix := _FILE_NAME.search(doc.title)):
            yield _found(doc, f"标题带着文件扩展名“{suffix[0]}”", "D225", "删去扩展名，写文件的全称。")


_LONGEST = 120


@rule("D226", "标题很长", Severity.INFO)
def title_is_not_overlong(review: Review) -> Iterator[Finding]:
    """提醒过长的标题，看是不是把副标题或首段也放了进来。

    为何：有主副标题的只填主标题（目录核心元数据）；列表里的标题过长，读者看不清。120 字是本产品的口径，没有规定。
    错误：标题后面接着整段导语
    正确：只写主标题
    """
    for doc in review.catalog.documents.values():
        if len(doc.title) > _LONGEST:
            yield _found(doc, f"标题有 {len(doc.title)} 个字", "D226", "有副标题的只写主标题；确是全称的不必改。")


# 命令（令） is left out: what an order publishes has a title of its own.
_GENRES = {genre.value: genre for genre in Genre if genre not in (Genre.OTHER, Genre.ORDER)}
_GENRE_AT_END = re.compile(f"的({'|'.join(_GENRES)})(?:（[^）]*）)?$")


@rule("D227", "标题与体裁不一致", Severity.WARNING)
def title_agrees_with_genre(review: Review) -> Iterator[Finding]:
    """检查标题末尾的文种与“体裁”一致。

    为何：公文标题由发文机关、事由和文种组成；体裁选错，按体裁筛选就找不到（党政机关公文处理工作条例第八条的 15 种）。
    错误：标题: 关于某某的通知，体裁: 公告
    正确：标题: 关于某某的通知，体裁: 通知
    """
    for doc in review.catalog.documents.values():
        genre = doc.genre
        if genre is None or genre.value not in _GENRES or doc.title.endswith(genre.value):
            continue
        end = _GENRE_AT_END.search(doc.title)
        if end and _GENRES[end[1]] is not genre:
            yield Finding(
                doc.path, "genre", f"标题写的是“{end[1]}”，体裁选的是“{genre}”", "D227", "改正其中写错的一个。"
            )


_NEWS = re.compile(
    r"(?:召开|举行|举办|开展|参加|出席)[^，的]{0,30}(?:会议?|大会|座谈会|推进会|部署会|仪式|主题党日|活动)$"
    r"|(?:赴|到|深入|莅临)[^，的]{1,30}(?:调研|考察|慰问|视察|督导|走访)[^，的]{0,12}$"
    r"|(?:圆满|成功|顺利|隆重)(?:召开|举行|举办|完成|落幕|闭幕|开幕|结束)$|喜获|掠影|风采展示"
)
_NO_NEWS = re.compile("关于|通知|通告|公告|方案|办法|规定|意见|计划|规划|制度|细则|清单|目录|指南|公示|函")


@rule("D228", "公文类栏目里像是新闻动态", Severity.WARNING)
def official_columns_hold_no_news(review: Review) -> Iterator[Finding]:
    """检查政策文件、制度、规划等栏目里没有新闻动态。

    为何：专栏姓专，只放法定内容，不混入新闻动态（国办公开办函〔2019〕61号）。按标题的写法判断，可能误判。
    错误：在“行政规范性文件”里发“我局召开年度工作会议”
    正确：动态放到门户网站的新闻栏目
    """
    for doc in review.of_kinds(*review.official_kinds):
        if not doc.doc_no and "关于" not in doc.title and _NEWS.search(doc.title) and not _NO_NEWS.search(doc.title):
            yield _found(
                doc,
                f"《{doc.title}》像是新闻动态，而栏目“{review.catalog.columns[doc.columns[0]].name}”只放公文",
                "D228",
                "移到门户网站的动态栏目；确是公文的，写明发文字号。",
            )


_INTERPRETATION = re.compile(
    r"^(?:【?(?:政策解读|图解|一图读懂|一图看懂)[】：:｜| ].+|一图(?:读懂|看懂).+|.*》(?:的)?(?:政策)?解读)$"
)


@rule("D229", "解读放在了公文类栏目", Severity.WARNING)
def interpretations_have_their_column(review: Review) -> Iterator[Finding]:
    """检查政策解读没有混在文件栏目里。

    为何：解读与文件分列、互相关联，检查时分别抽查（国办秘函〔2019〕19号，B）；混在一起，解读数和文件数都算不准。
    错误：在“行政规范性文件”里发《某某办法》解读
    正确：放到“政策解读”栏目，并写 解读: 文件的编号
    """
    for doc in review.of_kinds(*(kind for kind in review.official_kinds if kind != "system")):
        is_likely = "解" in doc.title or doc.title.startswith("一图")
        if is_likely and not doc.doc_no and _INTERPRETATION.search(doc.title):
            yield _found(
                doc, "标题是政策解读，却放在公文类栏目", "D229", "移到政策解读栏目，并写“解读”指明是哪份文件。"
            )


_UNFINISHED = re.compile(r"[（(](?:送审稿|讨论稿|初稿|修改稿|草稿|征求意见稿|审议稿|定稿|终稿|清样|代拟稿)[）)]")


@rule("D230", "标题标着过程稿", Severity.WARNING)
def published_documents_are_final(review: Review) -> Iterator[Finding]:
    """检查规章、规范性文件栏目里没有送审稿、讨论稿、征求意见稿。

    为何：讨论记录、过程稿属于过程性信息（条例第十六条）；正式文件栏目里出现过程稿，多半是传错了版本。
    错误：标题: 某某办法（送审稿）
    正确：发布正式印发的文本；征求意见的放到意见征集栏目
    """
    for doc in review.of_kinds("normative", "regulation", "policy"):
        if "稿" in doc.title:
            mark = _UNFINISHED.search(doc.title)
            if mark and not re.search("征求|征集|公开听取", doc.title.replace(mark[0], "")):
                yield _found(doc, f"标题标着“{mark[0]}”", "D230", "换成正式文本；征求意见的移到意见征集栏目。")


@rule("D231", "同一份文件发布了两次", Severity.WARNING)
def nothing_is_published_twice(review: Review) -> Iterator[Finding]:
    """检查没有两份稿件是同一份文件。

    为何：一份稿件可以写几个栏目（栏目: [甲, 乙]）；重复上传，以后改了一处忘了另一处，检索也出现两条。
    错误：标题、发文字号、成文日期相同的两份稿件
    正确：留一份，栏目写成清单
    """
    documents_of = Counter(doc.title for doc in review.catalog.documents.values() if not doc.version_of)
    seen: dict[tuple[object, ...], Document] = {}
    doubles: dict[str, list[Document]] = defaultdict(list)
    for doc in review.catalog.documents.values():
        if documents_of[doc.title] <= 1 or len(doc.title) < 8 or doc.version_of:
            continue  # of titles like 公告 it says nothing; another text of a rule is meant to be alike
        is_same = doc.doc_no or (doc.pub_date, doc.body.digest, doc.extra, doc.attachments)
        first = seen.setdefault((doc.title, doc.written_date, is_same), doc)
        if first is not doc:
            doubles[first.id].append(doc)
    for first_id, documents in doubles.items():
        first = review.catalog.documents[first_id]
        for doc in documents:
            yield Finding(
                doc.path,
                "title",
                f"与另一份稿件是同一份文件：《{doc.title}》",
                "D231",
                "留一份；要在几个栏目列出的，栏目写成清单，并把不要的地址写进“旧地址”。",
                ((first.path, "title", "另一份"),),
            )


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@rule("D232", "预决算的标题不全", Severity.INFO)
def budget_titles_name_unit_and_year(review: Review) -> Iterator[Finding]:
    """提醒预决算的标题写上单位全称和四位年度。

    为何：地方做法（天津市级部门预决算信息公开页面设计规范）：标题含单位全称和四位年度，监测程序据此识别；不是国家规定。
    错误：标题: 部门预算公开
    正确：标题: 某市科学技术局2025年部门预算
    """
    for doc in review.of_kinds("budget"):
        given = {entry.id: entry.value for entry in doc.extra}
        unit = given.get("budget_unit", "")
        missing = [f"单位全称“{unit}”"] if unit and unit not in doc.title else []
        missing += [] if _YEAR.search(doc.title) else ["四位年度"]
        if missing:
            yield _found(doc, f"标题里没有{'和'.join(missing)}", "D232", "地方做法，可以照写：单位全称＋年度＋事项。")


_YEAR_FIELDS: Mapping[str, tuple[str, str]] = {"annual": ("report_year", "报告年度"), "budget": ("budget_year", "年度")}


@rule("D233", "标题里的年度与所填的不一致", Severity.WARNING)
def title_year_is_the_year_given(review: Review) -> Iterator[Finding]:
    """检查年报、预决算标题里的年度与信息头里的一致。

    为何：按年度排列、查询都用信息头里的年度；照抄上年稿件时最容易只改一处。
    错误：标题: 2025年政府信息公开工作年度报告，报告年度: 2024
    正确：两处写同一年
    """
    for kind, (field, name) in _YEAR_FIELDS.items():
        for doc in review.of_kinds(kind):
            year = next((entry.value for entry in doc.extra if entry.id == field), "")
            if not year or year in doc.title:
                continue
            if years := _YEAR.findall(doc.title):
                message = f"标题写的是 {years[0]} 年，{name}填的是 {year}"
                yield Finding(doc.path, field, message, "D233", "改正其中写错的一个。")


@rule("D234", "书名号里又用书名号", Severity.INFO)
def inner_titles_use_single_marks(review: Review) -> Iterator[Finding]:
    """提醒书名号里的书名号用单书名号。

    为何：GB/T 15834—2011：书名号里还要用书名号时，外面用双书名号，里面用单书名号。
    错误：关于修改《关于印发《某某办法》的通知》的通知
    正确：关于修改《关于印发〈某某办法〉的通知》的通知
    """
    for doc in review.catalog.documents.values():
        if doc.title.count("《") > 1 and re.search("《[^》]*《", doc.title) and not _odd_mark(doc.title):
            yield _found(doc, "书名号里又用了双书名号", "D234", "里面的改用单书名号〈〉。")


RULES: tuple[RuleInfo, ...] = (
    title_ends_without_a_stop,
    title_has_no_number_of_its_own,
    title_has_no_stray_spaces,
    title_marks_are_paired,
    title_says_what_it_is,
    title_is_no_file_name,
    title_is_not_overlong,
    title_agrees_with_genre,
    official_columns_hold_no_news,
    interpretations_have_their_column,
    published_documents_are_final,
    nothing_is_published_twice,
    budget_titles_name_unit_and_year,
    title_year_is_the_year_given,
    inner_titles_use_single_marks,
)
