"""Structured logs: one JSON object a line on stderr, times in UTC."""

import json
import logging
import sys
from typing import Any

import structlog


def configure(service: str) -> None:
    """Set the process's logging up; every line carries the service's name."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(_one_line, ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(service=service)


def _one_line(event: Any, **how: Any) -> str:
    """As JSON without a sign that a terminal or a reader of lines would act on: what strangers call
    themselves stands in here too."""
    text = json.dumps(event, **how)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)
