"""Starting the servers of one measurement, and what they have to say at its end."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.object_server.options import Options
from local.self_signed import private_pem, self_signed

SECRET = "source-key"
SENDER_KEY = "sender-key"
SECRETS = {
    SECRET: json.dumps({"access_key_id": "benchmark", "secret_access_key": "benchmark"}),
    SENDER_KEY: "the key of all senders",
}
ROLES = ("source", "replica", "services")


@dataclass
class Servers:
    """Source, replica and services, each in a process of its own.

    Attributes:
        urls: By role.
        pids: Their processes, by role.
        ca_bundle: Certificates to trust, the servers' own after the public ones.
        reports: By role, what each server counted; there once they have ended.
    """

    options: Options
    urls: dict[str, str]
    ca_bundle: Path
    pids: dict[str, int]
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return the requests by role and kind."""
        return {
            f"{role} {kind}": number
            for role in ROLES
            for kind, number in sorted(self.reports[role]["counts"].items())
        }


@contextmanager
def serving(options: Options) -> Iterator[Servers]:
    """Run the servers for one measurement; afterwards they have reported."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ferry-bench-")))
        setting = {
            "options": asdict(options),
            "secrets": SECRETS,
            "certificate": str(write_certificate(folder)),
        }
        started = {}
        for role in ROLES:
            command = [sys.executable, "-m", "benchmarks.object_server", role]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            started[role] = stack.enter_context(subprocess.Popen(command, **pipes))  # type: ignore[call-overload]
            stack.callback(started[role].kill)
            started[role].stdin.write(json.dumps(setting) + "\n")
            started[role].stdin.flush()
        urls = {role: server.stdout.readline().strip() for role, server in started.items()}
        if not all(urls.values()):
            raise RuntimeError(f"a server did not start: {urls}")
        pids = {role: server.pid for role, server in started.items()}
        servers = Servers(options, urls, folder / "ca.pem", pids)
        yield servers
        for role, server in started.items():
            server.stdin.close()
            servers.reports[role] = json.loads(server.stdout.readline())


def write_certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 with its key, and a list of trusted ones that ends with it."""
    import certifi

    key = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(key, "127.0.0.1", days=1, addresses=["127.0.0.1"])
    path = folder / "server.pem"
    path.write_bytes(private_pem(key) + certificate)
    # Clients read the public certificates too, as they do when they talk to the clouds.
    (folder / "ca.pem").write_bytes(Path(certifi.where()).read_bytes() + certificate)
    return path
