// The page of 催办 works without this. With it: the words are copied by a button, all lines are chosen at once.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = document.getElementById(button.dataset.copy);
  const told = document.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", () => {
    words.select();
    // works without TLS too, as in an office's own network
    const done = document.execCommand("copy");
    told.textContent = done ? "已复制。" : "没有复制成功，文字已选中，请按 Ctrl+C。";
  });
}

for (const button of document.querySelectorAll("[data-check-all]")) {
  const boxes = Array.from(button.form.querySelectorAll("input[type=checkbox]:not(:disabled)"));
  button.hidden = boxes.length < 2;
  button.addEventListener("click", () => {
    const all = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = all;
    button.textContent = all ? "全不选" : "全选";
  });
}
