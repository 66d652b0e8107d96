/**
 * `npm run sessions:kill`: the example that sends messages is killed with SIGKILL at random moments and started again,
 * until everything is sent. Did everybody get exactly one message?
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Dice } from '../kill/random.ts';
import { startPortalProcess } from './cell/portal.ts';
import type { PortalEntry, PortalProcess } from './cell/portal.ts';
import { Witness } from './cell/witness.ts';
import { missing } from './missing.ts';

const GATHER = fileURLToPath(new URL('../../examples/sessions/gather-matches.ts', import.meta.url));
const SEND = fileURLToPath(new URL('../../examples/sessions/send-messages.ts', import.meta.url));
/** A life is at most so long, from its start: Node, the browser and the login take the first second or two. */
const LONGEST_LIFE_MS = 5_000;
const PATIENCE_MS = 600_000;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    people: { type: 'string', default: '400' },
  },
});

/** How the example ended. */
interface Ended {
  readonly code: number | null;
  readonly killed: boolean;
  readonly out: string;
}

async function main(): Promise<number> {
  const lack = missing('playwright');
  if (lack !== null) {
    process.stdout.write(`not covered: needs ${lack}\n`);
    return process.env['HOLDFAST_REQUIRE_ALL'] === '1' ? 5 : 4;
  }
  const outside = mkdtempSync(join(tmpdir(), 'holdfast-messaging-'));
  const inside = mkdtempSync(join(outside, 'tmp-'));
  process.env['TMPDIR'] = inside;
  const portal = await startPortalProcess([
    '--matches',
    values.people,
    '--per-page',
    '100',
    '--latency',
    '15',
  ]);
  const witness = new Witness();
  try {
    return await play(portal, join(outside, 'work.db'), () => ({
      survivors: witness.survivors([]),
      leftovers: readdirSync(inside),
    }));
  } finally {
    await portal.stop();
    rmSync(outside, { recursive: true, force: true });
  }
}

async function play(
  portal: PortalProcess,
  ledger: string,
  remains: () => { readonly survivors: readonly number[]; readonly leftovers: readonly string[] },
): Promise<number> {
  const dice = new Dice(Number(values.seed));
  const args = ['--portal', portal.url, '--ledger', ledger];
  process.stdout.write(`${values.kills} kills, ${values.people} people, seed ${values.seed}\n`);
  const gathered = await run([GATHER, ...args], PATIENCE_MS);
  if (gathered.code !== 0) throw new Error(`nothing was gathered: ${gathered.out}`);
  let kills = 0;
  let whileSending = 0;
  let done: Ended | null = null;
  while (kills < Number(values.kills) && done === null) {
    const before = sentIn(await portal.ledger()).length;
    const life = await run([SEND, ...args], Math.floor(dice.next() * LONGEST_LIFE_MS));
    if (!life.killed) done = life;
    else kills += 1;
    if (life.killed && sentIn(await portal.ledger()).length > before) whileSending += 1;
    process.stderr.write(`\r${kills} kills, ${sentIn(await portal.ledger()).length} messages`);
  }
  process.stderr.write('\n');
  done ??= await run([SEND, ...args], PATIENCE_MS);
  return report({ kills, whileSending, done, entries: await portal.ledger(), ...remains() });
}

interface Result {
  readonly kills: number;
  readonly whileSending: number;
  readonly done: Ended;
  readonly entries: readonly PortalEntry[];
  readonly survivors: readonly number[];
  readonly leftovers: readonly string[];
}

function report({ kills, whileSending, done, entries, survivors, leftovers }: Result): number {
  const sent = sentIn(entries);
  const people = new Set(sent);
  const doubts = [...new Set(done.out.match(/in doubt: \S+/g) ?? [])];
  const twice = sent.length - people.size;
  const lost = Number(values.people) - people.size - doubts.length;
  const problems = [
    ...(done.code === 0 || (done.code === 4 && doubts.length > 0)
      ? []
      : [`the last run ended with ${String(done.code)}: ${done.out.slice(-500)}`]),
    ...(kills < Number(values.kills) ? [`only ${kills} kills: take more people`] : []),
    ...(whileSending === 0 ? ['no kill struck while messages were sent'] : []),
    ...(twice > 0 ? [`${twice} messages were sent twice`] : []),
    ...(lost > 0 ? [`${lost} people got no message`] : []),
    ...(survivors.length > 0 ? [`${survivors.length} processes are left`] : []),
    ...(leftovers.length > 0 ? [`left in the temporary folder: ${leftovers.slice(0, 5).join(' ')}`] : []),
  ];
  const logins = entries.filter(({ kind }) => kind === 'login').length;
  process.stdout.write(
    `${kills} kills, ${whileSending} of them in lives that sent messages; ${people.size} people have one, ` +
      `${twice} twice, ${lost} lost, ${doubts.length} in doubt; ${logins} logins\n`,
  );
  for (const problem of problems) process.stdout.write(`- ${problem}\n`);
  process.stdout.write(problems.length === 0 ? 'valid\n' : 'INVALID\n');
  return problems.length === 0 ? 0 : 5;
}

function sentIn(entries: readonly PortalEntry[]): string[] {
  return entries.filter(({ kind }) => kind === 'message').map((entry) => String(entry['to']));
}

async function run(args: readonly string[], lifeMs: number): Promise<Ended> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (out += text));
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), lifeMs);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  return { code, killed: signal === 'SIGKILL', out };
}

process.exitCode = await main();
