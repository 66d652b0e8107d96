/** The name in `[SCOPE:]NAME@PAGE[xTIMES]`. */
export function faultName(fault: string): string {
  return /^(?:\w+:)?([\w-]+)@/.exec(fault)?.[1] ?? fault;
}
