"""Rules by the standards' templates: proposed, chosen, kept with their source, and loosened aloud."""

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json


def gas_point(api: Api, tag: str = "GT-1", **more: object) -> str:
    code = api.enterprise()
    described = {"kind": "combustible_gas", "unit": "%LEL", "substance": "74-98-6", **more}
    api.point(code, tag, **described)
    return code


def test_what_is_chosen_of_a_template_is_a_rule_that_names_its_source(api: Api) -> None:
    code = gas_point(api)
    address = f"/points/{code}/GT-1/template"
    assert api.admin.ask(f"/points/{code}/GT-1")["judged"] is False
    proposed = api.admin.ask(address)
    assert [(p["condition"], p["limit"], p["rule"]) for p in proposed["proposals"]] == [
        ("H", 25.0, None),
        ("HH", 50.0, None),
    ]
    assert proposed["why_not"] is None

    made = api.admin.tell(address, {"conditions": ["HH"]}, status=201)["items"]
    assert [(r["condition"], r["limit"], r["source"]) for r in made] == [
        ("HH", 50.0, "GB/T 50493-2019")
    ]
    assert "50 %LEL" in made[0]["basis"]
    eventually(lambda: api.admin.ask(f"/points/{code}/GT-1")["judged"], 10.0, "it is judged")

    both = api.admin.http.post(address, json={})
    refused(both, 409, "conflict", "HH", made[0]["id"])
    assert [r["id"] for r in api.admin.items("/rules", enterprise=code)] == [made[0]["id"]]
    assert [p["rule"] for p in api.admin.ask(address)["proposals"]] == [None, made[0]["id"]]
    refused(api.admin.http.post(address, json={"conditions": ["LL"]}), 422, "invalid", "LL")

    gone = f"/rules/{made[0]['id']}"
    refused(api.admin.http.delete(gone), 422, "invalid", "reason", "50 %LEL")
    assert api.admin.ask(gone)["valid_to"] is None
    api.admin.remove(f"{gone}?reason=拆除")
    regulator = api.person("regulator")
    ended = regulator.ask(gone)["versions"][0]
    assert (ended["ended_by"], ended["ended_reason"]) == ("admin", "拆除")
    regulator.close()
    eventually(lambda: not api.admin.ask(f"/points/{code}/GT-1")["judged"], 10.0, "not judged")


def test_a_template_says_what_it_needs_to_be_told(api: Api) -> None:
    code = gas_point(api, "TI-1", kind="temperature", unit="Cel", substance=None)
    address = f"/points/{code}/TI-1/template"
    assert "normal_high" in api.admin.ask(address)["why_not"]
    refused(api.admin.http.post(address, json={}), 422, "invalid", "normal_high")
    told = api.admin.ask(address, normal_high=80)
    assert [p["limit"] for p in told["proposals"]] == [80.0, 100.0]


def test_a_conversion_rests_on_the_lel_that_is_named(api: Api) -> None:
    code = gas_point(api, unit="vol%")
    address = f"/points/{code}/GT-1/template"
    iec, nfpa = (
        [round(p["limit"], 6) for p in api.admin.ask(address, lel=source)["proposals"]]
        for source in ("IEC", "nfpa")
    )
    assert iec == [0.425, 0.85]
    assert nfpa == [0.525, 1.05]
    answer = api.admin.http.get(address, params={"lel": "hearsay"})
    refused(answer, 422, "invalid", "hearsay", "NFPA")


def test_a_limit_laxer_than_the_template_needs_a_reason_that_the_regulator_reads(api: Api) -> None:
    code = gas_point(api)
    api.point(code, "LI-1")
    lax = {"enterprise": code, "tag": "GT-1", "condition": "H", "limit": 30, "grade": 2}
    refused(api.admin.http.post("/rules", json=lax), 422, "invalid", "reason", "25 %LEL")
    api.admin.register("/rules", lax | {"tag": "LI-1", "limit": 99})  # no substance: free

    made = api.admin.register("/rules", lax | {"reason": "蒸汽干扰，经专家论证"})
    regulator = api.person("regulator")
    seen = {r["id"]: r["reason"] for r in regulator.items("/rules", enterprise=code)}
    assert seen[made["id"]] == "蒸汽干扰，经专家论证"
    api.point(code, "GT-2", kind="combustible_gas", unit="%LEL")
    nameless = api.admin.register("/rules", lax | {"tag": "GT-2"})  # no reason is asked
    assert "the point names no substance: 30 %LEL is laxer" in nameless["laxer"]
    told = {r["id"]: r["laxer"] for r in regulator.items("/rules", enterprise=code)}
    assert told[nameless["id"]] == nameless["laxer"]
    assert told[made["id"]].startswith("30 %LEL is laxer than the H limit")
    regulator.close()

    address = f"/rules/{made['id']}"
    refused(api.admin.http.put(address, json=lax | {"limit": 35}), 422, "invalid", "reason")
    same = api.admin.http.put(address, json=lax | {"deadband": 2}).json()
    assert same["reason"] == "蒸汽干扰，经专家论证"
    back = api.admin.http.put(address, json=lax | {"limit": 25}).json()
    assert back["reason"] is None


