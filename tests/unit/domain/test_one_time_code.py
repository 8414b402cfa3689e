"""Codes of an authenticator: the vectors of the RFCs, the window, and that none is taken twice."""

import base64
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from services.domain.one_time_code import (
    STEP_MS,
    accepted_step,
    code_at,
    enrolment_uri,
    step_of,
    written_secret,
)

DIGITS = b"1234567890"
SHA1, SHA256, SHA512 = DIGITS * 2, (DIGITS * 4)[:32], (DIGITS * 7)[:64]
NOW = 1_767_542_400_000


@pytest.mark.parametrize(
    ("second", "sha1", "sha256", "sha512"),
    [
        (59, "94287082", "46119246", "90693936"),
        (1111111109, "07081804", "68084774", "25091201"),
        (1111111111, "14050471", "67062674", "99943326"),
        (1234567890, "89005924", "91819424", "93441116"),
        (2000000000, "69279037", "90698825", "38618901"),
        (20000000000, "65353130", "77737706", "47863826"),
    ],
)
def test_s22_the_vectors_of_rfc_6238(second: int, sha1: str, sha256: str, sha512: str) -> None:
    step = step_of(second * 1000)
    assert code_at(SHA1, step, 8) == sha1
    assert code_at(SHA256, step, 8, "sha256") == sha256
    assert code_at(SHA512, step, 8, "sha512") == sha512


def test_s22_the_vectors_of_rfc_4226() -> None:
    codes = [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]
    assert [code_at(SHA1, step) for step in range(10)] == codes


@pytest.mark.parametrize(
    ("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_s22_one_step_before_and_after_is_taken_and_no_further(off: int, taken: bool) -> None:
    step = step_of(NOW) + off
    assert accepted_step(SHA1, code_at(SHA1, step), NOW, 0) == (step if taken else None)


def test_s22_a_code_is_taken_once_and_no_older_one_after_it() -> None:
    step = step_of(NOW)
    code, older = code_at(SHA1, step), code_at(SHA1, step - 1)
    assert accepted_step(SHA1, code, NOW, step - 1) == step
    assert accepted_step(SHA1, code, NOW, step) is None
    assert accepted_step(SHA1, older, NOW, step) is None
    assert accepted_step(SHA1, code, NOW + STEP_MS, step) is None


@pytest.mark.parametrize("given", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345"])
def test_s22_what_is_no_code_is_not_taken(given: str) -> None:
    assert accepted_step(SHA1, given, NOW, 0) is None


def test_a_code_may_be_typed_in_groups() -> None:
    code = code_at(SHA1, step_of(NOW))
    assert accepted_step(SHA1, f" {code[:3]} {code[3:]}", NOW, 0) == step_of(NOW)


def test_what_an_authenticator_reads_says_who_where_and_how() -> None:
    parts = urlsplit(enrolment_uri(SHA1, "li.wei@park"))
    asked = {name: value for name, [value] in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Parkwatch:li.wei@park"
    assert base64.b32decode(asked["secret"]) == SHA1
    assert asked["secret"] == written_secret(SHA1)
    assert (asked["algorithm"], asked["digits"], asked["period"]) == ("SHA1", "6", "30")
