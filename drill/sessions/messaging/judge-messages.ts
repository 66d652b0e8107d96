import type { PortalEntry } from '../cell/portal.ts';
import type { Survivor } from '../cell/witness.ts';
import type { Ended } from './live.ts';

/** What a run of kills left. */
export interface Killed {
  readonly kills: number;
  /** Kills in lives that had sent something. */
  readonly whileSending: number;
  readonly done: Ended;
  readonly entries: readonly PortalEntry[];
  readonly survivors: readonly Survivor[];
  readonly leftovers: readonly string[];
}

/** To whom messages were sent, in order. */
export function sentIn(entries: readonly PortalEntry[]): string[] {
  return entries.filter(({ kind }) => kind === 'message').map((entry) => String(entry['to']));
}

/** A line of what was counted, and what is wrong with it. */
export function problemsOf(
  { kills, whileSending, done, entries, survivors, leftovers }: Killed,
  wanted: { readonly kills: number; readonly people: number },
): { readonly line: string; readonly problems: readonly string[] } {
  const sent = sentIn(entries);
  const reached = new Set(sent);
  // `in doubt: message/m12/send`
  const doubted = new Set(
    [...done.out.matchAll(/^in doubt: message\/([^/\s]+)\/send$/gm)].flatMap(([, id]) => id ?? []),
  );
  const people = Array.from({ length: wanted.people }, (_, at) => `m${at + 1}`);
  const lost = people.filter((id) => !reached.has(id) && !doubted.has(id));
  const twice = [...reached].filter((id) => sent.indexOf(id) !== sent.lastIndexOf(id));
  const strangers = [...reached, ...doubted].filter((id) => !people.includes(id));
  const isEnd = done.code === (doubted.size > 0 ? 4 : 0);
  const problems = [
    ...(isEnd ? [] : [`the last run ended with ${String(done.code)}: ${done.out.slice(-500)}`]),
    ...(kills < wanted.kills ? [`only ${kills} kills: everything was sent before`] : []),
    ...(whileSending === 0 ? ['no kill struck while messages were sent'] : []),
    ...(twice.length > 0 ? [`sent twice to ${twice.join(' ')}`] : []),
    ...(lost.length > 0 ? [`no message for ${lost.join(' ')}`] : []),
    ...(strangers.length > 0 ? [`sent to nobody that was asked for: ${strangers.join(' ')}`] : []),
    ...(survivors.length > 0
      ? [`left running: ${survivors.map(({ pid, command }) => `${command} (${pid})`).join(', ')}`]
      : []),
    ...(leftovers.length > 0 ? [`left in the temporary folder: ${leftovers.slice(0, 5).join(' ')}`] : []),
  ];
  const logins = entries.filter(({ kind }) => kind === 'login').length;
  const line =
    `${kills} kills, ${whileSending} of them in lives that sent messages; ${reached.size} people have one, ` +
    `${twice.length} twice, ${lost.length} lost, ${doubted.size} in doubt; ${logins} logins`;
  return { line, problems };
}
