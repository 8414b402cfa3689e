"""What addresses there are, and which methods each takes: for saying so when one is missed."""

from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any

from starlette.routing import BaseRoute, Match, Route

Scope = MutableMapping[str, Any]


class Addresses:
    """The addresses of all routes that were added."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, Route]] = []

    def add(self, prefix: str, routes: Iterable[BaseRoute]) -> None:
        """Routes below a prefix; what takes no methods (a socket) is none of them."""
        self._routes += [(prefix, each) for each in routes if isinstance(each, Route)]

    def find(self, scope: Scope) -> Route | None:
        """The route that answers this request; None: none does."""
        for prefix, route in self._routes:
            if _match(prefix, route, scope) is Match.FULL:
                return route
        return None

    def methods(self, scope: Scope) -> Sequence[str]:
        """The methods that the address of this request takes, by the alphabet; none: there is
        nothing there. An address that is named as it is (`/alarms/acknowledge`) is not one that
        stands for many (`/alarms/{alarm}`)."""
        found = [
            route
            for prefix, route in self._routes
            if _match(prefix, route, scope) is not Match.NONE
        ]
        closest = min((len(route.param_convertors) for route in found), default=0)
        taken = [r.methods or () for r in found if len(r.param_convertors) == closest]
        return sorted({method for methods in taken for method in methods})


def _match(prefix: str, route: Route, scope: Scope) -> Match:
    path: str = scope["path"]
    if not path.startswith(prefix):
        return Match.NONE
    return route.matches(dict(scope) | {"path": path.removeprefix(prefix), "root_path": ""})[0]
