// Behaviour of the picture viewer.  Gradio runs this file as the body of a function with the
// arguments (element, trigger, props, server, upload, watch) each time the component is mounted.
//
// How it hangs together: the pictures arrive as addresses of PNG files and are decoded once; `view`
// holds everything the user can change; every change calls schedule(), and one animation frame
// later draw() paints the canvas and brings labels, buttons and status line in line with `view`.
//
// Lengths are in CSS pixels unless a name ends in `Dev` (device pixels).  `zoom` is CSS pixels per
// picture pixel, so 1 is 100 %.  All listeners sit on elements inside `root`, none on the document:
// when Gradio drops the component, they go with it.
"use strict";

const root = element.querySelector(".viewer");
if (!root || root.viewerState) return; // mounted already

const MODES = ["split", "flip", "side", "difference", "draws"];
const GAINS = [1, 2, 4, 8, 16, 32, 64];
const STOPS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
const MAX_ZOOM = 64;
const MARGIN = 8; // left free around the picture at Fit
const GUTTER = 8; // between the panes of the side-by-side and draws modes
const TAP = 5; // a press that moves less than this is a tap, not a drag
const IDLE = matchMedia("(pointer: coarse)").matches
  ? "Tap the picture to read its pixels"
  : "Point at the picture to read its pixels";

const find = (selector) => root.querySelector(selector);
const findAll = (selector) => Array.from(root.querySelectorAll(selector));
const stage = find(".viewer-stage");
const canvas = find(".viewer-canvas");
const handle = find(".viewer-handle");
const labelLayer = find(".viewer-labels");
const help = find(".viewer-help");
const picks = { a: find('[data-pick="a"]'), b: find('[data-pick="b"]') };
const context = canvas.getContext("2d", { alpha: false });

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// ---------------------------------------------------------------------------------------- state

const view = {
  mode: "split",
  a: null, // key of picture A
  b: null,
  flipped: false, // flip mode shows B
  split: 0.5, // of the width of the stage
  gain: 8,
  fit: true, // while true, zoom follows the size of the pane
  zoom: 1,
  cx: 0, // the picture point in the middle of every pane
  cy: 0,
  labels: true,
  hot: -1, // cell of the draws mode that the keys have come to, or none
};

let size = { width: 0, height: 0, scale: 1 }; // common size of the pictures
let pictures = new Map(); // key -> picture, in the order of the value
let stageSize = { width: 0, height: 0, dpr: 1 };
let spot = null; // where the mouse is on the stage
let hover = null; // the picture pixel there, or the one last tapped: { x, y, key }
let pending = false; // a value is being decoded

// ------------------------------------------------------------------------------------- pictures

// A short name for places with little room: the label up to its first comma or dot.
const shortName = (picture) => picture.label.split(/,| · /)[0].trim();

const picture = (key) => pictures.get(key);

// How many common pixels one pixel of this picture covers (1, or `scale` for the low-resolution one).
function coverage(item) {
  if (item.width === size.width && item.height === size.height) return 1;
  return size.scale;
}

async function decode(description, signal) {
  const response = await fetch(description.file.url, { signal });
  if (!response.ok) throw new Error("HTTP " + response.status);
  // No colour management and no alpha arithmetic on the way in: the bytes must stay what they were.
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  const bitmap = await createImageBitmap(await response.blob(), options);
  return { ...description, url: description.file.url, bitmap, rgba: null };
}

// The decoded bytes, read back once per picture and only when something asks for them.
function pixelsOf(item) {
  if (!item.rgba) {
    const scratch = document.createElement("canvas");
    scratch.width = item.width;
    scratch.height = item.height;
    const reader = scratch.getContext("2d", { willReadFrequently: true }); // in memory, not on the GPU
    reader.drawImage(item.bitmap, 0, 0);
    item.rgba = reader.getImageData(0, 0, item.width, item.height).data;
  }
  return item.rgba;
}

// The pixel of a picture that covers the common position (x, y).
function pixelAt(item, x, y) {
  const f = coverage(item);
  const px = Math.min(item.width - 1, Math.floor(x / f));
  const py = Math.min(item.height - 1, Math.floor(y / f));
  const at = 4 * (py * item.width + px);
  return { x: px, y: py, own: f !== 1, rgb: Array.from(pixelsOf(item).subarray(at, at + 3)) };
}

// ----------------------------------------------------------------------------------- difference

// Kept for the present pair: |A − B| at gain 1 with its statistics, and one canvas per gain in use.
let difference = { a: null, b: null, absolute: null, mean: 0, max: 0, canvases: new Map() };

// Per common position along one axis, the index of the picture's pixel there.
function indexTable(length, f, own) {
  return Int32Array.from({ length }, (_, i) => Math.min(own - 1, Math.floor(i / f)));
}

