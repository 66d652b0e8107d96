import type { Played } from '../fault.ts';
import type { Stage } from '../stage.ts';
import { playedOf, shownBy } from './played-of.ts';
import type { Outcome, Row, Scene } from './row.ts';
import { sourceOf } from './source-of.ts';
import { upstreamsOf } from './upstreams-of.ts';

const DEADLINE = '90s';

/** Plays a row: simulated upstreams and the built command line as real processes, counted by the upstreams' ledgers. */
export async function playRow(row: Row, stage: Stage): Promise<Played> {
  const upstreams = await upstreamsOf(row, stage);
  const { specs, simulators, ledgers } = upstreams;
  const product = stage.install(
    simulators.map((simulator, index) => sourceOf(specs[index], simulator, index)),
  );
  let output = '';
  const startOnce: Scene['startOnce'] = (deadline = row.deadline ?? DEADLINE) => {
    const running = product.startWith({ env: { ...row.env } }, 'run', '--once', '--deadline', deadline);
    running.child.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()));
    return running;
  };
  const runOnce: Scene['runOnce'] = async (deadline) => (await startOnce(deadline).ended).code;
  const { signal } = stage;
  const outcome = await (row.play ?? playOnce(row))({
    product,
    simulators,
    ledgers,
    startOnce,
    runOnce,
    signal,
  });
  const shown = await shownBy(product, output);
  return playedOf({ row, upstreams, first: 0, product, outcome }, shown, stage);
}

function playOnce({ during }: Row): (scene: Scene) => Promise<Outcome> {
  return async (scene) => {
    const [exit, checks] = await Promise.all([scene.runOnce(), during?.(scene) ?? []]);
    return { exit, checks };
  };
}
