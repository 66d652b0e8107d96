import { readIfThere } from './machine.ts';
import type { Interfaces, Machine } from './machine.ts';

/**
 * The addresses by which other machines can be reached, as `name address`, sorted. Loopback and link-local addresses
 * are left out. Node lists an interface only while it is up and has a carrier (libuv: IFF_UP and IFF_RUNNING).
 */
export function addressesOf(interfaces: Interfaces): readonly string[] {
  return Object.entries(interfaces)
    .flatMap(([name, all]) => (all ?? []).map((each) => ({ name, ...each })))
    .filter(({ internal, address }) => !internal && !isLinkLocal(address))
    .map(({ name, address }) => `${name} ${address}`)
    .sort();
}

/** RFC 3927 and RFC 4291 section 2.5.6: such an address reaches no further than the cable. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}

/** The default routes on Linux, as `interface gateway`, sorted; none where the kernel does not show them. */
export async function defaultRoutes(machine: Machine): Promise<readonly string[]> {
  const v4 = rows(await readIfThere(machine, '/proc/net/route'))
    .filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')
    .map(([name, , gateway]) => `${name} ${gateway}`);
  const v6 = rows(await readIfThere(machine, '/proc/net/ipv6_route'))
    .filter((row) => /^0+$/.test(row[0] ?? '') && row[1] === '00' && row.at(-1) !== 'lo')
    .map((row) => `${row.at(-1)} ${row[4]}`);
  return [...v4, ...v6].sort();
}

function rows(text: string | null): readonly (readonly string[])[] {
  return (text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
}
