// The letter's editor works without this: the text is plain, with {名称} for a figure. With it figures are shown as
// chips with their value, numbers typed by hand are marked while they are typed, what was not saved is found again after
// a closed page, and colleagues at the same letter see each other.
"use strict";

(() => {
  const page = document.querySelector("[data-letter]");
  const holder = document.querySelector("[data-editor]");
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const kept = (part) => `letter:${page.dataset.letter}:${part}`;

  // a page that answers what was sent is the editor too: to be loaded again as that
  if (location.pathname !== page.dataset.address) {
    history.replaceState(null, "", page.dataset.address + (page.dataset.part ? `?edit=${page.dataset.part}` : ""));
  }

  // --- texts that were typed and not saved: in this browser, under the user's name, until they are saved -------------

  const remember = (part, text) => { try { localStorage.setItem(kept(part), text); } catch (full) { /* no room */ } };
  const recall = (part) => { try { return localStorage.getItem(kept(part)); } catch (barred) { return null; } };
  const forget = (part) => { try { localStorage.removeItem(kept(part)); } catch (barred) { /* nothing is kept */ } };
  if (page.dataset.saved) forget(page.dataset.saved);

  // --- who else is here ----------------------------------------------------------------------------------------------

  const others = document.getElementById("others");
  const appear = async () => {
    const data = new FormData();
    data.append("part", page.dataset.part || "");
    const options = { method: "POST", body: data, headers: { "X-CSRFToken": token() }, credentials: "same-origin" };
    const read = (answer) => (answer.ok && !answer.redirected ? answer.json() : null);
    const told = await fetch(page.dataset.presence, options).then(read).catch(() => null);
    if (told) {
      others.hidden = !told.others.length;
      others.querySelector("[data-others]").textContent = told.others.join("；");
    }
    setTimeout(appear, 30000); // one after the other: a late answer never takes the place of a newer one
  };
  appear();

  if (!holder) return;

  // --- chips and marks -----------------------------------------------------------------------------------------------

  const field = holder.querySelector("textarea");
  const label = holder.querySelector("label");
  const part = page.dataset.part || "new";
  const figures = new Map();
  for (const option of document.querySelectorAll("#references option")) figures.set(option.value, option.textContent);
  const DIGIT = "[0-9０-９]";
  const NUMBER = `${DIGIT}+(?:[,，]${DIGIT}{3})*(?:[.．]${DIGIT}+)?`;
  const TOKEN = new RegExp(`\\{([^{}\\n]{1,120})\\}|(?<![第号0-9０-９.．])(${NUMBER})\\s*(?:余|多)?\\s*(件|份|个提案|[%％])`, "g");
  const same = (number, measure) => number.normalize("NFKC").replace(/,/g, "") + measure.normalize("NFKC");
  const declared = new Set();
  for (const found of holder.dataset.declared.matchAll(TOKEN)) if (found[2]) declared.add(same(found[2], found[3]));

  // the text in pieces: words, a reference ({name}), a number typed by hand
  const split = (text) => {
    const pieces = [];
    let at = 0;
    for (const found of text.matchAll(TOKEN)) {
      const marked = found[1] || !declared.has(same(found[2], found[3]));
      if (!marked) continue;
      if (found.index > at) pieces.push({ words: text.slice(at, found.index) });
      pieces.push(found[1] ? { name: found[1] } : { typed: found[0] });
      at = found.index + found[0].length;
    }
    if (at < text.length) pieces.push({ words: text.slice(at) });
    return pieces;
  };

  const box = document.createElement("div");
  box.className = "chip-box";
  box.setAttribute("role", "textbox");
  box.setAttribute("aria-multiline", "true");
  box.tabIndex = 0;
  try { box.contentEditable = "plaintext-only"; } catch (unknown) { box.contentEditable = "true"; }
  label.id = label.id || "label_text";
  box.setAttribute("aria-labelledby", label.id);
  label.addEventListener("click", (event) => { event.preventDefault(); box.focus(); });
  field.required = false;  // hidden, the browser could not point at it; the server tells
  field.hidden = true;
  field.after(box);

  const chip = (name) => {
    const made = document.createElement("span");
    const known = figures.has(name);
    made.className = known ? "chip" : "chip chip-unknown";
    made.contentEditable = "false";
    made.dataset.name = name;
    made.title = known ? `{${name}}　${figures.get(name)}` : `没有“${name}”这个数字，或它现在没有值`;
    const told = document.createElement("span");
    told.className = "chip-name";
    told.textContent = name;
    const value = document.createElement("b");
    value.textContent = known ? figures.get(name).split("　")[0] : "？";
    if (/%$/.test(value.textContent)) value.textContent = value.textContent.slice(0, -1);
    made.append(told, value);
    return made;
  };

  const mark = (text) => {
    const made = document.createElement("mark");
    made.className = "typed-number";
    made.title = "手工填写的数字：请改用引用，或保存后登记出处";
    made.textContent = text;
    return made;
  };

  const node = (piece) => {
    if (piece.name) return chip(piece.name);
    return piece.typed ? mark(piece.typed) : document.createTextNode(piece.words);
  };

  const textOf = (within) => {
    let text = "";
    for (const child of within.childNodes) {
      if (child.nodeType === 3) text += child.data;
      else if (child.nodeName === "BR") text += "\n";
      else if (child.dataset && child.dataset.name) text += `{${child.dataset.name}}`;
      else text += (child.nodeName === "DIV" && text ? "\n" : "") + textOf(child);
    }
    return text;
  };

  const caret = () => {
    const chosen = getSelection();
    if (!chosen.rangeCount || !box.contains(chosen.focusNode)) return null;
    const before = document.createRange();
    before.selectNodeContents(box);
    before.setEnd(chosen.focusNode, chosen.focusOffset);
    return textOf(before.cloneContents()).length;
  };

  const putCaret = (offset) => {
    let left = offset;
    for (const child of box.childNodes) {
      const inner = child.nodeName === "MARK" ? child.firstChild : child;
      const length = child.dataset && child.dataset.name ? child.dataset.name.length + 2 : inner.textContent.length;
      if (left <= length && inner.nodeType === 3) { getSelection().collapse(inner, left); return; }
      if (left < length) break;
      left -= length;
      if (!left && !child.nextSibling) break;
    }
    const range = document.createRange();
    range.selectNodeContents(box);
    range.collapse(false);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  const render = (text, at) => {
    box.replaceChildren(...split(text).map(node));
    // a chip at the very end leaves no place for the caret
    if (box.lastChild && box.lastChild.nodeType !== 3) box.append(document.createTextNode(""));
    if (at !== null && at !== undefined) putCaret(at);
  };

  // whether what is shown as chips and marks is what the text says
  const shown = () => Array.from(box.querySelectorAll(".chip, mark"), (one) => one.dataset.name || `=${one.textContent}`);
  const meant = (text) => split(text).filter((one) => !one.words).map((one) => one.name || `=${one.typed}`);
  const isShown = (text) => JSON.stringify(shown()) === JSON.stringify(meant(text));

  const past = [];
  let future = [];
  const unified = (text) => text.replace(/\r\n/g, "\n");
  const first = unified(field.defaultValue);  // as the server sent it
  const early = unified(field.value);  // typed into the plain field before this script ran
  let last = { text: early, at: early.length };
  let place = early.length;  // where the caret was last: a figure is put in there
  const noteCaret = () => { const at = caret(); if (at !== null) place = at; };
  const store = (text) => {
    field.value = text;
    if (text === first) forget(part); else remember(part, text);
  };
  const took = () => {
    const text = textOf(box).replace(/\n+$/, ""), at = caret();
    if (text !== last.text) { past.push(last); future = []; if (past.length > 200) past.shift(); }
    last = { text, at };
    store(text);
    if (!isShown(text)) render(text, at === null ? null : Math.min(at, text.length));
    noteCaret();
  };
  const show = (state) => {
    last = state;
    store(state.text);
    render(state.text, state.at === null ? state.text.length : state.at);
    noteCaret();
  };

  const found = recall(part);
  if (early !== first) store(early);
  render(early);
  let composing = false;  // by an input method: the text is not to be touched meanwhile
  box.addEventListener("compositionstart", () => { composing = true; });
  box.addEventListener("compositionend", () => { composing = false; took(); });
  box.addEventListener("input", () => { if (!composing) took(); });
  box.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== "z" && key !== "y")) return;
    event.preventDefault();
    const [from, to] = key === "z" && !event.shiftKey ? [past, future] : [future, past];
    if (from.length) { to.push(last); show(from.pop()); }
  });
  for (const kind of ["copy", "cut"]) {
    box.addEventListener(kind, (event) => {
      const chosen = getSelection();
      if (!chosen.rangeCount || chosen.isCollapsed) return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", textOf(chosen.getRangeAt(0).cloneContents()));
      if (kind === "cut") document.execCommand("delete");
    });
  }
  box.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });

  // --- putting a figure in, where the caret was ----------------------------------------------------------------------

  const insert = document.querySelector("[data-insert]");
  const wanted = insert.querySelector("input");
  insert.hidden = false;
  // not by selectionchange: that comes late, on a busy machine only once the caret has left the box
  box.addEventListener("blur", noteCaret);
  const put = () => {
    const name = wanted.value.trim();
    wanted.setCustomValidity(figures.has(name) ? "" : "没有这个数字，请从列表中选取");
    if (!wanted.reportValidity()) return;
    const text = last.text, at = Math.min(place, text.length);
    past.push(last);
    future = [];
    box.focus();
    show({ text: `${text.slice(0, at)}{${name}}${text.slice(at)}`, at: at + name.length + 2 });
    box.dispatchEvent(new Event("input", { bubbles: true }));
    wanted.value = "";
  };
  insert.querySelector("button").addEventListener("click", put);
  wanted.addEventListener("input", () => wanted.setCustomValidity(""));
  wanted.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); put(); } });

  // --- found again ---------------------------------------------------------------------------------------------------

  if (found !== null && found !== early) {
    const notice = document.createElement("div");
    notice.className = "notice notice-warning";
    notice.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = "这一段上次有没有保存的文字，留在本机的浏览器里：";
    const text = document.createElement("p");
    text.className = "typed";
    text.textContent = found;
    const button = (name, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "button button-secondary button-small";
      made.textContent = name;
      made.addEventListener("click", () => { act(); notice.remove(); });
      return made;
    };
    const choice = document.createElement("p");
    choice.className = "actions";
    choice.append(
      button("改用没有保存的文字", () => { past.push(last); show({ text: found, at: null }); }),
      button("不要了", () => forget(part)),
    );
    notice.append(words, text, choice);
    holder.before(notice);
  }
})();
