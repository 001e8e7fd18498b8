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

const isDraw = (key) => /^draw-/.test(key);

const draws = () => Array.from(pictures.keys()).filter(isDraw);

function drawKeys() {
  return pictures.has("original") ? ["original", ...draws()] : draws();
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

// Where a view comes to lie, with the picture in reach: centred along an axis where all of it fits, else never past its
// edge.
function settled({ fit, zoom, cx, cy }, pane) {
  if (fit) zoom = fitZoom(pane);
  const axis = (centre, length, room) => {
    const half = room / zoom / 2;
    return 2 * half >= length ? length / 2 : clamp(centre, half, length - half);
  };
  return { zoom, cx: axis(cx, size.width, pane.w), cy: axis(cy, size.height, pane.h) };
}

function settle(pane) {
  Object.assign(view, settled(view, pane));
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

