import type { IntelHeader } from './intel-header.ts';
import type { LoaderTraits } from './loader-traits.ts';
import type { Flaw } from './update-record.ts';

const LINES: Partial<Readonly<Record<Flaw, string>>> = {
  'truncated-header': 'error! Truncated or inaccessible header in microcode data file',
  'total-size-too-small': 'error! Bad data in microcode data file (totalsize too small)',
  'truncated-file': 'error! Bad data in microcode data file (truncated file?)',
  'data-size-too-large': 'Error: bad microcode data file size.',
  'truncated-signature-table': 'Error: truncated extended signature table.',
  'signature-table-size-mismatch': 'Error: extended signature table size mismatch.',
  'bad-table-checksum': 'Bad extended signature table checksum, aborting.',
  'bad-data-checksum': 'Bad microcode data checksum, aborting.',
  'bad-signature-checksum': 'Bad extended signature checksum, aborting.',
};

/**
 * The line a kernel prints for the flaw it stops at.
 * @param flaw the first flaw of a file
 * @param header the header of the update that has it
 * @param traits of the kernel line
 * @source cpu/microcode/intel.c intel_microcode_sanity_check(), parse_microcode_blobs()
 */
export function intelFlawLog(flaw: Flaw, header: IntelHeader, traits: LoaderTraits): string[] {
  if (flaw === 'unknown-header-version') {
    const type = traits.namesHeaderType ? ` Header type ${header.headerVersion | 0}` : '';
    return [`microcode: Error: invalid/unknown microcode update format.${type}`];
  }
  const line = LINES[flaw];
  return line === undefined ? [] : [`microcode: ${line}`];
}
