"""Writes the OpenAPI description of the API: ``python -m ferry.api docs/openapi.json``.

With ``--check`` it writes nothing, and fails when the file says something else.
"""

import sys
from pathlib import Path

from ferry.api.application import openapi_document


def main(arguments: list[str]) -> str | None:
    """Do it; returns what to say when that fails."""
    *options, name = arguments
    path, document = Path(name), openapi_document()
    if "--check" not in options:
        path.write_text(document)
    elif path.read_text() != document:
        return f"{path} is not what the code says; run `make openapi`."
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
