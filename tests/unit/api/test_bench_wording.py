"""Whatever the bench finds has a sentence of its own in both languages."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from services.api.bench import wording
from services.api.bench.wording import TITLES, asked_sentence, finding_sentence
from services.domain import conformance
from services.domain.conformance import Ask, Finding, Item, Mark, judge
from services.domain.conformance_evidence import Evidence, LedgerSight
from tests.unit.domain.test_conformance import ASKED, GAS, Bench, at, good


def unfilled(bench: Bench) -> Bench:
    bench.evidence.sight = LedgerSight(bench.seq, ((29, 38),))
    return bench


def seldom() -> Bench:
    bench = Bench()
    bench.say(1)
    bench.say(21)
    bench.cut().say(41)
    bench.evidence.sight = LedgerSight(bench.seq)
    return bench


def empty(**known: object) -> Bench:
    bench = Bench()
    bench.evidence = Evidence(**known)  # type: ignore[arg-type]
    return bench


BENCHES = [
    good(),
    good().trip(exercise=False),
    good().trip(over=False),
    *(good(**{kind: ("X{0}",)}) for kind in ("strangers", "refusals", "outside", "contradicted")),
    good(qos=0),
    good(times=()),
    good(ranged=0),
    Bench(numbers=()).listen(),
    Bench(points=()).listen(),
    Bench().listen(skew=9_000),
    Bench().listen(skew=-9_000),
    Bench().listen().cut(),
    unfilled(good()),
    seldom(),
    empty(),
    empty(session=True),
    empty(sign_ins_refused=2),
]


def findings() -> list[Finding]:
    whole = [each for b in BENCHES for when in (1, 60, 90) for each in b.found(when).values()]
    for asked in (replace(ASKED, can_cut=False), replace(ASKED, test=None)):
        whole += judge(asked, good().evidence, at(90))
    silent = good().evidence
    silent.session = False
    return whole + judge(ASKED, silent, at(90))


@pytest.mark.parametrize("finding", findings(), ids=lambda each: f"{each.item} {each.code}")
def test_a_finding_is_told_in_both_languages(finding: Finding) -> None:
    zh, en = finding_sentence(finding)
    assert zh.endswith("。")
    assert en.endswith(".")
    assert not re.search(r"{[a-z_]+}", zh + en)
    if finding.mark is not Mark.PENDING:
        assert (zh, en) != finding_sentence(Finding(finding.item, Mark.PENDING))


def test_no_code_of_the_judge_is_without_its_sentence() -> None:
    told = {code for _, code in wording._SENTENCES} | set(wording._ANY)
    source = Path(conformance.__file__).read_text(encoding="utf-8")
    said = set(re.findall(r'Mark\.\w+, "(\w+)"', source)) | {"tripped", "unit", "outside"}
    assert len(said) > 20
    assert said <= told


def test_every_item_has_a_title_and_every_wish_its_sentence() -> None:
    assert set(TITLES) == set(Item)
    for ask in Ask:
        zh, en = asked_sentence(ask, GAS)
        assert "GT-101" in zh
        assert "GT-101" in en
