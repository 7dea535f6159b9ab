// Text and items light each other up; a click goes there.
const partner = (element) => {
  const ref = element.dataset.ref;
  const inText = element.closest(".document") !== null;
  return document.querySelectorAll(
    inText ? `.review-item[data-ref="${ref}"]` : `.document [data-ref="${ref}"]`,
  );
};

const light = (event, on) => {
  const element = event.target.closest?.("[data-ref]");
  if (!element) return;
  element.classList.toggle("lit", on);
  for (const other of partner(element)) other.classList.toggle("lit", on);
};

for (const name of ["mouseover", "focusin"]) document.addEventListener(name, (e) => light(e, true));
for (const name of ["mouseout", "focusout"]) document.addEventListener(name, (e) => light(e, false));

// Scroll inside the pane only: the page itself must not jump.
const bringIntoPane = (element) => {
  const pane = element.closest(".pane, .document");
  if (!pane) return element.scrollIntoView({ block: "center" });
  const offset = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTo({ top: pane.scrollTop + offset - pane.clientHeight / 3, behavior: "auto" });
};

document.addEventListener("click", (event) => {
  if (event.target.closest("button, input, select, textarea, form, a:not([data-ref])")) return;
  const element = event.target.closest("[data-ref]");
  if (!element) return;
  event.preventDefault();
  const other = partner(element)[0];
  if (other) bringIntoPane(other);
});

// Words selected in the document become the quote of an item to add.
document.addEventListener("selectionchange", () => {
  const form = document.querySelector("form[data-add-item]");
  const pane = document.querySelector(".document[data-text]");
  const selection = getSelection();
  if (!form || !pane || selection.isCollapsed || !pane.contains(selection.anchorNode)) return;
  const range = selection.getRangeAt(0);
  const before = range.cloneRange();
  before.selectNodeContents(pane);
  before.setEnd(range.startContainer, range.startOffset);
  // Offsets are counted in code points, as Python counts them.
  const start = [...before.toString()].length;
  const quote = range.toString();
  form.elements.span_start.value = start;
  form.elements.span_end.value = start + [...quote].length;
  form.elements.quote.value = quote;
});
