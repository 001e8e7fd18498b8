// What the page says while it computes: a bar at once, the time that is left as far as measured progress tells it, and
// which of what is on screen is old. events.py tells of requests, the modes of their progress.
() => {
  const TICK_MS = 250;
  const LONG_S = 3; // shorter work names no time
  const SURE_S = 0.7; // and none is named before: what is known already comes sooner
  const RESULTS = ":is(#measures, #compress-measures)";
  const FIGURES = ":is(#tabs, #compress-tabs) .tabitem :is(.html-container, .image-container)";
  const OLD = { childList: true, subtree: true, characterData: true, attributeFilter: ["src"] };
  let begun = 0; // when the page began to work, 0 at rest
  let running = 0; // requests at the server
  let sent = 0; // the number of the last of them
  let subject = ""; // what of the page the newest request is about, as text
  let seen = null; // what the result on screen is about
  let former = null; // the address of the last whole result
  let phase = null; // of the work: when it was first measured and how far it was then, or how long it is expected to take
  let timer = 0;

  const seconds = () => performance.now() / 1000;
  const number = () => (window.requests = (window.requests ?? 0) + 1);
  const viewer = () => document.querySelector("#viewer .viewer");

  // Dims what is old until it changes, or until nothing is computed any more.
  const changes = new MutationObserver((found) => {
    for (const { target } of found) renew((target.closest ? target : target.parentElement)?.closest("[data-old]"));
  });

  // The figures of the open tab, and of the measures only if the whole result is old.
  function age(all) {
    if (viewer()) viewer().dataset.old = all ? "result" : "draws";
    for (const node of document.querySelectorAll(FIGURES)) {
      if (!node.checkVisibility() || node.querySelector(".painter") || (!all && node.closest(RESULTS))) continue;
      node.dataset.old = "";
      changes.observe(node, OLD);
    }
  }

  function renew(node) {
    if (!node) return;
    delete node.dataset.old;
    if (node.closest(".viewer, " + RESULTS)) seen = subject;
  }

  function begin() {
    if (begun) return;
    begun = seconds();
    phase = null;
    document.documentElement.classList.add("busy");
    timer = setInterval(show, TICK_MS);
    show();
  }

  function rest() {
    clearInterval(timer);
    changes.disconnect();
    begun = 0;
    seen = subject;
    document.documentElement.classList.remove("busy");
    document.querySelector("#doing progress")?.removeAttribute("value");
    for (const node of document.querySelectorAll("[data-old]")) delete node.dataset.old;
    window.pageLink?.commit();
  }

  // Seconds that are left, or nothing while nothing is measured.
  function left() {
    if (!phase) return null;
    const since = seconds() - phase.at;
    if (phase.expected) return phase.expected - since;
    const rate = (phase.done - phase.from) / (phase.at - phase.begun);
    if (rate > 0) return (phase.total - phase.done) / rate - since;
    return phase.before && phase.before - since; // what was expected holds until something is measured
  }

  function show() {
    const box = document.querySelector("#doing .doing");
    if (!box) return;
    const [bar, said] = [box.querySelector("progress"), box.querySelector("output")];
    const rest = left();
    const gone = seconds() - begun;
    const worth = rest !== null && gone > SURE_S && rest + gone > LONG_S;
    said.textContent = worth ? box.dataset.left.replace("{seconds}", Math.max(1, Math.round(rest))) : "";
    const share = phase?.expected ? (seconds() - phase.at) / phase.expected : phase && phase.done / phase.total;
    if (share === null) bar.removeAttribute("value");
    else bar.value = Math.min(share, 0.97);
  }

  window.pageWork = {
    // The page waits for something, and all that it shows is about to be replaced.
    begin() {
      begin();
      age(true);
    },
    // What the next request is about.
    isAbout(values) {
      subject = JSON.stringify([values, document.documentElement.lang]);
    },
    // It is made.
    asked() {
      begin();
      age(subject !== seen);
      return number();
    },
    // Its values go to the server.
    sent() {
      running += 1;
      return (sent = number());
    },
    ended() {
      running -= 1;
      if (!running && sent === window.requests) rest();
    },
    // It failed. What was asked for meanwhile is asked for again, as nobody else will.
    failed() {
      if (sent === window.requests) return this.ended();
      running -= 1;
      document.getElementById("ask-again").click();
    },
    // What was begun comes to nothing.
    refused() {
      if (!running && sent === (window.requests ?? 0)) rest();
    },
    progress(text) {
      if (!text) return;
      const { done, total, expected } = JSON.parse(text);
      const at = seconds();
      if (expected) phase = { at, expected };
      else if (phase?.total === total && phase.done <= done) phase = { ...phase, at, done };
      else phase = { at, begun: at, from: done, done, total, before: done ? null : left() };
      show();
    },
    viewed() {
      renew(viewer());
    },
    // Where the page is; while it computes, where it was.
    rests(address) {
      if (!begun) former = address;
    },
    // Stop: whatever runs is older than this number. The page goes back to the last whole result, if there was one.
    cancel() {
      if (seen !== null && former !== null) {
        history.replaceState(history.state, "", location.pathname + former + location.hash);
        document.getElementById("restore").click();
      }
      return (sent = number());
    },
  };
}
