import type { Clock } from '@holdfast/resilience/clock';

/** A stream that text is written to. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False when the reader is slower than we are: then 'drain' follows. */
  write(data: string | Uint8Array): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** The world as a command sees it. */
export interface Io {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly tmp: string;
  readonly uid: number | undefined;
  readonly clock: Clock;
  /** Runs `handler` for each of these signals until the returned function is called. */
  onSignal(handler: (signal: NodeJS.Signals) => void): () => void;
}

/** Writes to a stream and waits while its reader is slower than we are, so that memory stays flat. */
export async function write(output: Output, data: string | Uint8Array): Promise<void> {
  if (output.write(data)) return;
  await new Promise<void>((resolve) => {
    output.once('drain', resolve);
  });
}

/** Writes one line. */
export function writeLine(output: Output, text = ''): Promise<void> {
  return write(output, `${text}\n`);
}
