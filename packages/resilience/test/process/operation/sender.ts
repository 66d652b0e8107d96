/**
 * A process of its own that reads, saves and sends by an operation over a ledger in a file, and prints how it ended:
 * `node sender.ts FILE URL [first|upgraded|renamed]`.
 */
import { operation } from '../../../src/operation/index.ts';
import type { Operation, Verified } from '../../../src/operation/index.ts';
import { sqliteLedger } from '../../../src/operation/sqlite.ts';
import type { SqliteTx } from '../../../src/operation/sqlite.ts';

type Op = Operation<undefined, SqliteTx>;

const [file = '', url = '', version = 'first'] = process.argv.slice(2);

async function ask(path: string): Promise<string> {
  const response = await fetch(`${url}${path}`);
  return await response.text();
}

async function verify(_: unknown, { effectId }: { readonly effectId: string }): Promise<Verified<string>> {
  const answer = await ask(`/sent?id=${effectId}`);
  return answer === '' ? { happened: false } : { happened: true, value: answer };
}

async function read(name: string): Promise<{ text: string }> {
  if (version === 'first') return { text: await ask(`/read?name=${name}`) };
  // The same, written in another way.
  const response = await fetch(new URL(`/read?name=${name}`, url));
  return { text: new TextDecoder().decode(await response.arrayBuffer()) };
}

async function handle(op: Op, name: string, isSure: boolean): Promise<void> {
  const { text } = await op.step(version === 'renamed' ? 'fetch' : 'read', () => read(name));
  await op.commit('save', (tx) => {
    tx.run('CREATE TABLE IF NOT EXISTS seen (name TEXT, text TEXT) STRICT');
    tx.run('INSERT INTO seen VALUES (?, ?)', name, text);
  });
  await op.effect(
    'send',
    (lease, { effectId }) => lease.run(() => ask(`/send?name=${name}&id=${effectId}`)),
    isSure ? { verify } : {},
  );
}

const ledger = sqliteLedger(file);
try {
  const report = await operation('messages', { ledger }, async (op) => {
    const count = await op.step('count', async () => Number(await ask('/count')));
    for await (const n of op.range('match', 1, count)) await handle(op, `match-${n}`, n % 2 === 0);
    const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    await op.each('inbox', letters, { id: (id) => id, concurrency: 3 }, (id, item) =>
      handle(item, `inbox-${id}`, 'ace'.includes(id)),
    );
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
} catch (error) {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  process.stdout.write(`${JSON.stringify({ code, message })}\n`);
  process.exitCode = 1;
} finally {
  await ledger.close();
}
