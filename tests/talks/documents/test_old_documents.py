"""Documents as people typed them in 2023, each with what a careful editor would say it holds."""

import pytest

from markup import links
from talks.documents.reader import read


def paper(number):
    return f"https://arxiv.org/abs/2307.0{number:04d}"


CASES = []


def case(name, text, file="", **wanted):
    CASES.append(pytest.param(text, file, wanted, id=name))


case(
    "no headings",
    f"""OpenLLM Talk 021
时间：2023年7月22日 晚上九点
主持人：羡鱼
编辑：羡鱼、初七
本期提要：llama2；RoPE 外推；
本周新闻
学术
注意力的新进展
{paper(1)}
项目
新框架发布
https://github.com/a/b
本周推荐
一篇好文
https://zhuanlan.zhihu.com/p/1
Free Talk
线上讨论
1、为什么要用 RoPE？—甲木
答：因为外推好。
2、数据怎么洗？
答：规则。
""",
    number=21,
    date="2023-07-22",
    time="21:00",
    hosts=["羡鱼"],
    editors=["羡鱼", "初七"],
    highlights=["llama2", "RoPE 外推"],
    addr={"news": 2, "picks": 1},
    q={"online": [1, 2]},
    answers=["因为外推好。", "规则。"],
    askers=["甲木", None],
)
case(
    "bold headings",
    f"""**OpenLLM Talk 022**

**【时间】**：20230729 20:00
**【主持人】**：初七
**本周新闻**
**学术**
论文一
{paper(2)}
**Free Talk**
**群里讨论**
1. 怎么训？
A：慢慢训。
""",
    number=22,
    date="2023-07-29",
    time="20:00",
    hosts=["初七"],
    addr={"news": 1},
    q={"group": [1]},
    answers=["慢慢训。"],
)
case(
    "chinese numerals",
    f"""# OpenLLM Talk 023
时间：7.22 晚8点
一、本周新闻
1. 新模型发布 {paper(3)}
2. 又一个 {paper(4)}
二、本周推荐
推荐一篇 https://zhuanlan.zhihu.com/p/2
三、本周经典
四、本周实践
五、Free Talk
Q1：什么是 MoE？
A1：专家混合。
""",
    file="023-2023.md",
    number=23,
    addr={"news": 2, "picks": 1},
    kinds=["news", "picks", "classic", "practice", "free_talk"],
    q={None: [1]},
    answers=["专家混合。"],
    titles=["新模型发布", "又一个"],
)
case(
    "第N期",
    f"""OpenLLM Talk 第24期
日期：2023-08-05 20:00
主持：甲木 初七
本周资讯
【学术】
论文甲
{paper(5)}
【项目】
项目乙
https://github.com/c/d
""",
    number=24,
    date="2023-08-05",
    time="20:00",
    hosts=["甲木", "初七"],
    addr={"news": 2},
    groups=["学术", "项目"],
)
for sep in ("、", "，", "/", "&", "和", " ", "；"):
    case(
        f"hosts {sep!r}",
        f"OpenLLM Talk 025\n【时间】：20230812 晚上八点\n【主持人】：甲木{sep}初七\n本周新闻\n",
        number=25,
        hosts=["甲木", "初七"],
        time="20:00",
    )
for t, w in (
    ("晚上八点", "20:00"),
    ("20:00", "20:00"),
    ("20：00", "20:00"),
    ("晚8点", "20:00"),
    ("晚八点半", "20:30"),
    ("下午三点", "15:00"),
    ("下午3:30", "15:30"),
    ("上午十点", "10:00"),
    ("9pm", "21:00"),
    ("晚上9点-10点", "21:00"),
    ("21点整", "21:00"),
    ("２１：００", "21:00"),
    ("周六晚九点", "21:00"),
):
    case(f"time {t}", f"OpenLLM Talk 026\n【时间】：2023年8月19日 {t}\n本周新闻\n", date="2023-08-19", time=w)
