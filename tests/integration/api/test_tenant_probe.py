"""P10, S1: what one enterprise is answered does not depend on another one at all, nor does another's
change by what it asks.

Every GET of the description, asked by somebody of one enterprise and by its key: the same bytes
whether another enterprise has data or not; and what is the other's answers as what is nowhere.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from starlette.routing import Route

from services.api.app import make_routes
from services.runtime.clock import SystemClock, to_datetime
from tests.architecture.repository import ROOT
from tests.integration.api.conftest import Api
from tests.integration.api.furnished import Furnished, furnish
from tests.living.live import Live
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door

MOVES = {
    "age_s": "how old a value is now",
    "used_at": "when a session was last used: by asking",
    "shown_at": "when a console of a session was last connected: the one of this proof",
    "points_online": "counted once a minute",
    "points_at": "when that was",
    "generated_at": "when it was asked",
    "at": "when it was asked",
    "as_of": "when it was asked",
    "end": "of the span that is looked at without another one: now",
    "start": "of the span that is looked at without another one: before now",
    "since": "of the shift that is looked at without another one",
    "until": "of the shift that is looked at without another one: now",
    "server_time": "when it was asked",
    "exported_at": "when it was asked",
    "signed": "the signature over that",
}
"""Fields whose value is the moment of asking, which an answer holds whoever else there is."""

_HOUR = SystemClock().now_ms() // 3_600_000 * 3_600_000
SPAN = {
    "start": to_datetime(_HOUR - 3 * 3_600_000).isoformat(),
    "end": to_datetime(_HOUR).isoformat(),
}
"""Hours that are over: what is reckoned of them does not go on."""

OF_CODE = {"hazard-sources": "HS-1", "groups": "G-1", "places": "PC-1"}
OF_TAG = {"interlocks": "ESD-1"}
NOWHERE = {
    "enterprise": "E-nowhere", "gateway": "gw9", "rule": "0" * 32, "suppression": "0" * 32,
    "bypass": "0" * 24, "alarm": "0" * 32, "receiver": "a" * 8, "username": "nobody-x", "number": "999999999",
    "letter": "999999999", "handover": "0" * 24,
}  # fmt: skip
ELSEWHERE = {
    "code": "of an enterprise it is filled in as `enterprise`; of other things it stands after one",
    "tag": "stands after the enterprise whose it is",
    "tripped_at": "stands after the enterprise and the tag",
    "session": "a session of another's: the one who asks for it is asked for by `username`, or is oneself",
    "prefix": "keys are the admins' alone",
    "station": "drills are the park's alone",
    "approval": "an enterprise decides none: that takes a permission of the park's",
}
"""Parameters of paths that are not probed by a name of their own, and why."""
FILTERS = ("enterprise", "tag", "hazard_source", "gateway", "loop", "group", "subject")


def operations() -> list[tuple[str, set[str]]]:
    """Each GET below the prefix, with the filters that it knows and the ends of its span."""
    described = json.loads((ROOT / "docs/reference/openapi.json").read_text("utf-8"))
    found = []
    for path, methods in described["paths"].items():
        if "get" in methods and path.startswith("/api/v1/"):
            known = {each["name"] for each in methods["get"].get("parameters", [])}
            found.append((path.removeprefix("/api/v1"), known & {*FILTERS, "start", "end"}))
    return found


def fill(path: str, names: dict[str, str]) -> str:
    """A path with the names of what it is asked about."""
    area = path.split("/")[1]

    def name(found: re.Match[str]) -> str:
        wanted = found[1]
        if wanted == "code":
            return OF_CODE.get(area, names["enterprise"])
        if wanted == "tag":
            return next((tag for key, tag in OF_TAG.items() if key in path), "LT-1A")
        return names.get(wanted, "x")

    return re.sub(r"\{(\w+)\}", name, path)


def asked(path: str, known: set[str], **told: str) -> str:
    """With a query; over a span that is past, where one is asked for."""
    if "start" in known:
        told |= SPAN
    return f"{path}?{urlencode(told)}" if told else path


def still(body: Any) -> Any:
    """Without what is the moment of asking."""
    if isinstance(body, list):
        return [still(each) for each in body]
    if isinstance(body, dict):
        # A gateway's points are counted with those that are online; a place's are named.
        counted = {"points"} if "points_online" in body else set[str]()
        kept = body.keys() - MOVES.keys() - counted
        return {name: still(told) for name, told in body.items() if name in kept}
    return body


def answered(client: httpx2.Client, path: str) -> tuple[int, str, Any]:
    """Status, kind and body."""
    answer = client.get(path)
    kind = answer.headers.get("content-type", "")
    match kind.partition(";")[0].removeprefix("application/").split("+")[-1]:
        case "json":
            return answer.status_code, kind, still(answer.json())
        case "jsonl":
            lines = answer.text.splitlines()
            return answer.status_code, kind, [still(json.loads(each)) for each in lines]
    return answer.status_code, kind, answer.text


def pages(client: httpx2.Client, path: str) -> list[Any]:
    """A list page by page, three of them: cursors must not tell either."""
    found: list[Any] = []
    cursor = ""
    for _ in range(3):
        answer = client.get(f"{path}{cursor}")
        if answer.status_code != 200 or answer.headers.get("content-type") != "application/json":
            return [*found, answer.status_code]
        body = answer.json()
        found.append(still(body))
        if not isinstance(body, dict) or not body.get("next"):
            break
        cursor = f"&cursor={body['next']}"
    return found


def settled(api: Api, number: int) -> Furnished:
    """An enterprise with everything, all of it in force."""
    made = furnish(api, number)
    eventually(lambda: len(made.person.items("/alarms")) == 1, 10.0, "its alarm")
    # What is asked before another comes is asked of a register that stands still.
    path = f"/points/{made.code}/LT-1A"
    eventually(lambda: made.person.http.get(path).json()["judged"], 10.0, "its rule in force")
    return made


@pytest.fixture(scope="module")
def ours(api: Api) -> Furnished:
    return settled(api, 7001)


@pytest.fixture(scope="module")
def askers(api: Api, ours: Furnished) -> Iterator[dict[str, httpx2.Client]]:
    """Somebody of the enterprise, and a program with its key."""
    whose = {"role": "enterprise", "enterprise": ours.code}
    told = whose | {"name": "MES", "scopes": ["read"], "days": 9}
    key = api.admin.tell("/api-keys", told, status=201)["key"]
    with httpx2.Client(
        base_url=f"{api.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30.0
    ) as program:
        yield {"person": ours.person.http, "key": program}


def everything(askers: dict[str, httpx2.Client], ours: Furnished) -> dict[str, Any]:
    """All that our people and programs can be told."""
    found: dict[str, Any] = {}
    for who, client in askers.items():
        for path, filters in operations():
            address = fill(path, ours.names)
            found[f"{who} {address}"] = answered(client, asked(address, filters))
            if who == "key":
                continue
            found[f"{who} {address} in pages"] = pages(client, asked(address, filters, limit="1"))
            if "enterprise" in filters:
                own = asked(address, filters, enterprise=ours.code)
                found[f"{who} {own}"] = answered(client, own)
    return found


def test_the_answers_to_one_are_the_same_whether_another_is_there_or_not(
    api: Api, ours: Furnished, askers: dict[str, httpx2.Client]
) -> None:
    before = everything(askers, ours)
    assert [told for told, answer in before.items() if answer[0] in range(500, 600)] == []
    with Live(ours.person) as mine:
        theirs = settled(api, 7002)
        heard = [each.message for each in mine.heard if each.type in ("alarm", "values")]
        # Ours may come once more, never theirs.
        assert theirs.code not in json.dumps(heard)
    after = everything(askers, ours)
    different = [
        f"{told}: {place}" for told in before for place in apart(before[told], after[told])
    ]
    assert "\n".join(different) == ""
    shown = [told for told, answer in after.items() if theirs.code in json.dumps(answer)]
    assert shown == []
    # The probe is worth something: nearly all of it shows what is there.
    whole = [
        told for told, answer in before.items() if answer[0] == 200 and told.startswith("person")
    ]
    assert len(whole) >= 60
    foreign_is_nowhere(askers, ours, theirs)


def apart(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Where two answers differ, and how."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from apart(one.get(name), other.get(name), f"{place}.{name}")
    elif isinstance(one, (list, tuple)) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from apart(*pair, f"{place}[{number}]")
    elif one != other:
        yield f"{place}: {one!r:.100} {other!r:.100}"


def foreign_is_nowhere(
    askers: dict[str, httpx2.Client], ours: Furnished, theirs: Furnished
) -> None:
    """What is another's answers as what is nowhere: status, kind and words."""
    probes = 0
    for client in askers.values():
        for path, filters in operations():
            named = set(re.findall(r"\{(\w+)\}", path)) & set(NOWHERE)
            if "{code}" in path:
                named.add("enterprise")
            for wanted in sorted(named):
                there = ours.names | {wanted: theirs.names[wanted]}
                nowhere = ours.names | {wanted: NOWHERE[wanted]}
                if there[wanted] == ours.names[wanted]:
                    continue
                addresses = fill(path, there), fill(path, nowhere)
                assert told_of(client, addresses[0], there[wanted]) == told_of(
                    client, addresses[1], nowhere[wanted]
                ), addresses
                probes += 1
            address = fill(path, ours.names)
            for wanted in sorted(filters & set(NOWHERE)):
                addresses = (
                    asked(address, filters, **{wanted: theirs.names[wanted]}),
                    asked(address, filters, **{wanted: NOWHERE[wanted]}),
                )
                if theirs.names[wanted] == ours.names[wanted]:
                    continue
                assert told_of(client, addresses[0], theirs.names[wanted]) == told_of(
                    client, addresses[1], NOWHERE[wanted]
                ), addresses
                probes += 1
    assert probes > 100


