"""The sample park: two zones, six enterprises, fourteen hazard sources, about 470 points.

It is invented, after the manner of a park for energy chemicals and fine chemicals in the steppe.
``physical`` is the part of it with plants behind its points; all the others just run.
"""

from device_sim.park.description import Park
from device_sim.park.dossier import read_enterprise
from device_sim.park.geometry import Origin
from device_sim.park.hengsheng import HENGSHENG
from device_sim.park.ruitai import RUITAI

ORIGIN = Origin(longitude=106.9500, latitude=38.2200)
NAME, NAME_EN = "毛乌素化工园区（示例）", "Maowusu Chemical Park (sample)"

PHYSICAL_PARK = Park(NAME, NAME_EN, ORIGIN.longitude, ORIGIN.latitude, (HENGSHENG, RUITAI))
"""Two enterprises, five gateways, 43 points, physics behind all of them."""

SAMPLE_PARK = Park(
    NAME,
    NAME_EN,
    ORIGIN.longitude,
    ORIGIN.latitude,
    (
        read_enterprise("E001", ORIGIN, HENGSHENG),
        read_enterprise("E002", ORIGIN, RUITAI),
        *(read_enterprise(code, ORIGIN) for code in ("E003", "E004", "E005", "E006")),
    ),
)

PARKS = {"sample": SAMPLE_PARK, "physical": PHYSICAL_PARK}
