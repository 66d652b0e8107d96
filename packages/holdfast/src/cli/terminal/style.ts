import { styleText } from 'node:util';
import type { Io } from '../io.ts';

/** How a command may draw. */
export interface Look {
  readonly colour: boolean;
  /** Shapes and lines beyond ASCII, and redrawing in place. */
  readonly fancy: boolean;
  readonly columns: number;
}

/** Flags that every command has. */
export interface LookFlags {
  /** False after `--no-color`. */
  readonly color?: boolean;
  readonly plain?: boolean;
}

/** What the terminal, the variables and the flags allow: https://no-color.org, `FORCE_COLOR`, `TERM=dumb`. */
export function lookOf(io: Pick<Io, 'out' | 'env'>, flags: LookFlags = {}): Look {
  const { out, env } = io;
  const terminal = out.isTTY === true;
  const dumb = env['TERM'] === 'dumb';
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '' && env['FORCE_COLOR'] !== '0';
  const refused =
    flags.color === false ||
    flags.plain === true ||
    (env['NO_COLOR'] ?? '') !== '' ||
    env['FORCE_COLOR'] === '0';
  return {
    colour: !refused && (forced || (terminal && !dumb)),
    fancy: terminal && !dumb && flags.plain !== true,
    columns: Math.max(40, Math.min(out.columns || 80, 200)),
  };
}

/** The styles that are used; no more. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** The text in a style, when colours are allowed. */
export function paint(look: Pick<Look, 'colour'>, style: Style, text: string): string {
  return look.colour ? styleText(style, text, { validateStream: false }) : text;
}
