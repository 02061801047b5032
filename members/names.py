"""When two written names may mean one person: compared without regard to script, case, width and signs. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

# Traditional characters that names and nicknames are written with, each before its simplified form.
_PAIRS = (
    "萬万與与專专業业東东絲丝兩两嚴严喪丧個个豐丰臨临為为麗丽舉举義义烏乌樂乐喬乔習习鄉乡書书買买亂乱爭争於于虧亏雲云亞亚產产親亲億亿僅仅從从"
    "侖仑倉仓儀仪們们價价眾众優优會会偉伟傳传傷伤倫伦偽伪側侧僑侨債债傾倾償偿兒儿黨党蘭兰關关興兴養养獸兽內内岡冈冊册寫写軍军農农馮冯沖冲決决況况"
    "凍冻淨净涼凉減减幾几鳳凤凱凯擊击劃划劉刘則则剛刚創创刪删別别劍剑劇剧勸劝辦办務务動动勵励勁劲勞劳勢势勛勋勝胜華华協协單单賣卖盧卢衛卫卻却"
    "廠厂廳厅歷历厲厉壓压縣县參参雙双發发變变敘叙葉叶號号嘆叹嗎吗啟启吳吴員员嗚呜詠咏響响啞哑喲哟喚唤嘯啸噴喷囑嘱團团園园圍围國国圖图圓圆聖圣場场"
    "壞坏塊块堅坚壇坛墳坟墜坠壘垒墊垫塵尘壯壮聲声殼壳壺壶處处備备復复夠够頭头夾夹奪夺奮奋獎奖奧奥婦妇媽妈嫵妩姍姗婁娄嬌娇嬋婵嬰婴孫孙學学寧宁寶宝"
    "實实寵宠審审憲宪宮宫寬宽賓宾對对尋寻導导壽寿將将爾尔嘗尝堯尧層层屬属嶼屿歲岁豈岂崗岗嶺岭島岛峽峡嶸嵘巔巅鞏巩幣币帥帅師师帳帐帶带幫帮廣广"
    "慶庆廬庐庫库應应廟庙廢废開开異异張张彌弥彎弯彈弹強强歸归當当錄录徹彻徑径憶忆憂忧懷怀態态憐怜總总戀恋懇恳惡恶懸悬驚惊慘惨懶懒慣惯戰战戲戏戶户"
    "撲扑執执擴扩掃扫揚扬擾扰撫抚搶抢護护報报擔担擬拟擁拥擇择掛挂揮挥損损換换據据擲掷攜携攝摄擺摆搖摇撐撑敵敌數数齋斋鬥斗斬斩斷断無无舊旧時时曠旷"
    "曉晓暈晕暉晖暢畅暫暂術术樸朴機机殺杀雜杂權权條条來来楊杨傑杰極极構构槍枪楓枫柵栅標标棧栈棟栋樹树樣样橋桥檔档檢检樓楼橫横歡欢歐欧殘残毀毁畢毕"
    "氣气漢汉湯汤溝沟沒没滄沧滬沪淚泪澤泽潔洁灑洒濁浊測测濟济瀏浏渾浑濃浓濤涛漣涟潤润漲涨淵渊漸渐漁渔溫温灣湾濕湿滾滚滿满濾滤濱滨灘滩灝灏滅灭燈灯"
    "靈灵災灾燦灿爐炉點点煉炼爍烁爛烂熱热煥焕煙烟煩烦燒烧愛爱爺爷牽牵狀状猶犹獨独獅狮獄狱獵猎貓猫獻献瑪玛瑋玮環环現现璽玺瓊琼瑤瑶電电畫画療疗瘋疯"
    "癡痴皺皱鹽盐監监蓋盖盤盘礦矿碼码磚砖硯砚礎础確确礫砾禮礼禱祷禍祸禪禅離离稱称穀谷積积穩稳窮穷竊窃竄窜窩窝競竞筆笔筍笋箋笺築筑簡简籃篮類类糧粮"
    "緊紧糾纠紅红纖纤約约級级紀纪緯纬純纯紗纱納纳縱纵綸纶紛纷紙纸紋纹紡纺線线練练組组細细織织終终紹绍經经結结繞绕繪绘給给絢绚絡络絕绝統统絹绢繼继"
    "績绩緒绪續续綺绮緋绯綽绰繩绳維维綿绵綠绿綜综綻绽緣缘編编縛缚縫缝纏缠縮缩網网羅罗罰罚羨羡翹翘聳耸職职聯联聰聪聽听肅肃腸肠膚肤腫肿脹胀膽胆"
    "膠胶脈脉臟脏腦脑臉脸騰腾艦舰艙舱藝艺節节蕪芜蘆芦蒼苍蘇苏蘋苹莖茎薦荐莊庄蕩荡榮荣蔭荫藥药萊莱蓮莲獲获瑩莹鶯莺蕭萧薩萨蔣蒋藍蓝薔蔷蘊蕴虛虚蟲虫"
    "蝦虾蝕蚀螞蚂蠶蚕蠻蛮補补襯衬襲袭裝装褲裤見见觀观規规覓觅視视覽览覺觉觸触譽誉計计訂订認认討讨讓让訓训議议訊讯記记講讲許许論论設设訪访證证評评"
    "識识詐诈訴诉診诊詞词譯译試试詩诗誠诚話话誕诞詢询該该詳详語语誤误說说請请諸诸諾诺讀读課课誰谁調调談谈謀谋諧谐謝谢謎谜謙谦譚谭譜谱讚赞貝贝貞贞"
    "負负貢贡財财責责賢贤敗败貨货質质販贩貪贪貧贫購购貫贯貴贵貸贷費费賀贺賈贾資资賦赋賞赏賜赐賴赖賽赛贊赞贏赢趙赵趕赶躍跃踐践車车軌轨軒轩轉转輪轮"
    "軟软轟轰輕轻載载較较輔辅輛辆輝辉輩辈輯辑輸输轅辕轍辙邊边達达遷迁過过邁迈運运還还這这進进遠远違违連连遲迟適适選选遜逊遞递邏逻遺遗遙遥鄧邓鄭郑鄰邻"
    "郵邮鄒邹醜丑醫医醬酱釀酿釋释鑒鉴針针釣钓鈞钧鋼钢鈴铃鐵铁銀银銅铜銘铭鋒锋鋪铺鏈链銳锐錯错鍵键鎖锁鎮镇鏡镜鐘钟長长門门閃闪閉闭問问闖闯閑闲"
    "間间聞闻閣阁閱阅闊阔闌阑隊队陽阳陰阴陣阵階阶際际陸陆陳陈險险隨随隱隐隻只難难雛雏霧雾靜静韋韦韓韩韻韵頁页頂顶項项順顺須须頓顿預预領领頗颇頻频"
    "題题顏颜願愿顧顾顯显風风飄飘飛飞飯饭飲饮飽饱餅饼館馆餓饿饒饶馬马馭驭馳驰駕驾駱骆駿骏騎骑騙骗驗验驛驿驕骄體体髒脏鬆松鬧闹魚鱼魯鲁鮮鲜鯨鲸鯉鲤"
    "鳥鸟雞鸡鳴鸣鴻鸿鵬鹏鶴鹤鷹鹰鷗鸥鴨鸭鴉鸦麥麦黃黄齊齐齒齿齡龄龍龙龔龚龜龟臺台後后裡里裏里髮发著着麼么夢梦陝陕顛颠黴霉甯宁喩喻戩戬鈺钰銓铨鎧铠"
    "註注銷销鍾钟鐸铎錢钱錦锦鏗铿閔闵闕阙隴陇霽霁頤颐顥颢驍骁驊骅鳶鸢鸞鸾"
)
_SIMPLE = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
# A nickname with the name of an account behind it: 羡鱼智能 is 羡鱼.
_SUFFIXES = ("智能", "ai", "agi", "llm")


# What the record signs with itself: under an answer it makes the answer a summary (talks.documents.vocabulary).
RESERVED = ("小结",)
# What is drawn as nothing: Default_Ignorable_Code_Point of the Unicode Character Database.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Cyrillic and Greek letters before the Latin ones they are drawn as: Unicode TR39, confusables.txt, single letters.
_LOOKS = (
    "\u0410A\u0412B\u0415E\u0405S\u0406I\u0408J\u041aK\u041cM\u041dH\u041eO\u0420P\u0421C\u0422T\u0425X\u04aeY\u0423Y\u0474V\u050cG\u051aQ\u051cW"
    "\u0430a\u0435e\u043eo\u0440p\u0441c\u0443y\u0445x\u0456i\u0458j\u0455s\u04bbh\u04afy\u0475v\u0501d\u051bq\u051dw\u04cfl\u04c0l"
    "\u0391A\u0392B\u0395E\u0396Z\u0397H\u0399I\u039aK\u039cM\u039dN\u039fO\u03a1P\u03a4T\u03a5Y\u03a7X\u037fJ\u03f9C"
    "\u03b1a\u03b3y\u03b9i\u03bdv\u03bfo\u03c1p\u03c3o\u03c5u\u03f2c\u03f3j"
)
_LATIN = str.maketrans(dict(zip(_LOOKS[::2], _LOOKS[1::2], strict=True)))


class Evidence(Enum):
    """Why two names may mean one person."""

    SAME = "same"
    SCRIPT = "script"
    CASE = "case"
    SIGNS = "signs"
    SUFFIX = "suffix"


def simplified(name: str) -> str:
    """Return the name with the traditional characters of the table in their simplified form."""
    return name.translate(_SIMPLE)


def seen(name: str) -> str:
    """Return the name without the characters that nobody sees."""
    return _UNSEEN.sub("", name)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", seen(name))


def _letters(name: str) -> str:
    return "".join(char for char in name if unicodedata.category(char)[0] in "LNM")


def _signs(name: str) -> str:
    return "".join(char for char in name if unicodedata.category(char)[0] not in "LNM")


def folded(name: str) -> str:
    """Return what names that look alike have in common; a name of signs alone is itself."""
    plain = simplified(_plain(name)).casefold()
    return _letters(plain) or plain


def looks(name: str) -> set[str]:
    """Return what a name is taken for by who reads it: folded, and folded with look-alikes of other scripts as Latin.

    Both, since a letter may look Latin as a capital only: a name all in another script still equals itself.
    """
    return {folded(name), folded(_plain(name).translate(_LATIN))}


def is_reserved(name: str) -> bool:
    """Whether a name reads like one that the record keeps for itself."""
    return bool(looks(name) & {folded(each) for each in RESERVED})


def stem(name: str) -> str:
    """Return the folded name without the suffix of an account; one that would leave a single letter stays."""
    whole = folded(name)
    for suffix in _SUFFIXES:
        if whole.endswith(suffix) and len(whole) - len(suffix) >= 2:
            return whole.removesuffix(suffix)
    return whole


def evidence(one: str, other: str) -> list[Evidence]:
    """Return why the names of two people may mean one person; nothing when they do not look alike."""
    if one == other:
        return [Evidence.SAME]
    if stem(one) != stem(other):
        return []
    found = []
    if folded(one) != folded(other):
        found.append(Evidence.SUFFIX)
    a, b = _plain(one), _plain(other)
    if simplified(a) != a or simplified(b) != b:
        found.append(Evidence.SCRIPT)
    a, b = simplified(a), simplified(b)
    shared = min(len(_letters(a)), len(_letters(b)))
    if _letters(a)[:shared] != _letters(b)[:shared]:
        found.append(Evidence.CASE)
    if _signs(a) != _signs(b) or (not found and one != other):
        found.append(Evidence.SIGNS)
    return found
