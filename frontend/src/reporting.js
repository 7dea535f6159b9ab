// Filling in a sheet: keys move between values, what they compare with follows while one types,
// a draft that was saved is not unsaved work any more. Without scripts the buttons do it all.
const wide = { "．": ".", "，": ",", "－": "-", "−": "-", "＋": "+", "％": "%" };

// The grammar of `written_number`: digits stand in groups of exactly three or in none.
const read = (text) => {
  const narrow = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[．，－−＋％]/g, (sign) => wide[sign])
    .replace(/[\u3000\u00a0\u2009\u202f]/g, " ")
    .trim()
    .replace(/ *%$/, "");
  if (!/^[+-]?((\d+|[1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,2}( \d{3})+)(\.\d+)?|\.\d+)$/.test(narrow)) return null;
  return Number(narrow.replace(/[, ]/g, ""));
};

const signed = (number, digits) => {
  const text = Number(number.toFixed(digits)).toString();
  return number > 0 && text !== "0" ? `+${text}` : text;
};

const change = (now, then, points) => {
  if (now === null || then === null) return "";
  if (points) return points.replace("%(n)s", signed(now - then, 2));
  return then === 0 ? "" : `${signed(((now - then) / Math.abs(then)) * 100, 1)}%`;
};

const compare = (input) => {
  const cell = input.closest("[data-cell]");
  const now = read(input.value);
  const base = (name) => (cell.dataset[name] === "" ? null : Number(cell.dataset[name]));
  cell.querySelector("[data-on-previous]").textContent = change(now, base("previous"), cell.dataset.points) || "—";
  cell.querySelector("[data-on-year]").textContent = change(now, base("yearAgo"), cell.dataset.points) || "—";
};

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-sheet] [data-value]")) compare(event.target);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-sheet] input:not([type=hidden])") || event.isComposing) return;
  if (event.key === "Enter" && !event.target.matches("[data-value]")) {
    // Enter in a note does not hand in.
    if (event.target.closest("[data-cell]")) event.preventDefault();
    return;
  }
  if (!event.target.matches("[data-value]")) return;
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...event.target.form.querySelectorAll("[data-value]")];
  const next = all[all.indexOf(event.target) + step];
  next?.focus();
  next?.select();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches?.("[data-sheet]") || !event.detail.successful) return;
  // What was typed while the answer was on its way is sent by the next request.
  delete form.dataset.dirty;
  const revision = form.elements.revision.value;
  for (const other of document.querySelectorAll("[data-revision]")) other.value = revision;
  for (const cell of form.querySelectorAll("[data-cell]")) {
    cell.classList.toggle("invalid", cell.querySelector(".problem-error") !== null);
  }
});
