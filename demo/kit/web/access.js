// Names for what Gradio leaves without one or names in English only, kept true while the page changes; and one short
// sentence when a result is there, for those who cannot see it come.
(WORDS) => {
  const word = (key) => WORDS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"][key];
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const seen = (node) => node !== null && node.offsetParent !== null;
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const name = (node, said) => said && node?.getAttribute("aria-label") !== said && node?.setAttribute("aria-label", said);
  const labelOf = (block) => block.querySelector("[data-testid=block-info], [data-testid=block-label]")?.textContent.trim();

  function nameAll() {
    for (const group of all("fieldset.block")) {
      name(group, labelOf(group));
      for (const radio of all("input[type=radio]", group)) radio.name = group.id || labelOf(group); // one stop, and arrows
    }
    for (const field of all(".block > .upload-container")) {
      for (const node of [field, field.querySelector("input")]) name(node, labelOf(field.parentElement));
    }
    const thumbnails = all("#examples .thumbnail-item");
    thumbnails.forEach((button, i) => {
      name(button, fill(word("example"), { name: button.querySelector("img").alt, number: i + 1, count: thumbnails.length }));
    });
    for (const block of all(".block:has(> .wrap input[type=range])")) {
      for (const input of all("input", block)) name(input, labelOf(block));
      name(block.querySelector(".reset-button"), word("reset"));
    }
    for (const strip of all(".tabs")) {
      name(strip.querySelector(":scope > .tab-list"), word("tabs"));
      const open = strip.querySelector("[role=tab][aria-selected=true]");
      for (const panel of all(":scope > [role=tabpanel]", strip)) name(panel, open?.textContent.trim());
    }
  }

  let told = ""; // the sentence last told
  let waited = false; // whether something was computed since
  function tell() {
    const status = document.querySelector("#status textarea")?.value ?? "";
    const line = document.querySelector("#told");
    if (!line || !status || !seen(document.querySelector("#viewer"))) return;
    if (document.documentElement.matches(".busy")) {
      waited = true;
      return;
    }
    const tab = all(":is(#tabs, #compress-tabs) > .tabitem").find(seen)?.parentElement.querySelector("[role=tab][aria-selected=true]");
    const sentence = fill(word("result"), { status, tab: tab?.textContent.trim() ?? "" });
    if (!waited && sentence === told) return;
    [told, waited] = [sentence, false];
    line.textContent = "";
    setTimeout(() => (line.textContent = sentence), 100); // the same sentence is told again only where it was gone
  }

  let timer = 0;
  const changed = () => {
    timer ||= setTimeout(() => {
      timer = 0;
      nameAll();
      tell();
    }, 250);
  };
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["class"] }); // busy, or no longer
  new MutationObserver((changes) => changes.some(({ target }) => !target.closest?.("#told, .viewer-stage, .viewer-status")) && changed())
    .observe(document.body, { childList: true, subtree: true, characterData: true });
  changed();

  // Past the controls, to what is shown: the viewer, or what lies over it.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".skip")) return;
    event.preventDefault();
    const shown = all("#viewer .viewer, #lesson .lesson, #benchmark [role=tab]").find(seen);
    shown?.focus();
    shown?.scrollIntoView({ block: "nearest" });
  });
}
