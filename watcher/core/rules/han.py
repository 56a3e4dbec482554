"""Tell a Chinese name from the seam of two other words, such as 新疆 in 创新疆域.

A match is such a seam when its first sign belongs to a word that began before it AND its last
sign to a word that goes on after it (创新|疆域, 士兵|团结), or when a long match loses its last
sign to the next word and still leaves a word (集中|营业). Both words must be known ones: the
commonest of the language (`han_words`), and those listed here.
"""

from __future__ import annotations

from watcher.core.rules.han_words import common_words


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Two-sign words, simplified: those whose seam with a neighbour looks like a name that people watch
# for, by the sign at the seam. Extend with more of the kind.
_WORDS = _pairs("""
创新 全新 更新 最新 革新 崭新 重新 清新 翻新 刷新 焕新 迎新 出新 尝新 常新 从新 推新 维新 日新 自新
求新 立新 图新 布新 疆域 疆界 疆土 疆场 疆吏
东北 西北 华北 湖北 河北 台北 东南 西南 湖南 河南 云南 海南 越南 济南 江南 闽南 岭南 京城 京剧 京津
士兵 官兵 民兵 哨兵 骑兵 步兵 炮兵 伞兵 阅兵 征兵 出兵 派兵 撤兵 援兵 新兵 老兵 工兵 宪兵 练兵 当兵
尖兵 标兵 小兵 团结 团队 团体 团圆 团聚 团员 团长 团伙 团购 团委 团建 团费
营业 营销 营造 营救 营养 营收 营运 营利 营建 营私 营生 业务 业主
平和 温和 总和 饱和 缓和 随和 谐和 柔和 共和 调和 中和 议和 求和 讲和 祥和 谦和 说和 附和
田径 田野 田园 田地 田间 田亩 田赛 田鼠 田埂 地区 地方 地点 地址
四维 思维 纤维 恭维 运维 一维 二维 三维 多维 族群 族谱 族长 族裔 族人
学习 班级 班长 班车 班子 班次 班组 班机 班主 班底 集中 转化 教育 拘留 拘禁 强制 强迫 劳动 动员 动力
动作 动物 动画 动态 动向 动机 动荡 动用 动身 动手 动摇 宁波 宁夏 宁静 宁愿 宁可 什么 什锦 克服 克制
克隆 坚持 坚决 坚定 坚固 坚强 坚守 坚信 坚韧
法人 国人 工人 别人 军人 个人 商人 老人 女人 男人 本人 他人 证人 犯人 亲人 外人 主人 名人 诗人 客人
病人 盲人 众人 私人 成人 行人 华人 敌人 权利 权力 权益 权威 权衡 权限 权势 权贵 权重 人权 人口 人民
中国 美国 英国 法国 德国 俄国 韩国 泰国 全国 各国 外国 我国 两国 该国 本国 祖国 强国 大国 小国 邻国
安全 安排 安装 安静 安定 安心 安置 安慰 安保 安徽 安葬 安检 国家 国际 国内 国外 国民 国会 国王 国务
国防 国有 国产 国企 国籍 国庆 国旗 国土 其中 心中 手中 空中 途中 当中 高中 初中 共同 共产 共识 共享
共有 共计 共赢 共鸣 企业 家庭 家属 家长 内部 内地 民众 民族 会议
以上 网上 线上 早上 晚上 马上 身上 路上 地上 海外 海关 海军 海洋 海域 海边 海岸 海鲜 海报 海峡 海滩
东西 广西 山西 陕西 江西 巴西 藏族 藏区 藏匿 藏身 藏品
司法 立法 执法 违法 合法 非法 方法 办法 宪法 无法 依法 刑法 院长 院士 院校
此外 另外 以外 例外 意外 境外 户外 对外 交流 交通 交易 交往 交给 交付 交换 交战 交火 交警 访问 访谈
公民 农民 市民 居民 村民 移民 难民 网民 渔民 平民 选民 灾民 主席 主要 主任 主张 主义 主持 主动 主教
主题 主流 主管 单独 立即 立场 立刻 立案 反抗 对抗 抵抗 议会 议员 议题 议案 残酷 冷酷 刑事 刑罚 刑警
派遣 差遣 返回 返乡 解释 放弃 放松 放心 放大 审判 批判 谈判 裁判 提起 一起 引起 发起 诉讼 诉求 诉说
行李 桃李 明天 明年 明日 明确 明显 明白 明智 清香 飘香 芳香 留香 港式 港口 港湾
高中 初中 国文 国语 国学 国画 国歌 国考
有关 相关 机关 无关 押金 押送 到处 好处 深处 决定 决议 决心 决赛 决策 一审 二审 终审 再审 查处 查询
查看 查明 总监 控制 控告 控股 控方 体制 限制 机制 编制 抵制 管制 裁决 裁员 裁定 裁军
""")


def straddles(term: str, before: str, after: str) -> bool:
    """Tell whether `term` is made of the ends of its neighbours. All simplified (folded).

    `before` and `after` are the signs around it; one before and three after are looked at.
    """
    if not after or len(term) < 2:
        return False
    goes_on, next_word = term[-1] + after[0], after[:2]
    if len(term) > 2 and term[-3:-1] in _WORDS and goes_on in _WORDS and next_word not in _WORDS:
        return True
    if not before or not _is_word(before[-1] + term[0]) or not _is_word(goes_on):
        return False
    # 中|国安|全部|门 or 中国|安全|部门: what comes then must be a word as well.
    return not _is_word(next_word) or _is_word(after[1:3])


def _is_word(signs: str) -> bool:
    return signs in _WORDS or signs in common_words()
