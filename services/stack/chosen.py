"""The settings as the person chose them, or one sentence about the one that cannot be."""

from pydantic import ValidationError

from services.runtime.settings import Settings
from services.stack.refusal import Refusal


def settings() -> Settings:
    """Read from the environment and `.env`."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise Refusal(
            f"PARKWATCH_{name} is set to {str(first['input'])!r}, which cannot be "
            f"({first['msg'].lower()}): correct it and start again."
        ) from error
