"""A password from where passwords may come: an option, a file, the environment."""

import os
from pathlib import Path

from device_sim.refusal import refuse

PASSWORD_VARIABLE = "PARKWATCH_GATEWAY_PASSWORD"


def password_of(given: str, file: Path | None) -> str:
    """The one given, else what the file holds, else the variable's. Refuses if there is none."""
    if given:
        return given
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise refuse(f"{file}: cannot be read ({error.strerror}).") from error
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise refuse(f"No password: give --password-file, or set {PASSWORD_VARIABLE}.")
    return password
