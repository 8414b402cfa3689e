"""What the watcher did, as JSON lines like those of the services: in a file of bounded size, or on
standard error."""

import json
import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path

LIMIT = 1024 * 1024
KEPT = 3


class Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"service": "watcher", "event": record.getMessage()}
        line |= {"level": record.levelname.lower(), "timestamp": at.replace("+00:00", "Z")}
        return json.dumps(line | getattr(record, "more", {}), ensure_ascii=False)


def logbook(file: Path | None) -> logging.Logger:
    """Where to write; a full disk or a closed terminal is passed by in silence."""
    handler: logging.Handler = (
        logging.StreamHandler()
        if file is None
        else logging.handlers.RotatingFileHandler(
            file, maxBytes=LIMIT, backupCount=KEPT, encoding="utf-8", delay=True
        )
    )
    handler.setFormatter(Lines())
    logging.raiseExceptions = False
    found = logging.getLogger("parkwatch.watcher")
    found.propagate = False
    found.setLevel(logging.INFO)
    found.handlers = [handler]
    return found