def test_no_spelling_no_delay_no_grade_and_no_exchange_is_a_way_around_the_reason(api: Api) -> None:
    code = gas_point(api)
    chlorine = {"kind": "toxic_gas", "unit": "mg/m³", "substance": "7782-50-5"}
    api.point(code, "CL-1", **chlorine)
    hh = {"enterprise": code, "tag": "GT-1", "condition": "HH", "limit": 50, "grade": 1}
    laxer: list[Json] = [{"tag": "CL-1", "limit": 5000}, {"on_delay_s": 3600}, {"grade": 4}]
    for wrong in laxer:
        refused(api.admin.http.post("/rules", json=hh | wrong), 422, "invalid", "reason")
    made = api.admin.register("/rules", hh)
    address = f"/rules/{made['id']}"
    changes: list[Json] = [
        {"on_delay_s": 3000},
        {"grade": 4},
        {"condition": "H", "limit": 25, "grade": 2},
        {"valid_until": "2199-01-01T00:00:00Z"},
    ]
    for wrong in changes:
        refused(api.admin.http.put(address, json=hh | wrong), 422, "invalid", "reason")
    assert [r["version"] for r in api.admin.ask(address)["versions"]] == [1]
    lax = api.admin.http.put(address, json=hh | {"grade": 2, "reason": "二级响应"}).json()
    assert (lax["grade"], lax["reason"], lax["source"]) == (2, "二级响应", None)
    same = api.admin.http.put(address, json=hh | {"grade": 2, "deadband": 3}).json()
    assert same["reason"] == "二级响应"


def test_what_isa_asks_for_is_kept_with_each_version(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "LI-1")
    said = {
        "message": "罐区液位高",
        "cause": "进料阀未关",
        "consequence": "满罐溢流",
        "action": "停泵，关阀",
        "respond_within_s": 300,
    }
    body = {"enterprise": code, "tag": "LI-1", "condition": "H", "limit": 85, "grade": 3}
    made = api.admin.register("/rules", body | said)
    assert said.items() <= made.items()
    address = f"/rules/{made['id']}"
    moved = api.admin.http.put(address, json=body | {"limit": 80, "action": "关阀"}).json()
    assert moved == made | {
        "version": 2, "limit": 80, "action": "关阀", "valid_from": moved["valid_from"],
    }  # fmt: skip
    emptied = api.admin.http.put(address, json=body | {"cause": None}).json()
    assert (emptied["cause"], emptied["consequence"]) == (None, "满罐溢流")
    versions = api.admin.ask(address)["versions"]
    assert [v["action"] for v in versions] == ["关阀", "关阀", "停泵，关阀"]
    wrong = api.admin.http.post("/rules", json=body | {"respond_within_s": 0})
    refused(wrong, 422, "invalid", "respond_within_s")


def test_the_gas_library_names_its_sources_and_their_conflicts(api: Api) -> None:
    gases = {gas["formula"]: gas for gas in api.admin.items("/gases")}
    methane = gases["CH4"]
    assert [(f["value"], f["source"]) for f in methane["lel"]] == [
        (4.4, "IEC 60079-20-1:2010"),
        (5.0, "NFPA 497:2008"),
    ]
    assert [[f["value"] for f in those] for those in methane["conflicts"]] == [[4.4, 5.0]]
    assert gases["H2S"]["density"] == "near"
    assert gases["H2S"]["oel"][0]["basis"] == "MAC"


def test_every_number_of_the_gas_library_comes_with_its_source(api: Api) -> None:
    gases = {gas["formula"]: gas for gas in api.admin.items("/gases")}
    assert len(gases) == 28
    for gas in gases.values():
        limits = [*gas["lel"], *gas["oel"], *gas["idlh"], *filter(None, gas["aegl"])]
        for figure in (gas["mass"], gas["relative_density"], *limits):
            assert figure["value"] > 0
            assert figure["unit"]
            assert figure["source"]
            assert figure["trust"] in ("restated", "computed", "unproved")
        assert gas["mass"]["value"] == gas["molar_mass"]
    fluoride = gases["HF"]
    doubted = [(f["value"], f["trust"]) for f in fluoride["idlh"]]
    assert doubted == [(30, "restated"), (500, "unproved")]
    assert gases["C2H4O"]["aegl_not_recommended"] == [1]
    assert gases["Cl2"]["relative_density"]["value"] == 2.45
    assert gases["Cl2"]["density"] == "heavier"
