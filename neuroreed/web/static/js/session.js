// The session screen: the server's clock is the truth, this page only shows it.
(function () {
  "use strict";

  const page = document.getElementById("session");
  if (!page) return;
  const said = document.getElementById("said");
  const connection = document.getElementById("connection");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("neuroreed:" + page.dataset.visit) : null;
  let skew = 0; // server time minus device time, in ms

  function state() { return document.getElementById("session-state"); }

  function readClock() { skew = Number(state().dataset.serverNow) - Date.now(); }

  function shown(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    const hours = Math.floor(s / 3600);
    const minutes = String(Math.floor(s / 60) % 60).padStart(hours ? 2 : 1, "0");
    return (hours ? hours + ":" : "") + minutes + ":" + String(s % 60).padStart(2, "0");
  }

  function tick() {
    const now = Date.now() + skew;
    document.querySelectorAll("[data-count]").forEach(function (el) {
      const since = el.dataset.since;
      const seconds = Number(el.dataset.base) + (since ? (now - Number(since)) / 1000 : 0);
      const text = el.dataset.count === "minutes" ? String(Math.floor(seconds / 60)) : shown(seconds);
      if (el.textContent !== text) el.textContent = text;
      el.classList.toggle("long", text.length > 5);
    });
  }

  function swap(html) {
    const held = document.activeElement && document.activeElement.id;
    const opened = Array.from(document.querySelectorAll("#session-state details[open][id]"), (d) => d.id);
    htmx.swap("#session-state", html, { swapStyle: "outerHTML" });
    opened.map((id) => document.getElementById(id)).filter(Boolean).forEach((d) => { d.open = true; });
    readClock();
    tick();
    const again = held && document.getElementById(held);
    if (again) again.focus({ preventScroll: true });
    htmx.trigger(document.body, "session-changed");
  }

  // While taps wait, the tiles show what was tapped, so that nobody taps twice.
  function showTap(form) {
    const button = form.querySelector(".tile");
    if (!button) {
      const pressed = form.querySelector("button[data-tapped]");
      if (pressed) pressed.setAttribute("aria-pressed", "true");
      return;
    }
    const now = Date.now() + skew;
    document.querySelectorAll(".tile.running").forEach(function (tile) {
      const count = tile.querySelector("[data-count]");
      if (count.dataset.since) {
        count.dataset.base = Number(count.dataset.base) + (now - Number(count.dataset.since)) / 1000;
        delete count.dataset.since;
      }
      tile.classList.remove("running");
      tile.setAttribute("aria-pressed", "false");
    });
    button.classList.add("pending");
    if (form.elements.kind.value === "start") {
      button.classList.add("running");
      button.setAttribute("aria-pressed", "true");
      button.querySelector("[data-count]").dataset.since = now;
      form.elements.kind.value = "stop";
    } else {
      form.elements.kind.value = "start";
    }
  }

  const outbox = new window.Outbox(page.dataset.user + ":" + page.dataset.visit, page.dataset.csrf, {
    sent: function (html, isLast) {
      if (isLast) swap(html);
      if (channel) channel.postMessage("changed");
    },
    refused: function (html) {
      document.getElementById("messages").innerHTML = html;
      refresh(true);
    },
    waiting: function (entries, why) {
      const words = document.getElementById("words-" + why).content.textContent.trim();
      connection.hidden = false;
      const text = words.replace("{count}", entries.length)
        .replace("{time}", new Date(entries[0].at + skew).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
      const place = connection.querySelector("[data-words]");
      if (place.textContent !== text) place.textContent = text;
      connection.querySelector("a").hidden = why !== "sign-in";
    },
    clear: function () { connection.hidden = true; },
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("form[data-tap] button");
    if (!button) return;
    button.form.querySelectorAll("[data-tapped]").forEach(function (b) { delete b.dataset.tapped; });
    button.dataset.tapped = "yes";
  });

  // The session ends only after the taps before it have arrived.
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("form[data-after-taps]")) return;
    if (!outbox.entries().length && navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (outbox.entries().length) outbox.flush();
    else {
      const words = document.getElementById("say-no-connection").content.cloneNode(true);
      document.getElementById("messages").replaceChildren(words);
    }
  }, true);

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form[data-tap]")) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form, event.submitter));
    delete fields.csrfmiddlewaretoken;
    showTap(form);
    if (said) said.textContent = (event.submitter && event.submitter.dataset.says) || "";
    outbox.add(form.action, fields);
  });

  async function refresh(force) {
    if (outbox.entries().length || document.hidden) return;
    try {
      const address = new URL(page.dataset.state, location.href);
      address.searchParams.set("open", state().dataset.open || "");
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "manual" });
      if (!answer.ok) return;
      const html = await answer.text();
      const version = /data-version="([^"]*)"/.exec(html);
      if (force || (version && version[1] !== state().dataset.version)) swap(html);
    } catch (error) {
      // No connection: the next tap will say so, and the clock goes on by itself.
    }
  }

  if (channel) channel.onmessage = function () { refresh(false); };
  document.addEventListener("visibilitychange", function () { refresh(false); });
  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target && event.detail.target.id === "session-state") { readClock(); tick(); }
  });
  setInterval(function () { refresh(false); }, 20000);
  readClock();
  tick();
  setInterval(tick, 250);
  outbox.flush();
})();
