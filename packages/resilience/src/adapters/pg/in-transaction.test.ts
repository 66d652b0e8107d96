import { expect, test } from 'vitest';
import { classify } from '../../classify/classify.ts';
import { inTransaction, isCommitting } from './in-transaction.ts';
import type { PgClientLike, PgResultLike } from './pg-client-like.ts';

/** A client that answers statements by a table; what is not in it succeeds. */
function client(answers: Readonly<Record<string, () => PgResultLike>> = {}) {
  const log: string[] = [];
  const fake: PgClientLike = {
    connect: () => Promise.resolve(),
    end: () => Promise.resolve(),
    on: () => undefined,
    query: async (text) => {
      log.push(text);
      return answers[text]?.() ?? { command: text.split(' ')[0] ?? '' };
    },
  };
  return { fake, log };
}

function failing(code: string | undefined, message = 'failed'): () => never {
  return () => {
    throw Object.assign(new Error(message), code === undefined ? {} : { code });
  };
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return await promise.catch((error: unknown) => error);
}

test('work stands between BEGIN and COMMIT', async () => {
  const { fake, log } = client();
  expect(await inTransaction(fake, async (c) => (await c.query('INSERT'), 7))).toBe(7);
  expect(log).toEqual(['BEGIN', 'INSERT', 'COMMIT']);
});

test('what work throws comes out by identity, after ROLLBACK, also when that fails', async () => {
  const error = new Error('mine');
  for (const answers of [{}, { ROLLBACK: failing(undefined, 'Connection terminated unexpectedly') }]) {
    const { fake, log } = client(answers);
    expect(await outcome(inTransaction(fake, () => Promise.reject(error)))).toBe(error);
    expect(log).toEqual(['BEGIN', 'ROLLBACK']);
  }
});

test.each([
  ['without a code', undefined, 'Connection terminated unexpectedly'],
  ['by a read timeout of the client', undefined, 'Query read timeout'],
  ['by ECONNRESET', 'ECONNRESET', 'read ECONNRESET'],
  ['by EPIPE, which looks like an SQLSTATE', 'EPIPE', 'write EPIPE'],
  ['by an administrator', '57P01', 'terminating connection'],
  ['by a cancellation, which may come after the commit', '57014', 'canceling statement'],
  ['by 08006', '08006', 'connection failure'],
])('a COMMIT that is ended %s is in doubt', async (_what, code, message) => {
  const { fake } = client({ COMMIT: failing(code, message) });
  const error = await outcome(inTransaction(fake, async () => 1));
  expect(error).toMatchObject({ code: 'ERR_COMMIT_IN_DOUBT', cause: { message } });
  expect(classify(error)).toMatchObject({ category: 'session-lost', safeToReplay: 'unknown' });
});

test.each(['40001', '23505', '53100'])('a COMMIT that is refused with %s is not in doubt', async (code) => {
  const { fake } = client({ COMMIT: failing(code) });
  expect(await outcome(inTransaction(fake, async () => 1))).toMatchObject({ code });
});

test('a COMMIT that the server answers with ROLLBACK is an error', async () => {
  const { fake } = client({ COMMIT: () => ({ command: 'ROLLBACK' }) });
  expect(await outcome(inTransaction(fake, async () => 1))).toMatchObject({
    code: 'ERR_TRANSACTION_ROLLED_BACK',
  });
});

test('a client is in doubt from the sending of COMMIT to its answer, and for ever when there is none', async () => {
  const seen: boolean[] = [];
  for (const code of [undefined, 'none', '40001', '08006']) {
    const { fake } = client({
      COMMIT: () => {
        seen.push(isCommitting(fake));
        if (code === undefined) return { command: 'COMMIT' };
        throw Object.assign(new Error('failed'), code === 'none' ? {} : { code });
      },
    });
    const work = inTransaction(fake, async () => void seen.push(isCommitting(fake)));
    await outcome(work);
    seen.push(isCommitting(fake));
  }
  const answered = [false, true, false];
  const lost = [false, true, true];
  expect(seen).toEqual([...answered, ...lost, ...answered, ...lost]);
  const { fake } = client({ COMMIT: failing('08006') });
  await outcome(inTransaction(fake, async () => 1, { idempotent: true }));
  expect(isCommitting(fake)).toBe(false);
});
