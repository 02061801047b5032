// The inbox by keyboard and in place. Every act is a button of the page's own form, sent without leaving the page;
// without this script the same buttons work, and the page comes again.
(() => {
  const list = document.querySelector(".inbox-rows");
  if (!list) return;
  const form = document.getElementById("filing");
  const said = document.getElementById("said");
  const wide = matchMedia("(min-width: 60rem)");
  const merges = new Map(); // the button that merges a row, for when it is open again
  for (const row of list.children) merges.set(row.id, row.querySelector('[data-key="m"]'));
  const acts = []; // ids of the rows decided here, the last one last
  let here = list.querySelector(".inbox-row-here") || list.firstElementChild;
  let marked = null, reason = "", sending = Promise.resolve(), reading = 0;

  const SIGNED_OUT = new Error("signed out");
  const isOpen = (row) => !row.classList.contains("inbox-row-done") && !row.hasAttribute("aria-busy");
  const beside = (row, step) => (step > 0 ? row.nextElementSibling : row.previousElementSibling);

  function failed(error) {
    form.dispatchEvent(new CustomEvent("draft:failed", { bubbles: true }));
    if (error !== SIGNED_OUT) return say(form.dataset.failed, true);
    say(form.dataset.signedOut, true);
    const link = Object.assign(document.createElement("a"), { textContent: form.dataset.signIn });
    link.href = `${form.dataset.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
    said.firstChild.append(link);
  }

  function say(text, isBad) {
    said.textContent = "";
    if (!text) return;
    const line = document.createElement("p");
    line.className = isBad ? "message message-bad" : "message";
    line.append(document.createElement("span"));
    line.firstChild.textContent = text;
    said.append(line);
  }

  function move(row, focus = true) {
    if (!row) return;
    here.classList.remove("inbox-row-here");
    here.removeAttribute("aria-current");
    here = row;
    row.classList.add("inbox-row-here");
    row.setAttribute("aria-current", "true");
    if (focus) row.querySelector("h2 a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    clearTimeout(reading);
    row.dataset.read = "";
    reading = setTimeout(() => { sending = sending.then(() => (row === here ? read(row) : null)); }, 150);
  }

  function nextOpen(row) {
    for (const step of [1, -1]) {
      let other = beside(row, step);
      while (other && !isOpen(other)) other = beside(other, step);
      if (other) return other;
    }
    return null;
  }

  // Beside the list where there is room, else in the row itself.
  async function read(row) {
    const pane = document.getElementById("read");
    try {
      const reply = await fetch(row.querySelector("h2 a").href);
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const parts = page.getElementById("read");
      if (!parts || row !== here) return;
      if (!wide.matches) {
        const summary = parts.querySelector(".summary");
        if (summary && !row.querySelector(".summary")) row.querySelector(".meta").after(summary);
        return;
      }
      const old = parts.querySelector("h1"), title = document.createElement("h2"); // the page has its own h1
      title.className = old.className;
      title.lang = old.lang;
      title.append(...old.childNodes);
      old.replaceWith(title);
      pane.replaceChildren(...parts.children);
    } catch { /* the row says enough */ }
  }

  // One after another, so that what a reply says is never older than what stands here.
  function send(row, name, value, more = {}) {
    row.setAttribute("aria-busy", "true");
    if (row === here && name !== "undo") move(nextOpen(row));
    sending = sending.then(() => post(row, name, value, more)).catch(failed).finally(() => row.removeAttribute("aria-busy"));
  }

  async function post(row, name, value, more) {
    const body = new URLSearchParams(new FormData(form));
    for (const [key, text] of Object.entries({ ...more, [name]: value })) body.set(key, text);
    const reply = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (new URL(reply.url).pathname === form.dataset.login) throw SIGNED_OUT;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const parts = page.getElementById("reply");
    if (!parts) throw new Error(reply.statusText);
    form.elements.since.value = parts.dataset.since;
    for (const fresh of parts.querySelectorAll(".inbox-row")) put(fresh);
    document.getElementById("left").textContent = parts.querySelector("#left").textContent;
    for (const id of ["by-decision", "by-source"]) {
      const chips = document.getElementById(id), left = chips.scrollLeft;
      chips.replaceChildren(...parts.querySelector(`#${id}`).children);
      chips.scrollLeft = left;
    }
    say(reply.ok ? "" : parts.querySelector(".message").textContent, true);
    if (!reply.ok) return;
    if (name === "decline") form.dispatchEvent(new CustomEvent("draft:taken", { bubbles: true }));
    if (name === "undo") move(document.getElementById(row.id));
    else acts.push(row.id);
  }

  function put(fresh) {
    const old = document.getElementById(fresh.id);
    if (!old || old.querySelector(".declining")) return; // what is being typed stays
    if (old === marked) { marked = fresh; fresh.classList.add("inbox-row-marked"); }
    const last = fresh.querySelector('.filing [data-key="x"]'), button = merges.get(fresh.id);
    if (last && button && !fresh.querySelector('[data-key="m"]')) last.before(button.cloneNode(true));
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (old !== here) return;
    here = fresh;
    fresh.classList.add("inbox-row-here");
    fresh.setAttribute("aria-current", "true");
    if (hadFocus) fresh.querySelector("h2 a").focus({ preventScroll: true });
  }

  function decline(row) {
    if (!isOpen(row) || row.querySelector(".declining")) return;
    const part = document.getElementById("declining").content.firstElementChild.cloneNode(true);
    const field = part.querySelector("input");
    if (reason) field.value = reason;
    const close = () => { part.remove(); row.querySelector("h2 a").focus({ preventScroll: true }); };
    const done = () => {
      if (!field.value.trim()) return field.focus();
      reason = field.value;
      form.dispatchEvent(new CustomEvent("draft:sent", { bubbles: true }));
      close();
      send(row, "decline", row.id.slice(6), { reason });
    };
    part.querySelector("button").addEventListener("click", done);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // it would press the first button of the form
      done();
    });
    row.append(part);
    field.focus();
    field.select();
  }

  // What is undone is known when the acts before it are through.
  function undo() {
    sending = sending.then(() => {
      const last = acts.length ? document.getElementById(acts.pop()) : here;
      const button = last && last.querySelector('[data-key="u"]');
      return button ? post(last, "undo", button.value, {}) : null;
    }).catch(failed);
  }

  function merge(row) {
    const button = row.querySelector('[data-key="m"]');
    const id = row.id.slice(6);
    if (marked === row) return say(form.dataset.itself, true);
    if (marked) return send(row, "merge", `${id}.${marked.id.slice(6)}`);
    if (button) send(row, "merge", button.value);
    else say(form.dataset.alone, true);
  }

  function mark(row) {
    if (marked) marked.classList.remove("inbox-row-marked");
    marked = marked === row ? null : row;
    if (marked) row.classList.add("inbox-row-marked");
    say(marked ? form.dataset.marked : "", false);
  }

  function act(row, key) {
    if (!form) return;
    if (key === "u") return undo();
    if (key === "v") return mark(row);
    if (!isOpen(row)) return;
    if (key === "x") return decline(row);
    if (key === "m") return merge(row);
    const button = row.querySelector(`[data-key="${key}"]`);
    if (button) send(row, button.name, button.value);
  }

  function search() {
    const field = document.getElementById("words");
    field.closest("details").open = true;
    field.focus();
    field.select();
  }

  function help() {
    const keys = document.querySelector(".keys");
    keys.open = !keys.open;
    if (!keys.open) return;
    keys.firstElementChild.focus({ preventScroll: true });
    keys.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") move(beside(here, key === "j" ? 1 : -1));
    else if (key === "/") search();
    else if (key === "?") help();
    else if (key === "o") { const link = here.querySelector("a.address"); if (link) open(link.href, "_blank", "noopener"); }
    else if ("123rxmuv".includes(key)) act(here, key);
    else return;
    event.preventDefault();
  });

  list.addEventListener("click", (event) => {
    const row = event.target.closest(".inbox-row");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const control = event.target.closest("[data-key]");
    if (control && form) {
      event.preventDefault();
      const key = control.dataset.key;
      if (key === "u") send(row, "undo", control.value);
      else act(row, key);
    } else if ((row !== here || !wide.matches && !("read" in row.dataset)) && !event.target.closest("a.address, a.tag, .declining")) {
      event.preventDefault(); // first it is chosen and told in short, then opened
      move(row);
    }
  });

  if (wide.matches && here) read(here);
})();
