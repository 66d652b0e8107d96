import { check, type Check, type Played } from '../../fault.ts';
import { inOrder } from '../../in-order.ts';
import { PRODUCT } from '../../product/run-command.ts';
import { MORE_TIME } from '../../runner.ts';
import type { Stage } from '../../stage.ts';
import { mutants } from './catalogue.ts';
import { chooseMutants } from './choose-mutants.ts';
import { copyProduct, install, restore } from './copy-product.ts';
import { drill, isCaught } from './gate.ts';
import type { Mutant } from './mutant.ts';

/** Copies of the product in which mistakes are made at the same time. */
const AT_ONCE = 2;
const ROTATION = 4;
const ROWS_AT_ONCE = 4;
const NO_TIME = `needs ${MORE_TIME}`;

interface Tried {
  readonly mutant: Mutant;
  readonly caught: boolean;
  readonly seen: string;
  readonly traffic: number;
}

/**
 * Makes each mistake in a copy of the product, and plays the row that has to see it. The unmutated copy has to pass
 * the same rows before: a row that fails anyway catches nothing. @throws Error when it does not
 */
export async function playMutants(stage: Stage): Promise<Played> {
  const chosen = stage.size === 'full' ? mutants : chooseMutants(mutants, ROTATION, stage.seed);
  const copies = Array.from({ length: AT_ONCE }, (_, index) =>
    copyProduct(PRODUCT, `${stage.folder}/product-${String(index)}`),
  );
  const absent = await passesUnmutated(stage, copies[0] ?? '', chosen);
  const playable = chosen.filter(({ caughtBy }) => !absent.has(caughtBy));
  const tried: Tried[] = [];
  const free = [...copies];
  const attempt = async (mutant: Mutant): Promise<Tried> => {
    const copy = free.pop();
    if (copy === undefined) throw new TypeError('no copy is free');
    try {
      return await tryOne(stage, copy, mutant);
    } finally {
      free.push(copy);
    }
  };
  for await (const one of inOrder(playable, AT_ONCE, attempt)) {
    tried.push(one);
    stage.say(
      `${String(tried.length)} of ${String(playable.length)}: ${one.mutant.name} ${one.caught ? 'caught' : 'SURVIVED'} by ${one.mutant.caughtBy}`,
    );
  }
  const killed = tried.filter(({ caught }) => caught).length;
  return {
    injected: tried.length,
    wanted: Math.max(playable.length, 1),
    traffic: tried.reduce((sum, { traffic }) => sum + traffic, 0),
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    recovered: true,
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    checks: tried.map(toCheck),
    evidence: [
      `${String(killed)}/${String(playable.length)} mutants caught, each by its row; the unmutated copy passed the same rows`,
      ...(playable.length === chosen.length
        ? []
        : [
            `${String(chosen.length - playable.length)} not tried: ${[...absent].join(', ')} cannot be played here`,
          ]),
    ].join('; '),
    counts: { mutantsKilled: killed, mutantsOf: playable.length },
  };
}

function toCheck({ mutant, caught, seen }: Tried): Check {
  return check(`${mutant.caughtBy} sees "${mutant.name}" (${mutant.promise})`, caught, seen);
}

/** Rows that this machine cannot play; all others the unmutated product passed. */
async function passesUnmutated(
  stage: Stage,
  copy: string,
  chosen: readonly Mutant[],
): Promise<ReadonlySet<string>> {
  const rows = [...new Set(chosen.map(({ caughtBy }) => caughtBy))];
  const absent = new Set<string>();
  // A few at a time: --quick leaves out what it has no time for, and what is left out has not passed.
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const part = rows.slice(at, at + ROWS_AT_ONCE);
    const { exit, rows: told, stderr } = await drill(copy, part, stage);
    const out = told.filter(
      ({ verdict, findings }) => verdict === 'not-covered' && !findings.includes(NO_TIME),
    );
    const bad = told.filter((row) => row.verdict !== 'valid' && !out.includes(row));
    for (const { name } of out) absent.add(name);
    if (exit === 0 && told.length === part.length && bad.length === 0) continue;
    const why = bad.map(({ name, findings }) => `${name}: ${findings.join('; ')}`).join('; ');
    throw new Error(
      `the gate is void, for the unmutated product does not pass the same rows: exit ${String(exit)}; ${why === '' ? stderr : why}`,
    );
  }
  return absent;
}

async function tryOne(stage: Stage, copy: string, mutant: Mutant): Promise<Tried> {
  install(mutant, copy);
  try {
    const drilled = await drill(copy, [mutant.caughtBy], stage);
    const [row] = drilled.rows;
    return {
      mutant,
      caught: isCaught(drilled),
      seen: row === undefined ? drilled.stderr : `${row.verdict}: ${row.findings.join('; ')}`,
      traffic: row?.traffic ?? 0,
    };
  } finally {
    restore(mutant, copy, PRODUCT);
  }
}
