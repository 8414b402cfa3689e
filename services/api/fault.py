"""A fault that is seen in a whole list, or between two fields, and belongs to one place of it."""

from pydantic_core import PydanticCustomError

WITHIN = "within"
"""The type of such a fault; what leads to its place is in the context under the same name."""


def fault_within(path: str, told: str) -> PydanticCustomError:
    """To be raised by the validator of a list: `path` from there on (`1.code`), and why."""
    return PydanticCustomError(WITHIN, "{told}", {"told": told, WITHIN: path})
