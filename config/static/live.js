// An evening's pages keep up by themselves: a poll that costs nothing while nothing changes, clocks that tick from the
// server's moments, and keys that are pressed in place. Without it the same forms work by themselves.
(() => {
  const words = document.currentScript.dataset;
  let now = document.getElementById("now"), timer = 0, asked = null;
  if (!now?.dataset.live) return;

  // ── The server's clock ──
  let ahead = now.dataset.now ? Number(now.dataset.now) - Date.now() : 0;
  const correct = (reply) => { // its Date knows seconds only: what differs by less is the way of the message
    const said = Date.parse(reply.headers.get("Date") || "");
    if (said && Math.abs(said + 500 - Date.now() - ahead) > 1500) ahead = said + 500 - Date.now();
  };
  const written = (milliseconds) => {
    const seconds = Math.floor(Math.abs(milliseconds) / 1000), pad = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
  };
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  function tick() {
    const at = Date.now() + ahead;
    for (const clock of now.querySelectorAll("[data-until]")) {
      const left = Number(clock.dataset.until) - at, isOver = left < 0, word = clock.querySelector("[data-word]");
      clock.classList.toggle("clock-over", isOver);
      put(clock.querySelector("[data-time]"), written(isOver ? left : left + 999));
      put(word, isOver ? word?.dataset.over : word?.dataset.left);
    }
    for (const clock of now.querySelectorAll("[data-since]")) put(clock.querySelector("[data-time]"), written(at - Number(clock.dataset.since)));
    for (const late of now.querySelectorAll("[data-late-until]")) {
      const by = Number(late.dataset.late) * 1000 + Math.max(at - Number(late.dataset.lateUntil), 0);
      late.hidden = by < 1000;
      put(late.querySelector("[data-time]"), written(by));
    }
    for (const clock of now.querySelectorAll("[data-clock]")) put(clock, new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: clock.dataset.zone || undefined }));
  }

  // ── What is new ──
  // While a finger is on a key nothing is put in its place: the key would be gone before the finger is up.
  let isHeld = false;
  document.addEventListener("pointerdown", () => { isHeld = true; }, true);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(() => { isHeld = false; }), true);
  const ours = "a key was pressed"; // why a poll was broken off
  const isBusy = () => {
    const held = document.activeElement;
    return held && now.contains(held) && held.matches("input:not([type=hidden]), textarea, select");
  };
  function replace(markup) {
    const fresh = new DOMParser().parseFromString(markup, "text/html").getElementById("now");
    if (!fresh || isBusy()) return false;
    const open = [...now.querySelectorAll("details[data-keep][open]")].map((each) => each.dataset.keep);
    const held = document.activeElement, key = now.contains(held) && held.value ? held.value : "";
    for (const each of fresh.querySelectorAll("details[data-keep]")) if (open.includes(each.dataset.keep)) each.open = true;
    const title = now.querySelector("[aria-live=polite]")?.textContent;
    const said = fresh.querySelector("[aria-live=polite]");
    if (said && said.textContent === title) said.removeAttribute("aria-live"); // only another cue is news
    const head = document.querySelector("h1[data-state-of]"); // stands outside of what is replaced
    if (head && fresh.dataset.state) {
      head.className = `state state-${fresh.dataset.state}`;
      put(head, `${head.dataset.stateOf} ${fresh.dataset.stateWord}`);
    }
    now.replaceWith(document.adoptNode(fresh));
    now = fresh;
    if (now.dataset.now) ahead = Number(now.dataset.now) - Date.now();
    if (key) [...now.querySelectorAll("button")].find((each) => each.value === key)?.focus();
    tick();
    document.dispatchEvent(new CustomEvent("live:new"));
    return true;
  }
  async function poll() {
    clearTimeout(timer);
    const every = Number(now.dataset.every || 5) * 1000;
    if (!document.hidden && !asked) {
      asked = new AbortController();
      const limit = setTimeout(() => asked?.abort(), 10000);
      try {
        const reply = await fetch(`${now.dataset.live}&v=${now.dataset.version}`, { signal: asked.signal });
        correct(reply);
        document.dispatchEvent(new CustomEvent("live:on"));
        const markup = reply.status === 200 && !reply.redirected ? await reply.text() : "";
        if (markup && !isHeld) replace(markup);
      } catch { if (asked.signal.reason !== ours) document.dispatchEvent(new CustomEvent("live:off")); }
      clearTimeout(limit);
      asked = null;
    }
    timer = setTimeout(poll, every * (0.9 + Math.random() * 0.2)); // three hundred pages are not to ask at once
  }

  // ── The host's keys ──
  // Pressed and not taken yet, in order: without a line, or while another is under way. Each names the cue it meant, so
  // that late or twice does no harm.
  const late = [];
  let isGoing = false;
  async function press(action, body) {
    const reply = await fetch(action, { method: "POST", body });
    if (reply.redirected && !reply.url.includes(new URL(action).pathname)) return location.assign(reply.url);
    const markup = await reply.text(), page = new DOMParser().parseFromString(markup, "text/html");
    say(page.querySelector(".page-messages"));
    if (!reply.ok || !(isHeld || replace(markup))) location.reload();
  }
  async function go() {
    if (isGoing) return;
    isGoing = true;
    try {
      while (late.length) {
        await press(...late[0]);
        late.shift();
      }
    } catch { document.dispatchEvent(new CustomEvent("live:off")); }
    isGoing = false;
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (!("keys" in form.dataset) || !button) return;
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    asked?.abort(ours);
    late.push([form.action, new URLSearchParams(new FormData(form, button))]);
    await go();
    button.removeAttribute("aria-busy");
  });
  function say(messages) {
    document.querySelector(".page-messages")?.remove();
    if (messages) document.querySelector("#main .wrap")?.prepend(document.adoptNode(messages));
  }
  function line(isOff) { // where nothing is kept for later, at least it is said
    document.querySelector("[data-offline]")?.remove();
    if (!isOff || !words.off) return;
    const kept = late.length && words.kept ? words.kept.replace("{n}", late.length) : "";
    const bar = Object.assign(document.createElement("div"), { className: "unsent", textContent: [words.off, kept].filter(Boolean).join(" ") });
    bar.dataset.offline = "";
    bar.setAttribute("role", "status");
    document.querySelector(".site-header")?.after(bar);
  }
  document.addEventListener("live:off", () => line(true));
  document.addEventListener("live:on", async () => { await go(); line(late.length > 0 && !isGoing); });

  // ── The scribe: still here, and a key for every field ──
  const beat = document.querySelector("form[data-beat]");
  if (beat) setInterval(async () => {
    const body = new FormData(beat);
    body.set("act", "here");
    try {
      const reply = await fetch(beat.action, { method: "POST", body: new URLSearchParams(body) });
      const isWriting = [...document.querySelectorAll("textarea")].some((each) => each.value);
      if (reply.status === 409 && !isWriting) location.reload(); // somebody took over
    } catch { /* no network: the next time */ }
  }, 20000);
  // A list to choose from keeps up with what is written down, and keeps what was chosen; until something is, and while
  // nothing is written, it follows the stage.
  const lists = [...document.querySelectorAll("select[data-options-from]")], chosen = new Set();
  function renew(list) {
    const fresh = document.getElementById(list.dataset.optionsFrom)?.content;
    if (!fresh || list === document.activeElement) return;
    const held = list.selectedOptions[0], text = list.form?.querySelector("textarea")?.value;
    const options = [...fresh.cloneNode(true).querySelectorAll("option")], onStage = options.find((each) => each.hasAttribute("selected"));
    const follows = onStage && !chosen.has(list) && !text;
    list.replaceChildren(...options);
    if (follows || !held) return;
    if (!options.some((each) => each.value === held.value)) list.append(held); // the answer is not to go elsewhere
    list.value = held.value;
  }
  for (const list of lists) {
    if (new URLSearchParams(location.search).has(list.name)) chosen.add(list);
    list.addEventListener("change", () => chosen.add(list));
    list.addEventListener("blur", () => renew(list));
  }
  document.addEventListener("live:new", () => lists.forEach(renew));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, textarea, select")) return;
    const field = document.querySelector(`[data-focus-key="${CSS.escape(event.key)}"]`);
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
  document.addEventListener("live:changed", (event) => { // something of ours was taken
    const { kind, page } = event.detail || {};
    for (const list of kind === "question" ? lists : []) { // what was just asked is what is answered next
      const fresh = page?.getElementById(list.id);
      if (!fresh || list.form?.querySelector("textarea")?.value) continue;
      list.replaceChildren(...[...fresh.options].map((each) => document.importNode(each, true)));
      list.value = fresh.value;
      chosen.add(list);
    }
    poll();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });

  tick();
  setInterval(tick, 500);
  timer = setTimeout(poll, 1000);
})();
