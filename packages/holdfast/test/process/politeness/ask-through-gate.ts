/** A program that asks an address through the machine's gate: `url stateDir intervalMs count`. */
import { gate } from '@holdfast/resilience';
import { systemClock } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import { gateKeyOf } from '../../../src/sources/gate-key.ts';
import { httpTransport } from '../../../src/transport/http-transport.ts';

const [url = '', stateDir = '', interval = '', count = ''] = process.argv.slice(2);
const minIntervalMs = Number(interval);
const state = sqliteState(stateDir, { clock: systemClock });
const transport = httpTransport({ clock: systemClock, env: {}, userAgent: 'holdfast-test' });
const turn = gate({ key: gateKeyOf(url), minIntervalMs, state });
/** What it does with an answer takes a moment, in which another process may come first. */
const WORK_MS = 150;
const timeouts = { connect: 5_000, firstByte: 30_000, idle: 30_000 };

for (let asked = 0; asked < Number(count); asked += 1) {
  const { status } = await turn.run(() =>
    transport.send({ url, headers: { accept: '*/*' }, timeouts, maxBytes: 1e8 }, AbortSignal.timeout(60_000)),
  );
  await systemClock.sleep(WORK_MS);
  if (status !== 200) throw new Error(`${url} answered ${String(status)}`);
}
await transport.close();
await state.close();
