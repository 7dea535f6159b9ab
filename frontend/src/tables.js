// Tables that can be sorted, filtered, narrowed to some columns and taken along as CSV. The server
// draws a plain table; everything here is added to it, and nothing is lost without script.
const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
const number = /^[-+]?[\d,]*\.?\d+(?:\s?%)?$/;
const dash = /^[—–-]?$/;

const bodyRows = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);
const text = (cell) => (cell?.dataset.sort ?? cell?.innerText ?? "").trim();

// What a cell is sorted by: a number where it is one, else its words; empty cells come last.
const keyOf = (row, at) => {
  const shown = text(row.cells[at]);
  if (dash.test(shown)) return null;
  return number.test(shown) ? Number.parseFloat(shown.replace(/[,%\s]/g, "")) : shown;
};

const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : words.compare(String(a), String(b)));

function sortBy(table, heading, at) {
  const next = { none: "ascending", ascending: "descending", descending: "none" };
  const order = next[heading.getAttribute("aria-sort") ?? "none"];
  for (const other of heading.parentElement.cells) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
  heading.setAttribute("aria-sort", order);
  for (const body of table.tBodies) {
    const rows = [...body.rows];
    rows.forEach((row, place) => (row.dataset.place ??= place));
    const keyed = rows.map((row) => ({ row, place: Number(row.dataset.place), key: keyOf(row, at) }));
    keyed.sort((a, b) => {
      if (order === "none") return a.place - b.place;
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.place - b.place;
      return (order === "ascending" ? 1 : -1) * compare(a.key, b.key) || a.place - b.place;
    });
    body.append(...keyed.map((entry) => entry.row));
  }
}

function makeSortable(table) {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  // Rows that are typed one after another stay in the order of their writer.
  if ("plain" in table.dataset) return;
  if (bodyRows(table).length < 3 || table.querySelector("tbody [colspan], tbody [rowspan]")) return;
  headings.forEach((heading, at) => {
    if ("plain" in heading.dataset || heading.querySelector(".visually-hidden, a, button") || !heading.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sortBy(table, heading, at));
  });
}

// -- the tools of a data table -------------------------------------------------------------------
function makeFilter(holder, table) {
  const field = holder.querySelector("[data-filter]");
  const shown = holder.querySelector("[data-shown]");
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase().split(/\s+/);
    const rows = bodyRows(table);
    for (const row of rows) {
      const held = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => held.includes(word));
    }
    const left = rows.filter((row) => !row.hidden).length;
    shown.textContent = field.value.trim() ? `${left} / ${rows.length}` : "";
  });
}

const remembered = (name) => {
  try {
    return new Set(JSON.parse(localStorage.getItem(`columns:${name}`) ?? "[]"));
  } catch {
    return new Set();
  }
};

function makeChooser(holder, table, name) {
  const sheet = holder.querySelector("[data-columns]");
  const away = remembered(name);
  const show = (at, yes) => {
    for (const row of table.rows) if (row.cells[at]) row.cells[at].hidden = !yes;
  };
  [...table.tHead.rows[0].cells].forEach((heading, at) => {
    if (at === 0) return; // what a row is about stays
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = !away.has(at);
    label.append(box, heading.textContent.trim());
    sheet.append(label);
    if (!box.checked) show(at, false);
    box.addEventListener("change", () => {
      show(at, box.checked);
      if (box.checked) away.delete(at);
      else away.add(at);
      try {
        localStorage.setItem(`columns:${name}`, JSON.stringify([...away]));
      } catch {
        // Where nothing may be kept, the choice holds for this page.
      }
    });
  });
}

// A spreadsheet computes a cell that begins with one of these; a plain number may begin with a sign.
const harmless = (shown) => (/^[=+\-@\t\r]/.test(shown) && !number.test(shown) ? `'${shown}` : shown);
export const csvCell = (shown) => `"${harmless(shown.replace(/\s+/g, " ").trim()).replaceAll('"', '""')}"`;

// What is shown, as it is shown: visible rows in their order, visible columns that hold words; and
// always where a number comes from.
function csvOf(table) {
  const columns = [...table.tHead.rows[0].cells].flatMap((cell, at) => ("plain" in cell.dataset || (cell.hidden && !("always" in cell.dataset)) ? [] : [at]));
  const rows = [table.tHead.rows[0], ...bodyRows(table).filter((row) => !row.hidden)];
  return rows.map((row) => columns.map((at) => csvCell(row.cells[at]?.innerText ?? "")).join(",")).join("\r\n");
}

function makeDownload(holder, table, name) {
  holder.querySelector("[data-csv]").addEventListener("click", () => {
    // The mark at the beginning tells spreadsheet programs that it is UTF-8.
    const address = URL.createObjectURL(new Blob(["\ufeff", csvOf(table)], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name.replace(/[\\/:*?"<>|\s]+/g, " ").trim()}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
}

// A table wider than the screen is scrolled with the arrow keys too.
const reachable = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wider = target.scrollWidth > target.clientWidth + 1;
    target.classList.toggle("wider", wider);
    target.classList.toggle("fits", !wider);
    if (wider) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

export function enhanceTables(scope) {
  for (const box of scope.querySelectorAll(".table-scroll")) reachable.observe(box);
  for (const table of scope.querySelectorAll(".table-scroll > .table:not([data-enhanced])")) {
    // A list that renews itself would forget how it was sorted.
    if (table.closest("[hx-trigger*=every]")) continue;
    table.dataset.enhanced = "";
    makeSortable(table);
    const holder = table.closest("[data-table]");
    if (!holder || !table.tHead) continue;
    const tools = holder.querySelector(".table-tools");
    makeFilter(tools, table);
    makeChooser(tools, table, holder.dataset.table);
    makeDownload(tools, table, holder.dataset.file || holder.dataset.table);
    tools.hidden = false;
  }
}
