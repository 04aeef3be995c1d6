"""Find the fonts that PDF files are set in: in the site's own folder first, then in those of the system.

Exports `FONTS`, `find_fonts`, `fonts_known`, `forget_fonts`, `digest_of_fonts`, `system_folders`.
"""

from __future__ import annotations

import os
import pickle
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sitegen.listing import NO_STAMP, is_settled, stamp_of
from sitegen.model import Font, digest

ROLES = ("title", "fangsong", "kai", "hei", "song")

_SUFFIXES = (".ttf", ".ttc", ".otf", ".otc")
_DEEPEST = 6  # folders in folders of fonts
FONTS = "fonts"  # the site's own folder, beside that of the content
_KEPT = "fonts/found"

# The names of each kind of face, best first, in small letters without spaces, hyphens and underscores.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": (
        "方正小标宋gbk",
        "方正小标宋简体",
        "方正小标宋简",
        "fzxiaobiaosongb05",
        "fzxiaobiaosongb05s",
        "fzxbsjw",
        "fzxbsk",
        "小标宋体",
        "小标宋",
        "华文中宋",
        "stzhongsong",
    ),
    "fangsong": (
        "仿宋gb2312",
        "fangsonggb2312",
        "仿宋",
        "fangsong",
        "华文仿宋",
        "stfangsong",
        "方正仿宋gbk",
        "方正仿宋简体",
        "fzfangsongz02",
        "fzfangsongz02s",
        "fandolfang",
        "fandolfangr",
        "zhuquefangsong(technicalpreview)",
        "朱雀仿宋",
    ),
    "kai": (
        "楷体gb2312",
        "kaitigb2312",
        "楷体",
        "kaiti",
        "华文楷体",
        "stkaiti",
        "kaitisc",
        "方正楷体gbk",
        "方正楷体简体",
        "fzkaiz03",
        "fzkaiz03s",
        "arplukai",
        "arplukaicn",
        "arplkaitimgb",
        "fandolkai",
        "lxgwwenkaigb",
        "lxgwwenkai",
        "霞鹜文楷",
    ),
    "hei": (
        "黑体",
        "simhei",
        "华文黑体",
        "stheiti",
        "方正黑体gbk",
        "方正黑体简体",
        "fzheib01",
        "fzheib01s",
        "heitisc",
        "pingfangsc",
        "notosanscjksc",
        "notosanssc",
        "sourcehansanssc",
        "sourcehansanscn",
        "思源黑体",
        "思源黑体cn",
        "fandolhei",
        "microsoftyahei",
        "微软雅黑",
        "wenquanyizenhei",
        "wenquanyimicrohei",
        "droidsansfallback",
    ),
    "song": (
        "宋体",
        "simsun",
        "华文宋体",
        "stsong",
        "songtisc",
        "方正书宋gbk",
        "方正书宋简体",
        "notoserifcjksc",
        "notoserifsc",
        "sourcehanserifsc",
        "sourcehanserifcn",
        "思源宋体",
        "思源宋体cn",
        "fandolsong",
        "arplumingcn",
        "arpluming",
        "arplsungtilgb",
    ),
}
# What stands in for a kind that is missing, best first; "song bold" is its boldest face.
_INSTEAD: Mapping[str, tuple[str, ...]] = {
    "title": ("song", "hei", "fangsong", "kai"),
    "fangsong": ("song", "kai", "hei"),
    "kai": ("fangsong", "song", "hei"),
    "hei": ("song", "fangsong", "kai"),
    "song": ("fangsong", "hei", "kai"),
}
# A font that the site brought itself may have any name; this tells what kind it is.
_KINDS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("title", re.compile("小标宋|中宋|xiaobiaosong|xbs|zhongsong")),
    ("fangsong", re.compile("仿宋|fangsong")),
    ("kai", re.compile("楷|kai")),
    ("hei", re.compile("黑|hei|sans|gothic")),
    ("song", re.compile("宋|明|song|serif|ming|sun")),
)
# Where the chosen ones lack a rare character of a name or a place.
_RARE = ("simsunextb", "simsunextg", "plangothicp1", "plangothicp2", "hanamina", "hanaminb", "jigmo", "jigmo2")
_BOLD = 700


