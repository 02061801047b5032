// The form to ask shows the field for a name only where a name is wanted; the page to come back to takes its code from
// the fragment of the link, which no server sees, and takes it out of the address at once.
(() => {
  const form = document.querySelector("[data-asking]"), name = form?.querySelector("[data-written-name]");
  if (name) {
    const show = () => { name.hidden = form.elements.as.value !== "name"; };
    form.addEventListener("change", show);
    addEventListener("pageshow", show);
    show();
  }
  const back = document.querySelector("[data-return]");
  if (back && location.hash.length > 1) {
    back.elements.code.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
    back.requestSubmit();
  }
})();
