"""Find the phones of persons: mobile numbers that are no office's, and those of homes.

Exports `allowed`, `home_phones`, `mobiles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sitegen.screening.patterns import later
from sitegen.screening.personal.reading import (
    GAP,
    OTHER_HEADING,
    OTHER_NUMBER,
    Hit,
    Place,
    Reading,
    masked,
    place_of,
    to_half_width,
)
from sitegen.screening.spots import Screen

_MOBILE = later(
    rf"(?<![0-9])(?:[(（]?(?:\+|00)?86[)）]?[{GAP}]{{0,3}}|0)?(1[{GAP}]{{0,3}}[3-9](?:[{GAP}.·]{{0,3}}[0-9]){{9}})(?![0-9])"
    rf"|(?<![0-9])(1[3-9](?:[{GAP}]{{0,3}}\n?[{GAP}]{{0,3}}[0-9]){{9}})(?![0-9])"
)

# In every match of the above, and quick to look for: each begins with one character as it is.
_MOBILE_CORES = (
    later(rf"1[{GAP}]{{0,3}}[3-9](?:[{GAP}.·]{{0,3}}[0-9]){{9}}(?![0-9])"),
    later(rf"1[3-9](?:[{GAP}]{{0,3}}\n?[{GAP}]{{0,3}}[0-9]){{9}}(?![0-9])"),
)

_UNIT_AFTER = later(
    r"\s?(?:[元万亿千百吨人户件台套个株亩头只辆家次米册条项份枚平立公桶度瓦焦]|[%％‰㎡]|美元|k[mgWw]|kWh|m[²³23]?\b|t\b|MB|GB|GWh?\b|Hz)"
)

_FILE_ENDING = later(r"\.(?:pdf|docx?|xlsx?|jpe?g|png|html?|zip|rar|wps|ofd)", re.IGNORECASE)

_SERVICE_PHONE = later(
    r"(?:咨询|监督|举报|投诉|值班|办公室?|服务|热线|受理|预约|报名|报修|抢修|维修|救援|救助|应急|求助|维权|窗口|政务|公开|查询|反映|报警|防汛|防火|接待|信访|"
    r"客服|报案|会务|技术支持|督查|质疑|对外|公示|订票|申诉|24小时|联络处|报送|接听|总机|前台|传真|招聘|招生|征兵)"
    r"(?:[及和与、/（(][^：:0-9]{0,8})?(?:联系|联络|业务)?(?:座机|手机|移动)?(?:电话|热线|专线|手机|号码|方式)(?:号码)?(?:[（(][^）)]{0,10}[）)])?(?:[为是])?"
    r"[：:\s]*+(?:[0-9\-—－\s、，,/；;：:+转或及和]++|[（(][^（()）]{0,12}+[）)]?+)*+$"
)

_PHONE_WORD = later(r"电话|手机|联系|号码|微信|热线|短信|致电|拨打|(?i:tel|phone|mobile|mob|cell)")

_PHONE_LETTERS = later(r"(?i:(?:^|[^a-z])(?:tel|phone|mobile|mob|cell|fax|t|m|p|wechat|vx|wx))[.]?$")

_PRIVATE_WORD = later(
    r"本人|家长|户主|患者|病人|监护人|申请人|当事人|住户|学生|被处罚|举报人|投诉人|受益|贫困户|脱贫户|低保|业主|产妇|家属|儿童|村民|农户|居民|残疾人|"
    r"身份证|男，|女，|，男|，女|死者|伤者|债务人|被执行人|失信"
)

_BODY = later(
    r"局|委员会|人民政府|公司|中心|办公室|学校|医院|大厅|窗口|事务所|协会|支队|大队|街道办|居委会|村委会|单位|机构|采购人|招标人|代理|网点|"
    r"[\u4e00-\u9fff]{2}[科股室站](?=[\s）)，。,：:、0-9]|电话|联系|$)"
)

_WORK_WORD = later(
    r"联系人|联络人|经办|承办|负责人|采购|招标|代理|科长|局长|主任|处长|书记|镇长|乡长|村长|组长|河长|路长|林长|老师|先生|女士|同志|经理|律师|秘书|科员|工程师"
)

_PHONE_HEADING = later(r"电话|手机|联系方式|联系号码|联系")

_HOME_PHONE = later(
    rf"(?:住宅|家庭|家里|家中|宅)(?:固定|联系|座机)?电话?(?:号码)?[：:\s为是]*([(（]?0[0-9]{{2,3}}[)）]?[{GAP}]{{0,3}})?([2-9][0-9]{{6,7}})(?![0-9])"
)


def allowed(screen: Screen) -> frozenset[str]:
    """The digits of the phones that the site says are those of offices."""
    return frozenset(re.sub(r"\D", "", to_half_width(phone)).removeprefix("86") for phone in screen.phones)


def mobiles(reading: Reading, allowed: frozenset[str]) -> Iterator[Hit]:
    """Mobile numbers of persons; the phone of a service (咨询电话, 值班电话) and a list of bodies pass."""
    text = reading.text
    if not any(core.search(text) for core in _MOBILE_CORES):
        return
    for found in _MOBILE.finditer(text):
        group = 1 if found.group(1) else 2
        written = found.group(group)
        number = re.sub(r"\D", "", written)
        if number in allowed:
            continue
        place = place_of(reading, found.start())
        start, end = found.start(group), found.end(group)
        if not _is_phone(text, found.start(), end, written, place):
            continue
        if _SERVICE_PHONE.search(place.label):
            continue
        is_private = _PRIVATE_WORD.search(place.line) or _PRIVATE_WORD.search(place.headings)
        if not is_private and _is_column_of_offices(place):
            continue
        if not is_private and _is_of_work(reading, place):
            yield Hit(
                start,
                end,
                "S205",
                f"联系人的手机号码（{masked(number)}），看不出是不是对外公布的工作电话",
                "是的，写进 site.yaml 的 检查/公开电话；不是的，换成办公电话或隐去中间 4 位。",
            )
        else:
            yield Hit(
                start,
                end,
                "S204",
                f"有完整的手机号码（{masked(number)}）",
                "隐去中间 4 位；是本机关对外公布的电话的，写进 site.yaml 的 检查/公开电话。",
            )


def _is_column_of_offices(place: Place) -> bool:
    if not _PHONE_HEADING.search(place.heading):
        return False
    return _SERVICE_PHONE.search(place.heading) is not None or (place.of_bodies and not place.names_person)


def _is_of_work(reading: Reading, place: Place) -> bool:
    """Whether the number may be that of a person at work: of a contact, or of a body that is named with it."""
    if place.heading:
        return place.of_bodies
    around = reading.around(place.offset, 3)
    if _WORK_WORD.search(around) and _BODY.search(around):
        return True
    return _PHONE_WORD.search(place.label[-12:]) is not None and _BODY.search(place.line) is not None


def _is_phone(text: str, start: int, end: int, written: str, place: Place) -> bool:
    """Whether eleven digits that look like a mobile number are one: no amount, no part of a longer number."""
    before, after = text[max(start - 24, 0) : start], text[end : end + 6]
    has_word = _PHONE_WORD.search(f"{place.heading}{place.label[-24:]}") is not None
    if re.search(r"[0-9][.·]$", before) or re.match(r"\.[0-9]", after) or re.match(r"[A-Za-z_]", after):
        return False
    if re.search(r"[A-Za-z_]$", before) and not _PHONE_LETTERS.search(before):
        return False
    if _UNIT_AFTER.match(after) and not has_word:
        return False
    if has_word:
        return True
    if (
        _FILE_ENDING.match(after)
        or "\n" in written
        or re.search(r"[A-Za-z0-9)）〕\]][-－_/#.]$", before)
        or re.match(r"[-－_/][0-9A-Za-z]", after)
    ):
        return False
    if (
        OTHER_NUMBER.search(place.label)
        or OTHER_HEADING.search(f"{place.heading}{place.stub}")
        or re.search(r"[￥¥$=#]\s*$", before)
    ):
        return False
    if re.search(r"(?:https?://|www\.)\S*$", text[max(start - 200, 0) : start]):
        return False
    if len(written) == 11:
        return True
    sizes = tuple(len(part) for part in re.split(r"\D+", written))
    alone = not re.search(rf"[0-9][{GAP}]{{0,3}}$", before) and not re.match(rf"[{GAP}]{{0,3}}[0-9]", after)
    return (alone and sizes in ((3, 4, 4), (3, 8), (7, 4))) or max(sizes) == 1


def home_phones(reading: Reading) -> Iterator[Hit]:
    """Fixed phones that are said to be of a home; all other fixed phones are offices'."""
    for found in _HOME_PHONE.finditer(reading.text):
        yield Hit(
            found.start(2), found.end(2), "S206", f"有住宅电话（{masked(found.group(2))}）", "删去，或隐去后 4 位。"
        )
