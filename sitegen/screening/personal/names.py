"""Tell whether a few characters can be the full name of a person, as it stands in lists and in running text.

Exports `NAME`, `is_listed_name`, `is_full_name`.
"""

from __future__ import annotations

from sitegen.screening.patterns import later

_SURNAMES = (
    "常代王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付"
    "傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞"
    "左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚"
    "娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁"
    "胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙"
    "浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
_TWO = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|百里|长孙|宇文|独孤|南宫"
_HAN = "\u3400-\u9fff"
NAME = rf"(?:(?:{_TWO})[{_HAN}]{{1,2}}|[{_SURNAMES}][{_HAN}]{{1,2}})"  # part of a pattern; words may look like it too
_FULL = later(NAME)
_LISTED = later(rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,8}}(?:[·•・．.][{_HAN}]{{1,8}})+")
_TITLES = frozenset(
    ("老师", "主任", "校长", "先生", "女士", "同志", "科长", "局长", "书记", "经理", "医生", "律师", "工", "总")
)
_HIDDEN = later(r"[某*＊×✕✖○〇●□■_＿Xx\d]")
# Words of headings, forms and sums that have the shape of a name.
_WORDS = later(
    "合计|小计|总计|共计|平均|累计|其他|其它|其中|以上|以下|备注|说明|注|无|略|暂无|同上|空白|单位|部门|科室|企业|个人|个体|集体|法人|名称|姓名|性别|年龄|"
    "民族|电话|地址|职务|职称|金额|项目|类别|类型|序号|编号|日期|时间|方式|方法|成员|全部|余额|余数|万元|平方|高中|高级|高校|高等|高血压|中级|初级|明细|管理|"
    "程序|权限|权利|党员|计划|支出|支部|来源|来信|经费|时限|时段|安全|安置|温度|成绩|成果|路线|路段|车辆|车间|车型|华侨|华东|华南|华北|华中|江苏|江西|海南|"
    "云南|石油|石材|金融|金属|农业|农村|农户|农民|农药|公司|公开|公示|公园|国家|国有|国际|平台|平时|计算|相关|相应|信息|信用|信访|原因|原件|原则|应当|应急|"
    "边境|和谐|常用|强制|官方|封面|广东|任务|任职|商品|商业|商店|方案|房屋|房产|房间|游客|文件|文化|向上|宣传|师范|师傅|成人|成年|年级|学生|学校|申请|申请人|"
    "申报|监护人|家长|联系人|负责人|经办人|填表人|户主|本人|健康|健康状况|居民|居住|居住地|居委会|村委会|干部|关系|关于|身份证|身份证号|出生|籍贯|学历|毕业|班级|"
    "政治|政治面貌|住址|住所|现住址|银行|开户行|账号|贫困户|低保户|五保户|特困户|脱贫户|残疾人|残疾|病种|文本|文字|数字|数值|车牌号|方框|单选|多选|全称|简称"
)


def is_listed_name(cell: str) -> bool:
    """Whether a cell of a column of names holds a whole name: not masked, not a sum, not a body's name."""
    name = "".join(cell.split()).strip("*").strip()
    name = name.partition("（")[0].partition("(")[0]
    return (
        _LISTED.fullmatch(name) is not None
        and not _HIDDEN.search(name)
        and not _WORDS.fullmatch(name)
        and not name.endswith(
            ("公司", "中心", "学校", "医院", "村", "镇", "乡", "县", "市", "局", "社区", "街道", "人数")
        )
    )


def is_full_name(text: str) -> bool:
    """Whether this is a name as one would say it without a heading: it begins with a known surname as well."""
    return (
        _FULL.fullmatch(text) is not None
        and text[1:] not in _TITLES
        and not _WORDS.fullmatch(text)
        and not _HIDDEN.search(text)
    )
