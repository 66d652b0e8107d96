/** A mistake that no row can see, since the product bears it. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/**
 * Mistakes that are no mutants of the gate: another part of the product takes over, so that no promise is broken. Each
 * of those parts is a mutant itself, or is tried by tests of its own. They were made and played, but for the commit
 * that does not compare: no row has a second writer, so that playing it could not have shown anything.
 */
export const leftOut: readonly LeftOut[] = [
  {
    name: 'engine without its lock on the store',
    why: 'The supervisor has the data folder to itself before an engine starts; without both locks the mutant "no lock" is caught.',
  },
  {
    name: 'commit without comparing lease, fence and cursor',
    why: 'It stands behind both locks: with them there is never a second writer to be fenced off. Tests of the store play two writers.',
  },
  {
    name: 'days are over by our own clock',
    why: 'With a clock ten years ahead the days were closed, and the cut back to the day of the upstream opened them again when the clock was right: nothing was lost.',
  },
  {
    name: 'an empty page of bioRxiv ends its list',
    why: 'The second look finds what is missing. The same edit is caught in OAI lists, where a request in vain counts.',
  },
  {
    name: 'the end of the supervisor not heard by its engine',
    why: 'Played with the supervisor killed, the engine ended all the same, late, and nothing was lost; the next supervisor would have ended it too.',
  },
  {
    name: 'packed papers left out, or taken for new',
    why: 'Pages of a harvest reach the writer as items; only imports are packed. The same mistakes are mutants where items are written.',
  },
];
