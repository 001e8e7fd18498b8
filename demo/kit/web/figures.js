// Every figure can be saved as it is seen, for slides: its plots, what it has found, and what made it; WORDS are by
// language. Colours are those of the page, on its ground.
(WORDS) => {
  const word = (key) => WORDS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"][key];
  const FIGURES = ":is(.plots, .chart):not(.lesson *)"; // a chapter is a slide already, and has no room for buttons
  const WIDTH = 1200; // of what is saved, in CSS pixels; a PNG has twice as many
  const MARGIN = 24;
  const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "font-size", "font-weight", "visibility", "r"];
  const SVG = "http://www.w3.org/2000/svg";
  const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

  // A chart as it looks, with its styles in it, as its own would be lost.
  function chartOf(svg) {
    const copy = svg.cloneNode(true);
    const [was, is] = [svg, copy].map((node) => [node, ...node.querySelectorAll("*")]);
    is.forEach((node, i) => {
      const style = getComputedStyle(was[i]);
      node.setAttribute("style", STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    });
    copy.querySelectorAll(".idle, .dot > text, .reach").forEach((node) => node.remove());
    return copy;
  }

  const dataUrl = async (address) => {
    const blob = await (await fetch(address)).blob();
    return new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.readAsDataURL(blob);
    });
  };

  // The parts of a figure with their places and sizes, and the height of all.
  async function partsOf(figure, width) {
    const svg = figure.querySelector("svg.wide");
    if (svg) {
      const { width: w, height: h } = svg.viewBox.baseVal;
      const copy = chartOf(svg);
      for (const [name, value] of Object.entries({ x: MARGIN, y: MARGIN, width, height: (width * h) / w })) copy.setAttribute(name, value);
      return [new XMLSerializer().serializeToString(copy), (width * h) / w];
    }
    const pictures = [...figure.querySelectorAll("img")];
    const columns = Math.min(getComputedStyle(figure).getPropertyValue("--columns") || 1, pictures.length);
    const side = width / columns;
    let markup = "";
    let top = 0;
    let tallest = 0; // of the row
    for (const [i, picture] of pictures.entries()) {
      if (i % columns === 0) {
        top += tallest;
        tallest = 0;
      }
      const height = (side * picture.naturalHeight) / picture.naturalWidth;
      tallest = Math.max(tallest, height);
      markup += `<image x="${MARGIN + (i % columns) * side}" y="${MARGIN + top}" width="${side}" height="${height}" href="${await dataUrl(picture.src)}"/>`;
    }
    return [markup, top + tallest];
  }

  // Lines of at most so many letters; a Chinese one is as wide as two.
  function lines(text, most = 120) {
    const found = [""];
    let length = 0;
    for (const piece of text.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+/g) ?? []) {
      const wide = /[\u2e80-\uffff]/.test(piece) ? 2 : piece.length;
      if (length + wide > most) {
        found.push("");
        length = 0;
      }
      found[found.length - 1] += piece;
      length += wide;
    }
    return found.map((line) => line.trim()).filter(Boolean);
  }

  async function drawing(figure) {
    const width = WIDTH - 2 * MARGIN;
    const [markup, height] = await partsOf(figure, width);
    const claim = figure.closest("[role=tabpanel]")?.querySelector(".claim");
    const said = [...lines(claim?.innerText ?? figure.querySelector("svg")?.getAttribute("aria-label") ?? ""), ...lines(claim?.dataset.made ?? "")];
    const ground = getComputedStyle(document.body).backgroundColor;
    const ink = getComputedStyle(document.body).color;
    const rows = said.map((line, i) => `<text x="${MARGIN}" y="${2 * MARGIN + height + 26 * i + 8}">${escaped(line)}</text>`).join("");
    const total = Math.ceil(height + 2 * MARGIN + 26 * said.length + MARGIN);
    return [total, `<svg xmlns="${SVG}" viewBox="0 0 ${WIDTH} ${total}" width="${WIDTH}" height="${total}" font-family="system-ui, sans-serif">
<rect width="100%" height="100%" fill="${ground}"/>${markup}<g fill="${ink}" font-size="18">${rows}</g></svg>`];
  }

  function keep(blob, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async function save(figure, kind) {
    const [height, svg] = await drawing(figure);
    const name = `${figure.closest("[id]").id}.${kind}`;
    const blob = new Blob([svg], { type: "image/svg+xml" });
    if (kind === "svg") return keep(blob, name);
    const picture = new Image();
    picture.src = await dataUrl(URL.createObjectURL(blob));
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * WIDTH, height: 2 * height });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((png) => keep(png, name), "image/png");
  }

  function offer(figure) {
    if (figure.querySelector(":scope > .save") || !figure.children.length) return;
    const row = Object.assign(document.createElement("p"), { className: "save" });
    for (const kind of ["png", "svg"]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: kind.toUpperCase() });
      button.setAttribute("aria-label", word("save").replace("{kind}", kind.toUpperCase()));
      button.addEventListener("click", () => save(figure, kind));
      row.append(button);
    }
    figure.append(row);
  }

  let asked = 0;
  new MutationObserver(() => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      document.querySelectorAll(FIGURES).forEach(offer);
    });
  }).observe(document.body, { childList: true, subtree: true });
}
