// What every page needs: the drawer, the search shortcut, menus that close, linked highlights.
import "./board.js";
import "./reporting.js";
import "./review.js";
import { enhanceTables } from "./tables.js";

const root = document.documentElement;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-nav-toggle]")) {
    if (matchMedia("(max-width: 899px)").matches) root.dataset.drawer = root.dataset.drawer === "open" ? "" : "open";
    else {
      // Kept in a cookie, so that the server draws the next page as this one was left.
      root.dataset.nav = root.dataset.nav === "closed" ? "" : "closed";
      document.cookie = `nav=${root.dataset.nav}; path=/; max-age=31536000; samesite=lax`;
    }
    return;
  }
  if (root.dataset.drawer === "open" && !event.target.closest(".nav")) root.dataset.drawer = "";
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.querySelector(".topbar .search input")?.focus();
  }
  if (event.key === "Escape") {
    // Esc closes what is open; where nothing is, it leaves the wall.
    if (!document.querySelector("dialog[open], details.menu[open]")) document.querySelector("[data-leave]")?.click();
    root.dataset.drawer = "";
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  }
});

// Unsaved changes are not lost to a stray click.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) form.dataset.dirty = "1";
});
document.addEventListener("submit", (event) => delete event.target.dataset.dirty);
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});

// Explain opens in a drawer; its address stays a page of its own.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "drawer" && !event.detail.target.open) event.detail.target.showModal();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-drawer]")) event.target.closest("dialog").close();
  if (event.target.closest("[data-print]")) print();
  const picture = event.target.closest("[data-picture]");
  if (picture) import("./pictures.js").then((pictures) => pictures.save(picture));
});

const saysOffline = (yes) => {
  const ribbon = document.querySelector("#offline");
  if (ribbon) ribbon.hidden = !yes;
};

// An error answered to a fragment request is shown, not swallowed. What refreshes itself keeps
// its last picture and says that it may be old.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.elt.matches("[data-poll]")) {
    // Neither an error nor a page to sign in replaces the picture.
    const lost = event.detail.xhr.status >= 400 || !event.detail.serverResponse.includes(`id="${event.detail.elt.id}"`);
    event.detail.isError = false;
    if (lost) event.detail.shouldSwap = false;
    return saysOffline(lost);
  }
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.target = document.querySelector("#messages");
    event.detail.swapOverride = "innerHTML";
  }
});
document.addEventListener("htmx:sendError", () => saysOffline(true));
document.addEventListener("htmx:timeout", () => saysOffline(true));
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (!event.detail.elt.matches("[data-poll]")) saysOffline(false);
});

// The clock of the wall.
for (const clock of document.querySelectorAll("[data-clock]")) {
  const language = root.lang;
  // The city's time, wherever the screen hangs and whatever it is set to.
  const timeZone = clock.dataset.clock;
  const day = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23", timeZone });
  const tick = () => {
    const now = new Date();
    clock.querySelector("time").textContent = time.format(now);
    clock.querySelector("span").textContent = day.format(now);
    setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  tick();
}

// What takes longer than a moment shows that it is coming.
const waiting = new WeakMap();
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (elt.matches("[data-poll], [hx-trigger*=every]")) return;
  const timer = setTimeout(() => {
    target.setAttribute("aria-busy", "true");
    if (target.id !== "drawer") return;
    target.replaceChildren(document.querySelector("#skeleton").content.cloneNode(true));
    if (!target.open) target.showModal();
  }, 300);
  waiting.set(event.detail.xhr, { timer, target });
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { timer, target } = waiting.get(event.detail.xhr) ?? {};
  clearTimeout(timer);
  target?.removeAttribute("aria-busy");
  if (event.detail.failed && target?.id === "drawer" && target.open) target.close();
});

// Tabs that do not fit a phone are moved until the open one is seen.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 12;

enhanceTables(document);
document.addEventListener("htmx:afterSettle", () => enhanceTables(document));

// A chart page asks for the chart chunk.
if (document.querySelector("[data-chart]")) {
  import("./charts.js").then((charts) => charts.drawAll(document));
}
