// What somebody types into a form marked data-draft stays in this browser until the server has said that it has it:
// through a closed tab, a request that failed, a session that ran out. Every account sees its own only.
(() => {
  const words = document.currentScript.dataset;
  const account = words.account || "", prefix = `draft ${account} `;
  const DAYS = 30, MOST = 100, SIZE = 400000, LOADED = ["version", "edition", "base", "key", "as"];
  const wrong = () => document.querySelector("[data-draft-fresh], .error-summary, [aria-invalid]");

  let store;
  try { store = localStorage; store.getItem(prefix); } catch { return; } // the browser keeps nothing

  const read = (key) => { try { return JSON.parse(store.getItem(key)); } catch { return null; } };
  const every = () => Object.keys(store).filter((key) => key.startsWith("draft "));
  const own = () => every().filter((key) => key.startsWith(prefix));
  const keyOf = (form) => `${prefix}${form.dataset.draftAt || location.pathname} ${form.dataset.draft}`;
  const forms = () => [...document.querySelectorAll("form[data-draft]")];
  const isText = (field) => field.name && !field.readOnly && !field.disabled
    && (field.localName === "textarea" || field.localName === "input" && ["text", "url", "search", "date", "datetime-local"].includes(field.type));
  const fieldsOf = (form) => [...form.elements].filter(isText);

  function keep(key, draft) {
    const text = JSON.stringify(draft);
    if (text.length > SIZE) return false;
    try { store.setItem(key, text); return true; } catch { /* it is full: the oldest goes */ }
    const oldest = every().filter((each) => each !== key).sort((a, b) => (read(a)?.at || 0) - (read(b)?.at || 0))[0];
    if (!oldest || read(oldest)?.sent) return false;
    store.removeItem(oldest);
    try { store.setItem(key, text); return true; } catch { return false; }
  }

  function prune() {
    const keys = every().sort((a, b) => (read(b)?.at || 0) - (read(a)?.at || 0));
    keys.forEach((key, place) => {
      if (place >= MOST || !(read(key)?.at > Date.now() - DAYS * 86400000)) store.removeItem(key);
    });
  }

  // What was sent along: versions, and as whom and by which key something was asked; a radio button counts, too.
  function load(form, draft) {
    for (const name of LOADED) if (form.elements[name]) draft.loaded[name] = form.elements[name].value;
  }

  function note(form, field) {
    const key = keyOf(form), draft = read(key) || { texts: {}, before: {}, loaded: {} };
    if (!(field.name in draft.texts)) draft.before[field.name] = field.defaultValue;
    draft.texts[field.name] = field.value;
    draft.at = Date.now();
    load(form, draft);
    if (field.value === field.defaultValue && !draft.sent) {
      delete draft.texts[field.name];
      delete draft.before[field.name];
      if (!Object.keys(draft.texts).length) return store.removeItem(key);
    }
    if (!keep(key, draft)) say(form, words.full, null);
  }

  // ── Coming back ──
  function restore(form, only) {
    const draft = read(keyOf(form));
    if (!draft || wrong()) return; // beside an error or a conflict the server's own form is the newer one
    const changed = fieldsOf(form).filter((field) => (!only || field === only) && field.name in draft.texts
      && draft.texts[field.name] !== field.value && draft.texts[field.name] !== "");
    if (!changed.length) return;
    const old = new Map();
    for (const field of changed) { old.set(field, field.value); field.value = draft.texts[field.name]; }
    for (const name of LOADED) {
      const field = form.elements[name]; // what others did since is merged, not written over
      if (field && name in draft.loaded) { old.set(field, field.value); field.value = draft.loaded[name]; }
    }
    for (let part = form.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    say(form, words.restored, () => {
      for (const [field, text] of old) field.value = text;
      store.removeItem(keyOf(form));
      bar();
    });
  }

  function say(form, text, undo) {
    form.querySelector(":scope > .draft-said")?.remove();
    const line = document.createElement("p");
    line.className = "notice notice-blue row draft-said";
    line.setAttribute("role", "status");
    line.append(Object.assign(document.createElement("span"), { textContent: text }));
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "text-button", textContent: words.away });
      button.addEventListener("click", () => { undo(); line.remove(); });
      line.append(button);
    }
    form.prepend(line);
  }

  // ── Sent, and taken ──
  function send(form, button) {
    const draft = read(keyOf(form));
    if (!draft) return;
    let field = form.elements._draft;
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: "_draft" });
      form.append(field);
    }
    field.value = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
    for (const each of fieldsOf(form)) if (each.name in draft.texts) draft.texts[each.name] = each.value;
    load(form, draft);
    draft.sent = { key: field.value, texts: { ...draft.texts }, button: button?.name || "", value: button?.value || "" };
    keep(keyOf(form), draft);
  }

  function unsend(form) {
    const draft = read(keyOf(form));
    if (draft) keep(keyOf(form), { ...draft, sent: null });
  }

  function done(key, draft) {
    for (const [name, text] of Object.entries(draft.sent.texts)) {
      if (draft.texts[name] === text) delete draft.texts[name]; // what was typed since stays
    }
    if (!Object.keys(draft.texts).length) return store.removeItem(key);
    draft.sent = null;
    keep(key, draft);
  }

  function taken() {
    const found = /(?:^|; )taken=([\w.]+)/.exec(document.cookie);
    if (!found) return;
    const keys = found[1].split(".");
    for (const key of every()) {
      const draft = read(key);
      if (!draft?.sent || !keys.includes(draft.sent.key)) continue;
      const twin = key.replace(/^draft \S* /, "draft  "), before = read(twin); // the same words, from before the sign-in
      if (twin !== key && before && JSON.stringify(before.texts) === JSON.stringify(draft.sent.texts)) store.removeItem(twin);
      done(key, draft);
    }
    document.cookie = "taken=; path=/; max-age=0; samesite=lax";
  }

  function bar() {
    document.querySelector("[data-unsent]")?.remove();
    const waiting = own().filter((key) => read(key)?.sent);
    if (!waiting.length) return;
    const line = document.createElement("div");
    line.className = "unsent";
    line.dataset.unsent = "";
    line.setAttribute("role", "status");
    line.append(Object.assign(document.createElement("span"), { textContent: words.unsent.replace("{n}", waiting.length) }));
    const again = Object.assign(document.createElement("button"), { type: "button", className: "text-button", textContent: words.again });
    again.addEventListener("click", () => retry(waiting[0]));
    line.append(again);
    document.querySelector(".site-header").after(line);
  }

  function retry(key) {
    const form = forms().find((each) => keyOf(each) === key), draft = read(key);
    if (!form) return location.assign(key.slice(prefix.length).replace(/ \S*$/, ""));
    if (wrong()) return fieldsOf(form)[0]?.focus();
    const button = [...form.elements].find((each) => each.type === "submit" && each.name === draft?.sent?.button);
    form.requestSubmit(button || undefined);
  }

  prune();
  taken();
  for (const form of forms()) if (form.querySelector("[data-draft-asks]")) unsend(form); // the server asks back first
  forms().forEach((form) => restore(form));
  bar();
  addEventListener("pageshow", (event) => { if (event.persisted) { taken(); bar(); } });
  addEventListener("storage", bar);
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.draft && isText(event.target)) note(form, event.target);
  });
  document.addEventListener("change", (event) => { // anonymously or not is a part of what was written
    const form = event.target.form, draft = form?.dataset.draft && event.target.type === "radio" && read(keyOf(form));
    if (draft) { load(form, draft); keep(keyOf(form), draft); }
  });
  document.addEventListener("focusin", (event) => { // a field that came in later
    const form = event.target.form;
    if (form?.dataset.draft && isText(event.target) && event.target.value === event.target.defaultValue) restore(form, event.target);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (form.dataset.draftsAway !== undefined && form.elements.away?.checked) own().forEach((key) => store.removeItem(key));
    if (!form.dataset.draft || event.defaultPrevented) return;
    if (button?.name === "also") return unsend(form); // a voice for another question: the text stays, and is not sent
    if ("draftLook" in form.dataset || ["preview", "try"].includes(button?.name)) return; // a look, nothing is sent yet
    send(form, button);
    if (navigator.onLine) return;
    event.preventDefault(); // the browser's page of errors would take the words away from under the eyes
    bar();
  });
  // For what is sent by fetch: "sent" when it goes, "taken" when the reply says that it was done.
  document.addEventListener("draft:sent", (event) => { send(event.target); });
  document.addEventListener("draft:taken", (event) => {
    const key = keyOf(event.target), draft = read(key);
    if (draft?.sent) done(key, draft);
    bar();
  });
  document.addEventListener("draft:failed", bar);

  const away = document.querySelector("[data-drafts-away] [hidden]");
  if (away && own().length) away.hidden = false;
})();
