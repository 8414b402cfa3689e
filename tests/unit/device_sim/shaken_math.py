"""Another machine's `math` library: each of its functions is off by one in the last place, or right.

Run as `python -m tests.unit.device_sim.shaken_math SEED SECONDS NAME…`: prints the hash of each
scenario with such a library. Nothing is imported before it is in place: `random` takes its own
copies of these functions. `sqrt`, `fabs` and `floor` are exact by IEEE 754 and stay.
"""

import math
import sys
from collections.abc import Callable

SHAKEN = ("exp", "log", "log10", "sin", "cos", "pow", "hypot", "cbrt")
_state = 1


def _chance() -> int:
    """-1, 0 or 1 units in the last place; a generator of its own, since `random` is not there yet."""
    global _state
    _state = (_state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
    return (_state >> 60) % 3 - 1


def _off(found: float) -> float:
    units = _chance()
    if units == 0 or found == 0.0 or not math.isfinite(found):
        return found
    return math.nextafter(found, math.inf if units > 0 else -math.inf)


def _shaken(function: Callable[..., float]) -> Callable[..., float]:
    return lambda *given: _off(function(*given))


def main() -> None:
    """Shake, then simulate."""
    assert "random" not in sys.modules, "random has the library's own functions already"
    for name in SHAKEN:
        setattr(math, name, _shaken(getattr(math, name)))
    from device_sim.encode.persona import PERSONAS
    from device_sim.fleet.scenario import load
    from device_sim.fleet.stream import run_headless

    seed, seconds = int(sys.argv[1]), int(sys.argv[2])
    for name in sys.argv[3:]:
        scenario = load(name).model_copy(update={"park": "physical"})
        print(name, run_headless(scenario, seed, PERSONAS["native"], seconds))


if __name__ == "__main__":
    main()
