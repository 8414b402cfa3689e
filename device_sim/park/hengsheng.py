"""E001 恒盛石化 (Hengsheng Petrochemical): LPG tank farm, hydrogenation unit, weather station.

The seal of pump P-101 stands at the park's origin; the prevailing wind comes from 45°,
so GT-101 is 6 m south-west of it.
"""

from device_sim.park import limits
from device_sim.park.description import Enterprise, Filing, HazardSource, PointCard, Station

CHIEF = ("周志明", "0477-000 0101")

LPG_FARM = HazardSource(
    "HS-LPG",
    "液化烃罐区",
    "LPG tank farm",
    "storage",
    60,
    ({"cas": "74-98-6", "quantity_t": 900.0},),
    Filing(
        "11506999001001",
        "2016-05-18",
        "-620",
        "+475",
        "南滩村居民点",
        820.0,
        (CHIEF, ("陈立", "0477-000 0112"), ("孙海涛", "0477-000 0123")),
    ),
)
HYDROGENATION = HazardSource(
    "HS-HYD",
    "加氢装置",
    "Hydrogenation unit",
    "production",
    60,
    (
        {"cas": "1333-74-0", "quantity_t": 2.0},
        {"class": "W5.1", "name": "加氢原料油", "quantity_t": 25.0},
    ),
    Filing(
        "11506999001002",
        "2018-09-02",
        "-620",
        "+475",
        "南滩村居民点",
        960.0,
        (CHIEF, ("陈立", "0477-000 0112"), ("赵国强", "0477-000 0126")),
    ),
)


def _combustible(
    tag: str, name: str, name_en: str, place: tuple[float, float], gas: str
) -> PointCard:
    return PointCard(
        tag,
        "combustible_gas",
        "%LEL",
        name,
        name_en,
        0.0,
        100.0,
        (*place, 0.5),
        gas,
        limits.combustible(),
    )


def _sphere(number: int, east: float) -> tuple[PointCard, ...]:
    tank, place = f"TK-{number}", (east, 40.0, 2.0)
    return (
        PointCard(
            f"LI-{number}", "level", "%", f"{tank} 液位", f"{tank} level", 0, 100, place,
            limits=limits.tank_level(),
        ),
        PointCard(
            f"TI-{number}", "temperature", "Cel", f"{tank} 温度", f"{tank} temperature", -40, 80,
            place, limits=limits.temperature(40.0, 50.0, 120.0),
        ),
        PointCard(
            f"PI-{number}", "pressure", "kPa(g)", f"{tank} 压力", f"{tank} pressure", 0, 2500,
            place, limits=limits.pressure(1300.0, 1770.0, 2500.0),
        ),
    )  # fmt: skip


LPG_STATION = Station(
    "G01",
    "液化烃罐区网关",
    "LPG tank farm gateway",
    (2.0, 3.0, 1.5),
    1,
    (
        _combustible("GT-101", "P-101 泵区可燃气", "P-101 pump combustible gas", (-4.24, -4.24), "propane"),
        _combustible("GT-102", "TK-101 罐组可燃气", "TK-101 dike combustible gas", (-40.0, 30.0), "propane"),
        _combustible("GT-103", "TK-102 罐组可燃气", "TK-102 dike combustible gas", (40.0, 30.0), "propane"),
        _combustible("GT-104", "装车台可燃气", "Loading rack combustible gas", (-45.0, -35.0), "propane"),
        *_sphere(101, -30.0),
        *_sphere(102, 30.0),
        PointCard("FI-101", "flow", "t/h", "P-101 出口流量", "P-101 discharge flow", 0, 60),
        PointCard("XV-101", "valve", "1", "P-101 紧急切断阀", "P-101 shut-off valve"),
        PointCard("ESD-101", "interlock", "1", "泵区可燃气联锁", "Pump area gas interlock", wanted=limits.TRIP_TOLD),
    ),
    LPG_FARM,
)  # fmt: skip

HYDROGENATION_STATION = Station(
    "G02",
    "加氢装置网关",
    "Hydrogenation gateway",
    (160.0, 70.0, 1.5),
    2,
    (
        _combustible("GT-201", "R-201 反应区可燃气", "R-201 combustible gas", (150.0, 60.0), "hydrogen"),
        _combustible("GT-202", "氢压机可燃气", "Hydrogen compressor combustible gas", (170.0, 60.0), "hydrogen"),
        PointCard(
            "AT-203", "toxic_gas", "mg/m3", "酸性水罐硫化氢", "Sour water H2S", 0, 30,
            (180.0, 80.0, 0.5), "hydrogen sulphide", limits.toxic(10.0),
        ),
        PointCard(
            "TI-201", "temperature", "Cel", "R-201 反应温度", "R-201 temperature", 0, 400,
            limits=limits.temperature(195.0, 245.0, 400.0),
        ),
        PointCard(
            "PI-201", "pressure", "kPa(g)", "R-201 反应压力", "R-201 pressure", 0, 8000,
            limits=limits.pressure(4500.0, 6500.0, 8000.0),
        ),
        PointCard("FI-201", "flow", "kg/h", "氢气进料流量", "Hydrogen feed", 0, 200),
        PointCard(
            "LI-201", "level", "%", "V-201 分离器液位", "V-201 separator level", 0, 100,
            limits=limits.tank_level(),
        ),
        PointCard("ESD-201", "interlock", "1", "R-201 超温联锁", "R-201 high temperature interlock", wanted=limits.TRIP_TOLD),
    ),
    HYDROGENATION,
)  # fmt: skip

WEATHER_STATION = Station(
    "MET",
    "气象站网关",
    "Weather station gateway",
    (90.0, 120.0, 10.0),
    5,
    (
        PointCard("WS-001", "wind_speed", "m/s", "风速", "Wind speed", 0, 60, limits=limits.wind()),
        PointCard("WD-001", "wind_direction", "deg", "风向", "Wind direction", 0, 360),
        PointCard("TI-001", "temperature", "Cel", "气温", "Air temperature", -40, 60),
        PointCard("MI-001", "humidity", "%RH", "相对湿度", "Relative humidity", 0, 100),
    ),
)

HENGSHENG = Enterprise(
    "E001",
    "恒盛石化有限公司",
    "Hengsheng Petrochemical Co., Ltd.",
    (LPG_STATION, HYDROGENATION_STATION, WEATHER_STATION),
)
