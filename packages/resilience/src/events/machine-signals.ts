/** What the machine itself is doing, so that its sleep and its missing network are nobody's failure. */
export interface MachineSignals {
  /** Whether the machine has a network now. */
  readonly online: boolean;
  /**
   * Told of `wake` (it slept for so long), `online` and `offline`. Returns how to stop listening.
   * A run under way treats a wake as the end of its attempt, which counts neither as an attempt nor as evidence.
   */
  subscribe(listener: (signal: MachineSignal) => void): () => void;
}

/** One thing that happened to the machine. */
export type MachineSignal =
  | { readonly kind: 'wake'; readonly sleptMs: number }
  | { readonly kind: 'online' }
  | { readonly kind: 'offline' };
