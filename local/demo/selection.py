"""Choosing real files that every machine with this environment has: what its packages brought along."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kind:
    """A kind of file, and how much of it the demonstration wants.

    Attributes:
        name: What people call it.
        suffixes: Endings of its names; empty for whatever no other kind takes.
        folder: A folder that must be among its parents; empty for any.
        count: How many at most.
        size: Bytes of all of them at most.
        largest: Bytes of one of them at most.
    """

    name: str
    suffixes: tuple[str, ...]
    count: int
    size: int
    largest: int
    folder: str = ""

    def takes(self, path: Path) -> bool:
        """Whether a file is of this kind."""
        return (not self.folder or self.folder in path.parts) and (
            not self.suffixes or path.suffix.lower() in self.suffixes
        )


_MIB = 1 << 20

KINDS = (
    Kind("time zones", (), 300, 1 * _MIB, 256 << 10, folder="zoneinfo"),
    Kind("compiled modules", (".so", ".pyd", ".dylib"), 60, 24 * _MIB, 8 * _MIB),
    Kind("images", (".png", ".gif", ".jpg", ".ico", ".svg"), 60, 2 * _MIB, 1 * _MIB),
    Kind("compressed service models", (".gz",), 300, 6 * _MIB, 1 * _MIB),
    Kind("JSON", (".json",), 600, 6 * _MIB, 1 * _MIB),
    Kind("bytecode", (".pyc",), 100, 2 * _MIB, 256 << 10),
    Kind("Python", (".py", ".pyi"), 800, 8 * _MIB, 256 << 10),
    Kind("other texts", (), 180, 4 * _MIB, 256 << 10),
)
"""In the order in which a file is offered to them."""


@dataclass(frozen=True)
class RealFile:
    """A chosen file.

    Attributes:
        path: Where it is.
        name: Its path below the folder it was found in, with ``/``.
        kind: Name of its kind.
    """

    path: Path
    name: str
    kind: str


class TooFewFilesError(Exception):
    """The environment holds fewer files than the demonstration promises."""


def packages_folder() -> Path:
    """The folder that this environment's packages are installed in."""
    return Path(sysconfig.get_path("platlib"))


def select_files(folder: Path, *, least: int = 2000, kinds: tuple[Kind, ...] = KINDS) -> list[RealFile]:
    """Choose files of every kind, the same ones each time for the same folder.

    Args:
        folder: Where to look, at any depth.
        least: How many there must be.
        kinds: What to look for.

    Returns:
        Files in ascending order of their names. Empty files are left out.

    Raises:
        TooFewFilesError: There are not enough.
    """
    offered: dict[str, list[tuple[Path, int]]] = {kind.name: [] for kind in kinds}
    for path, size in _files(folder):
        kind = next((kind for kind in kinds if kind.takes(path)), None)
        if kind is not None and 0 < size <= kind.largest:
            offered[kind.name].append((path, size))
    chosen = [
        RealFile(path, path.relative_to(folder).as_posix(), kind.name)
        for kind in kinds
        for path in _evenly(offered[kind.name], count=kind.count, size=kind.size)
    ]
    if len(chosen) < least:
        raise TooFewFilesError(
            f"{folder} holds {len(chosen)} suitable files, the demonstration needs {least}; run `make setup`."
        )
    return sorted(chosen, key=lambda file: file.name)


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every regular file below a folder with its size, in a fixed order."""
    for parent, folders, names in folder.walk():
        folders.sort()
        for name in sorted(names):
            path = parent / name
            if path.is_file() and not path.is_symlink():
                yield path, path.stat().st_size


def _evenly(files: list[tuple[Path, int]], *, count: int, size: int) -> Iterator[Path]:
    """Spread the choice over all files, so that no package makes up most of it."""
    wanted = min(count, len(files))
    for number in range(wanted):
        path, bytes_here = files[number * len(files) // wanted]
        if bytes_here <= size:
            size -= bytes_here
            yield path
