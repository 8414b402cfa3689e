"""Grading by GB 18218-2018: worked cases, borders, and what cannot be graded.

Each worked case has its arithmetic beside it, done by hand.
"""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.critical_quantity import DANGERS, Substance
from services.domain.critical_quantity_table import BY_CAS, SUBSTANCES
from services.domain.gas import Trust
from services.domain.hazard_source import Doubt, Holding, Mixture, Unfit, alpha_of, grading
from services.domain.substance_name import listed_cas

CHLORINE, AMMONIA, PHOSGENE, BENZENE = "7782-50-5", "7664-41-7", "75-44-5", "71-43-2"


@pytest.mark.parametrize(
    ("people", "holdings", "s", "r", "level"),
    [
        # S = 5/5 + 5/10 = 1.5; alpha(60) = 1.5; R = 1.5*(4*1 + 2*0.5) = 1.5*5 = 7.5
        (60, [Holding(5, CHLORINE), Holding(5, AMMONIA)], 1.5, 7.5, 4),
        # S = 50/5 = 10; alpha(35) = 1.2; R = 1.2*4*10 = 48
        (35, [Holding(50, CHLORINE)], 10, 48, 3),
        # S = 900/50 = 18; alpha(60) = 1.5; W2 gives beta 1.5; R = 1.5*1.5*18 = 40.5
        (60, [Holding(900, "74-98-6")], 18, 40.5, 3),
        # S = 2/5 + 25/10 = 2.9; alpha(0) = 0.5; R = 0.5*(1.5*0.4 + 1.5*2.5) = 0.5*4.35 = 2.175
        (0, [Holding(2, "1333-74-0"), Holding(25, dangers=("W5.1",))], 2.9, 2.175, 4),
        # S = 3/0.3 = 10; alpha(100) = 2; R = 2*20*10 = 400
        (100, [Holding(3, PHOSGENE)], 10, 400, 1),
        # S = 500/50 = 10; alpha(1) = 1; beta 1 as W5.3; R = 10
        (1, [Holding(500, BENZENE)], 10, 10, 3),
        # above its boiling point W5.1: Q stays that of Table 1, beta is 1.5; R = 1*1.5*10 = 15
        (1, [Holding(500, BENZENE, dangers=("W5.1",))], 10, 15, 3),
        # S = 600/500 + 300/1000 = 1.5; alpha(35) = 1.2; R = 1.2*(1.2 + 0.3) = 1.8
        (35, [Holding(600, "108-88-3"), Holding(300, dangers=("W5.3",))], 1.5, 1.8, 4),
        # S = 4.9/5 = 0.98 < 1: no major hazard source, whatever R = 2*4*0.98 = 7.84 says
        (500, [Holding(4.9, CHLORINE)], 0.98, 7.84, None),
        # two dangers: the lower Q of W5.3 (1000) and J5 (500) is 500; S = 750/500 = 1.5; beta 1
        (10, [Holding(750, dangers=("W5.3", "J5"), name="a")], 1.5, 1.5, 4),
        # an explosive that is also an oxidiser: Q 1 of W1.1, beta 2; S = 30; R = 1*2*30 = 60
        (20, [Holding(30, dangers=("W9.1", "W1.1"))], 30, 60, 2),
        # a mixture of the class of the pure substance counts whole: as 20 t of ammonia; R = 1*2*2
        (5, [Holding(20, AMMONIA, mixture=Mixture.SAME_CLASS)], 2, 4, 4),
        # of another class: by W9.2 (Q 200, beta 1), not by the 10 t of Table 1
        (5, [Holding(400, AMMONIA, dangers=("W9.2",), name="a", mixture=Mixture.OTHER_CLASS,
                     reason="tested")], 2, 2, 4),
        # one CAS number, three rows: the fertiliser's Q is 200; S = 1; R = 1*1*1
        (5, [Holding(200, "6484-52-2", form="fertiliser")], 1, 1, 4),
        # methylamine has a row of its own: Q 5, not the 10 of W2; S = 5/5; R = 1*1.5*1
        (5, [Holding(5, "74-89-5")], 1, 1.5, 4),
        # hydrogen selenide: Q 1, not the 50 of J3; J1 gives beta 4; R = 1*4*2
        (5, [Holding(2, "7783-07-5")], 2, 8, 4),
    ],
)  # fmt: skip
def test_a_worked_case(
    people: int, holdings: list[Holding], s: float, r: float, level: int | None
) -> None:
    found = grading(people, holdings)
    assert (float(found.s), float(found.r), found.level) == (s, r, level)


@pytest.mark.parametrize(
    ("people", "alpha"),
    [(0, 0.5), (1, 1), (29, 1), (30, 1.2), (49, 1.2), (50, 1.5), (99, 1.5), (100, 2), (9999, 2)],
)
def test_alpha_steps_where_table_5_does(people: int, alpha: float) -> None:
    assert float(alpha_of(people)) == alpha


