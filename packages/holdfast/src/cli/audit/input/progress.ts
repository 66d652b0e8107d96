import type { Io } from '../../io.ts';

/** Shows how far a file is read, where somebody looks. */
export interface ReadProgress {
  show(bytesRead: number): void;
  end(): void;
}

/** One line on a terminal that is written over; nothing elsewhere. */
export function progressOf({ err }: Pick<Io, 'err'>, total: number): ReadProgress {
  if (err.isTTY !== true || total === 0) return { show: () => undefined, end: () => undefined };
  let last = -1;
  return {
    show: (bytesRead) => {
      const percent = Math.min(100, Math.floor((100 * bytesRead) / total));
      if (percent === last) return;
      last = percent;
      err.write(`\rreading: ${percent} %`);
    },
    end: () => {
      if (last >= 0) err.write('\r\u001b[K');
    },
  };
}
