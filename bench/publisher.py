"""A process that plays one gateway: `python -m bench.publisher`, orders on standard input.

It connects, says `ready`, waits for its start, publishes, and says what it did.
"""

import sys
import time

import msgspec

from bench.link import Link
from bench.order import Burst, Paced, Raise, Sender, Sent, Start
from bench.steadfast import Steadfast
from bench.workload import HIGH, LOW, Workload

IN_FLIGHT_PACED = 100
"""A paced publisher waits beyond this, as a gateway would (a broker whose disk cannot keep up
cuts a connection whose messages wait 5 s); what it sends late counts from when it was due."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def burst(order: Burst, link: Link, load: Workload) -> int:
    """Publish with a full window; the bytes of all payloads."""
    left, size = order.messages, 0
    while left:
        room = order.window - link.in_flight
        if room <= 0:
            link.wait_acks()
            continue
        payloads = [load.message(now_ms()) for _ in range(min(room, left))]
        link.send(payloads)
        left -= len(payloads)
        size += sum(map(len, payloads))
    for value in (LOW, HIGH):
        link.send([load.only(now_ms(), f'"{order.marker}":{value}')])
    link.drain()
    return size


class Schedule:
    """When each message of a paced publisher is due, and which of them carry an alarm."""

    def __init__(self, order: Paced, start: float) -> None:
        self._order = order
        self._first = start + order.offset_s
        self.messages = round(order.seconds / order.every_s)
        self.raises: list[Raise] = []
        self.late_s = 0.0

    def due(self, number: int) -> float:
        return self._first + number * self._order.every_s

    def payload(self, number: int, load: Workload) -> bytes:
        """The message of this number, made at the moment it is sent."""
        due, order = self.due(number), self._order
        self.late_s = max(self.late_s, time.monotonic() - due)
        if order.stamped:
            return load.message(now_ms(), f',"due":{due}')
        if not order.alarms or number % order.alarm_every:
            return load.message(now_ms())
        passes, place = divmod(number // order.alarm_every, len(order.alarms))
        tag, value = order.alarms[place], LOW if passes % 2 else HIGH
        # With one value a message it is the alarm; with more it rides with the others.
        if order.sender.readings == 1:
            made = load.only(now_ms(), f'"{tag}":{value}')
        else:
            made = load.message(now_ms(), f',"{tag}":{value}')
        if value == HIGH:
            self.raises.append(Raise(tag, load.last_at, due))
        return made


def paced(
    order: Paced, link: Link | Steadfast, load: Workload, schedule: Schedule
) -> tuple[int, int]:
    """Publish by schedule, whatever has been acknowledged by then.

    Gives up when it is behind by as much as the whole schedule is long: that flow cannot be
    sustained. Answers the messages sent and their bytes.
    """
    number = size = 0
    while number < schedule.messages and schedule.late_s < order.seconds:
        wait = schedule.due(number) - time.monotonic()
        if wait > 0 or link.in_flight >= IN_FLIGHT_PACED:
            link.take_acks(max(wait, 0.0005))
            continue
        payload = schedule.payload(number, load)
        link.send([payload])
        size += len(payload)
        number += 1
    if order.alarms and not order.stamped:
        # Back below the limits, so that the next flow finds every point quiet.
        link.send([load.only(now_ms(), ",".join(f'"{tag}":{LOW}' for tag in order.alarms))])
    link.drain()
    return number, size


def carry_out(order: Burst | Paced, sender: Sender) -> Sent:
    """Connect, wait for the start, publish."""
    if isinstance(order, Paced) and order.steadfast:
        with Steadfast(sender) as steadfast:
            return msgspec.structs.replace(play(order, steadfast), cuts=steadfast.cuts)
    client_id = f"bench-{sender.boot}"
    with Link(sender.port, client_id, sender.username, sender.password, sender.topic) as link:
        return play(order, link)


def play(order: Burst | Paced, link: Link | Steadfast) -> Sent:
    """Wait for the start, publish, and say what was sent."""
    print("ready", flush=True)
    start = msgspec.json.decode(sys.stdin.readline(), type=Start).at
    load = Workload(order.sender)
    time.sleep(max(0.0, start - time.monotonic()))
    begun = time.monotonic()
    raises, late_s = list[Raise](), 0.0
    if isinstance(order, Burst):
        assert isinstance(link, Link)
        size, messages = burst(order, link, load), order.messages + 2
    else:
        schedule = Schedule(order, start)
        messages, size = paced(order, link, load, schedule)
        raises, late_s = schedule.raises, schedule.late_s
    return Sent(begun, time.monotonic(), messages, size, time.process_time(), raises, late_s)


def main() -> None:
    """Read the order, carry it out, answer."""
    order = msgspec.json.decode(sys.stdin.readline(), type=Burst | Paced)
    sent = carry_out(order, order.sender)
    print(msgspec.json.encode(sent).decode(), flush=True)


if __name__ == "__main__":
    main()
