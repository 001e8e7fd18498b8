// The language of the page: what was switched on, what the link asks for, or the first that the browser prefers.
(known, first) => {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  window.chosenLanguage ??= wanted.find((tag) => known.includes(tag)) ?? first;
  return (document.documentElement.lang = window.chosenLanguage);
}
