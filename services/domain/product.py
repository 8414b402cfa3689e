"""What an enterprise handles: a substance of our libraries, or a product that it declares by a class.

A name that nobody can look up says nothing to whoever comes to a fire. So what neither the gas library
nor Table 1 of GB 18218-2018 knows is told with its class of danger, as hazard sources tell it.
"""

from services.domain.critical_quantity import DANGERS
from services.domain.critical_quantity_table import BY_CAS
from services.domain.gas_table import find_gas
from services.domain.hazard_source import Unfit, check_cas
from services.domain.medium import unknown
from services.domain.substance_name import listed_cas

OTHER = "other"
"""Of none of the classes of Table 2: corrosive, inert, harmless."""


def is_listed(name: str, cas: str | None) -> bool:
    """Whether the gas library or Table 1 of GB 18218-2018 knows it: by its number where that is told,
    else by its name."""
    if cas is not None:
        return cas in BY_CAS or find_gas(cas) is not None
    return unknown(name) is None or listed_cas(None, name) is not None


def check_product(name: str, cas: str | None, danger: str | None) -> None:
    """Refuse what nobody can look up and nobody has declared. Raises Unfit, whose field is `name`,
    `cas` or `class`."""
    if danger is not None and danger != OTHER and danger not in DANGERS:
        known = ", ".join(DANGERS)
        raise Unfit("class", f"{danger} is not a class of Table 2; those are {known}, or {OTHER}")
    if cas is not None:
        _check_number(cas)
    right = listed_cas(cas, name)
    if cas is not None and right is not None:
        raise Unfit("cas", f"Table 1 names {name}; send its cas {right}")
    if danger is not None or is_listed(name, cas):
        return
    declare = f"declare it by its class of danger in `class` (W5.3, …; {OTHER}: none of Table 2)"
    if cas is not None:
        raise Unfit("cas", f"neither the gas library nor Table 1 of GB 18218 has {cas}: {declare}")
    raise Unfit("name", f"nobody knows {name}: send its CAS number, or {declare}")


def _check_number(cas: str) -> None:
    try:
        check_cas(cas, "substance")
    except Unfit as fault:
        raise Unfit("cas", fault.reason) from None
