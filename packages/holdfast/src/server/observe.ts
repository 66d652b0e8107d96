import type { Config } from '../config/index.ts';
import { askEngine } from '../control/ask.ts';
import type { ControlWorld } from '../control/ask.ts';
import type { AlertView, Pulse } from '../follow/index.ts';
import { HoldfastError } from '../model/error.ts';
import type { Incident } from '../model/incident.ts';
import { allIncidents } from '../status/all-incidents.ts';
import type { LiveStatus } from '../status/live-status.ts';
import { askSupervisor } from '../status/read-status.ts';
import type { StoreReader } from '../store/port.ts';
import type { KeptReader } from './kept-reader.ts';

const DAY = 86_400_000;
const PATIENCE = 2_000;
/** An alert that is open needs the end of its incidents: those of so many days are looked at. */
const LOOK_BACK = 3 * DAY;
const MOST = 1_000;

/** Whether the engine gives an answer now, and what its supervisor says: never an answer of before. */
export async function takePulse(world: ControlWorld, { dataDir }: Pick<Config, 'dataDir'>): Promise<Pulse> {
  const [{ incidents: _, engineTells: __, ...engine }, supervisor] = await askBoth(world, dataDir);
  return { ...engine, supervisor };
}

/**
 * One look at everything that alerts are judged by. A store that cannot be read is no reason to be silent: a damaged
 * one may be why the engine crashes, of which its supervisor tells.
 */
export async function observe(
  world: ControlWorld,
  config: Pick<Config, 'dataDir'>,
  store: KeptReader,
): Promise<AlertView> {
  const [{ incidents: lasting, ...engine }, supervisor] = await askBoth(world, config.dataDir);
  const pulse = { ...engine, supervisor };
  const now = world.clock.now();
  try {
    const seen = await store.with((reader) =>
      reader === null ? Promise.resolve(UNSEEN) : seenIn(reader, now),
    );
    return { ...pulse, ...seen, incidents: allIncidents(seen.incidents, lasting), problem: null, now };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...pulse, ...UNSEEN, incidents: lasting, problem, now };
  }
}

type Seen = Pick<AlertView, 'incidents' | 'store'>;

const UNSEEN: Seen = { incidents: [], store: null };

async function seenIn(reader: StoreReader, now: number): Promise<Seen> {
  return { incidents: await incidents(reader, now), store: await counts(reader) };
}

async function incidents(reader: StoreReader, now: number): Promise<readonly Incident[]> {
  const open = await reader.incidents({ open: true, limit: MOST });
  const over = await reader.incidents({ open: false, since: now - LOOK_BACK, limit: MOST });
  return [...open, ...over];
}

async function counts(reader: StoreReader): Promise<AlertView['store']> {
  const { records, quarantined, gapsOpen } = await reader.stats();
  return { records, quarantined, gapsOpen };
}

/** What the engine says, with the incidents that last: it may not be able to write them down. */
type Answered = Omit<Pulse, 'supervisor'> & Pick<AlertView, 'incidents' | 'engineTells'>;

const UNTOLD = { waitsForDisk: false, incidents: [], engineTells: false } as const;

function askBoth(world: ControlWorld, dataDir: string): Promise<[Answered, Pulse['supervisor']]> {
  return Promise.all([askItself(world, dataDir), askSupervisor(world, dataDir)]);
}

/** An engine that refuses the question is there all the same. */
async function askItself(world: ControlWorld, dataDir: string): Promise<Answered> {
  try {
    const reply = await askEngine(world, dataDir, { verb: 'status', patience: PATIENCE });
    if (reply.type !== 'result') return { engineAnswers: false, ...UNTOLD };
    const { sources = [], incidents = [] } = reply.result as Partial<LiveStatus>;
    const waitsForDisk = sources.some((each) => each.waitsForDisk === true);
    return { engineAnswers: true, waitsForDisk, incidents, engineTells: true };
  } catch (error) {
    if (error instanceof HoldfastError) return { engineAnswers: true, ...UNTOLD };
    throw error;
  }
}
