"""The one HTTPS request that a message is, against a server of this machine."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import certifi
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from ferry.errors import TransientError
from ferry.webhook import Reply, curl_exchange

from local.self_signed import private_pem, self_signed


class Receiver(BaseHTTPRequestHandler):
    """Notes what is posted; answers everything with a redirect and a long text."""

    got: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(307)
        self.send_header("location", "/elsewhere")
        self.send_header("content-length", "100000")
        self.end_headers()
        self.wfile.write(b"x" * 100_000)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@contextmanager
def serving(folder, monkeypatch, *, host: str) -> Iterator[tuple[int, type[Receiver]]]:
    """Serve HTTPS as a host that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "key.pem").write_bytes(private_pem(key))
    (folder / "certificate.pem").write_bytes(self_signed(key, host, days=1, hosts=[host]))
    monkeypatch.setattr(certifi, "where", lambda: str(folder / "certificate.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    noting = type("Noting", (Receiver,), {"got": []})
    with HTTPServer(("127.0.0.1", 0), noting) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_port, noting
        finally:
            server.shutdown()
            thread.join()


def test_json_is_posted_to_the_address_given_and_a_redirect_is_not_followed(tmp_path, monkeypatch):
    with serving(tmp_path, monkeypatch, host="hooks.example.com") as (port, receiver):
        reply = curl_exchange(f"https://hooks.example.com:{port}/x?token=secret", ["127.0.0.1"], b'{"a": 1}')

    ((path, headers, body),) = receiver.got
    assert (path, body) == ("/x?token=secret", b'{"a": 1}')
    assert headers["host"] == f"hooks.example.com:{port}"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert reply == Reply(307, b"x" * 16 * 1024)


def test_a_server_that_is_not_the_host_gets_nothing(tmp_path, monkeypatch):
    with (
        serving(tmp_path, monkeypatch, host="other.example.com") as (port, receiver),
        pytest.raises(TransientError, match="curl error") as raised,
    ):
        curl_exchange(f"https://hooks.example.com:{port}/secret", ["127.0.0.1"], b"{}")

    assert receiver.got == []
    assert "secret" not in str(raised.value)


def test_plain_http_is_never_spoken(tmp_path):
    with pytest.raises(TransientError, match="curl error 1"):
        curl_exchange("http://hooks.example.com/x", ["127.0.0.1"], b"{}")
