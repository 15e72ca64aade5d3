import base64
import gzip
import json
import re

import pytest

from functions.console import app

SCRIPT = b"console.log('a ferry carries buckets over the sea');" * 40
PAGE = b"<!doctype html><title>Ferry</title>"
ICON = b"<svg/>"
ENDPOINT = "https://cognito-idp.eu-west-1.amazonaws.com"


@pytest.fixture
def get(tmp_path, monkeypatch):
    """Ask a function that was built with a page and a script for something."""
    site = tmp_path / "site"
    (site / "assets").mkdir(parents=True)
    (site / "index.html").write_bytes(PAGE)
    (site / "favicon.svg").write_bytes(ICON)
    script = site / "assets" / "index-1a2b.js"
    script.write_bytes(SCRIPT)
    script.with_name("index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    script.with_name("index-1a2b.js.br").write_bytes(b"brotli")
    (tmp_path / "version").write_text("1.2.3\n")
    (tmp_path / "secret.py").write_text("not for you")
    monkeypatch.setattr(app, "HERE", tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in {
        "AWS_REGION": "eu-west-1",
        "FERRY_USER_POOL_ID": "eu-west-1_pool",
        "FERRY_USER_POOL_CLIENT_ID": "client",
        "FERRY_STACK_NAME": "ferry",
        "FERRY_COGNITO_URL": ENDPOINT,
    }.items():
        monkeypatch.setenv(name, value)
    forget()
    yield ask
    forget()


def forget():
    app.pages.cache_clear()
    app.security_headers.cache_clear()


def ask(path, method="GET", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    event = {"rawPath": path, "headers": named, "requestContext": {"http": {"method": method}}}
    return app.lambda_handler(event, None)


def body(answer):
    assert answer["isBase64Encoded"] is True
    return base64.b64decode(answer["body"])


def test_the_root_is_the_page_and_asks_again_every_time(get):
    answer = get("/")

    assert (answer["statusCode"], body(answer)) == (200, PAGE)
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert answer["headers"]["cache-control"] == "no-cache"
    assert body(get("/index.html")) == PAGE


def test_an_asset_with_a_digest_in_its_name_is_kept_forever(get):
    answer = get("/assets/index-1a2b.js")

    assert (answer["statusCode"], body(answer)) == (200, SCRIPT)
    assert answer["headers"]["content-type"] == "text/javascript; charset=utf-8"
    assert answer["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert get("/favicon.svg")["headers"]["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("br;q=0.0,gzip; q=0", None),
        ("*", "br"),
        ("identity", None),
        ("", None),
        ("zstd, ;q=1", None),
    ],
)
def test_a_client_gets_the_smallest_form_it_takes(get, accepted, encoding):
    answer = get("/assets/index-1a2b.js", accept_encoding=accepted)

    expected = {"br": b"brotli", "gzip": SCRIPT, None: SCRIPT}[encoding]
    content = body(answer)
    assert (gzip.decompress(content) if encoding == "gzip" else content) == expected
    assert answer["headers"].get("content-encoding") == encoding
    assert answer["headers"]["vary"] == "accept-encoding"


def test_what_a_client_has_already_is_not_sent_again(get):
    plain = get("/assets/index-1a2b.js")["headers"]["etag"]
    small = get("/assets/index-1a2b.js", accept_encoding="br")["headers"]["etag"]

    assert re.fullmatch(r'"[0-9a-f]{32}"', plain)
    assert plain != small
    for known in (plain, f"W/{plain}", f'"other", {plain}', "*"):
        answer = get("/assets/index-1a2b.js", if_none_match=known)
        assert (answer["statusCode"], body(answer)) == (304, b"")
        assert answer["headers"]["etag"] == plain
        assert answer["headers"]["cache-control"].startswith("public")
    assert get("/assets/index-1a2b.js", if_none_match=small)["statusCode"] == 200


def test_a_head_is_a_get_without_its_body(get):
    head, whole = get("/", method="HEAD"), get("/")

    assert (head["statusCode"], head["headers"]) == (200, whole["headers"])
    assert body(head) == b""


@pytest.mark.parametrize(
    "path",
    [
        "/secret.py",
        "/app.py",
        "/../secret.py",
        "/assets/../../secret.py",
        "//etc/passwd",
        "/..%2fsecret.py",
        "/assets",
        "/assets/",
        "/assets/index-1a2b.js.br",
        "/assets/index-1a2b.js/",
        "/index.html\0",
        "/api/v1/tasks",
        "/INDEX.HTML",
    ],
)
def test_nothing_else_can_be_reached(get, path):
    answer = get(path)

    assert answer["statusCode"] == 404
    assert answer["headers"]["cache-control"] == "no-store"
    assert b"not for you" not in body(answer)


def test_the_configuration_is_that_of_the_deployment(get):
    answer = get("/config.json")

    assert json.loads(body(answer)) == {
        "region": "eu-west-1",
        "user_pool_id": "eu-west-1_pool",
        "client_id": "client",
        "cognito_endpoint": None,
        "stack": "ferry",
        "version": "1.2.3",
    }
    assert answer["headers"]["cache-control"] == "no-cache"


def test_on_one_machine_cognito_is_where_everything_else_is(get, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    answer = get("/config.json")

    assert json.loads(body(answer))["cognito_endpoint"] == "http://127.0.0.1:4566"
    assert "connect-src 'self' http://127.0.0.1:4566;" in answer["headers"]["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "headers"), [("/", {}), ("/nothing", {}), ("/config.json", {}), ("/", {"if_none_match": "*"})]
)
def test_every_answer_tells_the_browser_what_it_may_not_do(get, path, headers):
    told = get(path, **headers)["headers"]
    policy = dict(rule.split(" ", 1) for rule in told["content-security-policy"].split("; "))

    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == f"'self' {ENDPOINT}"
    assert "unsafe" not in told["content-security-policy"]
    assert told["x-content-type-options"] == "nosniff"
    assert told["strict-transport-security"] == "max-age=31536000"
    assert told["referrer-policy"] == "no-referrer"
    assert "permissions-policy" in told
