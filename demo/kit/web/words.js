// The words of a picture viewer or painter, in front of its own script: the same function body goes on there.
// Before this stand ROOT, the class of its element, and WORDS: by language, what is said by key.
"use strict";

const root = element.querySelector("." + ROOT);
if (!root || root.speaks) return; // mounted already
root.speaks = true;
root.dataset.speaks = "";

const language = () => (document.documentElement.lang.startsWith("zh") ? "zh" : "en");

// A sentence by its key, its {places} filled.
function word(key, values = {}) {
  return WORDS[language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Static words: data-words="title key, text key" names an attribute, or the text, and what is said there.
function translate() {
  for (const node of [root, ...root.querySelectorAll("[data-words]")]) {
    for (const pair of node.dataset.words?.split(", ") ?? []) {
      const [where, key] = pair.split(" ");
      if (where === "text") node.textContent = word(key);
      else node.setAttribute(where, word(key));
    }
  }
}

// Whenever the page has another language, which page.js tells: a listener of the page itself would hold what is gone.
function onLanguage(change) {
  root.addEventListener("language", () => {
    translate();
    change();
  });
}

translate();
