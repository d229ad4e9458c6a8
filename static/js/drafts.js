// What is typed into a form with data-keep stays in this browser until the server has stored it: through a closed page,
// a session that is over, a page that came too late. It is kept under the user's key and the form's address (or the
// value of data-keep), never passwords, files or hidden fields. The server tells by the cookie `drafts` what it stored
// and who signed out (apps/accounts/drafts.py).
"use strict";

(() => {
  const PREFIX = "draft/";
  const LONGEST = 30 * 24 * 3600 * 1000; // milliseconds that a draft is kept
  const PAUSE = 300; // milliseconds without a key before it is stored
  const UNKEPT = ["hidden", "password", "file", "submit", "button", "image", "reset"];
  const mine = `${PREFIX}${document.body.dataset.user || ""}/`;

  const keys = (prefix) => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch (barred) { return []; }
  };
  const drop = (key) => { try { localStorage.removeItem(key); } catch (barred) { /* nothing is kept */ } };
  const load = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch (unreadable) { return null; }
  };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // an address in few letters: that of a proposer's link is a secret and is not kept
  const mark = (path) => {
    let found = 5381;
    for (const letter of path) found = (found * 33 + letter.codePointAt(0)) >>> 0;
    return found;
  };

  // --- what the server says of the request that led to this page -------------------------------------------------------

  for (const cookie of document.cookie.split("; ")) {
    if (!cookie.startsWith("drafts-")) continue;
    const [name, told] = cookie.split("=");
    document.cookie = `${name}=; path=/; max-age=0; samesite=lax`;
    const [what, ...rest] = decodeURIComponent(told).split(":");
    const about = rest.join(":");
    if (what === "gone") for (const prefix of [`${PREFIX}${about}/`, `letter:${about}:`]) keys(prefix).forEach(drop);
    if (what === "stored") for (const key of keys(mine)) if ((load(key) || {}).action === mark(about)) drop(key);
  }
  for (const key of keys(PREFIX)) if (!(Date.now() - (load(key) || {}).at < LONGEST)) drop(key);

  // --- the fields of a form --------------------------------------------------------------------------------------------

  const fieldsOf = (form) => Array.from(form.elements).filter((one) => one.name && !UNKEPT.includes(one.type));
  const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
  const valueOf = (field) => {
    if (isTicked(field)) return field.checked;
    if (field.type === "select-multiple") return Array.from(field.selectedOptions, (one) => one.value);
    return field.value;
  };
  const read = (form) => fieldsOf(form).map((field) => [field.name, isTicked(field) ? field.value : "", valueOf(field)]);
  const seenBy = (form) => { const seen = form.elements.namedItem("seen"); return seen ? seen.value : ""; };

  // the form as the server sent it, whatever was typed before this script ran; but what the browser itself brings back
  // by its own button was perhaps stored long ago
  const asSent = (form) => {
    const [way] = performance.getEntriesByType("navigation");
    if (way && way.type === "back_forward") return read(form);
    const sent = form.cloneNode(true);
    sent.reset();
    return read(sent);
  };

  // with `first` only what still is as it was sent: what was typed before this script ran stays
  const fill = (form, values, first) => {
    const left = values.slice();
    for (const [place, field] of fieldsOf(form).entries()) {
      if (first && !same(valueOf(field), first[place][2])) continue;
      const own = isTicked(field) ? field.value : "";
      const at = left.findIndex(([name, value]) => name === field.name && value === own);
      if (at < 0) continue;
      const value = left.splice(at, 1)[0][2];
      if (same(value, valueOf(field))) continue;
      if (isTicked(field)) field.checked = value;
      else if (field.type === "select-multiple") for (const one of field.options) one.selected = value.includes(one.value);
      else field.value = value;
      for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    }
  };

  const time = (at) => {
    const day = new Date(at);
    const two = (number) => String(number).padStart(2, "0");
    return `${day.getMonth() + 1}月${day.getDate()}日 ${two(day.getHours())}:${two(day.getMinutes())}`;
  };

  const line = (form, words, choices, long) => {
    const notice = document.createElement("div");
    notice.className = "notice notice-warning kept";
    notice.setAttribute("role", "status");
    const told = document.createElement("p");
    told.textContent = words;
    notice.append(told);
    if (long) {
      const text = document.createElement("p");
      text.className = "typed";
      text.textContent = long;
      notice.append(text);
    }
    const row = document.createElement("p");
    row.className = "form-actions";
    for (const [label, act] of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-secondary button-small";
      button.textContent = label;
      button.addEventListener("click", () => { act(); notice.remove(); });
      row.append(button);
    }
    notice.append(row);
    form.prepend(notice);
  };

  // --- one form --------------------------------------------------------------------------------------------------------

  const keep = (form) => {
    const path = new URL(form.getAttribute("action") || location.href, location.href).pathname;
    const key = mine + (form.dataset.keep || path);
    const first = asSent(form);
    const isAhead = !same(read(form), first);
    const seen = seenBy(form);
    let known = load(key);
    let timer = null;
    let isKept = true;

    const store = () => {
      clearTimeout(timer);
      timer = null;
      if (!form.isConnected) return; // sent, and its answer is the page by now (app.js)
      const values = read(form);
      if (!known && same(values, first)) { drop(key); return; }
      try {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), seen, action: mark(path), values }));
        isKept = true;
      } catch (full) { isKept = false; }
    };
    const later = () => { clearTimeout(timer); timer = setTimeout(store, PAUSE); };
    const discard = () => {
      clearTimeout(timer);
      timer = null;
      known = null;
      drop(key);
      const now = read(form);
      form.reset();
      fieldsOf(form).forEach((field, at) => {
        if (!same(valueOf(field), now[at][2])) field.dispatchEvent(new Event("change", { bubbles: true }));
      });
      clearTimeout(timer);
      timer = null;
    };
    const use = () => { fill(form, known.values); };

    if (known && !same(known.values, first)) {
      if (known.seen === seen) {
        fill(form, known.values, first);
        line(form, `已恢复上次未提交的内容（${time(known.at)}）。`, [["不要", discard]]);
      } else {
        // somebody has changed it meanwhile: their words are not silently written over
        const long = known.values.map(([, , value]) => value).filter((one) => typeof one === "string" && one.length > 20);
        const words = `您${time(known.at)}填写的内容还没有提交，此后这里已有变化，下面是最新的内容。`;
        line(form, words, [["改用我填写的", use], ["不要", discard]], long.join("\n\n"));
      }
    }

    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", store);
    if (isAhead) later();
    window.addEventListener("pagehide", () => { if (timer) store(); });
    document.addEventListener("visibilitychange", () => { if (timer && document.visibilityState === "hidden") store(); });
    // only where the browser keeps nothing it asks before the page is left
    window.addEventListener("beforeunload", (event) => {
      if (timer) store();
      if (!isKept && !form.dataset.sent) event.preventDefault();
    });
  };

  // the letter's editor keeps its parts by itself (letter.js)
  for (const form of document.querySelectorAll("form[data-keep]")) if (!form.querySelector("[data-editor]")) keep(form);
})();
