// -------------------------------------------------------------------------------------- actions

function setMode(mode) {
  modeChosen = true;
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
  const [letter, key] = view.flipped ? ["B", view.b] : ["A", view.a];
  say(word("showing", { letter, label: picture(key).label }));
}

function swap() {
  [view.a, view.b] = [view.b, view.a];
  Object.assign(wanted, { a: view.a, b: view.b });
  fillPicks();
  schedule();
}

function choose(which, key) {
  view[which] = wanted[which] = key;
  fillPicks();
  schedule();
}

// Open a cell of the draws mode: it becomes B, against A.
function openDraw(key) {
  if (!pictures.has(key)) return;
  choose("b", key);
  setMode("split");
  say(word("is_b", { label: picture(key).label }));
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

// B runs through the draws, alone in the pane, until the button is pressed again; where motion is unwelcome, each press
// brings the next.
function togglePlay() {
  if (playing || draws().length < 2) {
    clearInterval(playing);
    playing = 0;
  } else {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) playing = setInterval(nextDraw, PLAY_MS);
    Object.assign(view, { mode: "flip", flipped: true });
    nextDraw();
  }
  schedule();
}

function nextDraw() {
  const keys = draws();
  if (keys.length < 2 || view.mode !== "flip" || !view.flipped || !root.isConnected) return togglePlay();
  choose("b", keys[(keys.indexOf(view.b) + 1) % keys.length]);
}

// Look at the next of the places that the value names, at least as large as a new picture.
function nextPlace() {
  if (!places.length) return;
  place = (place + 1) % places.length;
  const zoom = view.fit ? OPENING_ZOOM : Math.max(view.zoom, 2);
  Object.assign(view, { fit: false, zoom, cx: places[place][0], cy: places[place][1] });
  say(word("place_of", { number: place + 1, count: places.length }));
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

