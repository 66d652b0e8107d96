import type { LockMethod } from './lock-method.ts';
import type { Machine } from './machine.ts';
import { runTool } from './run-tool.ts';

/**
 * macOS: an assertion against idle sleep that ends with us through `-w`, which counts only when no command follows.
 * It says nothing itself; `pmset` lists it under its process id.
 */
export function caffeinateMethod(machine: Machine): LockMethod {
  return {
    what: 'idle',
    name: 'caffeinate',
    command: () => ({ program: 'caffeinate', args: ['-i', '-w', String(machine.pid)] }),
    isListed: async (_, clock, { pid }) => {
      const { exit, lines } = await runTool(machine, clock, { program: 'pmset', args: ['-g', 'assertions'] });
      if (exit.code !== 0) return null;
      const ours = `pid ${pid}(caffeinate)`;
      return lines.some((line) => line.includes(ours) && line.includes('PreventUserIdleSystemSleep'));
    },
    ignoresEnd: true,
  };
}
