"""Every case of the corpus from 75 on has a proof that is named by its number."""

import ast

from tests.living.engines import REPOSITORY

PLACES = ("corpus", "integration/api")


def numbers() -> set[int]:
    found = set()
    for place in PLACES:
        for path in (REPOSITORY / "tests" / place).glob("test_*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    number = node.name.removeprefix("test_").partition("_")[0]
                    if number.isdigit():
                        found.add(int(number))
    return found


def test_no_case_of_requests_push_and_settings_is_left_out() -> None:
    assert numbers() >= set(range(75, 104))
