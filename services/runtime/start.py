"""How the process of a service comes up: what it is made of is loaded once, and stays."""

import gc
import sys
from importlib import import_module

UNUSED = "rich"
"""Draws tracebacks in colour for terminals. structlog loads it, and what it needs, wherever it is
installed; a service writes lines of JSON."""


def start(module: str) -> None:
    """Load the module with all that it needs and call its `main` with the environment's settings.

    Loading makes some hundred thousand objects that live as long as the process. To look for
    garbage among them again and again while they become more takes a sixth of the time, and later
    each look would take longer for them: nobody looks until all is there, and then no more at it.
    """
    sys.modules[UNUSED] = None  # type: ignore[assignment]  # "not to be found", to Python
    gc.disable()
    settings, run = import_module("services.runtime.settings"), import_module(module)
    gc.freeze()
    gc.enable()
    run.main(settings.Settings())
