// What Django's pages leave without a name gets one: the search, the columns of inline tables, and each of their fields
// after its column.
"use strict";

const search = document.getElementById("searchbar");
if (search) search.setAttribute("aria-label", "搜索");

for (const table of document.querySelectorAll(".inline-group table")) {
  const headings = Array.from(table.tHead.rows[0].cells);
  for (const heading of headings) {
    if (heading.textContent.trim()) continue;
    const name = document.createElement("span");
    name.className = "visually-hidden";
    name.textContent = heading === headings[0] ? "现有" : "操作";
    heading.append(name);
  }
  for (const row of table.tBodies[0].rows) {
    Array.from(row.cells).forEach((cell, column) => {
      for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
        if (headings[column]) field.setAttribute("aria-label", headings[column].textContent.trim());
      }
    });
  }
}
