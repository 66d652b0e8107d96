import { expect, test } from 'vitest';
import { AuditMachine } from '../audit/audit-machine.ts';

const DAY = 86_400_000;

for (const kind of ['arxiv', 'oai-pmh', 'biorxiv'] as const) {
  test(`back-dated records of ${kind} that appeared during twenty days without us come with the days after them, by one sweep`, async () => {
    const machine = new AuditMachine({
      kind,
      records: 200,
      pageSize: 50,
      publishAfterRequests: 1_000_000,
      publishAfterMs: 400 * DAY,
    });
    const rows = [...machine.upstream.truth()];
    const place = rows.findIndex(({ datestamp }) => datestamp >= '2026-05-13');
    const hidden = machine.upstream.hide(4, place);
    expect(hidden.length).toBe(4);
    await machine.harvest();
    // Of a preprint another version may be here.
    const seen = async (): Promise<number> => (await machine.store.find('source', hidden)).length;
    expect(await seen()).toBeLessThan(new Set(hidden).size);
    await machine.clock.advance(20 * DAY);
    machine.upstream.publishHidden();
    await machine.harvest();
    expect((await machine.compare()).lost).toEqual([]);
    expect(await seen()).toBe(new Set(hidden).size);
    // What was swept after its overlap is settled for good: two days later nothing of it is asked for again.
    await machine.clock.advance(2 * DAY);
    const before = machine.upstream.ledger.entries.length;
    await machine.harvest();
    const asked = machine.upstream.ledger.entries
      .slice(before)
      .flatMap((entry) => (entry.type === 'request' && entry.url.includes('2026-05') ? [entry.url] : []));
    expect(asked.filter((url) => !url.includes('2026-06'))).toEqual([]);
  });
}