for t, w in (
    ("7.22 20:00", "2023-07-22"),
    ("2023.7.22 20:00", "2023-07-22"),
    ("2023/7/22（周六）20:00", "2023-07-22"),
    ("7月22日 20:00", "2023-07-22"),
    ("2023年07月22号 20:00", "2023-07-22"),
    ("23.7.22 20:00", "2023-07-22"),
    ("23年7月22日 20:00", "2023-07-22"),
):
    case(f"date {t}", f"OpenLLM Talk 027 2023.7.15 预告\n【时间】：{t}\n本周新闻\n", date=w, time="20:00")
marks = [
    ("1.", "答："),
    ("1、", "A："),
    ("1)", "答:"),
    ("Q1：", "A1："),
    ("问题1：", "回答："),
    ("①", "答："),
    ("问1：", "答1："),
    ("（1）", "答："),
    ("第一个问题：", "答："),
]
seq = {"①": "②", "第一个问题：": "第二个问题："}
for m, a in marks:
    m2 = seq.get(m, m.replace("1", "2"))
    a2 = a.replace("1", "2")
    case(
        f"number {m} {a}",
        f"OpenLLM Talk 028\n【时间】：20230902 20:00\nFree Talk\n线上讨论：\n{m} 显存不够怎么办？—甲木\n{a} 用 LoRA。\n\n{m2} 数据从哪来？ --初七\n{a2} 开源。\n",
        q={"online": [1, 2]},
        answers=["用 LoRA。", "开源。"],
        askers=["甲木", "初七"],
    )
for s, w in (
    ("—甲木", "甲木"),
    ("——甲木", "甲木"),
    ("--甲木", "甲木"),
    ("- 甲木", "甲木"),
    ("@甲木", "甲木"),
    ("by 甲木", "甲木"),
    ("-from 甲木", "甲木"),
    ("——来自甲木", "甲木"),
):
    case(
        f"sign {s}",
        f"OpenLLM Talk 029\n【时间】：20230909 20:00\nFree Talk\n线上讨论：\n1. 显存不够怎么办？{s}\n答：用 LoRA。\n",
        q={"online": [1]},
        askers=[w],
        bodies=["显存不够怎么办？"],
    )
