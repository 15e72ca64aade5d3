import asyncio
import ssl
import threading
import urllib.request
from concurrent.futures import Future

import pytest
from ferry.errors import TransientError
from ferry.events import certificates
from ferry.events.certificates import Certificates, fetch_certificate

from local.certificate_host import proxy_environment, serve, trusted_certificate
from local.oss.embedded import OssServer
from local.processes import free_port
from tests.support.clock import FakeClock
from tests.support.notifications import SMQ_CERTIFICATE

PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def test_a_certificate_is_kept_for_a_day():
    fetched, clock = [], FakeClock()

    def fetch(url):
        fetched.append(url)
        return PEM

    kept = Certificates(fetch, clock)
    for _ in range(3):
        assert kept.get("https://a/x.pem") == PEM
    kept.get("https://b/x.pem")
    clock.now += 86_400
    kept.get("https://a/x.pem")

    assert fetched == ["https://a/x.pem", "https://b/x.pem", "https://a/x.pem"]


def test_what_could_not_be_fetched_is_tried_again():
    def fail(url):
        raise TransientError("not now")

    kept = Certificates(fail)
    for _ in range(2):
        with pytest.raises(TransientError):
            kept.get("https://a/x.pem")


@pytest.fixture
def host(tmp_path, monkeypatch):
    """What stands in for Alibaba Cloud's hosts, which https goes through."""
    port, ended = free_port(), Future()
    with OssServer() as oss:
        loop = asyncio.new_event_loop()
        ready = threading.Event()

        def run():
            asyncio.set_event_loop(loop)
            work = loop.create_task(serve(tmp_path, port, oss.endpoint))
            ended.set_result(work)
            loop.call_soon(ready.set)
            with pytest.raises(asyncio.CancelledError):
                loop.run_until_complete(work)
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

        thread = threading.Thread(target=run)
        thread.start()
        ready.wait()
        for name, value in proxy_environment(tmp_path, port).items():
            monkeypatch.setenv(name, value)
        yield oss
        loop.call_soon_threadsafe(ended.result().cancel)
        thread.join()


def test_a_pinned_host_is_answered_for_with_the_servers_own_certificate(host):
    with urllib.request.urlopen(f"{host.endpoint}/_control/x509_public_certificate.pem") as reply:
        expected = reply.read()

    assert fetch_certificate(SMQ_CERTIFICATE) == expected


@pytest.mark.parametrize(
    "url", ["https://evil.example/x.pem", "https://oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem"]
)
def test_no_other_host_is_answered_for(host, url):
    with pytest.raises(TransientError) as caught:
        fetch_certificate(url)

    assert caught.value.reason == "NoCertificate"


def test_a_host_that_cannot_prove_itself_is_not_believed(host, monkeypatch, tmp_path):
    others = tmp_path / "others.pem"
    others.write_bytes(b"")
    monkeypatch.setenv("SSL_CERT_FILE", str(others))

    with pytest.raises(TransientError, match="cannot be had now"):
        fetch_certificate(SMQ_CERTIFICATE)
    assert trusted_certificate(tmp_path).exists()
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_plain_http_is_not_spoken():
    with pytest.raises(TransientError):
        fetch_certificate("http://127.0.0.1:1/x.pem")


def test_a_redirect_is_not_followed():
    class Request:
        full_url = "https://a/x.pem"

    assert certificates._NoRedirects().redirect_request(Request(), None, 302, "", {}, "https://b/") is None
