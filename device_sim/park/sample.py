"""The sample park: one zone, two enterprises, four hazard sources, about forty points."""

from device_sim.park.description import Park
from device_sim.park.hengsheng import HENGSHENG
from device_sim.park.ruitai import RUITAI

SAMPLE_PARK = Park(
    name="滨江化工园区（示例）",
    name_en="Binjiang Chemical Park (sample)",
    longitude=118.8120,
    latitude=32.2580,
    enterprises=(HENGSHENG, RUITAI),
)

PARKS = {"sample": SAMPLE_PARK}
