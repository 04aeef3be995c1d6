"""Rules about the life of documents (family R): what a text says of itself, its other texts, acts without effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from sitegen.catalog import Catalog
from sitegen.checks.relations import field_of
from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.gongwen import article_number, from_chinese_numeral, normalize_doc_no, to_chinese_numeral
from sitegen.model import DocId, Document, Relation, RelationKind, UpdateKind, Validity
from sitegen.validity import Life, Turn, amends, beginning, first_day

_ONE_DAY = timedelta(days=1)


# ---------------------------------------------------------------- what the text says


@rule("R125", "正文写的施行、有效期与信息头不一致", Severity.WARNING)
def dates_are_those_of_the_text(review: Review) -> Iterator[Finding]:
    """检查施行日期、有效期至与正文自己写的一致；修改过的、有几个文本的只看有效期，被别的文件修改过的不看。

    为何：有效性按信息头的日期计算（国办公开办函〔2019〕61号：有效性标注）；与正文不同，页面上就标错了。
    错误：正文写“自2021年8月1日起施行，有效期五年”，施行日期: 2021-07-01
    正确：施行日期: 2021-08-01，有效期至: 2026-07-31；不写这两项的，本产品按正文计算
    """
    catalog = review.catalog
    for doc in catalog.documents.values():
        terms = doc.stated
        if not (terms.effective or terms.expire):
            continue
        where = f"正文{terms.where}" if terms.where else "正文"
        is_one_text = not doc.revisions and not doc.version_of and doc.id not in catalog.rules
        if is_one_text and terms.effective and doc.effective_date and terms.effective != doc.effective_date:
            yield Finding(
                doc.path,
                "effective_date",
                f"施行日期 {doc.effective_date.isoformat()}，{where}写的是自 {terms.effective.isoformat()} 起施行",
                "R125",
                "对照原件改正其中写错的一个。",
            )
        if terms.expire and doc.expire_date and abs(terms.expire - doc.expire_date) > _ONE_DAY:
            is_prolonged = any(r.kind is RelationKind.AMENDS for r in catalog.incoming.get(doc.id, ()))
            if not is_prolonged:
                says = f"“{terms.words}”，" if terms.words else ""
                yield Finding(
                    doc.path,
                    "expire_date",
                    f"有效期至 {doc.expire_date.isoformat()}，{where}写的是{says}到 {terms.expire.isoformat()} 为止",
                    "R125",
                    "对照原件改正；延长过有效期的，在延长它的文件里写“修改”指向这一份。",
                )


@rule("R126", "正文废止了旧文件，信息头没有写", Severity.WARNING)
def repeal_clauses_are_relations(review: Review) -> Iterator[Finding]:
    """检查正文写明同时废止、本站又有的文件，信息头写了“废止”，而且不是只写了几条。

    为何：旧文件的有效性由“废止”关系算出；没有写的，旧文件页面仍标现行有效（国办公开办函〔2019〕61号：废止失效及时更新）。
    错误：正文写“《某市旧办法》同时废止”，信息头没有 废止
    正确：废止: 旧文件的编号
    """
    catalog = review.catalog
    saying = [doc for doc in catalog.documents.values() if doc.stated.repeals]
    if not saying:
        return
    wanted = {name for doc in saying for name in doc.stated.repeals}
    named: dict[str, list[Document]] = defaultdict(list)
    for doc in catalog.documents.values():
        for name in (doc.title, doc.doc_no):
            if name in wanted and not doc.version_of:
                named[name].append(doc)
    for doc in saying if named else ():
        rule_id = doc.version_of or doc.id
        for name in doc.stated.repeals:
            found = [other for other in named.get(name, ()) if other.id != rule_id and _is_earlier(other, doc)]
            if len(found) != 1 or found[0].id in _repealed_by(rule_id, catalog, is_whole=True):
                continue
            old, first = found[0], first_day(doc)
            is_partly = old.id in _repealed_by(rule_id, catalog, is_whole=False)
            end = _end(catalog.lives.get(old.id))
            if end is None or end.day > first:
                yield Finding(
                    doc.path,
                    "repeals",
                    f"正文写明《{old.title}》废止，信息头" + ("只写了其中几条" if is_partly else "没有写"),
                    "R126",
                    ("删去 articles（条款），" if is_partly else "")
                    + f"写 废止: {old.id}；不是自 {first.isoformat()} 起的，写 {{doc: {old.id}, date: 日期}}。",
                    ((old.path, "title", "正文说废止的文件"),),
                )


def _repealed_by(rule_id: DocId, catalog: Catalog, *, is_whole: bool) -> set[DocId]:
    """What the document, or one of its texts, repeals as its front matter says: all of it, or some 条."""
    relations = (r for name in _files_of(rule_id, catalog) for r in catalog.outgoing.get(name, ()))
    return {r.target for r in relations if r.kind is RelationKind.REPEALS and is_whole == (not r.articles)}


def _files_of(rule_id: DocId, catalog: Catalog) -> tuple[DocId, ...]:
    """The document, or the files with the texts of it."""
    return tuple(text.source for text in catalog.rules.get(rule_id, ())) or (rule_id,)


def _is_earlier(old: Document, doc: Document) -> bool:
    return (old.written_date or old.pub_date) <= (doc.written_date or doc.pub_date)


@rule("R128", "有效期快到了", Severity.INFO)
def documents_about_to_expire(review: Review) -> Iterator[Finding]:
    """列出有效期就要届满的文件；提前多少天提醒，由 expiry_notice 定。

    为何：到期的那天起，页面自动标为失效；还要用的，应当在此之前评估、续期或者重新公布（各地规定不一，提前的天数是本产品的提醒）。
    错误：有效期至 2027-01-31，到了 2026-11-22 还没有安排评估
    正确：评估以后续期的，改“有效期至”并公开延期的文件；重新公布的，在新文件里写“废止”；不再用的不必管
    """
    timer = review.checking.timer("expiry_notice")
    if timer is None:
        return
    catalog = review.catalog
    for doc_id, doc in catalog.documents.items():
        life = catalog.lives.get(doc_id)
        if doc.version_of or life is None or not life.changes:
            continue
        end = life.changes[-1]
        left = (end.day - catalog.as_of).days - 1  # what has expired has so from the day after the last
        if end.kind is UpdateKind.EXPIRED and 0 <= left <= timer.limit:
            last = end.day - _ONE_DAY
            yield Finding(
                catalog.documents[review.text_in_force(doc_id, last)].path,
                "expire_date",
                f"《{doc.title}》的有效期到 {last.isoformat()} 为止，还有 {left} 天（{timer.basis}）",
                "R128",
                "还要用的，评估以后续期或者重新公布；不再用的不必管，到期自动标为失效。",
            )


# ---------------------------------------------------------------- the texts of a rule


@rule("R127", "文本没有写施行日期", Severity.WARNING)
def texts_say_when_they_begin(review: Review) -> Iterator[Finding]:
    """检查一份文件有几个文本的，每个都写了施行日期，或者由正文、修改它的文件看得出从哪一天起施行。

    为何：哪一天以哪个文本为准，按施行日期排；没有写的，或者照抄前一个文本的，只好按成文日期、历次修改的日期猜，历次文本和有效性都可能错。
    错误：文本所属: gz-2019-002，没有 施行日期；或者施行日期仍是前一个文本的
    正确：文本所属: gz-2019-002，施行日期: 2024-04-01（这一文本起施行的日期）
    """
    catalog = review.catalog
    by_number = _by_number(catalog) if catalog.rules else {}
    for texts in catalog.rules.values():
        for number, text in enumerate(texts):
            doc = catalog.documents[text.source]
            own = beginning(doc)
            if doc.revisions and not (number and _is_guessed(doc, text.day, by_number)):
                continue
            if own and not doc.revisions:
                continue
            guessed = "历次修改的日期" if doc.revisions else "成文日期" if doc.written_date else "发布日期"
            wrong = f"施行日期是较早的 {own.isoformat()}" if own else "没有写施行日期"
            early = f"，比发布（{doc.pub_date.isoformat()}）还早" if doc.revisions and text.day < doc.pub_date else ""
            yield Finding(
                doc.path,
                "effective_date" if doc.effective_date else "version_of" if doc.version_of else "title",
                f"{wrong}，历次文本的先后只好按{guessed} {text.day.isoformat()} 排{early}",
                "R127",
                "写“施行日期”：从哪一天起以这一文本为准。",
            )


def _by_number(catalog: Catalog) -> Mapping[str, Sequence[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for doc in catalog.documents.values():
        if doc.doc_no:
            found[normalize_doc_no(doc.doc_no)].append(doc)
    return found


def _is_guessed(doc: Document, day: date, by_number: Mapping[str, Sequence[Document]]) -> bool:
    """Whether the first day of the text is just that of one of its 历次修改, and nothing says that it took effect."""
    if day in (doc.effective_date, doc.stated.effective):
        return False
    made = [r for r in doc.revisions if day == (r.effective or r.day)]
    if any(r.effective for r in made) or not made:  # else an amending document says when
        return False
    numbers = {r.doc_no for r in made}
    others = (other for number in numbers for other in by_number.get(number, ()) if other is not doc)
    return not any(beginning(other) == day for other in others)


@rule("R137", "正文已是将来的文本", Severity.WARNING)
def texts_are_those_in_force(review: Review) -> Iterator[Finding]:
    """检查标为现行有效、已修改的文件，正文不是将来才施行的文本。

    为何：读者照页面办事，页面要是今天有效的文本；提前换了正文，历次修改里的 effective 还没有到，今天的文本就看不到了。
    错误：2026年11月换成2027年1月1日起施行的正文，历次修改 的最后一条写 effective: 2027-01-01
    正确：原稿件仍用现在的文本，用 revise 另写一份 文本所属、施行日期: 2027-01-01，到那一天自动换上
    """
    catalog = review.catalog
    for doc in catalog.documents.values():
        if not doc.revisions or doc.badge:
            continue
        rule_id = doc.version_of or doc.id
        texts = catalog.rules.get(rule_id, ())
        state = catalog.validity.get(rule_id)
        if state is None or state.state not in (Validity.EFFECTIVE, Validity.AMENDED):
            continue
        day = texts[0].day if texts else _holds_from(doc, catalog)
        if day <= catalog.as_of or (texts and texts[0].source != doc.id):
            continue
        if len(doc.revisions) > 1 or doc.version_of:
            hint = (
                f"运行 python build.py revise {rule_id}，照抄成新文本，施行日期写 {day.isoformat()}；"
                "再把这一份的正文、历次修改改回现在有效的。"
            )
        else:
            hint = (
                f"还没有施行的，写 施行日期: {day.isoformat()}；已有现行文本的，另用 python build.py revise 写新文本。"
            )
        yield Finding(
            doc.path,
            f"revisions[{len(doc.revisions) - 1}]",
            f"正文是自 {day.isoformat()} 起才施行的文本，页面今天标的是“{state.state}”",
            "R137",
            hint,
        )


def _holds_from(doc: Document, catalog: Catalog) -> date:
    """The day from which all that its text holds is in force."""
    days = [revision.effective or revision.day for revision in doc.revisions]
    days += [r.effective_date for r in catalog.incoming.get(doc.id, ()) if r.is_in_text and amends(r)]
    return max(days)


@rule("R132", "两个文本一字不差", Severity.WARNING)
def texts_differ(review: Review) -> Iterator[Finding]:
    """检查同一份文件的各个文本不是同样的正文。

    为何：修改前后的文本一样，读者看不到改了什么；多半是传错了文本。
    错误：修改前、修改后两份稿件的正文完全相同
    正确：修改前的放原来的文本，修改后的放现行的文本；只有题注不同的，不必另存一份
    """
    documents = review.catalog.documents
    for texts in review.catalog.rules.values():
        seen: dict[str, Document] = {}
        for text in texts:
            doc = documents[text.source]
            first = seen.setdefault(doc.body.digest, doc)
            if first is not doc and not doc.body.is_blank:
                yield Finding(
                    doc.path,
                    "body",
                    f"自 {text.day.isoformat()} 起的文本与前面的一个文本正文完全相同",
                    "R132",
                    "对照原件换上正确的文本；只有题注不同的，删去多余的一份。",
                    ((first.path, "body", "前面的文本"),),
                )


@rule("R133", "历次修改没有列到最新的文本", Severity.WARNING)
def revisions_are_those_of_the_texts(review: Review) -> Iterator[Finding]:
    """检查有几个文本的文件，最新文本的“历次修改”列有形成这个文本的那一次。

    为何：题注由历次修改生成，规章要公开现行文本并写明修改情况（国办公开办函〔2021〕33号）；少了最后一次，题注就是旧的。
    错误：自 2024-05-01 起施行的新文本，历次修改 只有 2020 年的公布
    正确：在新文本的 历次修改 里补上 {date: 2024-03-01, doc_no: 某市人民政府令第5号, kind: 修改}
    """
    for texts in review.catalog.rules.values():
        doc, before, day = review.catalog.documents[texts[-1].source], texts[-2].day, texts[-1].day
        if doc.revisions and doc.revisions[-1].day <= before and not _is_named(doc):
            last = doc.revisions[-1].day.isoformat()
            yield Finding(
                doc.path,
                f"revisions[{len(doc.revisions) - 1}]",
                f"历次修改到 {last} 为止，没有列出形成这个文本（自 {day.isoformat()} 起施行）的一次",
                "R133",
                "在“历次修改”里补上这一次的日期和文号。",
            )


def _is_named(doc: Document) -> bool:
    """Whether its 历次修改 name its own number."""
    numbers = {normalize_doc_no(revision.doc_no) for revision in doc.revisions if revision.doc_no}
    return bool(doc.doc_no) and normalize_doc_no(doc.doc_no) in numbers


# ---------------------------------------------------------------- repeals and amendments without effect


_ACTS = (RelationKind.REPEALS, RelationKind.AMENDS)


@rule("R129", "废止、修改不起作用", Severity.WARNING)
def who_acts_is_still_in_force(review: Review) -> Iterator[Finding]:
    """检查废止、修改别的文件的，到那一天自己还没有废止或失效。

    为何：自己先废止了的，到期的废止、修改就不再发生（本产品据此计算有效性）；多半是日期写错。
    错误：2023年已经废止的决定，2024年起废止某办法
    正确：改正日期；由另一份文件废止的，写在那份文件里；确实如此的，写 豁免
    """
    catalog = review.catalog
    for doc_id, relations in catalog.outgoing.items():
        doc = catalog.documents[doc_id]
        end = _end(catalog.lives.get(doc.version_of or doc_id))
        for relation in relations if end else ():
            if end and relation.kind in _ACTS and end.day < relation.effective_date:
                target = catalog.documents[relation.target]
                yield Finding(
                    doc.path,
                    field_of(doc, relation),
                    f"本件 {end.day.isoformat()} {end.state.state}，"
                    f"{relation.effective_date.isoformat()} 起{relation.kind}《{target.title}》不起作用",
                    "R129",
                    "改正日期；由另一份文件废止、修改的，写在那份文件里。",
                    ((target.path, "title", f"要{relation.kind}的文件"),),
                )


def _end(life: Life | None) -> Turn | None:
    """The event with which the life ends, if it does."""
    last = life.changes[-1] if life and life.changes else None
    return last if last and last.kind in (UpdateKind.REPEALED, UpdateKind.EXPIRED) else None


@rule("R138", "已经废止的又废止一次", Severity.INFO)
def nothing_is_repealed_twice(review: Review) -> Iterator[Finding]:
    """列出要废止的文件，在那一天之前已经被另一份文件废止，或者已过它自己写的废止日期。

    为何：已经废止的不再废止，页面仍标先前的日期和依据；多半是编号指错，或者先前的日期写错。
    错误：2022年的决定已经废止某办法，2024年的新办法又写 废止: 某办法
    正确：编号指错的改正；文件里确实又写了一次的不必改
    """
    catalog = review.catalog
    for doc_id, relations in catalog.outgoing.items():
        for relation in relations:
            if relation.kind is not RelationKind.REPEALS or relation.articles:
                continue
            end = _end(catalog.lives.get(relation.target))
            if end is None or end.kind is not UpdateKind.REPEALED or end.day >= relation.effective_date:
                continue
            doc, target = catalog.documents[doc_id], catalog.documents[relation.target]
            own = _end(catalog.lives.get(doc.version_of or doc_id))
            if own is not None and own.day < relation.effective_date:
                continue  # of that R129 tells
            cause = catalog.documents.get(end.cause or "")
            yield Finding(
                doc.path,
                field_of(doc, relation),
                f"《{target.title}》已于 {end.day.isoformat()} 废止，"
                f"{relation.effective_date.isoformat()} 起的废止不起作用",
                "R138",
                "编号指错的改正编号，日期写错的改正日期；文件里确实又写了一次的不必改。",
                ((cause.path, "title", "先废止它的文件") if cause else (target.path, "repeal_date", "它的废止日期"),),
            )


@rule("R136", "废止、修改的条款那份文件里没有", Severity.WARNING)
def articles_acted_on_are_there(review: Review) -> Iterator[Finding]:
    """检查废止、修改里写的第几条，那份文件的正文里有；正文不分条的、已经换成以后的文本的不查，修改可以新增一条。

    为何：页面照写的条款标明哪几条废止、修改了，并链接到那一条；写错了条号，读者就找错了条款。
    错误：废止: {doc: gf-2018-02, articles: [第九十九条]}，那份文件只有二十条
    正确：废止: {doc: gf-2018-02, articles: [第九条]}
    """
    catalog = review.catalog
    for doc_id, relations in catalog.outgoing.items():
        for relation in relations:
            if relation.kind not in _ACTS or not relation.articles:
                continue
            doc, target = catalog.documents[doc_id], catalog.documents[relation.target]
            known = _articles_of(target, doc, relation, catalog)
            if not known:
                continue
            wrong = [written for written in relation.articles if not _is_there(written, known, relation.kind)]
            if wrong:
                yield Finding(
                    doc.path,
                    field_of(doc, relation),
                    f"《{target.title}》里没有{'、'.join(wrong)}",
                    "R136",
                    "对照原件改正条号；那份文件的正文没有录全的，补全。",
                    ((target.path, "body", f"要{relation.kind}的文件"),),
                )


def _articles_of(target: Document, doc: Document, relation: Relation, catalog: Catalog) -> set[str]:
    """The 条 of all texts of the target; none if only later texts are there than the one that was acted on."""
    number = normalize_doc_no(doc.doc_no) if doc.doc_no else ""
    files = [catalog.documents[name] for name in _files_of(target.version_of or target.id, catalog)]
    later = [
        other.revisions
        and (number in {r.doc_no for r in other.revisions} or other.revisions[-1].day > relation.effective_date)
        for other in files
    ]
    if all(later):
        return set()
    anchors = {anchor for other in files for anchor in catalog.bodies[other.body.digest].anchors}
    return {anchor for anchor in anchors if "条" in anchor and article_number(anchor) == anchor}


def _is_there(written: str, known: Collection[str], kind: RelationKind) -> bool:
    """Whether the text has the 条 that is written; an amendment may add one after the last, or after any (之一)."""
    article = article_number(written)
    if "条" not in article or article in known:
        return True
    plain, _, branch = article.partition("之")
    is_next = f"第{to_chinese_numeral(_count(plain) - 1)}条" in known if _count(plain) > 1 else True
    return kind is RelationKind.AMENDS and (plain in known if branch else is_next)


def _count(article: str) -> int:
    return from_chinese_numeral(article[1:-1]) or 0


@rule("R134", "几份文件互相废止、修改", Severity.WARNING)
def nobody_acts_in_a_circle(review: Review) -> Iterator[Finding]:
    """检查废止、修改关系没有绕成一圈；看得出先后颠倒的，由 R115 说。

    为何：后来的废止、修改先前的，不会绕回来；绕成一圈，多半是有一处写反了，有效性就跟着算错。
    错误：甲写 废止: 乙，乙又写 废止: 甲
    正确：只留后来的那一份里的关系
    """
    catalog = review.catalog
    edges: dict[DocId, set[DocId]] = {}
    for doc_id, relations in catalog.outgoing.items():
        doc = catalog.documents[doc_id]
        for relation in relations:
            if relation.kind not in _ACTS or relation.articles:
                continue
            target = catalog.documents[relation.target]
            if not (doc.written_date and target.written_date and doc.written_date < target.written_date):
                edges.setdefault(doc_id, set()).add(relation.target)
    for circle in _circles(edges):
        doc, *others = (catalog.documents[doc_id] for doc_id in circle)
        names = "、".join(f"《{other.title}》" for other in others)
        yield Finding(
            doc.path,
            "title",
            f"与{names}互相废止、修改，绕成了一圈",
            "R134",
            "关系只写在后来的那一份里，删去写反的。",
            tuple((other.path, "title", "也在这一圈里") for other in others),
        )


def _circles(edges: Mapping[DocId, set[DocId]]) -> Iterator[tuple[DocId, ...]]:
    """The ways that lead back to where they began, each told once."""
    done: set[DocId] = set()
    for start in sorted(edges):
        if start in done:
            continue
        path = {start: iter(sorted(edges[start]))}  # from the start to where we are, with what is still to be tried
        while path:
            here, rest = next(reversed(path.items()))
            target = next(rest, None)
            if target is None:
                done.add(here)
                del path[here]
            elif target in path:
                nodes = list(path)
                yield tuple(nodes[nodes.index(target) :])
            elif target in edges and target not in done:
                path[target] = iter(sorted(edges[target]))


RULES: tuple[RuleInfo, ...] = (
    dates_are_those_of_the_text,
    repeal_clauses_are_relations,
    documents_about_to_expire,
    texts_say_when_they_begin,
    texts_are_those_in_force,
    texts_differ,
    revisions_are_those_of_the_texts,
    who_acts_is_still_in_force,
    nothing_is_repealed_twice,
    articles_acted_on_are_there,
    nobody_acts_in_a_circle,
)
