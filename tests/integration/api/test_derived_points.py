"""Derived points over REST: registered, refused by the field, changed, tried on the past."""

from typing import Any

import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_backtest import DAY, START, store
from tests.integration.api.test_register import refused
from tests.living.park import Json


@pytest.fixture(scope="module")
def works(api: Api) -> str:
    """An enterprise with thermometers, a pressure and a valve."""
    code = api.enterprise()
    for number in (1, 2, 3):
        api.point(code, f"TI-{number}", kind="temperature", unit="Cel")
    api.point(code, "PI-1", kind="pressure", unit="kPa")
    api.point(code, "XV-1", kind="valve", unit="1")
    return code


def spread(works: str, tag: str, **more: Any) -> Json:
    formula = {"expression": "a - b", "inputs": {"a": "TI-1", "b": "TI-2"}}
    return {
        "enterprise": works, "tag": tag, "kind": "temperature", "unit": "K", "formula": formula, **more
    }  # fmt: skip


def formula(expression: str, **inputs: str) -> Json:
    return {"formula": {"expression": expression, "inputs": inputs}}


def test_a_derived_point_is_a_point_with_its_formula(api: Api, works: str) -> None:
    made = api.admin.register("/derived-points", spread(works, "TD-1", name="温差", range_high=50))
    told = {"expression": "a - b", "inputs": {"a": "TI-1", "b": "TI-2"}, "periods": 3.0}
    assert (made["formula"], made["reporting"], made["gateway"]) == (told, "on_change", None)
    assert (made["unit"], made["range_high"], made["judged"]) == ("K", 50.0, False)
    address = f"/points/{works}/TD-1"
    assert api.admin.ask(address) == made
    assert api.admin.ask(f"/points/{works}/TI-1")["formula"] is None
    assert api.admin.items("/points", enterprise=works, derived=True) == [made]
    assert made not in api.admin.items("/points", enterprise=works, derived=False)

    mean = {"expression": "(a + b + c) / 3.0", "periods": 5,
            "inputs": {"a": "TI-1", "b": "TI-2", "c": "TI-3"}}  # fmt: skip
    changed = api.admin.http.put(f"/derived-points/{works}/TD-1/formula", json=mean).json()
    assert changed == made | {"formula": mean | {"periods": 5.0}}
    assert api.admin.http.patch(address, json={"name_en": "mean"}).json()["formula"] == mean
    history = api.admin.items(f"{address}/history")
    assert [sorted(each["after"]) for each in history[:2]] == [["name_en"], ["formula"]]
    assert history[1]["before"]["formula"]["expression"] == "a - b"


def test_one_may_be_made_of_another_but_not_of_itself(api: Api, works: str) -> None:
    api.admin.register("/derived-points", spread(works, "A"))
    api.admin.register("/derived-points", spread(works, "B", **formula("2.0 * a", a="A")))
    api.admin.register("/derived-points", spread(works, "C", **formula("b / 3.0", b="B")))
    answer = api.admin.http.put(
        f"/derived-points/{works}/A/formula", json=formula("c + a", c="C", a="TI-1")["formula"]
    )
    refused(answer, 422, "invalid", "A is made of C is made of B is made of A")
    assert answer.json()["errors"][0]["field"] == "formula.inputs"
    assert api.admin.ask(f"/points/{works}/A")["formula"]["expression"] == "a - b"
    kind = api.admin.http.patch(f"/points/{works}/TI-1", json={"kind": "analog"})
    refused(kind, 409, "conflict", "TI-1")


WRONG: list[tuple[Json, str, str]] = [
    (formula("a", a="D"), "formula.inputs.a", "made of itself"),
    (formula("a", a="TI-9"), "formula.inputs.a", "has no point TI-9"),
    (formula("a - b", a="TI-1", b="TI-1"), "formula.inputs.b", "named twice"),
    (formula("a", a="TI-1", b="TI-2"), "formula.inputs.b", "does not use it"),
    (formula("a +", a="TI-1"), "formula.expression", "cannot be compiled"),
    (formula("a - 1", a="TI-1"), "formula.expression", "5.0, not 5"),
    (formula("a > 1.0", a="TI-1"), "formula.expression", "yes or no"),
    (formula("v", v="XV-1"), "formula.expression", "a text"),
    (formula("a + p", a="TI-1", p="PI-1"), "formula.expression", "a is in Cel and p in kPa"),
    (formula("v == 'ajar' ? a : 0.0", v="XV-1", a="TI-1"), "formula.expression", "ajar"),
    (formula("Ä", Ä="TI-1"), "formula.expression", "is no name"),
    (formula("a0", **{f"a{n}": f"T-{n}" for n in range(33)}), "formula.inputs", "32"),
    ({"formula": None}, "formula", "object"),
    ({"kind": "valve", "unit": "1"}, "kind", "is a quantity"),
    ({"unit": "kPa"}, "unit", "measures a pressure"),
    ({"unit": "Pa"}, "unit", "Pa measures a pressure"),
    ({"gateway": "gw"}, "gateway", "belongs to a sensor"),
    ({"period_s": 5}, "period_s", "belongs to a sensor"),
]


