import { expect, it } from 'vitest';
import { noCounts } from './compare.ts';
import { endLines } from './sentences.ts';
import type { KindReport } from './kind-report.ts';

it('the command that fetches what is missing asks for the same comparison, as words of a shell', () => {
  const report = { method: 'store', counts: { ...noCounts(), missing: 3 } } as KindReport;
  const options = { input: "it's here.jsonl", source: 'arxiv', from: '2026-01' };
  expect(endLines(options, [report])).toEqual([
    "What is missing, as CSV: holdfast audit --input 'it'\\''s here.jsonl' --source arxiv --from 2026-01 --ids" +
      ' | holdfast export --format csv --ids -',
  ]);
  expect(endLines(options, [])).toEqual([]);
});
