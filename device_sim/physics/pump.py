"""A centrifugal pump against its pipe and a valve, with its motor.

Pump curve H = H₀ n² − k Q² (affinity laws for the speed n), pipe H = r Q²/x² for a valve that
is open by x: both after any handbook of pumps (Karassik). Where they meet is the flow.
"""

import math
from dataclasses import dataclass

from device_sim.physics.release import GRAVITY_M_S2

SHUT = 1e-3


@dataclass(frozen=True, slots=True)
class PumpCurve:
    """``shut_off_m``: head at no flow, m; ``drop``: k and ``pipe``: r, in m per (m³/s)²."""

    shut_off_m: float
    drop: float
    pipe: float


@dataclass
class Pump:
    """``speed``: share of the rated one, 0 to 1. ``coast_s``: time constant of its motor.

    ``speed`` begins as it runs; ``volume_m3_s`` is the flow of the last step.
    """

    curve: PumpCurve
    coast_s: float = 3.0
    speed: float = 1.0
    volume_m3_s: float = 0.0

    def step(self, dt_s: float, running: float, opening: float) -> float:
        """Let ``dt_s`` pass; the flow in m³/s.

        ``running``: speed that the drive asks for, 0 to 1; ``opening`` of the valve, 0 to 1.
        """
        if running != self.speed:
            self.speed += (running - self.speed) * min(1.0, dt_s / self.coast_s)
            if abs(running - self.speed) < SHUT:
                self.speed = running
        self.volume_m3_s = self._meeting(opening)
        return self.volume_m3_s

    def head_m(self, volume_m3_s: float) -> float:
        """What the pump gives at this flow and its present speed, m."""
        return self.curve.shut_off_m * self.speed**2 - self.curve.drop * volume_m3_s**2

    def hydraulic_kw(self, kg_m3: float) -> float:
        """Power that the liquid takes up, kW."""
        return kg_m3 * GRAVITY_M_S2 * self.volume_m3_s * self.head_m(self.volume_m3_s) / 1000

    def _meeting(self, opening: float) -> float:
        if opening < SHUT or self.speed < SHUT:
            return 0.0
        resistance = self.curve.drop + self.curve.pipe / opening**2
        return self.speed * math.sqrt(self.curve.shut_off_m / resistance)
