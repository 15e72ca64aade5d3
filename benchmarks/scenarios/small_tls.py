"""Many small objects over TLS."""

from benchmarks.scenario import Goal, Scenario, cpu_ratio
from benchmarks.scenarios.small import FASTEST, FERRY, RCLONE, contenders

SCENARIO = Scenario(
    title="Small objects over TLS",
    text="The same over https.",
    unit="1,000 copies",
    contenders=contenders(is_tls=True),
    goals=(
        Goal("P2", "CPU of a copy, Ferry / rclone", "≤", 0.7, cpu_ratio(FERRY, RCLONE)),
        Goal("P2", "CPU of a copy, Ferry / rclone with its best flags", "≤", 0.7, cpu_ratio(FERRY, FASTEST)),
    ),
)
