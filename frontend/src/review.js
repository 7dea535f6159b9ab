// The review: text and items light each other up, keys decide, selected words become an item.
const partners = (element) => {
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
  for (const other of partners(element)) other.classList.toggle("lit", on);
};

for (const name of ["mouseover", "focusin"]) document.addEventListener(name, (e) => light(e, true));
for (const name of ["mouseout", "focusout"]) document.addEventListener(name, (e) => light(e, false));

// Scroll inside the pane only: the page itself must not jump.
const bringIntoPane = (element) => {
  const pane = element.closest(".pane");
  if (!pane || pane.scrollHeight <= pane.clientHeight) return element.scrollIntoView({ block: "nearest" });
  const offset = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTo({ top: pane.scrollTop + offset - pane.clientHeight / 3, behavior: "auto" });
};

document.addEventListener("click", (event) => {
  if (event.target.closest("button, input, select, textarea, form, summary, a:not([data-ref])")) return;
  const element = event.target.closest("[data-ref]");
  if (!element) return;
  event.preventDefault();
  const other = partners(element)[0];
  if (other) bringIntoPane(other);
  makeCurrent(element.closest(".document") ? other : element);
});

// -- keys: one item is current; j and k move, a letter presses the item's button of that letter --
const items = () => [...document.querySelectorAll("[data-review] .review-item[data-ref]")];
const current = () => document.querySelector("[data-review] .review-item.current");

function makeCurrent(item) {
  if (!item?.matches(".review-item[data-ref]")) return;
  current()?.classList.remove("current");
  item.classList.add("current");
}

const goTo = (item) => {
  if (!item) return;
  makeCurrent(item);
  item.focus({ preventScroll: true });
  bringIntoPane(item);
  const passage = partners(item)[0];
  if (passage) bringIntoPane(passage);
};

const step = (by) => {
  moved = true;
  const all = items();
  const at = all.indexOf(current());
  goTo(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
};

let after = null; // where to go once the pressed button's answer is there
let moved = false; // whether somebody moved on by key before that answer came

document.addEventListener("htmx:beforeRequest", () => {
  moved = false;
});

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-review]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) {
    if (event.key === "Escape") event.target.closest(".review-item")?.querySelector("[data-cancel]")?.click();
    return;
  }
  if (event.key === "j") return step(1);
  if (event.key === "k") return step(-1);
  const item = current();
  const button = item?.querySelector(`[data-key="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  const all = items();
  const follows = all[all.indexOf(item) + 1];
  after = { ref: item.dataset.ref, next: event.key === "a" || event.key === "x" ? follows : null };
  button.click();
});

// The answered item is a new element: it stays current, or the next one becomes it.
document.addEventListener("htmx:afterSettle", (event) => {
  const item = event.detail.elt.closest?.(".review-item[data-ref]");
  if (!item) return;
  const field = item.querySelector(".editor input:not([type=hidden]), .editor textarea");
  if (field) {
    makeCurrent(item);
    return field.focus();
  }
  const pressed = after?.ref === item.dataset.ref ? after : null;
  if (pressed) after = null;
  if (moved && current()) return;
  if (pressed) goTo(pressed.next ?? item);
  else makeCurrent(item);
});

// -- words selected in the document become the quote of an item to add ---------------------------
const placeOf = (node, offset) => {
  const block = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-at]");
  if (!block) return null;
  const range = document.createRange();
  range.selectNodeContents(block);
  range.setEnd(node, offset);
  // Offsets are counted in code points, as Python counts them.
  return Number(block.dataset.at) + [...range.toString()].length;
};

document.addEventListener("selectionchange", () => {
  const form = document.querySelector("form[data-add-item]");
  const pane = document.querySelector(".document[data-text]");
  const selection = getSelection();
  if (!form || !pane || selection.isCollapsed || !pane.contains(selection.anchorNode)) return;
  const range = selection.getRangeAt(0);
  const start = placeOf(range.startContainer, range.startOffset);
  const end = placeOf(range.endContainer, range.endOffset);
  if (start === null || end === null || end <= start) return;
  form.elements.span_start.value = start;
  form.elements.span_end.value = end;
  form.elements.quote.value = selection.toString().trim();
  form.closest("details").querySelector("summary").classList.add("ready");
});
