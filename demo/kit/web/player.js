// Behaviour of the player: two clips in step, and below them a row of each over time.
// Gradio runs this as the body of a function, each time the component is mounted.

const [original, reconstruction] = root.querySelectorAll(".player-picture");
const profiles = root.querySelectorAll(".player-profile");
const slider = (part) => root.querySelector(`[data-part=${part}]`);
const play = root.querySelector("[data-action=play]");
const BAND = 14; // lines on screen that a row has for each frame

let value = null;
let clips = {}; // images by clip, in the order of frames
let known = new Map(); // images by address: what comes again is not fetched again
let choice = "anew";
let frame = 0;
let row = 0;
let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
let timer = null;

function image(file) {
  if (!known.has(file.url)) {
    const made = new Image();
    made.onload = draw;
    made.src = file.url;
    known.set(file.url, made);
  }
  return known.get(file.url);
}

function draw() {
  if (!value) return;
  const shown = [clips.original, clips[choice] ?? []];
  shown.forEach((images, i) => {
    // Until a picture has arrived, the one before it stays: a canvas that is wiped would flash.
    if (ready(images[frame])) paint([original, reconstruction][i], value.height, (pen) => {
      pen.drawImage(images[frame], 0, 0);
      pen.fillStyle = "#ff4d4d";
      pen.fillRect(0, row, value.width, 1);
    });
    paint(profiles[i], BAND * value.durations.length, (pen) => {
      pen.imageSmoothingEnabled = false;
      images.forEach((one, k) => ready(one) && pen.drawImage(one, 0, row, value.width, 1, 0, BAND * k, value.width, BAND));
      pen.fillStyle = "#ff4d4d";
      pen.fillRect(0, BAND * frame, 3, BAND);
    });
  });
  slider("frame").value = frame + 1;
  slider("row").value = row;
  slider("frame").parentElement.querySelector("output").textContent = `${frame + 1} / ${value.durations.length}`;
  slider("row").parentElement.querySelector("output").textContent = row;
}

function ready(one) {
  return one?.complete && one.naturalWidth > 0;
}

function paint(canvas, height, strokes) {
  canvas.width = value.width; // also wipes it
  canvas.height = height;
  strokes(canvas.getContext("2d"));
}

// The next frame when its time has come, as long as somebody can see it.
function step() {
  clearTimeout(timer);
  if (!root.isConnected) return;
  timer = setTimeout(step, value?.durations[frame] ?? 500);
  if (!playing || !value || !root.offsetParent) return;
  frame = (frame + 1) % value.durations.length;
  draw();
}

function setPlaying(now) {
  playing = now;
  play.textContent = word(now ? "pause" : "play");
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.action) setPlaying(!playing);
  if (button?.dataset.way) {
    choice = button.dataset.way;
    for (const other of root.querySelectorAll("[data-way]")) other.setAttribute("aria-pressed", other === button);
  }
  if (event.target.matches(".player-picture") && value) {
    const box = event.target.getBoundingClientRect();
    row = Math.min(value.height - 1, Math.max(0, Math.floor(((event.clientY - box.top) * value.height) / box.height)));
  }
  draw();
});
slider("frame").addEventListener("input", (event) => {
  setPlaying(false);
  frame = event.target.value - 1;
  draw();
});
slider("row").addEventListener("input", (event) => {
  row = Number(event.target.value);
  draw();
});

function load(next) {
  if (!next) return;
  if (next.clips.original[0].url !== value?.clips.original[0].url || next.height !== value.height) {
    frame = 0;
    row = Math.floor(next.height / 2);
  }
  value = next;
  clips = Object.fromEntries(Object.entries(next.clips).map(([name, files]) => [name, files.map(image)]));
  const used = new Set(Object.values(next.clips).flat().map((file) => file.url));
  known = new Map([...known].filter(([url]) => used.has(url)));
  frame = Math.min(frame, next.durations.length - 1);
  slider("frame").max = next.durations.length;
  slider("row").max = next.height - 1;
  root.style.setProperty("--shown", `${Math.max(1, Math.round(512 / next.width)) * next.width}px`);
  draw();
}

setPlaying(playing);
onLanguage(() => setPlaying(playing));
watch("value", () => load(props.value));
load(props.value);
step();
