"""SQL by name."""

from importlib.resources import files

import pytest

from services.store.queries import Queries, UnknownStatement, parse


def test_statements_are_found_by_name_with_their_purpose() -> None:
    found = parse(
        "-- name: one\n-- First.\nSELECT 1;\n\n-- name: two\n-- Second.\nSELECT 2;\n", "x"
    )

    assert found == {"one": b"-- First.\nSELECT 1;", "two": b"-- Second.\nSELECT 2;"}


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(UnknownStatement, match="two statements 'one'"):
        parse("-- name: one\n-- A.\nSELECT 1;\n-- name: one\n-- B.\nSELECT 2;\n", "x")


def test_a_statement_without_purpose_is_refused() -> None:
    with pytest.raises(UnknownStatement, match="does not say what it is for"):
        parse("-- name: one\nSELECT 1;\n", "x")


def test_an_unknown_name_names_the_file() -> None:
    with pytest.raises(UnknownStatement, match=r"sql/book\.sql has no statement 'nothing'"):
        Queries.load("book")["nothing"]


def test_every_file_of_ours_is_well_formed() -> None:
    areas = [each.name[:-4] for each in (files("services.store") / "sql").iterdir()]

    for area in areas:
        assert Queries.load(area).names(), area
