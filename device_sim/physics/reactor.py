"""A stirred hydrogenation reactor with a cooling jacket and its temperature controller.

Mass and energy balance of a well-mixed vessel, Arrhenius, and what becomes of it without cooling: Stoessel,
Thermal Safety of Chemical Processes. The figures are of no one product.
"""

import math
from dataclasses import dataclass

from device_sim.physics.gas import GAS_CONSTANT_J_MOL_K, ZERO_CELSIUS_K


@dataclass(frozen=True, slots=True)
class Kettle:
    """A first-order exothermic reaction in a well-mixed vessel.

    ``volume_m3``; ``feed_m3_s``, ``feed_c``, ``feed_kmol_m3``; ``rate_s``: k at ``set_c``;
    ``activation_j_mol``; ``heat_kj_kmol`` set free; ``capacity_kj_m3_k``: ρ·c of the
    liquid; ``jacket_kw_k``: UA; ``set_c``: the controller's aim.

    Above ``onset_c`` the mass itself decomposes, first order and without any feed:
    ``decay_kj_m3`` in all, ``decay_s``: k at the onset, ``decay_activation_j_mol``. So a
    reactor that has lost its cooling can run away (Stoessel, Thermal Safety of Chemical
    Processes: the cooling failure scenario; the numbers are of no one product).
    """

    volume_m3: float = 10.0
    feed_m3_s: float = 0.01
    feed_c: float = 120.0
    feed_kmol_m3: float = 1.5
    rate_s: float = 0.01
    activation_j_mol: float = 80_000.0
    heat_kj_kmol: float = 120_000.0
    capacity_kj_m3_k: float = 2_000.0
    jacket_kw_k: float = 20.0
    set_c: float = 180.0
    onset_c: float = 200.0
    decay_kj_m3: float = 300_000.0
    decay_s: float = 2e-4
    decay_activation_j_mol: float = 150_000.0


@dataclass(frozen=True, slots=True)
class Relief:
    """The valve over a reactor's head. ``opens_kpa``: gauge; ``kg_s_kpa``: capacity above it.
    ``gas_kg`` and ``gas_kpa``: what a mass that decomposes wholly gives, and its pressure in the
    head.
    """

    opens_kpa: float
    kg_s_kpa: float
    gas_kg: float
    gas_kpa: float


@dataclass
class Reactor:
    """State: ``temperature_c``, ``kmol_m3`` unreacted, ``jacket_c``. ``cooling`` may fail.

    ``sound``: share of the mass that has not decomposed; ``gas``: share of all the gas that its
    decomposition can give that is in the head. ``heat_kw``, ``decay_kw`` and
    ``removed_kw``: heat of reaction and of decomposition and heat taken by the jacket in the
    last step, ``carried_kw`` by the flow through it; their balance is the change of
    temperature.
    """

    kettle: Kettle
    temperature_c: float = 180.0
    kmol_m3: float = 0.1364
    jacket_c: float = 150.0
    cooling: bool = True
    sound: float = 1.0
    gas: float = 0.0
    heat_kw: float = 0.0
    decay_kw: float = 0.0
    removed_kw: float = 0.0
    carried_kw: float = 0.0

    @property
    def hydrogen_kmol_s(self) -> float:
        """Hydrogen consumed, one for one."""
        return self.heat_kw / self.kettle.heat_kj_kmol

    def step(self, dt_s: float, feed_c: float, feed: float = 1.0) -> None:
        """Let ``dt_s`` ≤ 5 s pass with the feed at ``feed_c`` °C; ``feed``: how far it is
        open, 0 to 1. No more reacts than there is.
        """
        k = self.kettle
        reacted = min(self._rate_s() * self.kmol_m3, self.kmol_m3 / dt_s)
        decayed = min(self._decay_s() * self.sound, self.sound / dt_s)
        through_m3_s = k.feed_m3_s * feed
        self.heat_kw = k.heat_kj_kmol * reacted * k.volume_m3
        self.decay_kw = k.decay_kj_m3 * decayed * k.volume_m3
        self.removed_kw = k.jacket_kw_k * (self.temperature_c - self.jacket_c)
        self.carried_kw = through_m3_s * k.capacity_kj_m3_k * (self.temperature_c - feed_c)
        net_kw = self.heat_kw + self.decay_kw - self.removed_kw - self.carried_kw
        fresh = through_m3_s / k.volume_m3 * (k.feed_kmol_m3 - self.kmol_m3)
        self.kmol_m3 = max(0.0, self.kmol_m3 + (fresh - reacted) * dt_s)
        renewed = through_m3_s / k.volume_m3 * (1.0 - self.sound)
        self.sound = min(1.0, max(0.0, self.sound + (renewed - decayed) * dt_s))
        swept = through_m3_s / k.volume_m3 * self.gas
        self.gas = min(1.0, max(0.0, self.gas + (decayed - swept) * dt_s))
        self._control(dt_s)
        self.temperature_c += net_kw * dt_s / (k.capacity_kj_m3_k * k.volume_m3)

    def vent(self, dt_s: float, over_kpa: float, relief: Relief) -> float:
        """Let gas out of the head for ``dt_s``, kg/s: no more than there is, and than brings the
        pressure back to where the valve opens. It leaves as warm as the mass is.
        """
        enough = min(self.gas, max(0.0, over_kpa) / relief.gas_kpa) * relief.gas_kg
        out_kg = min(max(0.0, over_kpa) * relief.kg_s_kpa * dt_s, enough)
        self.gas = max(0.0, self.gas - out_kg / relief.gas_kg)
        return out_kg / dt_s

    def _decay_s(self) -> float:
        """Arrhenius from the onset on; below it, nothing that anyone would measure."""
        k = self.kettle
        if self.temperature_c <= k.onset_c:
            return 0.0
        now, onset = self.temperature_c + ZERO_CELSIUS_K, k.onset_c + ZERO_CELSIUS_K
        exponent = k.decay_activation_j_mol / GAS_CONSTANT_J_MOL_K * (1 / onset - 1 / now)
        return k.decay_s * math.exp(min(exponent, 20.0))

    def _rate_s(self) -> float:
        """Arrhenius, with ``rate_s`` at the controller's aim."""
        now, aim = self.temperature_c + ZERO_CELSIUS_K, self.kettle.set_c + ZERO_CELSIUS_K
        exponent = self.kettle.activation_j_mol / GAS_CONSTANT_J_MOL_K * (1 / aim - 1 / now)
        return self.kettle.rate_s * math.exp(min(exponent, 20.0))

    def _control(self, dt_s: float) -> None:
        """The jacket follows the controller within a minute; without cooling it warms up."""
        error = self.temperature_c - self.kettle.set_c
        wanted = 150.0 - 3.0 * error if self.cooling else self.temperature_c
        wanted = max(30.0, wanted)
        self.jacket_c += (wanted - self.jacket_c) * min(1.0, dt_s / 60.0)
