// A letter to proofread can be dropped anywhere on the page, not only on the narrow button of its field: a file dropped
// beside that would be opened by the browser in the page's place, with what was pasted lost.
"use strict";

(() => {
  const field = document.querySelector("input[type=file][name=file]");
  const zone = document.querySelector("[data-drop]");
  if (!field || !zone) return;
  const asking = zone.textContent;
  const holdsFiles = (event) => Array.from(event.dataTransfer.types).includes("Files");
  const over = (is) => zone.classList.toggle("drop-over", is);
  const told = () => { zone.textContent = field.files.length ? `已选“${field.files[0].name}”，请点“校对”。` : asking; };

  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files.length !== 1) {
      zone.textContent = "一次校对一份，请只拖进一个文件。";
      return;
    }
    field.files = event.dataTransfer.files;
    told();
    field.form.querySelector("button[type=submit]").focus();
  });
  field.addEventListener("change", told);
  told(); // a file may have been chosen before this script ran
  zone.hidden = false;
})();
