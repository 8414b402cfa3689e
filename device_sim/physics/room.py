"""A ventilated room: what its air holds when nitrogen breaks in, and when it burns.

Well mixed, as in any text of industrial ventilation. The fire grows as α t² (NFPA 72, annex B:
fast 0.0469 kW/s²) to what its fuel or its air allow; the share of its heat that convection
carries into the room is 0.7 (SFPE Handbook).
"""

from dataclasses import dataclass

AIR_OXYGEN_PCT = 20.9
CONVECTED = 0.7
FAST_KW_S2 = 0.0469


@dataclass
class Room:
    """``volume_m3``; ``air_m3_s``: fresh air that its ventilation brings.

    ``oxygen_pct``: the state, vol%.
    """

    volume_m3: float
    air_m3_s: float
    oxygen_pct: float = AIR_OXYGEN_PCT

    def step(self, dt_s: float, nitrogen_m3_s: float) -> None:
        """Let ``dt_s`` pass with this inflow of nitrogen; as much leaves as comes in.

        V dO₂ = (Q_air 20.9 − (Q_air + Q_N2) O₂) dt, implicitly, so that no step is too long.
        """
        gained = self.air_m3_s * AIR_OXYGEN_PCT * dt_s
        lost = (self.air_m3_s + nitrogen_m3_s) * dt_s
        fresh = self.volume_m3 * self.oxygen_pct + gained
        self.oxygen_pct = fresh / (self.volume_m3 + lost)


@dataclass
class Fire:
    """``largest_kw``: what its fuel and air allow; ``burning_s``: how long it has burnt."""

    largest_kw: float
    growth_kw_s2: float = FAST_KW_S2
    burning_s: float = 0.0
    heat_kw: float = 0.0

    def step(self, dt_s: float, share: float) -> float:
        """Let ``dt_s`` pass; kW into the air of the room.

        ``share``: of its largest size that it may grow to; 0: it is out, and cools at once.
        """
        if share <= 0.0:
            self.burning_s = self.heat_kw = 0.0
            return 0.0
        self.burning_s += dt_s
        grown = self.growth_kw_s2 * self.burning_s * self.burning_s
        self.heat_kw = min(grown, share * self.largest_kw)
        return CONVECTED * self.heat_kw
