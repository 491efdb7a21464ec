import type { KernelTables } from '../../data/kernels/types.ts';
import type { KernelSpec } from './boot.ts';

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

/**
 * Puts together the kernel that boots.
 * @param tables a line's tables
 * @param wishes what differs from the line's Debian kernel with late loading built in
 */
export function kernelSpec(tables: KernelTables, wishes: KernelWishes = {}): KernelSpec {
  const traits = new Set(tables.traits);
  for (const [name, on] of Object.entries(wishes.traits ?? {})) on ? traits.add(name) : traits.delete(name);
  return {
    tables,
    traits,
    config: { ...(wishes.config ?? tables.config), ...wishes.options },
    cmdline: wishes.cmdline ?? '',
    ...(wishes.memoryBytes === undefined ? {} : { memoryBytes: wishes.memoryBytes }),
  };
}
