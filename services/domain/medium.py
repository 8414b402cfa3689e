"""The medium of a point: what it looks for or is in contact with, as the libraries name it."""

from services.domain.critical_quantity_table import SUBSTANCES
from services.domain.gas_table import find_gas
from services.domain.hazard_source import Unfit, check_cas

_OF_TABLE_1 = frozenset(
    name.casefold() for each in SUBSTANCES for name in (each.name, each.name_zh)
)


def unknown(medium: str) -> str | None:
    """Why nobody can tell which substance is meant; None for a name or formula of the gas library,
    a name of Table 1 of GB 18218-2018, and every CAS number whose check digit fits."""
    if find_gas(medium) is not None or medium.strip().casefold() in _OF_TABLE_1:
        return None
    try:
        check_cas(medium, "substance")
    except Unfit as fault:
        if medium.replace("-", "").isascii() and medium.replace("-", "").isdigit():
            return fault.reason
        return (
            f"nobody knows {medium}: send its CAS number, or a name of the gas library (GET /gases)"
        )
    return None
