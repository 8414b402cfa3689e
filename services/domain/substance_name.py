"""The names under which Table 1 of GB 18218-2018 knows its substances, to tell one that is entered
without its CAS number."""

import unicodedata
from collections.abc import Mapping

from services.domain.critical_quantity_table import BY_CAS, SUBSTANCES

_OTHER_NAMES: Mapping[str, str] = {
    "7664-41-7": "液氨 氨气",
    "7782-50-5": "液氯 氯气",
    "75-44-5": "碳酰氯",
    "7647-01-0": "氯化氢",
    "7783-41-7": "一氧化二氟",
    "7803-51-2": "磷化三氢 膦",
    "7784-42-1": "砷化三氢 胂",
    "7803-52-3": "三氢化锑 锑化三氢",
    "74-83-9": "甲基溴",
    "75-21-8": "氧化乙烯",
    "50-00-0": "蚁醛",
    "630-08-0": "一氧化碳",
    "75-86-5": "丙酮合氰化氢 2-羟基异丁腈 氰丙醇",
    "107-02-8": "烯丙醛 败脂醛",
    "106-89-8": "1-氯-2,3-环氧丙烷 3-氯-1,2-环氧丙烷",
    "3132-64-7": "3-溴-1,2-环氧丙烷 溴甲基环氧乙烷 表溴醇",
    "26471-62-5": "二异氰酸甲苯酯 tdi",
    "10025-67-9": "氯化硫",
    "74-90-8": "无水氢氰酸",
    "7446-11-9": "硫酸酐",
    "7446-09-5": "亚硫酸酐",
    "107-11-9": "烯丙胺",
    "7726-95-6": "溴素",
    "151-56-4": "吖丙啶 氮丙啶 乙烯亚胺",
    "624-83-9": "甲基异氰酸酯",
    "18810-58-7": "叠氮钡",
    "628-86-4": "雷酸汞 二雷酸汞",
    "28653-16-9": "三硝基茴香醚",
    "118-96-7": "2,4,6-三硝基甲苯 梯恩梯 tnt",
    "55-63-0": "硝化丙三醇 甘油三硝酸酯",
    "9004-70-0": "硝化棉",
    "106-99-0": "联乙烯 丁二烯",
    "115-10-6": "甲醚",
    "74-82-8": "甲烷",
    "75-01-4": "乙烯基氯",
    "1333-74-0": "氢气",
    "68476-85-7": "lpg",
    "74-89-5": "氨基甲烷 甲胺",
    "74-86-2": "电石气",
    "7782-44-7": "液氧 氧气",
    "71-43-2": "纯苯",
    "100-42-5": "乙烯苯",
    "67-64-1": "二甲基酮",
    "107-13-1": "2-丙烯腈 乙烯基氰 氰基乙烯",
    "110-82-7": "六氢化苯",
    "75-56-9": "环氧丙烷 氧化丙烯 甲基环氧乙烷",
    "108-88-3": "甲基苯 苯基甲烷",
    "67-56-1": "木醇 木精",
    "64-17-5": "酒精",
    "60-29-7": "二乙基醚",
    "141-78-6": "醋酸乙酯",
    "110-54-3": "己烷",
    "79-21-0": "过醋酸 过氧乙酸 乙酰过氧化氢",
    "1338-23-4": "过氧化甲乙酮 mekp",
    "12185-10-3": "黄磷",
    "19624-22-7": "五硼烷",
    "1313-60-6": "双氧化钠 二氧化钠",
    "506-93-4": "硝酸亚氨脲",
    "75-20-7": "电石",
    "7440-09-7": "金属钾",
    "7440-23-5": "金属钠",
}
"""What else the standard calls them, by CAS number, as public restatements give it."""


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _by_name() -> Mapping[str, str]:
    known: dict[str, str] = {}
    for row in SUBSTANCES:
        for name in (row.name.split(", ")[0], row.name_zh.split("（")[0], row.name, row.name_zh):
            known.setdefault(_plain(name), row.cas)
    for cas, names in _OTHER_NAMES.items():
        known.update((_plain(name), cas) for name in names.split())
    return known


_BY_NAME = _by_name()


def listed_cas(cas: str | None, name: str | None) -> str | None:
    """The CAS number under which Table 1 has what is called so; None: no name of Table 1, or `cas`
    is of Table 1 itself."""
    if name is None or cas in BY_CAS:
        return None
    return _BY_NAME.get(_plain(name))
