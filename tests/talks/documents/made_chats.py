"""Chat logs made at random in the ways in which programs write them, with what is in them."""

from datetime import datetime, timedelta

NAMES = ["羡鱼", "阿岚", "Mr. Wang", "渡口🌊", "三两 - 上海", "Nora", "小满(北京)", "🐟", "A-B_c 老师", "12306"]
WORDS = [
    *(
        "大家晚上好",
        "[图片]",
        "哈哈哈",
        "按层数乘头数乘长度乘 2",
        "见 https://arxiv.org/abs/2309.06180?a=1",
        "结论：不用",
    ),
    *(
        "请问 KV cache 的显存怎么估算？",
        "21:30 开始吗？",
        "2023年7月我就试过",
        "注意：要乘 batch",
        "为什么 loss 会是 nan?",
    ),
    *("代码：\n```\nx: int = 3\nfor a in b:\n    pass\n```", "分两段\n\n晚上 10:20 再说"),
]


def made(rng, n=200):
    """Messages: who, when, what."""
    now, found = datetime(2023, 7, 22, 21, 0, 0), []  # noqa: DTZ001 - a log says no zone
    for _n in range(n):
        now += timedelta(seconds=rng.choice([0, 5, 61, 300, 4000]))
        found.append((rng.choice(NAMES), now, rng.choice(WORDS)))
    return found


def wechat_copy(messages):
    return "\n".join(f"{who}:\n{text}\n" for who, _at, text in messages)


def wechat_copy_with_time(messages):
    return "".join(f"{who} {at:%Y}/{at.month}/{at.day} {at:%H:%M:%S}\n{text}\n" for who, at, text in messages)


def wechat_export(messages):
    written, day = '如下是微信群"夜谈"的聊天记录，如有疑问请联系。\n', None
    for who, at, text in messages:
        if at.date() != day:
            day = at.date()
            written += f"\n—————  {day}  —————\n\n"
        written += f"{who}  {at:%H:%M}\n\n{text}\n\n"
    return written


def qq_export(messages):
    line = "=" * 64
    written = f"消息记录（此消息记录为文本格式，不支持重新导入）\n\n{line}\n消息分组:我的QQ群\n{line}\n消息对象:夜谈\n{line}\n\n"
    for place, (who, at, text) in enumerate(messages):
        title = "【管理员】" if place % 7 == 0 else ""
        written += f"{at:%Y-%m-%d} {at.hour}:{at:%M:%S} {title}{who}({123456 + place})\n{text}\n\n"
    return written


def feishu(messages):
    return "".join(f"{who}\n{at.month}月{at.day}日 {at:%H:%M}\n{text}\n\n" for who, at, text in messages)


def feishu_beside(messages):
    return "".join(f"{who} {at.year}年{at.month}月{at.day}日 {at:%H:%M}\n{text}\n" for who, at, text in messages)


def wechat_short(messages):
    return "".join(f"{who} {at:%m-%d %H:%M}\n{text}\n" for who, at, text in messages)


def wechat_slash(messages):
    return "".join(f"{who}  {at.month}/{at.day} {at:%H:%M}\n{text}\n" for who, at, text in messages)


def wechat_days(messages):
    days = ("昨天", "星期三", "周四", "今天")
    return "".join(f"{who} {days[at.day % 4]} {at:%H:%M}\n{text}\n" for who, at, text in messages)


def short_before(messages):
    return "".join(f"{at:%m-%d %H:%M:%S} {who}\n{text}\n" for who, at, text in messages)


def dashes(messages):
    return "".join(f"{who} {at:%Y-%m-%d %H:%M}\n{text}\n" for who, at, text in messages)


def plain(messages):
    return "".join(f"{who}: {text}\n" for who, _at, text in messages)


def plain_wide(messages):
    return "".join(f"{who}：{text}\n" for who, _at, text in messages)


# How much of the time each way tells: to the second, to the minute, the time of day alone, nothing.
WAYS = {
    wechat_copy: None,
    wechat_copy_with_time: "second",
    wechat_export: "minute",
    qq_export: "second",
    feishu: "clock",
    feishu_beside: "minute",
    wechat_short: "clock",
    wechat_slash: "clock",
    wechat_days: "clock",
    short_before: "seconds of a clock",
    dashes: "minute",
    plain: None,
    plain_wide: None,
}
