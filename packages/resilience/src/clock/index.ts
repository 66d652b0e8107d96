export { awakeTimer } from './awake-timer.ts';
export type { AwakeTimer } from './awake-timer.ts';
export type { Clock, SleepOptions, Timer, TimerOptions } from './clock.ts';
export { systemClock } from './system-clock.ts';
export { VirtualClock } from './virtual-clock.ts';
export { seededRandom, systemRandom } from './random.ts';
export type { Random } from './random.ts';
export { formatDuration, parseDuration } from './duration.ts';
export type { Duration } from './duration.ts';
