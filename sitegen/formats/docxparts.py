"""The parts of a Word file that are the same for every document: fonts, styles, settings, page numbers (GB/T 9704).

Exports `PARTS` and, for what differs, the frames `document`, `footnotes`, `numbering`, `relations`, `relation`,
`properties`, `section`; `fonts` and `size` for stretches of text; the measures and the names of fonts.

Lengths are in twentieths of a point, as Word has them, but sizes of characters in half points. The page is A4 with
天头 37 mm and 订口 28 mm; 156 mm by 225 mm are left for 22 lines of 28 characters.
"""

from __future__ import annotations

from collections.abc import Mapping

PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, RIGHT, BOTTOM, LEFT = 2098, 1474, 1984, 1587
WIDTH = PAGE_WIDTH - LEFT - RIGHT  # 156 mm
TURNED_WIDTH = PAGE_HEIGHT - TOP - BOTTOM  # 225 mm
LINE = 579  # 225 mm / 22
CHARACTER = WIDTH / 28
HANGING = 474  # of the items of a list
_SIZE = 32  # 三号, 16 pt
_NARROWER = round((CHARACTER / 20 - _SIZE / 2) * 4096)  # than the size of the characters, in 4096ths of a point
_NUMBER = 397 + 280  # it stands 7 mm below the text

SONG_TITLE, FANGSONG, KAI, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
LATIN = "Times New Roman"
# What stands in for a font where it is not installed, and the classification by which Word finds another.
_FONTS = (
    (SONG_TITLE, "宋体", "02010600030101010101"),
    (FANGSONG, "仿宋", "02010609060101010101"),
    (KAI, "楷体", "02010609060101010101"),
    (HEI, "SimHei", "02010609060101010101"),
    (SONG, "SimSun", "02010600030101010101"),
)

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE = "application/vnd.openxmlformats-officedocument"
NAMESPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_R}"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)


def fonts(name: str, latin: str = LATIN) -> str:
    """The fonts of a stretch of text; marks that both scripts have (“ — …) are Chinese."""
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{name}" w:cs="{latin}"/>'


def _font(name: str, alternative: str, panose: str) -> str:
    return (
        f'<w:font w:name="{name}"><w:altName w:val="{alternative}"/><w:panose1 w:val="{panose}"/>'
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/>'
        '<w:sig w:usb0="00000003" w:usb1="080E0000" w:usb2="00000010" w:usb3="00000000"'
        ' w:csb0="00040001" w:csb1="00000000"/></w:font>'
    )


def _style(
    kind: str, style: str, name: str, paragraph: str = "", run: str = "", *, base: str = "Normal", more: str = ""
) -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    own = (f"<w:pPr>{paragraph}</w:pPr>" if paragraph else "") + (f"<w:rPr>{run}</w:rPr>" if run else "")
    return f'<w:style w:type="{kind}" w:styleId="{style}"><w:name w:val="{name}"/>{based}{more}{own}</w:style>'


def size(half_points: int) -> str:
    """The size of characters."""
    return f'<w:spacing w:val="0"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


_BODY_SIZE = f'<w:sz w:val="{_SIZE}"/><w:szCs w:val="{_SIZE}"/>'
_CLOSE = '<w:spacing w:val="-6"/>'  # 16 pt less 0.3 pt: 28 characters fill a line, and 29 do not fit
_INDENT = f'<w:ind w:firstLineChars="200" w:firstLine="{round(2 * CHARACTER)}"/>'
_FLUSH = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_FREE = '<w:spacing w:line="240" w:lineRule="auto"/>'  # as high as what is in it
_QUICK = "<w:qFormat/>"


def _headings() -> str:
    """标题 1 to 5, for the headings that are h2 to h6 on the page."""
    return "".join(
        _style(
            "paragraph",
            f"Heading{level}",
            f"heading {level}",
            f'<w:keepNext/>{_INDENT}<w:outlineLvl w:val="{level - 1}"/>',
            fonts(HEI if level == 1 else KAI if level == 2 else FANGSONG) + ("<w:b/>" if level > 2 else ""),
            more=f'<w:next w:val="BodyText"/><w:uiPriority w:val="9"/>{_QUICK}',
        )
        for level in range(1, 6)
    )


