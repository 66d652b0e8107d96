import { startCommand } from '../product/run-command.ts';

/** Names of the faults that the simulators know, each with the kinds that can play it. @throws Error when `sim` does not say */
export async function faultKinds(signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
  const { ended } = startCommand(['sim', '--list-faults', '--json'], {
    cwd: import.meta.dirname,
    env: process.env,
    signal,
  });
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`holdfast sim --list-faults ended with ${String(code)}: ${stderr}`);
  const { faults } = JSON.parse(stdout) as { faults: readonly { name: string; kinds: readonly string[] }[] };
  return new Map(faults.map(({ name, kinds }) => [name, kinds]));
}

/** The name in `[SCOPE:]NAME@PAGE[xTIMES]`. */
export function faultName(fault: string): string {
  return /^(?:\w+:)?([\w-]+)@/.exec(fault)?.[1] ?? fault;
}
