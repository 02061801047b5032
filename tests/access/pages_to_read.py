"""The table of pages that only show something."""

from dataclasses import replace

from tests.access.matrix import Act, more, row
from tests.access.policies import DRAFT, FORBIDDEN, NO_METHOD, NOBODY, NOTHING, ORGANIZERS, PUBLIC, SIGNED_IN

VISIT = Act(PUBLIC, leaves=frozenset({"talks_boardvisit"}))

# In the tests nobody works, and /readyz says so to everybody alike.
NO_WORKER = replace(NOBODY, strangers="503", refused="503")
NO_WRITING = replace(NOBODY, strangers=NO_METHOD, refused=NO_METHOD).but(read_token=FORBIDDEN)

ROWS = [
    row("", "/", GET=PUBLIC),
    row("<rest>/", "/nope/", GET=NOTHING, POST=NOTHING),
    row("episodes/", "/episodes/", GET=PUBLIC),
    row("episodes/<code>.zhihu.md", "/episodes/020.zhihu.md", GET=PUBLIC),
    more("episodes/<code>.zhihu.md", "/episodes/023.zhihu.md", GET=DRAFT),
    row("episodes/<code>.md", "/episodes/020.md", GET=PUBLIC),
    more("episodes/<code>.md", "/episodes/023.md", GET=DRAFT),
    row("episodes/<code>.json", "/episodes/020.json", GET=PUBLIC),
    more("episodes/<code>.json", "/episodes/023.json", GET=DRAFT),
    row("episodes/<code>/", "/episodes/020/", GET=PUBLIC),
    more("episodes/<code>/", "/episodes/023/", GET=DRAFT),
    more("episodes/<code>/", "/episodes/999/", GET=NOTHING),
    row("episodes/<code>/board/", "/episodes/021/board/", GET=VISIT, HEAD=PUBLIC),
    more("episodes/<code>/board/", "/episodes/023/board/", GET=Act(DRAFT, leaves=VISIT.leaves), HEAD=DRAFT),
    row("submit/known/", "/submit/known/?url=https://blog.example/a", GET=PUBLIC),
    row("claim/", "/claim/", GET=PUBLIC),
    row("templates/", "/templates/", GET=PUBLIC),
    row("templates/<pk>/", "/templates/{edition.pk}/", GET=PUBLIC),
    row("calendar/", "/calendar/", GET=PUBLIC),
    row("inbox/", "/inbox/", GET=PUBLIC),
    row("inbox/<pk>/", "/inbox/{story.pk}/", GET=PUBLIC),
    more("inbox/<pk>/", "/inbox/{hidden_story.pk}/", GET=NOTHING),
    row("papers/", "/papers/", GET=PUBLIC),
    row("papers/<identifier>.bib", "/papers/2108.12409.bib", GET=PUBLIC),
    more("papers/<identifier>.bib", "/papers/2401.77777.bib", GET=DRAFT),
    row("papers/<identifier>/", "/papers/2108.12409/", GET=PUBLIC),
    more("papers/<identifier>/", "/papers/2401.77777/", GET=DRAFT),
    row("feeds/papers.atom", "/feeds/papers.atom", GET=PUBLIC),
    row("feeds/news.atom", "/feeds/news.atom", GET=PUBLIC),
    row("lists/<slug>.md", "/lists/board.md", GET=PUBLIC),
    row("lists/<slug>.bib", "/lists/board.bib", GET=PUBLIC),
    row("lists/<slug>.json", "/lists/board.json", GET=PUBLIC),
    row("lists/<slug>/", "/lists/board/?edit=1", GET=PUBLIC),
    row("sources/", "/sources/", GET=PUBLIC),
    row("sources.opml", "/sources.opml", GET=ORGANIZERS),
    row("sources/<slug>/", "/sources/blog/", GET=PUBLIC),
    # what organizers removed is theirs to see
    more("sources/<slug>/", "/sources/gone/", GET=DRAFT),
    row("ops/", "/ops/", GET=ORGANIZERS),
    row("people/", "/people/", GET=PUBLIC),
    row("people/<handle>/", "/people/{person.handle}/", GET=PUBLIC),
    more("people/<handle>/", "/people/{merged.handle}/", GET=PUBLIC),
    # somebody who has done nothing that may be seen
    more("people/<handle>/", "/people/{nobody.handle}/", GET=DRAFT),
    row("people/<handle>/manage/", "/people/{person.handle}/manage/", GET=ORGANIZERS),
    row("settings/export/", "/settings/export/", GET=SIGNED_IN),
    row("aliases/", "/aliases/", GET=ORGANIZERS),
    row("robots.txt", "/robots.txt", GET=PUBLIC),
    row("favicon.ico", "/favicon.ico", GET=PUBLIC),
    row("healthz", "/healthz", GET=PUBLIC),
    row("readyz", "/readyz", GET=NO_WORKER),
    # its scope refuses a token that only reads before the method does
    row("metrics", "/metrics", GET=DRAFT.plus("read token"), POST=NO_WRITING),
]
