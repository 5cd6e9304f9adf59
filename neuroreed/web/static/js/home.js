// Marks are kept on this phone until the clinic has them. An entry holds an exercise, what was
// done, pain and the phone's time: no name. Its key is made once, so sending twice is one.
(function () {
  "use strict";
  const HERE = location.pathname;
  const KEY = "neuroreed-home:" + HERE;
  const TODAY_KEY = "neuroreed-home-today:" + HERE;
  const HOLD_MS = 20000;
  const RETRY_MS = 15000;
  const WAIT_MS = 8000;
  const PARCEL = 100;
  const says = document.getElementById("says").dataset;
  const sync = document.getElementById("sync");
  const language = document.body.dataset.language;
  let sending = false;
  let again = false;
  let notice = "";

  function key() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (b) { return b.toString(16).padStart(2, "0"); }).join("");
  }
  function read(name) {
    try {
      const found = JSON.parse(localStorage.getItem(name));
      return found || [];
    } catch (error) {
      return [];
    }
  }
  function keep(name, entries) {
    try {
      localStorage.setItem(name, JSON.stringify(entries));
      return true;
    } catch (error) {
      notice = says.full;
      return false;
    }
  }
  function dayOf(ms) {
    const at = new Date(ms);
    return at.getFullYear() + "-" + String(at.getMonth() + 1).padStart(2, "0") + "-" + String(at.getDate()).padStart(2, "0");
  }
  function show() {
    const waiting = read(KEY).length;
    const parts = [];
    if (notice) parts.push(notice);
    if (waiting) parts.push(says.saved + " " + says.waiting + " " + waiting + ".");
    else if (read(TODAY_KEY).length) parts.push(says.sent);
    sync.textContent = parts.join(" ");
    const today = read(TODAY_KEY);
    document.querySelectorAll("[data-exercise]").forEach(function (card) {
      const done = today.filter(function (mark) { return mark.exercise === card.dataset.exercise && mark.done !== "not_able"; }).length;
      card.querySelector("[data-today]").textContent = done ? says.today + " " + done + " " + says.of + " " + card.dataset.perDay + " " + says.done + "." : "";
    });
    if (today.some(function (mark) { return mark.done !== "not_able"; })) {
      const last = document.querySelector(".week [data-day='6']");
      last.classList.add("yes");
      last.querySelector("b").textContent = "✓";
      last.querySelector(".unseen").textContent = says.done;
    }
  }

  // today's marks, for the page itself; the day is the phone's, the record's is the clinic's
  keep(TODAY_KEY, read(TODAY_KEY).filter(function (mark) { return mark.day === dayOf(Date.now()); }));

  function change(entryKey, fields) {
    keep(KEY, read(KEY).map(function (entry) { return entry.key === entryKey ? Object.assign(entry, fields) : entry; }));
  }
  function settle(card) {
    if (card.dataset.open) change(card.dataset.open, { hold: 0 });
    delete card.dataset.open;
    card.querySelector("[data-after]").hidden = true;
    flush();
  }
  function mark(card, done) {
    if (card.dataset.open) settle(card);
    const entry = { key: key(), exercise: card.dataset.exercise, done: done, at_ms: Date.now(), hold: Date.now() + HOLD_MS };
    if (!keep(KEY, read(KEY).concat(entry))) return show();
    keep(TODAY_KEY, read(TODAY_KEY).concat({ key: entry.key, exercise: entry.exercise, done: done, day: dayOf(entry.at_ms) }));
    card.dataset.open = entry.key;
    const after = card.querySelector("[data-after]");
    after.hidden = false;
    after.querySelectorAll("[aria-pressed]").forEach(function (button) { button.removeAttribute("aria-pressed"); });
    after.querySelector("[data-why]").hidden = done === "done";
    after.querySelector("[data-tip-text]").textContent = "";
    after.scrollIntoView({ block: "nearest" });
    show();
    setTimeout(flush, HOLD_MS + 100);
  }
  function press(button) {
    button.parentNode.querySelectorAll("[aria-pressed]").forEach(function (other) { other.removeAttribute("aria-pressed"); });
    button.setAttribute("aria-pressed", "true");
  }

  async function flush() {
    // asked for while a parcel is on its way: what that one does not hold, or fails to bring
    again = sending;
    if (sending) return;
    const now = Date.now();
    const ready = read(KEY).filter(function (entry) { return !entry.hold || entry.hold <= now || entry.hold > now + HOLD_MS; }).slice(0, PARCEL);
    if (!ready.length) return show();
    sending = true;
    try {
      const answer = await fetch("logs/", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        credentials: "omit",
        body: JSON.stringify({ sent_at_ms: Date.now(), entries: ready.map(function (entry) { const sent = Object.assign({}, entry); delete sent.hold; return sent; }) }),
        signal: AbortSignal.timeout(WAIT_MS),
      });
      if (answer.status === 404 || answer.status === 410) {
        notice = says.closed;
        return;
      }
      if (!answer.ok) return;
      const told = await answer.json();
      keep(KEY, read(KEY).filter(function (entry) { return !told.settled.includes(entry.key); }));
      notice = told.clock_off_seconds ? says.clock : "";
    } catch (error) {
      // no network: the marks stay here
    } finally {
      sending = false;
      show();
      if (again) flush();
    }
  }

  function speak(text) {
    const talk = new SpeechSynthesisUtterance(text);
    talk.lang = language === "es" ? "es-US" : "en-US";
    talk.rate = 0.9;
    speechSynthesis.cancel();
    speechSynthesis.speak(talk);
  }
  function count(button) {
    const goal = Number(button.dataset.count);
    const at = (Number(button.dataset.at || 0) % goal) + 1;
    button.dataset.at = at;
    button.querySelector("b").textContent = at + " / " + goal;
    button.classList.toggle("full", at === goal);
  }
  function time(button) {
    const shown = button.querySelector("b");
    if (button.dataset.ends) {
      clearInterval(Number(button.dataset.clock));
      delete button.dataset.ends;
      shown.textContent = button.dataset.timer + " s";
      return;
    }
    button.dataset.ends = Date.now() + Number(button.dataset.timer) * 1000;
    button.dataset.clock = setInterval(function () {
      const left = Math.max(0, Math.ceil((Number(button.dataset.ends) - Date.now()) / 1000));
      shown.textContent = left + " s";
      if (left) return;
      clearInterval(Number(button.dataset.clock));
      delete button.dataset.ends;
      button.classList.add("full");
      if ("speechSynthesis" in window) speak(says.over);
    }, 250);
  }

  if ("speechSynthesis" in window) {
    document.querySelectorAll("[data-speak]").forEach(function (button) { button.hidden = false; });
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("button");
    if (!button) return;
    const card = button.closest("[data-exercise]");
    if (!card) return;
    const data = button.dataset;
    if (data.speak) speak(data.speak);
    else if (data.count) count(button);
    else if (data.timer) time(button);
    else if (data.done) mark(card, data.done);
    else if (data.pain) {
      press(button);
      change(card.dataset.open, { pain: Number(data.pain) });
      notice = Number(data.pain) > 5 ? says.alert : "";
      show();
      if (card.querySelector("[data-why]").hidden) settle(card);
    } else if (data.reason) {
      press(button);
      change(card.dataset.open, { reason: data.reason });
      card.querySelector("[data-tip-text]").textContent = data.tip;
    } else if ("keep" in data) settle(card);
    else if ("undo" in data) {
      const gone = card.dataset.open;
      keep(KEY, read(KEY).filter(function (entry) { return entry.key !== gone; }));
      keep(TODAY_KEY, read(TODAY_KEY).filter(function (entry) { return entry.key !== gone; }));
      delete card.dataset.open;
      card.querySelector("[data-after]").hidden = true;
      show();
    }
  });

  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) flush(); });
  setInterval(flush, RETRY_MS);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("worker.js", { scope: "./" });
  show();
  flush();
})();