function measureDifference(a, b) {
  if (difference.a === a && difference.b === b) return;
  const { width, height } = size;
  const absolute = new Uint8Array(3 * width * height);
  const [pa, pb] = [pixelsOf(a), pixelsOf(b)];
  const [xa, xb] = [a, b].map((item) => indexTable(width, coverage(item), item.width));
  const [ya, yb] = [a, b].map((item) => indexTable(height, coverage(item), item.height));
  let [sum, max, at] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    const [rowA, rowB] = [ya[y] * a.width, yb[y] * b.width];
    for (let x = 0; x < width; x++) {
      const [ia, ib] = [4 * (rowA + xa[x]), 4 * (rowB + xb[x])];
      for (let channel = 0; channel < 3; channel++) {
        const d = Math.abs(pa[ia + channel] - pb[ib + channel]);
        absolute[at++] = d;
        sum += d;
        if (d > max) max = d;
      }
    }
  }
  difference = { a, b, absolute, mean: sum / absolute.length, max, canvases: new Map() };
}

function differenceCanvas(a, b, gain) {
  measureDifference(a, b);
  const known = difference.canvases.get(gain);
  if (known) return known;
  const made = document.createElement("canvas");
  made.width = size.width;
  made.height = size.height;
  const pen = made.getContext("2d");
  const image = pen.createImageData(size.width, size.height);
  for (let from = 0, to = 0; from < difference.absolute.length; from += 3, to += 4) {
    for (let c = 0; c < 3; c++) image.data[to + c] = difference.absolute[from + c] * gain; // clamps at 255
    image.data[to + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  difference.canvases.set(gain, made);
  return made;
}

// ------------------------------------------------------------------------------------- geometry

// Split the stage into `count` equal panes so that the picture gets as large as possible; `packed`
// panes have the shape of the picture and stand in the middle of the stage.
function grid(count, packed) {
  const edge = packed ? MARGIN : 0;
  const [width, height] = [stageSize.width - 2 * edge, stageSize.height - 2 * edge];
  let best = null;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const w = (width - GUTTER * (columns - 1)) / columns;
    const h = (height - GUTTER * (rows - 1)) / rows;
    const zoom = Math.min(w / size.width, h / size.height);
    if (!best || zoom > best.zoom) best = { columns, rows, w, h, zoom };
  }
  const { columns, rows } = best;
  const w = packed ? size.width * best.zoom : best.w;
  const h = packed ? size.height * best.zoom : best.h;
  const left = (stageSize.width - columns * (w + GUTTER) + GUTTER) / 2;
  const top = (stageSize.height - rows * (h + GUTTER) + GUTTER) / 2;
  return Array.from({ length: count }, (_, i) => ({
    x: left + (i % columns) * (w + GUTTER),
    y: top + Math.floor(i / columns) * (h + GUTTER),
    w,
    h,
    packed,
  }));
}

function drawKeys() {
  const draws = Array.from(pictures.keys()).filter((key) => /^draw-/.test(key));
  return pictures.has("original") ? ["original", ...draws] : draws;
}

// The panes of the present mode: rectangles, each with the key of the picture it shows.
function panes() {
  const { mode, a, b } = view;
  const keys = mode === "draws" ? drawKeys() : mode === "side" ? [a, b] : [mode === "flip" && view.flipped ? b : a];
  return grid(Math.max(1, keys.length), mode === "draws").map((pane, i) => ({ ...pane, key: keys[i] ?? a }));
}

// Fit prefers a whole number of device pixels per picture pixel, an exact copy, where that costs
// little room; see paintEnlarged() for what happens in between.
function fitZoom(pane) {
  const margin = pane.packed ? 0 : MARGIN; // packed panes have theirs around all of them
  const zoom = Math.min((pane.w - 2 * margin) / size.width, (pane.h - 2 * margin) / size.height);
  const zoomDev = zoom * stageSize.dpr;
  const whole = Math.floor(zoomDev);
  return zoom >= 1 && zoomDev - whole < 0.3 * whole ? whole / stageSize.dpr : Math.max(zoom, 1e-3);
}

// Keep the picture in reach: centred along an axis where all of it fits, else never past its edge.
function settle(pane) {
  if (view.fit) view.zoom = fitZoom(pane);
  const axis = (centre, length, room) => {
    const half = room / view.zoom / 2;
    return 2 * half >= length ? length / 2 : clamp(centre, half, length - half);
  };
  view.cx = axis(view.cx, size.width, pane.w);
  view.cy = axis(view.cy, size.height, pane.h);
}

// Where the picture's top left corner falls, on a whole device pixel so that 100 % is an exact copy.
function origin(pane) {
  const snap = (value) => Math.round(value * stageSize.dpr) / stageSize.dpr;
  return {
    x: snap(pane.x + pane.w / 2 - view.cx * view.zoom),
    y: snap(pane.y + pane.h / 2 - view.cy * view.zoom),
  };
}

// The part of a pane that the picture covers.
function visible(pane) {
  const o = origin(pane);
  const left = Math.max(pane.x, o.x);
  const top = Math.max(pane.y, o.y);
  const right = Math.min(pane.x + pane.w, o.x + size.width * view.zoom);
  const bottom = Math.min(pane.y + pane.h, o.y + size.height * view.zoom);
  return { left, top, right, bottom };
}

function paneAt(x, y) {
  return panes().find((p) => x >= p.x && x < p.x + p.w && y >= p.y && y < p.y + p.h) || null;
}

// The picture pixel at a point of the stage, or null beside the picture.
function locate(x, y) {
  const pane = pictures.size ? paneAt(x, y) : null;
  if (!pane) return null;
  const o = origin(pane);
  const at = { x: Math.floor((x - o.x) / view.zoom), y: Math.floor((y - o.y) / view.zoom), key: pane.key };
  return at.x >= 0 && at.y >= 0 && at.x < size.width && at.y < size.height ? at : null;
}

// -------------------------------------------------------------------------------------- drawing

let frame = 0; // the animation frame asked for
let dirty = false; // it has to paint; moving the mouse alone mostly changes the status line only

function schedule(all = true) {
  dirty = dirty || all;
  if (!frame) frame = requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  if (!stageSize.width || !stageSize.height) return; // in a hidden tab; the observer calls again
  const list = pictures.size ? panes() : [];
  if (list.length) settle(list[0]);
  if (spot) hover = locate(spot.x, spot.y);
  if (dirty) drawStage(list);
  dirty = false;
  showPixel();
}

function drawStage(list) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = getComputedStyle(stage).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (list.length) paint(list);
  placeLabels(list);
  syncControls(list);
}

