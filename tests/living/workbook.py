"""Workbooks as plants make them, and as somebody forges them part by part."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook


def book(*rows: Sequence[object], **formats: str) -> bytes:
    """A workbook of one sheet; `formats` are number formats by the name of a cell."""
    made: Any = Workbook()
    for row in rows:
        made.active.append(list(row))
    for name, form in formats.items():
        made.active[name].number_format = form
    return saved(made)


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(payload: bytes, **parts: bytes) -> bytes:
    """The same workbook with other or further parts; `__` stands for a slash, `_` for a dot."""
    out = io.BytesIO()
    new = {name.replace("__", "/").replace("_", "."): body for name, body in parts.items()}
    with (
        zipfile.ZipFile(io.BytesIO(payload)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in old.namelist():
            if name not in new:
                made.writestr(name, old.read(name))
        for name, body in new.items():
            made.writestr(name, body)
    return out.getvalue()


def sheet_xml(rows: str, extent: str = "A1:C2") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{space}"><dimension ref="{extent}"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    ).encode()


def inline(row: int, *texts: str) -> str:
    cells = "".join(
        f'<c r="{chr(65 + n)}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
        for n, text in enumerate(texts)
    )
    return f'<row r="{row}">{cells}</row>'
