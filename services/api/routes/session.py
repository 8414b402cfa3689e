"""Signing in, and who I am."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from services.api.answer import answer
from services.api.asking import Here, Public, SignedIn, too_many
from services.api.permission import GRANTS
from services.api.problem import Kind, Problem
from services.api.token import LIFETIME_S

router = APIRouter(tags=["session"])


@dataclass(frozen=True, slots=True)
class Token:
    """A token for `Authorization: Bearer …`, valid for `expires_in` seconds."""

    access_token: str
    token_type: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, and what the role allows."""

    username: str
    role: str
    enterprise: str | None
    permissions: list[str]


@router.post("/auth/token", dependencies=[Public], response_model=Token)
async def sign_in(
    request: Request,
    here: Here,
    username: Annotated[str, Form(min_length=1, max_length=200)],
    password: Annotated[str, Form(min_length=1, max_length=1000)],
    otp: Annotated[str | None, Form(max_length=20, description="Not asked for yet")] = None,
) -> Response:
    """Sign in with name and password."""
    del otp
    address = request.client.host if request.client else "unknown"
    account = f"{address} {username}"
    wait = here.sign_in_rate.is_spent(account)
    if wait is not None:
        raise too_many(wait)
    token = await here.accounts.sign_in(username, password) if "\0" not in username else None
    if token is None:
        here.sign_in_rate.take(account)
        raise Problem(Kind.WRONG_CREDENTIALS, "Name or password is wrong.")
    return answer(Token(token, "bearer", LIFETIME_S))


@router.get("/me", response_model=Me)
async def me(principal: SignedIn) -> Response:
    """Who I am."""
    return answer(
        Me(
            principal.username,
            principal.role,
            principal.enterprise,
            sorted(GRANTS[principal.role]),
        )
    )
