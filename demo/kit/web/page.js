// What the page does beyond its components.
() => {
  // A picture pasted anywhere goes to the upload field, as if dropped there.
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((item) => item.type.startsWith("image/"));
    const input = document.querySelector("#upload input[type=file]");
    if (!file || !input) return;
    const transfer = new DataTransfer();
    transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  });

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
