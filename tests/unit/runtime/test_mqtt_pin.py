"""The services know an encrypted broker by its certificate, whatever name stands in it."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from services.runtime.mqtt_client import BadAddress, BrokerAddress, trust

AUTHORITY = """
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
[names]
commonName = supplied
"""


def made(folder: Path, until: str = "20991231000000Z") -> Path:
    """A self-signed certificate for a name that no test connects to; its key beside it."""
    folder.mkdir()
    (folder / "index").touch()
    (folder / "authority").write_text(AUTHORITY)
    ask = "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    sign = "openssl ca -batch -selfsign -notext -config authority -startdate 20200101000000Z"
    for line in (
        f"{ask} -subj /CN=park.example -keyout key -out request",
        f"{sign} -enddate {until} -keyfile key -in request -out crt",
    ):
        subprocess.run(line.split(), cwd=folder, check=True, capture_output=True)
    return folder / "crt"


@contextmanager
def server(certificate: Path) -> Iterator[int]:
    """A TLS server that takes one connection; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            with suppress(OSError), listening.accept()[0] as plain:
                context.wrap_socket(plain, server_side=True).close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def shake_hands(port: int, pin: Path) -> None:
    address = BrokerAddress.parse(f"mqtts://svc:x@127.0.0.1:{port}?pin={pin}")
    with socket.create_connection((address.host, port), timeout=10) as plain:
        trust(address).wrap_socket(plain, server_hostname=address.host).close()


def test_the_pinned_certificate_is_the_broker(tmp_path: Path) -> None:
    pin = made(tmp_path / "one")
    with server(pin) as port:
        shake_hands(port, pin)


def test_any_other_certificate_is_not(tmp_path: Path) -> None:
    pin, other = made(tmp_path / "one"), made(tmp_path / "other")
    with server(other) as port, pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(port, pin)


def test_a_certificate_that_ran_out_does_not_silence_the_alarms(tmp_path: Path) -> None:
    pin = made(tmp_path / "one", until="20200102000000Z")
    usual = ssl.create_default_context(cafile=pin)
    usual.check_hostname = False
    with (
        server(pin) as port,
        socket.create_connection(("127.0.0.1", port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="expired"),
    ):
        usual.wrap_socket(plain)
    with server(pin) as port:
        shake_hands(port, pin)


def test_only_the_first_certificate_of_a_chain_is_pinned(tmp_path: Path) -> None:
    first, issuer = made(tmp_path / "one"), made(tmp_path / "issuer")
    chain = tmp_path / "chain"
    chain.write_text(first.read_text() + issuer.read_text())
    with server(issuer) as port, pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(port, chain)


@pytest.mark.parametrize("content", [None, "", "-----BEGIN", "证书"])
def test_a_pin_that_is_no_certificate_is_said(tmp_path: Path, content: str | None) -> None:
    pin = tmp_path / "pin"
    if content is not None:
        pin.write_text(content)
    with pytest.raises(BadAddress, match=r"certificate"):
        BrokerAddress.parse(f"mqtts://h?pin={pin}")
