// The list of proposals works without this. With it: one tick for the page, and what is ticked is counted.
"use strict";

(() => {
  const form = document.getElementById("selection");
  if (!form) return;
  const picks = Array.from(document.querySelectorAll('input[name="id"][form="selection"]'));
  const all = form.elements.all, said = form.querySelector("[data-said]");
  const acts = form.querySelectorAll("[data-needs-some]");
  const page = document.createElement("input");
  page.type = "checkbox";
  page.setAttribute("aria-label", "全选本页");
  page.title = "全选本页";
  document.querySelector("[data-pick-page]").append(page);

  function tell() {
    const some = picks.filter((pick) => pick.checked).length;
    for (const pick of picks) {
      pick.disabled = all.checked;
      pick.closest("tr").classList.toggle("is-picked", all.checked || pick.checked);
    }
    page.checked = all.checked || some === picks.length;
    page.indeterminate = !page.checked && some > 0;
    page.disabled = all.checked;
    said.textContent = all.checked || !some ? "" : `已选 ${some} 件`;
    for (const act of acts) act.disabled = !all.checked && !some;
  }
  page.addEventListener("change", () => {
    for (const pick of picks) pick.checked = page.checked;
    tell();
  });
  // with Shift: all between this tick and the one before
  let last = null;
  for (const pick of picks) {
    pick.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [picks.indexOf(last), picks.indexOf(pick)].sort((a, b) => a - b);
        for (const between of picks.slice(from, to + 1)) between.checked = pick.checked;
      }
      last = pick;
      tell();
    });
  }
  all.addEventListener("change", tell);
  window.addEventListener("pageshow", tell); // the browser may bring back what was ticked
  tell();
})();
