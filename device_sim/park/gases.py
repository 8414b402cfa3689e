"""CAS numbers of the gases that the park's detectors look for.

Those that something can let out are in ``physics.gas`` with their properties; the others are
only looked for.
"""

from collections.abc import Mapping
from types import MappingProxyType

from device_sim.physics.gas import SUBSTANCES

CAS: Mapping[str, str] = MappingProxyType(
    {
        "propylene": "115-07-1",
        "methanol": "67-56-1",
        "ethylene oxide": "75-21-8",
        "acrylonitrile": "107-13-1",
        "carbon monoxide": "630-08-0",
        "hydrogen chloride": "7647-01-0",
        **{name: substance.cas for name, substance in SUBSTANCES.items()},
    }
)
