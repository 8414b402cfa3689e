"""Table 1 of GB 18218-2018 with the factors of Table 3: one row a substance.

All 85 rows are here. The quantities are as public restatements give them, at least two of which agree
on each by CAS number; the factors of Table 3 were read in the standard. The class of danger, which
gives the factor of those that Table 3 does not name, is our own assignment by their classification: a
holding may name one that weighs more. Where one row of the standard stands for several substances,
each has a row here; that a substance whose CAS number the standard does not print belongs to a row is
our word, and its quantity is marked `computed`.
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
    trust: Trust = Trust.RESTATED,
) -> Substance:
    return Substance(
        cas,
        form,
        names[0],
        names[1],
        Factor(exact(quantity), TABLE_1, trust),
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
    _row("7803-52-3", 1, "J3", ("stibine", "锑化氢")),
    _row("7783-07-5", 1, "J1", ("hydrogen selenide", "硒化氢")),
    _row("7783-41-7", 1, "J1", ("oxygen difluoride", "二氟化氧")),
    _row("74-83-9", 10, "J3", ("methyl bromide", "溴甲烷"), 3),
    _row("50-00-0", 5, "J3", ("formaldehyde, above 90 %", "甲醛（含量>90%）")),
    _row("75-21-8", 10, "J3", ("ethylene oxide", "环氧乙烷"), 2),
    _row("630-08-0", 20, "J3", ("coal gas (CO and its mixtures)", "煤气（CO及其混合物）"), 2),
    _row("107-02-8", 20, "J2", ("acrolein", "丙烯醛")),
    _row("75-86-5", 20, "J5", ("acetone cyanohydrin", "丙酮氰醇")),
    _row("106-89-8", 20, "W5.4", ("epichlorohydrin", "环氧氯丙烷")),
    _row("3132-64-7", 20, "W5.4", ("epibromohydrin", "环氧溴丙烷")),
    _row("107-11-9", 20, "J2", ("allylamine", "3-氨基丙烯")),
    _row("151-56-4", 20, "J2", ("ethylenimine", "乙撑亚胺")),
    _row("10025-67-9", 1, "J5", ("sulfur monochloride", "一氯化硫")),
    _row("7726-95-6", 20, "J5", ("bromine", "溴")),
    _row("7446-11-9", 75, "J5", ("sulfur trioxide", "三氧化硫")),
    _row("26471-62-5", 100, "J5", ("toluene diisocyanate", "甲苯二异氰酸酯")),
    _row("584-84-9", 100, "J5", ("2,4-toluene diisocyanate", "2,4-甲苯二异氰酸酯"),
         trust=Trust.COMPUTED),
    _row("91-08-7", 100, "J5", ("2,6-toluene diisocyanate", "2,6-甲苯二异氰酸酯"),
         trust=Trust.COMPUTED),
    _row("624-83-9", 0.75, "J2", ("methyl isocyanate", "异氰酸甲酯"), 20),
    _row("74-82-8", 50, "W2", ("methane, natural gas", "甲烷、天然气")),
    _row("8006-14-2", 50, "W2", ("natural gas", "天然气")),
    _row("68476-85-7", 50, "W2", ("liquefied petroleum gas", "液化石油气")),
    _row("74-98-6", 50, "W2", ("propane", "丙烷")),
    _row("106-97-8", 50, "W2", ("butane", "丁烷")),
    _row("1333-74-0", 5, "W2", ("hydrogen", "氢")),
    _row("74-89-5", 5, "W2", ("methylamine", "一甲胺")),
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
    _row("8006-61-9", 200, "W5.3", ("gasoline, natural", "汽油（天然）"), trust=Trust.COMPUTED),
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
    _row("52583-42-3", 20, "W9.1", ("nitric acid, fuming", "发烟硝酸")),
    _row("506-93-4", 50, "W9.2", ("guanidine nitrate", "硝酸胍")),
    _row("17014-71-0", 20, "W9.1", ("potassium peroxide", "过氧化钾")),
    _row("1313-60-6", 20, "W9.1", ("sodium peroxide", "过氧化钠")),
    _row("79-21-0", 10, "W7.2", ("peracetic acid", "过乙酸")),
    _row("1338-23-4", 10, "W7.1",
         ("methyl ethyl ketone peroxide, active oxygen above 10 % and at most 10.7 %",
          "过氧化甲基乙基酮（10%<有效氧含量≤10.7%）")),
    _row("75-20-7", 100, "W11", ("calcium carbide", "碳化钙")),
    _row("7440-23-5", 10, "W11", ("sodium", "钠")),
    _row("7440-09-7", 1, "W11", ("potassium", "钾")),
    _row("12185-10-3", 50, "W8", ("white phosphorus", "白磷")),
    _row("19624-22-7", 1, "W8", ("pentaborane", "戊硼烷")),
    _row("97-93-8", 1, "W8", ("triethylaluminium", "三乙基铝"), trust=Trust.COMPUTED),
    _row("75-24-1", 1, "W8", ("trimethylaluminium", "三甲基铝"), trust=Trust.COMPUTED),
    _row("100-99-2", 1, "W8", ("triisobutylaluminium", "三异丁基铝"), trust=Trust.COMPUTED),
    _row("18810-58-7", 0.5, "W1.1", ("barium azide", "叠氮化钡")),
    _row("13424-46-9", 0.5, "W1.1", ("lead azide", "叠氮化铅")),
    _row("628-86-4", 0.5, "W1.1", ("mercury fulminate", "雷汞")),
    _row("28653-16-9", 5, "W1.1", ("trinitroanisole", "三硝基苯甲醚")),
    _row("606-35-9", 5, "W1.1", ("2,4,6-trinitroanisole", "2,4,6-三硝基苯甲醚"),
         trust=Trust.COMPUTED),
    _row("9004-70-0", 1, "W1.1",
         ("nitrocellulose, dry or below 25 % water or alcohol",
          "硝化纤维素（干的或含水或乙醇<25%）"), form="dry"),
    _row("9004-70-0", 1, "W1.1",
         ("nitrocellulose, unmodified, or below 18 % plasticiser",
          "硝化纤维素（未改型的，或含增塑剂<18%）"), form="unmodified"),
    _row("9004-70-0", 10, "W1.2",
         ("nitrocellulose, at least 25 % alcohol", "硝化纤维素（含乙醇≥25%）"), form="alcohol"),
    _row("9004-70-0", 50, "W10",
         ("nitrocellulose, at most 12.6 % nitrogen", "硝化纤维素（含氮≤12.6%）"),
         form="low_nitrogen"),
    _row("9004-70-0", 50, "W10",
         ("nitrocellulose, at least 25 % water", "硝化纤维素（含水≥25%）"), form="water"),
    _row("9004-70-0", 50, "W5.3",
         ("nitrocellulose solution, at most 55 %", "硝化纤维素溶液（含硝化纤维素≤55%）"),
         form="solution"),
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
