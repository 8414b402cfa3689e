"""Every reason that a reader of payloads can give has a code and its Chinese."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from services.api import letter_wording
from services.api.letter_wording import OTHER, explain
from services.api.wording import Language
from services.wire.translate import translate
from tests.corpus.case import RECEIVED_AFTER_MS, directory
from tests.corpus.payloads import PAYLOADS
from tests.corpus.times import TIMES

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [*(ROOT / "services/wire").glob("*.py"), ROOT / "services/domain/point.py"]
RAISED = {"Poison", "UnfitPart", "UnfitTime", "UnfitValue", "Unusable"}
FILLINGS = ("7", "number", "seconds", "time", "send {}", "a, b")
"""What may stand where a sentence quotes or names something."""
AT = 1_767_542_400_123
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|[\[{].*[\]}]")
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,})+")


def sentences(node: ast.expr) -> Iterator[str]:
    """What a literal may say, with anything in its gaps."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        gaps = sum(isinstance(part, ast.FormattedValue) for part in node.values)
        for filling in product(FILLINGS, repeat=gaps):
            rest = iter(filling)
            yield "".join(
                next(rest) if isinstance(part, ast.FormattedValue) else str(part.value)
                for part in node.values
                if isinstance(part, ast.FormattedValue | ast.Constant)
            )
    elif isinstance(node, ast.IfExp):
        yield from sentences(node.body)


def said(path: Path) -> Iterator[ast.expr]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in RAISED:
                yield first


def passes_on(node: ast.expr) -> bool:
    """It only puts something before a sentence that another one gave."""
    gaps = [each.value for each in ast.walk(node) if isinstance(each, ast.FormattedValue)]
    return any(ast.unparse(gap) in ("error", "raw.reason", "values.reason") for gap in gaps)


CLAUSES = [
    pytest.param(node, id=f"{path.stem}-{node.lineno}")
    for path in sorted(SOURCES)
    for node in said(path)
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.IfExp) and not passes_on(node)
]


def test_there_is_something_to_hold_together() -> None:
    assert len(CLAUSES) > 30


@pytest.mark.parametrize("node", CLAUSES)
def test_whatever_a_reader_can_say_has_a_code(node: ast.expr) -> None:
    codes = {explain(each, Language.ZH).code for each in sentences(node)}
    assert codes != {OTHER}


def test_the_reasons_of_the_corpus_are_told_in_chinese() -> None:
    book = directory()
    told = 0
    for case in (*PAYLOADS, *TIMES):
        topic = f"pw/v1/acme/gw1/{case.leaf}"
        reason = translate(book, topic, case.payload(AT), AT + RECEIVED_AFTER_MS).reason
        if reason is None:
            continue
        told += 1
        found = explain(reason, Language.ZH)
        assert found.code in letter_wording.CLAUSES
        assert not ENGLISH.search(QUOTED.sub("", found.text)), found.text
        assert explain(reason, Language.EN).text == reason
    assert told > 100


@pytest.mark.parametrize(
    ("reason", "code", "params", "text"),
    [
        (
            "The payload has 262145 bytes, the limit is 262144: send smaller messages.",
            "too_large",
            ["262145", "262144"],
            "报文 262145 字节，上限 262144 字节：应拆成较小的报文。",
        ),
        (
            "'A': NaN is no number, send null with quality bad instead. 4 more like these.",
            "not_a_number",
            [],
            "'A': NaN 不是数字，应改发 null 并注明品质 bad。另有 4 项类似问题。",
        ),
        (
            "Unknown topic 'telemetri': publish to pw/v1/{enterprise}/{gateway}/ and one of "
            "telemetry, tb and state.",
            "topic",
            ["'telemetri'", "pw/v1/{enterprise}/{gateway}/", "telemetry, tb"],
            "未知主题 'telemetri'：应发布到 pw/v1/{enterprise}/{gateway}/ 下的 telemetry, tb 或 state。",
        ),
        ("Something of an older version.", OTHER, [], "Something of an older version."),
    ],
)
def test_a_reason_has_its_code_and_figures(
    reason: str, code: str, params: list[str], text: str
) -> None:
    found = explain(reason, Language.ZH)
    assert (found.code, found.params) == (code, params)
    assert found.text.rstrip("。.") == text.rstrip("。.")
