"""Medium objects, each streamed in one PUT over TLS."""

from benchmarks import ferry_client, rclone
from benchmarks.measuring import copying
from benchmarks.object_server.options import Options
from benchmarks.scenario import Contender, Goal, Scenario, cpu_ratio

MIB = 1024**2
TINY_SIZE = 3 * MIB
OBJECTS = {"64 MiB": Options(64, 64 * MIB, is_tls=True), "1 GiB": Options(4, 1024 * MIB, is_tls=True)}
SINGLE = ("--s3-upload-cutoff=5G", "--transfers=4")


def contenders() -> dict[str, Contender]:
    """Return Ferry and rclone for either size."""
    named = {}
    for name, chosen in OBJECTS.items():

        def options(is_tiny: bool, chosen: Options = chosen) -> Options:
            return Options(2, TINY_SIZE, is_tls=True, checks_checksums=True) if is_tiny else chosen

        per_object = chosen.object_size / 1024**3
        named[f"Ferry, {name}"] = copying(options, ferry_client.transfer, per_object)
        named[f"rclone, {name}"] = copying(options, lambda servers: rclone.copy(servers, *SINGLE), per_object)
    return named


SCENARIO = Scenario(
    title="Objects in one streamed PUT",
    text="64 objects of 64 MiB and 4 of 1 GiB over TLS, one PUT each. Ferry: the `transfer` function, CRC-64 "
    "of the source verified and a CRC-32 in the trailer, which S3 verifies. rclone: `--s3-upload-cutoff 5G "
    "--transfers 4`, which verifies once the replica is written.",
    unit="GiB",
    contenders=contenders(),
    goals=tuple(
        Goal(
            "P4",
            f"CPU of a GiB in objects of {name}, Ferry / rclone",
            "≤",
            1.2,
            cpu_ratio(f"Ferry, {name}", f"rclone, {name}"),
        )
        for name in OBJECTS
    ),
)