case(
    "traditional",
    f"""OpenLLM Talk 030
【時間】：20230916 晚上九點
【主持人】：陳一
【編輯】：陳一
本週新聞
學術
論文
{paper(6)}
本週推薦
好文 https://zhuanlan.zhihu.com/p/3
自由討論
線上討論：
1. 問？
答：答案
""",
    number=30,
    date="2023-09-16",
    time="21:00",
    hosts=["陳一"],
    editors=["陳一"],
    addr={"news": 1, "picks": 1},
    q={"online": [1]},
)
case(
    "reordered, new",
    f"""# 【OpenLLM Talk 031】
【时间】：20230923 21:00
## 本周推荐
- [文一](https://zhuanlan.zhihu.com/p/4)
## 本周新闻
### 工业界
- [新闻一]({paper(7)})
### 杂项
- 没有链接的新闻；
## 本周招聘
- [招人](https://a.example/j)
## Free Talk
### 群里讨论
1. 好？
""",
    number=31,
    addr={"picks": 1, "news": 1, "custom": 1},
    kinds=["picks", "news", "custom", "free_talk"],
    groups=["工业界", "杂项"],
    q={"group": [1]},
)
case(
    "empty labels",
    """【OpenLLM Talk 032】
【编号】：032
【时间】：
【本期提要】：
【主持人】：
【编辑】：
本周新闻
【本周新闻】：新闻；~10 分钟
【贡献者】：
【提名区】：
【建议区】：
学术
项目
本周推荐
Free Talk
线上讨论：
群里讨论：
""",
    number=32,
    date=None,
    hosts=[],
    editors=[],
    highlights=[],
    q={},
    addr={},
)
case(
    "template full width",
    f"""【ＯｐｅｎＬＬＭ　Ｔａｌｋ　０３３】
【时间】:２０２３０９３０　２１:００
【主持人】:甲木（编辑）＋初七
本周新闻
Claude2，免费；
GPT-5 传闻；
论文 {paper(8)}
""",
    number=33,
    date="2023-09-30",
    time="21:00",
    hosts=["甲木", "初七"],
    addr={"news": 1},
    items={"news": 3},
)
case(
    "url only",
    f"OpenLLM Talk 034\n【时间】：20231007 21:00\n本周新闻\n{paper(9)}\n{paper(10)}\nhttps://github.com/e/f\n本周推荐\nhttps://zhuanlan.zhihu.com/p/5\n",
    addr={"news": 3, "picks": 1},
    items={"news": 3, "picks": 1},
)
case(
    "double escapes",
    "# OpenLLM Talk 035\n【时间】：20231014 21:00\n## 本周新闻\n[https://m.bilibili.com/video/BV1xx411c7mD?share\\\\_source=QQ\\_x](https://m.bilibili.com/video/BV1xx411c7mD?share_source=QQ)\n[带 \\[方括号\\] 的题](https://a.example/a_b)\n",
    addr={"news": 2},
)
case(
    "follow-up",
    "OpenLLM Talk 036\n【时间】：20231021 21:00\nFree Talk\n线上讨论：\n1. 一？—甲木\n答：这样。\n\n那如果是多卡呢？ —初七\n\n也一样。\n\n2. 二？\n答：好\n",
    q={"online": [1, 2]},
    follow=[1, 0],
)
case(
    "answers none",
    "OpenLLM Talk 037\n【时间】：20231028 21:00\nFree Talk\n1. 一？\n\n2. 二？\n\n3. 三？\n",
    q={None: [1, 2, 3]},
    answers=[],
)
case(
    "bracket answers",
    "OpenLLM Talk 038\n【时间】：20231104 21:00\nFree Talk\n群里讨论\n1. 一？\n（A: 甲）\n2. 二？（答：乙）\n3. 三？\n（A：丙）\n",
    q={"group": [1, 2, 3]},
    answers=["甲", "乙", "丙"],
)
case(
    "md numbered bold",
    "# OpenLLM Talk 039\n\n【时间】：2023年11月11日（周六）晚上9点\n\n## 四、Free Talk\n\n### 1. 线上讨论\n\n**1. 一？**\n\n答：甲\n\n**2. 二？**\n\n答：乙\n\n### 2. 群里讨论\n\n**1. 三？**\n\n> 丙\n",
    date="2023-11-11",
    time="21:00",
    q={"online": [1, 2], "group": [1]},
    answers=["甲", "乙", "> 丙"],
)
case(
    "answer lists",
    "OpenLLM Talk 040\n【时间】：20231118 21:00\nFree Talk\n线上讨论\n1. 一？\n答：\n1）甲；\n2）乙；\n3）丙；\n2. 二？\n答：好\n6. 六？\n答：六\n",
    q={"online": [1, 2, 6]},
)
case(
    "leads",
    "OpenLLM Talk 041\n【时间】：20231125 21:00\n【主持人】：羡鱼（后续每期由大家自行认领）\n【编辑】：XX\n【版块负责人】：多人\n本周新闻\n",
    hosts=["羡鱼"],
    editors=[],
    leads=[],
)
case(
    "section leads",
    f"OpenLLM Talk 042\n【时间】：20231202 21:00\n本周新闻\n负责人：甲木\n学术\n论文\n{paper(11)}\n",
    addr={"news": 1},
    sleads=["甲木"],
)
case(
    "past refs plans",
    "OpenLLM Talk 043\n【时间】：20231209 21:00\nFree Talk\n1. 一？\n答：好\n参考资料：\nhttps://a.example/r1\nhttps://a.example/r2\n后续计划\n- 计划一，P0；\n往期精彩\n【OpenLLM Talk 042】上期 https://zhuanlan.zhihu.com/p/6\n",
    plans=1,
    past=["042"],
)
case(
    "emoji headings",
    f"# 🎙️ OpenLLM Talk 044\n\n🕘 时间：2023-12-16 21:00\n\n## 📰 本周新闻\n\n- 新闻 {paper(12)}\n\n## ⭐ 本周推荐\n\n- 文 https://zhuanlan.zhihu.com/p/7\n\n## 💬 Free Talk\n\n### 线上讨论 🔥\n\n1. 一？\n",
    number=44,
    date="2023-12-16",
    time="21:00",
    addr={"news": 1, "picks": 1},
    q={"online": [1]},
)
case(
    "table-like head",
    f"# OpenLLM Talk 046\n\n- **时间**：2023-12-30 21:00\n- **主持人**：甲木\n- **编辑**：初七\n- **本期提要**：甲；乙\n\n## 本周新闻\n\n1. [论文]({paper(14)})\n",
    date="2023-12-30",
    time="21:00",
    hosts=["甲木"],
    editors=["初七"],
    highlights=["甲", "乙"],
    addr={"news": 1},
)
case(
    "author note",
    "OpenLLM Talk 047\n【时间】：20240106 21:00\n本周推荐\n大模型外推 - 苏剑林的文章 - 知乎--强烈推荐\nhttps://zhuanlan.zhihu.com/p/9\n - tan90 的文章 - 知乎\n",
    addr={"picks": 1},
)
case(
    "tilde q",
    "OpenLLM Talk 048\n【时间】：20240113 21:00\nFree Talk\n线上讨论\nQ1. 一？\nA1. 甲\nQ2. 二？\nA2. 乙\n",
    q={"online": [1, 2]},
    answers=["甲", "乙"],
)
case(
    "bold QA",
    "OpenLLM Talk 049\n【时间】：20240120 21:00\nFree Talk\n群里讨论\n**Q：一？**\n**A：**甲\n\n**Q：二？**\n**A：**乙\n",
    q={"group": [None, None]},
    answers=["甲", "乙"],
)
case(
    "people answers",
    "OpenLLM Talk 050\n【时间】：20240127 21:00\nFree Talk\n线上讨论\n1. 一？\n答（甲木）：甲\n\n2. 二？\n初七：乙\n",
    q={"online": [1, 2]},
    answers=["甲", "初七：乙"],
    authors=["甲木", None],
)
case(
    "bullets head",
    f"OpenLLM Talk 051\n• 时间：20240203 21:00\n• 主持人：甲木\n本周新闻\n• 论文 {paper(15)}\n• 项目 https://github.com/g/h\n",
    date="2024-02-03",
    hosts=["甲木"],
    addr={"news": 2},
    items={"news": 2},
)


