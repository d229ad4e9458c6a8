// The draft works without this: each click is a form of its own. With it the page stays where it is: the answer's
// page takes the place of what is shown, and the focus goes on to the same proposal.
"use strict";

(() => {
  let turn = Promise.resolve(); // clicks are sent one after the other: no answer overtakes a newer one
  let waiting = 0;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-plan]")) return;
    event.preventDefault();
    if (form.dataset.sent) return; // a second click before the answer (app.js)
    const row = form.closest("article[id]");
    const data = new FormData(form);
    if (event.submitter && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
    waiting += 1;
    document.querySelector("[data-plan-page]").setAttribute("aria-busy", "true");
    turn = turn.then(() => send(form.action, data, row && row.id));
  }, true);

  async function send(address, data, row) {
    const options = { method: "POST", body: data, credentials: "same-origin" };
    const text = await fetch(address, options).then((answer) => answer.text()).catch(() => "");
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("[data-plan-page]");
    if (!fresh) { // signed out, or no network: the browser shows what it is
      location.reload();
      return new Promise(() => {}); // what waits is not sent from a page that goes
    }
    waiting -= 1;
    const plan = document.querySelector("[data-plan-page]");
    if (!waiting) plan.removeAttribute("aria-busy");
    for (const old of document.querySelectorAll("main > .messages")) old.remove();
    const told = page.querySelector("main > .messages");
    const chosen = chosenBeside(plan, row);
    plan.replaceChildren(...fresh.childNodes);
    for (const [id, unit] of chosen) if (document.getElementById(id)) document.getElementById(id).value = unit;
    if (told) {
      plan.closest("main").prepend(told);
      if (told.querySelector("[role=alert]")) told.scrollIntoView({ block: "center" });
    }
    const next = row && document.getElementById(row);
    if (next && !waiting) next.focus({ preventScroll: true });
  }

  // what was chosen at other proposals meanwhile and not yet sent: [[id, value], …]
  function chosenBeside(plan, row) {
    const fields = Array.from(plan.querySelectorAll("article[id] select"));
    return fields.filter((one) => one.value && one.closest("article").id !== row).map((one) => [one.id, one.value]);
  }
})();