class _Face(NamedTuple):
    """One face of a font file."""

    path: str
    number: int  # in a collection
    names: tuple[str, ...]  # of family and face, in all languages; small letters without spaces and marks
    family: str
    weight: int
    is_chinese: bool


class _Found(NamedTuple):
    """What was found, and the stamps of all that it was found by."""

    folders: tuple[str, ...]  # that were asked for
    stamps: tuple[tuple[str, bytes], ...]  # of folders, and of the files of the fonts
    fonts: tuple[Font, ...]


def system_folders() -> tuple[Path, ...]:
    """Where Linux, macOS and Windows keep fonts, those of the user among them."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - `Path.home` raises where the user has none
    return (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local/share/fonts",
        home / ".fonts",
        Path("/System/Library/Fonts"),
        Path("/Library/Fonts"),
        home / "Library/Fonts",
        Path("/System/Library/AssetsV2/com_apple_MobileAsset_Font7"),
        Path("C:/Windows/Fonts"),
        home / "AppData/Local/Microsoft/Windows/Fonts",
    )


def find_fonts(own: Path, system: Iterable[Path], kept: MutableMapping[str, bytes], now: int) -> tuple[Font, ...]:
    """One font for each role, and those for rare characters (role "rare"); none where no font has Chinese characters.

    What is `kept` from earlier builds holds as long as no folder and none of the chosen files changed; a file that
    is not chosen may change its content without being noticed.
    """
    folders = (str(own), *map(str, system))
    if blob := kept.get(_KEPT):
        before: _Found = pickle.loads(blob)
        if before.folders == folders and all(_stamp(path) == stamp for path, stamp in before.stamps):
            return before.fonts
    stamps: dict[str, bytes] = {}
    ours = list(_faces(folders[:1], stamps))
    others = list(_faces(folders[1:], stamps))
    chosen = _chosen(ours, others)
    digests = {face.path: _digest(face.path) for _, face, _ in chosen}
    stamps.update((path, _stamp(path)) for path in digests)
    fonts = tuple(
        Font(role, face.family, face.path, digests[face.path], is_own, face.number) for role, face, is_own in chosen
    )
    if all(not stamp or is_settled(stamp, now) for stamp in stamps.values()):
        kept[_KEPT] = pickle.dumps(_Found(folders, tuple(stamps.items()), fonts), pickle.HIGHEST_PROTOCOL)
    return fonts


def fonts_known(own: Path, kept: MutableMapping[str, bytes], now: int) -> bytes:
    """What tells the fonts there are now from others; b"" if none were ever looked for, or not kept."""
    return digest_of_fonts(find_fonts(own, system_folders(), kept, now)) if _KEPT in kept else b""


def forget_fonts(kept: MutableMapping[str, bytes]) -> None:
    """Keep nothing of the fonts that were found: the site makes no PDF."""
    kept.pop(_KEPT, None)


def digest_of_fonts(fonts: Sequence[Font]) -> bytes:
    """What tells these fonts from others, wherever they lie."""
    return digest([font._replace(path="") for font in fonts])


def _stamp(path: str) -> bytes:
    try:
        return stamp_of(os.stat(path))  # noqa: PTH116 - a Path for each would cost as much again
    except OSError:
        return NO_STAMP


def _digest(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        digest = blake2b(digest_size=16)
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


# ---------------------------------------------------------------- which


def _chosen(ours: Sequence[_Face], others: Sequence[_Face]) -> list[tuple[str, _Face, bool]]:
    """Role, face, and whether it is of the kind that the role names."""
    by_role: dict[str, _Face] = {}
    for role in ROLES:
        face = _named(role, ours) or _of_kind(role, ours) or _named(role, others)
        if face is not None:
            by_role[role] = face
    if not by_role:
        return []
    chosen: list[tuple[str, _Face, bool]] = []
    for role in ROLES:
        if role in by_role:
            chosen.append((role, by_role[role], True))
            continue
        instead = next(by_role[other] for other in _INSTEAD[role] if other in by_role)
        if role in ("title", "hei"):
            instead = _nearest([face for face in (*ours, *others) if face.family == instead.family], _BOLD)
        chosen.append((role, instead, False))
    for name in _RARE:
        rare = next((face for face in (*ours, *others) if name in face.names), None)
        if rare is not None:
            chosen.append(("rare", rare, True))
    return chosen


def _named(role: str, faces: Sequence[_Face]) -> _Face | None:
    """The face with the best of the names of this kind; of several weights, the one that suits the role."""
    for name in _NAMES[role]:
        if found := [face for face in faces if name in face.names]:
            return _nearest(found, _BOLD if role == "hei" else 400)
    return None


def _of_kind(role: str, faces: Sequence[_Face]) -> _Face | None:
    """The face whose name only tells its kind."""

    def kind(face: _Face) -> str:
        return next((kind for kind, words in _KINDS if any(words.search(name) for name in face.names)), "song")

    found = [face for face in faces if face.is_chinese and kind(face) == role]
    return _nearest(found, _BOLD if role == "hei" else 400) if found else None


def _nearest(faces: Sequence[_Face], weight: int) -> _Face:
    return min(faces, key=lambda face: abs(face.weight - weight))


# ---------------------------------------------------------------- what there is


def _faces(folders: Iterable[str], stamps: dict[str, bytes]) -> Iterator[_Face]:
    """Every face in the folders and those below them, in an order of its own; `stamps` gets those of all folders."""
    for folder in folders:
        for path in _files(folder, stamps, 0):
            try:
                with open(path, "rb") as file:  # noqa: PTH123 - as above
                    yield from faces_of(file, path)
            except (OSError, struct.error, ValueError):
                continue  # not a font, or not one that can be read: as if it were not there


def _files(folder: str, stamps: dict[str, bytes], depth: int) -> Iterator[str]:
    stamps[folder] = _stamp(folder)
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
        inner = [entry.path for entry in entries if entry.is_dir()]
    except OSError:
        return
    yield from (entry.path for entry in entries if entry.name.lower().endswith(_SUFFIXES))
    if depth < _DEEPEST:
        for path in inner:
            yield from _files(path, stamps, depth + 1)


_FAMILY_NAMES = (1, 16)  # ids of the name table: family, and family apart from its weights
_FACE_NAMES = (*_FAMILY_NAMES, 4, 6)
_PRC = 1 << 18  # of ulCodePageRange1: code page 936
_MARKS = re.compile(r"[\s_-]")


def faces_of(file: BinaryIO, path: str) -> Iterator[_Face]:
    """The faces of a font file (ISO/IEC 14496-22); those of variable fonts are left out."""

    def read(position: int, size: int) -> bytes:
        file.seek(position)
        data = file.read(size)
        if len(data) < size:
            raise ValueError(path)
        return data

    starts: tuple[int, ...] = (0,)
    head = read(0, 12)
    if head[:4] == b"ttcf":
        count = struct.unpack(">I", head[8:])[0]
        starts = struct.unpack(f">{count}I", read(12, 4 * count))
    elif head[:4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        return
    for index, start in enumerate(starts):
        count = struct.unpack(">H", read(start + 4, 2))[0]
        records = struct.iter_unpack(">4sIII", read(start + 12, 16 * count))
        tables = {tag: (offset, size) for tag, _, offset, size in records}
        if b"fvar" in tables or not {b"name", b"OS/2"} <= tables.keys():
            continue
        names = [(number, name) for number, name in _names(read(*tables[b"name"])) if number in _FACE_NAMES]
        family = next((name for number, name in names if number in _FAMILY_NAMES), "")
        traits = read(*tables[b"OS/2"])
        weight = struct.unpack(">H", traits[4:6])[0]
        pages = struct.unpack(">I", traits[78:82])[0] if len(traits) >= 82 else 0
        known = tuple(dict.fromkeys(_MARKS.sub("", name).lower() for _, name in names))
        yield _Face(path, index, known, family, weight, bool(pages & _PRC))


def _names(table: bytes) -> Iterator[tuple[int, str]]:
    """Id and text of each record of a name table that can be read."""
    count, begin = struct.unpack(">HH", table[2:6])
    for platform, encoding, _, number, size, offset in struct.iter_unpack(">6H", table[6 : 6 + 12 * count]):
        text = table[begin + offset : begin + offset + size]
        if platform in (0, 3):
            yield number, text.decode("gb18030" if (platform, encoding) == (3, 3) else "utf-16-be", "ignore")
        elif platform == 1:
            yield number, text.decode({0: "mac_roman", 25: "gb2312"}.get(encoding, "latin-1"), "ignore")
