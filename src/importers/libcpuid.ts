import type { Collector } from './core/collector.ts';
import type { Machine } from './core/machine.ts';
import type { ProblemList } from './core/problems.ts';
import { importRegisters, type RegisterFormat } from './core/register-dump.ts';
import { countLines, headOf, lines } from './core/text.ts';
import type { Importer } from './types.ts';

const W = '([0-9a-f]{8})';
const ROW = new RegExp(`^\\s*(\\w+)\\[(\\d{1,5})\\]=${W}\\s+${W}\\s+${W}\\s+${W}\\s*$`, 'i');
const HEADING = /^_+\s*Logical CPU #(\d{1,6})\s*_+\s*$/;
const MEANT_AS_ROW = /^\s*(basic_cpuid|ext_cpuid|(?:intel|amd)_fn\w+)\b/;

/** Arrays by leaf: the index is the offset from it. */
const LEAVES: Readonly<Record<string, number>> = { basic_cpuid: 0, ext_cpuid: 0x8000_0000 };
/** Older files write the leaf in decimal and without `h`. */
const FUNCTION = /^(?:intel|amd)_fn([0-9a-f]+)(h?)$/i;

const word = (text: string | undefined): number => Number.parseInt(text ?? '0', 16);

/** The leaf whose subleaves an `intel_fn4`, `intel_fn12h` or `amd_fn8000001dh` array holds. */
function functionLeaf(name: string): number | null {
  const match = FUNCTION.exec(name);
  if (!match) return null;
  return match[2] === '' ? Number(match[1]) : word(match[1]);
}

function read(text: string, into: Collector, problems: ProblemList): void {
  for (const line of lines(text)) {
    const row = ROW.exec(line.text);
    const name = row?.[1] ?? '';
    const words = row ? { eax: word(row[3]), ebx: word(row[4]), ecx: word(row[5]), edx: word(row[6]) } : null;
    const base = Object.hasOwn(LEAVES, name) ? LEAVES[name] : undefined;
    const leaf = functionLeaf(name);
    if (words && base !== undefined) into.row(base + Number(row?.[2]), 0, words, line.number);
    else if (words && leaf !== null && Number.isSafeInteger(leaf)) into.row(leaf, Number(row?.[2]), words, line.number);
    else {
      const heading = HEADING.exec(line.text);
      if (heading) into.heading(Number(heading[1]));
      else if (MEANT_AS_ROW.test(line.text)) problems.at('damaged-row', line.number, 'basic_cpuid[0]=0000000d 756e6547 6c65746e 49656e69', line.text.trim());
    }
  }
}

/** The arrays have a fixed length: a CPU answers the leaves beyond its highest with those of the highest, or with zeros. */
function dropBeyondMaximum(machines: readonly Machine[]): void {
  for (const cpu of machines.flatMap((machine) => machine.cpus)) {
    const rows = [...cpu.rows];
    const maximum = (range: number): number => {
      const eax = rows.find(([, row]) => row.leaf === range && row.subleaf === 0)?.[1].eax;
      return eax === undefined || eax >>> 16 !== range >>> 16 ? -1 : eax;
    };
    const basic = maximum(0);
    const extended = maximum(0x8000_0000);
    for (const [key, row] of rows) if (row.leaf > (row.leaf < 0x8000_0000 ? basic : extended)) cpu.rows.delete(key);
  }
}

const format: RegisterFormat = {
  id: 'libcpuid',
  rowText: 'rows like basic_cpuid[0]=0000000d 756e6547 6c65746e 49656e69',
  cannotCarry: [
    'subleaves other than those of leaves 4, 0xb, 0x12, 0x14, 0x8000001d and 0x80000026, such as 7.1, 7.2 and 0xd.1',
    'MSR values',
    'the microcode revision',
    'the platform id',
    'kernel and command line',
  ],
  read,
  finish: dropBeyondMaximum,
};

/** Raw dumps of libcpuid (`cpuid_tool --save`), and its tests: raw dump, a line of dashes, the answers. */
export const libcpuid: Importer = {
  id: 'libcpuid',
  title: 'libcpuid raw dump',
  detect: (input) => (input.files[0] && countLines(headOf(input.files[0]), /^\s*basic_cpuid\[\d+\]=/, 1) === 1 ? 0.95 : 0),
  import: (input) => importRegisters(format, input),
};
