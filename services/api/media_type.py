"""Whether a body came in a type that its route reads."""

from fastapi import Request, params

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_FORMS = (FORM, "multipart/form-data")


def wanted_instead(request: Request) -> str | None:
    """The type to send the body in; None where it has that, or there is no body."""
    field = getattr(request.scope.get("route"), "body_field", None)
    if field is None or not _has_body(request):
        return None
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if isinstance(field.field_info, params.Form):
        return None if given in _FORMS else FORM
    is_json = given == JSON or (given.startswith("application/") and given.endswith("+json"))
    return None if is_json else JSON


def _has_body(request: Request) -> bool:
    chunked = "transfer-encoding" in request.headers
    return chunked or request.headers.get("content-length", "0") != "0"
