import type { JsonValue } from '../../state/state-store.ts';
import type { SnapshotStore } from '../snapshot-store.ts';

/** Snapshots that end with the process: state is carried over from generation to generation, not from run to run. */
export function memorySnapshots(): SnapshotStore {
  // As text, so that nobody's later change of an object reaches what was saved.
  const texts = new Map<string, string>();
  return {
    load: async (name) => {
      const text = texts.get(name);
      return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
    },
    save: async (name, snapshot) => void texts.set(name, JSON.stringify(snapshot)),
    remove: async (name) => void texts.delete(name),
  };
}
