"""Requests that leave the installation, to addresses that somebody configured: guarded (SSRF).

A name is looked up once, every address of it is judged, and the connection goes to the address that was
judged: a name that answers otherwise the second time (DNS rebinding) leads nowhere. Redirects are not
followed. What is not the public internet is refused unless the operator names its network: nobody can
make us knock at the park's own doors, at this machine, or at a cloud's metadata (OWASP ASVS 5.0, 1.3.6
and 13.2.4).

Standard library only: `services/watcher/outgoing.py` is the same text, since the watcher has nothing in
common with what it watches.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

TIMEOUT_S = 5.0
"""For the whole of a request, its connection and the last byte of its answer."""
ANSWER_BYTES = 256 * 1024
_NAT64 = ip_network("64:ff9b::/96")


class Refused(Exception):
    """We do not go there; the text says why, and what to set if it is meant."""


class NoAnswer(Exception):
    """It could not be reached in time, or what it said is no HTTP."""


class NotFound(NoAnswer):
    """Its name stands for no address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the body, at most ANSWER_BYTES."""

    status: int
    body: bytes


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks that a setting names, by commas. Raises ValueError with a sentence."""
    found = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ip_network(each))
        except ValueError:
            raise ValueError(
                f"{each!r} is no network; write for example 10.20.0.0/16,fd00::/8."
            ) from None
    return tuple(found)


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name, as this machine resolves it. Raises NoAnswer."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFound(f"{host} cannot be looked up ({error})") from error
    return [str(each[4][0]) for each in found]


def is_public(address: Address) -> bool:
    """Whether it is on the public internet, also by what it carries inside."""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


class Outgoing:
    """The way out. `networks`: those beside the public internet that the operator named."""

    def __init__(self, networks: Sequence[Network] = (), resolve: Resolve = look_up) -> None:
        self._networks = tuple(networks)
        self._resolve = resolve

    def send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> Answer:
        """One request, its answer whatever the status is. Raises Refused and NoAnswer."""
        parts, host, port = _parts(url)
        address = self._judged(host, port)
        connection = _connection(parts.scheme, host, port, address, timeout_s)
        # A peer that sends a byte now and then would never run into the socket's own time-out.
        late = threading.Event()
        end = threading.Timer(timeout_s, _cut, [connection, late])
        end.daemon = True
        end.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            found = answer.read(ANSWER_BYTES + 1)
        except (OSError, HTTPException, ValueError, AttributeError) as error:
            # AttributeError: http.client's, when its socket is closed under its hands.
            raise NoAnswer(f"{host} does not answer ({type(error).__name__}: {error})") from error
        finally:
            end.cancel()
            connection.close()
        if late.is_set():  # half an answer reads like a whole one where nothing says how long it is
            raise NoAnswer(f"{host} takes longer than {timeout_s:g} s")
        if len(found) > ANSWER_BYTES:
            raise NoAnswer(f"{host} answers more than {ANSWER_BYTES // 1024} KiB")
        return Answer(answer.status, found)

    def judge(self, url: str) -> None:
        """Whether we would go there now. Raises Refused and NoAnswer."""
        _, host, port = _parts(url)
        self._judged(host, port)

    def _judged(self, host: str, port: int) -> str:
        """The address to connect to, when all that the name stands for may be gone to."""
        found = list(self._resolve(host, port))
        if not found:
            raise NotFound(f"{host} has no address")
        for text in found:
            address = ip_address(text.partition("%")[0])
            if not (is_public(address) or self._is_named(address)):
                raise Refused(
                    f"{host} is {address}, which is not on the public internet: name its network "
                    "in PARKWATCH_OUTGOING_NETWORKS if it is meant"
                )
        return found[0]

    def _is_named(self, address: Address) -> bool:
        inner = _inside(address)
        meant = address if inner is None else inner
        return any(meant in network for network in self._networks)


def _parts(url: str) -> tuple[SplitResult, str, int]:
    if not url.isprintable() or any(each in url for each in ' "<>\\^`{|}'):
        raise Refused("the address has signs in it that no address has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"that is no address ({error})") from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Refused("only addresses that begin with https:// or http:// and a host are asked")
    if parts.username is not None or parts.password is not None:
        raise Refused("an address with a name or password in it is not asked")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    return parts, parts.hostname, port


def _connection(
    scheme: str, host: str, port: int, address: str, timeout_s: float
) -> http.client.HTTPConnection:
    """To that address and no other, while the certificate must be the name's."""

    def connect(*_: object) -> socket.socket:
        return socket.create_connection((address, port), timeout_s)

    made: http.client.HTTPConnection
    if scheme == "https":
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        made = http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
    else:
        made = http.client.HTTPConnection(host, port, timeout=timeout_s)
    # http.client's own seam: with another function here TLS still asks for the name's certificate.
    made._create_connection = connect  # type: ignore[attr-defined]
    return made


def _cut(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    late.set()
    held = connection.sock
    if held is not None:
        try:
            held.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
