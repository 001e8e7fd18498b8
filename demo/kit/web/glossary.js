// Terms explain themselves. In each unit of the page (a card, a tab, the introduction, a slide) the first occurrence of
// every term of the glossary becomes a <dfn>; what it means is shown on hover, focus and tap. TERMS has them by language.
(TERMS) => {
  const UNITS = ".card, .tabitem, .intro, .slide";
  const PLACES = ".claim, .prose, .card, .measures, .scores, .hint, .formula, .why, .sentence, .terms";
  const NEVER = "button, a, code, pre, svg, summary, label, input, textarea, [aria-hidden=true], .viewer, .painter, .apart .box, .katex";
  const forms = {}; // of all languages: a page may be between two
  const texts = {};
  for (const [language, terms] of Object.entries(TERMS)) {
    for (const term of terms) {
      for (const form of term.forms.split(" ; ")) forms[form] = term.key;
      texts[term.key] = { ...texts[term.key], [language]: term };
    }
  }
  const escaped = Object.keys(forms).sort((a, b) => b.length - a.length).map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const letter = "[\\p{Script=Latin}\\p{Script=Greek}\\p{N}\\p{M}⁻]"; // a Chinese letter may stand next to a term; after “along” stands an axis
  const finder = new RegExp(`(?<!${letter}|along |沿 )(?:${escaped.join("|")})(?!${letter})`, "gu");

  const tip = Object.assign(document.createElement("div"), { id: "explained", hidden: true });
  tip.setAttribute("role", "tooltip");
  document.body.append(tip);
  let shown = null;
  let leaving = null;

  // Wrap the first occurrence of each term that is not in `seen` yet; what a framework holds at the top stays as it is.
  function mark(node, seen) {
    for (const match of node.data.matchAll(finder)) {
      const key = forms[match[0]];
      if (seen.has(key)) continue;
      seen.add(key);
      const word = node.splitText(match.index);
      const rest = word.splitText(match[0].length);
      const term = document.createElement("dfn");
      term.tabIndex = 0;
      term.dataset.term = key;
      word.replaceWith(term);
      term.append(word);
      return mark(rest, seen);
    }
  }

  function markAll() {
    const seen = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
    for (const node of found) {
      const parent = node.parentElement;
      const unit = parent?.closest(UNITS);
      if (!unit || !parent.closest(PLACES) || parent.closest(NEVER)) continue;
      if (!seen.has(unit)) seen.set(unit, new Set());
      const term = parent.closest("dfn");
      if (!term) mark(node, seen.get(unit));
      else if (!seen.get(unit).has(term.dataset.term)) seen.get(unit).add(term.dataset.term);
      else if (term !== shown) term.replaceWith(...term.childNodes); // something with the term has come before it
    }
    if (shown && !shown.isConnected) hide();
  }

  function show(term) {
    clearTimeout(leaving);
    if (shown !== term) hide();
    const said = texts[term.dataset.term][document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
    const name = Object.assign(document.createElement("b"), { textContent: said.name });
    tip.replaceChildren(name, Object.assign(document.createElement("p"), { textContent: said.text }));
    tip.hidden = false;
    shown = term;
    term.setAttribute("aria-describedby", tip.id);
    place();
  }

  function hide() {
    clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  }

  // Below the term, or above it where there is no room; never over it, and never off the screen.
  function place() {
    if (!shown) return;
    const term = shown.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const page = document.documentElement;
    if (term.bottom < 0 || term.top > page.clientHeight || !shown.checkVisibility()) return hide();
    const below = term.bottom + 6;
    tip.style.top = `${below + height <= page.clientHeight || term.top < height + 6 ? below : term.top - height - 6}px`;
    tip.style.left = `${Math.max(8, Math.min(term.left + term.width / 2 - width / 2, page.clientWidth - width - 8))}px`;
  }

  const termOf = (event) => event.target.closest?.("dfn[data-term]");
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    if (termOf(event)) show(termOf(event));
    else if (shown && event.target.closest?.("#explained")) clearTimeout(leaving);
    else if (shown && document.activeElement !== shown) {
      clearTimeout(leaving);
      leaving = setTimeout(hide, 200);
    }
  });
  document.addEventListener("focusin", (event) => termOf(event) && show(termOf(event)));
  document.addEventListener("focusout", (event) => termOf(event) && hide());
  document.addEventListener("click", (event) => {
    if (termOf(event)) show(termOf(event));
    else if (!event.target.closest?.("#explained")) hide();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    hide();
    event.stopPropagation(); // the stage, which Esc ends as well, stays
  }, true);
  addEventListener("scroll", place, true);
  addEventListener("resize", place);

  let due = null;
  const own = ".viewer, .painter, #explained, textarea, #stage-bar";
  new MutationObserver((changes) => {
    if (changes.every(({ target }) => target.nodeType !== 1 || target.closest(own))) return;
    clearTimeout(due);
    due = setTimeout(markAll, 150);
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["aria-hidden"] });
  markAll();
}
