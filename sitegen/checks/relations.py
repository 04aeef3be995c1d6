"""Rules about what documents do to each other (family R): interpretations, repeals, amendments, citations.

Exports `RULES`, `RETIRED`, `field_of`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from sitegen.catalog import Catalog
from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import Problem, parse_doc_no
from sitegen.model import DocId, Document, Relation, RelationKind, Validity
from sitegen.validity import first_day

_OVER = (Validity.EXPIRED, Validity.REPEALED)
_YEAR = timedelta(days=365)


def field_of(doc: Document, relation: Relation) -> str:
    """Where the author wrote the relation, as far as that is known."""
    written = [claim for claim in doc.claims if claim.kind is relation.kind]
    by_id = [n for n, claim in enumerate(written) if claim.target == relation.target]
    alike = [n for n in by_id or range(len(written)) if written[n].articles == relation.articles]
    return f"{relation.kind.name.lower()}[{(alike or by_id or [0])[0]}]"


def _is_interpreted(review: Review, doc_id: DocId) -> bool:
    """Whether somebody interprets the document, or one of its texts."""
    catalog = review.catalog
    ids = {doc_id, *(text.source for text in catalog.rules.get(doc_id, ()))}
    return any(r.kind is RelationKind.INTERPRETS for name in ids for r in catalog.incoming.get(name, ()))


@rule("R110", "解读早于文件发布", Severity.WARNING)
def interpretations_do_not_come_first(review: Review) -> Iterator[Finding]:
    """检查解读的发布日期不早于被解读的文件。

    为何：文件与解读同步发布（各地规定，A-local）；解读先出来，等于文件还没有公开就透露了内容，也可能是日期写错。
    错误：文件 2024-05-24 发布，解读 2024-05-20 发布
    正确：与文件同日或者稍后发布
    """
    documents = review.catalog.documents
    for doc_id, relations in review.catalog.outgoing.items():
        for relation in relations:
            if relation.kind is RelationKind.INTERPRETS:
                doc, target = documents[doc_id], documents[relation.target]
                if doc.pub_date < target.pub_date:
                    yield Finding(
                        doc.path,
                        "pub_date",
                        f"解读 {doc.pub_date.isoformat()} 发布，《{target.title}》{target.pub_date.isoformat()} 才发布",
                        "R110",
                        "改正其中写错的日期；解读与文件同步发布。",
                        ((target.path, "pub_date", "被解读的文件"),),
                    )


@rule("R111", "规章、规范性文件没有解读", Severity.INFO)
def new_rules_are_interpreted(review: Review) -> Iterator[Finding]:
    """列出最近一年发布、现行有效而没有解读的规章和规范性文件；从来不发解读的站点不提示。

    为何：政策解读抽查文件有没有解读、是否互相关联（国办秘函〔2019〕19号扣分指标，B）；是否每件都要解读，各地规定不同。
    错误：发布一年内的规范性文件，没有一份稿件写“解读”指向它
    正确：在解读稿里写 解读: 文件的编号；不需要解读的不必管
    """
    catalog = review.catalog
    if not any(r.kind is RelationKind.INTERPRETS for relations in catalog.outgoing.values() for r in relations):
        return
    for doc in review.of_kinds("normative", "regulation"):
        if catalog.as_of - doc.pub_date > _YEAR or doc.badge or doc.version_of or _is_interpreted(review, doc.id):
            continue
        state = catalog.validity.get(doc.id)
        is_own = doc.issuers[0].startswith(catalog.config.agency)
        if is_own and (state is None or state.state not in _OVER):
            yield Finding(
                doc.path,
                "title",
                f"《{doc.title}》没有解读",
                "R111",
                "发布解读并写“解读”指明这份文件；不需要的不必管。",
            )


@rule("R124", "解读的文件本站没有", Severity.INFO)
def interpreted_documents_are_there(review: Review) -> Iterator[Finding]:
    """列出只写了文号、本站却没有那份文件的解读；正文里有站外链接的不提示。

    为何：解读与文件要互相关联（国办秘函〔2019〕19号，B）；读者看到解读，要能找到所解读的文件。
    错误：解读: 某政发〔2024〕3号，本站没有这份文件，正文里也没有链接
    正确：补录这份文件；是上级文件的，可以转载，或在正文里链接到公布它的网站
    """
    catalog = review.catalog
    for doc_id, claims in catalog.unknown_claims.items():
        doc = catalog.documents[doc_id]
        named = [claim for claim in doc.claims if claim.kind is RelationKind.INTERPRETS]
        if not named or any(claim not in claims for claim in named):
            continue
        if any(link.is_external for link in catalog.links.get(doc_id, ())):
            continue
        yield Finding(
            doc.path,
            "interprets",
            f"解读的“{'、'.join(claim.target for claim in named)}”本站没有，读者看不到原文",
            "R124",
            "补录这份文件；是上级文件的，转载，或在正文里链接到公布它的网站。",
        )


_Ended = Mapping[str, tuple[Document, Validity, date]]  # by address: the document, how it ended, and since when


def _ended(catalog: Catalog) -> _Ended:
    found = {}
    for doc_id, state in catalog.validity.items():
        if state.state in _OVER and state.since:
            doc = catalog.documents[doc_id]
            found[doc.url] = doc, state.state, state.since
    return found


def _cited(doc: Document, catalog: Catalog, ended: _Ended) -> Iterator[tuple[int, str, Document, Validity, date]]:
    """The ended documents that `doc` links to or cites: where first, in which words, how each ended and since when.

    Not those that it repeals, amends or interprets, or that do so to it, nor another text of the same rule.
    """
    links = catalog.links.get(doc.id, ())
    if not any(link.url in ended for link in links):
        return
    related = {relation.target for relation in catalog.outgoing.get(doc.id, ())}
    related |= {relation.source for relation in catalog.incoming.get(doc.id, ())}
    places: dict[str, list[int]] = defaultdict(list)
    for number, link in enumerate(links):
        if link.url in ended:
            places[link.url].append(number)
    for url, numbers in places.items():
        target, state, since = ended[url]
        if target.id in related or (target.version_of or target.id) == (doc.version_of or doc.id):
            continue
        yield numbers[0], f"《{target.title}》{_articles(doc, numbers)}", target, state, since


def _articles(doc: Document, numbers: Iterable[int]) -> str:
    """The 条 that are cited there: 第三条, or several in brackets; "" where none is named."""
    found: dict[str, None] = {}
    for number in numbers:
        reference = doc.body.references[number]
        place = reference.target.rpartition("\t")[2] if reference.is_citation else ""
        if place:
            found[place] = None
    return f"（{'、'.join(found)}）" if len(found) > 1 else "".join(found)


def _ends_it(doc: Document, target: Document, since: date) -> bool:
    """Whether `doc` speaks of the other as of what it takes the place of: 《旧办法》同时废止."""
    names = doc.stated.repeals
    return since == first_day(doc) or target.title in names or bool(target.doc_no and target.doc_no in names)


@rule("R112", "引用了已经废止的文件", Severity.WARNING)
def repealed_documents_are_not_cited(review: Review) -> Iterator[Finding]:
    """检查正文的链接和引用没有指向发布之前就已废止、失效的文件；废止、修改、解读它的，以及写明它同时废止的除外。

    为何：废止、失效的文件不再是依据（国办公开办函〔2019〕61号：废止失效及时更新）；照抄旧稿最容易带上它。
    错误：2024年的通知写“根据《某办法》第三条”，那份办法2023年已经废止
    正确：改为现行的文件
    """
    catalog = review.catalog
    ended = _ended(catalog)
    if not ended:
        return
    for doc_id in catalog.links:
        doc = catalog.documents[doc_id]
        for number, name, target, state, since in _cited(doc, catalog, ended):
            if doc.pub_date > since and not _ends_it(doc, target, since):
                yield Finding(
                    doc.path,
                    f"references[{number}]",
                    f"引用的{name}已于 {since.isoformat()} {state}，早于本件发布（{doc.pub_date.isoformat()}）",
                    "R112",
                    "改为现行的文件；确是叙述历史的，在“豁免”里写明。",
                )


@rule("R113", "现行文件的依据已经废止", Severity.INFO)
def basis_is_still_in_force(review: Review) -> Iterator[Finding]:
    """列出现行有效的规章、规范性文件，它链接、引用的文件后来废止或失效了；几个文本的只看现行的一个。

    为何：清理规章、规范性文件时，依据已经废止的要一并认定（国办公开办函〔2019〕61号，有效性的口径各地不同）。
    错误：现行的实施细则，依据的办法去年废止了
    正确：重新认定；仍然有效的不必改
    """
    catalog = review.catalog
    ended = _ended(catalog)
    if not ended:
        return
    for doc in review.of_kinds("normative", "regulation"):
        state = catalog.validity.get(doc.version_of or doc.id)
        if (state is not None and state.state in _OVER) or not review.is_current(doc):
            continue
        for number, name, target, end, since in _cited(doc, catalog, ended):
            if doc.pub_date <= since and not _ends_it(doc, target, since):
                yield Finding(
                    doc.path,
                    f"references[{number}]",
                    f"引用的{name}已于 {since.isoformat()} {end}",
                    "R113",
                    "看这份文件是否也要修改、废止；仍然有效的不必改。",
                )


@rule("R114", "看不出因何废止", Severity.INFO)
def ends_have_a_cause(review: Review) -> Iterator[Finding]:
    """列出只写了“废止”、却没有写日期，也没有哪份文件废止它的文件。

    为何：有效性标注要让读者查得到从何时起、因何废止（国办公开办函〔2019〕61号；废止依据，B）。
    错误：有效性: 废止，别的什么也没有
    正确：写 废止日期；或在废止它的文件里写 废止: 本件编号
    """
    for doc in review.catalog.documents.values():
        if doc.declared_validity is not None and doc.declared_validity in _OVER:
            state = review.catalog.validity.get(doc.id)
            if state is not None and state.since is None:
                yield Finding(
                    doc.path,
                    "validity",
                    f"有效性写的是“{doc.declared_validity}”，没有日期，也没有写明因何{doc.declared_validity}",
                    "R114",
                    "写“废止日期”或“有效期至”；有废止它的文件的，在那份文件里写“废止”。",
                )


_ACTS = (RelationKind.REPEALS, RelationKind.AMENDS)
_AFTER = (*_ACTS, RelationKind.FORWARDS)


def _earlier_days(doc: Document, catalog: Catalog) -> Iterator[date]:
    """The days on which the document, as it is now, was revised, and those of its other texts."""
    yield from (revision.day for revision in doc.revisions)
    for text in catalog.rules.get(doc.version_of or doc.id, ()):
        yield catalog.documents[text.source].written_date or text.day


def _is_reversed(doc: Document, target: Document, catalog: Catalog) -> bool:
    """Whether `doc` was written before the other, even before the first text of it."""
    if not (doc.written_date and target.written_date and doc.written_date < target.written_date):
        return False
    return _begins_after(target, doc.written_date, catalog)


def _begins_after(doc: Document, day: date, catalog: Catalog) -> bool:
    """Whether nothing of the document was written by that day; it may be the text of a later revision."""
    return bool(doc.written_date and day < doc.written_date) and not any(
        earlier <= day for earlier in _earlier_days(doc, catalog)
    )


@rule("R115", "关系的先后颠倒", Severity.WARNING)
def the_later_acts_on_the_earlier(review: Review) -> Iterator[Finding]:
    """检查废止、修改、转发别的文件的，成文日期不早于那份文件；另写了废止、修改从哪一天起的，那一天不早于本件成文。

    为何：先有的文件不能废止、修改、转发后有的文件，也不能在成文之前就起作用；多半是写在了被废止的一边，或者编号、年份写错。
    错误：2019年的旧办法写 废止: 2024年的新办法；或者2026年的决定写 废止: {doc: 旧办法, date: 2020-01-01}
    正确：在2024年的新办法里写 废止: 2019年的旧办法，date 不写，或者写这份文件起作用的那一天
    """
    catalog, documents = review.catalog, review.catalog.documents
    for doc_id, relations in catalog.outgoing.items():
        for relation in relations:
            if relation.kind not in _AFTER:
                continue
            doc, target = documents[doc_id], documents[relation.target]
            if _is_reversed(doc, target, catalog):
                assert doc.written_date
                assert target.written_date
                yield Finding(
                    doc.path,
                    field_of(doc, relation),
                    f"{doc.written_date.isoformat()} 的文件“{relation.kind}”了"
                    f" {target.written_date.isoformat()} 的《{target.title}》",
                    "R115",
                    "关系写在后出的文件里；日期写错的改正日期。",
                    ((target.path, "written_date", "那份文件的成文日期"),),
                )
                continue
            day = relation.effective_date
            if relation.kind not in _ACTS or day == first_day(doc) or not _begins_after(doc, day, catalog):
                continue
            if not _begins_after(target, day, catalog):  # of that R135 tells
                assert doc.written_date
                yield Finding(
                    doc.path,
                    field_of(doc, relation),
                    f"自 {day.isoformat()} 起{relation.kind}《{target.title}》，"
                    f"本件 {doc.written_date.isoformat()} 才成文",
                    "R115",
                    "改正日期；自本件施行起的，不写 date；文件里确实这样写的，在“豁免”里写明。",
                )


@rule("R135", "废止、修改起效时还没有那份文件", Severity.ERROR)
def nothing_is_acted_on_before_it_exists(review: Review) -> Iterator[Finding]:
    """检查废止、修改起效的那一天，被废止、修改的文件已经成文；本件成文更早的，由 R115 说。

    为何：还没有的文件不能废止、修改；照这个日期计算，那份文件从来没有生效过，页面上的有效性就错了。
    错误：2021年的办法，被 {doc: 那份办法, date: 2020-01-01} 废止
    正确：date 写废止起效的那一天，或者不写，即本件施行的那一天；编号写错的改正编号
    """
    catalog, documents = review.catalog, review.catalog.documents
    for doc_id, relations in catalog.outgoing.items():
        for relation in relations:
            day = relation.effective_date
            if relation.kind not in _ACTS or not _begins_after(target := documents[relation.target], day, catalog):
                continue
            doc = documents[doc_id]
            if not _is_reversed(doc, target, catalog):
                assert target.written_date
                yield Finding(
                    doc.path,
                    field_of(doc, relation),
                    f"自 {day.isoformat()} 起{relation.kind}《{target.title}》，"
                    f"那份文件 {target.written_date.isoformat()} 才成文",
                    "R135",
                    "改正日期；自本件施行起的，不写 date；指错了文件的，改正编号。",
                    ((target.path, "written_date", "那份文件的成文日期"),),
                )


@rule("R116", "同一关系写了两次", Severity.WARNING)
def relations_are_written_once(review: Review) -> Iterator[Finding]:
    """检查同一份文件没有用编号和文号各写一次。

    为何：页面上会列出两遍，读者以为是两份文件。
    错误：废止: [kjgf-2019-02, 某科规〔2019〕2号]（是同一份）
    正确：只写一个，用稿件编号
    """
    for doc_id, relations in review.catalog.outgoing.items():
        if len(relations) < 2:
            continue
        counts: dict[tuple[RelationKind, DocId, tuple[str, ...]], int] = defaultdict(int)
        for relation in relations:
            counts[relation.kind, relation.target, relation.articles] += 1
        for (kind, target_id, _), count in counts.items():
            if count > 1:
                doc, target = review.catalog.documents[doc_id], review.catalog.documents[target_id]
                yield Finding(
                    doc.path,
                    kind.name.lower(),
                    f"“{kind}”里把《{target.title}》写了 {count} 次",
                    "R116",
                    "只留一个，写稿件编号。",
                )


@rule("R117", "修改了已经废止的文件", Severity.WARNING)
def ended_documents_are_not_amended(review: Review) -> Iterator[Finding]:
    """检查修改、部分废止的文件，在那一天还没有废止或失效。

    为何：废止、失效的文件没有可修改的；多半是编号写错，或者有效期写错。
    错误：2024年的决定修改2022年已经失效的办法
    正确：指向现行的那一份；有效期写错的改正有效期
    """
    catalog = review.catalog
    for doc_id, relations in catalog.outgoing.items():
        for relation in relations:
            if relation.kind is not RelationKind.AMENDS and not (
                relation.kind is RelationKind.REPEALS and relation.articles
            ):
                continue
            state = catalog.validity.get(relation.target)
            if state and state.since and state.state in _OVER and state.since < relation.effective_date:
                doc, target = catalog.documents[doc_id], catalog.documents[relation.target]
                yield Finding(
                    doc.path,
                    field_of(doc, relation),
                    f"《{target.title}》已于 {state.since.isoformat()} {state.state}，"
                    f"本件却在 {relation.effective_date.isoformat()} 修改它",
                    "R117",
                    "指向现行的那一份，或改正日期。",
                    ((target.path, "title", "被修改的文件"),),
                )


@rule("R118", "本机关的旧文件没有补录", Severity.INFO)
def own_old_documents_are_there(review: Review) -> Iterator[Finding]:
    """列出按文号看是本机关的、被废止或修改、而本站没有的文件。

    为何：读者要能从新文件查到它所废止、修改的旧文件（国办公开办函〔2019〕61号：废止失效及时更新）；本机关的应当补录。
    错误：废止: 某科规〔2016〕8号，本站没有这份文件
    正确：补录旧文件，放在“废止和失效规范性文件”
    """
    catalog = review.catalog
    if not catalog.unknown_claims:
        return
    agencies = {
        number.agency
        for doc in catalog.documents.values()
        if doc.doc_no and doc.issuers[0].startswith(catalog.config.agency)
        if not isinstance(number := parse_doc_no(doc.doc_no), Problem)
    }
    for doc_id, claims in catalog.unknown_claims.items():
        doc = catalog.documents[doc_id]
        counts: dict[RelationKind, int] = defaultdict(int)
        places = {}
        for claim in doc.claims:
            places[claim] = f"{claim.kind.name.lower()}[{counts[claim.kind]}]"
            counts[claim.kind] += 1
        for claim in claims:
            if claim.kind not in _ACTS:
                continue
            number = parse_doc_no(claim.target)
            if not isinstance(number, Problem) and number.agency in agencies:
                yield Finding(
                    doc.path,
                    places[claim],
                    f"“{claim.target}”是本机关的文件，本站没有",
                    "R118",
                    "补录这份文件，放在废止和失效的栏目；关系会自动连上。",
                )


# 关于延长《某办法》有效期的通知: the words stay as they are.
_PROLONGS = re.compile("有效期|延期|续期|延长")


@rule("R119", "修改后正文没有更新", Severity.WARNING)
def amended_documents_show_the_new_text(review: Review) -> Iterator[Finding]:
    """检查被修改的规章、规范性文件，正文已经换成修改后的文本：“历次修改”里列有这次修改，或者另有一个文本。

    为何：规章要公开现行文本，修改情况写进题注（国办公开办函〔2021〕33号，A）；规范性文件的汇编、下载也用这个正文（替换文本的做法，B）。
    错误：修改决定已经施行，页面、制度文件汇编和 Word、PDF 仍是旧文本
    正确：运行 revise 写修改后的文本；或者换正文，历次修改 加一条 {date, doc_no, kind: 修改}；只延长有效期的不提示
    """
    catalog = review.catalog
    for doc in review.of_kinds("regulation", "normative"):
        state = catalog.validity.get(doc.id)
        if state is None or state.state is not Validity.AMENDED or not state.cause or doc.version_of:
            continue
        cause = catalog.documents.get(
            state.cause
        )  # none for an earlier text, which the next one has taken the place of
        if cause is None or _PROLONGS.search(cause.title):
            continue
        day = f" --effective {state.since.isoformat()}" if state.since else ""
        yield Finding(
            catalog.documents[review.text_in_force(doc.id, catalog.as_of)].path,
            "revisions",
            f"已被《{cause.title}》修改，正文还是修改前的",
            "R119",
            f"运行 python build.py revise {doc.id}{day}，改出修改后的文本；不留原文本的，直接换正文，"
            "并在“历次修改”里写上这次修改的日期和文号。",
            ((cause.path, "title", "修改它的文件"),),
        )


@rule("R120", "同名文件都标为现行有效", Severity.WARNING)
def one_version_is_in_force(review: Review) -> Iterator[Finding]:
    """检查规章、规范性文件没有两份同名的都是现行有效。

    为何：修订后重新公布的，旧的一份应当废止（国办公开办函〔2019〕61号：有效性标注、废止失效及时更新）；两份并存，读者不知道依哪份。
    错误：2019年、2024年的《某某办法》都是现行有效
    正确：在新的一份里写 废止: 旧的编号
    """
    catalog = review.catalog
    versions: dict[tuple[str, tuple[str, ...]], list[Document]] = defaultdict(list)
    for doc in review.of_kinds("normative", "regulation", "system"):
        if not doc.version_of:
            versions[doc.title, doc.issuers].append(doc)
    for same in versions.values():
        if len(same) == 1 or len(same[0].title) < 8:
            continue
        documents = [doc for doc in same if catalog.validity_word(doc.id) == Validity.EFFECTIVE.value]
        days = {doc.written_date or doc.pub_date for doc in documents}
        if len(days) < 2:
            continue
        newest, *older = sorted(documents, key=lambda doc: (doc.written_date or doc.pub_date, doc.id), reverse=True)
        for doc in older:
            yield Finding(
                doc.path,
                "title",
                f"还有一份《{doc.title}》，成文于 {(newest.written_date or newest.pub_date).isoformat()}，"
                "两份都是现行有效",
                "R120",
                "在新的一份里写“废止”指向这一份；同一份文件修改前的文本，在这一份里写“文本所属”；"
                "各有效力的，在“豁免”里写明。",
                ((newest.path, "title", "后一份"),),
            )


@rule("R122", "现行文件放在了废止栏目", Severity.WARNING)
def archives_hold_only_what_has_ended(review: Review) -> Iterator[Finding]:
    """检查“废止和失效”栏目里没有现行有效的文件。

    为何：放在废止栏目、页面却写现行有效，读者无所适从（国办公开办函〔2019〕61号：有效性标注）。
    错误：在“废止和失效规范性文件”里，没有写废止日期，也没有文件废止它
    正确：写 废止日期，或在废止它的文件里写 废止；仍然有效的移回原栏目
    """
    catalog = review.catalog
    for column in catalog.columns.values():
        if column.children or column.gathers or not ("废止" in column.name or "失效" in column.name):
            continue
        for doc_id in catalog.by_column[column.id]:
            doc = catalog.documents[doc_id]
            word = catalog.validity_word(doc_id)
            if word in (Validity.EFFECTIVE.value, Validity.PENDING.value):
                yield Finding(
                    doc.path,
                    "column",
                    f"在“{column.name}”里，有效性却是“{word}”",
                    "R122",
                    "写“废止日期”，或在废止它的文件里写“废止”；仍然有效的移回原栏目。",
                )


@rule("R123", "解读就是原文", Severity.WARNING)
def interpretations_are_not_the_document(review: Review) -> Iterator[Finding]:
    """检查解读的正文不是被解读文件的全文。

    为何：解读不能摘抄、压缩原文（各地规定，A-local）；与原文一字不差的，多半是传错了稿件。
    错误：解读稿的正文与文件完全相同
    正确：写背景依据、主要内容、适用范围、新旧差异
    """
    documents = review.catalog.documents
    for doc_id, relations in review.catalog.outgoing.items():
        for relation in relations:
            if relation.kind is RelationKind.INTERPRETS:
                doc, target = documents[doc_id], documents[relation.target]
                if doc.body.digest == target.body.digest and not doc.body.is_blank:
                    yield Finding(
                        doc.path,
                        "body",
                        f"解读的正文与《{target.title}》的正文完全相同",
                        "R123",
                        "换成解读稿。",
                        ((target.path, "body", "被解读的文件"),),
                    )


RULES: tuple[RuleInfo, ...] = (
    interpretations_do_not_come_first,
    new_rules_are_interpreted,
    interpreted_documents_are_there,
    repealed_documents_are_not_cited,
    basis_is_still_in_force,
    ends_have_a_cause,
    the_later_acts_on_the_earlier,
    nothing_is_acted_on_before_it_exists,
    relations_are_written_once,
    ended_documents_are_not_amended,
    own_old_documents_are_there,
    amended_documents_show_the_new_text,
    one_version_is_in_force,
    archives_hold_only_what_has_ended,
    interpretations_are_not_the_document,
)

RETIRED: tuple[CodeInfo, ...] = (
    CodeInfo(
        "R121",
        "废止、失效的文件还在现行栏目（不再使用）",
        Severity.INFO,
        "以前提醒把废止、失效的文件移到“废止和失效”栏目；现在列表按有效性自动分开，不必移动，也就不再提示。",
        "（不再提示）",
        "删去稿件里对它的豁免",
    ),
)
