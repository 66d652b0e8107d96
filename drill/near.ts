/** How many single characters two words differ by. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of Array.from(one).entries()) {
    const next = [at + 1];
    for (const [index, theirs] of Array.from(other).entries())
      next.push(
        Math.min(
          (row[index] ?? 0) + (letter === theirs ? 0 : 1),
          (row[index + 1] ?? 0) + 1,
          (next[index] ?? 0) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The names that somebody may have meant, nearest first, at most three: mistyped, or sharing a word with it. */
export function nearest(word: string, names: readonly string[]): readonly string[] {
  const wanted = word.toLowerCase();
  const parts = wanted.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 2);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return names
    .map((name) => {
      const text = name.toLowerCase();
      const shared = parts.filter((part) => text.includes(part)).length;
      const typed = distance(wanted, text);
      return { name, rank: typed <= most ? typed : shared > 0 ? 100 - shared : Infinity };
    })
    .filter(({ rank }) => rank < Infinity)
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, 3)
    .map(({ name }) => name);
}
