"""The server's own signing key and its self-signed certificate."""

import base64
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.self_signed import private_pem, self_signed, write_private

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
    write_private(key_path, private_pem(key))
    write_private(certificate_path, self_signed(key, "notify", days=_VALID_DAYS))
