export { CHANNEL } from '../events/publish.ts';
export type { Layer } from '../events/publish.ts';
export { describeEvent } from './describe-event.ts';
export { eventToJson } from './event-json.ts';
export type { PlainEvent, PlainValue } from './event-json.ts';
export type { ResilienceEvent } from './resilience-event.ts';
export { subscribe } from './stream.ts';