@pytest.mark.parametrize(
    ("tonnes", "level"), [(49.9, 3), (50, 2), (99.9, 2), (100, 1), (10, 3), (9.99, 4)]
)
def test_a_level_begins_at_its_r(tonnes: float, level: int) -> None:
    # alpha(1) = 1; W10 has Q 200 and beta 1, so that R is the quantity over 200
    assert grading(1, [Holding(tonnes * 200, dangers=("W10",))]).level == level


def test_what_is_exactly_critical_is_a_major_hazard_source() -> None:
    # in binary numbers 0.1 + 0.1 + 0.1 is not 0.3; R = 0.5 * 20 * 1 = 10 begins level 3
    found = grading(0, [Holding(0.1, PHOSGENE)] * 3)
    assert (float(found.s), float(found.r), found.level) == (1, 10, 3)


@pytest.mark.parametrize(
    ("holding", "field", "word"),
    [
        (Holding(-1, CHLORINE), "quantity_t", "above 0"),
        (Holding(0, CHLORINE), "quantity_t", "above 0"),
        (Holding(1e9, CHLORINE), "quantity_t", "at most"),
        (Holding(float("nan"), CHLORINE), "quantity_t", "above 0"),
        (Holding(5, "7782-50-6"), "cas", "check digit"),
        (Holding(5, "chlorine"), "cas", "CAS number"),
        (Holding(5, "7732-18-5"), "cas", "not in Table 1"),
        (Holding(5, dangers=("W5.9",)), "class", "W5.9"),
        (Holding(5), "", "cas number"),
        (Holding(5, "6484-52-2"), "form", "fertiliser"),
        (Holding(5, CHLORINE, form="liquid"), "form", "no forms"),
        (Holding(5, dangers=("W2",), form="liquid"), "form", "cas"),
        (Holding(5, AMMONIA, name="a", mixture=Mixture.OTHER_CLASS, reason="b"), "cas", "class"),
        (Holding(100, CHLORINE, dangers=("W5.4",), mixture=Mixture.OTHER_CLASS), "name", "name"),
        (
            Holding(100, CHLORINE, dangers=("W5.4",), name="a", mixture=Mixture.OTHER_CLASS),
            "reason",
            "another class",
        ),
        (Holding(100, CHLORINE, dangers=("W5.4",)), "class", "lower it to 1"),
        (Holding(40, "74-86-2", dangers=("J5",)), "class", "factor of 1.5"),
        (Holding(40, "1333-74-0", dangers=("W10",)), "class", "W2"),
        (Holding(40, "60-29-7", dangers=("W5.3",)), "class", "W5.1"),
        (Holding(5, dangers=("W2",), name="一甲胺"), "cas", "74-89-5"),
        (Holding(5, dangers=("W2",), name="甲胺"), "cas", "74-89-5"),
        (Holding(5, "7732-18-5", dangers=("J3",), name="ＴＤＩ"), "cas", "26471-62-5"),
        (
            Holding(5, dangers=("W5.3",), name="Chlorine", mixture=Mixture.OTHER_CLASS),
            "cas",
            CHLORINE,
        ),
        (Holding(5, "7732-18-5", mixture=Mixture.SAME_CLASS), "cas", "Table 1"),
    ],
)
def test_what_cannot_be_graded_is_refused_by_its_field(
    holding: Holding, field: str, word: str
) -> None:
    with pytest.raises(Unfit, match=word) as refused:
        grading(0, [Holding(1, AMMONIA), holding])
    assert refused.value.field == f"substances.1.{field}".rstrip(".")


def test_nothing_at_all_is_no_hazard_source() -> None:
    with pytest.raises(Unfit, match="at least one"):
        grading(0, [])
    with pytest.raises(Unfit, match="negative"):
        grading(-1, [Holding(1, AMMONIA)])


def test_every_row_of_the_table_is_named_once_and_of_a_known_class() -> None:
    assert len({(row.cas, row.form) for row in SUBSTANCES}) == len(SUBSTANCES)
    assert all(row.danger in DANGERS for row in SUBSTANCES)
    for cas, rows in BY_CAS.items():
        for row in rows:
            found = grading(0, [Holding(1, cas, form=row.form or None)])
            assert found.terms[0].critical == row.quantity


def test_whose_word_a_factor_is_stands_beside_it() -> None:
    chlorine, benzene, oil = grading(
        0, [Holding(1, CHLORINE), Holding(1, BENZENE), Holding(1, dangers=("W5.1",))]
    ).terms
    assert (chlorine.beta.trust, chlorine.beta.source) == (Trust.READ, "GB 18218-2018 Table 3")
    assert (benzene.beta.trust, benzene.beta.source) == (Trust.COMPUTED, "GB 18218-2018 Table 4")
    assert oil.beta.trust is Trust.READ
    assert chlorine.critical.trust is Trust.RESTATED


