import type { Command } from './spawn.ts';

/**
 * Windows PowerShell with a script that has no double quote, so that nothing has to be escaped. `-InputFormat None`
 * leaves standard input to the script.
 */
export function powershell(script: string): Command {
  return {
    program: 'powershell.exe',
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-InputFormat', 'None', '-Command', script],
  };
}
