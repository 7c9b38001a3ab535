"""How long things take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Speed:
    """In seconds."""

    # What a call takes on average.
    call: float
    # The time between two processing runs.
    run_every: float
    # What Conax takes for an order.
    latency: float


SPEEDS = {
    "fast": Speed(call=0, run_every=0.1, latency=0),
    "slow": Speed(call=0.008, run_every=1.5, latency=0.02),
}
