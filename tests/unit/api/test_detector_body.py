"""The bodies of rules that are more than a limit say what the domain asks for, and no more."""

import pytest

from services.api.detector_body import DETECTORS, DetectorBody
from services.domain.detector_kind import PARAMETERS, DetectorKind
from services.domain.parameter import Parameter


def test_every_kind_has_a_body() -> None:
    assert set(DETECTORS) == set(DetectorKind)


@pytest.mark.parametrize("kind", DetectorKind)
def test_a_body_asks_for_the_parameters_of_its_kind(kind: DetectorKind) -> None:
    own = set(DETECTORS[kind].model_fields) - set(DetectorBody.model_fields)
    points = {"others", "group", "witness", "variables"}
    assert own - points == {each.name for each in PARAMETERS[kind]}


@pytest.mark.parametrize(
    ("kind", "parameter"),
    [(kind, each) for kind in DetectorKind for each in PARAMETERS[kind]],
    ids=lambda each: getattr(each, "name", str(each)),
)
def test_what_is_left_out_is_the_domains_default(kind: DetectorKind, parameter: Parameter) -> None:
    field = DETECTORS[kind].model_fields[parameter.name]
    assert field.is_required() == parameter.needed
    if not parameter.needed:
        assert field.default == parameter.default
