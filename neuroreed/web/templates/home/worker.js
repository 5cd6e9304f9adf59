// Keeps this one address on the phone. The network comes first while it answers quickly.
"use strict";
const NAME = "neuroreed-home-" + self.registration.scope + "-{{ release }}";
const KEPT = {{ kept|safe }};
const PATIENCE_MS = 1500;

self.addEventListener("install", function (event) {
  event.waitUntil(
    caches.open(NAME).then(function (cache) { return cache.addAll(KEPT); }).then(function () { return self.skipWaiting(); })
  );
});

self.addEventListener("activate", function (event) {
  const mine = "neuroreed-home-" + self.registration.scope;
  event.waitUntil(
    caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) { return name.startsWith(mine) && name !== NAME; }).map(function (name) { return caches.delete(name); }));
    }).then(function () { return self.clients.claim(); })
  );
});

// A page that the clinic has closed must not live on in the phone.
function remember(request, answer) {
  return caches.open(NAME).then(function (cache) {
    if (answer.ok) return cache.put(request, answer.clone()).then(function () { return answer; });
    if (answer.status === 404 || answer.status === 410) return caches.delete(NAME).then(function () { return answer; });
    return answer;
  });
}

function page(request) {
  const fresh = fetch(request).then(function (answer) { return remember(request, answer); });
  const kept = caches.open(NAME).then(function (cache) { return cache.match(request).then(function (found) { return found || cache.match("./"); }); });
  const late = new Promise(function (resolve) { setTimeout(resolve, PATIENCE_MS); }).then(function () { return kept; });
  return Promise.race([fresh, late.then(function (found) { return found || fresh; })]).catch(function () {
    return kept.then(function (found) { return found || Response.error(); });
  });
}

self.addEventListener("fetch", function (event) {
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate") {
    event.respondWith(page(event.request));
    return;
  }
  event.respondWith(caches.open(NAME).then(function (cache) { return cache.match(event.request); }).then(function (found) { return found || fetch(event.request); }));
});
