"""The keys by which the api signs tokens and seals what it keeps, read again while it runs."""

from pathlib import Path

import structlog

from services.domain.signing_key import BadKeys, SigningKey, parse_keys

_log = structlog.get_logger()


class Keyring:
    """The keys of a text, or of a file that may change."""

    def __init__(self, text: str, file: Path | None = None) -> None:
        """`file`, where it is there, counts and not `text`. Raises BadKeys."""
        self._file = file
        self._read = text if file is None else file.read_text(encoding="utf-8")
        self._keys = parse_keys(self._read)
        self._troubled = False

    @property
    def signing(self) -> str:
        """The key for what is new."""
        return self._keys[0].secret

    @property
    def every(self) -> tuple[SigningKey, ...]:
        """All keys, the one that signs first."""
        return self._keys

    def refresh(self) -> bool:
        """Look at the file; whether other keys stand in it. What cannot be used changes nothing."""
        if self._file is None:
            return False
        try:
            text = self._file.read_text(encoding="utf-8")
            if text == self._read:
                return False
            self._keys, self._read, self._troubled = parse_keys(text), text, False
        except (OSError, UnicodeDecodeError, BadKeys) as error:
            if not self._troubled:
                _log.warning("the new keys cannot be used", reason=str(error))
            self._troubled = True
            return False
        _log.info("other keys sign from now on", keys=len(self._keys))
        return True