def told_of(client: httpx2.Client, address: str, name: str) -> tuple[int, str, Any]:
    """An answer, with the name that was asked for taken out of it."""
    status, kind, body = answered(client, address)
    return status, kind, masked(body, name)


def masked(body: Any, name: str) -> Any:
    """The texts of a body without a name, where it stands for itself: a number may be in others, and
    what is no text (a problem's status among it) stays what it is."""
    if isinstance(body, str):
        return re.sub(rf"(?<![A-Za-z0-9_-]){re.escape(name)}(?![A-Za-z0-9_-])", "…", body)
    if isinstance(body, list):
        return [masked(each, name) for each in body]
    if isinstance(body, dict):
        return {masked(key, name): masked(told, name) for key, told in body.items()}
    return body


def test_a_name_that_is_a_number_is_taken_out_where_it_stands_alone() -> None:
    told = {"status": 404, "detail": "There is no letter 4 of E-4, nor 404.", "letters": ["4", 4]}
    kept = {"status": 404, "detail": "There is no letter … of E-4, nor 404.", "letters": ["…", 4]}
    assert masked(told, "4") == kept
    assert masked({"status": 404}, "404") == {"status": 404}


def writes() -> Iterator[tuple[str, str, Any]]:
    """Each operation that is no GET, with the body that the description gives for an example."""
    described = json.loads((ROOT / "docs/reference/openapi.json").read_text("utf-8"))
    for path, methods in described["paths"].items():
        for method in sorted(methods.keys() - {"get"}):
            content = methods[method].get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("example")
            yield method, path.removeprefix("/api/v1"), body


