// Stage mode: P begins and ends it. Page keys walk the lesson, or the views that the speaker has pinned: addresses of
// the page, kept in this browser and in a file. link.js follows the address, and sets the page from one.
() => {
  const KEPT = "pinned views";
  const page = document.documentElement;
  const bar = () => document.querySelector("#stage-bar");
  let views = [];
  let at = -1;
  try {
    views = checked(JSON.parse(localStorage.getItem(KEPT)));
  } catch {} // none were kept, or they cannot be read here

  function checked(list) {
    if (!Array.isArray(list) || !list.every((view) => typeof view === "string" && /^(\?|$)/.test(view))) throw new Error();
    return list;
  }

  function on() {
    return page.classList.contains("stage");
  }

  function present(begin) {
    page.classList.toggle("stage", begin);
    blank(false);
    if (!begin && document.fullscreenElement) document.exitFullscreen();
    show();
    dispatchEvent(new Event("resize")); // the viewer takes the new room
  }

  function blank(dark) {
    document.querySelector("#blank").hidden = !dark;
  }

  function show() {
    const count = bar()?.querySelector("output");
    if (count) count.textContent = views.length ? `${at + 1} / ${views.length}` : "";
    mark();
  }

  // Which scale is on.
  function mark() {
    const chosen = document.querySelector("#scale label:has(:checked)")?.innerText.trim();
    for (const button of bar()?.querySelectorAll("[data-scale]") ?? []) button.setAttribute("aria-pressed", `×${button.dataset.scale}` === chosen);
  }

  function keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify(views));
    } catch {} // a browser that keeps nothing: there is the file
    show();
  }

  // Another of the pinned views: the page is set from its address. Nothing pinned: another tab.
  function walk(step) {
    if (!views.length) {
      const tabs = Array.from(document.querySelectorAll("#centre [role=tab]")).filter((tab) => tab.checkVisibility() && !tab.closest(".visually-hidden"));
      tabs[tabs.findIndex((tab) => tab.ariaSelected === "true") + step]?.click();
      return;
    }
    at = Math.min(Math.max(at + step, 0), views.length - 1);
    pageLink.open(views[at]);
    show();
  }

  const DO = {
    scale: (button) => {
      const label = Array.from(document.querySelectorAll("#scale label")).find((one) => one.innerText.trim() === `×${button.dataset.scale}`);
      label?.querySelector("input").click();
    },
    resample: () => Array.from(document.querySelectorAll("#resample, #icn-resample")).find((one) => one.isConnected && !one.closest(".hide"))?.click(),
    back: () => walk(-1),
    next: () => walk(1),
    pin: () => {
      views.splice(at + 1, 0, location.search);
      at += 1;
      keep();
    },
    unpin: () => {
      if (at >= 0) views.splice(at, 1);
      at = Math.min(at, views.length - 1);
      keep();
    },
    save: () => {
      const file = new Blob([JSON.stringify(views, null, 1)], { type: "application/json" });
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: field().dataset.name });
      link.click();
      URL.revokeObjectURL(link.href);
    },
    load: () => field().click(),
    leave: () => present(false),
  };

  function field() {
    return bar().querySelector("input[type=file]");
  }

  document.addEventListener("change", async ({ target }) => {
    if (!target.matches?.("#stage-bar input[type=file]") || !target.files.length) return;
    try {
      views = checked(JSON.parse(await target.files[0].text()));
      at = -1;
      keep();
    } catch {
      bar().querySelector("output").textContent = target.dataset.bad;
    }
    target.value = "";
  });

  document.addEventListener("viewed", () => on() && mark());
  document.addEventListener("click", (event) => {
    if (event.target.closest("#present")) present(true);
    const button = event.target.closest("[data-stage]");
    if (button) DO[button.dataset.stage](button);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("textarea, [contenteditable], input:not([type=radio], [type=checkbox], [type=range])")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "p") present(!on());
    else if (!on()) return;
    else if (key === "b" || key === ".") blank(document.querySelector("#blank").hidden); // clickers send a full stop
    else if (key === "f") document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen();
    else if (key === "Escape") present(false);
    else if (key.startsWith("Page") && !document.querySelector("#lesson")?.offsetParent) walk(key === "PageDown" ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}
