"""A list put in order in a real browser: by mouse, and without script by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from members.actors import SYSTEM
from papers.actions.list_imports import import_list
from papers.models import ListEntry, ListSection
from tests.pages.test_inbox_browser import desk, pytestmark  # noqa: F401

TEXT = """# 清单

## 一

- [甲](https://example.org/1)
- [乙](https://example.org/2)

## 二

- [丙](https://example.org/3)
"""


@pytest.fixture
def shown(transactional_db):
    import_list(data=TEXT.encode(), name="x.md", slug="one", by=SYSTEM, now=timezone.now())


def order():
    return [(row.section.title, row.title) for row in ListEntry.objects.select_related("section").in_order()]


def draw(page, what, onto, *, above):
    """Take a row by its handle and let it go over another."""
    handle, target = page.locator(f"{what} [data-drag]").first, page.locator(onto)
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    y = end["y"] + (2 if above else end["height"] - 2)
    page.mouse.move(end["x"] + 60, y - 4 if above else y - 6)
    page.mouse.move(end["x"] + 60, y)


def test_entries_and_sections_are_drawn_to_their_place(live_server, shown, organizer):
    with desk(live_server, organizer, viewport={"width": 1280, "height": 1600}) as page:
        page.goto("/lists/one/?edit=1")
        rows = {row.title: f"#entry-{row.pk}" for row in ListEntry.objects.all()}
        draw(page, rows["甲"], rows["丙"], above=False)
        expect(page.locator(".drop-line")).to_have_count(1)
        with page.expect_navigation():
            page.mouse.up()
        assert order() == [("一", "乙"), ("二", "丙"), ("二", "甲")]
        draw(page, rows["甲"], rows["乙"], above=True)
        page.keyboard.press("Escape")
        page.mouse.up()
        expect(page.locator(".drop-line, .dragged")).to_have_count(0)
        assert order() == [("一", "乙"), ("二", "丙"), ("二", "甲")]
        first, second = (f"#section-{row.pk}" for row in ListSection.objects.all())
        draw(page, second, first, above=True)
        with page.expect_navigation():
            page.mouse.up()
        assert [row.title for row in ListSection.objects.all()] == ["二", "一"]
        assert Axe().run(page).response["violations"] == []
        assert page.wrong == []


def test_without_script_the_buttons_do_the_same_by_keyboard(live_server, shown, organizer):
    with desk(live_server, organizer, java_script_enabled=False) as page:
        page.goto("/lists/one/?edit=1")
        pk = ListEntry.objects.get(title="乙").pk
        expect(page.locator("[data-drag]").first).to_be_hidden()
        for expected in (["甲", "丙"], ["甲", "丙"]):
            page.locator(f"#entry-{pk}").get_by_role("button", name="下移").focus()
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert [title for _section, title in order() if title != "乙"] == expected
        assert order() == [("一", "甲"), ("二", "丙"), ("二", "乙")]
        second = ListSection.objects.get(title="二").pk
        page.locator(f"#section-{second}").get_by_role("button", name="整节上移").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert [row.title for row in ListSection.objects.all()] == ["二", "一"]


def test_what_an_act_says_is_in_sight_where_one_lands(live_server, shown, organizer):
    with desk(live_server, organizer, viewport={"width": 390, "height": 500}) as page:
        last = ListEntry.objects.get(title="丙").pk
        page.goto(f"/lists/one/entries/{last}/")
        page.fill("#id_note", "一句说明。\n\n" * 30)
        with page.expect_navigation():
            page.get_by_role("button", name="保存").click()
        assert page.url.endswith(f"#entry-{last}")
        expect(page.locator(f"#entry-{last}")).to_be_in_viewport()
        expect(page.locator(".page-messages .message")).to_be_in_viewport(ratio=1)
