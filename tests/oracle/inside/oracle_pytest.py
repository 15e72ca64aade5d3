"""Loaded into the pytest that runs a Python suite: finds the server under OSS's host names, records outcomes.

It stands alone: nothing of Ferry is imported, because the suite's own package is called ``tests`` too.
"""

import json
import os
import re
import socket
import sys
import unittest
import unittest.mock
from pathlib import Path

_PORTS = {80: int(os.environ["ORACLE_HTTP_PORT"]), 443: int(os.environ["ORACLE_HTTPS_PORT"])}
_OSS_HOST = re.compile(os.environ["ORACLE_HOSTS"])
_LEAVE_OUT = re.compile(os.environ["ORACLE_LEAVE_OUT"])
_OUTCOMES = Path(os.environ["ORACLE_OUTCOMES"])

_resolve = socket.getaddrinfo


def _getaddrinfo(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name and _OSS_HOST.fullmatch(name):
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, socket.IPPROTO_TCP, "", ("127.0.0.1", _PORTS.get(port, port)))]
    return _resolve(host, port, *args, **kwargs)


socket.getaddrinfo = _getaddrinfo
_resolve_one = socket.gethostbyname
socket.gethostbyname = lambda host: "127.0.0.1" if _OSS_HOST.fullmatch(host) else _resolve_one(host)

sys.modules.setdefault("mock", unittest.mock)

# Both suites date from before Python 3.12, which dropped these spellings.
for _old, _new in {
    "assertEquals": "assertEqual",
    "assertNotEquals": "assertNotEqual",
    "assertRegexpMatches": "assertRegex",
    "assertRaisesRegexp": "assertRaisesRegex",
    "assert_": "assertTrue",
}.items():
    if not hasattr(unittest.TestCase, _old):
        setattr(unittest.TestCase, _old, getattr(unittest.TestCase, _new))


def _write(**record):
    with _OUTCOMES.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(record) + "\n")


def _title(nodeid):
    return nodeid.partition("::")[2]


def _keep_keys_here(sdk):
    """Encrypt with keys of the client's own where the suite, often at random, asks Alibaba's KMS."""
    from Crypto.PublicKey import RSA

    pair = RSA.generate(2048)
    keys = {"private_key": pair.export_key(), "public_key": pair.public_key().export_key()}
    sdk.AliKMSProvider = lambda *_args, **_options: sdk.RsaProvider(keys)


def pytest_collection_modifyitems(config, items):
    """Plan the tests that apply, and only them."""
    if "oss2" in sys.modules:
        _keep_keys_here(sys.modules["oss2"])
    chosen = [item for item in items if not _LEAVE_OUT.fullmatch(_title(item.nodeid))]
    _write(found=[_title(item.nodeid) for item in items])
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def pytest_collectreport(report):
    """A file that cannot be imported has no tests to report."""
    if report.failed:
        _write(title="(whole file)", outcome="failed", said=_complaint(report.longreprtext))


def pytest_runtest_logreport(report):
    """Record what decides: a call, or a set-up or tear-down that fails or skips."""
    if report.when == "call" or report.outcome != "passed":
        _write(title=_title(report.nodeid), outcome=report.outcome, said=_complaint(report.longreprtext))


def _complaint(text):
    errors = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return " ".join(errors)[:400] if errors else text.strip().rpartition("\n")[2]
