() => {
  const wrong = [];
  const shown = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const where = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 90);
  const name = (e) => {
    const by = (e.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean)
      .map((id) => document.getElementById(id)?.innerText || "").join(" ");
    const label = e.labels && [...e.labels].map((l) => l.innerText).join(" ");
    return (e.getAttribute("aria-label") || by || label || e.innerText || e.alt || e.title || "").trim()
      || [...e.querySelectorAll("[aria-label], img[alt]")].map((c) => c.getAttribute("aria-label") || c.alt).join("").trim();
  };
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title.trim()) wrong.push("no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not exactly one main");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not exactly one h1");
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) wrong.push("id twice: " + id);
  for (const e of document.querySelectorAll("a[href], button, summary, [role=button]"))
    if (shown(e) && !name(e)) wrong.push("no name: " + where(e));
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (shown(e) && !name(e)) wrong.push("no label: " + where(e));
  for (const e of document.querySelectorAll("img:not([alt]), svg[role=img]:not([aria-label])"))
    if (shown(e)) wrong.push("picture without a name: " + where(e));
  let level = 0;
  for (const e of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    if (!shown(e)) continue;
    const now = Number(e.tagName[1]);
    if (now > level + 1) wrong.push("heading jumps to h" + now + ": " + where(e));
    level = now;
  }
  // Contrast: the text's colour against the first opaque background behind it.
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 0.99) return color;
    }
    return [255, 255, 255, 1];
  };
  const told = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(e) || e.closest("svg, script, style, [disabled]")) continue;
    const style = getComputedStyle(e);
    const [a, b] = [luminance(rgba(style.color)), luminance(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const key = style.color + behind(e);
    if (ratio < needed - 0.02 && !told.has(key)) { told.add(key); wrong.push(`contrast ${ratio.toFixed(2)}: ` + where(e)); }
  }
  return wrong;
}
