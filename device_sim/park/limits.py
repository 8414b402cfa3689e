"""Sensible limits by what is measured, from the standards a park is inspected against.

Set points: GB/T 50493-2019 (combustible 25/50 %LEL, toxic 100/200 %OEL, oxygen 19.5/23.5
vol%), AQ 3035-2010 and usual practice for tanks (liquefied gas at most 90 %), force 6 wind
13.8 m/s. Deadbands and delays: ISA-18.2 starting values (level 5 %, pressure 2 %,
temperature 1 % of span; 60, 15, 60 s; gas without delay on the rise, deadband above its
noise, 30 s on the way back).
"""

from device_sim.park.description import Limit, Wanted

TRIP_TOLD = Wanted(detectors=("trip",))
"""Of an interlock: its trip is an alarm, at once; whoever trips is looked into (IEC 61511)."""


def combustible() -> tuple[Limit, ...]:
    """%LEL."""
    return (Limit("H", 25.0, 2, 3.0, 0, 30), Limit("HH", 50.0, 1, 3.0, 0, 30))


def toxic(oel: float) -> tuple[Limit, ...]:
    """``oel``: occupational exposure limit in the point's unit."""
    return (Limit("H", oel, 2, 0.1 * oel, 0, 30), Limit("HH", 2 * oel, 1, 0.1 * oel, 0, 30))


def oxygen() -> tuple[Limit, ...]:
    """vol%."""
    return (Limit("L", 19.5, 2, 0.2, 0, 30), Limit("H", 23.5, 2, 0.2, 0, 30))


def tank_level() -> tuple[Limit, ...]:
    """% of the vessel; HH and LL are tied to interlocks."""
    return (
        Limit("LL", 10.0, 2, 5.0, 5, 60),
        Limit("L", 20.0, 3, 5.0, 60, 60),
        Limit("H", 80.0, 3, 5.0, 60, 60),
        Limit("HH", 90.0, 2, 5.0, 5, 60),
    )


def temperature(normal_high: float, danger: float, span: float) -> tuple[Limit, ...]:
    """°C: upper end of normal working, and 1.25 to 2 times that below any danger."""
    band = 0.01 * span
    return (Limit("H", normal_high, 3, band, 60, 60), Limit("HH", danger, 2, band, 15, 60))


def pressure(normal_high: float, design: float, span: float) -> tuple[Limit, ...]:
    """kPa(g): upper end of normal working, and 80 % of the vessel's design pressure."""
    band = 0.02 * span
    return (Limit("H", normal_high, 3, band, 15, 15), Limit("HH", 0.8 * design, 1, band, 5, 15))


def inerted() -> tuple[Limit, ...]:
    """vol% of oxygen over a solvent: NFPA 69 asks for 2 vol% below the concentration that burning
    needs, which with toluene under nitrogen is 9.5 vol%; the first alarm well below that."""
    return (Limit("H", 5.0, 2, 0.3, 0, 30), Limit("HH", 7.5, 1, 0.3, 0, 30))


def blanket() -> tuple[Limit, ...]:
    """kPa(g) of a nitrogen blanket set at 0.5: it is not kept up; the breather draws air."""
    return (
        Limit("LL", -0.3, 2, 0.1, 5, 15),
        Limit("L", 0.2, 3, 0.1, 15, 15),
        Limit("H", 1.8, 3, 0.1, 15, 15),
    )


def wind() -> tuple[Limit, ...]:
    """m/s: force 6, lifting and work at height stop."""
    return (Limit("H", 13.8, 4, 1.0, 60, 300),)


def humidity(high: float) -> tuple[Limit, ...]:
    """%RH."""
    return (Limit("H", high, 4, 3.0, 300, 300),)
