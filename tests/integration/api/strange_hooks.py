"""For schemathesis: how a workbook is sent (what it makes up is none, which is what is wanted), and
what an answer in fewer fields is held against."""

import json
import re
from typing import Any

import schemathesis

from services.api.workbook_kind import MEDIA_TYPE
from tests.living.engines import REPOSITORY

PATHS = json.loads((REPOSITORY / "docs" / "reference" / "openapi.json").read_text("utf-8"))["paths"]
FIELDS: dict[str, str] = {
    path: parameter["schema"]["pattern"]
    for path, operations in PATHS.items()
    for parameter in operations.get("get", {}).get("parameters", ())
    if parameter["name"] == "fields"
}


@schemathesis.serializer(MEDIA_TYPE)
def workbook(ctx: Any, value: Any) -> bytes:
    """Any value as the bytes of a file that says it is a workbook."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Where some fields are chosen, choose all: the schema is that of an answer with all of them."""
    pattern = FIELDS.get(case.path, "")
    chosen = (case.query or {}).get("fields")
    if pattern and isinstance(chosen, str) and re.fullmatch(pattern, chosen):
        case.query["fields"] = ",".join(re.findall(r"\w+", pattern.partition(")")[0]))
