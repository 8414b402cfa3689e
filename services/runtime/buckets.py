"""The sixteen buckets: which part of the field a message belongs to, and who hears it.

A broker that maps puts readings under the bucket of their enterprise, so that
`pw/v1/E/G/telemetry` arrives as `pw/b/7/E/G/telemetry`. What it does not map (states, wills,
misspelt leaves, and everything on a broker without the mapping) is the rest.
"""

import re

BUCKETS = 16
REST = BUCKETS
"""The number under which the rest is held; it goes with bucket 0."""
EVERY_BUCKET = frozenset(range(BUCKETS))

LEAVES = ("telemetry", "neuron", "tb", "senml")
"""What is mapped: readings. A will is never mapped, so states stay together in the rest."""

REST_FILTER = "pw/v1/+/+/+"
EVERY_LEAF_FILTER = "pw/v1/+/+/#"
"""NATS holds a leaf `>` for wider than the other filter, and may pass it over."""

MAPPED_FILTER = "pw/b/+/+/+/+"
"""All buckets in one session, for who is alone."""

MARK = f"# buckets: {BUCKETS}, each with topics of its own\n"
"""Stands in a list of the broker's users that fits a broker with the mapping."""

_PART = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
_MAPPED = re.compile(r"pw/b/\d{1,2}/([^/]*/[^/]*/[^/]*)", re.ASCII)
_MAPPED_ONCE = re.compile(r"pw/v1/([^/]*/[^/]*/[^/]*)/\d{1,2}", re.ASCII)
"""As brokers mapped once: what waits in a session of that time has such topics."""


class BadBuckets(ValueError):
    """A list of buckets that cannot be used; the text says how it should look."""


def parse_buckets(text: str) -> frozenset[int]:
    """Read `0-7` or `0-3,8,10`. Raises BadBuckets."""
    found: set[int] = set()
    for part in text.split(","):
        bounds = _PART.fullmatch(part.strip())
        first = int(bounds[1]) if bounds else BUCKETS
        last = int(bounds[2] or first) if bounds else BUCKETS
        if not first <= last < BUCKETS:
            raise BadBuckets(f"{text!r} names no buckets: write for example 0-7 or 0-3,8.")
        found.update(range(first, last + 1))
    return frozenset(found)


def bucket_of(enterprise: str) -> int:
    """The bucket of an enterprise, as the broker's `partition(16, …)` has it (32-bit FNV-1a)."""
    number = 0x811C9DC5
    for byte in enterprise.encode():
        number = (number ^ byte) * 0x01000193 & 0xFFFFFFFF
    return number % BUCKETS


def filter_of(bucket: int, *, every_leaf: bool = False) -> str:
    """The one filter of a bucket's session. `every_leaf`: the rest's session began with the filter
    that no leaf escapes; beside the other one in the same session it would double everything."""
    if bucket == REST:
        return EVERY_LEAF_FILTER if every_leaf else REST_FILTER
    return f"pw/b/{bucket}/+/+/+"


def client_id_of(service: str, secret: str, bucket: int) -> str:
    """The session's name at the broker: whoever takes the bucket over takes this name."""
    return f"pw-{service}-{secret}" if bucket == REST else f"pw-{service}-{secret}-b{bucket:02d}"


def published_topic(topic: str) -> str:
    """The topic as the gateway published it."""
    found = _MAPPED.fullmatch(topic) or _MAPPED_ONCE.fullmatch(topic)
    return f"pw/v1/{found[1]}" if found else topic


def mapped_topic(topic: str, bucket: int) -> str:
    """The topic under which a broker that maps hands out what was published to this one."""
    return f"pw/b/{bucket}/{topic.removeprefix('pw/v1/')}"
