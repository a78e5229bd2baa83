"use strict";
// Finding screens by words or names; and, while somebody types, a newer page as soon as there is one.

const search = document.getElementById("search");
const todo = document.getElementById("todo");
const cards = [...document.querySelectorAll("article")].map((card) => ({
  card,
  words: card.textContent.toLowerCase(),
}));

function filter() {
  const wanted = search.value.trim().toLowerCase();
  let seen = 0;
  for (const { card, words } of cards) {
    const shown = words.includes(wanted) && (!todo.checked || "todo" in card.dataset);
    card.hidden = !shown;
    seen += shown;
  }
  for (const section of document.querySelectorAll("section")) {
    const inside = section.querySelectorAll("article");
    section.hidden = inside.length > 0 && [...inside].every((card) => card.hidden);
  }
  document.getElementById("none").hidden = seen > 0;
  sessionStorage.setItem("filter", JSON.stringify([search.value, todo.checked]));
}

try {
  [search.value, todo.checked] = JSON.parse(sessionStorage.getItem("filter") ?? '["",false]');
} catch {
  // A file opened from disk may have no storage; it works without.
}
search.addEventListener("input", filter);
todo.addEventListener("change", filter);
filter();

async function watch() {
  const broken = document.getElementById("broken");
  let first;
  for (;;) {
    try {
      const now = await (await fetch("/state")).json();
      first ??= now.version;
      if (now.version !== first) return location.reload();
      broken.hidden = now.problems.length === 0;
      broken.textContent = now.problems.join("\n");
    } catch {
      broken.hidden = false;
      broken.textContent = "The preview was stopped. Start it again: python -m bot preview --watch";
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

if (document.documentElement.dataset.watched === "yes") watch();
