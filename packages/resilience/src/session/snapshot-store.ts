import type { JsonValue } from '../state/state-store.ts';

/** Where snapshots live between generations and between runs. */
export interface SnapshotStore {
  /** Undefined when there is none, or when it cannot be read with this key: a session then logs in. */
  load(name: string): Promise<JsonValue | undefined>;
  /** Replaces the snapshot atomically: after a crash there is the old one or the new one. */
  save(name: string, snapshot: JsonValue): Promise<void>;
  remove(name: string): Promise<void>;
}
