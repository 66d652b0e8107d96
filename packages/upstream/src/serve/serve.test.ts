import { describe, expect, it } from 'vitest';
import { fetchRaw, noon } from '../../test/support/client.ts';
import { createUpstream, serve } from '../index.ts';

describe('the socket layer', () => {
  it('counts connections, and the ledger is whole when it has closed', async () => {
    const upstream = createUpstream({ kind: 'arxiv', now: () => noon, faults: ['never-answers@1x2'] });
    const listening = await serve(upstream);
    const url = `${listening.origin}/oai?verb=ListRecords&metadataPrefix=arXiv`;
    const seen = await Promise.all([fetchRaw(url), fetchRaw(url)]);
    expect(seen.map((each) => each.error)).toEqual(['waited', 'waited']);
    await listening.close();
    expect(upstream.ledger.summary()).toMatchObject({
      requests: 2,
      responses: 2,
      aborted: 2,
      maxConnections: 2,
      maxConcurrent: 2,
    });
  });

  it('refuses a port that is taken', async () => {
    const upstream = createUpstream({ kind: 'arxiv', now: () => noon });
    const listening = await serve(upstream);
    await expect(serve(upstream, { port: listening.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await listening.close();
  });
});
