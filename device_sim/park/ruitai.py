"""E002 瑞泰精细化工 (Ruitai Fine Chemicals): chlorine store and solvent warehouse."""

from device_sim.park import limits
from device_sim.park.description import Enterprise, Filing, HazardSource, PointCard, Station

CHIEF = ("吴建华", "0477-000 0201")

CHLORINE_STORE = HazardSource(
    "HS-CL2",
    "液氯储存",
    "Chlorine store",
    "storage",
    35,
    ({"cas": "7782-50-5", "quantity_t": 50.0},),
    Filing(
        "11506999002001",
        "2015-11-30",
        "-870",
        "+225",
        "园区消防站",
        640.0,
        (CHIEF, ("林晓东", "0477-000 0212"), ("马卫国", "0477-000 0223")),
    ),
)
SOLVENT_WAREHOUSE = HazardSource(
    "HS-SOL",
    "溶剂甲类仓库",
    "Solvent warehouse",
    "storage",
    35,
    (
        {"cas": "108-88-3", "quantity_t": 600.0},
        {"class": "W5.3", "name": "溶剂", "quantity_t": 300.0},
    ),
    Filing(
        "11506999002002",
        "2015-11-30",
        "-870",
        "+225",
        "园区消防站",
        700.0,
        (CHIEF, ("林晓东", "0477-000 0212"), ("何敏", "0477-000 0226")),
    ),
)


def _chlorine(tag: str, name: str, name_en: str, place: tuple[float, float]) -> PointCard:
    return PointCard(
        tag, "toxic_gas", "mg/m3", name, name_en, 0, 3, (*place, 0.5), "chlorine", limits.toxic(1.0)
    )


CHLORINE_STATION = Station(
    "G01",
    "液氯储存网关",
    "Chlorine store gateway",
    (500.0, 200.0, 1.5),
    1,
    (
        _chlorine("AT-301", "V-301 罐区氯气", "V-301 area chlorine", (493.0, 193.0)),
        _chlorine("AT-302", "汽化间氯气", "Vaporiser room chlorine", (515.0, 205.0)),
        _chlorine("AT-303", "事故氯吸收出口", "Emergency scrubber outlet chlorine", (520.0, 190.0)),
        PointCard(
            "LI-301", "level", "%", "V-301 液位", "V-301 level", 0, 100,
            limits=limits.tank_level(),
        ),
        PointCard(
            "TI-301", "temperature", "Cel", "V-301 温度", "V-301 temperature", -40, 80,
            limits=limits.temperature(35.0, 45.0, 120.0),
        ),
        PointCard(
            "PI-301", "pressure", "kPa(g)", "V-301 压力", "V-301 pressure", 0, 2000,
            limits=limits.pressure(1000.0, 1600.0, 2000.0),
        ),
        PointCard("XV-301", "valve", "1", "V-301 紧急切断阀", "V-301 shut-off valve"),
        PointCard("ESD-301", "interlock", "1", "氯气泄漏联锁", "Chlorine leak interlock", wanted=limits.TRIP_TOLD),
    ),
    CHLORINE_STORE,
)  # fmt: skip

WAREHOUSE_STATION = Station(
    "G02",
    "溶剂仓库网关",
    "Solvent warehouse gateway",
    (510.0, 310.0, 1.5),
    5,
    (
        PointCard(
            "GT-401", "combustible_gas", "%LEL", "仓库东区可燃气", "East bay combustible gas",
            0, 100, (520.0, 300.0, 0.5), "toluene", limits.combustible(),
        ),
        PointCard(
            "GT-402", "combustible_gas", "%LEL", "仓库西区可燃气", "West bay combustible gas",
            0, 100, (500.0, 300.0, 0.5), "toluene", limits.combustible(),
        ),
        PointCard(
            "AT-403", "toxic_gas", "mg/m3", "冷冻机房氨气", "Chiller room ammonia", 0, 60,
            (540.0, 320.0, 1.5), "ammonia", limits.toxic(20.0),
        ),
        PointCard(
            "OI-404", "oxygen", "vol%", "氮封间氧含量", "Nitrogen room oxygen", 0, 25,
            limits=limits.oxygen(),
        ),
        PointCard(
            "TI-405", "temperature", "Cel", "仓库温度", "Warehouse temperature", -40, 80,
            limits=limits.temperature(35.0, 45.0, 120.0),
        ),
        PointCard(
            "MI-406", "humidity", "%RH", "仓库湿度", "Warehouse humidity", 0, 100,
            limits=limits.humidity(85.0),
        ),
        PointCard(
            "OI-409", "analog", "vol%", "V-409 气相氧含量", "V-409 vapour space oxygen", 0, 25,
            (506.0, 316.0, 4.0), limits=limits.inerted(),
        ),
        PointCard(
            "PI-409", "pressure", "kPa(g)", "V-409 气相压力", "V-409 vapour space pressure", -2, 3,
            (506.0, 316.0, 4.0), limits=limits.blanket(),
        ),
        PointCard("SD-407", "smoke", "1", "仓库感烟", "Warehouse smoke detector"),
        PointCard("FD-408", "fire", "1", "仓库火焰", "Warehouse flame detector"),
    ),
    SOLVENT_WAREHOUSE,
)  # fmt: skip

RUITAI = Enterprise(
    "E002",
    "瑞泰精细化工有限公司",
    "Ruitai Fine Chemicals Co., Ltd.",
    (CHLORINE_STATION, WAREHOUSE_STATION),
)
