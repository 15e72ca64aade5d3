"""The load of one workload: ``python -m benchmarks.oss_server.client WORKLOAD PORT PID SECONDS``."""

import sys

from benchmarks.load import Load, run
from benchmarks.oss_server.workloads import WORKLOADS, signed_request


def main() -> None:
    """Measure and print one JSON line."""
    name, port, pid, seconds = sys.argv[1:]
    workload = WORKLOADS[name]
    size = workload.object_size if workload.method == "PUT" else 0
    host = f"127.0.0.1:{port}"
    requests = [signed_request(workload.method, key, host, size) for key in workload.keys]
    run(Load(requests, workload.connections), int(port), int(pid), float(seconds))


if __name__ == "__main__":
    main()
