import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Minutes by which UTC is ahead of a time zone, as a Node of this machine that is started in it says. */
export async function minutesBehindUtc(zone: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'new Date().getTimezoneOffset()'], {
    env: { ...process.env, TZ: zone, NODE_OPTIONS: '' },
    timeout: 30_000,
  });
  return Number(stdout);
}
