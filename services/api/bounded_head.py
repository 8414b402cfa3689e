"""HTTP/1.1 as uvicorn speaks it, with an end to what a request says before its body.

httptools keeps a header of any length until it is whole, so one connection could take all memory.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LIMIT = 64 * 1024
"""Bytes of a request's first line and headers that have not come to their end yet."""
_BODY = (
    b'{"type":"/problems/too-large","title":"Request Header Fields Too Large","status":431,'
    b'"detail":"The address and headers are larger than 64 KiB: send less."}'
)
_ANSWER = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: application/problem+json\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_BODY), _BODY)
)


class BoundedHead(HttpToolsProtocol):
    """One connection. At most LIMIT and what came with the last packet is held of a head."""

    _in_head = False
    _held = 0

    def data_received(self, data: bytes) -> None:
        """Bytes from the peer; a head that has no end by LIMIT is refused, and the peer cut."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._held += len(data)
        if self._held > LIMIT:
            self.transport.write(_ANSWER)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head, self._held = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its body, if any, comes next; that is bounded by `Edge`."""
        self._in_head = False
        super().on_headers_complete()
