"""The ways out: a webhook that dies before or after answering, one that hangs, a command."""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.watcher.outgoing import Outgoing, networks_of
from services.watcher.outlet import WAITING, Failed, Outlet, command, webhook
from services.watcher.report import Report, report
from services.watcher.verdict import Call
from tests.living.outcome import eventually

HERE = Outgoing(networks_of("127.0.0.1/32"))
NOW = datetime(2026, 1, 4, 8, 0, 30, tzinfo=UTC)


def scream(stage: str = "engine", call: Call = Call.SCREAM) -> Report:
    return report(
        call, "chain", NOW, NOW - timedelta(seconds=25), stage, "why", "/var/lib/parkwatch"
    )


class Sink:
    """A receiver of webhooks that answers with these codes, the last one for ever."""

    def __init__(self, *codes: int) -> None:
        self.got: list[dict[str, Any]] = []
        codes_left = list(codes)
        sink = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                sink.got.append(json.loads(self.rfile.read(length)))
                self.send_response(codes_left.pop(0) if len(codes_left) > 1 else codes_left[0])
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/scream"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def sink(request: pytest.FixtureRequest) -> Iterator[Sink]:
    made = Sink(*getattr(request, "param", (204,)))
    yield made
    made.server.shutdown()
    made.server.server_close()


def ignored(_name: str, _reason: str) -> None:
    return


def test_a_webhook_gets_the_report_in_both_languages(sink: Sink) -> None:
    webhook(sink.url, HERE)(scream())
    (got,) = sink.got
    assert got["type"] == "scream"
    assert got["grade"] == 1
    assert got["stage"] == "engine"
    assert got["since"] == "2026-01-04T08:00:05.000Z"
    assert got["text"]["en"].startswith("The alarm chain is silent for 25 s")
    assert got["text"]["zh"].startswith("报警链路静默 25 秒")


@pytest.mark.parametrize("stage", ["broker", "engine", "api", "watcher", ""])
def test_every_stage_has_its_words(stage: str) -> None:
    found = scream(stage)
    assert all(found.text[language].endswith(end) for language, end in (("zh", "。"), ("en", ".")))


def test_that_all_is_well_has_no_grade_and_no_stage() -> None:
    found = scream("engine", Call.WELL)
    assert (found.grade, found.stage, found.sentence) == (None, "", "The alarm chain works again.")


@pytest.mark.parametrize("sink", [(500, 503, 204)], indirect=True)
def test_a_webhook_that_refuses_is_asked_again_and_gets_it_once_more(sink: Sink) -> None:
    outlet = Outlet("webhook", webhook(sink.url, HERE), ignored)
    outlet.put(scream())
    eventually(lambda: len(sink.got) == 3, 10.0, "three tries")
    outlet.close(5.0)
    assert len(sink.got) == 3


def test_what_is_given_up_is_told_and_the_next_report_goes_its_way() -> None:
    tries: list[str] = []
    told: list[str] = []

    def never(found: Report) -> None:
        tries.append(found.stage)
        raise Failed("no")

    outlet = Outlet("webhook", never, lambda name, reason: told.append(f"{name}: {reason}"))
    outlet.put(scream("broker"))
    outlet.put(scream("api"))
    outlet.close(20.0)
    assert tries == ["broker"] * 5 + ["api"] * 5
    assert told == ["webhook: no"] * 2


def test_one_that_hangs_keeps_the_newest_and_holds_nobody_up() -> None:
    hold, sent = threading.Event(), list[str]()

    def slow(found: Report) -> None:
        hold.wait(20.0)
        sent.append(found.detail)

    outlet = Outlet("webhook", slow, ignored)
    for number in range(WAITING * 3):
        outlet.put(report(Call.AGAIN, "chain", NOW, NOW, "api", str(number), ""))
    hold.set()
    outlet.close(10.0)
    assert sent[-1] == str(WAITING * 3 - 1)
    assert len(sent) <= WAITING + 1


def test_a_command_gets_the_report_on_its_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "said"
    command(
        [sys.executable, "-c", f"import sys; open({str(file)!r}, 'w').write(sys.stdin.read())"]
    )(scream())
    assert json.loads(file.read_text())["subject"] == "chain"


@pytest.mark.parametrize("words", [["/nowhere/at/all"], [sys.executable, "-c", "exit(3)"]])
def test_a_command_that_fails_is_a_way_out_that_failed(words: list[str]) -> None:
    with pytest.raises(Failed):
        command(words)(scream())


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/none", "nonsense", "ftp://x"])
def test_a_webhook_that_is_not_there_is_one_too(url: str) -> None:
    with pytest.raises(Failed):
        webhook(url, HERE)(scream())
