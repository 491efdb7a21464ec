import type { KernelTables } from '../../data/kernels/types.ts';
import { vulnerabilities } from '../vulnerabilities/index.ts';

/** The kernel that boots: its tables, and what its builder and its user chose. */
export interface KernelSpec {
  readonly tables: KernelTables;
  readonly traits: ReadonlySet<string>;
  readonly config: Readonly<Record<string, string>>;
  readonly cmdline: string;
  /** Memory of the machine, where it is known: L1TF asks whether it reaches beyond half the address space. */
  readonly memoryBytes?: number;
  /** Vulnerabilities, by id, of which this release knows nothing: no bug, no file. */
  readonly absent: ReadonlySet<string>;
  /** Options that only those listen to; like every unknown option they are passed over in silence. */
  readonly unknownOptions: ReadonlySet<string>;
}

/** What a user may say about the kernel beside its line. */
export interface KernelWishes {
  readonly cmdline?: string;
  readonly memoryBytes?: number;
  /** The whole configuration of a known build; the line's default where it is absent. */
  readonly config?: Readonly<Record<string, string>>;
  /** Single options over that configuration. */
  readonly options?: Readonly<Record<string, string>>;
  /** Named clauses switched on or off: backports, or what an older release of the line lacks. */
  readonly traits?: Readonly<Record<string, boolean>>;
}

type Lack = Pick<KernelSpec, 'absent' | 'unknownOptions'>;

const lacks = new WeakMap<KernelTables, Lack>();

/** What a kernel without the X86_BUG of a vulnerability has not: its file, and the options that only it listens to. */
function lackOf(tables: KernelTables): Lack {
  const known = lacks.get(tables);
  if (known) return known;
  const bugs = new Set(tables.bugs.map(([name]) => name));
  const isAbsent = ({ bug }: { readonly bug: string | null }): boolean => bug !== null && !bugs.has(bug);
  const heard = new Set(vulnerabilities.filter((one) => !isAbsent(one)).flatMap(({ parameters }) => parameters));
  const gone = vulnerabilities.filter(isAbsent);
  const unknownOptions = gone.flatMap(({ parameters }) => parameters).filter((option) => !heard.has(option));
  const lack = { absent: new Set(gone.map(({ id }) => id)), unknownOptions: new Set(unknownOptions) };
  lacks.set(tables, lack);
  return lack;
}

/**
 * Puts together the kernel that boots.
 * @param tables a line's tables
 * @param wishes what differs from the line's Debian kernel with late loading built in
 */
export function kernelSpec(tables: KernelTables, wishes: KernelWishes = {}): KernelSpec {
  const traits = new Set(tables.traits);
  for (const [name, on] of Object.entries(wishes.traits ?? {})) on ? traits.add(name) : traits.delete(name);
  return {
    ...lackOf(tables),
    tables,
    traits,
    config: { ...(wishes.config ?? tables.config), ...wishes.options },
    cmdline: wishes.cmdline ?? '',
    ...(wishes.memoryBytes === undefined ? {} : { memoryBytes: wishes.memoryBytes }),
  };
}
