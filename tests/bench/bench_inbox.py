"""Similar titles of a week against only cutting the same titles into words; and ten times as many."""

from news.similar import similar, tokens
from tests.bench.bench_pages import emit, paired

SUBJECTS = ("长上下文", "奖励模型", "词表", "量化", "检索增强", "agents", "attention", "tokenizers", "数据配比", "对齐")
FORMS = (
    "{a} for large language models: a study of {b} at scale {n}",
    "聊聊{a}和{b}：第 {n} 次实验的笔记",
    "Towards better {a} with {b} in version {n}",
    "{a}真的需要{b}吗？我们又跑了 {n} 组",
)


def titles(count: int) -> list[str]:
    """Titles in our own words; one of ten is nearly another one."""
    made = []
    for n in range(count):
        form, a, b = FORMS[n % 4], SUBJECTS[n % 10], SUBJECTS[(n // 7) % 10]
        made.append(form.format(a=a, b=b, n=n // 10 * 10 if n % 10 == 9 else n))
    return made


def main() -> None:
    few, many = titles(500), titles(5000)
    value, floor = paired(lambda: similar(few), lambda: [tokens(title) for title in few], rounds=15)
    emit("similar_titles_of_500_to_their_words_alone", value=value, floor=floor, unit="s")
    value, floor = paired(lambda: similar(many), lambda: [similar(few) for _ in range(10)], rounds=5)
    emit("similar_titles_of_5000_to_ten_times_500", value=value, floor=floor, unit="s")


if __name__ == "__main__":
    main()
