"""From a delivery to what the bench looks at, by the same reading of the field as everywhere."""

from collections.abc import Iterable

from services.domain.conformance_evidence import Heard
from services.domain.directory import Directory
from services.domain.point import Point
from services.domain.reading import Quality, Reading, ReadingFlag
from services.runtime.feed import Delivery
from services.wire.translate import translate

TIMES_A_DELIVERY = 500


def observe(delivery: Delivery, directory: Directory) -> Heard | None:
    """What a delivery shows; None for a state, and for what the broker had kept from earlier."""
    if delivery.retained:
        return None
    found = translate(directory, delivery.topic, delivery.payload, delivery.received_at)
    if found.state is not None:
        return None
    points = [directory.by_id[each.point_id] for each in found.readings]
    pairs = list(zip(found.readings, points, strict=True))
    quantities = [point for point in points if not point.has_states]
    strangers = found.unregistered
    untimed = ReadingFlag.NO_TIME
    own = {each.measured_at for each in found.readings if not each.flags & untimed}
    own |= {each.measured_at for each in strangers if not each.flags & untimed}
    speaks_of_units = delivery.topic.endswith("/senml")
    return Heard(
        received_at=delivery.received_at,
        qos=delivery.qos,
        times=tuple(sorted(own)[-TIMES_A_DELIVERY:]),
        numbers=(*found.messages, *found.unused),
        points=tuple({point.tag for point in points}),
        quantities=len(quantities),
        ranged=sum(_has_range(point) for point in quantities),
        strangers=tuple(dict.fromkeys(each.tag for each in strangers)),
        refusals=found.refusals,
        outside=_tags(pairs, ReadingFlag.OUT_OF_RANGE),
        contradicted=_contradicted(pairs) if speaks_of_units else (),
    )


def _has_range(point: Point) -> bool:
    return point.range_low is not None or point.range_high is not None


def _tags(pairs: Iterable[tuple[Reading, Point]], flag: ReadingFlag) -> tuple[str, ...]:
    return tuple(dict.fromkeys(point.tag for reading, point in pairs if reading.flags & flag))


def _contradicted(pairs: Iterable[tuple[Reading, Point]]) -> tuple[str, ...]:
    """SenML has no quality of its own: what is uncertain there came in another unit."""
    uncertain = Quality.UNCERTAIN
    return tuple(dict.fromkeys(p.tag for reading, p in pairs if reading.quality is uncertain))