function paint(list) {
  const { mode } = view;
  const [a, b] = [picture(view.a), picture(view.b)];
  if (mode === "difference") {
    const source = differenceCanvas(a, b, view.gain);
    paintImage(list[0], source, 1);
  } else if (mode === "split") {
    const at = view.split * stageSize.width;
    paintImage(list[0], a.bitmap, coverage(a), 0, at);
    paintImage(list[0], b.bitmap, coverage(b), at, stageSize.width);
  } else if (mode !== "draws" || drawKeys().length) {
    for (const pane of list) paintImage(pane, picture(pane.key).bitmap, coverage(picture(pane.key)));
  }
  if (mode === "draws") paintFrames(list);
  if (mode === "side" || mode === "draws") paintPointer(list);
}

// Paint one picture into a pane, between the columns `from` and `to`; `f`: see coverage().
function paintImage(pane, source, f, from = -Infinity, to = Infinity) {
  const { dpr } = stageSize;
  const o = origin(pane);
  const dev = (value) => Math.round(value * dpr);
  const v = visible(pane);
  const left = dev(Math.max(v.left, from));
  const right = dev(Math.min(v.right, to));
  if (right <= left) return;
  context.save();
  context.beginPath();
  context.rect(left, dev(v.top), right - left, dev(v.bottom) - dev(v.top));
  context.clip();
  context.imageSmoothingEnabled = view.zoom * f < 1;
  context.imageSmoothingQuality = "high";
  const zoomDev = view.zoom * f * dpr;
  context.setTransform(zoomDev, 0, 0, zoomDev, dev(o.x), dev(o.y));
  const uneven = zoomDev > 1 && zoomDev < 4 && Math.abs(zoomDev - Math.round(zoomDev)) > 1e-6;
  if (uneven && !context.imageSmoothingEnabled) {
    const from = { x: (left - dev(o.x)) / zoomDev, y: (dev(v.top) - dev(o.y)) / zoomDev };
    const to = { x: (right - dev(o.x)) / zoomDev, y: (dev(v.bottom) - dev(o.y)) / zoomDev };
    paintEnlarged(source, from, to, Math.ceil(zoomDev));
  } else {
    context.drawImage(source, 0, 0);
  }
  context.restore();
}

// At 150 %, say, copying the nearest pixel makes every second pixel twice as wide, and the picture
// gets a pattern of its own.  So enlarge the visible part by a whole factor first, without
// smoothing, and shrink that: pixels stay squares of one size, only their edges share a device pixel.
const enlarged = document.createElement("canvas").getContext("2d", { alpha: false });

function paintEnlarged(source, from, to, factor) {
  const [x, y] = [Math.max(0, Math.floor(from.x)), Math.max(0, Math.floor(from.y))];
  const w = Math.min(source.width, Math.ceil(to.x)) - x;
  const h = Math.min(source.height, Math.ceil(to.y)) - y;
  if (w <= 0 || h <= 0) return;
  Object.assign(enlarged.canvas, { width: w * factor, height: h * factor });
  enlarged.imageSmoothingEnabled = false;
  enlarged.drawImage(source, x, y, w, h, 0, 0, w * factor, h * factor);
  context.imageSmoothingEnabled = true;
  context.drawImage(enlarged.canvas, x, y, w, h);
}

function outline(box, colour, width) {
  const { dpr } = stageSize;
  context.lineWidth = width * dpr;
  context.strokeStyle = colour;
  const inset = width / 2;
  context.strokeRect(
    (box.left + inset) * dpr, (box.top + inset) * dpr,
    (box.right - box.left - width) * dpr, (box.bottom - box.top - width) * dpr,
  );
}

// In the draws mode: which cell is B, and which one the keys would choose.
function paintFrames(list) {
  const style = getComputedStyle(root);
  list.forEach((pane, i) => {
    if (pane.key === view.b) outline(visible(pane), style.getPropertyValue("--b"), 3);
    if (i === view.hot) outline(visible(pane), "#ffffff", 3);
  });
}

