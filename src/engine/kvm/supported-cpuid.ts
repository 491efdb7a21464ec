import type { Boot } from '../boot/boot.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import { parseRegister } from './cap-words.ts';
import type { KvmState } from './kvm-state.ts';

const CONSTANT_TSC = 1 << 8;
const FIRST_CENTAUR = 0xc0000000;
const FIRST_EXTENDED = 0x80000000;
/** Below this leaf user space would take a synthesized 0x80000021 for a licence to ask the host. */
const SYNTHESIS_NEEDS = 0x8000001d;

type Held = Pick<KvmState, 'words' | 'pmuEnabled'>;

/** Features without which KVM answers zeros for a whole leaf (kvm/cpuid.c __do_cpuid_func()). */
const LEAF_NEEDS: Readonly<Record<number, readonly [register: string, bit: number]>> = {
  18: ['7.0.ebx', 2],
  20: ['7.0.ebx', 25],
  30: ['7.0.edx', 24],
  36: ['7.1.edx', 19],
  2147483658: ['80000001.ecx', 2],
  2147483679: ['8000001f.eax', 1],
};

function heldBit(held: Held, [register, bit]: readonly [string, number]): boolean {
  return (((held.words.find((word) => word.register === register)?.value ?? 0) >>> bit) & 1) === 1;
}

/** The highest leaf KVM names of each range; KVM's own limit goes before the CPU's. */
function limitOf(b: Boot, silicon: Silicon, leaf: number): number {
  if (leaf >= FIRST_CENTAUR) {
    const named = b.cpu.vendor === 'CENTAUR' || (b.cpu.vendor === 'ZHAOXIN' && b.trait('kvm-zhaoxin-leaves'));
    return named ? Math.min(cpuidOf(silicon, FIRST_CENTAUR, 0).eax, 0xc0000004) : 0;
  }
  if (leaf < FIRST_EXTENDED) return Math.min(cpuidOf(silicon, 0, 0).eax, b.trait('kvm-leaf-24') ? 0x24 : 0x1f);
  const max = Math.min(cpuidOf(silicon, FIRST_EXTENDED, 0).eax, b.trait('kvm-leaf-24') ? 0x80000022 : 0x80000021);
  const synthesized = max >= SYNTHESIS_NEEDS && (b.has('LFENCE_RDTSC') || !b.bug('NULL_SEG'));
  return synthesized ? Math.max(max, 0x80000021) : max;
}

/** Subleaves are named only as far as the CPU goes. */
function subleafNamed(b: Boot, held: Held, silicon: Silicon, leaf: number, subleaf: number): boolean {
  if (subleaf === 0) return true;
  if (leaf === 7) return subleaf <= cpuidOf(silicon, 7, 0).eax;
  if (leaf === 0xd) return b.has('XSAVE');
  return heldBit(held, LEAF_NEEDS[leaf] ?? ['', 0]) && subleaf <= cpuidOf(silicon, leaf, 0).eax;
}

function leafValue(b: Boot, held: Held, silicon: Silicon, register: string, value: number): number {
  const { leaf } = parseRegister(register);
  if (leaf === 0x80000007) return (value & b.cpu.power) >>> 0;
  if (leaf === 0x80000022 && (!held.pmuEnabled || (value & 1) === 0)) return 0;
  const needs = LEAF_NEEDS[leaf];
  if (needs !== undefined && !heldBit(held, needs)) return 0;
  // The AVX10 version stands in the low byte, up to the one that KVM knows.
  return register === '24.0.ebx' ? (value | Math.min(cpuidOf(silicon, 0x24, 0).ebx & 0xff, b.trait('kvm-avx10-2') ? 2 : 1)) >>> 0 : value;
}

/**
 * KVM_GET_SUPPORTED_CPUID as it would answer now: the words held since the load, the leaves the CPU has at this moment.
 * @param held the loaded module
 * @param silicon what CPUID answers now
 * @returns the feature registers by name; a register is absent where KVM does not name its leaf
 */
export function supportedCpuid(b: Boot, held: Held, silicon: Silicon): Record<string, number> {
  const answer: Record<string, number> = {};
  const offer = (register: string, value: number): void => {
    const { leaf, subleaf } = parseRegister(register);
    if (leaf <= limitOf(b, silicon, leaf) && subleafNamed(b, held, silicon, leaf, subleaf)) answer[register] = leafValue(b, held, silicon, register, value);
  };
  for (const word of held.words) offer(word.register, word.value);
  // Leaves without a word of their own: what the CPU says, or nothing.
  offer('14.0.ebx', cpuidOf(silicon, 0x14, 0).ebx);
  if (!held.words.some((word) => word.register === '7.1.ecx')) offer('7.1.ecx', 0);
  if (!held.words.some((word) => word.register === '7.1.edx')) offer('7.1.edx', 0);
  if (!held.words.some((word) => word.register === '80000007.edx')) offer('80000007.edx', cpuidOf(silicon, 0x80000007, 0).edx & CONSTANT_TSC);
  return Object.fromEntries(Object.entries(answer).sort(([one], [other]) => parseRegister(one).place - parseRegister(other).place));
}
