import type { Played } from '../fault.ts';
import type { Stage } from '../stage.ts';
import { playedOf, shownBy } from './played-of.ts';
import type { Outcome, Row } from './row.ts';
import { sourceId, sourceOf } from './source-of.ts';
import { upstreamsOf } from './upstreams-of.ts';

/** Longest life of the one run. */
const DEADLINE = '45s';

/** A row that asks for nothing but one run which ends well can be played beside others of its kind. */
export function isPlain({ play, during, env, deadline, expect = {}, upstreams }: Row): boolean {
  const { exit, gaps, quarantined } = expect;
  const own = [play, during, env, deadline, exit, gaps, quarantined];
  return upstreams.length === 1 && own.every((each) => each === undefined);
}

/**
 * Plays plain rows by one run of the product: each has an upstream and a source of its own, and is counted by them
 * alone. What a fault does to the source of another row is a finding of that row.
 */
export async function playTogether(rows: readonly Row[], stage: Stage): Promise<readonly Played[]> {
  const all = await Promise.all(
    rows.map(async (row, first) => ({ row, first, upstreams: await upstreamsOf(row, stage) })),
  );
  const product = stage.install(
    all.map(({ first, upstreams: { specs, simulators } }) => sourceOf(specs[0], simulators[0], first)),
  );
  const { code, stdout } = await product.run('run', '--once', '--deadline', DEADLINE);
  const caughtUp = code === 0 ? null : await caughtUpIn(product);
  const shown = await shownBy(product, stdout);
  return Promise.all(
    all.map((each) => {
      const outcome: Outcome = { exit: exitOf(code, caughtUp, each.first), checks: [] };
      return playedOf({ ...each, product, outcome }, shown, stage);
    }),
  );
}

/** The end of the run as far as one source has a part in it: a source that is caught up is not why it ended badly. */
function exitOf(code: number | null, caughtUp: ReadonlySet<string> | null, first: number): number | null {
  return caughtUp?.has(sourceId(first)) === true ? 0 : code;
}

async function caughtUpIn(product: {
  sources(): Promise<readonly { readonly id: string; readonly state: string }[]>;
}): Promise<ReadonlySet<string>> {
  const sources = await product.sources();
  return new Set(sources.filter(({ state }) => state === 'ok').map(({ id }) => id));
}
