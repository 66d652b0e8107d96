import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A port whose queue of connections is full: whoever connects waits for ever, as behind a dead router. */
export interface StuckListener extends AsyncDisposable {
  readonly port: number;
}

const LISTEN = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  process.stdout.write(String(this.address().port));
});`;

/** Starts the listener: a process that is stopped, so that the kernel alone answers, until its queue is full. */
export async function startStuckListener(): Promise<StuckListener> {
  const child = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [data] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(data.toString());
  child.kill('SIGSTOP');
  const waiting: Socket[] = [];
  let isFull = false;
  while (!isFull && waiting.length < 10) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    waiting.push(socket);
    isFull = await Promise.race([
      once(socket, 'connect').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 150)),
    ]);
  }
  if (!isFull) throw new Error('The queue of the listener took ten connections and is not full.');
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
