// The draft works without this: each click is a form of its own. With it the page stays where it is: the answer's
// page takes the place of what is shown, and the focus goes on to the same proposal.
"use strict";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-plan]")) return;
  event.preventDefault();
  const plan = document.querySelector("[data-plan-page]");
  if (plan.getAttribute("aria-busy") === "true") return; // a second click before the answer
  const row = form.closest("article[id]");
  const data = new FormData(form);
  if (event.submitter && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
  plan.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" }).catch(() => null);
  const text = answer ? await answer.text() : "";
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.querySelector("[data-plan-page]");
  plan.removeAttribute("aria-busy");
  if (!answer || !fresh) { // signed out, or no network: the browser shows what it is
    location.reload();
    return;
  }
  for (const old of document.querySelectorAll("main > .messages")) old.remove();
  const told = page.querySelector("main > .messages");
  plan.replaceChildren(...fresh.childNodes);
  if (told) {
    plan.closest("main").prepend(told);
    if (told.querySelector("[role=alert]")) told.scrollIntoView({ block: "center" });
  }
  const next = row && document.getElementById(row.id);
  if (next) next.focus({ preventScroll: true });
}, true);
