// On a phone tabs are a list to choose from, as a dozen of them fit in no row; style.css shows the one or the other.
// Gradio keeps a hidden copy of every strip with all its titles, and what has no room in a menu.
() => {
  const titled = (strip, title) =>
    Array.from(strip.querySelectorAll(":scope > .tab-wrapper button:not([tabindex='-1'])")).find((tab) => tab.textContent === title);

  function follow(strip) {
    const titles = Array.from(strip.querySelectorAll(":scope > .tab-wrapper > .visually-hidden button"), (copy) => copy.textContent);
    let list = strip.querySelector(":scope > .tab-list");
    if (!list) {
      list = document.createElement("select");
      list.className = "tab-list";
      list.addEventListener("change", () => titled(strip, list.value)?.click());
      strip.prepend(list);
    }
    if (titles.join("\n") !== Array.from(list.options, (option) => option.value).join("\n")) {
      list.replaceChildren(...titles.map((title) => new Option(title, title)));
    }
    const open = strip.querySelector(":scope > .tab-wrapper .selected")?.textContent;
    if (open && list.value !== open) list.value = open;
  }

  let asked = 0;
  const changed = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      document.querySelectorAll(".tabs:has(> .tab-wrapper)").forEach(follow);
    });
  };
  new MutationObserver((changes) => changes.some(({ target }) => target.closest?.(".tab-wrapper, .tabs, .column")) && changed())
    .observe(document.body, { childList: true, subtree: true, attributeFilter: ["aria-selected"] });
  changed();
}
