"""What an attack can do in a browser, and how one looks for it: scripts that run, addresses that are asked for, nodes."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from shutil import which

from tests.shots import CHROMIUM_ARGUMENTS

# Runs in every frame before anything else.
HOOKS = """
(() => {
  const report = what => { (top.executed = top.executed || []).push(what); };
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
    window[name] = () => report(name);
  addEventListener('error', event => { if (event instanceof ErrorEvent) report('error: ' + event.message); }, true);
  addEventListener('submit', event => { report('submit'); event.preventDefault(); }, true);
  addEventListener('click', event => {
    const link = event.target.closest && event.target.closest('a');
    if (link && ['http:', 'https:', 'mailto:'].includes(link.protocol)) event.preventDefault();
  }, true);
  let vulnerable;
  Object.defineProperty(document, 'vulnerable', {set: value => { report('document.vulnerable'); vulnerable = value; }});
})();
"""

# Round by round: a click changes the page, and asking for the focus lays out anew what has changed, which on a page of
# twenty thousand elements takes minutes when the two alternate.
TOUCH = """
() => {
  const rounds = [
    element => {
      for (const kind of ['mouseover', 'mouseenter', 'mousemove', 'mousedown', 'mouseup', 'mouseout', 'dblclick'])
        element.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
    },
    element => { if (element.focus) element.focus({preventScroll: true}); },
    element => { if (element.click) element.click(); },
    element => { if (element.blur) element.blur(); },
  ];
  for (const frame of document.querySelectorAll('iframe')) {
    if (!frame.contentDocument) continue;
    const elements = [...frame.contentDocument.body.querySelectorAll('*')];
    for (const touch of rounds) elements.forEach(touch);
  }
}
"""


@dataclass
class Harm:
    """What a run of pages did."""

    executed: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)


@contextmanager
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=which("chromium"), args=list(CHROMIUM_ARGUMENTS))
        try:
            yield found
        finally:
            found.close()
