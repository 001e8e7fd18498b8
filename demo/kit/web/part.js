// The part of a large photograph that is worked on: a rectangle on a small picture of all of it. Dragged by a pointer or
// moved by arrow keys, and when it is let go, the server cuts anew. Places are pixels of the photograph.

const BOX = { width: 132, height: 99 }; // the small picture fits into it, whatever its shape
const STEP = 0.05; // of the photograph's side, by an arrow key; with Shift one pixel
const PAUSE_MS = 350; // after so long without a key, the rectangle counts as let go

const find = (selector) => root.querySelector(selector);
const [picture, frame] = [find(".part-picture"), find(".part-frame")];
let photo = null; // the value
let at = null; // [top, left] as it is shown
let grip = null; // where in the rectangle the pointer holds it
let timer = 0;
let sent = null; // the place that the server was asked for last, until it has answered

const limited = (place) => place.map((where, i) => Math.round(Math.min(Math.max(where, 0), photo.size[i] - photo.shown[i])));
const same = (one, other) => one.every((where, i) => where === other[i]);
const sizeText = ([height, width]) => width + "×" + height;

function show() {
  const fits = Math.min(BOX.width / photo.size[1], BOX.height / photo.size[0]);
  Object.assign(picture.style, { width: photo.size[1] * fits + "px", height: photo.size[0] * fits + "px" });
  picture.style.backgroundImage = "url(" + JSON.stringify(photo.file.url) + ")";
  frame.hidden = !at;
  const share = (length, side) => (100 * length) / photo.size[side] + "%";
  if (at) {
    Object.assign(frame.style, { top: share(at[0], 0), left: share(at[1], 1) });
    Object.assign(frame.style, { height: share(photo.shown[0], 0), width: share(photo.shown[1], 1) });
  }
  find(".part-size").textContent = word("size", { size: sizeText(photo.size) });
  find(".part-shown").textContent = word(at ? "shown" : "smaller", { size: sizeText(photo.shown) });
  find(".part-command").textContent = photo.commands;
  for (const button of root.querySelectorAll("[data-whole]")) {
    button.setAttribute("aria-pressed", String(Boolean(button.dataset.whole) === !at));
  }
}

function move(place) {
  at = limited(place);
  show();
}

function letGo() {
  clearTimeout(timer);
  timer = 0;
  if (!at || (photo.at && same(at, photo.at))) return;
  sent = at;
  find(".part-told").textContent = word("at", { x: at[1], y: at[0] });
  trigger("select", { top: at[0], left: at[1], whole: false });
}

function place(event) {
  const box = picture.getBoundingClientRect();
  return [((event.clientY - box.top) / box.height) * photo.size[0], ((event.clientX - box.left) / box.width) * photo.size[1]];
}

picture.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button) return;
  picture.setPointerCapture(event.pointerId);
  const point = place(event);
  const inside = at && point.every((where, i) => where >= at[i] && where <= at[i] + photo.shown[i]);
  grip = inside ? point.map((where, i) => where - at[i]) : photo.shown.map((side) => side / 2);
  move(point.map((where, i) => where - grip[i]));
  frame.focus({ preventScroll: true });
  event.preventDefault();
});
picture.addEventListener("pointermove", (event) => grip && event.isPrimary && move(place(event).map((where, i) => where - grip[i])));
for (const name of ["pointerup", "pointercancel"]) {
  picture.addEventListener(name, () => {
    if (grip) letGo();
    grip = null;
  });
}

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
frame.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (!arrow || !at || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  move(at.map((where, i) => where + arrow[i] * (event.shiftKey ? 1 : STEP * photo.size[i])));
  clearTimeout(timer);
  timer = setTimeout(letGo, PAUSE_MS);
});

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-whole]");
  if (!button || button.getAttribute("aria-pressed") === "true") return;
  const whole = Boolean(button.dataset.whole);
  const [top, left] = photo.at ?? photo.size.map((side, i) => (side - photo.shown[i]) / 2);
  trigger("select", { top: Math.round(top), left: Math.round(left), whole });
});

function load(value) {
  if (!value || grip || timer) return; // while it is being moved, the hand is right
  if (sent && value.at && value.file.url === photo.file.url && !same(value.at, sent)) return; // an earlier answer
  sent = null;
  photo = value;
  at = value.at;
  show();
}

onLanguage(() => photo && show());
watch("value", () => load(props.value));
load(props.value);
