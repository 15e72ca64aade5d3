"""Functions of Function Compute, run by this server.

A function is a process of its own that stays for the next event, as instances do; one rule's events reach
it one after the other. Source: Function Compute documentation, "Environment variables" and "Context".
"""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.oss.events import function_runtime
from local.oss.events.dispatch import DeliveryError
from local.oss.events.messages import Message
from local.oss.events.targets import FunctionTarget

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


class Function:
    """One function; its process starts with the first event and again after a time-out.

    Attributes:
        target: What runs, and how.
    """

    def __init__(self, name: str, target: FunctionTarget, log: Path) -> None:
        """Describe a function.

        Args:
            name: Name of the function.
            target: What to run and how.
            log: Gets what the function prints.
        """
        self._name = name
        self.target = target
        self._log = log
        self._instance: subprocess.Popen[bytes] | None = None
        # One thread: an instance takes one event at a time.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"function-{name}")

    async def invoke(self, message: Message) -> None:
        """Call the handler with the message's records.

        Raises:
            DeliveryError: The handler raised, took too long, or its process ended.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._invoke, message)

    def close(self) -> None:
        """End the process, even one that is busy."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        instance = self._instance
        if instance is not None:
            instance.kill()
        self._thread.shutdown()
        self._end()

    def _invoke(self, message: Message) -> None:
        record = message.records[0]
        event = json.dumps({"events": message.records}, ensure_ascii=False, separators=(",", ":"))
        invocation = {
            "request_id": record["responseElements"]["requestId"],
            "account_id": record["oss"]["bucket"]["ownerIdentity"],
            "region": record["region"],
            "event": base64.b64encode(event.encode()).decode(),
        }
        instance = self._running(invocation["account_id"], invocation["region"])
        if instance.stdin is None or instance.stdout is None:
            raise TypeError("the function's process has no pipes")
        alarm = threading.Timer(self.target.timeout_seconds, instance.kill)
        alarm.start()
        try:
            instance.stdin.write(json.dumps(invocation).encode() + b"\n")
            instance.stdin.flush()
            answer = instance.stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            alarm.cancel()
        if not answer:
            status = self._end()
            late = status == -signal.SIGKILL
            limit = f"took longer than {self.target.timeout_seconds:g} s"
            raise DeliveryError(f"the function {limit if late else f'ended with status {status}'}")
        problem = json.loads(answer)["error"]
        if problem:
            raise DeliveryError(problem)

    def _running(self, account: str, region: str) -> subprocess.Popen[bytes]:
        if self._instance is None:
            path, _, handler = self.target.handler.rpartition(":")
            module = Path(path).resolve()
            environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
                "FC_ACCOUNT_ID": account,
                "FC_FUNCTION_HANDLER": f"{module.stem}.{handler}",
                "FC_FUNCTION_MEMORY_SIZE": str(self.target.memory_mb),
                "FC_FUNCTION_NAME": self._name,
                "FC_FUNCTION_TIMEOUT": f"{self.target.timeout_seconds:g}",
                "FC_FUNC_CODE_PATH": str(module.parent),
                "FC_QUALIFIER": "LATEST",
                "FC_REGION": region,
                **self.target.environment,
            }
            command = [sys.executable, "-P", function_runtime.__file__, str(module), handler]
            with self._log.open("ab") as log:
                self._instance = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=environment,
                    cwd=module.parent if module.parent.is_dir() else None,
                )
        return self._instance

    def _end(self) -> int | None:
        instance, self._instance = self._instance, None
        if instance is None:
            return None
        for pipe in (instance.stdin, instance.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        return instance.wait()
