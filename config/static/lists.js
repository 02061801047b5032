// The order of a reading list by drawing; without this script the buttons beside do the same.
(() => {
  const form = document.getElementById("placing");
  if (!form) return;
  const EDGE = 70; // so near the edge of the window the page scrolls along
  const line = document.createElement("div");
  line.className = "drop-line";
  let drawn = null, place = null;

  // The row before the pointer among those that stand still, and where the line shows that.
  function entryPlace(at, y) {
    const section = at.closest("[data-section]");
    if (!section) return null;
    const rows = [...section.querySelectorAll("[data-entry]")].filter((row) => row !== drawn);
    const behind = rows.filter((row) => middle(row) < y).pop();
    if (behind) behind.after(line);
    else if (rows.length) rows[0].before(line);
    else section.append(line);
    return { section: section.dataset.section, behind: behind ? behind.dataset.entry : "" };
  }

  function sectionPlace(at, y) {
    const rows = [...document.querySelectorAll("[data-section]")].filter((row) => row !== drawn);
    const behind = rows.filter((row) => middle(row) < y).pop();
    if (behind) behind.after(line);
    else rows[0]?.before(line);
    return { section: "", behind: behind ? behind.dataset.section : "" };
  }

  const middle = (row) => { const box = row.getBoundingClientRect(); return box.top + box.height / 2; };

  function follow(event) {
    if (event.clientY < EDGE) scrollBy(0, -14);
    if (event.clientY > innerHeight - EDGE) scrollBy(0, 14);
    const at = document.elementFromPoint(event.clientX, event.clientY);
    if (!at || at === line) return;
    place = ("entry" in drawn.dataset ? entryPlace : sectionPlace)(at, event.clientY) || place;
  }

  function stop() {
    line.remove();
    drawn?.classList.remove("dragged");
    drawn = place = null;
  }

  for (const handle of document.querySelectorAll("[data-drag]")) {
    handle.hidden = false;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      drawn = handle.closest("[data-entry], [data-section]");
      drawn.classList.add("dragged");
      handle.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    handle.addEventListener("pointermove", (event) => { if (drawn) follow(event); });
    handle.addEventListener("pointercancel", stop);
    handle.addEventListener("pointerup", () => {
      if (drawn && place) {
        form.action = drawn.dataset.move;
        form.elements.version.value = drawn.dataset.version;
        form.elements.section.value = place.section;
        form.elements.behind.value = place.behind;
        form.submit();
      }
      stop();
    });
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
})();
