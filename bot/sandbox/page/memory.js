/** What was chosen in this tab, kept over a reload. */

const NAME = "sandbox";

/** The object given to `remember` before the reload; an empty one if there is none. */
export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
  } catch {
    return {};
  }
}

export function remember(chosen) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(chosen));
  } catch {
    // A browser that keeps nothing starts with the first patient again, which is no loss.
  }
}
