"""Rules about one document's own statements (family D)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter

from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.model import Document, Genre


@rule("D210", "发布日期早于成文日期", Severity.ERROR)
def published_after_written(review: Review) -> Iterator[Finding]:
    """检查发布日期不早于成文日期。

    为何：文件签发之前不可能公开；日期颠倒会被当作伪造发稿日期（国办秘函〔2019〕19号单项否决）。
    错误：成文日期 2024-03-05，发布日期 2024-03-01
    正确：发布日期写首次公开的日期，不早于成文日期
    """
    for doc in review.catalog.documents.values():
        if doc.written_date and doc.pub_date < doc.written_date:
            yield Finding(
                doc.path,
                "pub_date",
                f"发布日期 {doc.pub_date.isoformat()} 早于成文日期 {doc.written_date.isoformat()}",
                "D210",
                "改正其中写错的一个。",
            )


@rule("D211", "索引号重复", Severity.ERROR)
def index_numbers_are_unique(review: Review) -> Iterator[Finding]:
    """检查索引号没有被两份文件使用。

    为何：索引号一件一号、终身不变（政府信息公开目录系统实施指引）。
    错误：两份稿件都写 000000000/2024-00001
    正确：新编一个没有用过的号
    """
    users: dict[str, list[Document]] = defaultdict(list)
    for doc in review.catalog.documents.values():
        if doc.index_no:
            users[doc.index_no].append(doc)
    for number, documents in users.items():
        first, *later = sorted(documents, key=lambda doc: (doc.pub_date, doc.pub_time, doc.id))
        for doc in later:
            yield Finding(
                doc.path,
                "index_no",
                f"索引号“{number}”已用于《{first.title}》",
                "D211",
                "换一个没有用过的索引号。",
                ((first.path, "index_no", "先用这个索引号的稿件"),),
            )


@rule("D212", "索引号不合本站格式", Severity.WARNING)
def index_numbers_follow_the_pattern(review: Review) -> Iterator[Finding]:
    """检查索引号符合 site.yaml 里写的格式。

    为何：索引号的编法由各地规定，全站应当一致。
    错误：2024-1
    正确：000000000/2024-00001
    """
    pattern = review.catalog.config.index_no_pattern
    if not pattern:
        return
    for doc in review.catalog.documents.values():
        if doc.index_no and not re.fullmatch(pattern, doc.index_no):
            yield Finding(
                doc.path,
                "index_no",
                f"索引号“{doc.index_no}”不合本站的格式",
                "D212",
                f"照同栏目其他稿件的样子改；格式（正则表达式）是 {pattern}。",
            )


@rule("D213", "主题分类不在分类表里", Severity.WARNING)
def topics_are_known(review: Review) -> Iterator[Finding]:
    r"""检查主题分类取自国务院文件主题分类表。

    为何：读者按主题查找，写法不一就查不全。
    错误：科技\创新
    正确：科技、教育\科技
    """
    known_topics = dict(review.catalog.config.topics)
    for doc in review.catalog.documents.values():
        for i, topic in enumerate(doc.topics):
            first, _, second = topic.partition("\\")
            if first not in known_topics or (second and second not in known_topics[first]):
                inside = [f"{top}\\{first}" for top, subs in known_topics.items() if first in subs]
                known = "；".join(inside or known_topics.get(first, known_topics))
                yield Finding(doc.path, f"topic[{i}]", f"主题分类“{topic}”不在分类表里", "D213", f"可用：{known}。")


@rule("D214", "正文是空的", Severity.WARNING)
def body_is_not_empty(review: Review) -> Iterator[Finding]:
    """检查稿件有正文。

    为何：只有标题没有内容的页面，检查时按空白信息处理。
    错误：信息头之后什么也没有
    正确：写上正文；内容在附件里的，至少写明附件是什么
    """
    for doc in review.catalog.documents.values():
        if doc.body.is_blank and not doc.images and not doc.badge:
            yield Finding(doc.path, "body", "正文是空的", "D214", "写上正文；内容在附件里的，写明附件是什么。")


@rule("D215", "有效期至早于施行日期", Severity.ERROR)
def expires_after_it_takes_effect(review: Review) -> Iterator[Finding]:
    """检查有效期至不早于施行日期。

    为何：还没有施行就失效的文件不存在，多半是年份写错。
    错误：施行日期 2026-01-01，有效期至 2025-01-01
    正确：施行日期 2026-01-01，有效期至 2030-12-31
    """
    for doc in review.catalog.documents.values():
        if doc.effective_date and doc.expire_date and doc.expire_date < doc.effective_date:
            yield Finding(
                doc.path,
                "expire_date",
                f"有效期至 {doc.expire_date.isoformat()} 早于施行日期 {doc.effective_date.isoformat()}",
                "D215",
                "改正其中写错的一个。",
            )


# What a catalogue entry should say (条例第十二条, 目录核心元数据), and of which kinds of columns; () for all of them.
_ENTRIES: tuple[tuple[str, str, Callable[[Document], object], tuple[str, ...]], ...] = (
    ("index_no", "索引号", attrgetter("index_no"), ()),
    ("topic", "主题分类", attrgetter("topics"), ()),
    ("summary", "内容概述", attrgetter("summary"), ()),
    ("effective_date", "施行日期", attrgetter("effective_date"), ("normative", "regulation")),
)
BY_LAW: Mapping[str, str] = {"index_no": "索引号", "summary": "内容概述"}
"""The elements of the catalogue (条例第十二条) that a document can lack; P158 counts them by column."""

_ENOUGH_TO_COMPARE = 5
_ENOUGH_TO_COUNT = 20


def _empty_entries(review: Review) -> Iterator[tuple[str, str, int, list[Document]]]:
    """Of each entry that not all documents have: its id and name, how many should have it, and those without."""
    documents = [doc for doc in review.catalog.documents.values() if not doc.version_of]  # 目录 has no other texts
    for field, name, value, kinds in _ENTRIES:
        those = [doc for doc in review.of_kinds(*kinds) if not doc.version_of] if kinds else documents
        empty = [doc for doc, given in zip(those, map(value, those), strict=True) if not given]
        if empty:
            yield field, name, len(those), empty


def is_mostly_given(total: int, empty: int) -> bool:
    """Whether so few lack an entry that each is told of (D240)."""
    return total >= _ENOUGH_TO_COMPARE and empty * 3 <= total


@rule("D240", "信息项空着", Severity.WARNING)
def catalogue_entries_are_filled(review: Review) -> Iterator[Finding]:
    """检查索引号、主题分类、内容概述（规章、规范性文件还有施行日期）没有空着；本站同类稿件三分之二以上都写了才提示。

    为何：目录包括索引、名称、内容概述、生成日期（条例第十二条）；信息项空着是检查中反复点名的问题。
    错误：全站都写了内容概述，只有这一份没有
    正确：补上
    """
    missing: dict[str, list[str]] = defaultdict(list)
    for _, name, total, empty in _empty_entries(review):
        if is_mostly_given(total, len(empty)):
            for doc in empty:
                missing[doc.id].append(name)
    for doc_id, names in missing.items():
        doc = review.catalog.documents[doc_id]
        yield Finding(doc.path, "title", f"信息项空着：{'、'.join(names)}", "D240", "补上；本站同类稿件大多写了。")


@rule("D241", "信息项大面积空着", Severity.INFO)
def catalogue_entries_are_used(review: Review) -> Iterator[Finding]:
    """列出全站三分之一以上稿件都没有写的主题分类、施行日期，每项只说一次；索引号、内容概述由 P158 按栏目列出。

    为何：栏目、检索按主题分类，有效性按施行日期；从旧站导入的稿件往往缺这些，逐份提示没有用。
    错误：导入的 597 份稿件都没有主题分类
    正确：按年份、栏目分批补上；补到三分之二以后，剩下的由 D240 逐份提示
    """
    for field, name, total, empty in _empty_entries(review):
        if field not in BY_LAW and total >= _ENOUGH_TO_COUNT and len(empty) * 3 > total:
            newest = empty[0]
            yield Finding(
                newest.path,
                field,
                f"“{name}”：应当写的 {total} 份稿件里有 {len(empty)} 份空着，这是最新的一份",
                "D241",
                "分批补上，先补新发布的。",
            )


_NOT_A_WORD = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]")


@rule("D242", "内容概述只是重复标题", Severity.WARNING)
def summaries_say_more_than_the_title(review: Review) -> Iterator[Finding]:
    """检查内容概述不是标题、日期、机关名称的重复。

    为何：内容概述概括主要内容，不能只重复标题、日期和机构（政府信息公开目录系统实施指引）；目录、检索结果里显示的就是它。
    错误：内容概述: 关于印发某某办法的通知
    正确：内容概述: 规定了申报条件、资助标准和办理流程
    """
    for doc in review.catalog.documents.values():
        if not doc.summary or doc.summary[:4] not in doc.title + doc.issuers[0]:
            continue
        rest = _NOT_A_WORD.sub("", doc.summary)
        for known in (doc.title, *doc.issuers, doc.doc_no):
            rest = rest.replace(_NOT_A_WORD.sub("", known), "", 1) if known else rest
        if not re.sub(r"(?:19|20)\d\d年?|\d+[月日号]?|发布|印发|关于|的", "", rest):
            yield Finding(
                doc.path, "summary", "内容概述只是重复标题", "D242", "用一两句话写主要内容，一般 100 字以内。"
            )


_LONGEST_SUMMARY = 300


@rule("D243", "内容概述太长", Severity.INFO)
def summaries_are_short(review: Review) -> Iterator[Finding]:
    """提醒超过 300 字的内容概述。

    为何：一般 100 字以内，也有地方规定 300 字以内（目录核心元数据，各地不同，不是国家规定）；列表和检索结果里放不下。
    错误：把正文第一部分整段贴进来
    正确：用一两句话写主要内容
    """
    for doc in review.catalog.documents.values():
        if len(doc.summary) > _LONGEST_SUMMARY:
            yield Finding(doc.path, "summary", f"内容概述有 {len(doc.summary)} 个字", "D243", "压缩到 100 字左右。")


_SEPARATOR = re.compile(r"[,，;；、|/\\]|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@rule("D244", "关键词没有分开", Severity.WARNING)
def keywords_are_apart(review: Review) -> Iterator[Finding]:
    """检查几个关键词没有写成一个。

    为何：关键词逐个用于页面标签和检索，连在一起就等于没有（国办发〔2017〕47号，网页标签 Keywords）。
    错误：关键词: [科技计划 项目管理 验收]
    正确：关键词: [科技计划, 项目管理, 验收]
    """
    for doc in review.catalog.documents.values():
        for i, word in enumerate(doc.keywords):
            if _SEPARATOR.search(word):
                yield Finding(
                    doc.path,
                    f"keywords[{i}]",
                    f"“{word}”像是几个关键词",
                    "D244",
                    "一个一个写，用逗号分开，例如 关键词: [科技计划, 项目管理]。",
                )
                break


@rule("D245", "发文机关写了简称", Severity.WARNING)
def issuers_are_named_in_full(review: Review) -> Iterator[Finding]:
    """检查发文机关没有写成本机关的简称。

    为何：发文机关写规范全称（目录核心元数据；GB/T 9704—2012）；简称、全称混用，按机关筛选会分成两家。
    错误：发文机关: 市科技局
    正确：发文机关: 某市科学技术局
    """
    config = review.catalog.config
    short = config.agency_short
    if not short or short == config.agency:
        return
    for doc in review.catalog.documents.values():
        if short in doc.issuers:
            number = doc.issuers.index(short)
            yield Finding(
                doc.path, f"issuer[{number}]", f"发文机关写的是简称“{short}”", "D245", f"写全称“{config.agency}”。"
            )


_JOINED = re.compile("[、，,；;]")


@rule("D246", "几个发文机关写在了一起", Severity.WARNING)
def joint_issuers_are_a_list(review: Review) -> Iterator[Finding]:
    """检查联合发文的机关写成清单。

    为何：联合发文列全、牵头机关在前，由牵头机关负责公开（条例第十条）；写成一串，按机关就查不到。
    错误：发文机关: 某市科技局、某市财政局
    正确：发文机关: [某市科学技术局, 某市财政局]
    """
    documents = review.catalog.documents.values()
    joined = {issuer for issuers in {doc.issuers for doc in documents} for issuer in issuers if _JOINED.search(issuer)}
    for doc in documents if joined else ():
        for i, issuer in enumerate(doc.issuers):
            if issuer in joined:
                parts = ", ".join(part.strip() for part in _JOINED.split(issuer) if part.strip())
                yield Finding(
                    doc.path, f"issuer[{i}]", f"“{issuer}”像是几个机关", "D246", f"写成清单：[{parts}]，牵头的在前。"
                )


_NATIONAL_LENGTH = 20
_NATIONAL_INDEX = re.compile(r"[0-9A-Z]{9}/(\d{4})-\d{5}")


@rule("D247", "索引号的年份不对", Severity.WARNING)
def index_numbers_are_of_their_year(review: Review) -> Iterator[Finding]:
    """检查“机构代码/年份-流水号”式的索引号，年份是成文或发布的那一年。

    为何：索引号后段为四位年份加五位流水号（政府信息公开目录系统实施指引）；照抄别的稿件，年份最容易忘了改。
    错误：2024年的文件，索引号 000000000/2021-00001
    正确：000000000/2024-00001
    """
    for doc in review.catalog.documents.values():
        number = doc.index_no
        if (
            len(number) == _NATIONAL_LENGTH
            and number[10:14] != str(doc.pub_date.year)
            and (match := _NATIONAL_INDEX.fullmatch(number))
        ):
            years = {doc.pub_date.year, (doc.written_date or doc.pub_date).year}
            if int(match[1]) not in years:
                yield Finding(
                    doc.path,
                    "index_no",
                    f"索引号“{number}”是 {match[1]} 年的，本件是 {'、'.join(map(str, sorted(years)))} 年的",
                    "D247",
                    "还没有公开过的，改正年份；已经用过的号终身不变，在“豁免”里写明。",
                )


_FILE_NAME = re.compile(
    r".*\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|txt|csv|zip|rar|7z|jpe?g|png)"
    r"|(?:附件|附表|附)?[0-9０-９一二三四五六七八九十（）() ._-]*"
    r"|(?:新建|微信图片|IMG|DSC|扫描|QQ截图|未命名|副本).*",
    re.IGNORECASE,
)


@rule("D249", "附件的标题不是名称", Severity.WARNING)
def attachments_have_names(review: Review) -> Iterator[Finding]:
    """检查附件的标题不是文件名、也不只是“附件1”。

    为何：附件说明写附件的顺序号和名称（GB/T 9704—2012）；页面上自有格式和大小，读者要看的是名称。
    错误：title: 附件1.docx
    正确：title: 某市科技计划项目申报书
    """
    for doc in review.catalog.documents.values():
        for i, attachment in enumerate(doc.attachments):
            if _FILE_NAME.fullmatch(attachment.title):
                yield Finding(
                    doc.path,
                    f"attachments[{i}]",
                    f"附件的标题“{attachment.title}”不是名称",
                    "D249",
                    "写附件的名称，不带扩展名。",
                )


@rule("D250", "两个附件标题相同", Severity.WARNING)
def attachment_names_differ(review: Review) -> Iterator[Finding]:
    """检查同一稿件的附件标题各不相同。

    为何：标题相同，读者不知道该下载哪一个；多半是复制后忘了改，或者同一文件传了两次。
    错误：两个附件都叫“申报书”
    正确：“申报书（企业）”“申报书（个人）”
    """
    for doc in review.catalog.documents.values():
        if len(doc.attachments) > 1:
            titles = [attachment.title for attachment in doc.attachments]
            for i, title in enumerate(titles):
                if title in titles[:i]:
                    yield Finding(
                        doc.path, f"attachments[{i}]", f"有两个附件都叫“{title}”", "D250", "写出区别，或删去重复的。"
                    )


@rule("D251", "规章没有题注", Severity.WARNING)
def regulations_have_a_caption(review: Review) -> Iterator[Finding]:
    """检查规章写了题注，或写了历次修改（由它生成题注）。

    为何：规章集中公开只列标题、题注和正文，题注包括公布、修订、施行的时间和文号（国办公开办函〔2021〕33号）。
    错误：规章只有标题和正文
    正确：题注: （2019年12月12日某市人民政府令第2号公布　自2020年1月12日起施行）
    """
    for doc in review.of_kinds("regulation"):
        if not doc.caption and not doc.revisions:
            yield Finding(doc.path, "title", "规章没有题注", "D251", "写“题注”，或写“历次修改”由本产品生成题注。")


_DAY = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")
_CAPTION_PARTS: Mapping[str, re.Pattern[str]] = {
    "公布的日期": re.compile(_DAY.pattern + r"[^　]*?(?:公布|发布|颁布|批准|通过|修订|修正)"),
    "公布的文号": re.compile(r"令|第\s*[\d〇零一二三四五六七八九十百]+\s*号|〔\d{4}〕\d+号|公告"),
    "施行的日期": re.compile("施行|生效"),
}


@rule("D252", "题注不全", Severity.WARNING)
def captions_are_complete(review: Review) -> Iterator[Finding]:
    """检查规章的题注写了公布的日期和文号、施行的日期，并用圆括号括起；修改过的不要求再写施行日期。

    为何：题注含公布时间及文号、修订时间及文号、施行时间，整体用圆括号（国办公开办函〔2021〕33号）。
    错误：题注: 2019年公布
    正确：题注: （2019年12月12日某市人民政府令第2号公布　自2020年1月12日起施行）
    """
    for doc in review.of_kinds("regulation"):
        caption = doc.caption
        if not caption:
            continue
        is_revised = "修订" in caption or "修正" in caption or "修改" in caption or doc.effective_date is not None
        missing = [
            name
            for name, pattern in _CAPTION_PARTS.items()
            if not pattern.search(caption) and not (name == "施行的日期" and is_revised)
        ]
        if not (caption[0] in "（(" and caption[-1] in "）)"):
            missing.append("圆括号")
        if missing:
            yield Finding(
                doc.path,
                "caption",
                f"题注里没有{'、'.join(missing)}",
                "D252",
                "照这样写全：（2019年12月12日某市人民政府令第2号公布　自2020年1月12日起施行）。",
            )


@rule("D255", "公开了请示", Severity.INFO)
def requests_are_looked_at_twice(review: Review) -> Iterator[Finding]:
    """列出公开的请示，看是不是应当公开。

    为何：请示属于过程性信息，可以不予公开（条例第十六条）；公开并不违法，但多半是把请示和批复传反了。
    错误：把“关于某某的请示”作为政策文件发布
    正确：公开批复或者正式文件；确要公开的不必改
    """
    request = Genre.REQUEST
    for doc in review.catalog.documents.values():
        if doc.genre is request or doc.title.endswith("的请示"):
            yield Finding(doc.path, "title", "这是一份请示", "D255", "看是不是传错了；确要公开的不必改。")


@rule("D256", "发文字号重复", Severity.WARNING)
def numbers_are_of_one_document(review: Review) -> Iterator[Finding]:
    """检查两份标题不同的文件没有用同一发文字号。

    为何：发文字号一文一号（GB/T 9704—2012）；只凭文号的查找、引用会分不清指哪一份，多半有一份写错。
    错误：两份不同的通知都写 某科发〔2024〕1号
    正确：对照原件改正；印发通知和所印发的办法合成一份稿件
    """
    seen: dict[str, Document] = {}
    for doc in review.catalog.documents.values():
        if not doc.doc_no or "〔" not in doc.doc_no or doc.version_of:
            continue  # of what orders publish several versions may stand side by side
        first = seen.setdefault(doc.doc_no, doc)
        if first.title != doc.title:
            yield Finding(
                doc.path,
                "doc_no",
                f"发文字号“{doc.doc_no}”也用在《{first.title}》上",
                "D256",
                "对照原件，改正写错的一个；本是一份文件的，合成一份稿件。",
                ((first.path, "doc_no", "另一份"),),
            )


RULES: tuple[RuleInfo, ...] = (
    published_after_written,
    index_numbers_are_unique,
    index_numbers_follow_the_pattern,
    topics_are_known,
    body_is_not_empty,
    expires_after_it_takes_effect,
    catalogue_entries_are_filled,
    catalogue_entries_are_used,
    summaries_say_more_than_the_title,
    summaries_are_short,
    keywords_are_apart,
    issuers_are_named_in_full,
    joint_issuers_are_a_list,
    index_numbers_are_of_their_year,
    attachments_have_names,
    attachment_names_differ,
    regulations_have_a_caption,
    captions_are_complete,
    requests_are_looked_at_twice,
    numbers_are_of_one_document,
)
