// Files may be dropped anywhere on the form that takes them; choosing them works without this.
(function () {
  "use strict";
  document.querySelectorAll("form[data-drop]").forEach(function (form) {
    const field = form.querySelector("input[type=file]");
    form.addEventListener("dragover", function (event) {
      event.preventDefault();
      form.classList.add("over");
    });
    form.addEventListener("dragleave", function () {
      form.classList.remove("over");
    });
    form.addEventListener("drop", function (event) {
      event.preventDefault();
      form.classList.remove("over");
      if (event.dataTransfer.files.length) {
        field.files = event.dataTransfer.files;
        form.requestSubmit();
      }
    });
  });
})();
