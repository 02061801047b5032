"""Public attacks in every text field of the site, on every page that shows them, in real Chromium.

The browser gets the site's own replies without the Content-Security-Policy, so that the policy cannot hide a hole;
some of them again with it, when nothing may even be blocked. What a page may consist of is learned from the same site
filled with harmless words, and from the rules for a member's text in tests/forbidden.py.
"""

import html
import json
import logging
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Error as PlaywrightError

from tests import forbidden
from tests.pages.conftest import document, put
from tests.proof import hostile_news
from tests.proof import hostile_site as hostile
from tests.proof.harm import HOOKS, TOUCH, Harm, browser
from tests.proof.test_xss_payloads import ENOUGH, attacks  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.django_db]

SITE = "http://talk.example"
AT_ONCE = 60
LONGEST = 1200
FRAMES_ON_A_PAGE = 24
# Replies whose headers would keep the browser from showing what a hole did.
SHIELDS = {"content-security-policy", "x-frame-options", "cross-origin-opener-policy"}
WORDS = [
    *(f"{word} {n}" for word in ("词语", "word", "第三") for n in range(20)),
    "一句话说不完，" * 10,
    "a control character \x7f",
    "https://harmless.example/",
]

# What scripts of the site ask for when their buttons are pressed.
OWN_REQUESTS = {"/inbox/act/", "/accounts/2fa/webauthn/login/"}
CLASSES = sorted(set(re.findall(r"\.([a-z][\w-]*)", Path(finders.find("app.css")).read_text("utf-8"))))

# How a page looks is of no account here, and asking for it thousands of times takes most of the time.
LOOKS = (b'<link rel="stylesheet" href="/static/app.css">', b'<script src="/static/app.js" defer></script>')
# A page of the site has forms and buttons of its own; a foreign one is found in its tree.
SITE_HOOKS = HOOKS.replace("report('submit'); ", "")

# Returns what stands in every frame: `learn` its shapes, or those that are neither learned nor a member's text.
LOOK = """
([rules, known, learn, classesOfOurs]) => {
  const found = new Set(), shapes = new Set(known);
  const elements = new Set(rules.elements), math = new Set(rules.math), classes = new Set(rules.classes);
  const mathAttributes = new Set(rules.math_attributes);
  const patterns = Object.fromEntries(
    Object.entries(rules.attributes).map(([name, pattern]) => [name, new RegExp('^(?:' + pattern + ')$', 'u')]));
  const own = new Set(classesOfOurs), HOLDERS = new Set(['template', 'noscript']);
  const NEVER = new Set(['style', 'iframe', 'frame', 'object', 'embed', 'applet', 'base', 'template', 'animate', 'set',
    'foreignobject', 'video', 'audio', 'source', 'portal', 'marquee', 'noscript', 'xmp', 'plaintext']);
  const ADDRESSES = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster', 'srcset', 'background'];
  const shape = element => {
    // What runs nothing by itself but holds markup of the site's own is known by all that it says.
    if (HOLDERS.has(element.localName) || element.type === 'application/json') return 'all of ' + element.outerHTML;
    const parent = element.parentElement ? element.parentElement.localName : '';
    const names = [...element.attributes].map(attribute => attribute.name).filter(name => name !== 'open').sort().join(' ');
    return parent + '>' + element.localName + '[' + names + '].' + (element.getAttribute('class') || '');
  };
  // Not every page of the site can be had with harmless words, but no attack wears the site's own classes and no more.
  const isOurs = element => element.classList.length > 0 && [...element.attributes].every(({name, value}) =>
    name === 'class' ? [...element.classList].every(one => own.has(one))
    : name === 'lang' ? value === 'en' : name === 'id' && /^[a-z]+-\\d+$/.test(value));
  const isText = element => {
    const tag = element.localName, isMath = element.namespaceURI === 'http://www.w3.org/1998/Math/MathML';
    if (!elements.has(tag) || isMath !== math.has(tag)) return false;
    return [...element.attributes].every(({name, value}) =>
      isMath && mathAttributes.has(name) ? /^-?[a-z0-9.%]{1,16}$/.test(value)
      : name in patterns && patterns[name].test(value) && (rules.owners[name] || tag) === tag
        && (name !== 'class' || [...element.classList].every(one => classes.has(one))));
  };
  const isSafe = (element, origin) => {
    const tag = element.localName.toLowerCase();
    if (shape(element).startsWith('all of ')) return shapes.has(shape(element));
    if (NEVER.has(tag) || element.shadowRoot || tag.includes('-')) return false;
    if (tag === 'script' && (element.textContent.trim() || !element.hasAttribute('src'))) return false;
    if (tag === 'meta' && element.hasAttribute('http-equiv')) return false;
    return [...element.attributes].every(({name, value}) => {
      if (/^on/i.test(name) || ['srcdoc', 'ping', 'is'].includes(name)) return false;
      if (!ADDRESSES.includes(name)) return true;
      let address;
      try { address = new URL(value, element.baseURI); } catch { return false; }
      if (tag === 'use' && !value.startsWith('#')) return false;
      if (!['http:', 'https:', 'mailto:'].includes(address.protocol)) return false;
      const isOutside = address.origin !== origin;
      return !(isOutside && (name !== 'href' || tag === 'link' && element.rel !== 'canonical'));
    });
  };
  const frames = [...document.querySelectorAll('iframe')];
  for (const frame of frames.length ? frames : [window.frameElement || {contentDocument: document, id: document.URL}]) {
    const inner = frame.contentDocument;
    if (!inner) { found.add(frame.id + ' left its frame'); continue; }
    const walker = inner.createTreeWalker(inner, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.nodeType === 8) {
        const said = '<!--' + node.data + '-->';
        if (learn) found.add(said); else if (!shapes.has(said)) found.add(frame.id + ' ' + said);
        continue;
      }
      if (learn) { found.add(shape(node)); continue; }
      if (!isSafe(node, location.origin) || !(shapes.has(shape(node)) || isOurs(node) || isText(node)))
        found.add(frame.id + ' ' + shape(node) + ' ' + node.outerHTML.slice(0, 200));
    }
  }
  return [...found];
}
"""
MARK = "() => { for (const frame of document.querySelectorAll('iframe')) frame.contentWindow.marked = true; }"
GONE = """() => [...document.querySelectorAll('iframe')].filter(frame => !frame.contentWindow.marked).map(frame => frame.id)"""
BLOCKED = """
addEventListener('securitypolicyviolation', event => {
  (top.executed = top.executed || []).push('blocked: ' + event.violatedDirective + ' ' + event.blockedURI);
}, true);
"""


