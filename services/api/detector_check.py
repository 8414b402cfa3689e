"""A rule that is more than a limit, held against the register before it is put in force."""

from services.api.detector_body import DetectorBody
from services.api.principal import Principal
from services.api.problem import invalid_fields
from services.api.window import Window
from services.domain.claim import Scalar
from services.domain.detector_maker import BadRule
from services.domain.detector_rule import validated
from services.domain.point import Point
from services.wire.expression import watch


def check_detector(
    here: Window, principal: Principal, body: DetectorBody, path: str = ""
) -> dict[str, Scalar]:
    """The parameters, defaults filled in. Refuses what cannot judge, each field by its path, which
    begins with `path`."""
    points = _points(here, principal, body, path)
    try:
        return validated(body.of_kind, points, body.parameters(), body.grade, watch)
    except BadRule as wrong:
        raise invalid_fields({path + body.field_of(wrong.path): wrong.text}) from None


def _points(here: Window, principal: Principal, body: DetectorBody, path: str) -> dict[str, Point]:
    """The registered points by their names in the rule. A point of another enterprise is refused
    like one that nobody knows."""
    if not principal.sees(body.enterprise) or body.enterprise not in here.register.enterprises:
        told = f"{body.enterprise} is not registered; do that first."
        raise invalid_fields({f"{path}enterprise": told})
    wrong = body.unfit()
    if wrong:
        raise invalid_fields({path + name: told for name, told in wrong.items()})
    found: dict[str, Point] = {}
    for name, tag in _tags(here, body, path).items():
        place = here.register.place(body.enterprise, tag)
        if place is None:
            told = f"{body.enterprise} has no point {tag}; register the point first."
            wrong.setdefault(body.field_of(f"points.{name}"), told)
        else:
            found[name] = place.point
    if body.tag not in body.tags().values():
        wrong["tag"] = "It must be the point of one of the variables."
    if wrong:
        raise invalid_fields({path + name: told for name, told in wrong.items()})
    return found


def _tags(here: Window, body: DetectorBody, path: str) -> dict[str, str]:
    """The tags of its points by their names in the rule: its own, or those of its group."""
    group = body.group_named()
    if group is None:
        return body.tags()
    if (body.enterprise, group) not in here.register.groups.by_key:
        told = f"{body.enterprise} has no group {group}; register the group first."
        raise invalid_fields({f"{path}group": told})
    tags = here.register.groups.watched(body.enterprise, group, body.tag)
    if tags is None:
        raise invalid_fields({f"{path}tag": f"{body.tag} is not in the group {group}."})
    return {tag: tag for tag in tags}
