"""Modules that are figures and little else, imported anew: what they say takes effect when they
are imported, and so a test that asks for it executes it."""

import importlib.util
import sys
from types import ModuleType


def imported_anew(module: ModuleType) -> ModuleType:
    """The same module once more, beside the one in use."""
    spec = sys.modules[module.__name__].__spec__
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    return again