class Shown:
    """Replies of the site inside a browser; whatever else it asks for is noted and refused."""

    def __init__(self, chromium, helpers, *, shapes=(), harm=None, with_policy=False):
        self.with_policy = with_policy
        self.harm, self.shapes = harm or Harm(), list(shapes)
        self.expected = {}
        self.helpers = helpers
        self.context = chromium.new_context(service_workers="block")
        self.context.set_default_timeout(120_000)  # a full inbox full of attacks takes long on a busy machine
        self.context.add_init_script(SITE_HOOKS + (BLOCKED if with_policy else ""))
        self.context.route("**/*", self._answer)
        self.page = self.context.new_page()
        self.context.on("page", lambda page: self.harm.executed.append("window"))
        self.page.on("dialog", lambda dialog: (self.harm.executed.append("dialog"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.harm.executed.append(f"error: {error}"))

    def close(self):
        self.context.close()

    def _answer(self, route):
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/") and (file := finders.find(unquote(urlsplit(path).path)[8:])):
            route.fulfill(path=file)
        elif (helper := self.helpers.get(path) or self.helpers.get(path.partition("?")[0])) is not None:
            route.fulfill(body=helper.content, content_type=helper["Content-Type"])
        elif path in OWN_REQUESTS:
            route.fulfill(status=204)
        elif path in self.expected and route.request.is_navigation_request():
            reply = self.expected[path]
            headers, body = dict(reply.headers), reply.content
            if not self.with_policy:
                headers = {name: value for name, value in headers.items() if name.lower() not in SHIELDS}
                for look in LOOKS:
                    body = body.replace(look, b"")
            route.fulfill(status=reply.status_code, headers=headers, body=body)
        else:
            self.harm.requested.append(route.request.url)
            route.abort()

    def _look(self, learn):
        return self.page.evaluate(LOOK, [json.loads(forbidden.as_json()), self.shapes, learn, CLASSES])

    def frames(self, replies, *, learn=False, is_touched=True, is_judged=True):
        """Show pages beside one another, touch everything in them, and note what happened."""
        paths = list(replies)
        for start in range(0, len(paths), FRAMES_ON_A_PAGE):
            group = paths[start : start + FRAMES_ON_A_PAGE]
            self._beside([replies[path] for path in group], is_touched)
            if not is_judged:
                continue
            found = self._look(learn)
            if learn:
                self.shapes = sorted({*self.shapes, *found})
                continue
            named = {f"f{n}": path for n, path in enumerate(group)}
            self.harm.forbidden += [f"{named[one.split()[0]]} {one}" for one in found]
            gone = [named[one] for one in self.page.evaluate(GONE)]
            self.harm.executed += [f"{path} went elsewhere" for path in gone]

    def _beside(self, group, is_touched):
        frames = "".join(f'<iframe id="f{n}" src="/shown/{n}/"></iframe>' for n in range(len(group)))
        self.expected = {f"/shown/{n}/": reply for n, reply in enumerate(group)}
        self.expected["/frames/"] = HttpResponse(f"<!doctype html><meta charset=utf-8>{frames}")
        self.page.goto(f"{SITE}/frames/")
        self.page.evaluate(MARK)
        if is_touched:
            self.page.wait_for_timeout(50)
            self.page.evaluate(TOUCH)
        self.page.wait_for_timeout(50)
        self._note()

    def _note(self):
        self.harm.executed += self.page.evaluate("() => top.executed || []")

    def alone(self, replies, *, is_judged=True):
        """Show pages one by one, as a reader has them."""
        for path, reply in replies.items():
            self.expected = {"/shown/": reply}
            try:
                self.page.goto(f"{SITE}/shown/", wait_until="networkidle" if "/docs/" in path else "load")
            except PlaywrightError as error:
                if "Download is starting" not in str(error):  # what is saved to a file does not run
                    raise
            else:
                self._note()
                if is_judged:
                    self.harm.forbidden += [f"{path} {one}" for one in self._look(False)]


@pytest.fixture
def pages(member, organizer, settings, tmp_path, monkeypatch):
    """Who asks the site for its pages. Nobody is too quick here, and what is uploaded is thrown away."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in this thread
    logging.disable(logging.WARNING)  # every refusal would be a line
    settings.ACCOUNT_RATE_LIMITS = False
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    visitor, looking = Client(), Client()
    looking.force_login(organizer.user)
    yield hostile.Pages(visitor, looking)
    logging.disable(logging.NOTSET)


def site_of(texts, pages, *, number, at_once, now, member, organizer):
    """Fill the site with the texts and return the episodes and the replies of all pages that show them."""
    episodes = hostile.fill(texts, number=number, at_once=at_once, now=now)
    hostile_news.fill_news(texts, number=number, by=organizer, now=now)
    closed = put(document(number + 99, starts_at="2026-02-28T21:00:00+08:00"), now=now)
    writer, strict = Client(), Client(enforce_csrf_checks=True)
    writer.force_login(member.user)
    strict.force_login(member.user)
    open_ = f"{episodes[0].get_absolute_url()}ask/"
    found = hostile.pages_of_the_record(episodes) + hostile_news.pages_of_the_news() + hostile.admin_pages()
    replies = pages.replies(found + hostile.addresses_that_carry(texts))
    replies |= hostile.replies_to_forms(
        pages, texts, member=writer, strict=strict, closed=f"{closed.get_absolute_url()}ask/", open_=open_
    )
    return episodes, replies | hostile.replies_to_files(pages, texts, episodes)


def learned(chromium, helpers, replies):
    """Return the shapes of the site's own nodes."""
    shown = Shown(chromium, helpers)
    try:
        shown.frames(replies, learn=True)
        return shown.shapes
    finally:
        shown.close()


@pytest.fixture
def attacked(attacks, pages, member, organizer, now):  # noqa: F811
    """The site once with words and once with attacks: the attacks, their episodes, and the replies of both."""
    # The sets hold long series of one idea, and whole files, which only the renderer's own proof takes whole.
    tried = list(dict.fromkeys(attack[:LONGEST] for number, attack in enumerate(attacks) if number % 3))
    assert len(tried) >= ENOUGH
    common = {"at_once": AT_ONCE, "now": now, "member": member, "organizer": organizer}
    _none, harmless = site_of(WORDS, pages, number=300, **common)
    episodes, found = site_of(tried, pages, number=500, **common)
    return tried, episodes, harmless, found


def helpers_of(pages, docs):
    """What the pages load: the words of the admin's scripts, the schema, the script of the API's documentation."""
    found = {
        "/admin/jsi18n/": pages.get("/as-organizer/admin/jsi18n/"),
        "/api/v1/schema/": pages.get("/api/v1/schema/"),
    }
    for reply in docs.values():
        script = html.unescape(re.search(r'<script src="([^"]*script=[^"]*)"', reply.content.decode())[1])
        found[script] = pages.get(script)
    return found


def test_no_public_attack_gets_through_the_site(attacked, pages):
    """Each attack in each field, each page that shows it: nothing runs, nothing is asked for, nothing foreign stands."""
    tried, episodes, harmless, found = attacked
    raw = pages.replies([*hostile.raw_pages(episodes), *hostile.api_addresses_that_carry(tried)])
    docs = pages.replies(hostile.docs_addresses_that_carry(tried))
    helpers = helpers_of(pages, docs)
    own = {path: reply for path, reply in found.items() if "/admin/" not in path}
    rest = {path: reply for path, reply in found.items() if path not in own}
    as_sent = {path: own[path] for path in [*own][:: len(own) // 60 + 1]}
    as_sent |= {path: own[path] for path in (episode.get_absolute_url() for episode in episodes)}
    harm, seen = Harm(), sum(map(len, (own, rest, raw, docs, as_sent)))
    with browser() as chromium:
        shapes = learned(chromium, helpers, harmless)
        shown = Shown(chromium, helpers, shapes=shapes, harm=harm)
        shown.frames(own)
        shown.frames(rest, is_touched=False)
        shown.frames(raw, is_touched=False, is_judged=False)
        shown.alone(docs, is_judged=False)
        shown.close()
        shown = Shown(chromium, helpers, shapes=shapes, harm=harm, with_policy=True)
        shown.alone(as_sent)
        shown.close()
    print(
        f"XSS through the site: {len(tried)} public payloads in every field, {seen} pages in Chromium, "
        f"{len(as_sent)} of them with the policy: {len(harm.executed)} executed, {len(harm.requested)} requests, "
        f"{len(harm.forbidden)} forbidden nodes"
    )
    distinct = {one.partition(" ")[2][:80]: one for one in [*harm.executed, *harm.requested, *harm.forbidden]}
    assert list(distinct.values())[:30] == []


HOLES = {
    "a name": ("talks/_fragments/names.html", "{{ row.name|printable }}", "{{ row.name|safe }}"),
    "a remark": ("talks/_fragments/items.html", "{{ item.remark }}", "{{ item.remark|safe }}"),
    "an attribute": ("talks/import.html", 'value="{{ pasted_name }}"', 'value="{{ pasted_name|safe }}"'),
}


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_in_a_template_is_found(attacks, pages, now, settings, tmp_path, hole):  # noqa: F811
    """The check can fail: one field printed as it is, and many of the attacks run or stand on the page."""
    path, old, new = HOLES[hole]
    source = (settings.BASE_DIR / "templates" / path).read_text("utf-8")
    assert source.count(old) == 1
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(source.replace(old, new), "utf-8")
    tried = [attack for attack in attacks if len(attack) < 60][::4]
    (harmless,) = hostile.fill(WORDS, number=300, at_once=len(WORDS), now=now)
    (hostile_one,) = hostile.fill(tried, number=500, at_once=len(tried), now=now)

    def replies(episode, texts):
        named = pages.organizer.post("/import/", {"name": f"{' '.join(texts)}\x00", "text": "x"})
        return {"names": hostile.checked(named, "names"), **pages.replies([episode.get_absolute_url()])}

    words = replies(harmless, WORDS)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    shown = replies(hostile_one, tried)
    with browser() as chromium:
        opened = Shown(chromium, {}, shapes=learned(chromium, {}, words))
        opened.frames(shown)
    harm = opened.harm
    print(f"XSS, {hole} not escaped: {len(tried)} payloads, {len(harm.executed)} executed, {len(harm.forbidden)} nodes")
    assert len(harm.executed) > 3
    assert harm.forbidden
