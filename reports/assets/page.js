"use strict";
(() => {
  const tools = document.getElementById("tools");
  if (!tools) return;
  tools.hidden = false;
  const input = tools.querySelector("input");
  const found = document.getElementById("found");
  const groups = Array.from(document.querySelectorAll(".group"), (el) => ({
    el, wasOpen: el.open, title: el.querySelector("summary").textContent.toLowerCase(), chunks: null,
  }));
  const total = groups.reduce((n, g) => n + Number(g.el.dataset.n), 0);
  let status = "";

  // The rows are read when a filter is first used: a page of 20 000 tests must open at once.
  const read = (g) => g.chunks ??= Array.from(g.el.querySelectorAll(".rows"), (el) => ({
    el, rows: Array.from(el.children, (row) => ({
      el: row, status: row.dataset.s,
      text: (row.tagName === "DETAILS" ? row.firstElementChild : row).textContent.toLowerCase(),
    })),
  }));

  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || status !== "";
    let shown = 0;
    for (const g of groups) {
      if (!active && !g.chunks) continue;
      let inGroup = 0;
      for (const chunk of read(g)) {
        let n = 0;
        for (const row of chunk.rows) {
          const match = (!status || row.status.includes(status)) && words.every((w) => row.text.includes(w) || g.title.includes(w));
          if (row.el.hidden === match) row.el.hidden = !match;
          if (match) n++;
        }
        chunk.el.hidden = n === 0;
        chunk.el.style.setProperty("--n", n);
        inGroup += n;
      }
      g.el.hidden = inGroup === 0;
      g.el.open = active ? inGroup > 0 : g.wasOpen;
      shown += inGroup;
    }
    found.textContent = active ? shown + " of " + total : "";
  };

  let timer;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  tools.addEventListener("click", (e) => {
    const button = e.target.closest("button");
    if (!button) return;
    if (button.dataset.fold !== undefined) {
      const open = button.dataset.fold === "open";
      for (const g of groups) g.el.open = open;
      if (!open) for (const row of document.querySelectorAll("details.row[open]")) row.open = false;
      return;
    }
    status = button.dataset.status;
    for (const b of tools.querySelectorAll("[data-status]")) b.setAttribute("aria-pressed", String(b === button));
    filter();
  });

  // A link leads into folded parts; browsers that do not open them by themselves are helped.
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let el = target; el; el = el.parentElement) {
      if (el.tagName === "DETAILS") el.open = true;
      if (el.hidden) el.hidden = false;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
