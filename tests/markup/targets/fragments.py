"""Texts to try exporters on: every construct of the dialect, Chinese, and characters that look for trouble."""

from __future__ import annotations

from hypothesis import strategies as st

_MARKS = r"""* ** *** _ __ ~ ~~ ` `` ``` $ $$ [ ] ( ) < > & ! # ## ###### - -␣ +␣ *␣ 1.␣ 2)␣ 10.␣ -␣[␣]␣ -␣[x]␣ \ \\ | |---|---| ---
*** === >␣ > [!TIP] [^1] [^1]:␣ [^a␣b] [TOC] { } ^[n] ^ = + ' " : ; . / \| \$ \* \_ \[ \< ~~~ ![ ]( ]: </ <? <!-- -->""".split()
_LETTERS = "中 文 强调 。 ， ： （ ） 《 》 “ ” … 、 ？ ！ a b word x_y 2*3*4 15% $5 😀 １ é ß ‘ 2023.␣年终".split()
_SPACES = [
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "  \n",
    "\\\n",
    "\n    ",
    "\n  ",
    "\n\t",
    "\t",
    " ",
    "  ",
    "　",
    "\u00a0",
    "\u200b",
]
_RARE = ["\ufeff", "\u2028", "\u0085", "\x0b", "\x0c", "\x1f", "\ue000", "\ufe0f", "\ufe01", "\u00ad", "\U000e0100"]
_ENTITIES = "&amp; &#35; &nbsp; &lt; &copy; &#x60; &#10; &#32; &Tab;".split()
_LINES = r"""**强调。**后文 **强调** *em* ~~删除~~ `code` ``a`b`` `a|b` `a\|b` $a_b$ $$x^2$$ $`y`$ $|x|$ $a\|b$ $\newcommand{a}$
[link](http://a.b/c) [t](<http://a.b/(c)␣d>) [t](http://a.b␣'ti\"tle') ![img](http://a.b/c.png) ![i](data:image/png;base64,AA)
![i](/media/x.svg) [![i](http://a.b/i.png)](http://c.d) [![v](a.mp4)](http://c.d) ![v](x.mp4) [p](/episodes/005/) [#](#x)
<http://a.b/?x=1&copy=2> <http://a.b/?x=1&copy;=2> https://a.b/c_d_ https://a.b/c， https\://a.b www.a.com ftp://x.y a@b.cn
@name \@x #12 GH-3 javascript:x https://www.bilibili.com/video/BV1vM4y1s7vr/?vd_source=9 [r] [r][] [x][r]
[https://a.b/c\_d](https://a.b/c_d) {\color{red}␣x} ${\color{red}␣x}$""".split()
_FORMS = """<br> <br/> <strong> </strong> <em> </em> <del> </del> <span>$</span> <!--␣--> @<!--␣--> <div> <b> </b> <script> <a␣href=
<details>⏎ <details␣open> </details> <summary>s</summary> ⏎<details><summary>S</summary>⏎⏎ ⏎</details>⏎ <![CDATA[ <img␣src="x">
<iframe␣src="//player.bilibili.com/player.html?bvid=BV1vM4y1s7vr&p=2"></iframe>
<img␣src="https://www.zhihu.com/equation?tex=a%2Bb"␣alt="a+b"␣class="ee_img␣tr_noresize"␣eeimg="1">
<img␣src="https://www.zhihu.com/equation?tex=a%5C%5C"␣eeimg="1">
⏎<table>⏎<tr><th>a</th></tr>⏎<tr><td>https://a.b</td></tr>⏎</table>⏎""".split()
_BLOCKS = """|␣a␣|␣b␣|⏎|---|:-:|⏎|␣c␣|␣d␣|⏎ >␣[!NOTE]⏎>␣ ⏎```math⏎z⏎```⏎ ⏎```python⏎print(1)⏎```⏎ ⏎~~~␣mermaid⏎a-->b⏎~~~⏎ ⏎$$⏎a+b⏎$$⏎
⏎#␣标题⏎ ⏎##␣二⏎ ⏎####␣四␣#⏎ ⏎标题⏎===⏎ ⏎标题⏎---⏎ ⏎1.␣a⏎2.␣b⏎ ⏎-␣a⏎␣␣-␣b⏎␣␣␣␣-␣c⏎ ⏎3.␣x⏎⏎␣␣␣y⏎ ⏎-␣a⏎⏎-␣b⏎ ⏎>␣q⏎>␣-␣l⏎
⏎[r]:␣http://r.s␣'t'⏎ ---⏎a:␣b⏎---⏎ ⏎***⏎ ⏎-␣-␣-⏎ ⏎*␣*␣*⏎ ⏎___⏎ ⏎-⏎ ⏎1.⏎ ⏎-␣␣␣⏎ ⏎>⏎ ⏎-␣```⏎␣␣c⏎␣␣```⏎ ⏎-␣>␣q⏎ ⏎-␣␣␣␣␣code⏎
⏎␣␣␣␣code⏎ ⏎-␣#␣h⏎ ⏎-␣|␣a␣|⏎␣␣|␣-␣|⏎␣␣|␣b␣|⏎ ⏎-␣$$⏎␣␣x⏎␣␣$$⏎ ⏎[^1]:␣#␣n⏎ ⏎[^2]:⏎␣␣␣␣-␣n⏎ [^2]""".split()

FRAGMENTS: list[str] = [
    *(part.replace("␣", " ").replace("⏎", "\n") for part in (*_MARKS, *_LETTERS, *_LINES, *_FORMS, *_BLOCKS)),
    *_ENTITIES,
    *_SPACES,
    *_RARE,
]

_few = st.lists(st.sampled_from(FRAGMENTS), min_size=3, max_size=12, unique=True)

# Texts of any fragments, and texts that return to a few of them again and again.
texts = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join),
    _few.flatmap(lambda few: st.lists(st.sampled_from(few), max_size=30).map("".join)),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=3)), max_size=20).map("".join),
)
