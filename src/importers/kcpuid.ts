import type { Collector } from './core/collector.ts';
import type { ProblemList } from './core/problems.ts';
import { importRegisters, type RegisterFormat } from './core/register-dump.ts';
import { countLines, headOf, lines } from './core/text.ts';
import type { Importer } from './types.ts';

const W = '0x([0-9a-f]{1,8})';
const WORDS = `EAX=${W},\\s*EBX=${W},\\s*ECX=${W},\\s*EDX=${W}\\s*$`;
/** `0x00000001: EAX=0x.., ..`, and below `0x00000004: subleafs:` lines that begin with the subleaf in decimal. */
const LEAF_ROW = new RegExp(`^${W}:\\s*${WORDS}`, 'i');
const SUBLEAF_HEADING = new RegExp(`^${W}:\\s*subleafs:\\s*$`, 'i');
const SUBLEAF_ROW = new RegExp(`^\\s*(\\d{1,5}):\\s*${WORDS}`, 'i');
const MEANT_AS_ROW = /^\s*(0x[0-9a-f]+|\d+):(\s|$)/i;

const word = (text: string | undefined): number => Number.parseInt(text ?? '0', 16);

function read(text: string, into: Collector, problems: ProblemList): void {
  let leaf: number | null = null;
  for (const line of lines(text)) {
    const row = LEAF_ROW.exec(line.text) ?? SUBLEAF_ROW.exec(line.text);
    const hasLeaf = /^0x/i.test(line.text);
    if (row && (hasLeaf || leaf !== null)) {
      const words = { eax: word(row[2]), ebx: word(row[3]), ecx: word(row[4]), edx: word(row[5]) };
      into.row(hasLeaf ? word(row[1]) : (leaf ?? 0), hasLeaf ? 0 : Number(row[1]), words, line.number);
      continue;
    }
    const heading = SUBLEAF_HEADING.exec(line.text);
    if (heading) leaf = word(heading[1]);
    else if (MEANT_AS_ROW.test(line.text)) problems.at('damaged-row', line.number, '0x00000007: EAX=0x.., EBX=0x.., ECX=0x.., EDX=0x..', line.text.trim());
  }
}

const format: RegisterFormat = {
  id: 'kcpuid',
  rowText: 'rows like 0x00000001: EAX=0x00000000, EBX=0x00000000, ECX=0x00000000, EDX=0x00000000',
  cannotCarry: [
    'more than one CPU',
    'leaves and subleaves whose registers are all zero (kcpuid leaves them out)',
    'MSR values',
    'the microcode revision',
    'the platform id',
    'kernel and command line',
  ],
  read,
  facts: () => ({ withoutZeros: true }),
};

/** Output of `kcpuid -r` (tools/arch/x86/kcpuid of the kernel). */
export const kcpuid: Importer = {
  id: 'kcpuid',
  title: 'kcpuid -r (kernel tools)',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    const rows = countLines(head, LEAF_ROW);
    return rows >= 2 ? 0.95 : rows === 1 ? 0.6 : 0;
  },
  import: (input) => importRegisters(format, input),
};
