// Shortens what works without it: copying an export, and showing where one is in a long record.
// First of all, for input methods: while somebody composes, no key is an act and nothing is asked or sent; and no
// fragment is replaced under a field that has the focus.
(() => {
  const isText = (node) => node?.matches?.("input, textarea, select, [contenteditable]");
  let composing = null;
  addEventListener("compositionstart", (event) => { composing = event.target; }, true);
  addEventListener("compositionend", (event) => {
    composing = null;
    setTimeout(() => event.target.dispatchEvent(new Event("input", { bubbles: true }))); // now it may be asked about
  }, true);
  addEventListener("keydown", (event) => {
    if (!event.isComposing && event.keyCode !== 229) return;
    event.stopImmediatePropagation();
    if (event.key === "Enter") event.preventDefault(); // it chooses a word; some browsers would send the form
  }, true);
  addEventListener("input", (event) => { if (event.isComposing) event.stopImmediatePropagation(); }, true);
  addEventListener("submit", (event) => {
    if (!composing?.isConnected) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  addEventListener("htmx:beforeRequest", (event) => { if (composing?.isConnected) event.preventDefault(); }, true);
  addEventListener("htmx:beforeSwap", (event) => {
    const held = composing || document.activeElement;
    if (isText(held) && event.detail.target.contains(held)) event.detail.shouldSwap = false;
  }, true);
})();
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const word = button.textContent;
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      try {
        const reply = await fetch(button.dataset.copy);
        if (!reply.ok) throw new Error(reply.statusText);
        await navigator.clipboard.writeText(await reply.text());
        button.textContent = button.dataset.done;
      } catch {
        location.assign(button.dataset.copy); // the text itself, to be copied by hand
      }
      button.removeAttribute("aria-busy");
      setTimeout(() => { button.textContent = word; }, 2500);
    });
  }

  // Browsers inside chats (WeChat) have no clipboard for pages, but still the old command on what is marked.
  const copyOld = (field) => {
    field.focus();
    field.select();
    field.setSelectionRange(0, field.value.length); // iOS selects nothing otherwise
    try { return document.execCommand("copy"); } catch { return false; }
  };
  for (const button of document.querySelectorAll("[data-copy-from]")) button.hidden = false;
  document.addEventListener("click", async (event) => { // also of a block that came later
    const button = event.target.closest?.("[data-copy-from]"), field = document.getElementById(button?.dataset.copyFrom);
    if (!field) return;
    const word = button.dataset.word ||= button.textContent;
    let done = false;
    try {
      await navigator.clipboard.writeText(field.value);
      done = true;
    } catch {
      done = copyOld(field); // what is marked stays marked, to be copied by hand
    }
    button.textContent = (done ? button.dataset.done : button.dataset.byHand) || word;
    setTimeout(() => { button.textContent = word; }, 2500);
  });

  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    const part = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (part) links.set(part, link);
  }
  if (!links.size || !("IntersectionObserver" in window)) return;
  const seen = new Set();
  const follow = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target);
    const here = [...links.keys()].find((part) => seen.has(part));
    if (!here) return;
    for (const [part, link] of links) {
      if (part !== here) { link.removeAttribute("aria-current"); continue; }
      if (link.hasAttribute("aria-current")) continue;
      link.setAttribute("aria-current", "true");
      const box = link.closest(".contents"); // only the list moves, never the page
      const place = link.getBoundingClientRect(), frame = box.getBoundingClientRect();
      if (place.left < frame.left || place.right > frame.right) box.scrollLeft += place.left - frame.left - 16;
      if (place.top < frame.top || place.bottom > frame.bottom) box.scrollTop += place.top - frame.top - 16;
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  for (const part of links.keys()) follow.observe(part);
})();
