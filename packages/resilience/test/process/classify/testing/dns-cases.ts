import { lookup } from 'node:dns/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closedPort } from './faulty-server.ts';
import { resolverAt, startNameServer } from './name-server.ts';
import type { NameServer } from './name-server.ts';
import { failure } from './row-count.ts';
import type { Expected, RowCount } from './row-count.ts';

const dns: Expected = { category: 'dns', scope: 'call', safeToReplay: 'yes', evidence: 'code' };

/** What the system's resolver and a name server of our own can answer. */
export function dnsCases(count: RowCount): void {
  let names: NameServer;
  beforeAll(async () => {
    names = await startNameServer();
  });
  afterAll(async () => await names[Symbol.asyncDispose]());

  test.each([
    ['nxdomain', 'ENOTFOUND'],
    ['empty', 'ENODATA'],
    ['servfail', 'ESERVFAIL'],
    ['refused', 'EREFUSED'],
    ['malformed', 'EFORMERR'],
    ['not-implemented', 'ENOTIMP'],
    ['silent', 'ETIMEOUT'],
  ])('a name server that answers %s is %s', async (label, code) => {
    const error = await failure(() => names.resolver.resolve4(`${label}.test`));
    expect(names.asked).toContain(label);
    count.live(error, { ...dns, code });
  });

  test('a name server that is not there', async () => {
    const resolver = resolverAt(await closedPort());
    const error = await failure(() => resolver.resolve4('any.test'));
    expect(error).toMatchObject({ syscall: 'queryA' });
    count.live(error, { ...dns, code: 'ECONNREFUSED' });
  });

  test('a question that was taken back', async () => {
    const asking = failure(() => names.resolver.resolve4('silent.test'));
    names.resolver.cancel();
    count.live(await asking, { category: 'cancelled', code: 'ECANCELLED' });
  });

  test('the system does not know the name', async () => {
    const error = await failure(() => lookup('nobody.invalid'));
    expect(error).toMatchObject({ syscall: 'getaddrinfo' });
    // Without any name server the system says EAI_AGAIN.
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain((error as { code: string }).code);
    count.live(error, dns);
  });
}
