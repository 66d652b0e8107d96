import { BOUNDS, INSTRUMENTS, LABELS } from '../telemetry/instruments.ts';
import type { Instrument, InstrumentName, Label } from '../telemetry/instruments.ts';
import { measure } from '../telemetry/measure.ts';
import type { Labels, Take } from '../telemetry/measure.ts';
import type { ResilienceEvent } from '../telemetry/resilience-event.ts';
import type { AttributesLike, MeterLike } from './api-like.ts';

type Record1 = (value: number, labels: Labels) => void;

/** So many things are remembered to be in a state; those that come after that are not shown. */
const STATES_LIMIT = 1_000;

/** Passes what events are worth to the instruments of a meter, which are made when they are first needed. */
export function metricsRecorder(meter: MeterLike): (entry: ResilienceEvent) => void {
  const made = new Map<InstrumentName, Record1>();
  const take: Take = (name, value, labels) => {
    let record = made.get(name);
    if (record === undefined) {
      record = instrumentOf(meter, name, INSTRUMENTS[name]);
      made.set(name, record);
    }
    record(value, labels);
  };
  return (entry) => measure(entry, take);
}

function instrumentOf(meter: MeterLike, name: string, instrument: Instrument): Record1 {
  const { description, unit } = instrument;
  switch (instrument.kind) {
    case 'counter': {
      const counter = meter.createCounter(name, { description, unit });
      return (value, labels) => counter.add(value, attributesOf(labels));
    }
    case 'histogram': {
      const advice = { explicitBucketBoundaries: [...BOUNDS] };
      const histogram = meter.createHistogram(name, { description, unit, advice });
      return (value, labels) => histogram.record(value, attributesOf(labels));
    }
    case 'gauge': {
      const gauge = meter.createGauge(name, { description, unit });
      return (value, labels) => gauge.record(value, attributesOf(labels));
    }
    case 'state':
      return stateOf(meter, name, instrument);
  }
}

/** A state is a counter that goes up and down, 1 for what is true: the form of OpenTelemetry's own conventions. */
function stateOf(meter: MeterLike, name: string, { description, unit, names }: Instrument): Record1 {
  const counter = meter.createUpDownCounter(name, { description, unit });
  const current = new Map<string, Labels>();
  return (_value, labels) => {
    const key = JSON.stringify(names.map((label) => labels[label]));
    const before = current.get(key);
    if (before === undefined && current.size >= STATES_LIMIT) return;
    if (before?.state === labels.state) return;
    if (before !== undefined) counter.add(-1, attributesOf(before));
    counter.add(1, attributesOf(labels));
    current.set(key, labels);
  };
}

function attributesOf(labels: Labels): AttributesLike {
  const attributes: AttributesLike = {};
  for (const [label, value] of Object.entries(labels)) attributes[LABELS[label as Label]] = value;
  return attributes;
}
