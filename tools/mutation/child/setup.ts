import { afterEach, beforeEach, inject } from 'vitest';
import { SWITCH } from '../switch.ts';

/** Runs in the worker before each test file: installs the switch that the instrumented sources ask. */
const { mutant, records } = inject('mutation');
let reached = new Set<number>();

const isActive = records
  ? (id: number): boolean => {
      reached.add(id);
      return false;
    }
  : (id: number): boolean => id === mutant;
Object.assign(globalThis, { [SWITCH]: isActive });

if (records) {
  const outside = reached;
  beforeEach(() => {
    reached = new Set();
  });
  afterEach(({ task }) => {
    Object.assign(task.meta, { reached: [...reached] });
    Object.assign(task.file.meta, { reached: [...outside] });
    reached = outside;
  });
}

declare module 'vitest' {
  interface ProvidedContext {
    mutation: { readonly mutant: number | undefined; readonly records: boolean };
  }
}