// Several panes: mark in each of them the pixel that the status line is about.
function paintPointer(list) {
  if (!hover) return;
  const grow = Math.max(0, 5 - view.zoom / 2); // a ring around small pixels, the outline of large ones
  for (const pane of list) {
    const o = origin(pane);
    const left = o.x + hover.x * view.zoom - grow;
    const top = o.y + hover.y * view.zoom - grow;
    const box = { left, top, right: left + view.zoom + 2 * grow, bottom: top + view.zoom + 2 * grow };
    if (box.left < pane.x || box.right > pane.x + pane.w || box.top < pane.y || box.bottom > pane.y + pane.h) continue;
    outline({ left: box.left - 1, top: box.top - 1, right: box.right + 1, bottom: box.bottom + 1 }, "#000", 1);
    outline(box, "#fff", 1);
  }
}

// --------------------------------------------------------------------------------------- labels

function chip(letter) {
  const made = document.createElement("span");
  made.className = "viewer-chip viewer-chip-" + letter.toLowerCase();
  made.textContent = letter;
  return made;
}

// As much of a label as a cell has room for: all of it, its name and last part, its name, or the
// number the name ends in.  The sizes follow viewer.css.
function cellText(item, cell, hasChip) {
  const narrow = stageSize.width < 560;
  const room = cell - (narrow ? 16 : 20) - (hasChip ? 24 : 0);
  const name = shortName(item);
  const parts = item.label.split(" · ");
  context.font = "600 " + (narrow ? 11 : clamp(8 + 0.0045 * stageSize.width, 12, 18)) + "px system-ui, sans-serif";
  const forms = [item.label, parts.length > 1 ? name + " · " + parts.pop() : name, name];
  return forms.find((text) => context.measureText(text).width <= room) ?? name.split(" ").pop();
}

// Each entry: { text, letter, x, y, room, align, small }.  x is the left or the right edge.
function wantedLabels(list) {
  if (!view.labels || !list.length) return [];
  const pad = stageSize.width < 500 ? 6 : 10;
  const { mode } = view;
  const [a, b] = [picture(view.a), picture(view.b)];
  if (mode === "draws") {
    return list.filter((pane) => picture(pane.key) && drawKeys().length).map((pane) => {
      const v = visible(pane);
      const room = v.right - v.left - 8;
      const letter = pane.key === view.b ? "B" : pane.key === view.a ? "A" : "";
      const item = picture(pane.key);
      const text = cellText(item, room, letter);
      return { text, letter, x: v.left + 4, y: v.top + 4, room, align: "left", small: true };
    });
  }
  const first = visible(list[0]);
  const last = visible(list[list.length - 1]);
  const atA = { text: a.label, letter: "A", x: first.left + pad, y: first.top + pad, align: "left" };
  const atB = { text: b.label, letter: "B", x: last.right - pad, y: last.top + pad, align: "right" };
  const whole = first.right - first.left - 2 * pad;
  if (mode === "flip") return [{ ...(view.flipped ? atB : atA), room: whole }];
  if (mode === "side") {
    const room = last.right - last.left - 2 * pad;
    return [{ ...atA, room }, { ...atB, room, x: last.left + pad, align: "left" }];
  }
  if (mode === "split") {
    // A label stays on its own side of the handle, and goes when that side gets too narrow.
    const at = clamp(view.split * stageSize.width, first.left, first.right);
    atA.room = at - first.left - 2 * pad;
    atB.room = first.right - at - 2 * pad;
  } else {
    atA.room = atB.room = (whole - pad) / 2;
  }
  return [atA, atB].filter((label) => label.room > 84);
}

// Text in several lines leaves its box as wide as the room was; make it as wide as the lines are.
function hugText(text) {
  text.style.width = "";
  const range = document.createRange();
  range.selectNodeContents(text);
  const { width } = range.getBoundingClientRect();
  if (width < text.offsetWidth - 2) text.style.width = Math.ceil(width) + 1 + "px";
}

function placeLabels(list) {
  const wanted = wantedLabels(list);
  while (labelLayer.children.length > wanted.length) labelLayer.lastChild.remove();
  wanted.forEach((label, i) => {
    const pill = labelLayer.children[i] || labelLayer.appendChild(document.createElement("div"));
    const content = label.letter + "|" + label.text;
    pill.className = "viewer-label" + (label.small ? " viewer-label-small" : "");
    if (pill.dataset.content !== content) {
      const text = document.createElement("span");
      text.textContent = label.text;
      pill.replaceChildren(...(label.letter ? [chip(label.letter)] : []), text);
      pill.dataset.content = content;
    }
    const room = Math.max(0, label.room) + "px";
    if (pill.dataset.fitted !== content + room) {
      pill.style.maxWidth = room;
      hugText(pill.lastChild);
      pill.dataset.fitted = content + room;
    }
    pill.style.top = label.y + "px";
    pill.style.left = label.align === "left" ? label.x + "px" : "auto";
    pill.style.right = label.align === "left" ? "auto" : stageSize.width - label.x + "px";
  });
}

