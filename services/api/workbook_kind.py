"""What a workbook (XLSX) is known by, and how large one may be."""

MAX_ROWS = 20_000
"""A workbook takes ten times the time of CSV; larger registers go by that."""
MAGIC = b"PK\x03\x04"
OLD_MAGIC = b"\xd0\xcf\x11\xe0"
"""Of .xls, and of a workbook with a password."""
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def is_workbook(payload: bytes) -> bool:
    """Whether it claims to be a workbook, of today or of old."""
    return payload.startswith((MAGIC, OLD_MAGIC))
