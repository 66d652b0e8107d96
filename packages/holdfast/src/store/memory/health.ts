import type { Day } from '../../model/day.ts';
import type { Incident, IncidentTotal } from '../../model/incident.ts';
import { rollUpSlots } from '../../model/timeline.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import type { DiskSample, IncidentQuery } from '../port.ts';
import { matchesIncident, newestIncidentFirst } from '../rules/incident-rules.ts';
import { addTotals, totalOf } from '../rules/upkeep-rules.ts';
import type { UpkeepBounds } from '../rules/upkeep-rules.ts';

/** Incidents, timelines and disk samples of a memory store. */
export class Health {
  readonly #incidents = new Map<string, Incident>();
  readonly #totals = new Map<string, IncidentTotal>();
  readonly #timelines = new Map<string, TimelineDay>();
  readonly #samples = new Map<Day, DiskSample>();

  incidents(query: IncidentQuery): readonly Incident[] {
    const found = [...this.#incidents.values()].filter((each) => matchesIncident(each, query));
    return found.sort(newestIncidentFirst).slice(0, query.limit);
  }

  totals(from: Day): readonly IncidentTotal[] {
    return inOrder(this.#totals).filter(({ day }) => day >= from);
  }

  timelines(from: Day): readonly TimelineDay[] {
    return inOrder(this.#timelines).filter(({ day }) => day >= from);
  }

  samples(): readonly DiskSample[] {
    return inOrder(this.#samples);
  }

  putIncidents(incidents: readonly Incident[]): void {
    for (const incident of incidents) this.#incidents.set(incident.id, incident);
  }

  putTimelines(days: readonly TimelineDay[]): void {
    for (const each of days) this.#timelines.set(`${each.source}\0${each.day}`, each);
  }

  /** Rolls up and drops what the bounds say. */
  maintain(bounds: UpkeepBounds): { readonly incidentsRolledUp: number; readonly timelinesRolledUp: number } {
    const over = [...this.#incidents.values()].filter(
      ({ recoveredAt }) => recoveredAt !== null && recoveredAt < bounds.overBefore,
    );
    for (const incident of over) this.#rollUp(incident);
    const full = [...this.#timelines].filter(
      ([, { day, slots }]) => day < bounds.fullFrom && rollUpSlots(slots) !== slots,
    );
    for (const [key, each] of full) this.#timelines.set(key, { ...each, slots: rollUpSlots(each.slots) });
    for (const kept of [this.#totals, this.#timelines, this.#samples]) dropBefore(kept, bounds.keptFrom);
    return { incidentsRolledUp: over.length, timelinesRolledUp: full.length };
  }

  putSample(sample: DiskSample): void {
    this.#samples.set(sample.day, sample);
  }

  #rollUp(incident: Incident): void {
    const total = totalOf(incident);
    const key = `${total.day}\0${total.cause}`;
    const known = this.#totals.get(key);
    this.#totals.set(key, known ? addTotals(known, total) : total);
    this.#incidents.delete(incident.id);
  }
}

function inOrder<Value>(values: ReadonlyMap<string, Value>): readonly Value[] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function dropBefore(values: Map<string, { readonly day: Day }>, day: Day): void {
  for (const [key, value] of values) if (value.day < day) values.delete(key);
}
