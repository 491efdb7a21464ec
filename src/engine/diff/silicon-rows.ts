import { cpuidBits, msrBits, msrNames } from '../../data/bits/index.ts';
import type { KernelTables } from '../../data/kernels/types.ts';
import { capsNow } from '../features/index.ts';
import type { Machine } from '../model/machine.ts';
import type { SiliconRow } from '../model/report.ts';
import { cpuidRef } from '../silicon/refs.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { bitsThatDiffer } from './causes.ts';

const names = new Map<string, string>();

/** @returns the name of a CPUID or MSR bit, or null for one that nobody has named. */
export function bitName(ref: string): string | null {
  if (names.size === 0) for (const row of [...cpuidBits, ...msrBits]) names.set(row.ref, row.name);
  return names.get(ref) ?? null;
}

/** Capability bit of each CPUID bit that the kernel of these tables looks at. */
function capOf(tables: KernelTables, ref: string): number | null {
  for (const [word, leaf, subleaf, register] of tables.words)
    if (ref.startsWith(`${cpuidRef(leaf, subleaf, register)}[`)) return word * 32 + Number(ref.slice(ref.indexOf('[') + 1, -1));
  const scattered = tables.scattered.find(([, register, bit, leaf, subleaf]) => ref === cpuidRef(leaf, subleaf, register, bit));
  return scattered ? (tables.features.find(([name]) => name === scattered[0])?.[1] ?? null) : null;
}

function differences(before: Silicon, after: Silicon): { ref: string; before: string; after: string }[] {
  const rows: { ref: string; before: string; after: string }[] = [];
  for (const key of new Set([...before.cpuid.keys(), ...after.cpuid.keys()])) {
    const [leaf, subleaf] = [Math.floor(key / 256), key % 256];
    for (const register of ['eax', 'ebx', 'ecx', 'edx'] as const)
      rows.push(...bitsThatDiffer({ kind: 'cpuid', leaf, subleaf, register, bit: null }, before, after));
  }
  for (const index of new Set([...before.msrs.keys(), ...after.msrs.keys()]))
    if (index !== MSR_IA32_UCODE_REV) rows.push(...bitsThatDiffer({ kind: 'msr', index, bit: null }, before, after));
  return rows;
}

/** The revision stands in every report already, and no feature hangs on the MSR that shows it. */
const MSR_IA32_UCODE_REV = 0x8b;

function typed(value: string): boolean | string {
  return value === '0' ? false : value === '1' ? true : value;
}

/** MSRs that answer another set of writes than before: no bit reads differently, so no list of bits shows them. */
function writableRows(before: Silicon, after: Silicon): SiliconRow[] {
  const rows: SiliconRow[] = [];
  for (const [index, bits] of after.msrWritable) {
    const was = before.msrWritable.get(index);
    if (was === bits) continue;
    const ref = `writable:${index.toString(16)}`;
    const name = msrNames[index.toString(16)] ?? null;
    rows.push({
      ref,
      name,
      before: was === undefined ? null : `0x${was.toString(16)}`,
      after: `0x${bits.toString(16)}`,
      noticedByKernel: false,
      blindSpot: 'msr',
    });
  }
  return rows;
}

/** What an update changes that no register shows. */
function behaviourRows(before: Silicon, after: Silicon): SiliconRow[] {
  return Object.keys(after.behaviours)
    .filter((name) => after.behaviours[name] !== before.behaviours[name])
    .map((name) => ({
      ref: `behaviour:${name}`,
      name: null,
      before: before.behaviours[name] ?? false,
      after: after.behaviours[name]!,
      noticedByKernel: false,
      blindSpot: 'not-enumerated',
    }));
}

/**
 * Every bit of the boot CPU's silicon that the load changed, and whether microcode_check() sees it: it compares capability words, with the
 * forced bits laid over both sides (cpu/common.c).
 */
export function siliconRows(before: Machine, late: Machine): SiliconRow[] {
  const [one, other] = [before.threads[0]!.silicon, late.threads[0]!.silicon];
  if (one === other) return [];
  const b = before.kernel;
  const [was, is] = [capsNow(b, one), capsNow(b, other)];
  const seen = (bit: number): boolean => (((was[bit >>> 5]! ^ is[bit >>> 5]!) >>> (bit & 31)) & 1) === 1;
  const rows: SiliconRow[] = differences(one, other).map(({ ref, before: value, after }) => {
    const bit = ref.startsWith('cpuid:') ? capOf(b.tables, ref) : null;
    const noticed = bit !== null && seen(bit);
    const blindSpot = noticed ? null : ref.startsWith('msr:') ? 'msr' : bit === null ? 'no-capability-word' : 'masked';
    return { ref, name: bitName(ref), before: typed(value), after: typed(after), noticedByKernel: noticed, blindSpot };
  });
  return [...rows, ...writableRows(one, other), ...behaviourRows(one, other)];
}
