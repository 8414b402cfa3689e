"""Requests that leave the installation go where they were meant to, or nowhere (S36)."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest

from services.runtime import outgoing
from services.runtime.outgoing import NoAnswer, Outgoing, Refused, is_public, networks_of

ROOT = Path(__file__).resolve().parents[3]
LOOPBACK = networks_of("127.0.0.0/8")
NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::",
]


class Told:
    """A name server that says one thing, then another."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Place:
    """A server on this machine: what it was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        place = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                place.asked.append(f"{self.headers['Host']}{self.path}")
                if self.path == "/elsewhere":
                    self.send_response(302)
                    self.send_header("Location", "/secret")
                else:
                    self.send_response(200)
                self.end_headers()
                size = {"/much": outgoing.ANSWER_BYTES + 1}.get(self.path, 2)
                self.wfile.write(b"x" * size)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_s36_what_is_not_the_public_internet_is_refused(text: str) -> None:
    assert not is_public(ip_address(text))
    with pytest.raises(Refused, match="OUTGOING_NETWORKS"):
        Outgoing(resolve=Told([text])).judge("https://somewhere.example/")


@pytest.mark.parametrize("text", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_s36_the_public_internet_is_not(text: str) -> None:
    Outgoing(resolve=Told([text])).judge("https://somewhere.example/")


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0x7f000001", "2130706433", "017700000001", "[::1]", "[::ffff:7f00:1]", "0"]
)  # fmt: skip
def test_s36_this_machine_is_known_by_every_spelling(host: str) -> None:
    """By what this machine's own resolver makes of it; what it cannot read leads nowhere either."""
    with pytest.raises((Refused, NoAnswer)):
        Outgoing().send("GET", f"http://{host}:1/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://1.1.1.1/", "ftp://1.1.1.1/", "//1.1.1.1/", "nonsense", "http://",
        "http://1.1.1.1@10.0.0.1/", "http://a:b@1.1.1.1/", "http://1.1.1.1\\@10.0.0.1/",
        "http://1.1.1.1/ HTTP/1.1\r\nX: y", "http://1.1.1.1:70000/", "http://[::1", "http://1.1.1.1/\x00",
    ],
)  # fmt: skip
def test_s36_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Outgoing(resolve=Told(["1.1.1.1"])).send("GET", url)


def test_s36_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(Refused):
        Outgoing(resolve=Told(["1.1.1.1", "10.0.0.1"])).judge("https://somewhere.example/")


def test_s36_a_name_is_looked_up_once_and_gone_to_where_it_was_judged(place: Place) -> None:
    """DNS rebinding: the second answer would be another address; nobody asks for it."""
    names = Told(["127.0.0.1"], ["10.255.255.1"])
    place.asked.clear()
    answer = Outgoing(LOOPBACK, names).send("GET", place.url("/a?b=c", "rebound.example"))
    assert (answer.status, answer.body, names.asked) == (200, b"xx", 1)
    assert place.asked == [f"rebound.example:{place.port}/a?b=c"]
    turned = Told(["1.1.1.1"], ["127.0.0.1"])
    guard = Outgoing(resolve=turned)
    guard.judge("http://rebound.example/")
    with pytest.raises(Refused):
        guard.send("GET", place.url("/", "rebound.example"))


def test_s36_a_redirect_is_an_answer_and_not_followed(place: Place) -> None:
    place.asked.clear()
    assert Outgoing(LOOPBACK).send("GET", place.url("/elsewhere")).status == 302
    assert place.asked == [f"127.0.0.1:{place.port}/elsewhere"]


def test_s36_what_the_operator_named_is_meant_and_nothing_beside_it(place: Place) -> None:
    assert Outgoing(LOOPBACK).send("GET", place.url()).status == 200
    for networks in ((), networks_of("10.0.0.0/8,::1/128"), networks_of("127.0.0.2/32")):
        with pytest.raises(Refused):
            Outgoing(networks).send("GET", place.url())
    with pytest.raises(ValueError, match="is no network"):
        networks_of("10.0.0.0/8, everywhere")


def test_an_answer_has_an_end(place: Place) -> None:
    with pytest.raises(NoAnswer, match="256 KiB"):
        Outgoing(LOOPBACK).send("GET", place.url("/much"))


def test_who_drips_or_says_nothing_is_left_in_time() -> None:
    """One byte now and then would keep a time-out of the socket from ever passing."""
    ending = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not ending.wait(0.05):
                    try:
                        peer.sendall(b"y")
                    except OSError:
                        return

        dripping = threading.Thread(target=drip)
        dripping.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(NoAnswer):
            Outgoing(LOOPBACK).send("GET", url, timeout_s=0.3)
        ending.set()
        dripping.join()


def test_the_watchers_guard_is_the_same_text() -> None:
    """It has nothing in common with what it watches; a second guard would have faults of its own."""
    theirs = (ROOT / "services/watcher/outgoing.py").read_text("utf-8")
    assert theirs == Path(outgoing.__file__).read_text("utf-8")
