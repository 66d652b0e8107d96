import { expect, test } from 'vitest';
import { holdfastSource } from './holdfast-source.ts';

const RANGE = { from: '2026-04-01', to: '2026-05-16' };
const TODAY = '2026-05-17';

test('an audit lists identifiers at addresses that are neither those of the harvest nor of the audit before', () => {
  const source = holdfastSource({ id: 'near', baseUrl: 'http://other.test:4848' });
  const { inventory } = source;
  if (inventory?.method !== 'identifiers') throw new Error('it lists no identifiers');
  const turns = [0, 1, 2, 3, 4, 5, 6].map((turn) => inventory.first(RANGE, turn, TODAY).url);
  const looks = [1, 2, 3, 4, 5, 6, 7, 8].map((look) => source.first('list', RANGE, look, TODAY).url);
  expect(new Set([...turns, ...looks]).size).toBe(15);
  for (const url of turns) expect(url).toContain('/api/identifiers?');
  const resumed = inventory.resume(RANGE, 3, '2026-05-02', TODAY).url;
  expect(new URL(resumed).searchParams.get('from')).toBe('2026-04-21');
});
