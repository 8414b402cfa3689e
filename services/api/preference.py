"""What an `Accept` header prefers (RFC 9110, 12.5.1)."""


def prefers(accept: str, wanted: str, other: str) -> bool:
    """Whether `wanted` (a media type) is named there, and at least as dear as `other`."""
    weights: dict[str, float] = {}
    for each in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        weights[kind] = _weight(parameters)
    dear = weights.get(wanted, 0.0)
    return dear > 0 and dear >= weights.get(other, 0.0)


def _weight(parameters: list[str]) -> float:
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
