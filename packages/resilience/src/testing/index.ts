/** Time, chance and order for tests, with any test runner. Faults are in `@holdfast/resilience/chaos`. */
export { seededRandom } from '../clock/random.ts';
export type { Random } from '../clock/random.ts';
export { VirtualClock } from '../clock/virtual-clock.ts';
export { explore, ExploreError } from './explore.ts';
export type { Exploration, ExploreOptions } from './explore.ts';
export { recordEvents } from './record-events.ts';
export type { EventRecord } from './record-events.ts';
export { seededScheduler } from './seeded-scheduler.ts';
export type { SchedulerOptions, SeededScheduler } from './seeded-scheduler.ts';
