"""What a delivery tells of the gateway it came from: that it lives, and the time it lives in."""

from services.alerts.engine import Hearing
from services.domain.formula import GATEWAY as COMPUTED
from services.domain.gateway_clock import TimesHeard, is_usable
from services.wire.telemetry import TimeRefusal
from services.wire.translate import Translation


def hearing_of(found: Translation, received_at: int) -> Hearing | None:
    """None where it is no sign of a gateway's life: a will, a state kept by the broker, a
    topic of nobody, what we compute ourselves. All readings count for the clock, those of unregistered tags, too."""
    if found.repeated or not found.enterprise or found.gateway in ("", COMPUTED):
        return None
    if found.state is not None and not found.state.online:
        return None
    times = {each.measured_at for each in found.readings}
    times.update(each.measured_at for each in found.unregistered)
    usable = max((at for at in times if is_usable(at, received_at)), default=None)
    unusable = max((at for at in times if not is_usable(at, received_at)), default=None)
    refused = usable is None and any(isinstance(each, TimeRefusal) for each in found.refusals)
    return Hearing(
        found.enterprise,
        found.gateway,
        tuple(each.point_id for each in found.readings),
        TimesHeard(received_at, usable, unusable, unusable is not None or refused),
    )
