// Says in a form who else is editing the same row just now, and tells the others while the focus is in here.
(() => {
  const forms = [...document.querySelectorAll("form[data-presence]")], SECONDS = 20;
  if (!forms.length) return;
  const address = document.currentScript.dataset.address, lines = new Map();
  let timer = 0;

  function lineOf(form) {
    if (!lines.has(form)) {
      const line = Object.assign(document.createElement("p"), { className: "notice notice-amber", hidden: true });
      line.setAttribute("role", "status");
      form.prepend(line);
      lines.set(form, line);
    }
    return lines.get(form);
  }

  async function ask() {
    clearTimeout(timer);
    const focused = forms.find((each) => each === document.activeElement?.form);
    const form = focused || (forms.length === 1 ? forms[0] : null); // of many, the one somebody writes in
    if (form && !document.hidden) {
      const line = lineOf(form), token = form.elements.csrfmiddlewaretoken.value;
      const body = new URLSearchParams({ csrfmiddlewaretoken: token, row: form.dataset.presence, edits: focused ? "1" : "0", said: line.textContent });
      try {
        const reply = await fetch(address, { method: "POST", body });
        if (reply.redirected || [403, 404].includes(reply.status)) return; // signed out, or the row is gone
        if (reply.status === 200) {
          line.textContent = await reply.text();
          line.hidden = !line.textContent;
        }
      } catch { /* no network: the next time */ }
    }
    timer = setTimeout(ask, SECONDS * 1000);
  }

  document.addEventListener("focusin", (event) => {
    const row = event.target.form?.dataset.presence;
    if (row && row !== ask.row) { ask.row = row; ask(); }
  });
  ask();
})();
