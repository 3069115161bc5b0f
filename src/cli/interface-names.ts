/** Caches interface names for lines of cooked frames. @module */

/** Returns a function that looks up each name once. */
export function rememberNames(ask: (index: number) => string | undefined): (index: number) => string | undefined {
  const known = new Map<number, string | undefined>();
  return (index) => {
    if (!known.has(index)) known.set(index, ask(index));
    return known.get(index);
  };
}
