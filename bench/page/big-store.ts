import { systemClock } from '../../packages/resilience/src/clock/index.ts';
