// The address says what the page shows, so that it can be copied, reloaded and gone back to. address.py hands over the
// parts of an address and the values of the controls; viewer and lesson are asked what they show.
() => {
  const PACE_MS = 400; // the address follows at most so often: Safari allows a hundred changes in 30 s
  const TOLD_MS = 6000; // so long the page says that a link was copied
  const viewer = () => document.querySelector("#viewer .viewer");
  const lesson = () => document.querySelector("#lesson .lesson");
  let parts = []; // as address.py describes them
  let values = []; // of the controls, which hold the first of the parts
  let linked = {}; // what the address said of the rest
  let restoring = true; // the page is being set from the address, which stays as it is until then
  let timer = 0;
  let closing = 0; // the timer that takes back what was said of a copy

  // What of the state differs from how the page opens, by name.
  function differing() {
    const lang = window.chosenLanguage ?? linked.lang;
    const learn = { chapter: linked.chapter ?? lesson()?.open, quiz: linked.quiz ?? lesson()?.order };
    const seen = { ...viewer()?.viewerLink?.(), lang, ...learn };
    const state = {};
    const said = {};
    parts.forEach(({ name, first, when, names }, i) => {
      if (Object.entries(when).some(([other, wanted]) => state[other] !== wanted)) return;
      const value = i < values.length ? values[i] : seen[name];
      state[name] = names?.[value] ?? value ?? first;
      if (String(state[name]) !== String(first)) said[name] = String(state[name]);
    });
    return said;
  }

  // Bring the address in line, and tell where the page is.
  function commit(steps = true) {
    stop();
    if (restoring) return;
    bring(steps);
    pageWork.rests(location.search);
  }

  // A step gets an entry of its own, to go back from.
  function bring(steps) {
    const said = differing();
    const query = new URLSearchParams(location.search);
    const stepped = parts.some(({ name, step }) => step && (query.get(name) ?? "") !== (said[name] ?? ""));
    for (const { name } of parts) query.delete(name);
    for (const [name, text] of Object.entries(said)) query.set(name, text);
    const text = query.toString().replaceAll("%2C", ",");
    if (text === location.search.slice(1)) return;
    const address = location.pathname + (text && "?" + text) + location.hash;
    if (steps && stepped) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  function follow() {
    timer ||= setTimeout(commit, PACE_MS);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
  }

  // Set the page from the address.
  function restore() {
    document.getElementById("restore").click();
  }

  function hold() {
    restoring = true;
    stop();
  }

  // The chapter that the address names, and the order of the quiz, as soon as the lesson is there.
  function openChapter() {
    if (!lesson()?.shows) return;
    const { chapter, quiz } = linked;
    delete linked.chapter;
    delete linked.quiz;
    if (quiz) lesson().deals(quiz);
    if (chapter) lesson().shows(chapter);
  }

  window.pageLink = {
    commit,
    // Another state of the page, from which Back returns.
    open(query) {
      history.pushState(null, "", location.pathname + query);
      restore();
    },
    // A control has changed.
    write(now, held) {
      if (restoring || String(held) === String(values)) return;
      [parts, values] = [now, held];
      viewer()?.viewerFollow?.(null); // from here on the visitor decides, not the link
      follow();
    },
    // The controls are as an address says; now the viewer, unless the visitor has gone on to another one meanwhile.
    restored(now, query, seen, held) {
      if (query !== location.search) return restore();
      [parts, values, linked, restoring] = [now, held, JSON.parse(seen), false];
      viewer()?.viewerFollow?.(linked);
      openChapter();
      commit(false);
    },
  };

  document.addEventListener("viewed", follow);
  document.addEventListener("chapter", () => {
    openChapter();
    follow();
  });
  addEventListener("popstate", restore);
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("#restore")) hold();
  }, true);

  // Copy the address, or where that is not allowed, show it to be copied by hand.
  async function copy(box) {
    commit();
    const [field, told] = [box.querySelector("input"), box.querySelector("[role=status]")];
    const { copied, byHand, own } = box.dataset;
    field.value = location.href;
    const done = await navigator.clipboard?.writeText(field.value).then(() => true, () => false);
    told.textContent = (done ? copied : byHand) + (ownFile() ? " " + own : "");
    field.hidden = done === true;
    const close = () => (told.textContent = "");
    clearTimeout(closing);
    if (done) closing = setTimeout(close, TOLD_MS);
    else field.select();
    field.onblur = close;
  }

  // Whether a picture or a file of the visitor's is on screen; only pictures have an original beside them.
  function ownFile() {
    const keys = viewer()?.viewerState?.().keys ?? [];
    return differing().example === "own" || (keys.length > 0 && !keys.includes("original"));
  }

  document.addEventListener("click", ({ target }) => {
    const box = target.closest?.("#copy-link")?.parentElement;
    if (box) copy(box);
  });
}
