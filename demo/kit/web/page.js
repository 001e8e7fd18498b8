// What the page does beyond its components.
() => {
  // A file dropped on a field goes there, anywhere else to the field that takes its kind; a picture pasted anywhere to
  // that for pictures. Without this a browser would leave the page and open the file.
  const FIELDS = { icn: "#open-icn", zip: "#zip", mp4: "#motion-upload", webm: "#motion-upload" };
  const TEXT = "textarea, [contenteditable], input:not([type=radio], [type=checkbox], [type=range], [type=file])";
  const FILE = "input[type=file]";
  const RETRY_MS = 200; // a field that is busy with the file before has no input for the moment
  const TRIES = 25; // so often a mode that was opened is looked for
  let fromPage = false; // what is dragged is a picture of the page itself

  const fieldFor = (file) => document.querySelector(FIELDS[file.name.split(".").pop().toLowerCase()] ?? "#upload");

  // A compressed file belongs to a mode of its own, which is opened for it.
  function hand(file, field = fieldFor(file), tries = 0) {
    if (/\.icn$/i.test(file.name) && !document.querySelector("#open-icn")?.checkVisibility() && tries < TRIES) {
      document.querySelector("#mode input[value=compress]:not(:checked)")?.click();
      setTimeout(() => hand(file, undefined, tries + 1), RETRY_MS);
      return;
    }
    const input = (field?.checkVisibility() && field.querySelector(FILE)) || document.querySelector("#upload " + FILE);
    if (!input) return setTimeout(() => hand(file, field), RETRY_MS);
    if (input.closest("#upload") && document.querySelector("#benchmark")) document.querySelector("#mode input[value=rescale]").click();
    const transfer = new DataTransfer();
    transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((item) => item.type.startsWith("image/"));
    if (!file || event.target.closest?.(TEXT)) return;
    hand(file);
    event.preventDefault();
  });

  const carriesFile = (event) => !fromPage && event.dataTransfer?.types.includes("Files");
  const hint = (shown) => document.documentElement.classList.toggle("dropping", shown);
  document.addEventListener("dragstart", () => (fromPage = true));
  document.addEventListener("dragend", () => (fromPage = false));
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      hint(true);
    }, true);
  }
  document.addEventListener("dragleave", (event) => event.relatedTarget || hint(false)); // none: it left the window
  document.addEventListener("drop", (event) => {
    hint(false);
    if (!carriesFile(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const [file] = event.dataTransfer.files;
    if (file) hand(file, event.target.closest?.(`.block:has(${FILE})`) ?? undefined);
  }, true);

  // A dot of a chart may choose a value of a control: data-choice="tau=0.3" sets the field of #tau.
  const choose = (event) => {
    const choice = event.target.closest?.("[data-choice]")?.dataset.choice;
    if (!choice || (event.type === "keydown" && event.key !== "Enter")) return;
    const [name, value] = choice.split("=");
    const input = document.querySelector(`#${name} input[type=number]`);
    input.value = value;
    for (const type of ["input", "change", "blur"]) input.dispatchEvent(new Event(type, { bubbles: true }));
  };
  document.addEventListener("click", choose);
  document.addEventListener("keydown", choose);

  // Parts of the page are made anew whenever their mode opens: they are looked up here, and hold no listener of the page.
  document.addEventListener("keydown", (event) => document.querySelector("#lesson .lesson")?.turns?.(event));
  new MutationObserver(() => {
    for (const root of document.querySelectorAll("[data-speaks]")) root.dispatchEvent(new Event("language"));
  }).observe(document.documentElement, { attributeFilter: ["lang"] });
}
