// A board of columns is walked with the arrow keys: up and down in a column, left and right to the
// card beside. Without script the tab key leads through it all the same.
document.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-board] .stage-card");
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const columns = [...card.closest("[data-board]").children].map((column) => [...column.querySelectorAll(".stage-card")]);
  const column = columns.findIndex((cards) => cards.includes(card));
  const row = columns[column].indexOf(card);
  const beside = (step) => {
    for (let at = column + step; at >= 0 && at < columns.length; at += step) {
      if (columns[at].length) return columns[at][Math.min(row, columns[at].length - 1)];
    }
  };
  const ways = { ArrowUp: () => columns[column][row - 1], ArrowDown: () => columns[column][row + 1], ArrowLeft: () => beside(-1), ArrowRight: () => beside(1) };
  const next = ways[event.key]?.();
  if (!(event.key in ways)) return;
  event.preventDefault();
  next?.querySelector("a").focus();
});
