// Pictures and figures of what the server drew: the map, bars. A picture that leaves the page says
// what it shows, in what unit, where from, and that it was made up where it was.
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const NAMESPACE = "http://www.w3.org/2000/svg";
const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "font-size", "font-weight", "text-anchor", "dominant-baseline", "opacity"];
const WIDTH = 1200;

export function save(button) {
  const holder = document.getElementById(button.dataset.picture);
  const type = button.dataset.type;
  const name = (holder.dataset.file ?? holder.dataset.title).replace(/[\\/:*?"<>|\s]+/g, " ").trim();
  if (type === "csv") return offer(`${name}.csv`, new Blob([`\ufeff${table(button.dataset.rows ? document.getElementById(button.dataset.rows) : holder, holder.dataset)}`], { type: "text/csv" }));
  const picture = framed(holder);
  const text = new XMLSerializer().serializeToString(picture);
  if (type === "svg") return offer(`${name}.svg`, new Blob([text], { type: "image/svg+xml" }));
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = image.width * 2;
    canvas.height = image.height * 2;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => offer(`${name}.png`, blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

// Title, caption and legend above, plan and mark around what was drawn; every style written out.
function framed(holder) {
  const drawn = holder.querySelector("svg.outline") ?? bars(holder);
  const [, , width, height] = drawn.getAttribute("viewBox").split(/\s+/).map(Number);
  const inner = Math.min(WIDTH - 80, (900 * width) / height);
  const tall = (inner / width) * height;
  const font = getComputedStyle(document.body).fontFamily;
  const key = legend(holder, font);
  const list = beside(holder, font);
  const top = 100 + key.height;
  const bottom = top + tall + list.height;
  const whole = element("svg", { xmlns: NAMESPACE, width: WIDTH, height: bottom + 60, viewBox: `0 0 ${WIDTH} ${bottom + 60}`, "font-family": font });
  const { title, caption, plan, mark } = holder.dataset;
  const room = WIDTH - 80 - (mark ? measured(mark, 16, font) + 50 : 0);
  const size = Math.min(24, (24 * room) / measured(title, 24, font, 600));
  whole.append(
    element("rect", { width: WIDTH, height: bottom + 60, fill: token("--surface") }),
    words(title, { x: 40, y: 50, "font-size": size, "font-weight": 600, fill: token("--ink") }),
    words(caption ?? "", { x: 40, y: 80, "font-size": 15, fill: token("--muted") }),
    key.drawing,
    words(plan ?? "", { x: 40, y: bottom + 40, "font-size": 12, fill: token("--muted") }),
  );
  if (mark) {
    const wide = measured(mark, 16, font) + 24;
    whole.append(
      element("rect", { x: WIDTH - 40 - wide, y: 27, width: wide, height: 32, fill: "none", stroke: token("--watch") }),
      words(mark, { x: WIDTH - 52, y: 49, "font-size": 16, "text-anchor": "end", fill: token("--watch") }),
    );
  }
  const copy = styled(drawn);
  for (const [name, value] of Object.entries({ x: (WIDTH - inner) / 2, y: top, width: inner, height: tall })) copy.setAttribute(name, value);
  list.drawing.setAttribute("transform", `translate(0 ${top + tall})`);
  whole.append(copy, list.drawing);
  return whole;
}

// What each colour says, in rows as wide as the picture.
function legend(holder, font) {
  const drawing = element("g", {});
  const keys = document.getElementById(holder.dataset.legend)?.querySelectorAll("[data-key]") ?? [];
  let [x, y] = [40, 104];
  for (const each of keys) {
    const wide = 34 + measured(each.dataset.key, 15, font) + 26;
    if (x > 40 && x + wide > WIDTH - 40) [x, y] = [40, y + 26];
    drawing.append(
      element("rect", { x, y, width: 26, height: 14, fill: getComputedStyle(each).fill, stroke: token("--line-strong") }),
      words(each.dataset.key, { x: x + 34, y: y + 12.5, "font-size": 15, fill: token("--ink") }),
    );
    x += wide;
  }
  return { drawing, height: keys.length ? y - 104 + 36 : 0 };
}

// What has no outline stands under the drawing, name and value, in rows as wide as the picture.
function beside(holder, font) {
  const drawing = element("g", {});
  const list = document.getElementById(holder.dataset.beside);
  if (!list) return { drawing, height: 0 };
  drawing.append(words(list.dataset.heading, { x: 40, y: 40, "font-size": 15, "font-weight": 600, fill: token("--ink") }));
  let [x, y] = [40, 68];
  for (const each of list.children) {
    const text = [...each.children].map((part) => part.innerText.trim()).join("  ");
    const wide = measured(text, 15, font) + 40;
    if (x > 40 && x + wide > WIDTH - 40) [x, y] = [40, y + 26];
    drawing.append(words(text, { x, y, "font-size": 15, fill: token("--ink") }));
    x += wide;
  }
  return { drawing, height: y + 10 };
}

function measured(text, size, font, weight = 400) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${weight} ${size}px ${font}`;
  return pen.measureText(text).width;
}

// A copy that needs no style sheet.
function styled(node) {
  const copy = node.cloneNode(true);
  if (!node.isConnected) return copy;
  const all = [node, ...node.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((each, at) => {
    const style = getComputedStyle(all[at]);
    for (const name of KEPT) each.style.setProperty(name, style.getPropertyValue(name));
    each.removeAttribute("class");
    each.removeAttribute("href");
  });
  return copy;
}

// Rows of a table with a bar each, as one drawing.
function bars(holder) {
  const rows = [...holder.querySelectorAll("tr")];
  const drawing = element("svg", { viewBox: `0 0 1120 ${rows.length * 36 + 10}` });
  rows.forEach((row, at) => {
    const y = at * 36 + 24;
    const rect = row.querySelector("rect");
    const [x, width] = ["x", "width"].map((name) => parseFloat(rect.getAttribute(name)));
    drawing.append(
      words(row.cells[0].innerText.trim(), { x: 0, y, "font-size": 17, fill: token("--ink") }),
      element("rect", { x: 340 + x * 6, y: y - 14, width: width * 6, height: 16, fill: getComputedStyle(rect).fill }),
      words(row.cells[2].innerText.trim(), { x: 1120, y, "font-size": 17, "text-anchor": "end", fill: token("--ink") }),
    );
  });
  // Bars to both sides have a middle; those of a waterfall have none.
  if (holder.querySelector(".diverging")) drawing.append(element("line", { x1: 640, x2: 640, y1: 0, y2: rows.length * 36, stroke: token("--line-strong") }));
  return drawing;
}

// What stands in rows or in a list, as a table: name, value; then what the figures are.
function table(holder, about) {
  const lines = [...holder.querySelectorAll("tr, li")].map((row) => {
    const cells = row.cells ? [...row.cells] : [...row.children];
    return cells.map((cell) => cell.innerText.trim()).filter((text, at) => at === 0 || text);
  });
  return [...lines, [], [about.title], [about.caption], [about.mark ?? ""]].map((line) => line.map(quoted).join(",")).join("\r\n");
}

// A text that a spreadsheet would take for a formula is written as text; a signed number is one.
function quoted(text = "") {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-][\d.,]+%?$/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function element(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function words(text, attributes) {
  const made = element("text", attributes);
  made.textContent = text;
  return made;
}

function offer(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
