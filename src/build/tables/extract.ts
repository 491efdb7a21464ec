import type { KernelTables, KvmTables } from '../../data/kernels/types.ts';
import type { ReadSource } from './c-source.ts';
import { extractAmdCutoffs, extractAmdDigests, extractBadSpectre, extractCpuLists, extractLatestMicrocode } from './extract-cpu-lists.ts';
import { extractFeatures, needed } from './extract-features.ts';
import { extractKvm } from './extract-kvm.ts';
import { extractMatchTables, extractModelRanges } from './extract-match-tables.ts';
import { extractDisabledFeatures, extractMitigationOrder, extractTexts } from './extract-texts.ts';
import { extractWords } from './extract-words.ts';

/** What comes out of the kernel source: all but the configuration (Debian's linux-config packages) and the traits (by hand). */
export type SourceTables = Omit<KernelTables, 'config' | 'configs' | 'traits'>;

/** A line's tables as extracted. */
export interface Extracted {
  readonly tables: SourceTables;
  readonly kvm: KvmTables;
}

/**
 * Extracts every table of a kernel line from its source.
 * @param read the kernel tree
 * @param line name of the line, e.g. `6.12`
 * @throws when a file, a table or a row is not as expected: half a table is worse than none
 */
export function extract(read: ReadSource, line: string): Extracted {
  return {
    tables: {
      line,
      release: releaseOf(needed(read, 'Makefile')),
      ...extractFeatures(read),
      ...extractWords(read),
      ...extractCpuLists(read),
      matchTables: extractMatchTables(read),
      modelRanges: extractModelRanges(read),
      badSpectre: extractBadSpectre(read),
      latestMicrocode: extractLatestMicrocode(read),
      amdDigests: extractAmdDigests(read),
      amdCutoffs: extractAmdCutoffs(read),
      disabledFeatures: extractDisabledFeatures(read),
      texts: extractTexts(read),
      mitigationOrder: extractMitigationOrder(read),
    },
    kvm: extractKvm(read, line),
  };
}

/** @returns `6.12.107`, from the head of the kernel's Makefile */
export function releaseOf(makefile: string): string {
  return ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map((name) => new RegExp(`^${name} = (\\d+)$`, 'm').exec(makefile)?.[1] ?? '?').join('.');
}
