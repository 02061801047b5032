// Says in a form who else is editing the same row just now, and tells the others while the focus is in here.
(() => {
  const form = document.querySelector("form[data-presence]"), SECONDS = 20;
  if (!form) return;
  const token = form.elements.csrfmiddlewaretoken.value, address = document.currentScript.dataset.address;
  const line = Object.assign(document.createElement("p"), { className: "notice notice-amber", hidden: true });
  line.setAttribute("role", "status");
  form.prepend(line);
  let timer = 0;

  async function ask() {
    clearTimeout(timer);
    const here = document.activeElement?.form?.dataset.presence;
    if (!document.hidden) {
      const body = new URLSearchParams({ csrfmiddlewaretoken: token, row: here || form.dataset.presence, edits: here ? "1" : "0", said: line.textContent });
      try {
        const reply = await fetch(address, { method: "POST", body });
        if (reply.redirected || reply.status === 403) return; // signed out: there is nothing to know any more
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
