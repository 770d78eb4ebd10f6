/** A value outside of components, which redraw when it changes: for React's `useSyncExternalStore`. */
export interface Observable<T> {
  get: () => T;
  set: (value: T) => void;
  /** @returns a function that ends the subscription. */
  subscribe: (onChange: () => void) => () => void;
}

/** Makes an observable with its first value. */
export function observable<T>(first: T): Observable<T> {
  let current = first;
  const subscribers = new Set<() => void>();
  return {
    get: () => current,
    set(value) {
      current = value;
      for (const notify of subscribers) notify();
    },
    subscribe(onChange) {
      subscribers.add(onChange);
      return () => {
        subscribers.delete(onChange);
      };
    },
  };
}
