import type { KernelTables, KvmTables, KvmWord, Register } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import type { CapWord } from './kvm-state.ts';

/** Leaves of which KVM names the subleaf. */
const INDEXED: readonly number[] = [0x7, 0xd, 0x12, 0x14, 0x1e, 0x24];

/** A CPUID register by its parts. */
export interface RegisterName {
  readonly leaf: number;
  readonly subleaf: number;
  readonly register: Register;
  /** As the trace calls it. */
  readonly ref: string;
  /** Sorts by leaf, subleaf, EAX to EDX. */
  readonly place: number;
}

/** The names of the tables, taken apart once. */
const parsed = new Map<string, RegisterName>();

/** @returns `7.0.edx` or `80000001.ecx` taken apart. */
export function parseRegister(name: string): RegisterName {
  const known = parsed.get(name);
  if (known) return known;
  const parts = name.split('.');
  const leaf = Number.parseInt(parts[0] ?? '0', 16);
  const subleaf = parts.length === 3 ? Number(parts[1]) : 0;
  const register = parts.at(-1) as Register;
  const place = leaf * 1024 + subleaf * 4 + ['eax', 'ebx', 'ecx', 'edx'].indexOf(register);
  const made = { leaf, subleaf, register, ref: `cpuid:${leaf.toString(16)}.${subleaf}.${register}`, place };
  parsed.set(name, made);
  return made;
}

function registerName(leaf: number, subleaf: number, register: Register): string {
  return INDEXED.includes(leaf) ? `${leaf.toString(16)}.${subleaf}.${register}` : `${leaf.toString(16)}.${register}`;
}

interface CapPlace {
  readonly register: string;
  readonly bit: number;
}

/** Where each feature stands in kvm_cpu_caps, and which kernel word stands behind a register. */
interface CapPlaces {
  readonly places: ReadonlyMap<string, CapPlace>;
  readonly kernelWords: ReadonlyMap<string, number>;
}

const cache = new WeakMap<KvmTables, CapPlaces>();

/** __feature_translate() of kvm/reverse_cpuid.h: a name of KVM's own word goes before the kernel's scattered bit of that name. */
function capPlaces(tables: KernelTables, kvm: KvmTables): CapPlaces {
  const known = cache.get(kvm);
  if (known) return known;
  const kernelWords = new Map<string, number>();
  const byWord = new Map<number, string>();
  for (const [word, leaf, subleaf, register] of tables.words) {
    const name = registerName(leaf, subleaf, register);
    kernelWords.set(name, word);
    byWord.set(word, name);
  }
  // Centaur's and Zhaoxin's word is filled by their own code: its number is that of the features in it.
  const bits = new Map(tables.features.map(([feature, bit]) => [feature, bit]));
  for (const { register, kernelDefined, bits: own } of kvm.words) {
    const bit = bits.get(own[0]?.[0] ?? '');
    if (!kernelDefined || kernelWords.has(register) || bit === undefined) continue;
    kernelWords.set(register, bit >>> 5);
    byWord.set(bit >>> 5, register);
  }
  const places = new Map<string, CapPlace>();
  for (const [feature, bit] of tables.features) {
    const register = byWord.get(bit >>> 5);
    if (register !== undefined) places.set(feature, { register, bit: bit & 31 });
  }
  for (const word of kvm.words) if (!word.kernelDefined) for (const [feature, bit] of word.bits) places.set(feature, { register: word.register, bit });
  const made = { places, kernelWords };
  cache.set(kvm, made);
  return made;
}

/** kvm_cpu_caps while a module sets it up. */
export interface CapWords {
  readonly places: CapPlaces;
  readonly rows: Map<string, { -readonly [K in keyof CapWord]: CapWord[K] }>;
}

function rawRegister(b: Boot, silicon: Silicon, name: string): number {
  const { leaf, subleaf, register, ref } = parseRegister(name);
  // Newer lines do not ask for leaves that the CPU does not have (raw_cpuid_get()).
  if (b.trait('kvm-cap-kinds') && cpuidOf(silicon, (leaf & 0xffff0000) >>> 0, 0).eax < leaf) return 0;
  const value = cpuidOf(silicon, leaf, subleaf)[register];
  b.trace.read(ref, value, -1);
  return value;
}

