"""The faces of official paper: which one is called for, which one serves, and what it measures.

GB/T 9704 asks for 仿宋, 楷体, 黑体, 宋体 and 小标宋. The licensed faces of the standard come first, then what every
Windows or WPS desk has, then the free faces that set-up installs. An office drops its own files into FONTS_DIR; those
of a family not named here serve the rare characters that the others lack. Only installed families reach the renderer,
so that no alias of the system's fontconfig can slip another face in.
"""

import functools
import subprocess
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont
from PIL import ImageFont

FANG, KAI, HEI, SONG, MARK = "fang", "kai", "hei", "song", "mark"
REGULAR, BOLD = 400, 700  # CSS weights
FONTCONFIG_WEIGHTS = {REGULAR: 80, BOLD: 200}
MEASURED_AT = 1000  # pixels to the em: ink is known to a thousandth of the em
FONT_FILES = (".otf", ".ttf", ".ttc", ".otc")

# Behind every stack: characters that a face lacks come from these. WenKai knows the rare ones of names.
LAST_RESORT = (("LXGW WenKai", REGULAR), ("Noto Serif CJK SC", REGULAR), ("Noto Sans CJK SC", REGULAR))


class FontsUnavailable(RuntimeError):
    """fontconfig's programs are missing, or none of the faces of a stack is installed."""


class MissingGlyph(ValueError):
    """No face has these characters; paper would show a box. `characters` names them."""

    def __init__(self, characters):
        self.characters = tuple(characters)
        named = "、".join(f"“{c}”（U+{ord(c):04X}）" if c.isprintable() else f"U+{ord(c):04X}" for c in self.characters)
        super().__init__(f"没有字体能印出{named}，请在字体目录中放入含有这些字的字体。")

    def __reduce__(self):
        """Between processes it goes by its characters, not by its text."""
        return type(self), (self.characters,)


@dataclass(frozen=True)
class Stack:
    """What may serve one face of the standard: (family, CSS weight), best first."""

    label: str
    licensed: tuple[tuple[str, int], ...]
    desktop: tuple[tuple[str, int], ...]
    free: tuple[tuple[str, int], ...]


# FandolSong and FandolHei are not here: fontconfig cannot tell their bold from their regular.
STACKS = {
    FANG: Stack(
        "仿宋",
        licensed=(("FangSong_GB2312", REGULAR), ("仿宋_GB2312", REGULAR)),
        desktop=(("FangSong", REGULAR), ("仿宋", REGULAR), ("方正仿宋_GBK", REGULAR), ("STFangsong", REGULAR)),
        free=(("FandolFang", REGULAR), ("LXGW WenKai Light", REGULAR)),
    ),
    KAI: Stack(
        "楷体",
        licensed=(("KaiTi_GB2312", REGULAR), ("楷体_GB2312", REGULAR)),
        desktop=(("KaiTi", REGULAR), ("楷体", REGULAR), ("方正楷体_GBK", REGULAR), ("STKaiti", REGULAR)),
        free=(("FandolKai", REGULAR),),
    ),
    HEI: Stack(
        "黑体",
        licensed=(("SimHei", REGULAR), ("黑体", REGULAR)),
        desktop=(("方正黑体_GBK", REGULAR), ("STHeiti", REGULAR), ("Microsoft YaHei", REGULAR)),
        free=(("Noto Sans CJK SC", REGULAR),),
    ),
    SONG: Stack(
        "宋体",
        licensed=(("SimSun", REGULAR), ("宋体", REGULAR)),
        desktop=(("NSimSun", REGULAR), ("方正书宋_GBK", REGULAR), ("STSong", REGULAR)),
        free=(("Noto Serif CJK SC", REGULAR),),
    ),
    MARK: Stack(
        "小标宋",
        licensed=(("FZXiaoBiaoSong-B05S", REGULAR), ("方正小标宋简体", REGULAR), ("FZXiaoBiaoSong-B05", REGULAR)),
        desktop=(("方正小标宋_GBK", REGULAR), ("FZXBSJW--GB1-0", REGULAR), ("STZhongsong", REGULAR)),
        free=(("Noto Serif CJK SC", BOLD),),
    ),
}


@dataclass(frozen=True)
class Face:
    """One face of one font file, as fontconfig describes it. `weight` is fontconfig's; `spans` are (first, last)."""

    path: str
    index: int
    families: tuple[str, ...]
    weight: int
    spans: tuple[tuple[int, int], ...] = field(repr=False, compare=False)
    of_office: bool = False  # out of FONTS_DIR

    def has(self, character: str) -> bool:
        point = ord(character)
        place = bisect_right(self.spans, (point, 0x110000)) - 1
        return place >= 0 and point <= self.spans[place][1]


@dataclass(frozen=True)
class Substitution:
    """`label` (仿宋 …) is served by the family `serving`, "" for none, instead of `wanted`."""

    label: str
    wanted: str
    serving: str


@dataclass(frozen=True)
class Ink:
    """A line of text in pt: where its ink ends above and below, both upward from the baseline, and its advance."""

    top: float
    bottom: float
    advance: float


def office_files() -> list[Path]:
    """The font files that the office put into FONTS_DIR, in a fixed order."""
    folder = Path(settings.FONTS_DIR)
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in FONT_FILES)


@functools.cache
def installed() -> tuple[Face, ...]:
    """Every upright face of FONTS_DIR, then of the system. Read once a process: a new face needs a restart.

    Raises FontsUnavailable without fontconfig's programs.
    """
    office = office_files()
    described = [*_described(["fc-scan"], office)] if office else []
    return (*described, *_described(["fc-list"], []))


