// Behaviour of the picture viewer.  The files of this folder, joined in the order that viewer.py
// names, are the body of one function; Gradio runs it with the arguments (element, trigger, props,
// server, upload, watch) each time the component is mounted.
//
// How it hangs together: the pictures arrive as addresses of PNG files and are decoded once; `view`
// holds everything the user can change; every change calls schedule(), and one animation frame
// later draw() paints the canvas and brings labels, buttons and status line in line with `view`.
//
// Lengths are in CSS pixels unless a name ends in `Dev` (device pixels).  `zoom` is CSS pixels per
// picture pixel, so 1 is 100 %.  All listeners sit on elements inside `root`, none on the document:
// when Gradio drops the component, they go with it.

const MODES = ["split", "flip", "side", "difference", "draws"];
const GAINS = [1, 2, 4, 8, 16, 32, 64];
const STOPS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
const MAX_ZOOM = 64;
const MARGIN = 8; // left free around the picture at Fit
const OPENING_ZOOM = 3; // of a new picture, around the place that shows most
const PLAY_MS = 260; // for each draw
const FLASH_MS = 1500; // of marking what a new value has changed
const GUTTER = 8; // between the panes of the side-by-side and draws modes
const TAP = 5; // a press that moves less than this is a tap, not a drag
const IDLE = matchMedia("(pointer: coarse)").matches ? "tap" : "point";

const find = (selector) => root.querySelector(selector);
const findAll = (selector) => Array.from(root.querySelectorAll(selector));
const stage = find(".viewer-stage");
const canvas = find(".viewer-canvas");
const handle = find(".viewer-handle");
const labelLayer = find(".viewer-labels");
const help = find(".viewer-help");
const picks = { a: find('[data-pick="a"]'), b: find('[data-pick="b"]') };
const context = canvas.getContext("2d", { alpha: false });

const FINGERS_KNOWN = "two fingers known"; // under this key of localStorage
const HINT_MS = 3000;
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

let modeChosen = false; // by the user: then a new subject leaves it
const wanted = { a: null, b: null }; // keys the user chose: they return with a later picture of that key

let subject = null; // what the pictures are of
let places = []; // points that the button jumps through
let place = -1; // the one last jumped to
let playing = 0; // the timer that steps through the draws
let flash = null; // { canvas, until }: what has changed in B, fading
let size = { width: 0, height: 0, scale: 1 }; // common size of the pictures
let pictures = new Map(); // key -> picture, in the order of the value
let stageSize = { width: 0, height: 0, dpr: 1 };
let spot = null; // where the mouse is on the stage
let hover = null; // the picture pixel there, or the one last tapped: { x, y, key }
let pending = false; // a value is being decoded

// ------------------------------------------------------------------------------------- pictures

// A short name for places with little room: the label up to its first comma or dot.
const shortName = (picture) => picture.label.split(/[,，]| · /)[0].trim();

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

// A canvas that marks where two pictures of one size differ: the more, the less transparent.
function changedCanvas(before, after) {
  const made = document.createElement("canvas");
  [made.width, made.height] = [after.width, after.height];
  const pen = made.getContext("2d");
  const image = pen.createImageData(made.width, made.height);
  const [old, now] = [pixelsOf(before), pixelsOf(after)];
  for (let i = 0; i < now.length; i += 4) {
    const d = Math.max(...[0, 1, 2].map((c) => Math.abs(old[i + c] - now[i + c])));
    image.data.set([255, 200, 60, Math.min(255, 7 * d)], i);
  }
  pen.putImageData(image, 0, 0);
  return made;
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

