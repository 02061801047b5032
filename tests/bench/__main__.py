"""`make bench`: every benchmark, one JSON object a line; ratios against a floor measured in the same run."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if __name__ == "__main__":
    from tests.bench import bench_html, bench_inbox, bench_pages, bench_store

    bench_store.wanted()  # a wrong number stops here, not after a minute
    bench_html.main()
    bench_inbox.main()
    bench_pages.main()
    bench_store.main()
