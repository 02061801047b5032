"""Public attacks on every place of a member's text, in real Chromium without a Content-Security-Policy.

Each attack gets a frame of its own. The browser's own tree is judged by an allow-list, everything is hovered, focused
and clicked, and whatever runs or asks for an address is counted. The same frames with the attacks as they are run.
"""

import io
import json
from html import escape
from shutil import which

import pytest
from django.core.management import call_command

from markup import html
from tests import forbidden
from tests.proof import payloads
from tests.proof.harm import HOOKS, TOUCH, Harm, browser

pytestmark = [pytest.mark.proof, pytest.mark.browser]

ENOUGH = 800
CONVERTED_AT_ONCE = 20
FRAMES_ON_A_PAGE = 40
ADDRESS = "http://talk.example/"
PLACES = (
    *("{}", "前{}后", "# {}", "> {}", "- [ ] {}", "| {} |\n|---|\n| {} |", "`{}`", "```\n{}\n```", "```html\n{}\n```"),
    *("**{}**", "${}$", "$$\n{}\n$$", "$\\text{{}}$", "[{}](https://a.example/)", "[甲]({})", "[甲](<{}>)", "<{}>"),
    *(
        '[甲](https://a.example/ "{}")',
        "[甲]\n\n[甲]: <{}>",
        "![甲]({})",
        "![{}](https://a.example/b.png)",
        "[甲](/{})",
    ),
    *("https://a.example/{}", "甲[^1]\n\n[^1]: {}", "甲[^{}]\n\n[^{}]: 乙"),
)

# Judges the tree of every frame by the rules of tests/forbidden.py; what the browser made of the HTML counts.
JUDGE = """
rules => {
  const found = [], elements = new Set(rules.elements), math = new Set(rules.math);
  const mathAttributes = new Set(rules.math_attributes), classes = new Set(rules.classes);
  const patterns = Object.fromEntries(
    Object.entries(rules.attributes).map(([name, pattern]) => [name, new RegExp('^(?:' + pattern + ')$', 'u')]));
  const judge = (element, frame) => {
    const tag = element.localName;
    const isMath = element.namespaceURI === 'http://www.w3.org/1998/Math/MathML';
    const isHtml = element.namespaceURI === 'http://www.w3.org/1999/xhtml';
    if (!elements.has(tag) || !(isHtml || isMath) || isMath !== math.has(tag)) found.push(frame + ' <' + tag + '>');
    for (const {name, value} of element.attributes) {
      const fine = isMath && mathAttributes.has(name) ? /^-?[a-z0-9.%]{1,16}$/.test(value)
        : name in patterns && patterns[name].test(value) && (rules.owners[name] || tag) === tag
          && (name !== 'class' || [...element.classList].every(one => classes.has(one)));
      if (!fine) found.push(frame + ' <' + tag + ' ' + name + '=' + value + '>');
    }
  };
  [...document.querySelectorAll('iframe')].forEach((frame, index) => {
    const inner = frame.contentDocument;
    if (!inner) { found.push(index + ' left its frame'); return; }
    if (inner.head.children.length !== 1 || inner.documentElement.children.length !== 2) found.push(index + ' head');
    const walker = inner.createTreeWalker(inner.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
    while (walker.nextNode())
      walker.currentNode.nodeType === 1 ? judge(walker.currentNode, index) : found.push(index + ' comment');
  });
  return found;
}
"""


def page_of(bodies):
    """A page with a frame for each body."""
    frames = (escape(f"<!doctype html><meta charset=utf-8><body>{body}") for body in bodies)
    return "<!doctype html><meta charset=utf-8>" + "".join(f'<iframe srcdoc="{frame}"></iframe>' for frame in frames)


def harm_of(chromium, bodies):
    """Show the bodies, touch everything in them, and return what happened."""
    harm = Harm()
    for start in range(0, len(bodies), FRAMES_ON_A_PAGE):
        context = chromium.new_context(service_workers="block")
        try:
            found = show(context, page_of(bodies[start : start + FRAMES_ON_A_PAGE]), harm)
        finally:
            context.close()
        harm.forbidden += [f"{start} + {one}" for one in found]
    return harm


