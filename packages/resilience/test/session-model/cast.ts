import type { VirtualClock } from '../../src/clock/index.ts';
import type { SupervisedSession } from '../../src/session/index.ts';
import type { Peer, View } from './peer.ts';
import type { Referee } from './referee.ts';
import type { Scenario } from './scenario.ts';
import type { Tasks } from './tasks.ts';
import type { World } from './world.ts';

/** Everything that acts in one history. */
export interface Cast {
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly world: World;
  readonly referee: Referee;
  readonly tasks: Tasks;
  readonly session: SupervisedSession<Peer | View>;
}
