"""Every mistake in a scenario is one clear sentence with its line, all of them at once."""

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.scenario import BadScenario, parse
from device_sim.fleet.scenario_text import LONGEST

HEAD = """name: x
title: 试验
title_en: Trial
start: 2026-01-05T00:00:00Z
duration_s: 600
timeline:
"""


def mistakes(*causes: str) -> list[str]:
    """What is said about a time line; it begins at line 7."""
    text = HEAD + "".join(f"  - {cause}\n" for cause in causes)
    with pytest.raises(BadScenario) as found:
        Fleet(parse(text, "x.yaml"), 1, "b0", PERSONAS["native"])
    for sentence in found.value.mistakes:
        assert sentence.startswith("x.yaml, line ")
        assert sentence.endswith(".")
        assert "\n" not in sentence
    return list(found.value.mistakes)


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        ("{cause: loss, gateways: [E001/*], at_s: 1}", "timeline 1: share is missing"),
        (
            "{cause: loss, gateways: [E001/*], at_s: 1, share: 1.5}",
            "timeline 1: share should be less than or equal to 1",
        ),
        (
            "{cause: loss, gateways: [E001/*], at_s: 1, share: 0.5, shar: 2}",
            "timeline 1: shar is not known here",
        ),
        ("{cause: earthquake, at_s: 1}", "timeline 1: no cause 'earthquake'; there are leak, burst"),
        ("{at_s: 1}", "timeline 1: cause is missing."),
        (
            "{cause: power, enterprise: E001, at_s: 60, until_s: 30}",
            "timeline 1: until_s (30) must be after at_s (60)",
        ),
        (
            "{cause: leak, at: P-101 seal, at_s: 1}",
            "timeline 1: a leak needs exactly one of rate_kg_s, hole_mm and pool_m2",
        ),
        (
            "{cause: leak, at: P-101 seal, at_s: 1, rate_kg_s: [[5, 1], [5, 2]]}",
            "timeline 1: rate_kg_s must go forward in time",
        ),
        (
            "{cause: instrument, tags: [E001/GT-101], kind: drift, at_s: 1}",
            "timeline 1: drift needs a size",
        ),
        (
            "{cause: instrument, tags: [E001/GT-101], kind: bump_test, size: 50, at_s: 1}",
            "timeline 1: bump_test needs until_s",
        ),
        ("{cause: burst, at: P-101 seal, at_s: 601, mass_kg: 1}", "timeline 1: at_s (601) is after"),
        ("{cause: burst, at: P-999, at_s: 1, mass_kg: 1}", "timeline 1: no leak point 'P-999'"),
        (
            "{cause: equipment, at: R-201 coling, to: 0, at_s: 1}",
            "timeline 1: no equipment 'R-201 coling'; there is",
        ),
        (
            "{cause: equipment, at: R-201 cooling, to: 7, at_s: 1}",
            "timeline 1: R-201 cooling goes from 0 to 1 of its duty, not to 7",
        ),
        (
            "{cause: interlock, tag: E001/GT-101, to: removed, at_s: 1}",
            "timeline 1: no interlock 'E001/GT-101'; there are E001/ESD-101",
        ),
        (
            "{cause: power, enterprise: E00, at_s: 1, until_s: 2}",
            "timeline 1: no enterprise 'E00'; there are E001",
        ),
        (
            "{cause: instrument, tags: [E001/GT-999], kind: stuck, at_s: 1}",
            "timeline 1: no tag 'E001/GT-999'; there are",
        ),
        (
            "{cause: leak, at: P-101 seal, at_s: 1, every_s: 1.0e-12, hole_mm: 1}",
            "timeline 1: every_s should be greater than or equal to 1",
        ),
        (
            "{cause: loss, gateways: [E001/G99], at_s: 1, share: 1}",
            "timeline 1: no gateway 'E001/G99'; there are",
        ),
    ],
)  # fmt: skip
def test_one_mistake(cause: str, sentence: str) -> None:
    (told,) = mistakes(cause)
    assert told.startswith(f"x.yaml, line 7: {sentence}")


def test_all_mistakes_are_told_at_once_each_with_its_own_line() -> None:
    told = mistakes(
        "{cause: loss, gateways: [E001/*], at_s: 1}",
        "{cause: delay, gateways: [E001/*], at_s: 1, by_s: 5}",
        "{cause: nan, gateways: [], at_s: -1, share: 0.5}",
    )
    assert [each.partition(": ")[0] for each in told] == [
        "x.yaml, line 7", "x.yaml, line 9", "x.yaml, line 9",
    ]  # fmt: skip


def test_a_field_on_a_line_of_its_own_is_pointed_at() -> None:
    text = HEAD + "  - cause: loss\n    gateways: [E001/*]\n    at_s: 1\n    share: much\n"
    with pytest.raises(BadScenario, match="line 10: timeline 1: share should be a valid number"):
        parse(text, "x.yaml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "x.yaml, line 1: not YAML"),
        ("a: 1\na: 2\n", "x.yaml, line 2: a is there twice."),
        ("a: &b [1]\nc: *b\n", "x.yaml, line 1: aliases"),
        ("[1, 2]: 3\n", "x.yaml, line 1: a key must be a word."),
        ("a: 2026-13-45\n", "x.yaml: not YAML"),
        ("a: 1" + " " * LONGEST, "x.yaml: longer than"),
        ("", "x.yaml: the file is empty: it should be lines of key: value (name, title,"),
        ("- 1\n", "x.yaml, line 1: the file should be lines of key: value (name, title,"),
        ("[" * 2_000, "x.yaml"),
    ],
)
def test_what_is_no_scenario_at_all(text: str, sentence: str) -> None:
    with pytest.raises(BadScenario) as found:
        parse(text, "x.yaml")
    assert found.value.mistakes[0].startswith(sentence)
    assert len(found.value.mistakes) == 1
