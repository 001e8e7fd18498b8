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

// Each entry: { text, letter, drawn, x, y, room, align, small }.  x is the left or the right edge.
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
      return { text, letter, drawn: isDraw(item.key), x: v.left + 4, y: v.top + 4, room, align: "left", small: true };
    });
  }
  const first = visible(list[0]);
  const last = visible(list[list.length - 1]);
  const atA = { text: a.label, letter: "A", drawn: isDraw(a.key), x: first.left + pad, y: first.top + pad, align: "left" };
  const atB = { text: b.label, letter: "B", drawn: isDraw(b.key), x: last.right - pad, y: last.top + pad, align: "right" };
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
    pill.className = "viewer-label" + (label.small ? " viewer-label-small" : "") + (label.drawn ? " viewer-label-draw" : "");
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
  press([find('[data-action="play"]')], () => playing > 0);
  find('[data-action="play"]').disabled = draws().length < 2;
  find('[data-action="place"]').disabled = !places.length;
  press(gainButtons, (button) => Number(button.dataset.gain) === view.gain);
  for (const node of [...modeButtons, ...zoomButtons, find('[data-action="swap"]'), picks.a, picks.b]) {
    node.disabled = !some;
  }
  stage.dataset.mode = mode;
  handle.hidden = !some || mode !== "split";
  handle.style.left = view.split * 100 + "%";
  handle.setAttribute("aria-valuenow", String(Math.round(view.split * 100)));
  find(".viewer-tools").hidden = !some || mode !== "difference";
  find(".viewer-empty").hidden = some && !(mode === "draws" && !drawKeys().length);
  find(".viewer-empty").textContent = word(some ? "no_draws" : "nothing");
  if (some && mode === "difference") {
    find(".viewer-stats").textContent =
      word("stats", { mean: difference.mean.toFixed(2), max: difference.max });
  }
  find(".viewer-size").textContent = some
    ? size.width + " × " + size.height + " · " + percent(view.zoom)
    : "";
  canvas.setAttribute("aria-label", describe(list));
}

const percent = (zoom) => (zoom < 0.1 ? (100 * zoom).toFixed(1) : Math.round(100 * zoom)) + " %";

// What the canvas shows, in words.
function describe(list) {
  if (!list.length) return word("no_pictures");
  const [a, b] = [picture(view.a).label, picture(view.b).label];
  const what = word("describe_" + view.mode, {
    a, b, gain: view.gain, mean: difference.mean?.toFixed(2), max: difference.max,
    seen: view.flipped ? "B, " + b : "A, " + a,
    hidden: view.flipped ? "A, " + a : "B, " + b,
    percent: Math.round(view.split * 100),
    draws: drawKeys().map((key) => picture(key).label).join("; "),
  });
  return word("describe_size", { what, width: size.width, height: size.height, percent: percent(view.zoom) });
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
    line.textContent = word(IDLE);
    return;
  }
  const place = document.createElement("span");
  place.textContent = "x " + at.x + ", y " + at.y;
  line.replaceChildren(place, valueNode("A", a, at), valueNode("B", b, at));
  if (other && other !== a && other !== b) line.append(valueNode("", other, at));
}

