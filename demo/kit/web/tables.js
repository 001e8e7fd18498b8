// Where there is little room no table runs out sideways: style.css puts the values of a row below its name, in columns
// where they are few, else one below the other, each with its heading from here.
() => {
  const FEW = 3;
  const NARROW = { folded: 480, stacked: 780 }; // pixels, of the tab or the lesson

  // The headings above each column, over several rows of them.
  function headings(table) {
    const columns = [];
    const rows = Array.from(table.tHead?.rows ?? []);
    const taken = rows.map(() => []);
    rows.forEach((row, r) => {
      let c = 0;
      for (const cell of row.cells) {
        while (taken[r][c]) c++;
        const said = cell.innerText.replace(/\s+/g, " ").trim();
        for (let i = 0; i < cell.colSpan; i++, c++) {
          if (said) (columns[c] ??= []).push(said);
          for (let below = r; below < Math.min(r + cell.rowSpan, rows.length); below++) taken[below][c] = true;
        }
      }
    });
    return columns.map((said) => said.join(" · "));
  }

  function fold(table, room) {
    const widest = Math.max(...Array.from(table.rows, (row) => row.cells.length));
    const kind = widest - 1 > FEW ? "stacked" : "folded";
    const narrow = room <= NARROW[kind];
    if (table.classList.contains(kind) !== narrow) {
      table.classList.toggle(kind, narrow);
      table.style.setProperty("--columns", widest - 1);
    }
    if (!narrow || kind === "folded") return;
    const heads = headings(table);
    for (const body of [...table.tBodies, table.tFoot].filter(Boolean)) {
      for (const row of body.rows) {
        Array.from(row.cells).forEach((cell, i) => {
          if (cell.localName === "td" && cell.dataset.head !== (heads[i] ?? "")) cell.dataset.head = heads[i] ?? "";
        });
      }
    }
  }

  let asked = 0;
  const changed = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      for (const table of document.querySelectorAll(".scores table, .measures table")) {
        const place = table.offsetParent && table.closest(".tabitem, .lesson");
        if (place) fold(table, place.clientWidth);
      }
    });
  };
  new MutationObserver(changed).observe(document.body, { childList: true, subtree: true, attributeFilter: ["hidden", "style", "open"] });
  addEventListener("resize", changed);
  changed();
}
