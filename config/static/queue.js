// What is sent from a form marked data-queue is kept in this browser until the server has it, and goes in order: through
// a lost line, a server that starts anew, a page that is loaded again. A key goes along, so that nothing counts twice.
(() => {
  const words = document.currentScript.dataset, store = `queue ${words.account || ""}`, voted = `voted ${words.account || ""}`.trim();
  let timer = 0, wait = 1000, isSending = false;

  let memory = []; // of a browser that keeps nothing
  const read = () => { try { return JSON.parse(localStorage.getItem(store)) || []; } catch { return memory; } };
  const write = (rows) => {
    memory = rows;
    try { rows.length ? localStorage.setItem(store, JSON.stringify(rows)) : localStorage.removeItem(store); } catch { /* kept here only */ }
  };
  const votes = () => { try { return JSON.parse(localStorage.getItem(voted)) || []; } catch { return []; } };
  const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

  // ── The bar ──
  function bar() {
    const rows = read();
    document.querySelector("[data-waiting]")?.remove();
    if (!rows.length || (isSending && wait === 1000)) return;
    const line = document.createElement("div");
    line.className = "unsent";
    line.dataset.waiting = "";
    line.setAttribute("role", "status");
    line.append(Object.assign(document.createElement("span"), { textContent: words.unsent.replace("{n}", rows.length) }));
    const again = Object.assign(document.createElement("button"), { type: "button", className: "text-button", textContent: words.again });
    again.addEventListener("click", flush);
    line.append(again);
    document.querySelector(".site-header").after(line);
  }
  // At the form it is about, in view: on a phone the top of the page is far away.
  function say(text, isBad, kind) {
    const box = document.querySelector(".page-messages") || Object.assign(document.createElement("div"), { className: "messages page-messages" });
    const line = Object.assign(document.createElement("p"), { className: isBad ? "message message-bad" : "message" });
    line.setAttribute("role", "status");
    line.append(Object.assign(document.createElement("span"), { textContent: text }));
    box.replaceChildren(line);
    const form = kind !== "vote" && document.querySelector(`form[data-queue="${kind}"]`);
    if (form) form.before(box);
    else document.querySelector("#main .wrap")?.prepend(box);
    box.scrollIntoView({ block: "nearest" });
    return box;
  }
  // What a page says only once, behind the sentence; one that stands here already stays, so each gets ids of its own.
  function showTaken(taken, box) {
    const block = document.importNode(taken, true), n = document.querySelectorAll("main [data-taken]").length;
    for (const each of block.querySelectorAll("[id]")) each.id += `-${n}`;
    for (const each of [block, ...block.querySelectorAll("*")]) {
      for (const name of ["for", "aria-labelledby", "data-copy-from"]) if (each.hasAttribute(name)) each.setAttribute(name, `${each.getAttribute(name)}-${n}`);
    }
    for (const button of block.querySelectorAll("[data-copy-from]")) button.hidden = false;
    box.after(block);
    box.scrollIntoView({ block: "start" });
  }

  // ── In ──
  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (!form.dataset.queue || event.defaultPrevented) return;
    event.preventDefault();
    const vote = button?.dataset.vote;
    if (vote && votes().includes(vote)) return;
    const fields = [...new FormData(form, button)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
    const key = fields.find(([name, value]) => name === "key" && value)?.[1] || random();
    const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
    const rest = fields.filter(([name]) => name !== "key");
    write([...read(), { key, url, fields: [...rest, ["key", key]], kind: form.dataset.queue, vote, at: Date.now() }]);
    if (vote) mark(vote);
    const lists = [...form.querySelectorAll("select")].map((list) => [list, list.value]);
    form.reset();
    for (const [list, value] of lists) list.value = value; // the next words most likely go there, too
    for (const field of form.querySelectorAll("textarea")) field.value = "";
    const own = form.elements.key;
    if (own) own.value = random();
    flush();
  });

  function mark(vote) {
    try { localStorage.setItem(voted, JSON.stringify([...votes().slice(-500), vote])); } catch { /* only shown */ }
    show();
  }
  function unmark(vote) {
    try { localStorage.setItem(voted, JSON.stringify(votes().filter((each) => each !== vote))); } catch { /* only shown */ }
    show();
  }
  function show() {
    const own = votes();
    for (const button of document.querySelectorAll("[data-vote]")) button.setAttribute("aria-pressed", String(own.includes(button.dataset.vote)));
  }

  // ── Out, in order; one page at a time ──
  const alone = (work) => (navigator.locks ? navigator.locks.request(store, { ifAvailable: true }, (lock) => lock && work()) : work());
  async function flush() {
    clearTimeout(timer);
    if (isSending) return;
    isSending = true;
    let goes = true;
    try { await alone(async () => { while (goes && read().length) goes = await send(read()[0]); }); } finally { isSending = false; }
    if (read().length) {
      timer = setTimeout(flush, wait);
      wait = Math.min(wait * 2, 15000);
    } else wait = 1000;
    bar();
  }

  // Returns whether the next one may go.
  async function send(row) {
    const body = new URLSearchParams([...row.fields, ["csrfmiddlewaretoken", token()]]);
    const limit = new AbortController(), timeout = setTimeout(() => limit.abort(), 15000);
    let reply, page = "";
    try {
      reply = await fetch(row.url, { method: "POST", body, signal: limit.signal, redirect: row.vote ? "manual" : "follow" });
      if (reply.type !== "opaqueredirect") page = await reply.text();
    } catch { return false; } finally { clearTimeout(timeout); }
    if (reply.status >= 500 || reply.status === 408) return false;
    if (reply.status === 429) { // enough from this network for now: a vote is let go, words wait behind the others
      write(row.vote ? read().slice(1) : [...read().slice(1), row]);
      if (row.vote) refuse(row, new DOMParser().parseFromString(page, "text/html").querySelector("main .lead")?.textContent || "");
      return Boolean(row.vote);
    }
    if (reply.status === 403 && !row.tried) { // another session since, perhaps: a fresh page has the right token
      write([{ ...row, tried: true }, ...read().slice(1)]);
      return renew();
    }
    const isOut = reply.redirected && reply.url.includes("/accounts/login");
    if (!isOut || !words.account) write(read().slice(1)); // another page's rows come behind this one
    if (isOut) { location.assign(reply.url); return false; } // of an account it waits here, and goes after the sign-in
    const parsed = page ? new DOMParser().parseFromString(page, "text/html") : null;
    const bad = parsed?.querySelector(".page-messages .message-bad, .error-summary p, [role=alert] strong");
    const taken = parsed?.querySelector("main [data-taken]"); // the page says so itself, with what it says only once
    if ((reply.redirected || taken || reply.type === "opaqueredirect") && reply.status < 400 && !bad) {
      const said = parsed?.querySelector(taken ? "h1" : ".page-messages .message span")?.textContent;
      const box = row.vote ? null : say(said || words.taken, false, row.kind);
      if (taken && box) showTaken(taken, box);
      document.dispatchEvent(new CustomEvent("live:changed", { detail: { kind: row.kind, page: parsed } }));
    } else {
      refuse(row, bad?.textContent?.trim() || "");
    }
    return true;
  }
  async function renew() {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const fresh = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
      for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) if (fresh) field.value = fresh;
      return true;
    } catch { return false; }
  }
  function refuse(row, why) {
    if (row.vote) unmark(row.vote);
    const form = document.querySelector(`form[data-queue="${row.kind}"]`);
    for (const [name, value] of row.fields) { // the words go back where they came from
      const field = form?.elements[name];
      if (field?.matches?.("textarea, input:not([type=hidden])") && !field.value) field.value = value;
    }
    say([row.vote && why ? "" : words.refused, why].filter(Boolean).join(" "), true, row.kind);
  }

  addEventListener("online", flush);
  addEventListener("storage", (event) => { if (event.key === store) bar(); if (event.key === voted) show(); });
  document.addEventListener("live:on", () => { if (read().length && !isSending) flush(); });
  document.addEventListener("live:new", show);
  show();
  bar();
  if (read().length) flush();
})();