def about(path: str, body: Any, names: dict[str, str]) -> Any:
    """An example's body, about what these names name."""
    if not isinstance(body, dict):
        return body
    own = {"enterprise": names["enterprise"], "tag": "LT-1A", "ids": [names["alarm"]],
           "code": fill(f"/{path.split('/')[1]}/{{code}}", names).rpartition("/")[2]}  # fmt: skip
    return {name: own.get(name, told) for name, told in body.items()}


def test_what_is_anothers_is_not_changed_and_answers_as_what_is_nowhere(
    api: Api, ours: Furnished
) -> None:
    told = {"name": "MES", "role": "enterprise", "enterprise": ours.code, "days": 9,
            "scopes": ["read", "acknowledge", "propose", "register"]}  # fmt: skip
    key = api.admin.tell("/api-keys", told, status=201)["key"]
    theirs = settled(api, 7003)
    standing = theirs.names | {"alarm": theirs.person.items("/alarms")[0]["id"]}
    before = everything({"person": theirs.person.http}, theirs)
    probes = 0
    for bearer in (ours.person.token, key):
        with httpx2.Client(
            base_url=f"{api.url}/api/v1",
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=30.0,
        ) as client:
            for method, path, body in writes():
                named = set(re.findall(r"\{(\w+)\}", path)) & set(NOWHERE)
                named |= (
                    {"enterprise"} if "{code}" in path or "enterprise" in (body or {}) else set()
                )
                named |= {"alarm"} if "ids" in (body or {}) else set()
                for wanted, them in ((w, t) for w in named for t in (theirs.names, standing)):
                    if them[wanted] == ours.names[wanted]:
                        continue
                    answers = []
                    for name in (them[wanted], NOWHERE[wanted]):
                        names = ours.names | {wanted: name}
                        sent = about(path, body, names)
                        answer = client.request(method, fill(path, names), json=sent)
                        json_ = "json" in answer.headers.get("content-type", "")
                        kept = masked(answer.json() if json_ else answer.text, name)
                        answers.append((answer.status_code, kept))
                    assert answers[0] == answers[1], (method, path, wanted)
                    assert answers[0][0] >= 400 or path == "/alarms/acknowledge", (method, path)
                    probes += 1
    after = everything({"person": theirs.person.http}, theirs)
    changed = [each for told in before for each in apart(before[told], after[told], told)]
    assert "\n".join(changed) == ""
    assert probes > 100


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/canaryz", "/healthz"])
def test_what_is_told_without_a_sign_in_names_nobody(api: Api, ours: Furnished, path: str) -> None:
    told = httpx2.get(f"{api.url}{path}", verify=NO_TLS)
    assert told.status_code == 200
    assert not [
        name for name in (ours.code, *ours.names.values()) if len(name) > 3 and name in told.text
    ]


