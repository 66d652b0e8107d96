import { check, type Fault, type Played } from '../../fault.ts';
import { ProductFailure } from '../../product/product-failure.ts';
import type { Stage } from '../../stage.ts';
import { breakAll, playOut, sceneWith, TOLD_MS } from './outage.ts';
import { Receiver, type Answer } from './receiver.ts';

const LONG_MS = 300_000;

/** Whoever is to be told is not there, refuses, or the teller dies. */
export const receiverFaults: readonly Fault[] = [
  {
    name: 'alert receiver down',
    layer: 'alerts',
    about:
      "Every connection to the webhook's address is reset while an outage begins; later its receiver is there.",
    holds: 'The message comes as soon as the receiver is there, once, and then the recovery.',
    quick: false,
    limitMs: LONG_MS,
    play: receiverDown,
  },
  {
    name: 'alert receiver refuses',
    layer: 'alerts',
    about: 'The receiver answers 500, then leads elsewhere by a redirect, then accepts.',
    holds: 'The same message comes again under the same id until it is accepted; a redirect is not followed.',
    quick: false,
    limitMs: LONG_MS,
    play: receiverRefuses,
  },
  {
    name: 'alert receiver hangs',
    layer: 'alerts',
    about: 'The receiver takes the message and never answers; a second receiver is well.',
    holds: 'The other receiver is told in time, and the harvest goes on.',
    quick: false,
    limitMs: LONG_MS,
    play: receiverHangs,
  },
  {
    name: 'alert teller killed',
    layer: 'alerts',
    about:
      'The page server, which sends alerts, is killed when the receiver has the message, before its answer.',
    holds: 'The message comes again with the same id, so that the receiver can tell.',
    quick: false,
    limitMs: LONG_MS,
    play: tellerKilled,
  },
];

async function receiverDown(stage: Stage): Promise<Played> {
  const receiver = await Receiver.open(stage);
  receiver.isDown = true;
  const scene = await sceneWith(stage, receiver.url);
  const beganAt = await breakAll(scene);
  await scene.came(() => receiver.resets >= 2, TOLD_MS);
  receiver.isDown = false;
  const openedAt = Date.now();
  const told = await scene.came(() => receiver.events().includes('opened'), TOLD_MS);
  const afterMs = (receiver.deliveries[0]?.at ?? Date.now()) - openedAt;
  return await playOut(scene, receiver, {
    injected: receiver.resets,
    wanted: 2,
    beganAt,
    checks: [check('the opening comes when the receiver is back', told, `${String(afterMs)} ms`)],
    evidence: `${String(receiver.resets)} tries in vain, then told ${String(afterMs)} ms after the receiver came`,
  });
}

async function receiverRefuses(stage: Stage): Promise<Played> {
  const receiver = await Receiver.open(stage);
  const refusals: readonly Answer[] = [500, { redirect: receiver.at('/elsewhere') }, 503];
  receiver.answer = (before) => refusals[before] ?? 204;
  const scene = await sceneWith(stage, receiver.url);
  const beganAt = await breakAll(scene);
  if (!(await scene.came(() => receiver.events().includes('opened'), TOLD_MS)))
    throw new ProductFailure(
      `no message was accepted in ${String(TOLD_MS / 1000)} s, by ${String(receiver.deliveries.length)} tries`,
    );
  const tries = receiver.deliveries.slice(0, 4).map(({ id }) => id);
  return await playOut(scene, receiver, {
    injected: receiver.deliveries.filter(({ accepted }) => !accepted).length,
    wanted: refusals.length,
    beganAt,
    checks: [
      check('the same id at each try', tries.length === 4 && new Set(tries).size === 1, tries.join(', ')),
      check('the redirect is not followed', receiver.others.length === 0, receiver.others),
    ],
    evidence: 'answered 500, 302 and 503 before 204',
  });
}

async function receiverHangs(stage: Stage): Promise<Played> {
  const [hanging, receiver] = [await Receiver.open(stage), await Receiver.open(stage)];
  hanging.answer = () => 'never';
  const channels = [hanging, receiver].map(({ url }) => ({ type: 'webhook', url }));
  const scene = await sceneWith(stage, '', { more: { alerts: { channels, outageAfter: '1s' } } });
  const beganAt = await breakAll(scene);
  const told = await scene.came(
    () => receiver.events().includes('opened') && hanging.deliveries.length > 0,
    TOLD_MS,
  );
  return await playOut(scene, receiver, {
    injected: hanging.deliveries.length,
    beganAt,
    checks: [check('the other receiver is told meanwhile', told, receiver.events().join(', '))],
    evidence: `${String(hanging.deliveries.length)} messages hang at the other receiver`,
  });
}

async function tellerKilled(stage: Stage): Promise<Played> {
  const receiver = await Receiver.open(stage);
  const scene = await sceneWith(stage, receiver.url);
  const pids = await scene.background.mustHavePids();
  let killed = 0;
  receiver.arrived = () => {
    if (killed > 0) return;
    killed = 1;
    process.kill(pids.server, 'SIGKILL');
  };
  receiver.answer = (before) => (before === 0 ? 'never' : 204);
  const beganAt = await breakAll(scene);
  const again = await scene.came(() => receiver.deliveries.length > 1, TOLD_MS);
  const [first, second] = receiver.deliveries;
  const after = await scene.background.pids();
  return await playOut(scene, receiver, {
    injected: killed,
    beganAt,
    checks: [
      check('it comes again under the same id', again && first?.id === second?.id, [first?.id, second?.id]),
      check('the engine lives on', after?.engine === pids.engine, { before: pids, after }),
    ],
    evidence: `killed with the message under way, repeated ${String((second?.at ?? 0) - (first?.at ?? 0))} ms later`,
  });
}
