// Taps are kept on this device until the server has answered, and go out in order.
//
// An entry holds an address, the fields of a form, a token and the device's time of the tap:
// no name, no date of birth. The server knows a token it has seen, so sending twice is harmless.
// A tap that could not go out at once says so (late) with the seconds since the tap; the server
// keeps both times.
window.Outbox = (function () {
  "use strict";

  const RETRY_MS = 3000;
  const WAIT_MS = 8000;

  function token() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (b) { return b.toString(16).padStart(2, "0"); }).join("");
  }

  return class Outbox {
    // told: {sent(html, isLast), refused(html), waiting(entries, why), clear()}
    constructor(key, csrf, told) {
      this.key = "neuroreed-outbox:" + key;
      this.csrf = csrf;
      this.told = told;
      this.sending = false;
      this.timer = null;
      window.addEventListener("online", () => this.flush());
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.flush(); });
    }

    entries() {
      try {
        return JSON.parse(localStorage.getItem(this.key)) || [];
      } catch (error) {
        return [];
      }
    }

    keep(entries) {
      if (entries.length) localStorage.setItem(this.key, JSON.stringify(entries));
      else localStorage.removeItem(this.key);
    }

    add(url, fields) {
      const entry = { url: url, fields: fields, token: token(), at: Date.now(), late: false };
      this.keep(this.entries().concat(entry));
      this.flush();
      return entry;
    }

    drop(tokenSent) {
      this.keep(this.entries().filter(function (entry) { return entry.token !== tokenSent; }));
    }

    wait(why) {
      const entries = this.entries().map(function (entry) {
        entry.late = true;
        return entry;
      });
      this.keep(entries);
      this.told.waiting(entries, why);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), RETRY_MS);
    }

    async flush() {
      if (this.sending) return;
      this.sending = true;
      try {
        while (this.entries().length) {
          if (!(await this.send(this.entries()[0]))) return;
        }
        this.told.clear();
      } finally {
        this.sending = false;
      }
      if (this.entries().length && !this.timer) this.flush();
    }

    async send(entry) {
      const body = new URLSearchParams(entry.fields);
      body.set("token", entry.token);
      if (entry.late) body.set("late_seconds", Math.max(0, Math.round((Date.now() - entry.at) / 1000)));
      let answer;
      try {
        answer = await fetch(entry.url, {
          method: "POST",
          body: body,
          headers: { "X-CSRFToken": this.csrf, "HX-Request": "true" },
          redirect: "manual",
          signal: AbortSignal.timeout(WAIT_MS),
        });
      } catch (error) {
        this.wait("connection");
        return false;
      }
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        this.wait("sign-in");
        return false;
      }
      if (answer.status >= 500 || answer.status === 429) {
        this.wait("server");
        return false;
      }
      const html = await answer.text();
      this.drop(entry.token);
      clearTimeout(this.timer);
      this.timer = null;
      if (answer.ok) this.told.sent(html, this.entries().length === 0);
      else this.told.refused(html);
      return true;
    }
  };
})();
