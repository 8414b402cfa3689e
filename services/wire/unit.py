"""Units as SenML names them, beside those that points have.

The names are those of the SenML units registry (RFC 8428 section 12.1) and of its secondary units
(RFC 8798) that occur in a plant. Nothing is converted: a unit agrees with the point's, or it does not.
"""

AGREEING: dict[str, frozenset[str]] = {
    name: frozenset(units.split())
    for name, units in {
        "m": "m",
        "kg": "kg",
        "g": "g",
        "s": "s",
        "A": "A",
        "K": "K",
        "cd": "cd",
        "mol": "mol",
        "Hz": "Hz",
        "rad": "rad",
        "sr": "sr",
        "N": "N",
        "Pa": "Pa",
        "J": "J",
        "W": "W",
        "C": "C",
        "V": "V",
        "F": "F",
        "Ohm": "Ohm Ω Ω",
        "S": "S",
        "Wb": "Wb",
        "T": "T",
        "H": "H",
        "Cel": "Cel °C ℃",
        "lm": "lm",
        "lx": "lx",
        "Bq": "Bq",
        "Gy": "Gy",
        "Sv": "Sv",
        "kat": "kat",
        "m2": "m2 m²",
        "m3": "m3 m³",
        "l": "l L",
        "m/s": "m/s",
        "m/s2": "m/s2 m/s²",
        "m3/s": "m3/s m³/s",
        "l/s": "l/s L/s",
        "W/m2": "W/m2 W/m²",
        "cd/m2": "cd/m2 cd/m²",
        "bit": "bit",
        "bit/s": "bit/s",
        "lat": "deg",
        "lon": "deg",
        "pH": "[pH] pH",
        "dB": "dB",
        "dBW": "dBW B[W]",
        "count": "1 {count} count",
        "/": "1",
        "%": "1",
        "%RH": "%RH",
        "1/s": "/s 1/s Hz",
        "1/min": "/min 1/min rpm {rpm}",
        "S/m": "S/m",
        "kg/m3": "kg/m3 kg/m³",
        "deg": "deg °",
        "ms": "ms",
        "min": "min",
        "h": "h",
        "kW": "kW",
        "Wh": "W.h Wh",
        "kWh": "kW.h kWh",
        "mV": "mV",
        "mA": "mA",
        "ug/m3": "ug/m3 μg/m³ µg/m³",
        "mg/m3": "mg/m3 mg/m³",
        "ppm": "ppm [ppm]",
        "/100": "%",
        "hPa": "hPa",
        "mm": "mm",
        "cm": "cm",
        "km": "km",
        "km/h": "km/h",
        "m3/h": "m3/h m³/h",
        "l/h": "l/h L/h",
    }.items()
}
"""The units of points that each name agrees with. SenML's % is, as its registry says, the ratio 0
to 1 and no percentage; %EL is the energy left in a battery, and never a lower explosive limit."""


def agrees(named: str, unit: str) -> bool:
    """Whether a value in the SenML unit `named` is one in the point's `unit`."""
    known = AGREEING.get(named)
    if known is not None:
        return unit in known
    return named == unit and named != "%EL"
