import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./sender.ts', import.meta.url));

/** How a sender ended: what it printed, or the signal that killed it. */
export interface SenderEnd {
  readonly signal: NodeJS.Signals | null;
  readonly said: Readonly<Record<string, unknown>>;
}

/** A sender that runs. */
export interface Sender {
  readonly end: Promise<SenderEnd>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts a sender as a process of its own. */
export function startSender(file: string, url: string, version: string): Sender {
  const child = spawn(process.execPath, ['--no-warnings', SCRIPT, file, url, version], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  const end = once(child, 'close').then(([, signal]): SenderEnd => ({
    signal: signal as NodeJS.Signals | null,
    said: text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>),
  }));
  return { end, signal: (signal) => void child.kill(signal) };
}
