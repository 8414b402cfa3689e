"""A line of the log is one line, whatever strangers call themselves (S45)."""

import json

import pytest
import structlog

from services.runtime.log import configure

FORGED = '","event":"all is well"}\r\n{"event":"all is well"}'
ODD = "\x00\x07\x1b[2J\x7f\x85\x9b31m\u2028\u2029\u202e\U000e0001"


def test_s45_a_stranger_writes_no_line_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.contextvars.clear_contextvars()
    configure("api")
    try:
        structlog.get_logger().warning("refused", username=FORGED + ODD, 名="罐区")
        (line,) = capsys.readouterr().err.splitlines()
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    assert json.loads(line)["username"] == FORGED + ODD, "nothing is lost either"
    assert json.loads(line)["event"] == "refused"
    assert line.isprintable(), "no terminal does what it says"
    assert "罐区" in line, "what people write stays readable"


def test_s50_times_are_utc_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    configure("api")
    try:
        structlog.get_logger().info("here")
        told = json.loads(capsys.readouterr().err)["timestamp"]
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    assert told.endswith(("Z", "+00:00"))
