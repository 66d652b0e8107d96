import { check, type Played } from '../../fault.ts';
import { inOrder } from '../../in-order.ts';
import { PRODUCT } from '../../product/run-command.ts';
import type { Stage } from '../../stage.ts';
import { mutants } from './catalogue.ts';
import { chooseMutants } from './choose-mutants.ts';
import { copyProduct } from './copy-product.ts';
import { groupsOf, judgeRow, type Judged, type Tried } from './judge-row.ts';

/** Copies of the product in which mistakes are made at the same time. */
const AT_ONCE = 2;
const ROTATION = 4;

/**
 * Makes each mistake in a copy of the product, and plays the row that has to see it. The unmutated copy has to pass
 * the same row before. What a row that does not hold anyway had to see is not judged, and makes the gate void.
 */
export async function playMutants(stage: Stage): Promise<Played> {
  const chosen = stage.size === 'full' ? mutants : chooseMutants(mutants, ROTATION, stage.seed);
  const free = Array.from({ length: AT_ONCE }, (_, index) =>
    copyProduct(PRODUCT, `${stage.folder}/product-${String(index)}`),
  );
  let done = 0;
  const onTried = ({ mutant, caught }: Tried): void => {
    done += 1;
    stage.say(
      `${String(done)} of ${String(chosen.length)}: ${mutant.name} ${caught ? 'caught' : 'SURVIVED'} by ${mutant.caughtBy}`,
    );
  };
  const judge = async (group: ReturnType<typeof groupsOf>[number]): Promise<Judged> => {
    const copy = free.pop();
    if (copy === undefined) throw new TypeError('no copy is free');
    try {
      return await judgeRow(group, copy, stage, onTried);
    } finally {
      free.push(copy);
    }
  };
  const judged: Judged[] = [];
  for await (const one of inOrder(groupsOf(chosen), AT_ONCE, judge)) {
    judged.push(one);
    if (one.void !== null)
      stage.say(
        `${one.row} judges nothing (${one.void.why}): ${one.mutants.map(({ name }) => name).join(', ')}`,
      );
  }
  return sum(judged);
}

function sum(judged: readonly Judged[]): Played {
  const tried = judged.flatMap((each) => each.tried);
  const absent = judged.filter((each) => each.void?.why === 'absent');
  const red = judged.filter((each) => each.void?.why === 'red');
  const killed = tried.filter(({ caught }) => caught).length;
  const countOf = (all: readonly Judged[]): number =>
    all.reduce((count, { mutants: each }) => count + each.length, 0);
  // What could not be tried here stays in the number of which so many were caught.
  const chosen = tried.length + countOf(red) + countOf(absent);
  return {
    injected: tried.length,
    wanted: Math.max(tried.length + countOf(red), 1),
    traffic: tried.reduce((total, { traffic }) => total + traffic, 0),
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    recovered: true,
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    checks: tried.map(({ mutant, caught, seen }) =>
      check(`${mutant.caughtBy} sees "${mutant.name}" (${mutant.promise})`, caught, seen),
    ),
    // A row that does not hold without any mistake is told where it stands; here it only means that nothing was proved.
    doubts: red.map(
      ({ row, void: reason }) => `the unmutated product does not pass ${row}: ${reason?.detail ?? ''}`,
    ),
    evidence: [
      `${String(killed)}/${String(chosen)} mutants caught, each by its row, which the unmutated copy passed before`,
      ...absent.map(
        ({ row, mutants: each, void: reason }) =>
          `not tried, for ${row} ${reason?.detail ?? ''}: ${each.map(({ name }) => name).join(', ')}`,
      ),
    ].join('; '),
    counts: { mutantsKilled: killed, mutantsOf: chosen },
  };
}
