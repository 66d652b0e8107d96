import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveConfig } from '../config/index.ts';
import type { Simulator } from './demo/simulator.ts';
import { startSimulator } from './demo/simulator.ts';
import type { Tally } from './demo/tally.ts';
import { tally } from './demo/tally.ts';
import { commandName } from './command-name.ts';
import { combineExitCodes, EXIT } from '../model/exit-code.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import { withStore } from '../status/open-reader.ts';
import { makePlan } from './plan/make-plan.ts';
import { runEngine } from './run/run-engine.ts';
import { peopleView } from './run/run-view.ts';
import type { Look } from './terminal/style.ts';
import { table } from './terminal/table.ts';
import { wrap } from './terminal/wrap.ts';
import type { Register } from './verb.ts';

/** The simulated upstreams and what goes wrong with each. */
const UPSTREAMS = [
  {
    id: 'arxiv',
    args: ['--records', '1200', '--page-size', '150'],
    faults: [
      '503-retry-after@2',
      'throttle-body-200@3',
      'expired-token@4',
      'body-cut-close@5',
      'second:html-200@2',
    ],
  },
  {
    id: 'biorxiv',
    args: ['--records', '240'],
    faults: ['tcp-reset@2', 'gzip-truncated@3', '429-retry-after@4', 'no-posts-found@5'],
  },
] as const;

const DEADLINE = 3 * 60_000;

/** `demo`: a whole harvest of simulated upstreams with faults, on this machine alone, and what was counted. */
export const register: Register = (command, run) => {
  command.action(run(({ io, look }) => demonstrate(io, look)));
};

async function demonstrate(io: Io, look: Look): Promise<number> {
  const folder = mkdtempSync(join(io.tmp, 'holdfast-demo-'));
  const simulators: Simulator[] = [];
  try {
    await writeLine(io.out, 'Two simulated upstreams with faults, and an engine that harvests them.\n');
    for (const { id, args, faults } of UPSTREAMS) {
      const ledger = ledgerOf(folder, id);
      const faultArgs = faults.flatMap((fault) => ['--fault', fault]);
      simulators.push(await startSimulator(['--kind', id, ...args, ...faultArgs, '--ledger', ledger]));
    }
    const resolved = configure(io, folder, simulators);
    const { config } = resolved;
    const plan = makePlan(io, resolved, { once: true, startedAt: io.clock.now(), logged: false });
    const code = await runEngine(io, {
      plan: () => plan,
      deadlineMs: DEADLINE,
      view: peopleView(io, look, config),
    });
    const tallies = await withStore(config, (reader) =>
      Promise.all(UPSTREAMS.map(({ id }) => tally(id, ledgerOf(folder, id), reader))),
    );
    await printTallies(io, look, tallies, folder);
    return tallies.some(({ lost }) => lost > 0) ? combineExitCodes([EXIT.integrity, code]) : code;
  } finally {
    for (const simulator of simulators) simulator.stop();
  }
}

function ledgerOf(folder: string, id: string): string {
  return join(folder, `${id}.ledger.jsonl`);
}

/** Writes the configuration of the demonstration into its folder; nothing of the user's own is read or touched. */
function configure(
  io: Io,
  folder: string,
  simulators: readonly Simulator[],
): ReturnType<typeof resolveConfig> {
  const file = join(folder, 'holdfast.config.json');
  const sources = UPSTREAMS.map(({ id }, index) => ({
    id,
    kind: id,
    baseUrl: simulators[index]?.baseUrl,
    from: '30d',
    minIntervalMs: 20,
    cooldown: '2s',
  }));
  writeFileSync(
    file,
    `${JSON.stringify({ dataDir: './data', contact: 'demo@example.org', sources }, null, 2)}\n`,
  );
  const { platform, home, cwd } = io;
  return resolveConfig({
    flags: { config: file },
    env: { HOLDFAST_STATE_DIR: join(folder, 'state') },
    platform,
    home,
    cwd,
  });
}

async function printTallies(io: Io, look: Look, tallies: readonly Tally[], folder: string): Promise<void> {
  const count = (key: 'requests' | 'upstream' | 'stored' | 'quarantined' | 'gaps' | 'lost') => ({
    title: key.toUpperCase(),
    align: 'right' as const,
    cell: (row: Tally) => String(row[key]),
  });
  const counts = (['requests', 'upstream', 'stored', 'quarantined', 'gaps', 'lost'] as const).map(count);
  const lines = table(tallies, [{ title: 'SOURCE', cell: ({ source }) => source }, ...counts], look.columns);
  await writeLine(io.out, `\n${lines.join('\n')}\n\nFaults that fired (by the ledgers of the upstreams):`);
  for (const { source, faults } of tallies) {
    const fired = Object.entries(faults).map(([name, times]) => `${name}${times > 1 ? ` x${times}` : ''}`);
    const text = `${source}: ${fired.length === 0 ? 'none' : fired.join(', ')}`;
    await writeLine(io.out, `  ${wrap(text, look.columns - 2).join('\n  ')}`);
  }
  const config = `--config ${join(folder, 'holdfast.config.json')}`;
  const name = commandName(io.env);
  await writeLine(
    io.out,
    [
      '\nLook around (status exits with 3: the engine has ended):',
      `  ${name} status ${config}`,
      `  ${name} search ${config} learning`,
      `  ${name} export ${config} --format jsonl`,
      `Then harvest the real ones: ${name} run`,
    ].join('\n'),
  );
}
