import type { Collector } from './core/collector.ts';
import type { Machine } from './core/machine.ts';
import type { ProblemList } from './core/problems.ts';
import { importRegisters, type RegisterFormat } from './core/register-dump.ts';
import { countLines, headOf, lines } from './core/text.ts';
import type { Importer } from './types.ts';

const H = '([0-9A-F]{8})';
const Q = '([0-9A-F]{4})';
/** Colon, tab or blanks behind the leaf; hyphens or blanks between the words; anything behind. */
const CPUID_ROW = new RegExp(`^\\s*CPUID\\s+${H}\\s*:?\\s*${H}[-\\s]+${H}[-\\s]+${H}[-\\s]+${H}(?![0-9A-F])(.*)$`, 'i');
const MSR_ROW = new RegExp(`^\\s*MSR\\s+${H}\\s*:?\\s*(?:${Q}-${Q}-${Q}-${Q}(?![0-9A-F])|<\\s*FAILED\\s*>)`, 'i');
const SUBLEAF = /\[SL\s*([0-9A-F]{1,8})\]/i;
/** `CPUID Registers / Logical CPU #0`, `Logical CPU #0`, `CPUID Registers (CPU #1 Virtual):`. */
const HEADING = /\b(?:Logical\s+CPU\s*#|Registers\s*\(CPU\s*#)(\d{1,6})\b(?!\.)/i;
/** `CPU#001 AffMask: 0x0000000000000002`: some versions number every CPU 0, so a mask with one bit says which; groups have several masks. */
const MASK_HEADING = /^\s*CPU#(\d{1,6})\s+AffMask:\s*(?:0x([0-9a-f]{1,16})(?![0-9a-f:]))?/i;
const GROUP_HEADING = /^\s*Group:\s*0x[0-9a-f]+\s+Affinity mask:/i;
const MSR_HEADING = /\bMSR Registers\b/i;
/** A word that can only be the beginning of a row: a row was meant, and is damaged. */
const MEANT_AS_ROW = /^\s*(CPUID|MSR)\s+(?=[0-9A-F]*[0-9])[0-9A-F]{1,9}\s*(?:[:\t<]|$|\s+[0-9A-F]{4,8}\b|\s*[^\s\w])/i;

const word = (text: string | undefined): number => Number.parseInt(text ?? '0', 16);

function cpuOfMask(mask: string | undefined): number | null {
  const bits = mask === undefined ? 0n : BigInt(`0x${mask}`);
  return bits > 0n && (bits & (bits - 1n)) === 0n ? bits.toString(2).length - 1 : null;
}

function readHeading(text: string, into: Collector): boolean {
  const heading = HEADING.exec(text);
  const masked = MASK_HEADING.exec(text);
  if (heading) into.heading(Number(heading[1]));
  else if (masked) into.heading(cpuOfMask(masked[2]) ?? Number(masked[1]));
  else if (GROUP_HEADING.test(text)) into.heading(null);
  else if (MSR_HEADING.test(text)) into.commonMsrs();
  else return false;
  return true;
}

function read(text: string, into: Collector, problems: ProblemList): void {
  for (const line of lines(text)) {
    const row = CPUID_ROW.exec(line.text);
    if (row) {
      const subleaf = SUBLEAF.exec(row[6] ?? '');
      into.row(word(row[1]), subleaf ? word(subleaf[1]) : null, { eax: word(row[2]), ebx: word(row[3]), ecx: word(row[4]), edx: word(row[5]) }, line.number);
      continue;
    }
    const msr = MSR_ROW.exec(line.text);
    if (msr) {
      into.msr(word(msr[1]), msr[2] === undefined ? null : BigInt(`0x${msr[2]}${msr[3]}${msr[4]}${msr[5]}`));
      continue;
    }
    if (readHeading(line.text, into)) continue;
    const damaged = MEANT_AS_ROW.exec(line.text);
    if (damaged) {
      const expected = /msr/i.test(damaged[1] ?? '')
        ? 'MSR 00000017: 0000-0000-0000-0000 or < FAILED >'
        : 'CPUID 00000007: four words of eight hex digits, with - between';
      problems.at('damaged-row', line.number, expected, line.text.trim());
    }
  }
}

/** Old reports count CPUs from 1. */
function fromZero(machines: readonly Machine[]): void {
  for (const { cpus } of machines) {
    const lowest = cpus.reduce((least, { cpu }) => Math.min(least, cpu), Number.MAX_SAFE_INTEGER);
    if (lowest === 1) for (const cpu of cpus) cpu.cpu -= 1;
  }
}

const format: RegisterFormat = {
  id: 'aida64',
  rowText: 'rows like CPUID 00000007: 00000002-239C27EB-9AC027AC-FC1C4410 [SL 00]',
  cannotCarry: ['kernel and command line', 'whether an MSR that is not listed exists'],
  read,
  finish: fromZero,
};

/** Reports of AIDA64 and EVEREST, as InstLatx64 collects them; the raw text in libcpuid's tests is the same. */
export const aida64: Importer = {
  id: 'aida64',
  title: 'AIDA64 / InstLatx64 text',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    const rows = countLines(head, CPUID_ROW);
    if (rows >= 2) return 0.95;
    return rows === 1 || countLines(head, MEANT_AS_ROW, 1) === 1 ? 0.5 : 0;
  },
  import: (input) => importRegisters(format, input),
};
