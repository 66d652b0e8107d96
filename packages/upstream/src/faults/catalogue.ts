import { answerFaults } from './answer-faults.ts';
import type { FaultDefinition } from './definition.ts';
import { pageFaults } from './page-faults.ts';
import { statusFaults } from './status-faults.ts';
import { textFaults } from './text-faults.ts';
import { wireFaults } from './wire-faults.ts';

/** Every fault by name. */
export const faults: readonly FaultDefinition[] = [
  ...statusFaults,
  ...wireFaults,
  ...answerFaults,
  ...pageFaults,
  ...textFaults,
];