def _styles() -> str:
    # The grid is what Word tells of the page. Lines and characters keep to it by their own measures, the same in every
    # program: LibreOffice gives a character that is wider than its cell two of them.
    paragraph = (
        '<w:widowControl w:val="0"/><w:kinsoku/><w:overflowPunct/><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/><w:jc w:val="both"/>'
    )
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    return (
        f'{_DECLARATION}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts(FANGSONG)}{_BODY_SIZE}'
        f"{language}</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        f'<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>{_QUICK}'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{_CLOSE}{_BODY_SIZE}</w:rPr></w:style>"  # what the grid goes by
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="57" w:type="dxa"/>'
        '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        + _style("paragraph", "BodyText", "Body Text", _INDENT, more=_QUICK)
        + _style(
            "paragraph",
            "Title",
            "Title",
            '<w:keepNext/><w:jc w:val="center"/>',
            fonts(SONG_TITLE) + size(44),
            more=f'<w:next w:val="BodyText"/>{_QUICK}',
        )
        + _headings()
        + _style("paragraph", "Origin", "题注", '<w:jc w:val="center"/>', fonts(KAI))
        + _style("paragraph", "Addressee", "主送机关", "", base="Normal")
        + _style("paragraph", "AttachmentNote", "附件说明")
        + _style("paragraph", "Signature", "Signature", '<w:keepNext/><w:jc w:val="right"/>')
        + _style("paragraph", "Date", "Date", '<w:jc w:val="right"/>')
        + _style("paragraph", "Annotation", "附注", _INDENT)
        + _style("paragraph", "Appendix", "附件标识", "<w:keepNext/><w:pageBreakBefore/>", fonts(HEI))
        + _style("paragraph", "Imprint", "版记", _IMPRINT, size(28))
        + _style("paragraph", "Quote", "Quote", '<w:ind w:left="632" w:right="632"/>', more=_QUICK)
        + _style("paragraph", "ListParagraph", "List Paragraph", more=_QUICK)
        + _style("paragraph", "Code", "代码", f'{_FREE}<w:jc w:val="left"/>', fonts(FANGSONG, "Courier New") + size(24))
        + _style("paragraph", "Figure", "图", f'<w:keepNext/>{_FREE}<w:jc w:val="center"/>')
        + _style("paragraph", "Caption", "caption", '<w:jc w:val="center"/>', fonts(KAI) + size(28))
        + _style(
            "paragraph",
            "TableText",
            "表格文字",
            '<w:spacing w:line="288" w:lineRule="auto"/>',
            fonts(FANGSONG) + size(24),
        )
        + _style("paragraph", "RedHead", "发文机关标志", f'{_FREE}<w:jc w:val="center"/>', fonts(SONG_TITLE) + _RED)
        + _style("paragraph", "Footer", "footer", '<w:spacing w:line="280" w:lineRule="exact"/>', _PAGE_NUMBER)
        + _style("paragraph", "FootnoteText", "footnote text", f"{_FREE}", fonts(SONG) + size(18))
        + _style("character", "ArticleNumber", "条序号", "", fonts(HEI), base="DefaultParagraphFont")
        + _style("character", "Strong", "Strong", "", "<w:b/>", base="DefaultParagraphFont", more=_QUICK)
        + _style("character", "Emphasis", "Emphasis", "", fonts(KAI), base="DefaultParagraphFont", more=_QUICK)
        + _style("character", "Hyperlink", "Hyperlink", "", '<w:u w:val="single"/>', base="DefaultParagraphFont")
        + _style(
            "character",
            "FootnoteReference",
            "footnote reference",
            "",
            '<w:vertAlign w:val="superscript"/>',
            base="DefaultParagraphFont",
        )
        + "</w:styles>"
    )


_RED = '<w:color w:val="FF0000"/>'
_PAGE_NUMBER = fonts(SONG, SONG) + size(28)


_IMPRINT = (
    f'<w:tabs><w:tab w:val="right" w:pos="{WIDTH - 114 - 280}"/></w:tabs>'
    '<w:ind w:leftChars="100" w:left="280" w:rightChars="100" w:right="280"/>'
)


def _footer(side: str) -> str:
    """— 1 —, one character from the outer edge."""
    indent = f'<w:ind w:{side}Chars="100" w:{side}="280"/>'
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    return (
        f'{_DECLARATION}<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val="Footer"/>{indent}<w:jc w:val="{side}"/>'
        f'</w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>{field}<w:r><w:t xml:space="preserve"> —</w:t></w:r>'
        "</w:p></w:ftr>"
    )


_SETTINGS = (
    f'{_DECLARATION}<w:settings xmlns:w="{_W}"><w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/>'
    '<w:bordersDoNotSurroundFooter/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
    '<w:drawingGridVerticalSpacing w:val="289"/><w:characterSpacingControl w:val="compressPunctuation"/>'
    '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/>"
    "<w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>"
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    '</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
)
_CONTENT_TYPES = (
    f'{_DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="jpeg" ContentType="image/jpeg"/><Default Extension="gif" ContentType="image/gif"/>'
    + "".join(
        f'<Override PartName="/{part}" ContentType="{_OFFICE}.wordprocessingml.{kind}+xml"/>'
        for part, kind in (
            ("word/document.xml", "document.main"),
            ("word/styles.xml", "styles"),
            ("word/settings.xml", "settings"),
            ("word/fontTable.xml", "fontTable"),
            ("word/numbering.xml", "numbering"),
            ("word/footnotes.xml", "footnotes"),
            ("word/footer1.xml", "footer"),
            ("word/footer2.xml", "footer"),
        )
    )
    + '<Override PartName="/docProps/core.xml"'
    ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    f'<Override PartName="/docProps/app.xml" ContentType="{_OFFICE}.extended-properties+xml"/></Types>'
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/metadata/core-properties" Target="docProps/core.xml"/>'
    f'<Relationship Id="rId3" Type="{_R}/extended-properties" Target="docProps/app.xml"/></Relationships>'
)
_APPLICATION = (
    f'{_DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>sitegen</Application></Properties>"
)

