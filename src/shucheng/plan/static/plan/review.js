// The review's text follows: to the sentence of an item whose editor opens, and of the one that the
// address names (a target just added, a link into the review).
const toSentence = (item) => {
  const passage = document.querySelector(`.document [data-ref="${CSS.escape(item.dataset.ref)}"]`) ?? around(item);
  const pane = passage?.closest(".pane");
  // Where the text is no pane beside the items (a phone), the item says its sentence itself.
  if (!pane || !matchMedia("(min-width: 900px)").matches) return;
  const offset = passage.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTo({ top: pane.scrollTop + offset - pane.clientHeight / 3 });
};

// Words that another item stands on already are not marked twice: the paragraph around them.
const around = (item) =>
  [...document.querySelectorAll(".document [data-at]")].findLast(
    (block) => Number(block.dataset.at) <= Number(item.dataset.start),
  );

document.addEventListener("htmx:afterSettle", (event) => {
  const item = event.detail.elt.closest?.(".review-item[data-ref]");
  if (item?.querySelector(".editor")) toSentence(item);
});

const arrived = document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (arrived?.matches(".review-item[data-ref]")) {
  arrived.classList.add("current");
  toSentence(arrived);
}