// ----------------------------------------------------------------------- controls and status line

function press(buttons, test) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(Boolean(test(button))));
}

const modeButtons = findAll("[data-mode]").filter((node) => node.tagName === "BUTTON");
const zoomButtons = findAll("[data-zoom]");
const gainButtons = findAll("[data-gain]");

function syncControls(list) {
  const { mode } = view;
  const some = pictures.size > 0;
  press(modeButtons, (button) => button.dataset.mode === mode);
  press(zoomButtons, ({ dataset }) =>
    dataset.zoom === "fit" ? view.fit : !view.fit && Math.abs(Number(dataset.zoom) - view.zoom) < 1e-6);
  press(gainButtons, (button) => Number(button.dataset.gain) === view.gain);
  for (const node of [...modeButtons, ...zoomButtons, find('[data-action="swap"]'), picks.a, picks.b]) {
    node.disabled = !some;
  }
  stage.dataset.mode = mode;
  // With nothing to pan up or down, leave vertical swipes to the page, so that it can be scrolled.
  const tall = list.length && size.height * view.zoom > list[0].h + 1;
  stage.dataset.scroll = tall ? "none" : "page";
  handle.hidden = !some || mode !== "split";
  handle.style.left = view.split * 100 + "%";
  handle.setAttribute("aria-valuenow", String(Math.round(view.split * 100)));
  find(".viewer-tools").hidden = !some || mode !== "difference";
  find(".viewer-empty").hidden = some && !(mode === "draws" && !drawKeys().length);
  find(".viewer-empty").textContent = some ? "This result has no draws" : "Nothing to compare yet";
  if (some && mode === "difference") {
    find(".viewer-stats").textContent =
      "|A − B|: mean " + difference.mean.toFixed(2) + ", max " + difference.max + " of 255";
  }
  find(".viewer-size").textContent = some
    ? size.width + " × " + size.height + " · " + percent(view.zoom)
    : "";
  canvas.setAttribute("aria-label", describe(list));
}

const percent = (zoom) => (zoom < 0.1 ? (100 * zoom).toFixed(1) : Math.round(100 * zoom)) + " %";

// What the canvas shows, in words.
function describe(list) {
  if (!list.length) return "No pictures yet";
  const [a, b] = [picture(view.a).label, picture(view.b).label];
  const what = {
    split: () => "Split at " + Math.round(view.split * 100) + " %: left A, " + a + "; right B, " + b,
    flip: () => (view.flipped ? "Showing B, " + b + "; the other is A, " + a : "Showing A, " + a + "; the other is B, " + b),
    side: () => "Side by side: A, " + a + "; B, " + b,
    difference: () =>
      "Difference of A, " + a + ", and B, " + b + ", times " + view.gain +
      ": mean " + difference.mean.toFixed(2) + ", maximum " + difference.max,
    draws: () => "All draws: " + drawKeys().map((key) => picture(key).label).join("; "),
  }[view.mode]();
  return what + ". " + size.width + " by " + size.height + " pixels at " + percent(view.zoom) + ".";
}

// Tell screen readers what changed; the canvas itself cannot.
function say(text) {
  find(".viewer-said").textContent = text;
}

function valueNode(letter, item, at) {
  const pixel = pixelAt(item, at.x, at.y);
  const node = document.createElement("span");
  node.className = "viewer-value";
  const name = document.createElement("span");
  name.textContent = shortName(item) + (pixel.own ? " (" + pixel.x + ", " + pixel.y + ")" : "");
  const swatch = document.createElement("span");
  swatch.className = "viewer-swatch";
  swatch.style.background = "rgb(" + pixel.rgb.join(" ") + ")";
  const rgb = document.createElement("b");
  rgb.textContent = pixel.rgb.join(" ");
  node.append(...(letter ? [chip(letter)] : []), name, swatch, rgb);
  return node;
}

let shown = null; // what the pixel line shows, to leave the page alone while it does not change

function showPixel() {
  const at = hover && hover.x < size.width && hover.y < size.height ? hover : null;
  const [a, b] = [picture(view.a), picture(view.b)];
  const other = view.mode === "draws" && at ? picture(at.key) : null;
  const now = at ? [at.x, at.y, a, b, other] : [IDLE];
  if (shown && now.length === shown.length && now.every((part, i) => part === shown[i])) return;
  shown = now;
  const line = find(".viewer-pixel");
  if (!at) {
    line.textContent = IDLE;
    return;
  }
  const place = document.createElement("span");
  place.textContent = "x " + at.x + ", y " + at.y;
  line.replaceChildren(place, valueNode("A", a, at), valueNode("B", b, at));
  if (other && other !== a && other !== b) line.append(valueNode("", other, at));
}

// -------------------------------------------------------------------------------------- actions

function setMode(mode) {
  view.mode = mode;
  view.hot = -1;
  schedule();
}

function flip() {
  if (view.mode !== "flip") {
    setMode("flip");
  } else {
    view.flipped = !view.flipped;
    schedule();
  }
  say("Showing " + (view.flipped ? "B, " + picture(view.b).label : "A, " + picture(view.a).label));
}

