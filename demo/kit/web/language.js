// The language of the page: what is switched on, what the link asks for, or the first that the browser prefers.
// `titles` has the page's title in each; a new choice goes into the address as well.
(titles, first, choice) => {
  const address = new URL(location);
  if (choice) {
    window.chosenLanguage = choice;
    address.searchParams.set("lang", choice);
    history.replaceState(history.state, "", address);
  }
  const wanted = [window.chosenLanguage, address.searchParams.get("lang"), ...navigator.languages];
  const language = wanted.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag in titles) ?? first;
  document.documentElement.lang = language;
  document.title = titles[language];
  return language;
}
