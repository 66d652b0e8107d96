import type { Cell } from '../cells.ts';
import type { DrivenSession, Outside } from '../drivers/driver.ts';
import type { PortalProcess } from './portal.ts';

/** Everything that a fault can reach. */
export interface Stage {
  readonly cell: Cell;
  readonly portal: PortalProcess;
  readonly driven: DrivenSession;
  /** The page that is in use at the moment of the fault. */
  page: Outside | null;
}