function swap() {
  [view.a, view.b] = [view.b, view.a];
  fillPicks();
  schedule();
}

function choose(which, key) {
  view[which] = key;
  fillPicks();
  schedule();
}

// Open a cell of the draws mode: it becomes B, against A.
function openDraw(key) {
  if (!pictures.has(key)) return;
  choose("b", key);
  setMode("split");
  say("B is " + picture(key).label);
}

function setGain(gain) {
  view.gain = gain;
  schedule();
}

function stepGain(by) {
  setGain(GAINS[clamp(GAINS.indexOf(view.gain) + by, 0, GAINS.length - 1)]);
}

function setSplit(fraction) {
  view.split = clamp(fraction, 0, 1);
  schedule();
}

function fit() {
  view.fit = true;
  schedule();
}

// Zoom so that the picture point under the stage point (x, y) stays there; by default the middle.
function zoomTo(zoom, x, y) {
  const pane = (x === undefined ? null : paneAt(x, y)) || panes()[0];
  const dx = x === undefined ? 0 : x - (pane.x + pane.w / 2);
  const dy = y === undefined ? 0 : y - (pane.y + pane.h / 2);
  const least = Math.min(fitZoom(pane), 1) / 2;
  const next = clamp(zoom, least, MAX_ZOOM);
  view.cx += dx / view.zoom - dx / next;
  view.cy += dy / view.zoom - dy / next;
  view.zoom = next;
  view.fit = false;
  settle(pane);
  schedule();
}

function stepZoom(direction) {
  const { zoom } = view;
  const stops = direction > 0 ? STOPS.filter((s) => s > zoom * 1.001) : STOPS.filter((s) => s < zoom * 0.999);
  if (stops.length) zoomTo(direction > 0 ? stops[0] : stops[stops.length - 1]);
}

function panBy(dx, dy) {
  view.cx -= dx / view.zoom;
  view.cy -= dy / view.zoom;
  settle(panes()[0]);
  schedule();
}

function stepCell(by) {
  const keys = drawKeys();
  if (!keys.length) return;
  const from = view.hot < 0 ? keys.indexOf(view.b) : view.hot;
  view.hot = clamp(from + by, 0, keys.length - 1);
  say(picture(keys[view.hot]).label);
  schedule();
}

function toggleHelp(show = help.hidden) {
  help.hidden = !show;
  press([find('[data-action="help"]')], () => show);
}

function toggleFullscreen() {
  if (document.fullscreenElement === root) document.exitFullscreen();
  else if (root.requestFullscreen) root.requestFullscreen().catch(fillWindow);
  else fillWindow();
}

// Where full screen is missing (iPhone) or refused (some embedded frames), fill the window instead.
function fillWindow() {
  const filled = root.classList.toggle("viewer-filled");
  press([find('[data-action="fullscreen"]')], () => filled);
}

// ---------------------------------------------------------------------------------------- input

const pointers = new Map(); // pressed pointers, where each is now
let gesture = null; // { kind: "pan" | "split" | "pinch", moved, startX, startY }

