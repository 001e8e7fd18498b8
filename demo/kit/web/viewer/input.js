// ---------------------------------------------------------------------------------------- input

const pointers = new Map(); // pressed pointers, where each is now
let gesture = null; // { kind: "pan" | "split" | "pinch", moved, startX, startY }

function stagePoint(event) {
  const box = stage.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

// One finger scrolls the page, but where the viewer fills the screen; two move and zoom the picture.
const fillsScreen = () => document.fullscreenElement === root || root.classList.contains("viewer-filled");
const scrolls = (event) => event.pointerType === "touch" && gesture.kind === "pan" && !gesture.pinched && !fillsScreen();

// Said once in a browser, when one finger was tried.
function hintFingers() {
  try {
    if (localStorage.getItem(FINGERS_KNOWN)) return;
    localStorage.setItem(FINGERS_KNOWN, "yes");
  } catch {} // a browser that keeps nothing is told again
  const hint = find(".viewer-fingers");
  hint.hidden = false;
  setTimeout(() => (hint.hidden = true), HINT_MS);
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
    if (gesture.moved && scrolls(event)) {
      hintFingers();
    } else if (gesture.moved && gesture.kind === "pan") {
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
  if (event.type === "pointercancel" && scrolls(event)) hintFingers();
  if (pointers.size) {
    gesture = { kind: "pan", moved: true, pinched: true }; // one finger of a pinch is left: it goes on panning
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
  m: nextPlace,
  r: togglePlay,
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

const ACTIONS = { swap, play: togglePlay, place: nextPlace, help: () => toggleHelp(), fullscreen: toggleFullscreen };

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

