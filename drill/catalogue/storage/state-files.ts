import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault } from '../../fault.ts';
import { Dice } from '../../kill/random.ts';
import { begin, caughtUpAfter, committedAfter, conclude, layOut, type Harvest } from './harvest.ts';

interface Victim {
  readonly name: string;
  readonly about: string;
  readonly quick: boolean;
  readonly file: (harvest: Harvest) => string;
  readonly damage: 'garbage' | 'truncated';
}

/** A file in which the product remembers something beside its records is damaged between two runs. */
function damagedState({ name, about, quick, file, damage }: Victim): Fault {
  return {
    name,
    layer: 'storage',
    about: `${about}, between two runs`,
    holds:
      'the next run starts all the same, says what it lost if that matters, and goes on with the harvest',
    quick,
    play: async (stage) => {
      const harvest = await layOut(stage, { records: 100, pageSize: 50 });
      const { product, simulator } = harvest;
      const first = await product.run('run', '--once', '--deadline', '60s');
      const victim = file(harvest);
      const bytes = existsSync(victim) ? statSync(victim).size : 0;
      spoil(victim, damage, new Dice(stage.seed));
      await simulator.control({ do: 'addRecords', count: 10 });
      const ended = Date.now();
      const live = begin(harvest, stage);
      const commit = await live.until('a commit after the fault', committedAfter(ended));
      await live.until('it has everything', caughtUpAfter(ended));
      const { code } = await live.stop();
      return conclude(harvest, {
        injected: bytes > 0 ? 1 : 0,
        recoverMs: commit.at - ended,
        checks: [
          check('the first run had everything', first.code === 0, first.code),
          check('the next one ends well', code === 0, code),
        ],
        evidence: `${damage} in place of ${String(bytes)} bytes`,
      });
    },
  };
}

function spoil(file: string, damage: Victim['damage'], dice: Dice): void {
  const { size } = statSync(file);
  if (damage === 'truncated') truncateSync(file, Math.floor(size * dice.next()));
  else writeFileSync(file, Buffer.from(Array.from({ length: size }, () => dice.upTo(256) - 1)));
}

const supervisorFile = ({ product }: Harvest): string => join(product.folder, 'data', 'supervisor.json');
const stateFile = ({ product }: Harvest): string => join(product.folder, 'state', 'state.db');

const halfConfig: Fault = {
  name: 'half-written configuration',
  layer: 'storage',
  about: 'the configuration ends in its middle, as after a crash of whatever wrote it',
  holds:
    'the run ends with 78 and names the file, touches nothing, and harvests when the file is whole again',
  quick: true,
  play: async (stage) => {
    const harvest = await layOut(stage, { records: 100, pageSize: 50 });
    const { product } = harvest;
    const file = join(product.folder, 'holdfast.config.json');
    const whole = readFileSync(file, 'utf8');
    const half = whole.slice(0, 1 + Math.floor((whole.trimEnd().length - 2) * new Dice(stage.seed).next()));
    writeFileSync(file, half);
    const written = readFileSync(file, 'utf8');
    const began = Date.now();
    const refused = await product.run('run', '--once', '--deadline', '20s');
    const detectMs = Date.now() - began;
    const requests = harvest.ledger().exchanges.length;
    const files = existsSync(join(product.folder, 'data')) ? readdirSync(join(product.folder, 'data')) : [];
    writeFileSync(file, whole);
    const ended = Date.now();
    const played = await conclude(harvest, {
      injected: Number(!isJson(written)),
      detectMs,
      checks: [
        check('the run ends with 78', refused.code === 78, refused.code),
        check(
          'and names the file',
          refused.stderr.includes('holdfast.config.json'),
          refused.stderr.slice(0, 200),
        ),
        check('nobody was asked', requests === 0, requests),
        check('nothing was written', files.length === 0, files),
      ],
      evidence: `${String(half.length)} of ${String(whole.length)} characters`,
    });
    return { ...played, recoverMs: Date.now() - ended };
  },
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const stateFileFaults: readonly Fault[] = [
  halfConfig,
  damagedState({
    name: 'supervisor journal damaged',
    about: 'the journal of the supervisor holds something else',
    quick: false,
    file: supervisorFile,
    damage: 'garbage',
  }),
  damagedState({
    name: 'supervisor journal truncated',
    about: 'the journal of the supervisor is cut off',
    quick: false,
    file: supervisorFile,
    damage: 'truncated',
  }),
  damagedState({
    name: 'machine state damaged',
    about: "the machine's memory of its upstreams (state.db) holds something else",
    quick: true,
    file: stateFile,
    damage: 'garbage',
  }),
  damagedState({
    name: 'machine state truncated',
    about: "the machine's memory of its upstreams (state.db) is cut off",
    quick: false,
    file: stateFile,
    damage: 'truncated',
  }),
];