function stagePoint(event) {
  const box = stage.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

const onControl = (event) => event.target.closest("button, output, .viewer-help") !== null;

function pointerDown(event) {
  if (!pictures.size || onControl(event) || event.button > 0) return;
  const point = stagePoint(event);
  pointers.set(event.pointerId, point);
  stage.setPointerCapture(event.pointerId);
  if (pointers.size === 2) {
    gesture = { kind: "pinch", moved: true };
  } else {
    const kind = event.target.closest(".viewer-handle") ? "split" : "pan";
    gesture = { kind, moved: false, startX: point.x, startY: point.y };
    if (kind === "pan") root.focus({ preventScroll: true });
  }
}

function pointerMove(event) {
  const point = stagePoint(event);
  const before = pointers.get(event.pointerId);
  if (!before) {
    if (event.pointerType !== "touch") hoverAt(onControl(event) ? null : point);
    return;
  }
  if (gesture.kind === "pinch") {
    pinch(event.pointerId, before, point);
  } else {
    const far = Math.hypot(point.x - gesture.startX, point.y - gesture.startY) >= TAP;
    gesture.moved = gesture.moved || far;
    if (gesture.moved && gesture.kind === "split") setSplit(point.x / stageSize.width);
    if (gesture.moved && gesture.kind === "pan") {
      stage.dataset.drag = "pan";
      panBy(point.x - before.x, point.y - before.y);
    }
  }
  pointers.set(event.pointerId, point);
  if (event.pointerType !== "touch") hoverAt(point);
}

// Two fingers: zoom by the change of their distance, about the middle, and pan with the middle.
function pinch(id, before, point) {
  const other = Array.from(pointers).find(([key]) => key !== id)?.[1];
  if (!other) return;
  const distance = (p) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
  view.cx -= (point.x - before.x) / 2 / view.zoom;
  view.cy -= (point.y - before.y) / 2 / view.zoom;
  zoomTo(view.zoom * distance(point) / distance(before), (point.x + other.x) / 2, (point.y + other.y) / 2);
}

function pointerUp(event) {
  if (!pointers.delete(event.pointerId)) return;
  const done = gesture;
  if (pointers.size) {
    gesture = { kind: "pan", moved: true }; // one finger of a pinch is left: it goes on panning
    return;
  }
  gesture = null;
  delete stage.dataset.drag;
  if (event.type === "pointerup" && !done.moved) tap(event, stagePoint(event));
}

function tap(event, point) {
  spot = null; // a finger leaves: the pixel stays, whatever the picture does below
  hover = locate(point.x, point.y);
  if (event.pointerType !== "touch") spot = point;
  schedule();
  if (view.mode === "flip") flip();
  if (view.mode === "draws") {
    const pane = paneAt(point.x, point.y);
    if (pane && drawKeys().includes(pane.key)) openDraw(pane.key);
  }
}

function hoverAt(point) {
  spot = point;
  if (!point) hover = null;
  schedule(view.mode === "side" || view.mode === "draws"); // these mark the pixel in every pane
}

function wheel(event) {
  if (!pictures.size || event.target.closest(".viewer-help")) return;
  event.preventDefault();
  const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
  // A pinch on a touchpad arrives as a wheel with the control key and small steps.
  const speed = event.ctrlKey ? 0.01 : 0.0018;
  const point = stagePoint(event);
  zoomTo(view.zoom * Math.exp(-clamp(event.deltaY * unit, -240, 240) * speed), point.x, point.y);
}

const KEYS = {
  " ": flip,
  s: swap,
  "+": () => stepZoom(1),
  "=": () => stepZoom(1),
  "-": () => stepZoom(-1),
  0: fit,
  z: () => zoomTo(1),
  "[": () => stepGain(-1),
  "]": () => stepGain(1),
  ",": () => (view.mode === "draws" ? stepCell(-1) : setSplit(view.split - 0.02)),
  ".": () => (view.mode === "draws" ? stepCell(1) : setSplit(view.split + 0.02)),
  Enter: () => view.mode === "draws" && openDraw(drawKeys()[view.hot]),
  l: () => {
    view.labels = !view.labels;
    schedule();
  },
  f: toggleFullscreen,
  "?": () => toggleHelp(),
};
MODES.forEach((mode, i) => (KEYS[i + 1] = () => setMode(mode)));

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function keyDown(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (target.closest("input, select, textarea, [contenteditable]")) return;
  if (key === "Escape" && (!help.hidden || root.classList.contains("viewer-filled"))) {
    if (help.hidden) fillWindow();
    else toggleHelp(false);
    return;
  }
  // A focused button keeps the keys that press it.
  if (target.tagName === "BUTTON" && (key === " " || key === "Enter")) return;
  const letter = key.length === 1 ? key.toLowerCase() : key;
  const arrow = ARROWS[key];
  if (!pictures.size && letter !== "?") return;
  if (arrow && target === handle) {
    setSplit(view.split - 0.02 * (arrow[0] || -arrow[1]));
  } else if (arrow) {
    panBy(48 * arrow[0], 48 * arrow[1]);
  } else if (Object.hasOwn(KEYS, letter)) {
    KEYS[letter]();
  } else {
    return;
  }
  event.preventDefault();
}

const ACTIONS = { swap, help: () => toggleHelp(), fullscreen: toggleFullscreen };

function click(event) {
  const button = event.target.closest("button");
  if (!button) {
    if (event.target.closest(".viewer-help")) toggleHelp(false);
    return;
  }
  const { mode, zoom, gain, action } = button.dataset;
  if (mode) setMode(mode);
  if (zoom) zoom === "fit" ? fit() : zoomTo(Number(zoom));
  if (gain) setGain(Number(gain));
  if (action) ACTIONS[action]();
  // After a mouse click the keys belong to the viewer, so that space flips and does not press again.
  if (event.detail > 0) root.focus({ preventScroll: true });
}

// ---------------------------------------------------------------------------------------- value

function fillPicks() {
  for (const which of ["a", "b"]) {
    const options = Array.from(pictures.values(), (item) => new Option(item.label, item.key));
    picks[which].replaceChildren(...options);
    picks[which].value = view[which];
  }
}

let loading = null; // aborts the decoding of an older value

// Decode a new value beside the present one, then switch over in one step: nothing flickers, and
// of several values in quick succession only the last is ever shown.
async function load(value) {
  loading?.abort();
  const mine = (loading = new AbortController());
  pending = true;
  const described = value?.images ?? [];
  const known = new Map(Array.from(pictures.values(), (item) => [item.url, item]));
  let items;
  try {
    items = await Promise.all(described.map(async (description) => {
      const same = known.get(description.file.url);
      // A picture that stays keeps its decoded pixels under a possibly new key and label.
      return same ? { ...same, key: description.key, label: description.label } : decode(description, mine.signal);
    }));
  } catch (error) {
    if (mine.signal.aborted) return;
    mine.abort();
    showNotice("A picture could not be loaded (" + error.message + "). Please run this step again.");
    return;
  }
  if (mine.signal.aborted) {
    const present = new Set(Array.from(pictures.values(), (item) => item.bitmap));
    for (const item of items) if (!present.has(item.bitmap)) item.bitmap.close();
    return;
  }
  accept(value, items);
}

function accept(value, items) {
  const kept = new Set(items.map((item) => item.bitmap));
  for (const item of pictures.values()) if (!kept.has(item.bitmap)) item.bitmap.close();
  pictures = new Map(items.map((item) => [item.key, item]));
  difference = { a: null, b: null, canvases: new Map() };
  shown = null;
  if (items.length) {
    const { width, height, scale } = value;
    if (width !== size.width || height !== size.height) {
      Object.assign(view, { fit: true, cx: width / 2, cy: height / 2 });
      spot = hover = null;
    }
    size = { width, height, scale };
    if (!pictures.has(view.a)) view.a = value.a;
    if (!pictures.has(view.b)) view.b = value.b;
    view.hot = Math.min(view.hot, drawKeys().length - 1);
  }
  fillPicks();
  showNotice(value?.notice);
  pending = false;
  schedule();
}

function showNotice(text) {
  const notice = find(".viewer-notice");
  notice.textContent = text || "";
  notice.hidden = !text;
}

// ------------------------------------------------------------------------------- for tests and apps

root.viewerState = () => ({
  mode: view.mode,
  a: view.a,
  b: view.b,
  flipped: view.flipped,
  zoom: view.zoom,
  fit: view.fit,
  center: [view.cx, view.cy],
  gain: view.gain,
  split: view.split,
  labels: view.labels,
  keys: Array.from(pictures.keys()),
  size: [size.width, size.height],
  difference: { mean: difference.mean, max: difference.max },
  ready: pictures.size > 0 && !pending && !frame, // the last value is decoded and drawn
});

// The decoded bytes of one picture, as base64 so that they survive the way into a test.
root.viewerPixels = (key) => {
  const item = picture(key);
  if (!item) return null;
  const bytes = pixelsOf(item);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { width: item.width, height: item.height, rgba: btoa(text) };
};

// Set parts of the view from outside: a guided tour or a link that restores what it was copied from.
root.viewerApply = ({ mode, a, b, zoom, center, gain, split, flipped } = {}) => {
  if (MODES.includes(mode)) setMode(mode);
  if (pictures.has(a)) view.a = a;
  if (pictures.has(b)) view.b = b;
  if (GAINS.includes(gain)) view.gain = gain;
  if (typeof flipped === "boolean") view.flipped = flipped;
  if (Number.isFinite(split)) setSplit(split);
  if (zoom === "fit") view.fit = true;
  if (Number.isFinite(zoom)) Object.assign(view, { zoom: clamp(zoom, 1 / 64, MAX_ZOOM), fit: false });
  if (center) [view.cx, view.cy] = center;
  fillPicks();
  schedule();
};

// ---------------------------------------------------------------------------------------- start

stage.addEventListener("pointerdown", pointerDown);
stage.addEventListener("pointermove", pointerMove);
stage.addEventListener("pointerup", pointerUp);
stage.addEventListener("pointercancel", pointerUp);
stage.addEventListener("pointerleave", (event) => {
  if (event.pointerType !== "touch" && !pointers.size) hoverAt(null);
});
stage.addEventListener("wheel", wheel, { passive: false });
// Where swipes are left to the page, two fingers still belong to the picture.
stage.addEventListener("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
root.addEventListener("keydown", keyDown);
root.addEventListener("click", click);
root.addEventListener("fullscreenchange", () =>
  press([find('[data-action="fullscreen"]')], () => document.fullscreenElement === root));

for (const which of ["a", "b"]) {
  let byPointer = false;
  picks[which].addEventListener("pointerdown", () => (byPointer = true));
  picks[which].addEventListener("keydown", () => (byPointer = false));
  picks[which].addEventListener("change", () => {
    choose(which, picks[which].value);
    if (byPointer) root.focus({ preventScroll: true }); // as after a click on a button
  });
}

function resized(entry) {
  const { width, height } = entry.contentRect;
  const dpr = window.devicePixelRatio || 1;
  const box = entry.devicePixelContentBoxSize?.[0]; // the exact size, but missing in Safari…
  const believe = box && Math.abs(box.inlineSize - width * dpr) < 2; // …and not scaled in emulated screens
  canvas.width = believe ? box.inlineSize : Math.round(width * dpr);
  canvas.height = believe ? box.blockSize : Math.round(height * dpr);
  stageSize = { width, height, dpr };
  cancelAnimationFrame(frame);
  dirty = true;
  draw(); // at once: a canvas that changed its size is blank until drawn
}

const observer = new ResizeObserver((entries) => resized(entries[entries.length - 1]));
try {
  observer.observe(canvas, { box: "device-pixel-content-box" }); // also tells when browser zoom changes
} catch {
  observer.observe(canvas);
}

const plain = (value) => (value ? JSON.parse(JSON.stringify(value)) : null); // off Gradio's live object
watch("value", () => load(plain(props.value)));
load(plain(props.value));
