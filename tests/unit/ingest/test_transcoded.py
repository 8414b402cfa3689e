"""A gateway that sends GB18030 is named once, so that somebody sets it to UTF-8."""

from services.domain.directory import Directory
from services.ingest.gateway_watch import GatewayWatch
from services.runtime.feed import Delivery
from services.store.gateway_event import EventKind
from services.store.intake import Parcel
from services.wire.translate import translate

NOW = 1_767_542_400_000


def parcel(gateway: str, encoding: str) -> Parcel:
    topic, raw = f"pw/v1/acme/{gateway}/telemetry", '{"values":{"温度":1}}'.encode(encoding)
    return Parcel(Delivery(1, 1, 1, topic, raw, NOW), translate(Directory(), topic, raw, NOW))


def test_it_is_told_once_a_gateway_and_not_of_those_that_send_utf_8() -> None:
    watch = GatewayWatch()

    watch.note([parcel("gw1", "gb18030"), parcel("gw1", "gb18030"), parcel("gw2", "utf-8")])
    _, events = watch.take_due(NOW, 10)
    watch.note([parcel("gw1", "gb18030")])
    _, again = watch.take_due(NOW, 10)

    told = [(each.gateway, each.kind, each.at) for each in events]
    assert told == [("gw1", EventKind.TEXT_TRANSCODED, NOW)]
    assert again == []