@pytest.mark.parametrize(("change", "field", "said"), WRONG)
def test_what_cannot_be_computed_is_refused_by_its_field(
    api: Api, works: str, change: Json, field: str, said: str
) -> None:
    answer = api.admin.http.post("/derived-points", json=spread(works, "D") | change)
    refused(answer, 422, "invalid", said)
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert api.admin.http.get(f"/points/{works}/D").status_code == 404


def test_an_input_of_another_enterprise_is_none(api: Api, works: str) -> None:
    other = api.enterprise()
    api.point(other, "TI-77", kind="temperature", unit="Cel")
    answer = api.admin.http.post(
        "/derived-points", json=spread(works, "D") | formula("a", a="TI-77")
    )
    refused(answer, 422, "invalid", f"{works} has no point TI-77")


def test_the_unit_of_an_input_does_not_change_under_its_formula(api: Api) -> None:
    code = api.enterprise()
    for number in (1, 2):
        api.point(code, f"TI-{number}", kind="temperature", unit="Cel")
    api.admin.register("/derived-points", spread(code, "TD-1"))
    one = api.admin.http.patch(f"/points/{code}/TI-2", json={"unit": "[degF]"})
    refused(one, 422, "invalid", "TD-1", "a is in Cel and b in [degF]")
    assert [each["field"] for each in one.json()["errors"]] == ["unit"]
    path = f"/points/import?enterprise={code}&mode=update"
    csv = {"Content-Type": "text/csv"}
    sheet = api.admin.http.post(path, content=b"tag,unit\nTI-2,[degF]\n", headers=csv)
    refused(sheet, 422, "invalid", "Row 2: unit", "TD-1")
    assert api.admin.ask(f"/points/{code}/TI-2")["unit"] == "Cel"
    both = b"tag,unit\nTI-1,[degF]\nTI-2,[degF]\n"
    done = api.admin.http.post(path, content=both, headers=csv)
    assert done.status_code == 201, done.text
    assert api.admin.ask(f"/points/{code}/TI-2")["unit"] == "[degF]"


def test_what_is_a_sensor_stays_one_and_who_may_not_is_refused(api: Api, works: str) -> None:
    body = formula("a", a="TI-2")["formula"]
    sensor = api.admin.http.put(f"/derived-points/{works}/TI-1/formula", json=body)
    refused(sensor, 409, "conflict", "is a sensor")
    api.admin.register("/derived-points", spread(works, "TD-9"))
    for change, field in (({"period_s": 1}, "period_s"), ({"kind": "valve", "unit": "1"}, "kind")):
        answer = api.admin.http.patch(f"/points/{works}/TD-9", json=change)
        refused(answer, 422, "invalid", field)
    twice = api.admin.http.post("/derived-points", json=spread(works, "TD-9"))
    refused(twice, 409, "conflict", "TD-9")
    reserved = api.admin.http.post(f"/enterprises/{works}/gateways", json={"code": "_Derived"})
    refused(reserved, 409, "conflict", "platform's own")
    for role in ("operator", "regulator"):
        door = api.person(role)
        answer = door.http.post("/derived-points", json=spread(works, "TD-10"))
        refused(answer, 403, "forbidden")
        assert door.ask(f"/points/{works}/TD-9")["formula"]["expression"] == "a - b"
        door.close()


def test_its_trend_and_a_rule_tried_on_its_past(api: Api, works: str) -> None:
    point = api.admin.register("/derived-points", spread(works, "TD-2"))["id"]
    store(api, point, (0, 1), (60, 12), (70, 3))
    span = {"start": START.isoformat(), "end": (START + DAY).isoformat()}
    trend = api.admin.ask(f"/points/{works}/TD-2/readings", resolution="raw", **span)["items"]
    assert [each["value"] for each in trend] == [1.0, 12.0, 3.0]
    rule = {"enterprise": works, "tag": "TD-2", "condition": "H", "limit": 10, "grade": 2}
    found = api.admin.tell("/rules/backtest", span | {"rules": [rule]})
    assert [(each["tag"], each["value"]) for each in found["appears"]] == [("TD-2", 12.0)]
    assert api.admin.register("/rules", rule)["tag"] == "TD-2"
