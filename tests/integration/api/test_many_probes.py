"""P10 at its full length: what is another's is asked for beside what is nowhere, 20,000 times, in every
way that the description knows; both answer alike, in words and in time, and nothing is changed by it.

The short form is `test_tenant_probe.py`, which asks each operation once.
"""

import json
import math
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.furnished import Furnished, furnish
from tests.integration.api.test_tenant_probe import (
    NOWHERE,
    SPAN,
    about,
    apart,
    everything,
    fill,
    operations,
    still,
    writes,
)
from tests.living.outcome import eventually

PROBES = 20_000
LEAST = 0.01
"""So unlikely must a difference of times be by chance that we believe in it."""
WAYS = ("", "limit", "csv", "fields", "language", "tag", "spelt", "longer")


@dataclass(frozen=True, slots=True)
class Probe:
    """An operation, and what of it is another's."""

    method: str
    path: str
    body: Any
    wanted: str
    in_query: bool
    has_span: bool = False


def probes() -> Iterator[Probe]:
    """Each place of each operation where somebody can name what is another's."""
    for path, filters in operations():
        named = set(re.findall(r"\{(\w+)\}", path)) & set(NOWHERE)
        named |= {"enterprise"} if "{code}" in path else set()
        for wanted in sorted(named):
            yield Probe("get", path, None, wanted, False, "start" in filters)
        for wanted in sorted(filters & set(NOWHERE)):
            yield Probe("get", path, None, wanted, True, "start" in filters)
    for method, path, body in writes():
        named = set(re.findall(r"\{(\w+)\}", path)) & set(NOWHERE)
        named |= {"enterprise"} if "{code}" in path or "enterprise" in (body or {}) else set()
        named |= {"alarm"} if "ids" in (body or {}) else set()
        for wanted in sorted(named):
            yield Probe(method, path, body, wanted, False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came back, without the name that was asked for, and how long it took (s)."""

    told: tuple[int, str, tuple[str, ...]]
    took: float


def ask(
    client: httpx2.Client, probe: Probe, ours: dict[str, str], name: str, way: str, number: int
) -> Asked:
    """Ask for `name` in the place of ours, in one of WAYS; `number` varies what can be varied."""
    shown = quote(name, safe="") if way != "spelt" else "".join(f"%{ord(c):02x}" for c in name)
    names = ours | {probe.wanted: shown + ("%20" if way == "longer" else "")}
    path = fill(probe.path, ours if probe.in_query else names)
    query = (SPAN if probe.has_span else {}) | ({probe.wanted: name} if probe.in_query else {})
    match way:
        case "limit":
            query["limit"] = str(1 + number % 1000)
        case "csv":
            query["format"] = "csv"
        case "fields":
            query["fields"] = "enterprise"
    headers = {
        "language": {"Accept-Language": "en"},
        "tag": {"If-None-Match": f'W/"{number:032x}"'},
    }.get(way, {})
    body = (
        None if probe.body is None else about(probe.path, probe.body, ours | {probe.wanted: name})
    )
    address = f"{path}?{urlencode(query)}" if query else path
    begun = time.perf_counter()
    answer = client.request(probe.method, address, json=body, headers=headers)
    took = time.perf_counter() - begun
    return Asked(
        (answer.status_code, told_of(answer, {shown, name}), tuple(sorted(answer.headers))), took
    )


def told_of(answer: httpx2.Response, names: set[str]) -> str:
    """An answer in words, without the names that were asked for and the moment of asking."""
    if answer.headers.get("content-type", "").endswith("json"):
        told = json.dumps(still(answer.json()), ensure_ascii=False)
    else:
        told = re.sub(r'"[\dT:.Z+-]{19,}"', '"now"', answer.text)
    for name in sorted(names, key=len, reverse=True):
        told = told.replace(name, "…")
    return told


def likelihood(slower: int, pairs: int) -> float:
    """That of `pairs` alike at least so many would be slower on one side by chance (sign test)."""
    return math.erfc(abs(slower - pairs / 2) / math.sqrt(pairs / 4) / math.sqrt(2))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_twenty_thousand_times_what_is_anothers_is_what_is_nowhere(api: Api) -> None:
    ours, theirs = furnish(api, 7101), furnish(api, 7102)
    eventually(lambda: len(theirs.person.items("/alarms")) == 1, 10.0, "their alarm")
    standing = theirs.names | {"alarm": theirs.person.items("/alarms")[0]["id"]}
    told = {"name": "MES", "role": "enterprise", "enterprise": ours.code, "days": 9,
            "scopes": ["read", "acknowledge", "propose", "register"]}  # fmt: skip
    key = api.admin.tell("/api-keys", told, status=201)["key"]
    program = httpx2.Client(base_url=f"{api.url}/api/v1", timeout=30.0,
                            headers={"Authorization": f"Bearer {key}"})  # fmt: skip
    before = everything({"person": theirs.person.http}, theirs)
    with program:
        slower = _all_probes([ours.person.http, program], ours, [theirs.names, standing])
    print(f"slower where it is another's: {slower} of {PROBES // 2} in each half")
    after = everything({"person": theirs.person.http}, theirs)
    assert [each for name in before for each in apart(before[name], after[name], name)] == []
    # Of things that are alike one half in a hundred looks otherwise; both, and to the same side, none.
    chances = [likelihood(each, PROBES // 2) for each in slower]
    same_side = len({each > PROBES // 4 for each in slower}) == 1
    assert max(chances) > LEAST or not same_side, (slower, chances)


def _all_probes(
    clients: list[httpx2.Client], ours: Furnished, others: list[dict[str, str]]
) -> list[int]:
    """How often another's took longer, of each half of the probes."""
    chance, slower = random.Random(10), [0, 0]  # a fixed seed: the same probes each time
    # As often the same as another's: whatever is kept of an address is kept of both.
    pairs = [(them, {wanted: _nowhere(wanted, them[wanted], chance) for wanted in NOWHERE})
             for them in others]  # fmt: skip
    known = [
        (probe, them[probe.wanted], nowhere[probe.wanted])
        for probe in probes()
        for them, nowhere in pairs
        if them[probe.wanted] != ours.names[probe.wanted]
    ]
    assert len(known) > 150
    for number in range(PROBES):
        probe, *names = known[number % len(known)]
        client, way = chance.choice(clients), chance.choice(WAYS)
        order = chance.sample((0, 1), 2)
        asked = {each: ask(client, probe, ours.names, names[each], way, number) for each in order}
        assert asked[0].told == asked[1].told, (number, probe, way, names)
        slower[number * 2 // PROBES] += asked[0].took > asked[1].took
    return slower


def _nowhere(wanted: str, name: str, chance: random.Random) -> str:
    """A name of the same make that is nobody's."""
    if wanted in ("gateway", "number") or name.isdecimal():
        return NOWHERE[wanted]
    letters = "abcdef234567" if wanted == "receiver" else "0123456789abcdef"
    return re.sub(r"[0-9a-f](?=[0-9a-f]*$)", lambda _: chance.choice(letters), name)
