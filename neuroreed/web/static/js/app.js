// Small manners of every page: one press is one press, and a failed swap says what happened.
(function () {
  "use strict";

  // A form marked data-once sends once; the server would refuse the second anyway.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent === "yes") {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach(function (button) {
      button.setAttribute("aria-disabled", "true");
    });
  });

  // Coming back with the back button must find a form that can be sent again.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-once]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach(function (button) {
        button.removeAttribute("aria-disabled");
      });
    });
  });

  function say(template) {
    const source = document.getElementById(template);
    const messages = document.getElementById("messages");
    if (source && messages) {
      messages.replaceChildren(source.content.cloneNode(true));
      messages.scrollIntoView({ block: "nearest" });
    }
  }
  document.addEventListener("htmx:sendError", function () { say("say-no-connection"); });
  document.addEventListener("htmx:timeout", function () { say("say-no-connection"); });

  // "Choose all" beside a list of checkboxes.
  document.addEventListener("change", function (event) {
    const all = event.target.closest("[data-choose-all]");
    if (!all) return;
    document.querySelectorAll("input[name='" + all.dataset.chooseAll + "']").forEach(function (box) {
      box.checked = all.checked;
    });
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.closest("[data-close]")) event.target.closest("[data-closable]").remove();
  });
})();
