"""A Python with the packages of the functions' layer and no others.

Development packages change what a function loads: botocore, for one, imports awscrt and pyOpenSSL where it
finds them, which no deployed function does.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_REQUIREMENTS = _ROOT / "layers" / "deps" / "requirements.txt"
_PLACE = _ROOT / ".venv" / "layer"


@cache
def python() -> str:
    """Return its path; it is made anew when the layer's packages have changed."""
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    program, note = _PLACE / "bin" / "python", _PLACE / ".packages"
    with (_ROOT / ".venv" / "layer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists() or note.read_text() != wanted:
            print("Installing the packages of the layer into .venv/layer", file=sys.stderr)
            uv = str(Path(sys.executable).with_name("uv"))
            subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, _PLACE], check=True)
            install = [uv, "pip", "install", "--quiet", "--no-deps", "--compile-bytecode"]
            subprocess.run([*install, "--python", program, "-r", _REQUIREMENTS], check=True)
            note.write_text(wanted)
    return str(program)


def paths() -> str:
    """Return what it finds the functions and the library by."""
    return os.pathsep.join(map(str, (_ROOT, _ROOT / "layers" / "core")))
