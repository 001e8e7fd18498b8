// Behaviour of the painter: strokes on a transparent canvas with the pixels of the LR, which lies behind it.
// Gradio runs this as the body of a function, each time the component is mounted.

const canvas = root.querySelector("canvas");
const picture = canvas.parentElement;
const range = root.querySelector("input");
const colours = Array.from(root.querySelectorAll("[data-colour]"));
const context = canvas.getContext("2d", { willReadFrequently: true });
const UNDO_STEPS = 20;

let colour = colours[0].dataset.colour; // empty: the eraser
let earlier = []; // the canvas before each of the last strokes
let last = null; // where the pen is down
let address = null;

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function lineTo(point) {
  context.globalCompositeOperation = colour ? "source-over" : "destination-out";
  context.strokeStyle = colour || "#000";
  context.lineWidth = Number(range.value);
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(...last);
  context.lineTo(point[0] + 0.01, point[1]); // a line without length would leave no dot
  context.stroke();
  last = point;
}

function keep() {
  earlier.push(context.getImageData(0, 0, canvas.width, canvas.height));
  earlier.splice(0, earlier.length - UNDO_STEPS);
}

canvas.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button) return;
  canvas.setPointerCapture(event.pointerId);
  keep();
  last = place(event);
  lineTo(last);
});
canvas.addEventListener("pointermove", (event) => last && event.isPrimary && lineTo(place(event)));
for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (last = null));

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.action === "undo") {
    if (earlier.length) context.putImageData(earlier.pop(), 0, 0);
  } else if (button.dataset.action === "all") {
    keep();
    fill(0, canvas.height, 0, canvas.width);
  } else if (button.dataset.action === "clear") {
    clear();
  } else {
    colour = button.dataset.colour;
    for (const other of colours) other.setAttribute("aria-pressed", other === button);
  }
});
range.addEventListener("input", () => (root.querySelector("output").textContent = range.value + " px"));

function clear() {
  earlier = [];
  context.clearRect(0, 0, canvas.width, canvas.height);
}

function fill(top, bottom, left, right) {
  context.globalCompositeOperation = "source-over";
  context.fillStyle = colours[0].dataset.colour;
  context.fillRect(left, top, right - left, bottom - top);
}

function load(value) {
  if (!value || value.file.url === address) return; // the same LR keeps its strokes
  address = value.file.url;
  canvas.width = value.width;
  canvas.height = value.height;
  picture.style.width = "min(100%, " + (80 * value.width) / value.height + "vh)";
  picture.style.backgroundImage = "url(" + JSON.stringify(address) + ")";
  clear();
  if (value.filled) fill(...value.filled);
}

// The address of the picture below, and the strokes alone: a PNG with alpha as a data address.
root.painterLayer = () => address + " " + canvas.toDataURL();

watch("value", () => load(props.value));
load(props.value);