def test_every_name_in_a_path_is_probed_or_said_why_not() -> None:
    described = json.loads((ROOT / "docs/reference/openapi.json").read_text("utf-8"))
    paths = [path for path in described["paths"] if path.startswith("/api/v1/")]
    assert set(re.findall(r"\{(\w+)\}", " ".join(paths))) == {*NOWHERE, *ELSEWHERE}
    assert set(NOWHERE).isdisjoint(ELSEWHERE)


def test_every_get_is_asked() -> None:
    """What the description forgets, the probe would forget, too."""
    routes = {
        route.path.removeprefix("/api/v1")
        for route in make_routes().routes
        if isinstance(route, Route) and "GET" in (route.methods or ())
    }
    described = {path for path, _ in operations()}
    assert {each.replace(":path", "") for each in routes} - described <= {
        "/healthz", "/readyz", "/metrics", "/canaryz", "/openapi.json",
    }  # fmt: skip


def test_s3_a_regulator_is_told_by_the_role_that_only_reads_what_an_admin_is(
    api: Api, ours: Furnished
) -> None:
    """That role has the rights that reading takes: no answer of a regulator's fails for one."""
    regulator: Door = api.person("regulator")
    read = 0
    for path, filters in operations():
        address = asked(fill(path, ours.names), filters)
        status, *told = answered(regulator.http, address)
        if path.startswith(("/me", "/users", "/api-keys")) or status == 403:
            continue
        assert status == answered(api.admin.http, address)[0], f"{address}: {told}"
        read += status == 200
    assert read >= 60


def test_a_regulator_sees_both(api: Api, ours: Furnished) -> None:
    regulator: Door = api.person("regulator")
    codes = {each["code"] for each in regulator.items("/enterprises")}
    assert ours.code in codes
    assert len(codes) > 1
