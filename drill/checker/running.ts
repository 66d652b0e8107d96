import { ProductFailure } from '../product/product-failure.ts';
import type { Installation } from '../product/installation.ts';
import type { IncidentLine } from './invariants.ts';

/** The rows of `incidents --json`, of all times. @throws Error when it does not end with 0 */
export async function incidentsOf(product: Installation): Promise<readonly IncidentLine[]> {
  const { code, stdout, stderr } = await product.run('incidents', '--json', '--all');
  if (code !== 0) throw new ProductFailure(`holdfast incidents ended with ${String(code)}: ${stderr}`);
  return (JSON.parse(stdout) as readonly (IncidentLine & { readonly kind: string })[]).filter(
    ({ kind }) => kind === 'incident',
  );
}
