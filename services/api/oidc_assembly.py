"""Putting the way in by an OpenID provider together from the settings, or saying what is missing."""

from services.api.oidc import OidcDoor
from services.api.oidc_provider import Client, Provider, is_safe
from services.api.oidc_role import parse_grants
from services.api.seal import Seal
from services.runtime.clock import Clock
from services.runtime.outgoing import Outgoing, networks_of
from services.runtime.settings import Settings


def oidc_door(settings: Settings, seal: Seal, clock: Clock) -> OidcDoor | None:
    """None where no provider is set. Exits with one sentence where a setting is missing or wrong."""
    issuer = settings.oidc_issuer
    if issuer is None:
        return None
    told = (settings.oidc_client_id, settings.oidc_roles, settings.public_url)
    client_id, roles, public = told
    if client_id is None or roles is None or public is None:
        names = ("OIDC_CLIENT_ID", "OIDC_ROLES", "PUBLIC_URL")
        missing = next(name for name, value in zip(names, told, strict=True) if value is None)
        raise SystemExit(
            f"PARKWATCH_OIDC_ISSUER is set and PARKWATCH_{missing} is not: set it too."
        )
    for name, url in (("OIDC_ISSUER", issuer), ("PUBLIC_URL", public)):
        if not is_safe(url):
            raise SystemExit(
                f"PARKWATCH_{name} must begin with https://, unless it is this machine."
            )
    secret = settings.oidc_client_secret
    client = Client(
        issuer, client_id, None if secret is None else secret.get_secret_value(), f"{public}/"
    )
    outgoing = Outgoing(networks_of(settings.outgoing_networks or ""))
    try:
        grants = parse_grants(roles)
    except ValueError as error:
        raise SystemExit(f"PARKWATCH_OIDC_ROLES: {error}") from error
    return OidcDoor(
        Provider(client, outgoing, clock),
        seal,
        clock,
        settings.oidc_name,
        settings.oidc_role_claim,
        grants,
        frozenset(each.strip() for each in settings.oidc_second_factor.split(",") if each.strip()),
    )
