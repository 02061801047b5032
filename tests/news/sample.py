"""Sources in every state, for the screenshots: what they brought, what went wrong, what is paused."""

from datetime import timedelta

from jobs.models import Job, KindPause
from members.actors import SYSTEM
from news.actions.collect import start
from news.actions.store import store_entries
from news.entries import Entry
from news.models import FetchRun, Outcome, Source

TITLES = (
    "把整本说明书读进去：一个小工具的三次改版",
    "Attention with Linear Biases, Revisited on Very Long Documents",
    "评测口径换了两次之后，排行榜还剩下什么",
    "四比特够不够用？我们量了六个模型",
    "How We Moved Ten Thousand Jobs without Losing One",
)
FEED = "https://blog.example.org/feeds/a-rather-long-address-that-wraps/everything.xml"


def fill_news(*, now):
    """Put sources of every kind and state into the database."""
    blog = add("blog", "夜谈博客", "feed", FEED, now, site_url="https://blog.example.org/", block_words="招聘\n广告")
    entries = [
        Entry(f"{n}", f"https://blog.example.org/{n}", title, is_hidden=n == 4) for n, title in enumerate(TITLES)
    ]
    looked(blog, Outcome.OK, now - timedelta(hours=2), entries, problems=True)
    looked(blog, Outcome.UNCHANGED, now - timedelta(hours=1))
    papers = add("arxiv-cs-cl", "arXiv cs.CL", "arxiv_feed", "cs.CL", now)
    looked(papers, Outcome.OK, now - timedelta(days=1))
    looked(papers, Outcome.NO_ANNOUNCEMENT, now - timedelta(hours=3))
    looked(add("hf-daily", "Hugging Face Daily Papers", "hf_daily", "", now), Outcome.EMPTY, now - timedelta(hours=5))
    broken = add("far-away", "一个很远的博客", "feed", "https://far.example/feed", now, failures=3)
    looked(broken, Outcome.FAILED, now - timedelta(minutes=20), error="等了 10 秒没有回答。")
    gone = add("gone", "搬走的博客", "feed", "https://gone.example/feed", now)
    gone.paused_at, gone.pause_reason = now, "订阅源已经永久消失（410）。"
    gone.save()
    start(source=add("asked-now", "正在问的", "feed", "https://now.example/feed", now), by=SYSTEM, now=now)
    Job.objects.create(
        kind="fill_papers",
        key="fill_papers:2026-03-04T20:05:00+08:00",
        created_at=now,
        due_at=now,
        attempts=5,
        failed_at=now,
        last_error="KeyError: 'a name that no paper of this answer has, and that is long enough to wrap twice'",
    )
    Job.objects.create(
        kind="prune", key="prune:1", created_at=now, due_at=now, attempts=1, done_at=now - timedelta(hours=9)
    )
    KindPause.objects.create(kind="collect_page", at=now, reason="换机器，晚上九点前恢复")


def add(slug, name, kind, address, now, **fields):
    stamp = {"next_at": now + timedelta(minutes=40), "created_at": now, "changed_at": now}
    return Source.objects.create(slug=slug, name=name, kind=kind, address=address, **stamp, **fields)


def looked(source, outcome, at, entries=(), *, error="", problems=False):
    run = FetchRun.objects.create(source=source, started_at=at)
    tally = store_entries(source=source, run=run, entries=entries, now=at)
    for name in ("fetched", "new", "known", "duplicate", "hidden"):
        setattr(run, name, getattr(tally, name))
    run.outcome, run.ended_at, run.error = outcome, at + timedelta(seconds=3), error
    if problems:
        run.problems = [{"code": "date", "entry": TITLES[2], "message": "日期读不出来：Wensday, 3 Mrch"}]
    run.save()
    source.last_error = error
    source.save()
