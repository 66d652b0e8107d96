/** Why a program ends before its work is done, by its own decision. */
export class Ending extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A signal that aborts with an Ending at the first Ctrl-C or SIGTERM; the second Ctrl-C kills as ever. */
export function endingBySignals(): AbortController {
  const ending = new AbortController();
  const end = (): void => ending.abort(new Ending('interrupted; start again to go on', 130));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return ending;
}
