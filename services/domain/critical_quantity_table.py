"""Table 1 of GB 18218-2018 with the factors of Table 3: one row a substance.

The quantities are as public restatements give them, checked against each other by CAS number; the
factors of Table 3 were read in the standard. The class of danger, which gives the factor of those
that Table 3 does not name, is our own assignment by their classification: a holding may name
another. Where one row of the standard stands for several substances, each has a row here.
"""

from collections.abc import Mapping

from services.domain.critical_quantity import TABLE_1, TABLE_3, Factor, Substance, exact
from services.domain.gas import Trust


def _row(
    cas: str,
    quantity: float,
    danger: str,
    names: tuple[str, str],
    beta: float | None = None,
    form: str = "",
) -> Substance:
    return Substance(
        cas,
        form,
        names[0],
        names[1],
        Factor(exact(quantity), TABLE_1, Trust.RESTATED),
        danger,
        None if beta is None else Factor(exact(beta), TABLE_3, Trust.READ),
    )


SUBSTANCES: tuple[Substance, ...] = (
    _row("7664-41-7", 10, "J3", ("ammonia", "氨"), 2),
    _row("7782-50-5", 5, "J3", ("chlorine", "氯"), 4),
    _row("7446-09-5", 20, "J3", ("sulfur dioxide", "二氧化硫"), 2),
    _row("7783-06-4", 5, "J3", ("hydrogen sulfide", "硫化氢"), 5),
    _row("7647-01-0", 20, "J3", ("hydrogen chloride, anhydrous", "氯化氢（无水）"), 3),
    _row("7664-39-3", 1, "J3", ("hydrogen fluoride", "氟化氢"), 5),
    _row("74-90-8", 1, "J1", ("hydrogen cyanide", "氰化氢"), 10),
    _row("75-44-5", 0.3, "J1", ("phosgene", "光气"), 20),
    _row("10102-44-0", 1, "J3", ("nitrogen dioxide", "二氧化氮"), 10),
    _row("7782-41-4", 1, "J3", ("fluorine", "氟")),
    _row("7803-51-2", 1, "J3", ("phosphine", "磷化氢"), 20),
    _row("7784-42-1", 1, "J3", ("arsine", "砷化氢")),
    _row("74-83-9", 10, "J3", ("methyl bromide", "溴甲烷"), 3),
    _row("50-00-0", 5, "J3", ("formaldehyde, above 90 %", "甲醛（含量>90%）")),
    _row("75-21-8", 10, "J3", ("ethylene oxide", "环氧乙烷"), 2),
    _row("630-08-0", 20, "J3", ("coal gas (CO and its mixtures)", "煤气（CO及其混合物）"), 2),
    _row("107-02-8", 20, "J2", ("acrolein", "丙烯醛")),
    _row("75-86-5", 20, "J5", ("acetone cyanohydrin", "丙酮氰醇")),
    _row("106-89-8", 20, "W5.4", ("epichlorohydrin", "环氧氯丙烷")),
    _row("7726-95-6", 20, "J5", ("bromine", "溴")),
    _row("7446-11-9", 75, "J5", ("sulfur trioxide", "三氧化硫")),
    _row("26471-62-5", 100, "J5", ("toluene diisocyanate", "甲苯二异氰酸酯")),
    _row("584-84-9", 100, "J5", ("2,4-toluene diisocyanate", "2,4-甲苯二异氰酸酯")),
    _row("624-83-9", 0.75, "J2", ("methyl isocyanate", "异氰酸甲酯"), 20),
    _row("74-82-8", 50, "W2", ("methane, natural gas", "甲烷、天然气")),
    _row("8006-14-2", 50, "W2", ("natural gas", "天然气")),
    _row("68476-85-7", 50, "W2", ("liquefied petroleum gas", "液化石油气")),
    _row("74-98-6", 50, "W2", ("propane", "丙烷")),
    _row("106-97-8", 50, "W2", ("butane", "丁烷")),
    _row("1333-74-0", 5, "W2", ("hydrogen", "氢")),
    _row("74-86-2", 1, "W2", ("acetylene", "乙炔")),
    _row("74-85-1", 50, "W2", ("ethylene", "乙烯")),
    _row("75-01-4", 50, "W2", ("vinyl chloride", "氯乙烯")),
    _row("106-99-0", 5, "W2", ("1,3-butadiene", "1,3-丁二烯")),
    _row("115-10-6", 50, "W2", ("dimethyl ether", "二甲醚")),
    _row("7782-44-7", 200, "W4", ("oxygen, compressed or liquid", "氧（压缩的或液化的）")),
    _row("71-43-2", 50, "W5.3", ("benzene", "苯")),
    _row("108-88-3", 500, "W5.3", ("toluene", "甲苯")),
    _row("100-42-5", 500, "W5.4", ("styrene", "苯乙烯")),
    _row("67-56-1", 500, "W5.3", ("methanol", "甲醇")),
    _row("64-17-5", 500, "W5.3", ("ethanol", "乙醇")),
    _row("67-64-1", 500, "W5.3", ("acetone", "丙酮")),
    _row("107-13-1", 50, "W5.3", ("acrylonitrile", "丙烯腈")),
    _row("75-15-0", 50, "W5.3", ("carbon disulfide", "二硫化碳")),
    _row("60-29-7", 10, "W5.1", ("diethyl ether", "乙醚")),
    _row("75-56-9", 10, "W5.1", ("propylene oxide", "1,2-环氧丙烷")),
    _row("141-78-6", 500, "W5.3", ("ethyl acetate", "乙酸乙酯")),
    _row("110-54-3", 500, "W5.3", ("n-hexane", "正己烷")),
    _row("110-82-7", 500, "W5.3", ("cyclohexane", "环己烷")),
    _row("86290-81-5", 200, "W5.3", ("gasoline", "汽油")),
    _row("6484-52-2", 5, "W1.1",
         ("ammonium nitrate, above 0.2 % combustible", "硝酸铵（可燃物>0.2%）"),
         form="combustible"),
    _row("6484-52-2", 50, "W9.2",
         ("ammonium nitrate, at most 0.2 % combustible", "硝酸铵（可燃物≤0.2%）"), form="plain"),
    _row("6484-52-2", 200, "W9.2", ("ammonium nitrate fertiliser", "硝酸铵肥料"),
         form="fertiliser"),
    _row("7757-79-1", 1000, "W9.2", ("potassium nitrate", "硝酸钾")),
    _row("7775-09-9", 100, "W9.1", ("sodium chlorate", "氯酸钠")),
    _row("3811-04-9", 100, "W9.1", ("potassium chlorate", "氯酸钾")),
    _row("7697-37-2", 20, "W9.1", ("nitric acid, fuming", "发烟硝酸"), form="fuming"),
    _row("7697-37-2", 100, "W9.1", ("nitric acid, above 70 %", "硝酸（含量>70%）"),
         form="concentrated"),
    _row("75-20-7", 100, "W11", ("calcium carbide", "碳化钙")),
    _row("7440-23-5", 10, "W11", ("sodium", "钠")),
    _row("7440-09-7", 1, "W11", ("potassium", "钾")),
    _row("12185-10-3", 50, "W8", ("white phosphorus", "白磷")),
    _row("55-63-0", 1, "W1.1", ("nitroglycerine", "硝化甘油")),
    _row("118-96-7", 5, "W1.1", ("trinitrotoluene", "三硝基甲苯")),
)  # fmt: skip


def _by_cas() -> Mapping[str, tuple[Substance, ...]]:
    grouped: dict[str, tuple[Substance, ...]] = {}
    for each in SUBSTANCES:
        grouped[each.cas] = (*grouped.get(each.cas, ()), each)
    return grouped


BY_CAS = _by_cas()
"""The rows of a CAS number: one, or one for each form."""
