"""Which bucket an enterprise is in, and how buckets are named."""

import pytest

from services.runtime.buckets import (
    BUCKETS,
    EVERY_BUCKET,
    REST,
    BadBuckets,
    bucket_of,
    client_id_of,
    filter_of,
    parse_buckets,
    published_topic,
)


@pytest.mark.parametrize(
    ("text", "buckets"),
    [("0-15", range(16)), ("0-7", range(8)), ("3", [3]), ("0-1, 8,10-11", [0, 1, 8, 10, 11])],
)
def test_a_workers_buckets_are_ranges_and_numbers(text: str, buckets: list[int]) -> None:
    assert parse_buckets(text) == set(buckets)


@pytest.mark.parametrize("text", ["", "x", "16", "0-16", "7-0", "-1", "0,,1", "0 - 7", "٣", "1;2"])
def test_what_names_no_buckets_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadBuckets, match="write for example 0-7"):
        parse_buckets(text)


def test_an_enterprise_is_in_the_bucket_in_which_the_broker_puts_it() -> None:
    # As nats-server 2.15.1 mapped them.
    assert {code: bucket_of(code) for code in ("acme", "other", "E-1")} == {
        "acme": 15,
        "other": 5,
        "E-1": 2,
    }
    assert {bucket_of(f"e{number}") for number in range(500)} == EVERY_BUCKET


def test_a_topic_is_shown_as_it_was_published() -> None:
    assert published_topic("pw/b/15/acme/gw1/telemetry") == "pw/v1/acme/gw1/telemetry"
    assert published_topic("pw/v1/acme/gw1/telemetry/15") == "pw/v1/acme/gw1/telemetry", "once"
    for other in ("pw/v1/acme/gw1/telemetry", "pw/v1/acme/gw1/telemetry/deeper", "a/b/c/d/e/1"):
        assert published_topic(other) == other


def test_each_bucket_has_a_session_and_a_filter_of_its_own() -> None:
    numbers = range(BUCKETS + 1)
    assert len({filter_of(each) for each in numbers}) == BUCKETS + 1
    assert filter_of(REST, every_leaf=True) == "pw/v1/+/+/#", "and no bucket's messages with it"
    assert all(filter_of(each).startswith("pw/b/") for each in range(BUCKETS))
    assert client_id_of("ingest", "5ec", 3) == "pw-ingest-5ec-b03"
    assert client_id_of("ingest", "5ec", REST) == "pw-ingest-5ec", "as it was before buckets"
