import type { LockMethod } from './lock-method.ts';
import { powershell } from './powershell.ts';
import { runTool } from './run-tool.ts';

/**
 * ES_CONTINUOUS + ES_SYSTEM_REQUIRED: the machine does not fall asleep while the thread lives. The call returns the
 * state before it, and 0 when it failed (Windows documentation of SetThreadExecutionState).
 */
const SCRIPT = [
  "$code = '[DllImport(~kernel32.dll~)] public static extern uint SetThreadExecutionState(uint flags);' -replace '~', [char]34",
  '$api = Add-Type -MemberDefinition $code -Name Power -Namespace Awake -PassThru',
  // Windows PowerShell reads 0x80000001 as a negative number.
  'if ($api::SetThreadExecutionState([uint32]2147483649) -eq 0) { exit 1 }',
  "[Console]::Out.WriteLine('held')",
  'while ($null -ne [Console]::In.ReadLine()) { }',
].join('; ');

/** Windows, and Windows around WSL: a PowerShell child whose thread holds the state until our pipe ends. */
export function executionStateMethod(): LockMethod {
  return {
    what: 'idle',
    name: 'SetThreadExecutionState',
    command: () => powershell(SCRIPT),
    isReady: (line) => line.trim() === 'held',
    // Only an administrator may ask; for others the call's own answer stands.
    isListed: async (machine, clock) => {
      const { exit, lines } = await runTool(machine, clock, {
        program: 'powercfg.exe',
        args: ['/requests'],
      });
      return exit.code === 0 ? lines.some((line) => /\\powershell\.exe/i.test(line)) : null;
    },
    ignoresEnd: false,
  };
}
