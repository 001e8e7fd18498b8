// A cell of a picture is chosen by a click or by keys, and goes to the box that the picture names.
() => {
  const choose = (pick, row, column) => {
    const { field, layer, rows, columns } = pick.dataset;
    const cell = [[row, rows], [column, columns]].map(([place, count]) => Math.min(Math.max(Math.floor(place), 0), Math.ceil(count) - 1));
    for (const other of document.querySelectorAll(`.pick[data-field="${field}"]`)) {
      other.style.setProperty("--row", cell[0]); // at once; the server's answer marks the same
      other.style.setProperty("--column", cell[1]);
    }
    const box = document.querySelector(`#${field} :is(textarea, input)`);
    box.value = (layer ? [...cell, layer] : cell).join(",");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("click", (event) => {
    const pick = event.target.closest?.(".pick");
    if (!pick) return;
    const box = pick.querySelector("img").getBoundingClientRect();
    const { rows, columns } = pick.dataset;
    choose(pick, ((event.clientY - box.top) / box.height) * rows, ((event.clientX - box.left) / box.width) * columns);
  });

  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  document.addEventListener("keydown", (event) => {
    const pick = event.target.closest?.(".pick");
    const move = MOVES[event.key];
    if (!pick || !move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 8 : 1;
    const [row, column] = ["--row", "--column"].map((name) => Number(getComputedStyle(pick).getPropertyValue(name)));
    choose(pick, row + step * move[0], column + step * move[1]);
  }, true); // before other keys of the page
}
