import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';

/** Notes that a copy of this program was started: what the supervisor says of it is not believed. */
export function announce() {
  appendFileSync(process.env.BENCH_STARTS, `${JSON.stringify({ pid: process.pid, at: Date.now() })}\n`);
}

/** Gives signs of life once a second, to each supervisor in the way that it knows. */
export function beat() {
  let progress = 0;
  const once = () => {
    progress += 1;
    if (process.connected) process.send({ type: 'heartbeat', progress, rss: process.memoryUsage.rss() });
    if (process.env.NOTIFY_SOCKET) execFile('systemd-notify', ['WATCHDOG=1'], () => undefined);
  };
  if (process.env.NOTIFY_SOCKET) execFile('systemd-notify', ['--ready'], () => undefined);
  once();
  setInterval(once, 1_000);
}
