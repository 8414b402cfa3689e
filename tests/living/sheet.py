"""A sheet of points read in this process, whichever format it is in."""

from services.api.point_body import Coordinates
from services.api.point_sheet import Mode, Sheet, read_rows
from services.api.sheet import csv_rows
from services.api.workbook import workbook_rows
from services.api.workbook_kind import is_workbook


def read_sheet(
    payload: bytes,
    enterprise: str | None,
    coordinates: Coordinates = "wgs84",
    mode: Mode = Mode.CREATE,
) -> Sheet:
    """The points of a sheet, CSV or XLSX, as the import reads them. Raises BadSheet."""
    rows = workbook_rows(payload) if is_workbook(payload) else csv_rows(payload)
    return read_rows(rows, enterprise, coordinates, mode)
