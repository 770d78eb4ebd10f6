// GraphiQL keeps tabs, history, variables and headers in localStorage, where any later script on this origin and
// anybody at this computer can read them. Here they hold API keys and passwords, so only what cannot hold a secret
// is written; the rest lives until the page is closed. A list of what may be kept, rather than of what may not,
// also covers whatever a later GraphiQL begins to store.
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
