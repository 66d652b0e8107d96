/** Where a list goes on: behind this record. As text, so that it fits into an address. */
export interface RecordPlace {
  readonly datestamp: string;
  readonly id: string;
}

/** A place as text: the stamp, a space, the id. */
export function placeText({ datestamp, id }: RecordPlace): string {
  return `${datestamp} ${id}`;
}

/** The place that a text names; null when it names none. */
export function parsePlace(text: string): RecordPlace | null {
  const parts = /^(\d{4}-\d\d-\d\d[^ ]{0,30}) ([\s\S]+)$/.exec(text);
  return parts === null ? null : { datestamp: parts[1] ?? '', id: parts[2] ?? '' };
}
