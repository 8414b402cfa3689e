"""The bare loop: what one Python process can do at most with the same broker and database.

paho → msgspec → COPY → commit → PUBACK, no validation, no identity of messages, no absorbing of
repeats. `python -m bench.bare`, order on standard input; without a database it only decodes and
acknowledges, as the second consumer beside it. It ends with its input.
"""

import secrets
import select
import struct
import sys
import threading
import time
from collections import deque

import msgspec
import psycopg
from paho.mqtt.client import MQTTMessage
from psycopg import sql

from bench.order import Consume
from services.runtime.mqtt_client import BrokerAddress, make_client

BATCH_READINGS = 5_000
LINGER_S = 0.1
HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
ROW = struct.Struct(">hiiiqiqidihih")
TRAILER = struct.pack(">h", -1)
EPOCH_2000_MS = 946_684_800_000


class Message(msgspec.Struct):
    """All that is looked at."""

    ts: int
    values: dict[str, float]


class Session:
    """A durable QoS 1 subscription whose deliveries wait in a queue."""

    def __init__(self, order: Consume) -> None:
        self.queue: deque[MQTTMessage] = deque()
        self._subscribed = threading.Event()
        self._order = order
        address = BrokerAddress("127.0.0.1", order.port, order.username, order.password)
        self._address, self._client_id = address, f"bare-{secrets.token_hex(6)}"
        self.client = make_client(address, self._client_id, durable=True)
        self.client.on_message = lambda _client, _data, message: self.queue.append(message)
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.connect(address.host, address.port)
        self.client.loop_start()
        self.client.subscribe(order.topic_filter, qos=1)
        if not self._subscribed.wait(10.0):
            raise ConnectionError("no SUBACK within 10 s")

    def forget(self) -> None:
        """End the session in the broker, too."""
        self.client.disconnect()
        self.client.loop_stop()
        last = make_client(self._address, self._client_id, durable=False)
        last.connect(self._address.host, self._address.port)
        last.loop_start()
        time.sleep(0.3)
        last.disconnect()
        last.loop_stop()


class Table:
    """Rows in, by binary COPY, one transaction a batch."""

    def __init__(self, order: Consume) -> None:
        assert order.database_url is not None
        self._ids = order.point_ids
        self._connection = psycopg.connect(order.database_url)
        self._copy = sql.SQL(
            "COPY {} (point_id, measured_at, received_at, value, quality, flags)"
            " FROM STDIN (FORMAT BINARY)"
        ).format(sql.Identifier(order.table))

    def store(self, messages: list[Message]) -> None:
        """Commit the values of these messages."""
        received = (time.time_ns() // 1_000_000 - EPOCH_2000_MS) * 1_000
        parts, pack, ids = [HEADER], ROW.pack, self._ids
        for message in messages:
            at = (message.ts - EPOCH_2000_MS) * 1_000
            for tag, value in message.values.items():
                parts.append(pack(6, 4, ids[tag], 8, at, 8, received, 8, value, 2, 0, 2, 0))
        parts.append(TRAILER)
        with self._connection.cursor() as cursor, cursor.copy(self._copy) as copy:
            copy.write(b"".join(parts))
        self._connection.commit()


def run(session: Session, table: Table | None) -> None:
    """Batches until the end of the input."""
    decoder = msgspec.json.Decoder(Message)
    while not _ended():
        taken, messages, readings = list[MQTTMessage](), list[Message](), 0
        end = time.monotonic() + LINGER_S
        while readings < BATCH_READINGS:
            if not session.queue:
                if time.monotonic() > end:
                    break
                time.sleep(0.002)
                continue
            taken.append(session.queue.popleft())
            messages.append(decoder.decode(taken[-1].payload))
            readings += len(messages[-1].values)
        if table is not None and messages:
            table.store(messages)
        for message in taken:
            session.client.ack(message.mid, message.qos)


def _ended() -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and not sys.stdin.readline()


def main() -> None:
    """Read the order, consume until told to end."""
    order = msgspec.json.decode(sys.stdin.readline(), type=Consume)
    table = Table(order) if order.database_url else None
    session = Session(order)
    print("ready", flush=True)
    run(session, table)
    session.forget()


if __name__ == "__main__":
    main()
