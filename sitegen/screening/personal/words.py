"""Find what a word before it gives away: homes, minors, ailments, papers, cars and chat names.

Exports the searches `homes`, `ages`, `classes`, `ailments`, `student_numbers`, `passports`, `permits`, `social_cards`,
`plates`, `chats`; and for tables what they look for and say: `TO_THE_DOOR`, `PLACE_WORD`, `CLASS`, `HEALTH_HEADING`,
`NOTHING_WRONG`, `OF_TEACHERS`, `PLATE`, `home_hit`, `class_hit`, `ailment_hit`, `plate_hit`, `chat_hit`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sitegen.screening.patterns import later
from sitegen.screening.personal.names import NAME, is_full_name
from sitegen.screening.personal.reading import Hit, Reading, masked

PLACE_WORD = later(r"[省市区县镇乡路街巷村弄里苑园庄道组屯寨坊]|社区|公寓|花园|胡同|大院|新城|名邸|家属院|宿舍")

_NOT_A_PLACE = later(
    r"规定|办法|通知|办事处|派出所|办理|受理|的|或者|应当|条例|法律|机关|申请|证明|第[一二三四五六七八九十百0-9]+条|公司|有限|型号|编号|文件"
)

_NUMERAL = r"[0-9一二三四五六七八九十百零〇]"

_DOOR = (
    rf"{_NUMERAL}+(?:[-－—之附#]{_NUMERAL}+)*\s*"
    r"(?:号(?!令|文|公告|线|机|码|召|通知|窗口)|[栋幢座弄]|单元|室|户(?![籍口主数均])|楼(?![^，。；]{0,2}会议))"
    r"|(?<=[区苑园里寓庭])[0-9]{1,3}(?:[-－][0-9]{1,4}){1,2}(?![0-9年月])"
)

TO_THE_DOOR = rf"(?P<street>[^，。；;！？\n|\t《〔]{{2,48}}?)(?P<door>{_DOOR})"

_HOME = later(
    r"(?:家庭(?:详细|常住|居住)?(?:住址|地址|所在地)|(?:现|居|常)?住址|现住(?:地址?|处)?|现居住?(?:地址?|于|在)?|户籍(?:所在)?(?:地址|地)?(?:为|是|：|:)?|"
    r"居住地址?|户口所在地|经常居住地|家住|家在|租住(?:于|在|地)?|暂住(?:于|在|地)?|常住地址?|住家)"
    r"(?:[（(][^）)\n]{0,10}[）)])?[：:\s为是在于系]*" + TO_THE_DOOR
)

_LIVES = later(r"(?:^|[，,。；;、（(：:\s])(?:现)?住(?:址|所地?|地)?(?:于|在)?[：:\s]*" + TO_THE_DOOR, re.MULTILINE)

_PERSON_SIGN = later(
    r"男|女|出生|[汉满回壮苗]族|身份证|患者|病例|死者|伤者|被处罚人|当事人|姓名|申请人|被申请人|村民|居民|老人|孤儿"
)

_NAMED_BEFORE = later(rf"(?:^|[，,；;、：:\s])(?P<name>{NAME})(?=[，,、（(]|$)")

_COMPANY = later(r"公司|厂|店|合作社|经营|商行|企业|中心|个体工商户|法定代表人")

HEALTH_HEADING = later(
    r"病种|疾病|患病|病情|病史|病因|诊断|健康状[况态]|身体状况|残疾(?:类别|类型|等级|程度|情况|原因|种类|级别)|伤残(?:等级|情况|级别)|致残|致贫原因|致贫|返贫|"
    r"困难原因|贫困原因|致困原因|救助原因|救助事由|低保原因|保障原因|纳入原因|申请理由|申请原因|婚姻状[况态]|婚姻|婚育|婚否|生育|孕周|孕检|孕期|孕妇|预产期|怀孕|节育|避孕|"
    r"血型|宗教信仰|性取向|犯罪记录|服刑|矫正|戒毒|吸毒|精神障碍|感染|检验结果|核酸结果|检测结果|体检结果|失能等级|失能情况|自理能力"
)

NOTHING_WRONG = later(r"健康|良好|正常|无|否|一般|较好|合格|[—\-－/／*＊×]*|略|见附件|未见异常")

_AGE = later(
    rf"(?:^|[，,。；;：:、（(\s|]|学生|儿童|幼儿|少年|孤儿|小朋友|男孩|女孩|幼童|患儿|之子|之女|孩子|女童|男童|同学|叫|名为)(?P<name>{NAME})"
    r"(?:同学|小朋友)?[，,、（(\s：:|]*(?:性别[：:]?)?(?:[男女](?:性|孩|生|童)?)?[，,、\s|]*(?:[\u4e00-\u9fff]{1,3}族)?[，,、\s|]*(?:年龄|现年|今年|年仅|刚满|时年)?[：:\s|]*"
    r"(?P<age>[0-9]{1,2})\s?周?岁(?!以)",
    re.MULTILINE,
)

CLASS = r"(?:[一二三四五六七八九1-9]年级|初[一二三]|高[一二三]|[小中大]班|[一二三四五六1-6](?=\s*[（(]))"

_CLASS_AND_NAME = later(
    rf"{CLASS}\s*[（(]?\s*[0-9一二三四五六七八九十]{{1,3}}\s*[）)]?\s*班(?:级)?(?:的)?(?:学生|同学|贫困生)?[：:\s，,、]*(?P<name>{NAME})(?=[，,。、；;\s）)|（(]|同学|等|$)",
    re.MULTILINE,
)

OF_TEACHERS = later(r"教师|老师|班主任|任教|职称|学科|任课|授课|课程|培训|主讲")

_NAME_AND_CLASS = later(
    rf"(?:^|[，,。、；;：:\s])(?P<name>{NAME})(?:\s*[（(]\s*|\s+){CLASS}\s*[（(]?\s*[0-9一二三四五六七八九十]{{1,3}}\s*[）)]?\s*班",
    re.MULTILINE,
)

_SAID_CLASS = later(rf"(?:班\s*级|年级|所在班)[：:]\s*{CLASS}")

_STUDENT_NUMBER = later(r"(?:全国)?(?:学籍辅?号|学籍号码|学号)[为是]?[：:\s|]*([GL]?[0-9]{8,20}[0-9Xx]?)(?![0-9])")

_PASSPORT = later(
    r"护照(?:号码?|编号|证件号码?|No\.?)?(?:[（(][^）)\n]{0,10}[）)])?[为是]?[：:\s|]*([A-Z]{1,2}[0-9]{6,8}|[0-9]{9})(?![0-9A-Za-z])"
)

_PERMIT = later(
    r"(?:通行证|台胞证|回乡证|港澳台居民居住证|居住证)(?:号码?|编号|证件号码?)?(?:[（(][^）)\n]{0,10}[）)])?[为是]?[：:\s|]*"
    r"([HMCWTL][A-Z]?[0-9]{7,10}|[0-9]{8}(?:[0-9]{2})?)(?![0-9A-Za-z])"
)

_SOCIAL_CARD = later(
    r"(?:(?:社保|社会保障|医保|医疗保险)(?:卡号|编号|号码|号)码?|(?:社保卡|社会保障卡|医保卡|医疗证|残疾人?证|低保证|优抚证|军官证|士兵证|警官证)(?:卡号|编号|号码|号)?码?)"
    r"[为是]?[：:\s|]*([\u4e00-\u9fff]{0,2}字?第?[A-Z]{0,2}[0-9]{7,20}[A-Z0-9]?)(?![0-9])"
)

PLATE = later(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•\s]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)

_OWNER = later(rf"(?:车主|驾驶人|驾驶员|机动车所有人|所有人)[：:\s|为是]*({NAME})(?=[\s，。；,;、|（(的]|驾驶|$)")

_CHAT = later(
    r"(?:个人|本人|家长|私人)?(?:微信号?|QQ号?码?|qq号?)(?:（同手机）)?[为是]?[：:\s|]+([A-Za-z][A-Za-z0-9_\-]{5,19}|[1-9][0-9]{4,10})(?![0-9A-Za-z@.])"
)

_CHAT_OF_OFFICE = later(
    r"公众号|官方|企业微信|群|客服|小程序|视频号|服务号|订阅号|咨询|办公|工作微信|局|委员会|中心|政务"
)

_FAR = 400  # characters of a form with a label on each line

_NAMED_LINE = later(rf"(?:姓\s*名|患者|病人)[：:]\s*(?P<name>{NAME})(?=[\s，。；,;、（(]|$)", re.MULTILINE)

_SAID = later(rf"(?P<word>{HEALTH_HEADING.pattern})[：:]\s*(?P<value>[^\s，。；,;|]+)")


def homes(reading: Reading) -> Iterator[Hit]:
    for pattern in (_HOME, _LIVES):
        for found in pattern.finditer(reading.text):
            street = found["street"]
            if not PLACE_WORD.search(street) or _NOT_A_PLACE.search(street):
                continue
            if pattern is _LIVES and not _is_of_person(reading, found):
                continue
            yield home_hit(found.start("street"), found.end("door"))


def _is_of_person(reading: Reading, found: re.Match[str]) -> bool:
    """Whether someone lives there: 住所 is also the word for the seat of a company."""
    start = found.start("street")
    near = reading.around(start)
    before = reading.text[max(start - len(near), 0) : start].rpartition("\n")[2]
    if "住所" in found.group() and _COMPANY.search(before):
        return False
    if _PERSON_SIGN.search(near):
        return True
    if re.search("住[所地]", found.group()):
        return False
    return any(is_full_name(named["name"]) for named in _NAMED_BEFORE.finditer(before.rpartition("。")[2]))


def home_hit(start: int, end: int) -> Hit:
    return Hit(start, end, "S210", "住址写到了门牌、楼栋或房间", "只写到村（社区）、街道。")


def ages(reading: Reading) -> Iterator[Hit]:
    for found in _AGE.finditer(reading.text):
        age = int(found["age"])
        if age < 18 and is_full_name(found["name"]):
            yield Hit(
                found.start("name"),
                found.end(),
                "S212",
                f"写出了 {age} 岁未成年人的姓名",
                "隐去姓名（例如 王某某），或整句删去。",
            )


def classes(reading: Reading) -> Iterator[Hit]:
    for pattern in (_CLASS_AND_NAME, _NAME_AND_CLASS):
        for found in pattern.finditer(reading.text):
            line = reading.around(found.start("name"))
            if is_full_name(found["name"]) and not OF_TEACHERS.search(line):
                yield class_hit(found.start(), found.end())


def class_hit(start: int, end: int) -> Hit:
    return Hit(
        start,
        end,
        "S213",
        "学生的姓名和班级写在一起",
        "未成年学生的名单，隐去姓名或班级；不满十四周岁的按敏感个人信息对待。",
    )


def _document_numbers(pattern: re.Pattern[str], code: str, what: str, reading: Reading) -> Iterator[Hit]:
    for found in pattern.finditer(reading.text):
        yield Hit(found.start(1), found.end(1), code, f"有{what}（{masked(found.group(1))}）", "删去，或只留后 4 位。")


def student_numbers(reading: Reading) -> Iterator[Hit]:
    return _document_numbers(_STUDENT_NUMBER, "S214", "学籍号或学号", reading)


def passports(reading: Reading) -> Iterator[Hit]:
    return _document_numbers(_PASSPORT, "S215", "护照号码", reading)


def permits(reading: Reading) -> Iterator[Hit]:
    return _document_numbers(_PERMIT, "S216", "通行证或居住证号码", reading)


def social_cards(reading: Reading) -> Iterator[Hit]:
    return _document_numbers(_SOCIAL_CARD, "S217", "社保卡、医保、残疾人证一类的号码", reading)


def plates(reading: Reading) -> Iterator[Hit]:
    for found in PLATE.finditer(reading.text):
        line = reading.around(found.start())
        if any(is_full_name(owner.group(1)) for owner in _OWNER.finditer(line)):
            yield plate_hit(found.start(), found.end())


def plate_hit(start: int, end: int) -> Hit:
    return Hit(start, end, "S218", "个人的姓名和车牌号写在一起", "隐去车牌号的中间几位，或隐去姓名。")


def chats(reading: Reading) -> Iterator[Hit]:
    for found in _CHAT.finditer(reading.text):
        line = reading.around(found.start())
        if not _CHAT_OF_OFFICE.search(line):
            yield chat_hit(found.start(1), found.end(1))


def chat_hit(start: int, end: int) -> Hit:
    return Hit(start, end, "S219", "有个人的微信号、QQ 号或邮箱", "删去；是对外办公用的，写明单位名称。")


def ailments(reading: Reading) -> Iterator[Hit]:
    """姓名：张三 … 病种：尿毒症, in lines."""
    for found in _NAMED_LINE.finditer(reading.text):
        if not is_full_name(found["name"]):
            continue
        number = reading.line_at(found.start())
        if number in reading.row_of_line:
            continue
        end = reading.line_starts[number + 7] if number + 7 < len(reading.line_starts) else len(reading.text)
        end = min(end, found.end() + _FAR)
        for said in _SAID.finditer(reading.text, found.end(), end):
            if not NOTHING_WRONG.fullmatch(said["value"]):
                yield ailment_hit(said.start(), said["word"], "")
        for said in _SAID_CLASS.finditer(reading.text, found.end(), end):
            yield class_hit(said.start(), said.end())


def ailment_hit(start: int, word: str, more: str) -> Hit:
    return Hit(
        start,
        start + 1,
        "S211",
        f"姓名和“{word}”列在一起{more}",
        "删去这一列；确需公示名单的，只留姓名、所在村（社区）、享受的项目和金额。",
    )