PARTS: Mapping[str, bytes] = {
    name: text.encode()
    for name, text in (
        ("[Content_Types].xml", _CONTENT_TYPES),
        ("_rels/.rels", _RELATIONS),
        ("docProps/app.xml", _APPLICATION),
        ("word/styles.xml", _styles()),
        ("word/settings.xml", _SETTINGS),
        (
            "word/fontTable.xml",
            f'{_DECLARATION}<w:fonts xmlns:w="{_W}">{"".join(_font(*font) for font in _FONTS)}</w:fonts>',
        ),
        ("word/footer1.xml", _footer("right")),
        ("word/footer2.xml", _footer("left")),
    )
}

# ---------------------------------------------------------------- frames of what differs


def section(*, is_turned: bool = False) -> str:
    """A page and its margins; one that is turned has the upper edge of the others at its left."""
    bottom = RIGHT if is_turned else BOTTOM
    if is_turned:
        size = f'<w:pgSz w:w="{PAGE_HEIGHT}" w:h="{PAGE_WIDTH}" w:orient="landscape"/>'
        margins = f'w:top="{LEFT}" w:right="{BOTTOM}" w:bottom="{bottom}" w:left="{TOP}"'
    else:
        size = f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/>'
        margins = f'w:top="{TOP}" w:right="{RIGHT}" w:bottom="{bottom}" w:left="{LEFT}"'
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId5"/><w:footerReference w:type="even" r:id="rId6"/>'
        f'{size}<w:pgMar {margins} w:header="851" w:footer="{bottom - _NUMBER}" w:gutter="0"/>'
        f'<w:docGrid w:type="linesAndChars" w:linePitch="{LINE}" w:charSpace="{_NARROWER}"/></w:sectPr>'
    )


def document(body: str, *, is_turned: bool = False) -> str:
    """The main part; whether its last page is turned."""
    last = section(is_turned=is_turned)
    return f"{_DECLARATION}<w:document {NAMESPACES}><w:body>{body}{last}</w:body></w:document>"


def footnotes(notes: str) -> str:
    """The footnotes, with the lines that set them apart."""
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
        f"<w:r><w:{tag}/></w:r></w:p></w:footnote>"
        for kind, number, tag in (("separator", -1, "separator"), ("continuationSeparator", 0, "continuationSeparator"))
    )
    return f"{_DECLARATION}<w:footnotes {NAMESPACES}>{separators}{notes}</w:footnotes>"


def numbering(starts: list[int | None]) -> str:
    """The lists of a document, numbered from 1: where each begins to count, None for dots."""
    kinds = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
        + "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:suff w:val="tab"/>'
            f'<w:lvlText w:val="{sign.format(level + 1)}"/><w:lvlJc w:val="left"/><w:pPr><w:tabs>'
            f'<w:tab w:val="num" w:pos="{632 * (level + 1) + HANGING}"/></w:tabs>'
            f'<w:ind w:left="{632 * (level + 1) + HANGING}" w:hanging="{HANGING}"/></w:pPr></w:lvl>'
            for level in range(9)
        )
        + "</w:abstractNum>"
        for number, (form, sign) in enumerate((("bullet", "•"), ("decimal", "%{}.")))
    )
    lists = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{int(start is not None)}"/>'
        + (
            ""
            if start is None
            else "".join(
                f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
                for level in range(9)
            )
        )
        + "</w:num>"
        for number, start in enumerate(starts, 1)
    )
    return f"{_DECLARATION}<w:numbering {NAMESPACES}>{kinds}{lists}</w:numbering>"


def relations(others: str) -> str:
    """What the main part refers to; `others` are links and pictures."""
    own = "".join(
        f'<Relationship Id="rId{number}" Type="{_R}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            (
                ("styles", "styles.xml"),
                ("settings", "settings.xml"),
                ("fontTable", "fontTable.xml"),
                ("numbering", "numbering.xml"),
                ("footer", "footer1.xml"),
                ("footer", "footer2.xml"),
                ("footnotes", "footnotes.xml"),
            ),
            1,
        )
    )
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}">{own}{others}</Relationships>'


def relation(name: str, kind: str, target: str, *, is_outside: bool) -> str:
    """One of the links and pictures."""
    mode = ' TargetMode="External"' if is_outside else ""
    return f'<Relationship Id="{name}" Type="{_R}/{kind}" Target="{target}"{mode}/>'


def properties(title: str, creator: str, subject: str, address: str, language: str, moment: str) -> str:
    """The core properties; the texts are escaped already."""
    return (
        f'{_DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject><dc:creator>{creator}</dc:creator>"
        f"<dc:identifier>{address}</dc:identifier><dc:language>{language}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>'
    )
