import type { Collector } from './core/collector.ts';
import type { ProblemList } from './core/problems.ts';
import { importRegisters, type RegisterFormat } from './core/register-dump.ts';
import { countLines, headOf, lines } from './core/text.ts';
import type { Importer } from './types.ts';

const W = '0x([0-9a-fA-F]{1,8})';
/** `   0x00000004 0x01: eax=0x00000122 ebx=0x01c0003f ecx=0x0000003f edx=0x00000000`; the oldest versions give no subleaf. */
const ROW = new RegExp(`^\\s*${W}(?:\\s+${W})?\\s*:\\s*eax=${W}\\s+ebx=${W}\\s+ecx=${W}\\s+edx=${W}\\s*$`);
const HEADING = /^\s*CPU\s*(\d{1,6})?\s*:\s*$/;
const MEANT_AS_ROW = /^\s*0x[0-9a-f]+(\s+0x[0-9a-f]*)?\s*(:|$)/i;

const word = (text: string | undefined): number => Number.parseInt(text ?? '0', 16);

function read(text: string, into: Collector, problems: ProblemList): void {
  for (const line of lines(text)) {
    const row = ROW.exec(line.text);
    if (row) {
      const subleaf = row[2] === undefined ? null : word(row[2]);
      into.row(word(row[1]), subleaf, { eax: word(row[3]), ebx: word(row[4]), ecx: word(row[5]), edx: word(row[6]) }, line.number);
      continue;
    }
    const heading = HEADING.exec(line.text);
    if (heading) into.heading(heading[1] === undefined ? null : Number(heading[1]));
    else if (MEANT_AS_ROW.test(line.text)) problems.at('damaged-row', line.number, '0x00000007 0x00: eax=0x.. ebx=0x.. ecx=0x.. edx=0x..', line.text.trim());
  }
}

const format: RegisterFormat = {
  id: 'cpuid',
  rowText: 'rows like 0x00000007 0x00: eax=0x00000000 ebx=0x00000000 ecx=0x00000000 edx=0x00000000',
  cannotCarry: ['MSR values', 'the microcode revision', 'the platform id', 'kernel and command line'],
  read,
};

/** Output of `cpuid -r` and `cpuid -1 -r` (etallen.com). */
export const etallen: Importer = {
  id: 'cpuid',
  title: 'cpuid -r (etallen)',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    const rows = countLines(head, ROW);
    if (rows >= 2) return 0.95;
    return rows === 1 || countLines(head, /^\s*0x[0-9a-f]{8} 0x[0-9a-f]{2}: *eax=/i, 1) === 1 ? 0.5 : 0;
  },
  import: (input) => importRegisters(format, input),
};
