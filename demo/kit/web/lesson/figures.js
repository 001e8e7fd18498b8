// What can be touched in the figures of the lesson. Gradio runs this with lesson.js as the body of one function.
"use strict";

const FIGURES = {
  // Pictures in one place; one is seen, chosen by a button or, while it plays, by a clock.
  flip(figure) {
    const frames = Array.from(figure.querySelector(".frames").children);
    const picks = Array.from(figure.querySelectorAll(".picks button"));
    let shown = 0;
    const show = (next) => {
      shown = next % frames.length;
      frames.forEach((frame, i) => (frame.hidden = i !== shown));
      picks.forEach((pick, i) => pick.setAttribute("aria-pressed", i === shown));
    };
    let clock = null;
    const stop = () => (clock = clearInterval(clock));
    picks.forEach((pick, i) => pick.addEventListener("click", () => (stop(), show(i))));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (figure.dataset.auto && !still) {
      clock = setInterval(() => figure.isConnected || stop(), 5000);
      stop();
      clock = setInterval(() => (figure.isConnected ? figure.offsetParent && show(shown + 1) : stop()), figure.dataset.auto);
    }
  },

  // Pictures of which boxes choose one, each box a bit of its number.
  mask(figure) {
    const frames = Array.from(figure.querySelectorAll(".frames img"));
    const boxes = Array.from(figure.querySelectorAll("input"));
    const show = () => {
      const chosen = boxes.reduce((sum, box) => sum + (box.checked << box.dataset.bit), 0);
      frames.forEach((frame, i) => (frame.hidden = i !== chosen));
      figure.querySelector(".note").textContent = frames[chosen].dataset.note;
    };
    boxes.forEach((box) => box.addEventListener("change", show));
    show();
  },

  // Pixels that become their mean: edit them, or move through all originals of that mean.
  pixels(figure) {
    const block = figure.querySelector(".block");
    const bands = Array.from(figure.querySelectorAll("[data-band]"));
    const first = JSON.parse(figure.dataset.block);
    let values = [...first];

    const mean = () => values.reduce((sum, value) => sum + value, 0) / values.length;
    // How many ways there are to choose n numbers of 0 … 255 that add up to a total: a product of geometric series.
    const originals = (total, n) => {
      let ways = Array.from({ length: total + 1 }, (_, sum) => (sum ? 0n : 1n));
      for (let k = 0; k < n; k++) {
        let window = 0n;
        ways = ways.map((_, sum) => (window += ways[sum] - (ways[sum - 256] ?? 0n)));
      }
      return ways[total];
    };
    const show = () => {
      const total = values.reduce((sum, value) => sum + value, 0);
      const valid = values.every((value) => Number.isInteger(value) && value >= 0 && value < 256);
      block.style.setProperty("--side", Math.sqrt(values.length));
      if (block.children.length !== values.length) {
        block.replaceChildren(...values.map((_, i) => {
          const input = Object.assign(document.createElement("input"), { type: "number", min: 0, max: 255 });
          input.setAttribute("aria-label", block.getAttribute("aria-label") + " " + (i + 1));
          input.addEventListener("input", () => {
            values[i] = Math.min(Math.max(Math.round(Number(input.value)) || 0, 0), 255);
            analyse();
            show();
          });
          return input;
        }));
      }
      Array.from(block.children).forEach((input, i) => {
        if (Number(input.value) !== values[i] || input.value === "") input.value = values[i];
        input.style.background = `rgb(${Array(3).fill(Math.min(Math.max(values[i] * 8, 0), 255))})`;
        input.style.color = values[i] * 8 > 128 ? "#000" : "#fff";
      });
      figure.querySelector(".mean").textContent = +mean().toFixed(3);
      figure.querySelector(".count b").textContent = valid ? originals(total, values.length).toLocaleString() : "—";
      figure.querySelector(".beyond").hidden = valid;
      figure.querySelector(".haar").hidden = values.length !== 4;
      bands.forEach((band, i) => (band.nextElementSibling.textContent = details[i]));
    };
    // Haar's details of four numbers, and the four of a mean and details. Steps of 1 leave whole numbers whole.
    let details = [];
    const signs = [[1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]];
    const analyse = () => {
      details = signs.map((row) => row.reduce((sum, sign, i) => sum + sign * values[i], 0) / 4);
      bands.forEach((band, i) => (band.value = details[i]));
    };
    bands.forEach((band, k) => band.addEventListener("input", () => {
      const m = mean();
      details[k] += Math.round(Number(band.value) - details[k]);
      values = values.map((_, i) => m + signs.reduce((sum, row, j) => sum + row[i] * details[j], 0));
      show();
    }));
    figure.addEventListener("click", (event) => {
      const what = event.target.dataset?.do;
      if (what === "other") {
        const total = Math.round(mean() * values.length);
        values = randomOf(Math.min(Math.max(total, 0), 255 * values.length), values.length);
      } else if (what === "size") {
        const sixteen = values.length === 4;
        event.target.setAttribute("aria-pressed", sixteen);
        values = sixteen ? randomOf(64, 16) : [...first];
      } else return;
      analyse();
      show();
    });
    // n numbers of 0 … 255 with a total: steps between places drawn at random, again until none is too large.
    function randomOf(total, n) {
      for (;;) {
        const cuts = Array.from({ length: n - 1 }, () => Math.floor(Math.random() * (total + 1))).sort((a, b) => a - b);
        const drawn = [...cuts, total].map((cut, i) => cut - (cuts[i - 1] ?? 0));
        if (drawn.every((value) => value < 256)) return drawn;
        if (total > 128 * n) return randomOf(255 * n - total, n).map((value) => 255 - value);
      }
    }
    analyse();
    show();
  },

  // Terms that appear one after the other, forward and back.
  steps(figure) {
    const terms = Array.from(figure.querySelectorAll(".term"));
    const show = (count) => terms.forEach((term, i) => term.classList.toggle("to-come", i >= count));
    figure.querySelector("[data-do=play]").addEventListener("click", () => {
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return show(terms.length);
      show(0);
      terms.forEach((_, i) => setTimeout(show, 700 * (i + 1), i + 1));
    });
  },

  // R + λ·D of each file as bars; the least of them is the file that λ chooses.
  bitrate(figure) {
    const points = JSON.parse(figure.dataset.points);
    const [low, high] = JSON.parse(figure.dataset.lambdas);
    const plot = figure.querySelector(".plot");
    const range = figure.querySelector("input");
    const show = () => {
      const lambda = low * (high / low) ** (range.value / 100);
      const costs = points.map((point) => point.bpp + lambda * point.mse);
      const best = costs.indexOf(Math.min(...costs));
      const most = Math.max(...costs);
      plot.replaceChildren(...points.map((point, i) => {
        const bar = document.createElement("div");
        bar.className = i === best ? "bar best" : "bar";
        bar.innerHTML = `<i class="d" style="height:${(88 * lambda * point.mse) / most}%"></i>`
          + `<i class="r" style="height:${(88 * point.bpp) / most}%"></i><span>${point.bpp.toFixed(2)} bpp</span>`;
        return bar;
      }));
      range.nextElementSibling.textContent = lambda.toPrecision(2);
      const point = points[best];
      for (const part of ["jpeg", "picture"]) figure.querySelector(`[data-part=${part}]`).src = point[part];
      const bytes = (count) => count.toLocaleString("en") + " B";
      figure.querySelector("[data-note=picture]").textContent = `${bytes(point.bytes)}, ${point.psnr}`;
      figure.querySelector("[data-note=jpeg]").textContent =
        `${point.fits ? "" : "≥ "}${bytes(point.jpeg_bytes)}, ${point.jpeg_psnr}`;
    };
    range.addEventListener("input", show);
    show();
  },

  // Options in the order of a seed, so that a class sees the same; the first of each is right.
  quiz(figure) {
    const tasks = Array.from(figure.querySelectorAll(".task"));
    const output = figure.querySelector(".score output");
    const lesson = figure.closest(".lesson");
    const deal = () => {
      let state = lesson.order ?? 1;
      const random = (below) => (state = (state * 1664525 + 1013904223) % 4294967296) % below;
      for (const task of tasks) {
        task.removeAttribute("data-chosen");
        const options = Array.from(task.querySelectorAll("button"));
        options.sort((a, b) => a.dataset.option - b.dataset.option);
        for (let i = options.length - 1; i > 0; i--) {
          const j = Math.floor(random(65536) / 65536 * (i + 1));
          [options[i], options[j]] = [options[j], options[i]];
        }
        options.forEach((option) => option.classList.remove("right", "wrong"));
        task.querySelector(".options").append(...options);
        options.forEach((option, i) => option.querySelector("img")?.setAttribute("alt", i + 1)); // not what is right
      }
      figure.querySelector(".seed").textContent = lesson.order ?? 1;
      output.textContent = `0 / ${tasks.length}`;
    };
    figure.addEventListener("click", (event) => {
      const option = event.target.closest("[data-option]");
      const task = event.target.closest(".task");
      if (option && !("chosen" in task.dataset)) {
        task.dataset.chosen = option.dataset.option;
        option.classList.add("wrong");
        task.querySelector("[data-option='0']").classList.replace("wrong", "right");
        task.querySelector("[data-option='0']").classList.add("right");
        output.textContent = `${tasks.filter((one) => one.dataset.chosen === "0").length} / ${tasks.length}`;
      } else if (event.target.dataset?.do === "again") {
        lesson.deals(1 + Math.floor(Math.random() * 9998));
        lesson.dispatchEvent(new CustomEvent("chapter", { bubbles: true })); // the address follows
      }
    });
    figure.addEventListener("deal", deal);
    deal();
  },
};
