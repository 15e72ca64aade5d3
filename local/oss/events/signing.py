"""The server's own signing key and its self-signed certificate."""

import base64
import datetime as dt
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CERTIFICATE_NAME = "x509_public_certificate.pem"
_KEY_NAME = "signing_key.pem"
_KEY_BITS = 2048
_VALID_DAYS = 3650


class SigningKey:
    """An RSA key kept in a folder, made on first use.

    Attributes:
        certificate: The certificate as PEM.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        certificate, key = folder / CERTIFICATE_NAME, folder / _KEY_NAME
        if not certificate.exists():
            _make(key, certificate)
        loaded = serialization.load_pem_private_key(key.read_bytes(), password=None)
        if not isinstance(loaded, rsa.RSAPrivateKey):
            raise TypeError(f"{key} holds no RSA key")
        self._key = loaded
        self.certificate = certificate.read_bytes()

    def sign_sha1(self, text: bytes) -> str:
        """Base64 of the RSA-SHA1 signature (PKCS#1 v1.5), as SMQ signs."""
        return self._sign(text, hashes.SHA1())  # noqa: S303 (what SMQ signs with)

    def sign_sha256(self, text: bytes) -> str:
        """Base64 of the RSA-SHA256 signature (PKCS#1 v1.5), as EventBridge signs."""
        return self._sign(text, hashes.SHA256())

    def _sign(self, text: bytes, algorithm: hashes.HashAlgorithm) -> str:
        return base64.b64encode(self._key.sign(text, padding.PKCS1v15(), algorithm)).decode()


def _make(key_path: Path, certificate_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "notify")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_VALID_DAYS))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(key_path, private)
    _write(certificate_path, certificate.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(content)
    unfinished.rename(path)
