"""Routes that are worked out when they are first asked for.

What a route takes and gives is declared by its types; to make validators and serialisers of all of
them takes more than a second of a processor, and of one a few milliseconds. Those of the answers
are wanted for the description alone. So a process that starts keeps what was declared, and the
first request of a route, or `openapi.json`, makes the rest of it (docs/decisions/0106-fast-starts.md).
That every route can be made is proved by a test: it makes the description.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute, compile_path, get_name

Responses = Mapping[int | str, Mapping[str, Any]]


class LateRoute(APIRoute):
    """A route that knows its path, its methods and its function, and the rest once it is asked."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:
        """Takes what `APIRoute` takes."""
        self._declared = declared
        self._made = False
        self.path = path
        self.endpoint = endpoint
        self.name = declared.get("name") or get_name(endpoint)
        self.methods = set(declared.get("methods") or ("GET",))
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)

    def __getattr__(self, name: str) -> Any:
        """Only what is not there yet comes here. Where two threads make it, both make the same, and
        each puts it in its place whole."""
        if self.__dict__.get("_made", True):
            raise AttributeError(name)
        whole = APIRoute(self.path, self.endpoint, **self._declared)
        self.__dict__.update(vars(whole), _made=True)
        return getattr(self, name)

    @property
    def is_made(self) -> bool:
        """Whether all of it is worked out."""
        return self._made

    def below(self, prefix: str, responses: Responses, described: bool = True) -> "LateRoute":
        """The same route further down, with these answers beside its own."""
        declared = self._declared | {
            "responses": {**responses, **(self._declared.get("responses") or {})},
            "include_in_schema": described and self._declared.get("include_in_schema", True),
        }
        return LateRoute(prefix + self.path, self.endpoint, **declared)


class LateRouter(APIRouter):
    """The routes of one noun, each of them late."""

    def __init__(self, **declared: Any) -> None:
        """Takes what `APIRouter` takes."""
        super().__init__(**declared, route_class=LateRoute)

    def below(
        self, prefix: str, responses: Responses, described: bool = True
    ) -> Iterator[BaseRoute]:
        """Its routes further down; a socket has no answers and no description."""
        for route in self.routes:
            match route:
                case LateRoute():
                    yield route.below(prefix, responses, described)
                case APIWebSocketRoute():
                    yield APIWebSocketRoute(prefix + route.path, route.endpoint, name=route.name)
                case _:
                    raise TypeError(f"{route!r} is neither a late route nor a socket")
