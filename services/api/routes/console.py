"""The console: static files at the root, the page itself for every place inside it."""

from pathlib import Path

from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

MISSING = "The console is not built: run `make console`, or set PARKWATCH_CONSOLE_DIR.\n"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASK_AGAIN = {"Cache-Control": "no-cache"}


class Console:
    """An ASGI application over the built console; one sentence where there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files: StaticFiles | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        if str(scope["path"]).startswith("/api/"):
            raise HTTPException(404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        response = await self._answer(scope)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        path = str(scope["path"]).lstrip("/")
        index = None if self._folder is None else self._folder / "index.html"
        if self._folder is None or index is None or not index.is_file():
            return PlainTextResponse(MISSING, headers=_ASK_AGAIN)
        if self._files is None:
            self._files = StaticFiles(directory=self._folder)
        if path and "." in path.rpartition("/")[2]:
            response = await self._files.get_response(path, scope)
            response.headers.update(_FOR_EVER if path.startswith("assets/") else _ASK_AGAIN)
            return response
        return FileResponse(index, headers=_ASK_AGAIN)
