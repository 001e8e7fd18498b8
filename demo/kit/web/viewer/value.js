// ---------------------------------------------------------------------------------------- value

function fillPicks() {
  for (const which of ["a", "b"]) {
    const options = Array.from(pictures.values(), (item) => new Option(item.label, item.key));
    picks[which].replaceChildren(...options);
    picks[which].value = view[which];
  }
}

let asked = false; // for new draws, and they are not there yet
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
    showNotice(word("not_loaded", { error: error.message }));
    return;
  }
  if (mine.signal.aborted) {
    const present = new Set(Array.from(pictures.values(), (item) => item.bitmap));
    for (const item of items) if (!present.has(item.bitmap)) item.bitmap.close();
    return;
  }
  accept(value, items);
}

// Whether a value brings other draws of what is shown already: one of the pictures that it compares first stays.
function redraws(items, { a, b }) {
  const same = (item) => pictures.get(item.key)?.url === item.url;
  const redrawn = items.filter((item) => isDraw(item.key) && pictures.has(item.key));
  return redrawn.length > 0 && !redrawn.some(same) && items.some((item) => [a, b].includes(item.key) && same(item));
}

// How a value is first seen: enlarged around its opening, if there is one and it does not fit so large.
const firstMode = ({ opening }) => (opening ? "side" : "split"); // the same place in both

function firstView({ width, height, opening }) {
  const zoom = stageSize.width < 500 ? OPENING_ZOOM * 0.75 : OPENING_ZOOM;
  const [cx, cy] = opening ?? [width / 2, height / 2];
  return { fit: !opening || (stageSize.width > 0 && fitZoom(panes()[0]) >= zoom), zoom, cx, cy };
}

// Look at a new subject.
function open(value) {
  if (value.opening && !modeChosen) view.mode = firstMode(value);
  Object.assign(view, firstView(value));
  spot = hover = null;
  place = -1;
}

function accept(value, items) {
  const before = picture(view.b);
  const again = items.length > 0 && (asked || redraws(items, value));
  if (before && again) pixelsOf(before); // read while it can be
  const kept = new Set(items.map((item) => item.bitmap));
  for (const item of pictures.values()) if (!kept.has(item.bitmap)) item.bitmap.close();
  pictures = new Map(items.map((item) => [item.key, item]));
  difference = { a: null, b: null, canvases: new Map() };
  shown = null;
  if (items.length) {
    const { width, height, scale } = value;
    const afresh = width !== size.width || height !== size.height || (value.subject ?? "") !== subject;
    size = { width, height, scale };
    subject = value.subject ?? "";
    places = value.places ?? [];
    const firstDraw = items.find((item) => isDraw(item.key))?.key;
    if (latest && value.b !== latest.b && isDraw(wanted.b)) wanted.b = null; // another mode begins with its likeliest
    if (again && firstDraw && !isDraw(view.b)) wanted.b = firstDraw; // what was asked for is seen
    if (firstDraw) asked = false;
    for (const which of ["a", "b"]) view[which] = pictures.has(wanted[which]) ? wanted[which] : value[which];
    latest = value;
    if (afresh) open(value);
    if (linked) showLinked();
    if (afresh || picture(view.b)?.url !== before?.url) flash = again && !afresh ? marked(before, picture(view.b)) : null;
    view.hot = Math.min(view.hot, drawKeys().length - 1);
  }
  fillPicks();
  showNotice(value?.notice);
  pending = false;
  window.pageWork?.viewed();
  schedule();
}

// Resample is asked for, maybe from below on a narrow screen, or before there is anything to redraw.
document.addEventListener("click", ({ target }) => {
  if (!root.isConnected || !target.closest?.("#resample, #icn-resample")) return;
  asked = true;
  const { top, bottom } = stage.getBoundingClientRect();
  if (bottom < innerHeight / 4 || top > (3 * innerHeight) / 4) root.scrollIntoView({ behavior: "smooth", block: "start" });
});

// What a new picture in the place of B has changed, or nothing where motion is unwelcome.
function marked(before, after) {
  if (!before || before.width !== after.width || matchMedia("(prefers-reduced-motion: reduce)").matches) return null;
  return { canvas: changedCanvas(before, after), until: performance.now() + FLASH_MS };
}

function showNotice(text) {
  const notice = find(".viewer-notice");
  notice.textContent = text || "";
  notice.hidden = !text;
}

// ---------------------------------------------------------------------------------------- links

let latest = null; // the value that is shown
let linked = null; // what a link says of the view, as texts by name, until the viewer is touched

// What a link leaves out is as the value is first seen.
function showLinked() {
  const { view: mode, a, b, zoom, at } = linked;
  modeChosen = mode !== undefined;
  view.mode = mode ?? firstMode(latest);
  Object.assign(wanted, { a: a ?? null, b: b ?? null });
  for (const which of ["a", "b"]) view[which] = pictures.has(wanted[which]) ? wanted[which] : latest[which];
  Object.assign(view, firstView(latest));
  if (zoom) view.fit = zoom === "fit";
  if (zoom && !view.fit) view.zoom = clamp(Number(zoom) / 100, 1 / 64, MAX_ZOOM);
  if (at) [view.cx, view.cy] = at.split(",").map(Number);
}

// What differs from how the value is first seen, as a link says it.
function differing() {
  const first = firstView(latest);
  const there = settled(first, panes()[0]);
  const said = {};
  if (view.mode !== firstMode(latest)) said.view = view.mode;
  for (const which of ["a", "b"]) if (view[which] !== latest[which]) said[which] = view[which];
  const elsewhere = ["zoom", "cx", "cy"].some((part) => Math.abs(view[part] - there[part]) > 0.01);
  if (view.fit !== first.fit || (!view.fit && elsewhere)) {
    said.zoom = view.fit ? "fit" : Math.round(100 * view.zoom);
    if (!view.fit) said.at = Math.round(view.cx) + "," + Math.round(view.cy);
  }
  return said;
}

// The view for a link, and the view of a link; null lets go of what the link said.
root.viewerLink = () => linked ?? (latest && stageSize.width ? differing() : {});
root.viewerFollow = (parts) => {
  linked = parts;
  if (!linked || !latest) return;
  showLinked();
  fillPicks();
  schedule();
};

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
  playing: playing > 0,
  flashing: flash !== null,
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

// Set parts of the view from outside, as a guided tour does.
root.viewerApply = ({ mode, a, b, zoom, center, gain, split, flipped } = {}) => {
  if (MODES.includes(mode)) setMode(mode);
  if (pictures.has(a)) view.a = wanted.a = a;
  if (pictures.has(b)) view.b = wanted.b = b;
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
// Swipes of one finger are left to the page; two fingers belong to the picture.
stage.addEventListener("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
for (const type of ["pointerdown", "wheel", "keydown", "change"]) {
  root.addEventListener(type, () => (linked = latest ? null : linked), { capture: true, passive: true });
}
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

onLanguage(() => {
  shown = null;
  schedule();
});

const plain = (value) => (value ? JSON.parse(JSON.stringify(value)) : null); // off Gradio's live object
watch("value", () => load(plain(props.value)));
load(plain(props.value));
