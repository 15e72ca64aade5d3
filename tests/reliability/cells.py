"""The cells of the matrix, and which of them can share one run."""

from collections import defaultdict
from dataclasses import dataclass

from tests.reliability.faults import OSS_FAULTS, S3_FAULTS, Kind, Nature
from tests.reliability.objects import LARGE, SAMPLES, Sample, sample_like
from tests.reliability.request_kinds import REQUESTS, Request, Side

_ALWAYS_THERE = frozenset({"a-first", "changed", "streamed"})


@dataclass(frozen=True)
class Cell:
    """One kind of fault at one kind of request: at the first one for each key, or at every one."""

    request: Request
    kind: Kind
    is_always: bool

    @property
    def name(self) -> str:
        return f"{self.request.name} × {self.kind.name} × {'always' if self.is_always else 'once'}"

    @property
    def is_of_run(self) -> bool:
        """Whether it decides about the whole run, so that it needs one of its own."""
        return self.request.is_of_run or self.kind.is_of_run

    @property
    def uploads_left(self) -> tuple[str, ...]:
        """Keys whose upload has to stay because S3 refuses to abort it; the log names it."""
        is_refused = self.is_always or self.kind.nature is Nature.REFUSED
        if self.request.operation != "AbortMultipartUpload" or not is_refused:
            return ()
        return (LARGE.key if self.is_of_run else sample_of(self).key,)


@dataclass(frozen=True)
class Group:
    """Cells that share one run: each has an object of its own, or the run to itself."""

    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        first = self.cells[0]
        if first.is_of_run:
            return first.name
        waited = " waited for" if first.kind.has_to_be_waited_for else ""
        return f"{first.request.name} ×{waited} {'always' if first.is_always else 'once'}"

    @property
    def request(self) -> Request:
        return self.cells[0].request

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The objects there are, each cell's own among them."""
        if not self.cells[0].is_of_run:
            return (*SAMPLES, *(sample_of(cell) for cell in self.cells))
        # A run that stops needs few objects, among them those that its fault is about.
        folders = _ALWAYS_THERE | {self.request.folder}
        return tuple(sample for sample in (*SAMPLES, LARGE) if sample.key.partition("/")[0] in folders)


def sample_of(cell: Cell) -> Sample:
    """The object that a cell is about, when it is about one."""
    return sample_like(cell.request.folder, cell.kind.slug)


def all_cells() -> list[Cell]:
    """Every cell of the matrix."""
    return [
        Cell(request, kind, is_always)
        for request in REQUESTS
        for kind in (OSS_FAULTS if request.side is Side.OSS else S3_FAULTS)
        if kind.wants(request)
        for is_always in _times(request, kind)
    ]


def _times(request: Request, kind: Kind) -> tuple[bool, ...]:
    if kind.is_of_run:
        # A key that is refused once is refused from then on.
        return (True,)
    if kind.has_to_be_waited_for and request.label != "small":
        # Silence is the one fault that takes time: one read and one write meet it every time.
        return (False,)
    return (False, True)


def all_groups() -> list[Group]:
    """Every cell in exactly one group."""
    shared: dict[object, list[Cell]] = defaultdict(list)
    for cell in all_cells():
        shared_by = (cell.request, cell.is_always, cell.kind.has_to_be_waited_for)
        shared[cell.name if cell.is_of_run else shared_by].append(cell)
    return [Group(tuple(cells)) for cells in shared.values()]
