// A language is switched on: the page has it, and so does its address.
(language) => {
  window.chosenLanguage = document.documentElement.lang = language;
  const address = new URL(location);
  address.searchParams.set("lang", language);
  history.replaceState(history.state, "", address);
}
