/** Words in a row that stayed, came or went. */
export interface WordRun {
  readonly op: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Texts with more words are told as replaced: nobody reads a comparison of that size. */
const MOST_WORDS = 3_000;

/** What became of a text, word by word; the runs in order give both texts. */
export function wordDiff(before: string, after: string): readonly WordRun[] {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const changed = middle(old.slice(start, old.length - end), now.slice(start, now.length - end));
  return joined([
    ...now.slice(0, start).map((text) => ({ op: 'same' as const, text })),
    ...changed,
    ...now.slice(now.length - end).map((text) => ({ op: 'same' as const, text })),
  ]);
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The longest common row of words stays. */
function middle(old: readonly string[], now: readonly string[]): readonly WordRun[] {
  if (old.length > MOST_WORDS || now.length > MOST_WORDS) {
    return [
      ...old.map((text) => ({ op: 'removed' as const, text })),
      ...now.map((text) => ({ op: 'added' as const, text })),
    ];
  }
  const common = commonAfter(old, now);
  const at = (i: number, j: number): number => common[i * (now.length + 1) + j] ?? 0;
  const runs: WordRun[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    const [gone = '', come = ''] = [old[i], now[j]];
    const op = gone === come ? 'same' : at(i + 1, j) >= at(i, j + 1) ? 'removed' : 'added';
    runs.push({ op, text: op === 'removed' ? gone : come });
    if (op !== 'added') i += 1;
    if (op !== 'removed') j += 1;
  }
  return [
    ...runs,
    ...old.slice(i).map((text) => ({ op: 'removed' as const, text })),
    ...now.slice(j).map((text) => ({ op: 'added' as const, text })),
  ];
}

/** At `i * (now.length + 1) + j`: how many words the rests from i and from j have in common. */
function commonAfter(old: readonly string[], now: readonly string[]): Uint16Array {
  const width = now.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const [down = 0, right = 0, both = 0] = [
        common[(i + 1) * width + j],
        common[i * width + j + 1],
        common[(i + 1) * width + j + 1],
      ];
      common[i * width + j] = old[i] === now[j] ? both + 1 : Math.max(down, right);
    }
  }
  return common;
}

function joined(words: readonly WordRun[]): readonly WordRun[] {
  const runs: { op: WordRun['op']; words: string[] }[] = [];
  for (const { op, text } of words) {
    const last = runs.at(-1);
    if (last?.op === op) last.words.push(text);
    else runs.push({ op, words: [text] });
  }
  return runs.map(({ op, words: row }) => ({ op, text: row.join(' ') }));
}
