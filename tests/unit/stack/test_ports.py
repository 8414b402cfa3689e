"""A port that is taken, closed or elsewhere is said in one sentence with the setting to change."""

import socket

import pytest

from services.stack.ports import RANGE, claim, free_port, is_free
from services.stack.refusal import Refusal


def test_a_free_port_is_free_and_no_outgoing_connections() -> None:
    port = free_port()
    assert is_free("127.0.0.1", port)
    assert port in RANGE


def test_a_taken_port_names_itself_and_the_setting() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        with pytest.raises(Refusal) as refused:
            claim("127.0.0.1", port, "the console", "HTTP_PORT")
    sentence = str(refused.value)
    assert f"Port {port} on 127.0.0.1, wanted for the console, is taken" in sentence
    assert "PARKWATCH_HTTP_PORT" in sentence


def test_a_connection_that_just_ended_does_not_keep_the_port() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()
            client.recv(1)
    claim("127.0.0.1", port, "the console", "HTTP_PORT")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Refusal, match="not one of this machine; set PARKWATCH_HTTP_HOST"):
        claim("192.0.2.1", free_port(), "the console", "HTTP_PORT")
