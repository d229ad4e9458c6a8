// Pages work without this. With it: no double submits, uploads that show how far they are.
"use strict";

// a button that only shows what was typed, in a frame beside the form
function isLook(event) {
  return event.submitter && event.submitter.formTarget === "preview";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || isLook(event)) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.setAttribute("aria-busy", "true");
  }
  const files = form.querySelectorAll("input[type=file]");
  if (Array.from(files).some((input) => input.files.length)) {
    event.preventDefault();
    send(form, event.submitter);
  }
});

// The same request that the browser would send, with a bar that shows how far it is; the answer becomes the page.
function send(form, submitter) {
  const data = new FormData(form);
  if (submitter && submitter.name) data.append(submitter.name, submitter.value);
  const line = document.createElement("div");
  line.className = "progress";
  line.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  const words = document.createElement("span");
  words.textContent = "正在上传…";
  line.append(words, bar);
  form.append(line);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.round((event.loaded * 100) / event.total);
    words.textContent = bar.value < 100 ? `已上传 ${bar.value}%` : "已上传，正在检查文件…";
  });
  request.addEventListener("load", () => {
    // a page of this site answers; anything else (a proxy's error) is shown as what it is
    history.replaceState(null, "", request.responseURL || form.action);
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.addEventListener("error", () => {
    words.textContent = "上传没有完成：网络中断。内容还在本页，请再试一次。";
    bar.remove();
    release(form);
  });
  request.send(data);
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

// coming back with the browser's own button: the form may be sent again. The event comes after every loading too, at
// which a form may already be on its way
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) release(form);
});

// 复制: where the browser gives no clipboard (no TLS), the text is at least selected
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  const told = () => { button.textContent = "已复制"; };
  if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(told, () => {});
  else if (document.execCommand("copy")) told();
});

// one menu of further entries or actions open at a time; a click elsewhere and Escape close it
document.addEventListener("toggle", (event) => {
  if (!event.target.matches || !event.target.matches("details.more[open]")) return;
  for (const other of document.querySelectorAll("details.more[open]")) if (other !== event.target) other.open = false;
}, true);
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.more[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.more[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// what is under way tells how far it is; without scripts the page reloads itself
for (const part of document.querySelectorAll("[data-refresh]")) {
  const look = async () => {
    const read = (answer) => (answer.ok && !answer.redirected ? answer.text() : null);
    const text = await fetch(location.href, { credentials: "same-origin" }).then(read).catch(() => null);
    if (text === null) { setTimeout(look, 8000); return; }
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
    if (part.querySelector("[data-sent]")) return;
    if (!fresh) { location.reload(); return; } // over, and told on a page of another kind
    if (part.matches(":active")) { setTimeout(look, 500); return; } // being pressed: not to be taken from under the finger
    const hadFocus = part.contains(document.activeElement);
    part.replaceChildren(...fresh.childNodes);
    const next = part.querySelector("button, a");
    if (hadFocus && next) next.focus();
    if (fresh.dataset.refresh) setTimeout(look, fresh.dataset.refresh * 1000);
  };
  setTimeout(look, part.dataset.refresh * 1000);
}

// on paper nothing stays folded, but for menus and for pictures and pages of files, which are printed by themselves
{
  const unfolded = [];
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("main details:not([open]):not(.more)")) {
      if (fold.querySelector("iframe, img, form, input")) continue;
      fold.open = true;
      unfolded.push(fold);
    }
  });
  window.addEventListener("afterprint", () => { for (const fold of unfolded.splice(0)) fold.open = false; });
}
