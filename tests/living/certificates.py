"""Certificates as an enterprise's authority makes them, good and bad ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a gateway shows: its certificate and its key."""

    certificate: Path
    key: Path

    @property
    def both(self) -> Path:
        """One file with both."""
        made = self.certificate.with_suffix(".both")
        made.write_text(self.certificate.read_text() + self.key.read_text())
        return made


class Authority:
    """It signs in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._at = datetime.now(UTC)
        made = self._begun(self._name, self._key.public_key(), (-DAY, 365 * DAY))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = folder / f"{name}.crt"
        self.certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(PEM))

    def sign(
        self,
        file: str,
        *names: str,
        valid: tuple[timedelta, timedelta] = (-DAY, DAY),
    ) -> Shown:
        """A certificate for these DNS names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        made = self._begun(subject, key.public_key(), valid).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
        shown = Shown(self._folder / f"{file}.crt", self._folder / f"{file}.key")
        shown.certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(PEM))
        plain = serialization.NoEncryption()
        shown.key.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain))
        return shown

    def _begun(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        valid: tuple[timedelta, timedelta],
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._at + valid[0])
            .not_valid_after(self._at + valid[1])
        )
