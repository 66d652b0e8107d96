import type { AuditRun } from '../../model/audit.ts';
import type { Day } from '../../model/day.ts';
import type { ClosedRange } from '../../sources/inventory.ts';
import type { Holes } from './holes.ts';

/** Where an audit stands: plain JSON, bounded in size. */
export interface AuditProgress {
  /** Rises with each audit of the source. */
  readonly turn: number;
  /** Whether it waits until what it found was asked for. */
  readonly repair: boolean;
  /** Requests sent in this turn. */
  readonly spent: number;
  /** A paused audit goes on then, wall ms. */
  readonly resumeAt: number | null;
  readonly seed: number;
  /** How often in a row the request in hand could not be had. */
  readonly failures: number;
  readonly step: AuditStep;
  /** What it could not find out, as sentences: then it proves less. */
  readonly doubts: readonly string[];
  readonly holes: Holes;
  /** Intervals whose announced and stored numbers differ, and in which nothing was found: `from..to` to those numbers. */
  readonly settled: Readonly<Record<string, string>>;
}

/** Steps in their order: identifiers go `sweep`, `density`; counts go `counts`, `sample`; all end by `repairs`. */
export type AuditStep =
  SweepStep | DensityStep | CountsStep | SampleStep | WalkStep | RepairsStep | EndedStep;

/** All identifiers are listed; a range that cannot be is halved. */
export interface SweepStep {
  readonly at: 'sweep';
  readonly todo: readonly ClosedRange[];
  readonly cursor: string;
  /** The list ended short of its announced size and is asked for once more, by another URL. */
  readonly again: boolean;
  /** Records listed before the list in hand. */
  readonly before: number;
}

/** Numbers that nobody listed are gathered series by series, and those of many series asked for together. */
export interface DensityStep {
  readonly at: 'density';
  /** This series and those before it were gone through; '' = none. */
  readonly series: string;
  /** No series comes behind it. */
  readonly ended: boolean;
  /** What is gone through before the next series; at most one part of each. */
  readonly again: readonly SeriesPart[];
  /** What the next request asks for. */
  readonly batch: readonly BatchPart[];
  /** Identifiers that are here: an answer without any of them is not believed. */
  readonly witnesses: readonly string[];
}

/** A series from a place on. */
export interface SeriesPart {
  readonly series: string;
  /** Numbers up to this one were gathered. */
  readonly above: number;
  /** How far beyond the largest known number is asked. */
  readonly reach: number;
}

/** Numbers of one series that are asked for. */
export interface BatchPart {
  readonly series: string;
  /** As a hole has them. */
  readonly numbers: string;
  /** The largest that is here. */
  readonly largest: number;
  readonly reach: number;
}

/** What intervals hold is compared with what is here; where more is said, they are halved, and short ones walked. */
export interface CountsStep {
  readonly at: 'counts';
  readonly blocks: readonly ClosedRange[];
  /** What the block in hand is said to hold and does, and how much was found in it. */
  readonly said: string;
  readonly found: number;
  /** Parts of the first block that are still to be asked about; empty = the block as a whole. */
  readonly todo: readonly ClosedRange[];
  /** The list's first page is asked, not a later one. */
  readonly plain: boolean;
}

/** Days drawn by chance are walked again. */
export interface SampleStep {
  readonly at: 'sample';
  /** Null: not drawn yet. */
  readonly todo: readonly SampledDay[] | null;
  readonly population: number;
  readonly chosen: number;
  readonly failed: number;
}

/** A day of one stream. */
export interface SampledDay {
  readonly stream: string;
  readonly day: Day;
}

/** A range is walked again, for one of two reasons. */
export interface WalkStep {
  readonly at: 'walk';
  readonly stream: string;
  readonly range: ClosedRange;
  readonly cursor: string;
  readonly found: number;
  readonly back: CountsStep | SampleStep;
}

/** What was found missing is asked for by others. */
export interface RepairsStep {
  readonly at: 'repairs';
}

/** Everything was asked. */
export interface EndedStep {
  readonly at: 'ended';
}

/** The progress of a run. */
export function progressOf(run: AuditRun): AuditProgress {
  return run.progress as AuditProgress;
}
