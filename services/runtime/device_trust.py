"""Whom the broker takes for a gateway by its certificate: a file of certificates that somebody keeps.

An authority in it makes every certificate good that it signed; a gateway's own certificate in it makes
that one good, and taking it out of the file revokes it.
"""

from pathlib import Path

BUNDLE = "devices.crt"
"""What the broker reads: our services' authority, then the file as it is now."""
SERVICES = "services.crt"
"""Our services' authority, beside it."""


class BadTrust(ValueError):
    """The file cannot be used; the text says why."""


def certificates(file: Path) -> frozenset[str]:
    """What stands in the file, each in PEM; at least one. Raises BadTrust."""
    # Only an installation that asks gateways for certificates needs what reads them.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except OSError as error:
        raise BadTrust(f"{file} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise BadTrust(f"{file} holds no certificate in PEM") from error
    return frozenset(each.public_bytes(Encoding.PEM).decode("ascii") for each in found)


def bundle(services: str, devices: frozenset[str]) -> str:
    """The text of BUNDLE; the same for the same certificates."""
    return services + "".join(sorted(devices))
