// Shortens what works without it: copying an export, and showing where one is in a long record.
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

  for (const button of document.querySelectorAll("[data-copy-from]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const word = button.textContent;
    const field = document.getElementById(button.dataset.copyFrom);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        button.textContent = button.dataset.done;
      } catch {
        field.select(); // to be copied by hand
      }
      setTimeout(() => { button.textContent = word; }, 2500);
    });
  }

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