def test_a_level_that_rests_on_somebodys_word_is_not_certain() -> None:
    benzene, tdi = Holding(50, BENZENE), Holding(1, "91-08-7")
    solvent = Holding(1, dangers=("W5.3",), name="a")
    water = Holding(
        1, AMMONIA, dangers=("J5",), name="a", mixture=Mixture.OTHER_CLASS, reason="tested: 8 %"
    )
    assert grading(0, [benzene, Holding(5, CHLORINE)]).certain
    for holding, doubt in [
        (tdi, Doubt.ASSIGNED_ROW),
        (solvent, Doubt.DECLARED_CLASS),
        (water, Doubt.OTHER_CLASS),
    ]:
        found = grading(0, [benzene, holding])
        assert not found.certain
        assert [term.doubt for term in found.terms] == [None, doubt]
    assert grading(0, [water]).terms[0].reason == "tested: 8 %"


def test_every_name_of_a_row_leads_to_its_number() -> None:
    for row in SUBSTANCES:
        found = listed_cas(None, row.name_zh)
        assert found is not None
        assert row.name_zh in [each.name_zh for each in BY_CAS[found]]
    assert listed_cas(None, " Methyl amine ") == "74-89-5"
    assert listed_cas(None, "溶剂") is None
    assert listed_cas(CHLORINE, "液氯") is None


rows = st.sampled_from(SUBSTANCES)
amounts = st.floats(0.001, 1e6)
classes = st.lists(st.sampled_from(list(DANGERS)), min_size=1, max_size=3).map(tuple)
mixtures = st.sampled_from([None, Mixture.SAME_CLASS])


def weighty(row: Substance) -> st.SearchStrategy[tuple[str, ...]]:
    """No class, or one that weighs no less than the row's."""
    least = DANGERS[row.danger].beta.value
    heavy = [code for code, danger in DANGERS.items() if danger.beta.value >= least]
    return st.lists(st.sampled_from(heavy), max_size=3).map(tuple)


named = rows.flatmap(
    lambda row: st.builds(
        Holding,
        amounts,
        st.just(row.cas),
        st.just(row.form or None),
        weighty(row),
        st.just("a"),
        mixtures,
    )
)
other = st.builds(
    Holding,
    amounts,
    rows.map(lambda row: row.cas),
    dangers=classes,
    name=st.just("a"),
    mixture=st.just(Mixture.OTHER_CLASS),
    reason=st.just("b"),
)
holdings = st.one_of(named, other, st.builds(Holding, amounts, dangers=classes))
units = st.lists(holdings, min_size=1, max_size=6)
people = st.integers(0, 200)


@given(people, units, st.integers(0, 5), amounts)
def test_r_never_falls_when_a_quantity_rises(
    exposed: int, unit: list[Holding], which: int, more: float
) -> None:
    index = which % len(unit)
    old = unit[index]
    grown = replace(old, quantity_t=min(old.quantity_t + more, 1e7))
    before, after = grading(exposed, unit), grading(exposed, [*unit[:index], grown,
                                                              *unit[index + 1 :]])  # fmt: skip
    assert after.r >= before.r
    assert after.s >= before.s
    assert (after.level or 5) <= (before.level or 5)


def test_of_several_classes_the_one_whose_factor_counts_is_told() -> None:
    (term,) = grading(1, [Holding(20, dangers=("W5.1", "J3"), name="x")]).terms
    told = (term.danger, float(term.critical.value), float(term.beta.value))
    assert told == ("W5.1", 10.0, 2.0)
    assert term.beta.source == "GB 18218-2018 Table 4, J3"
    (alone,) = grading(1, [Holding(20, dangers=("W5.1",), name="x")]).terms
    assert alone.beta.source == "GB 18218-2018 Table 4"


@given(people, rows, amounts, classes)
def test_a_class_that_is_named_never_lowers_r(
    exposed: int, row: Substance, tonnes: float, dangers: tuple[str, ...]
) -> None:
    plain = Holding(tonnes, row.cas, row.form or None)
    try:
        told = grading(exposed, [replace(plain, dangers=dangers)])
    except Unfit as refused:
        assert refused.field == "substances.0.class"  # noqa: PT017
        return
    assert told.r >= grading(exposed, [plain]).r


@given(people, people, units)
def test_r_never_falls_when_more_people_live_near(
    one: int, other: int, unit: list[Holding]
) -> None:
    fewer, more = sorted((one, other))
    assert grading(more, unit).r >= grading(fewer, unit).r


@given(people, units)
def test_the_terms_that_are_shown_add_up(exposed: int, unit: list[Holding]) -> None:
    found = grading(exposed, unit)
    assert sum(Fraction(repr(h.quantity_t)) / t.critical.value
               for h, t in zip(unit, found.terms, strict=True)) == found.s  # fmt: skip
    shown = [float(term.weighted) for term in found.terms]
    assert float(found.alpha) * sum(shown) == pytest.approx(float(found.r), rel=1e-12)
    assert sum(float(term.share) for term in found.terms) == pytest.approx(
        float(found.s), rel=1e-12
    )
