import { parseHex32 } from '../base/hex.ts';
import type { Problem } from '../base/problem.ts';
import type { BlobEffect } from '../data/contract/blob.ts';
import { LIMITS, problemList } from './limits.ts';

const REGISTERS = ['eax', 'ebx', 'ecx', 'edx'] as const;
const CPUID_BIT = /^cpuid:([0-9a-f]{1,8})\.([0-9a-f]{1,8})\.(eax|ebx|ecx|edx)\[(\d|[12]\d|3[01])\]$/;
const MSR = /^0x[0-9a-f]{1,8}$/i;

/** Effects that were read from a metadata file. */
export interface Metadata {
  readonly effects: readonly BlobEffect[];
  readonly problems: readonly Problem[];
}

/** A metadata file's text, and what it had no words for. */
export interface PrintedMetadata {
  readonly text: string;
  /** Effects, or the part of them that was lost: values, single MSR bits, whole registers, behaviours. */
  readonly notCarried: readonly BlobEffect[];
}

/**
 * Reads the `.metadata` text form proposed in April 2020: `m + 0x00000122` (an MSR comes or goes), and
 * `c + leaf subleaf eax ebx ecx edx` (CPUID bits come or go, as masks). Empty lines and `#` comments are skipped.
 * @param text the file
 * @returns effects in the order of lines, registers, bits; a problem for each line that is neither
 * @source Documentation/x86/microcode.rst in the RFC "Microcode late loading feature identification"
 */
export function parseMetadata(text: string): Metadata {
  const list = problemList();
  const effects: BlobEffect[] = [];
  text.split('\n').forEach((line, index) => {
    const bare = line.replace(/#.*/, '').trim();
    if (bare === '') return;
    const read = parseLine(bare);
    if (read === null)
      list.add({
        code: 'bad-metadata-line',
        path: `line ${index + 1}`,
        expected: '`m +|- index` or `c +|- leaf subleaf eax ebx ecx edx`, hexadecimal',
        got: bare.slice(0, 80),
      });
    else if (effects.length < LIMITS.effects) effects.push(...read);
    else list.add({ code: 'too-many-effects', path: `line ${index + 1}`, expected: `at most ${LIMITS.effects} changed bits`, got: 'more, left out' });
  });
  return { effects, problems: list.problems };
}

function parseLine(line: string): BlobEffect[] | null {
  const head = /^([mc])\s*([+-])\s*(.*)$/.exec(line);
  if (head === null) return null;
  const numbers = (head[3] ?? '').split(/\s+/).map((word) => parseHex32(/^0x/i.test(word) ? word.toLowerCase() : `0x${word}`));
  const comes = head[2] === '+';
  if (numbers.includes(null)) return null;
  const values = numbers as number[];
  if (head[1] === 'm') return values.length === 1 ? [{ msr: `0x${values[0]?.toString(16)}`, exists: comes }] : null;
  if (values.length !== 6) return null;
  const [leaf = 0, subleaf = 0, ...masks] = values;
  return masks.flatMap((mask, register) =>
    bitsOf(mask).map(
      (bit): BlobEffect => ({ bit: `cpuid:${leaf.toString(16)}.${subleaf.toString(16)}.${REGISTERS[register]}[${bit}]`, change: comes ? 'set' : 'clear' }),
    ),
  );
}

const bitsOf = (mask: number): number[] => Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => ((mask >>> bit) & 1) === 1);

/** A `c` line that is still being filled: bits may join while they come in the order in which they will be read back. */
interface OpenLine {
  readonly key: string;
  readonly masks: number[];
  last: number;
}

/**
 * Writes effects as a metadata file. Reading the text back gives the same effects in the same order, without their
 * notes: the form has no place for source, confidence or time.
 * @param effects of a blob descriptor
 * @returns the text, and the effects it cannot carry
 */
export function printMetadata(effects: readonly BlobEffect[]): PrintedMetadata {
  const lines: string[] = [];
  const notCarried: BlobEffect[] = [];
  let open: OpenLine | null = null;
  const close = (): void => {
    if (open !== null) lines.push(`c ${open.key} ${open.masks.map(word).join(' ')}`);
    open = null;
  };
  for (const effect of effects) {
    const bit = cpuidBit(effect);
    if (bit !== null) {
      if (open === null || (open as OpenLine).key !== bit.key || bit.place <= (open as OpenLine).last) {
        close();
        open = { key: bit.key, masks: [0, 0, 0, 0], last: -1 };
      }
      const line: OpenLine = open;
      line.masks[bit.place >> 5] = ((line.masks[bit.place >> 5] ?? 0) | (1 << (bit.place & 31))) >>> 0;
      line.last = bit.place;
    } else if ('msr' in effect && effect.exists !== undefined && MSR.test(effect.msr)) {
      close();
      lines.push(`m ${effect.exists ? '+' : '-'} ${word(Number(effect.msr))}`);
      if (effect.value !== undefined || effect.writable !== undefined) notCarried.push(effect);
    } else notCarried.push(effect);
  }
  close();
  return { text: lines.map((line) => `${line}\n`).join(''), notCarried };
}

const word = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** Place counts the bits of eax, ebx, ecx and edx from 0 to 127. */
function cpuidBit(effect: BlobEffect): { key: string; place: number } | null {
  const match = 'bit' in effect ? CPUID_BIT.exec(effect.bit) : null;
  if (match === null || !('bit' in effect)) return null;
  const [, leaf = '0', subleaf = '0', register = 'eax', bit = '0'] = match;
  const place = REGISTERS.indexOf(register as (typeof REGISTERS)[number]) * 32 + Number(bit);
  const subleafWord = `0x${Number.parseInt(subleaf, 16).toString(16).padStart(2, '0')}`;
  return { key: `${effect.change === 'set' ? '+' : '-'} ${word(Number.parseInt(leaf, 16))} ${subleafWord}`, place };
}