/** One mask for all: what the kernel holds, KVM knows and CPUID says (kvm_cpu_cap_mask(), kvm_cpu_cap_init_kvm_defined()). */
function maskedWord(b: Boot, word: KvmWord, boot: number | null, raw: number): { mask: number; value: number } {
  let mask = 0;
  for (const [feature, bit, kind] of word.bits) if (kind !== 'SCATTERED_F' || b.has(feature)) mask |= 1 << bit;
  return { mask: mask >>> 0, value: ((boot ?? 0xffffffff) & mask & raw) >>> 0 };
}

/** Each bit says how it is meant (kvm_cpu_cap_init() and its feature initializers). */
function kindsWord(b: Boot, word: KvmWord, boot: number | null, raw: number): { mask: number; value: number } {
  let [features, passthrough, synthesized, emulated] = [0, 0, 0, 0];
  for (const [feature, bit, kind] of word.bits) {
    const mask = 1 << bit;
    if (kind === 'VENDOR_F' || kind === 'RUNTIME_F') continue;
    if ((kind !== 'SCATTERED_F' && kind !== 'SYNTHESIZED_F') || b.has(feature)) features |= mask;
    if (kind === 'PASSTHROUGH_F') passthrough |= mask;
    if (kind === 'SYNTHESIZED_F') synthesized |= mask;
    if (kind === 'EMULATED_F') emulated |= mask;
  }
  const held = ((features & (boot ?? 0xffffffff)) | passthrough) & (raw | synthesized);
  return { mask: features >>> 0, value: (held | emulated) >>> 0 };
}

/**
 * The words of kvm_cpu_caps before any vendor adds or takes: KVM's mask, boot_cpu_data as it stands, raw CPUID of this moment
 * (kvm/cpuid.c kvm_set_cpu_caps(), newer kvm_initialize_cpu_caps()).
 */
export function initialCaps(b: Boot, tables: KvmTables, silicon: Silicon): CapWords {
  const places = capPlaces(b.tables, tables);
  const caps: CapWords = { places, rows: new Map() };
  const shape = b.trait('kvm-cap-kinds') ? kindsWord : maskedWord;
  for (const word of tables.words) {
    const index = word.kernelDefined ? places.kernelWords.get(word.register) : undefined;
    const boot = index === undefined ? null : (b.cpu.words[index] ?? 0);
    const raw = rawRegister(b, silicon, word.register);
    // A kernel word that the kernel's table does not have cannot hold anything.
    const { mask, value } = shape(b, word, word.kernelDefined ? (boot ?? 0) : null, raw);
    caps.rows.set(word.register, { register: word.register, kernelDefined: word.kernelDefined, mask, boot, raw, value });
  }
  return caps;
}

/** kvm_cpu_cap_set(); a feature this line does not know changes nothing. */
export function setCap(caps: CapWords, feature: string): void {
  const place = caps.places.places.get(feature);
  if (place !== undefined) setCapBit(caps, place.register, place.bit);
}

/** The same by register and bit, for bits that some line has no name for. */
export function setCapBit(caps: CapWords, register: string, bit: number): void {
  const row = caps.rows.get(register);
  if (row) row.value = (row.value | (1 << bit)) >>> 0;
}

/** kvm_cpu_cap_clear(). */
export function clearCap(caps: CapWords, feature: string): void {
  const place = caps.places.places.get(feature);
  const row = place && caps.rows.get(place.register);
  if (row && place) row.value = (row.value & ~(1 << place.bit)) >>> 0;
}

/** kvm_cpu_cap_has(). */
export function hasCap(caps: CapWords, feature: string): boolean {
  const place = caps.places.places.get(feature);
  const row = place && caps.rows.get(place.register);
  return row !== undefined && place !== undefined && ((row.value >>> place.bit) & 1) === 1;
}

/** kvm_cpu_cap_check_and_set(): only where boot_cpu_data has it. */
export function checkAndSet(b: Boot, caps: CapWords, feature: string): void {
  if (b.has(feature)) setCap(caps, feature);
}
