"""Tell a Chinese name from the seam of two other words, such as 新疆 in 创新疆域.

A match is such a seam when its first sign belongs to a word that began before it AND its last
sign to a word that goes on after it (创新|疆域, 士兵|团结), or when a long match loses its last
sign to the next word and still leaves a word (集中|营业). Both words must be known ones.
"""

from __future__ import annotations


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Two-sign words, simplified. Extend with those whose seam with a neighbour looks like a name.
_WORDS = _pairs("""
创新 全新 更新 最新 革新 崭新 重新 清新 翻新 刷新 焕新 迎新 出新 尝新 常新 从新 推新 维新
日新 自新 求新 立新 图新 布新 疆域 疆界 疆土 疆场 疆吏 东北 西北 东南 西南 华北 湖北 河北
台北 湖南 河南 云南 海南 越南 济南 江南 闽南 岭南 士兵 官兵 民兵 哨兵 骑兵 步兵 炮兵 伞兵
阅兵 征兵 出兵 派兵 撤兵 援兵 新兵 老兵 工兵 宪兵 练兵 当兵 尖兵 标兵 小兵 团结 团队 团体
团圆 团聚 团员 团长 团伙 团购 团委 团建 团费 营业 营销 营造 营救 营养 营收 营运 营利 营建
营私 营生 业务 业主 平和 温和 总和 饱和 缓和 随和 谐和 柔和 共和 调和 中和 议和 求和 讲和
祥和 谦和 说和 附和 田径 田野 田园 田地 田间 田亩 田赛 田鼠 田埂 地区 地方 地点 地址 四维
思维 纤维 恭维 运维 一维 二维 三维 多维 族群 族谱 族长 族裔 族人 学习 班级 班长 班车 班子
班次 班组 班机 班主 班底 集中 转化 教育 拘留 拘禁 强制 强迫 劳动 动员 动力 动作 动物 动画
动态 动向 动机 动荡 动用 动身 动手 动摇 宁波 宁夏 宁静 宁愿 宁可 什么 什锦 克服 克制 克隆
坚持 坚决 坚定 坚固 坚强 坚守 坚信 坚韧
""")


def straddles(term: str, before: str, after: str) -> bool:
    """Tell whether `term` is made of the ends of its neighbours. All simplified (folded).

    `before` and `after` are the signs around it; two on each side are looked at.
    """
    if not after or len(term) < 2:
        return False
    goes_on = term[-1] + after[0] in _WORDS and after[:2] not in _WORDS
    begins_before = bool(before) and before[-1] + term[0] in _WORDS
    leaves_a_word = len(term) > 2 and term[-3:-1] in _WORDS
    return goes_on and (begins_before or leaves_a_word)
