// On a phone no table runs out sideways: room.css puts the values of a row below its name, in columns where they are
// few, else one below the other, each with its heading from here.
() => {
  const FEW = 3;

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

  function fold(table) {
    const widest = Math.max(...Array.from(table.rows, (row) => row.cells.length));
    const kind = widest - 1 > FEW ? "stacked" : "folded";
    if (!table.classList.contains(kind)) {
      table.classList.add(kind);
      table.style.setProperty("--columns", widest - 1);
    }
    if (kind === "folded") return;
    const heads = headings(table);
    for (const body of [...table.tBodies, table.tFoot].filter(Boolean)) {
      for (const row of body.rows) {
        Array.from(row.cells).forEach((cell, i) => {
          if (cell.localName === "td" && cell.dataset.head !== (heads[i] ?? "")) cell.dataset.head = heads[i] ?? "";
        });
      }
    }
  }

  const isNarrow = (table) => table.offsetParent && table.closest(".tabitem, .lesson")?.clientWidth <= 780;
  let asked = 0;
  const changed = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      for (const table of document.querySelectorAll(".scores table, .measures table")) if (isNarrow(table)) fold(table);
    });
  };
  new MutationObserver(changed).observe(document.body, { childList: true, subtree: true, attributeFilter: ["hidden", "style", "open"] });
  addEventListener("resize", changed);
  changed();
}
