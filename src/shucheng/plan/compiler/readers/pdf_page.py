"""What stands on a PDF page: characters with their places, and the ruling lines of tables."""

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

_MAX_OBJECTS, _MAX_SEGMENTS, _MAX_DEPTH = 100_000, 50_000, 4
# A filled rectangle so thin is a line; a line so short is a dash or a piece of a letter.
_THIN, _SHORT = 3.0, 4.0
_UPRIGHT = 0.15
# Stands for a character that the font does not name.
UNKNOWN = "\ufffd"

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Char:
    """A character on the page as it is shown: y grows upwards.

    `x`, `y` is where the pen began; the box may be that of the font or of the drawn shape.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: from `low` to `high` at `at`; `at` is y where it is horizontal."""

    horizontal: bool
    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Page:
    width: float
    height: float
    chars: tuple[Char, ...]
    rules: tuple[Rule, ...]
    pictures: int


def read_page(page: Any) -> Page:
    """Read an open PDFium page, turned as a viewer shows it."""
    turns = max(0, pdfium.FPDFPage_GetRotation(page)) % 4
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    box = _media_box(page, (height, width) if turns % 2 else (width, height))
    turn = _turning(turns, box)
    rules, pictures = _drawn(page, turn)
    return Page(width, height, tuple(_chars(page, turns, turn)), tuple(rules), pictures)


def _media_box(page: Any, size: tuple[float, float]) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for read in (pdfium.FPDFPage_GetCropBox, pdfium.FPDFPage_GetMediaBox):
        if read(page, left, bottom, right, top):
            return left.value, bottom.value, right.value, top.value
    return 0.0, 0.0, *size


def _turning(turns: int, box: tuple[float, float, float, float]) -> Matrix:
    """From the page's own axes to those of the page as it is shown."""
    left, bottom, right, top = box
    return (
        (1.0, 0.0, 0.0, 1.0, -left, -bottom),
        (0.0, -1.0, 1.0, 0.0, -bottom, right),
        (-1.0, 0.0, 0.0, -1.0, right, top),
        (0.0, 1.0, -1.0, 0.0, top, -left),
    )[turns]


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _chained(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    a2, b2, c2, d2, e2, f2 = then
    return (
        a * a2 + b * c2,
        a * b2 + b * d2,
        c * a2 + d * c2,
        c * b2 + d * d2,
        e * a2 + f * c2 + e2,
        e * b2 + f * d2 + f2,
    )


def _chars(page: Any, turns: int, turn: Matrix) -> Iterator[Char]:
    """Upright characters; watermarks stand aslant and are left out."""
    text = pdfium.FPDFText_LoadPage(page)
    if not text:
        return
    # PDFium counts angles clockwise.
    upright = -turns * math.pi / 2
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    try:
        for index in range(pdfium.FPDFText_CountChars(text)):
            if pdfium.FPDFText_IsGenerated(text, index) == 1:
                continue
            lean = (pdfium.FPDFText_GetCharAngle(text, index) - upright) % (2 * math.pi)
            if min(lean, 2 * math.pi - lean) > _UPRIGHT:
                continue
            if not pdfium.FPDFText_GetLooseCharBox(text, index, box):
                continue
            pdfium.FPDFText_GetCharOrigin(text, index, x, y)
            x1, y1 = _apply(turn, box.left, box.bottom)
            x2, y2 = _apply(turn, box.right, box.top)
            pen = _apply(turn, x.value, y.value)
            sign = _character(pdfium.FPDFText_GetUnicode(text, index))
            if sign:
                left, right = sorted((x1, x2))
                bottom, top = sorted((y1, y2))
                yield Char(sign, left, right, bottom, top, *pen)
    finally:
        pdfium.FPDFText_ClosePage(text)


def _character(code: int) -> str:
    if code == 0 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF:
        return UNKNOWN
    if code in (0xFFFE, 0x2, 0xAD):
        return "-"
    if code < 0x20 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return ""
    sign = chr(code)
    # Fonts of Chinese PDFs often map a character to the radical that looks like it.
    if 0x2E80 <= code <= 0x2FDF or 0xFB00 <= code <= 0xFB06 or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", sign)
    return sign


def _drawn(page: Any, turn: Matrix) -> tuple[list[Rule], int]:
    """The page's ruling lines, and how many pictures it holds."""
    rules: list[Rule] = []
    pictures = 0
    for item, matrix in _objects(page, turn):
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and len(rules) < _MAX_SEGMENTS:
            rules += _rules(item, matrix)
    return rules, pictures


def _objects(page: Any, turn: Matrix) -> Iterator[tuple[Any, Matrix]]:
    """Every object with the matrix to the shown page, those inside form objects too."""
    count = min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)
    stack = [(pdfium.FPDFPage_GetObject(page, index), turn, 0) for index in range(count)]
    left = _MAX_OBJECTS
    while stack and left:
        left -= 1
        item, outer, depth = stack.pop()
        matrix = _chained(_matrix_of(item), outer)
        yield item, matrix
        if pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
            inner = min(max(0, pdfium.FPDFFormObj_CountObjects(item)), left)
            stack += (
                (pdfium.FPDFFormObj_GetObject(item, index), matrix, depth + 1)
                for index in range(inner)
            )


def _matrix_of(item: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, matrix):
        return _IDENTITY
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _rules(path: Any, matrix: Matrix) -> Iterator[Rule]:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if not fill.value and not stroke.value:
        return
    outlines = list(_outlines(path, matrix))
    for outline in outlines:
        xs, ys = [x for x, _ in outline], [y for _, y in outline]
        wide, high = max(xs) - min(xs), max(ys) - min(ys)
        if min(wide, high) <= _THIN < max(wide, high):
            if wide > high:
                yield Rule(True, (min(ys) + max(ys)) / 2, min(xs), max(xs))
            else:
                yield Rule(False, (min(xs) + max(xs)) / 2, min(ys), max(ys))
        elif stroke.value:
            for (x1, y1), (x2, y2) in pairwise(outline):
                if abs(y1 - y2) < 1 and abs(x1 - x2) > _SHORT:
                    yield Rule(True, y1, *sorted((x1, x2)))
                elif abs(x1 - x2) < 1 and abs(y1 - y2) > _SHORT:
                    yield Rule(False, x1, *sorted((y1, y2)))


def _outlines(path: Any, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The path's connected pieces as points; curves are no rules and end a piece."""
    x, y = ctypes.c_float(), ctypes.c_float()
    piece: list[tuple[float, float]] = []
    for index in range(min(pdfium.FPDFPath_CountSegments(path), _MAX_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = _apply(matrix, x.value, y.value)
        if kind == pdfium.FPDF_SEGMENT_LINETO:
            piece.append(point)
        else:
            if len(piece) > 1:
                yield piece
            piece = [point]
        if pdfium.FPDFPathSegment_GetClose(segment) and len(piece) > 2:
            piece.append(piece[0])
    if len(piece) > 1:
        yield piece
