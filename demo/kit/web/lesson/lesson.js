// Walking through the lesson: one slide is seen, its numbers once its question has been answered.

const root = element.querySelector(".lesson");
if (!root || root.shows) return; // mounted already

const stage = root.querySelector(".stage");
const dots = root.querySelector(".dots");
const steps = Array.from(root.querySelectorAll("[data-step]"));
let slides = [];
let at = 0;
let subject = null;
let said = {};

root.shows = (key) => show(slides.findIndex((slide) => slide.key === key));

function load(value) {
  if (!value) return;
  said = value.said;
  slides = value.slides;
  if (value.subject !== subject) stage.replaceChildren();
  subject = value.subject;
  for (const slide of slides) {
    const now = stage.querySelector(`[data-key="${slide.key}"]`);
    if (now && now.source === slide.html) continue; // it keeps what was answered and set
    const section = document.createElement("section");
    section.className = "slide";
    section.dataset.key = slide.key;
    section.source = slide.html;
    section.innerHTML = slide.html || `<h2>${slide.title}</h2><p class="computing">${said.computing}</p>`;
    now ? now.replaceWith(section) : stage.append(section);
    for (const figure of section.querySelectorAll("[data-figure]")) FIGURES[figure.dataset.figure](figure);
    if (section.querySelector(".ask")) section.classList.add("asked");
    section.matches(".asked") && section.querySelector(".sentence").setAttribute("aria-hidden", true); // the answer comes after the question
  }
  dots.replaceChildren(...slides.map((slide, i) => {
    const item = document.createElement("li");
    const dot = Object.assign(document.createElement("button"), { type: "button", textContent: i + 1, title: slide.title });
    dot.setAttribute("aria-label", slide.title);
    dot.addEventListener("click", () => show(i));
    item.append(dot);
    return item;
  }));
  [steps[0].textContent, steps[1].textContent] = [said.back, said.next];
  show(at);
}

function show(next) {
  if (!slides.length) return;
  at = Math.min(Math.max(next, 0), slides.length - 1);
  root.open = slides[at].key;
  for (const section of stage.children) section.hidden = section.dataset.key !== root.open;
  Array.from(dots.children).forEach((item, i) => item.firstChild.setAttribute("aria-current", i === at ? "step" : "false"));
  steps[0].disabled = at === 0;
  steps[1].disabled = at === slides.length - 1;
  root.dispatchEvent(new CustomEvent("chapter", { bubbles: true, detail: root.open }));
}

root.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) show(at + Number(step.dataset.step));
  const option = event.target.closest(".ask [data-option]");
  if (option) answer(option);
  const go = event.target.closest("[data-go]");
  if (go) enter(go.dataset.go);
});

function answer(option) {
  const ask = option.closest(".ask");
  const right = ask.dataset.right;
  for (const other of ask.querySelectorAll("button")) {
    other.setAttribute("aria-pressed", other === option);
    other.classList.toggle("right", right !== "" && other.dataset.option === right);
    other.classList.toggle("wrong", right !== "" && other === option && option.dataset.option !== right);
  }
  option.closest(".slide").classList.remove("asked");
  option.closest(".slide").querySelector(".sentence").removeAttribute("aria-hidden");
}

// The order of the quiz's options.
root.deals = (order) => {
  root.order = Number(order);
  stage.querySelector("[data-figure=quiz]")?.dispatchEvent(new Event("deal"));
};

// The page itself in the state that shows the same, by a link, so that Back returns to the chapter.
function enter(link) {
  const query = new URLSearchParams(location.search);
  for (const name of ["mode", "chapter", "quiz"]) query.delete(name);
  for (const [name, text] of new URLSearchParams(link)) query.set(name, text);
  pageLink.open("?" + query);
}

// Keys come from page.js: a listener of the page itself would hold a lesson that is gone.
root.turns = (event) => {
  if (!root.offsetParent || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1 }[event.key];
  // Page keys come from a clicker and work but where one writes; arrows move a slider or a choice that has the focus.
  const taken = event.key.startsWith("Page") ? "input:not([type=radio], [type=checkbox], [type=range])" : "input, select";
  if (!step || event.target.closest?.(`textarea, [contenteditable], ${taken}`)) return;
  event.preventDefault();
  show(at + step);
};

watch("value", () => load(props.value));
load(props.value);
