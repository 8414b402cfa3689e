"""`python -m services.api.openapi`: what `docs/reference/openapi.json` holds."""

import json
import sys

from services.api.app import make_routes


def document() -> str:
    """The description of every route, as text that a diff can show."""
    return json.dumps(make_routes().openapi(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
