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
  const paints = dirty;
  dirty = false; // before painting: what fades asks for the next frame
  if (paints) drawStage(list);
  showPixel();
}

function drawStage(list) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = getComputedStyle(stage).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (list.length) paint(list);
  placeLabels(list);
  syncControls(list);
  root.dispatchEvent(new Event("viewed", { bubbles: true })); // the address follows
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
  paintFlash(list);
  if (mode === "draws") paintFrames(list);
  if (mode === "side" || mode === "draws") paintPointer(list);
}

// Over B: what the last value has changed there, until it has faded.
function paintFlash(list) {
  const left = flash ? flash.until - performance.now() : 0;
  if (left <= 0) {
    flash = null;
    return;
  }
  const b = picture(view.b);
  const split = view.mode === "split" ? view.split * stageSize.width : -Infinity;
  context.globalAlpha = Math.min(1, left / FLASH_MS);
  if (view.mode !== "difference") {
    for (const pane of list) {
      if (view.mode === "split" || pane.key === view.b) paintImage(pane, flash.canvas, coverage(b), split);
    }
  }
  context.globalAlpha = 1;
  schedule();
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

