/** The processes of an installation. */
export interface Pids {
  readonly engine: number;
  readonly server: number;
  readonly supervisor: number;
}

/** Where the product is looked at. */
export interface Place {
  readonly page: string;
  readonly dataFolder: string;
  readonly signal: AbortSignal;
}

/** What `/status.json` says, as far as the soak looks at it. */
export interface Status {
  readonly engine: { readonly pid: number | null; readonly state: string };
  readonly supervisor: {
    readonly pid: number;
    readonly children: readonly { readonly name: string; readonly pid: number | null }[];
  } | null;
  readonly store: { readonly records: number };
}

/** `/status.json`. @throws when it does not answer within ten seconds */
export async function statusOf({ page, signal }: Place): Promise<Status> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const answer = await fetch(new URL('status.json', page), { signal: limit });
  return (await answer.json()) as Status;
}

/** The three processes, or null while one of them is not there. */
export function pidsOf({ engine, supervisor }: Status): Pids | null {
  const server = supervisor?.children.find(({ name }) => name === 'server')?.pid ?? null;
  if (engine.pid === null || supervisor === null || server === null) return null;
  return { engine: engine.pid, server, supervisor: supervisor.pid };
}
