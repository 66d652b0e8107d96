/**
 * `npm run sessions:kill`: the example that sends messages is killed with SIGKILL at random moments and started again,
 * until everything is sent. Did everybody get exactly one message?
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Dice } from '../kill/random.ts';
import { wholeNumber } from './arguments.ts';
import { startPortalProcess } from './cell/portal.ts';
import type { PortalProcess } from './cell/portal.ts';
import { Witness } from './cell/witness.ts';
import { live } from './messaging/live.ts';
import { problemsOf, sentIn } from './messaging/judge-messages.ts';
import type { Killed } from './messaging/judge-messages.ts';
import { missing } from './missing.ts';

const USAGE = `Kills the example that sends messages again and again, and compares with the portal's ledger.

  --kills N     lives that are ended with SIGKILL (100)
  --people N    people to write to, at least twice as many (400)
  --seed N      the moments; printed

Exit codes: 0 valid, 5 invalid, 4 not covered on this machine, 2 usage, 130 interrupted.
`;
/** A life that is killed while it starts: Node, the browser and the login take the first second or two. */
const LONGEST_START_MS = 5_000;
/** A life that is killed while it sends goes on for up to so long after a message that was chosen by chance. */
const LONGEST_MESSAGE_MS = 400;

interface Wanted {
  readonly kills: number;
  readonly people: number;
  readonly seed: number;
}

/** Somebody interrupts, or nobody reads any more: what was started ends. */
const stop = new AbortController();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(signal));

process.exitCode = await main();

async function main(): Promise<number> {
  const wanted = parse();
  if (typeof wanted === 'number') return wanted;
  const lack = missing('playwright');
  if (lack !== null) {
    process.stdout.write(`not covered: needs ${lack}\n`);
    return process.env['HOLDFAST_REQUIRE_ALL'] === '1' ? 5 : 4;
  }
  const outside = mkdtempSync(join(tmpdir(), 'holdfast-send-'));
  const inside = join(outside, 'tmp');
  mkdirSync(inside);
  // Whatever browsers leave behind is found here, and nothing of anybody else's.
  process.env['TMPDIR'] = inside;
  const witness = new Witness();
  const people = String(wanted.people);
  const portal = await startPortalProcess(['--matches', people, '--per-page', '100', '--latency', '15']);
  try {
    const played = await play(portal, join(outside, 'work.db'), wanted);
    const entries = await portal.ledger();
    await portal.stop();
    return report({
      ...played,
      entries,
      survivors: witness.survivors(),
      leftovers: readdirSync(inside),
      wanted,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return typeof stop.signal.reason === 'string' ? 130 : 0;
  } finally {
    witness.end();
    rmSync(outside, { recursive: true, force: true, maxRetries: 5 });
  }
}

function parse(): Wanted | number {
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: 'string', default: '100' },
        people: { type: 'string', default: '400' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const kills = wholeNumber('--kills', values.kills, 1, 1_000);
    return {
      kills,
      // Enough that some are left after the last kill.
      people: wholeNumber('--people', values.people, 2 * kills, 10_000),
      seed: wholeNumber('--seed', values.seed, 0, 999_999_999),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function play(
  portal: PortalProcess,
  ledger: string,
  { kills: wantedKills, people, seed }: Wanted,
): Promise<Pick<Killed, 'kills' | 'whileSending' | 'done'>> {
  const dice = new Dice(seed);
  const args = ['--portal', portal.url, '--ledger', ledger];
  const { signal } = stop;
  process.stdout.write(`${wantedKills} kills, ${people} people, seed ${seed}\n`);
  const gathered = await live('gather-matches', args, { signal });
  if (gathered.code !== 0) throw new Error(`nothing was gathered: ${gathered.out}`);
  const sent = async (): Promise<number> => sentIn(await portal.ledger()).length;
  // At most so many messages in a life: on the average there is one left for everybody at the last kill.
  const most = Math.max(1, Math.floor(people / (wantedKills + 1)) - 2);
  let kills = 0;
  let whileSending = 0;
  while (kills < wantedKills) {
    signal.throwIfAborted();
    const before = await sent();
    // The first dies while it sends, so that there is one at least; then one of three while it starts.
    const isStart = kills > 0 && dice.next() < 1 / 3;
    const wait = Math.floor(dice.next() * (isStart ? LONGEST_START_MS : LONGEST_MESSAGE_MS));
    const until = before + (isStart ? 0 : dice.upTo(most));
    const life = await live('send-messages', args, {
      signal,
      kill: { when: async () => (await sent()) >= until, afterMs: wait },
    });
    if (!life.killed) return { kills, whileSending, done: life };
    kills += 1;
    if ((await sent()) > before) whileSending += 1;
    if (process.stderr.isTTY) process.stderr.write(`\r${kills} kills, ${await sent()} messages`);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  return { kills, whileSending, done: await live('send-messages', args, { signal }) };
}

function report(result: Killed & { readonly wanted: Wanted }): number {
  const { line, problems } = problemsOf(result, result.wanted);
  process.stdout.write(`${line}\n`);
  for (const problem of problems) process.stdout.write(`- ${problem}\n`);
  process.stdout.write(problems.length === 0 ? 'valid\n' : 'INVALID\n');
  return problems.length === 0 ? 0 : 5;
}