def _described(command, files):
    layout = r"%{file}\t%{index}\t%{slant}\t%{weight}\t%{family}\t%{charset}\n"
    try:
        done = subprocess.run(
            [*command, "--format", layout, *map(str, files)], capture_output=True, timeout=60, check=not files
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise FontsUnavailable(f"无法取得字体清单（{command[0]}）：{error}") from error
    for line in done.stdout.decode(errors="replace").splitlines():
        values = line.split("\t")
        if len(values) != 6:
            continue
        path, index, slant, weight, families, charset = values
        if slant not in ("0", "") or not charset:
            continue
        yield Face(
            path=path,
            index=int(index or 0) & 0xFFFF,  # above: the named instance of a variable font
            families=tuple(families.split(",")),
            weight=int(weight) if weight.isdigit() else FONTCONFIG_WEIGHTS[REGULAR],
            spans=tuple(_span(part) for part in charset.split()),
            of_office=bool(files),
        )


def _span(part):
    first, _, last = part.partition("-")
    return int(first, 16), int(last or first, 16)


def _nearest(family, weight):
    """The face that the renderer takes for this family: the nearest weight, the office's own before the system's."""
    faces = [face for face in installed() if family in face.families]
    return min(faces, key=lambda face: abs(face.weight - FONTCONFIG_WEIGHTS[weight]), default=None)


@functools.cache
def weight(role: str) -> int:
    """The CSS weight to ask for: that of the best installed family, so that no face is thickened by the renderer."""
    stack = STACKS[role]
    for family, wanted in (*stack.licensed, *stack.desktop, *stack.free):
        if _nearest(family, wanted):
            return wanted
    return REGULAR


@functools.cache
def families(role: str) -> tuple[str, ...]:
    """The installed families of a stack, best first; the office's further faces and the last resort behind them."""
    stack = STACKS[role]
    named = {family for other in STACKS.values() for family, _ in (*other.licensed, *other.desktop, *other.free)}
    extra = [face.families[0] for face in installed() if face.of_office and not named.intersection(face.families)]
    wanted = [*stack.licensed, *stack.desktop, *stack.free, *((family, REGULAR) for family in extra), *LAST_RESORT]
    found = tuple(dict.fromkeys(family for family, _ in wanted if _nearest(family, weight(role))))
    if not found:
        raise FontsUnavailable(f"没有一种可用的{stack.label}字体，请先运行 bin/install-fonts。")
    return found


@functools.cache
def faces(role: str) -> tuple[Face, ...]:
    """The faces behind `families(role)`, in the same order."""
    return tuple(_nearest(family, weight(role)) for family in families(role))


def substitutions() -> list[Substitution]:
    """Every face of the standard that another one stands in for."""
    found = []
    for stack in STACKS.values():
        served = [
            family
            for family, wanted in (*stack.licensed, *stack.desktop, *stack.free, *LAST_RESORT)
            if _nearest(family, wanted)
        ]
        if not served or served[0] not in {family for family, _ in stack.licensed}:
            found.append(Substitution(stack.label, stack.licensed[0][0], served[0] if served else ""))
    return found


@functools.lru_cache(maxsize=20_000)
def face_of(character: str, role: str) -> Face | None:
    """The face that prints this character in this role."""
    return next((face for face in faces(role) if face.has(character)), None)


def missing_glyphs(text: str, role: str = FANG) -> list[str]:
    """The characters of `text` that no face of the role's stack has, in order, each once. Blanks need no glyph.

    Raises FontsUnavailable if the stack is empty.
    """
    return [c for c in dict.fromkeys(text) if not c.isspace() and face_of(c, role) is None]


@functools.lru_cache(maxsize=32)
def _measuring(path, index):
    return ImageFont.truetype(path, MEASURED_AT, index=index, layout_engine=ImageFont.Layout.BASIC)


@functools.lru_cache(maxsize=20_000)
def _measured(character, role):
    """Advance, upper and lower edge of the ink over the baseline of one character, in em; edges None for a blank."""
    face = face_of(character, role) or faces(role)[0]
    font = _measuring(face.path, face.index)
    # getbbox would count the baseline and the advance as ink
    mask, (_, offset) = font.getmask2(character, mode="L", anchor="ls")
    box = mask.getbbox()
    edges = (-(offset + box[1]) / MEASURED_AT, -(offset + box[3]) / MEASURED_AT) if box else None
    return font.getlength(character) / MEASURED_AT, edges


def takes_room(character: str) -> bool:
    """Whether it has a place of its own in the line, unlike a variation selector or a combining mark."""
    return unicodedata.category(character) not in ("Mn", "Me", "Cf")


def ink_of(text: str, role: str, size: float, tracking: float = 0) -> Ink:
    """Measures one line. `size` and `tracking` (added after every character, the last too) in pt."""
    measured = [_measured(character, role) for character in text if takes_room(character)]
    inked = [edges for _, edges in measured if edges]
    return Ink(
        top=size * max((top for top, _ in inked), default=0),
        bottom=size * min((bottom for _, bottom in inked), default=0),
        advance=sum(advance * size + tracking for advance, _ in measured),
    )


@functools.cache
def line_metrics(role: str) -> tuple[float, float]:
    """Ascent and descent of the role's first face in em, both positive, as HarfBuzz gives them to the renderer."""
    face = faces(role)[0]
    with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
        hhea, os2, em = font["hhea"], font["OS/2"], font["head"].unitsPerEm
        if os2.fsSelection & 1 << 7 or not (hhea.ascent or hhea.descent):
            ascent, descent = os2.sTypoAscender, os2.sTypoDescender
        else:
            ascent, descent = hhea.ascent, hhea.descent
    return abs(ascent) / em, abs(descent) / em