def got(r):
    doc = r.document
    o = {}
    st = doc.starts_at
    o["number"] = doc.number
    o["date"] = st.date().isoformat() if st else None
    o["time"] = st.strftime("%H:%M") if st else None
    o["hosts"] = list(doc.hosts)
    o["editors"] = list(doc.editors)
    o["leads"] = list(doc.leads)
    o["highlights"] = list(doc.highlights)
    ad = {}
    it = {}
    for s in doc.sections:
        n = (
            {links.key(x.url) for i in s.items for x in links.find((i.url or "") + " \n" + i.body)}
            | {links.key(x.url) for g in s.groups for x in links.find(g.body)}
            | {links.key(x.url) for x in links.find(s.body)}
        )
        if n and s.kind != "free_talk":
            ad[s.kind] = ad.get(s.kind, 0) + len(n)
        if s.items:
            it[s.kind] = len(s.items)
    o["addr"] = ad
    o["items"] = it
    o["kinds"] = [s.kind for s in doc.sections]
    o["groups"] = [g.title for s in doc.sections for g in s.groups]
    o["titles"] = [i.title for s in doc.sections if s.kind == "news" for i in s.items]
    q = {}
    for x in doc.questions:
        q.setdefault(x.part, []).append(x.number)
    o["q"] = q
    o["answers"] = [a.body for x in doc.questions for a in x.answers]
    o["authors"] = [a.author for x in doc.questions for a in x.answers]
    o["askers"] = [x.asker for x in doc.questions]
    o["bodies"] = [x.body for x in doc.questions]
    o["follow"] = [len(x.follow_ups) for x in doc.questions]
    o["sleads"] = [lead for s in doc.sections for lead in s.leads]
    o["refs"] = len(doc.references)
    o["plans"] = len(doc.plans)
    o["past"] = [p.code for p in doc.past]
    return o


@pytest.mark.parametrize(("text", "file", "wanted"), CASES)
def test_a_document_as_people_typed_it(text, file, wanted):
    found = got(read(text, name=file))
    assert {name: found[name] for name in wanted} == wanted
