// GraphiQL keeps tabs, history, variables and queries in localStorage, where any later script on this origin and
// anyone at this computer can read them. Measured with 5.4 and header persistence off: an API key typed into the
// headers lands in `graphiql:queries` (the history), a password in the variables there and in `graphiql:tabState`.
// So only what cannot hold a secret is written; the rest lives until the page is closed. A list of what may be kept,
// rather than of what may not, also covers whatever a later GraphiQL begins to store.
const KEPT = new Set([
  'graphiql:theme',
  'graphiql:visiblePlugin',
  'graphiql:docExplorerFlex',
  'graphiql:editorFlex',
  'graphiql:secondaryEditorFlex',
]);

export function secretFreeStorage(kept: Storage) {
  const forgotten = new Map<string, string>();
  return {
    getItem(key: string): string | null {
      return KEPT.has(key) ? kept.getItem(key) : (forgotten.get(key) ?? null);
    },
    setItem(key: string, value: string): void {
      if (KEPT.has(key)) kept.setItem(key, value);
      else forgotten.set(key, value);
    },
    removeItem(key: string): void {
      if (KEPT.has(key)) kept.removeItem(key);
      else forgotten.delete(key);
    },
    clear(): void {
      for (const key of KEPT) kept.removeItem(key);
      forgotten.clear();
    },
    get length(): number {
      return [...KEPT].filter(key => kept.getItem(key) !== null).length + forgotten.size;
    },
  };
}
