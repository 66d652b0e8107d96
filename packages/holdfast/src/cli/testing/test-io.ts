import { VirtualClock } from '@holdfast/resilience/clock';
import type { Io, Output } from '../io.ts';

/** An output that keeps what is written. */
export class TextOutput implements Output {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(options: { isTTY?: boolean; columns?: number } = {}) {
    this.isTTY = options.isTTY ?? false;
    this.columns = options.columns ?? 80;
  }

  write(data: string | Uint8Array): boolean {
    this.text += typeof data === 'string' ? data : new TextDecoder().decode(data);
    return true;
  }

  once(): void {
    // Never slower than the writer.
  }
}

/** A world for tests, and the signal that can be sent into it. */
export interface TestIo extends Io {
  readonly out: TextOutput;
  readonly err: TextOutput;
  readonly clock: VirtualClock;
  signal(signal: NodeJS.Signals): void;
}

/** A world in which nothing is real but the file system below `cwd`. */
export function testIo(
  options: { cwd?: string; isTTY?: boolean; env?: Record<string, string> } = {},
): TestIo {
  const handlers = new Set<(signal: NodeJS.Signals) => void>();
  const { cwd = '/nowhere', isTTY = false, env = {} } = options;
  return {
    out: new TextOutput({ isTTY }),
    err: new TextOutput({ isTTY }),
    clock: new VirtualClock(),
    env,
    cwd,
    home: cwd,
    tmp: cwd,
    platform: 'linux',
    uid: process.getuid?.(),
    onSignal: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    signal: (signal) => {
      for (const handler of handlers) handler(signal);
    },
  };
}
