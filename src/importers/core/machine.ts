/** What a dump says of one CPUID leaf and subleaf; unsigned 32-bit words. */
export interface Registers {
  readonly leaf: number;
  readonly subleaf: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

/** Rows by `rowKey`. */
export type CpuRows = ReadonlyMap<string, Registers>;

/** MSR index to value; `null`: reading it faults. */
export type Msrs = Map<number, bigint | null>;

/** One logical CPU of a dump. */
export interface CpuDump {
  cpu: number;
  /** Where its first row stands, for problems. */
  readonly line: number;
  readonly rows: Map<string, Registers>;
  readonly msrs: Msrs;
  /** Of rebuilt registers: masks of the bits that are known, set or clear. */
  readonly known?: { readonly rows: CpuRows; readonly msrs: ReadonlyMap<number, bigint> };
}

/** One machine of a dump: its CPUs, and the MSRs that the dump gives to no CPU. */
export interface Machine {
  readonly cpus: CpuDump[];
  readonly msrs: Msrs;
}

/** @returns the key of a leaf and subleaf in `CpuDump.rows`. */
export function rowKey(leaf: number, subleaf: number): string {
  return `${leaf.toString(16)}.${subleaf.toString(16)}`;
}

/** @returns the row of a leaf and subleaf, or undefined. */
export function rowOf(cpu: CpuDump, leaf: number, subleaf = 0): Registers | undefined {
  return cpu.rows.get(rowKey(leaf, subleaf));
}

const ascii = (words: readonly number[]): string =>
  words.map((word) => String.fromCharCode(word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24)).join('');

/** @returns the vendor string of leaf 0, or '' when the dump lacks it. */
export function vendorOf(cpu: CpuDump): string {
  const row = rowOf(cpu, 0);
  return row ? ascii([row.ebx, row.edx, row.ecx]) : '';
}

/** @returns the brand string of leaves 0x80000002 to 4, blanks folded, or ''. */
export function brandOf(cpu: CpuDump): string {
  const rows = [2, 3, 4].map((n) => rowOf(cpu, 0x8000_0000 + n));
  const text = ascii(rows.flatMap((row) => (row ? [row.eax, row.ebx, row.ecx, row.edx] : [])));
  return (text.split('\0')[0] ?? '')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/ +/g, ' ')
    .trim();
}

/**
 * Takes the signature of leaf 1 apart (Intel SDM and AMD APM, CPUID 1 eax; as cpu/common.c x86_family() and x86_model() do).
 * @param eax leaf 1 eax
 * @returns family, model and stepping as /proc/cpuinfo prints them
 */
export function signatureParts(eax: number): { family: number; model: number; stepping: number } {
  const base = (eax >>> 8) & 0xf;
  const family = base === 0xf ? base + ((eax >>> 20) & 0xff) : base;
  return { family, model: family >= 6 ? ((eax >>> 4) & 0xf) | ((eax >>> 12) & 0xf0) : (eax >>> 4) & 0xf, stepping: eax & 0xf };
}

/**
 * Puts family, model and stepping together again: the reverse of signatureParts().
 * @returns leaf 1 eax, without the processor type
 */
export function signatureOf(family: number, model: number, stepping: number): number {
  const base = Math.min(family, 0xf);
  return (((Math.max(family - 0xf, 0) & 0xff) << 20) | ((model & 0xf0) << 12) | (base << 8) | ((model & 0xf) << 4) | (stepping & 0xf)) >>> 0;
}
