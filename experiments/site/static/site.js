"use strict";
// The page's small helpers: the switch of languages keeps the reader's place, wide tables scroll by keyboard, and the
// table of findings sorts and filters. Without them every page still reads.
(() => {
  const here = () => {
    if (location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)))) {
      return location.hash;
    }
    let last = "";
    for (const part of document.querySelectorAll("article section[id], article a[id], article tr[id]")) {
      if (part.getBoundingClientRect().top > 120) break;
      last = part.id;
    }
    return last && window.scrollY > 120 ? `#${encodeURIComponent(last)}` : "";
  };
  for (const link of document.querySelectorAll("[data-site-switch]")) {
    const plain = link.getAttribute("href");
    const aim = () => link.setAttribute("href", plain + here());
    for (const event of ["pointerdown", "focus", "click", "mouseenter"]) link.addEventListener(event, aim);
  }

  const label = document.querySelector("[data-site-scroll]")?.dataset.siteScroll || "Table";
  const wrappers = document.querySelectorAll("article .table-wrapper, article .highlight pre, article math[display=block]");
  const scrolling = () => {
    for (const wrapper of wrappers) {
      if (wrapper.scrollWidth > wrapper.clientWidth) {
        wrapper.tabIndex = 0;
        if (wrapper.matches(".table-wrapper")) {
          wrapper.setAttribute("role", "group");
          wrapper.setAttribute("aria-label", label);
        }
      } else {
        wrapper.removeAttribute("tabindex");
      }
    }
  };
  scrolling();
  addEventListener("resize", scrolling);
  addEventListener("load", scrolling);

  for (const table of document.querySelectorAll("table.findings")) findings(table);

  function findings(table) {
    const words = JSON.parse(table.dataset.settings);
    const rows = [...table.tBodies[0].rows];
    const values = new Map(rows.map((row) => [row, JSON.parse(row.dataset.values)]));
    const form = document.createElement("form");
    form.className = "findings-filters";
    form.setAttribute("aria-label", words.filters);
    const selects = Object.entries(words.names).map(([name, title]) => {
      const outer = document.createElement("div");
      const label = document.createElement("label");
      const select = document.createElement("select");
      const found = [...new Set(rows.flatMap((row) => values.get(row)[name]))].sort((a, b) => a.localeCompare(b));
      select.name = name;
      select.id = `filter-${name}`;
      label.htmlFor = select.id;
      label.textContent = title;
      select.append(new Option(words.all, ""), ...found.map((value) => new Option(value, value)));
      outer.append(label, select);
      form.append(outer);
      return select;
    });
    const count = document.createElement("output");
    const reset = document.createElement("button");
    reset.type = "reset";
    reset.textContent = words.reset;
    form.append(reset, count);
    const apply = () => {
      let shown = 0;
      for (const row of rows) {
        const fits = selects.every((s) => !s.value || values.get(row)[s.name].includes(s.value));
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent = `${shown} / ${rows.length} ${words.shown}`;
    };
    form.addEventListener("change", apply);
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    table.closest(".table-wrapper").before(form);
    apply();

    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = `${words.sort}: ${cell.textContent}`;
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const text = (row) => row.cells[column].textContent;
        rows.sort((a, b) => (down ? -1 : 1) * text(a).localeCompare(text(b), undefined, { numeric: true }));
        table.tBodies[0].append(...rows);
      });
    });
  }
})();
