// A click on one of the visitor's own pictures chooses it; who came by keys stays on it when the row is made anew.
const chosen = () => element.querySelector('[aria-pressed="true"]');
let hasFocus = false;

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-own]");
  if (!button) return;
  hasFocus = true;
  trigger("select", { index: Number(button.dataset.own) });
});
watch("value", () => {
  if (hasFocus && document.activeElement === document.body) chosen()?.focus({ preventScroll: true });
  hasFocus = false;
});