def show(context, content, harm):
    """Show one page, add what runs and what is asked for to `harm`, and return the forbidden nodes."""

    def answer(route):
        if route.request.url == ADDRESS and route.request.is_navigation_request():
            route.fulfill(body=content, content_type="text/html; charset=utf-8")
        else:
            harm.requested.append(route.request.url)
            route.abort()

    page = context.new_page()
    page.add_init_script(HOOKS)
    context.route("**/*", answer)
    context.on("page", lambda page: harm.executed.append("window"))
    page.on("dialog", lambda dialog: (harm.executed.append("dialog"), dialog.dismiss()))
    page.on("pageerror", lambda error: harm.executed.append(f"error: {error}"))
    page.goto(ADDRESS)
    page.wait_for_timeout(150)
    _touch(page)
    harm.executed += page.evaluate("() => top.executed || []")
    return page.evaluate(JUDGE, json.loads(forbidden.as_json()))


def _touch(page):
    page.evaluate(TOUCH)
    for frame in page.query_selector_all("iframe")[::4]:
        if box := frame.bounding_box():
            page.mouse.move(box["x"] + 20, box["y"] + 20)
    for _ in range(10):
        page.keyboard.press("Tab")
    page.wait_for_timeout(150)


@pytest.fixture(scope="module")
def attacks():
    """The public attacks, at least 800; without them there is nothing to prove, and that is said aloud."""
    found, counts = payloads.collect()
    print(f"payload sets: {', '.join(f'{name} {count}' for name, count in counts.items())}; {len(found)} distinct")
    if missing := [name for name, count in counts.items() if not count]:
        pytest.skip(f"NOT PROVED: {len(missing)} of {len(counts)} payload sets cannot be had: {', '.join(missing)}")
    if which("chromium") is None:
        pytest.skip("NOT PROVED: there is no Chromium")
    return found


def converted(text):
    """What `manage.py convert --to html` makes of a text."""
    out = io.StringIO()
    call_command(
        "convert", to="html", stdin=io.BytesIO(text.encode("utf-8", "replace")), stdout=out, stderr=io.StringIO()
    )
    return out.getvalue()


def test_no_public_attack_gets_through(attacks):
    assert len(attacks) >= ENOUGH
    bodies = []
    for attack in attacks:
        texts = [place.replace("{}", attack) for place in PLACES]
        results = [html.render(text, prefix="a1-") for text in texts]
        results += [html.render_inline(text) for text in texts]
        bodies.append("\n".join(results))
    bodies += [converted("\n\n".join(attacks[start::CONVERTED_AT_ONCE])) for start in range(CONVERTED_AT_ONCE)]
    assert [found for body in bodies for found in forbidden.found(body)] == []
    with browser() as chromium:
        harm = harm_of(chromium, bodies)
    print(
        f"XSS: {len(attacks)} public payloads in {len(PLACES)} places, as blocks, titles and by `convert`, in Chromium: "
        f"{len(harm.executed)} executed, {len(harm.requested)} requests, {len(harm.forbidden)} forbidden nodes"
    )
    assert (harm.executed, harm.requested, harm.forbidden) == ([], [], [])


def test_the_same_attacks_run_where_nobody_sanitises(attacks):
    """The harness can fail: as they are, many of the payloads run in it."""
    bodies = [f'{attack}<a href="{attack}">甲</a>' for attack in attacks]
    with browser() as chromium:
        harm = harm_of(chromium, bodies)
    print(
        f"XSS, unsanitised control: {len(harm.executed)} executions, {len(harm.requested)} requests, "
        f"{len(harm.forbidden)} forbidden nodes"
    )
    assert len(harm.executed) > 100
    assert len(harm.requested) > 100
    assert len(harm.forbidden) > 1000
