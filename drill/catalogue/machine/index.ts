import { check, type Fault } from '../../fault.ts';
import { clockSteps } from '../../machine/clock-steps.ts';
import { addressChanged, interfaceDown } from '../../machine/interface.ts';
import type { Scenario } from '../../machine/scenario.ts';
import { stopped } from '../../machine/stopped.ts';
import { asleep } from './asleep.ts';
import { clockFaults } from './clock.ts';
import { unplugged } from './unplugged.ts';

/** A scenario with three services as a row; it measures times, so that nothing runs beside it. */
function rowOf(scenario: Scenario, about: string, holds: string): Fault {
  return {
    name: scenario.name,
    layer: 'machine',
    about,
    holds,
    quick: false,
    alone: true,
    limitMs: 5 * 60_000,
    missing: scenario.missing,
    play: async (stage) => {
      const { fired, seen, problems, ...counted } = await scenario.play(stage);
      return {
        ...counted,
        injected: fired === null ? 0 : 1,
        wanted: 1,
        recovered: counted.recoverMs !== null,
        detectMs: null,
        requestsWasted: null,
        checks: problems.map((problem) => check(`none of this: ${problem}`, false, seen)),
        evidence: `${fired ?? 'the fault was not seen'}; ${seen}`,
      };
    },
  };
}

const NO_STORM = 'the same engine goes on, every source is asked again soon, spread and without a storm';

/** Power, sleep, clock, network interface of the machine: in the order in which they are played. */
export const machineFaults: readonly Fault[] = [
  asleep,
  ...clockFaults,
  unplugged,
  rowOf(interfaceDown, 'the network interface of the machine is down for 20 s', NO_STORM),
  rowOf(addressChanged, 'the machine gets another address in its network', NO_STORM),
  rowOf(clockSteps, 'the wall clock steps two hours ahead, then four hours back', NO_STORM),
  rowOf(stopped, 'every process is stopped for a minute, as in a machine that sleeps', NO_STORM),
];
