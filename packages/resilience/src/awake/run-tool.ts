import type { Clock } from '../clock/clock.ts';
import type { Machine } from './machine.ts';
import type { ChildExit, Command } from './spawn.ts';

const TOOL_MS = 10_000;

/** What a program that was run to its end gave. */
export interface ToolResult {
  readonly exit: ChildExit;
  readonly lines: readonly string[];
}

/** Runs a program to its end; one that takes longer than 10 s is ended by force. Never rejects. */
export function runTool(machine: Machine, clock: Clock, command: Command): Promise<ToolResult> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    const child = machine.spawn(command, {
      onLine: (line) => void lines.push(line),
      onExit(exit) {
        timer.cancel();
        resolve({ exit, lines });
      },
    });
    const timer = clock.timer(TOOL_MS, () => child.kill());
    child.end();
  });
}
