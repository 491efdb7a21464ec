import { bit64 } from '../../base/bits.ts';
import { zeroAfterReset } from '../../data/bits/msr-reset.ts';
import type { Register } from '../../data/kernels/types.ts';
import { knowsCpuid, knowsMsr } from '../silicon/knowledge.ts';
import { cpuidOf, msrOf, type Registers, type Silicon } from '../silicon/silicon.ts';
import { unknownCpuidRef } from '../silicon/unknown-bits.ts';
import type { Cpu } from './cpu.ts';
import { KernelState } from './kernel-state.ts';

/** @returns what an MSR holds after a reset, null where reading it faults, undefined where nobody knows. */
function heldMsr(silicon: Silicon, index: number): bigint | null | undefined {
  const value = msrOf(silicon, index);
  return value === undefined && zeroAfterReset.has(index) ? 0n : value;
}

/** What a kernel asks of the silicon: CPUID, MSRs, the revision, and what it finds out by trying. */
export class SiliconQuestions extends KernelState {
  /** CPUID, the whole leaf; not recorded: use cpuidBit() or cpuidRegister() where a decision hangs on it. */
  cpuid(leaf: number, subleaf = 0, cpu: Cpu = this.cpu): Registers {
    return cpuidOf(cpu.silicon, leaf, subleaf);
  }

  /**
   * @param bit of the register, or null for all of it
   * @returns whether the profile says what CPUID answers; if not, that is noted
   */
  knowsCpuid(leaf: number, subleaf: number, register: Register, bit: number | null, cpu: Cpu = this.cpu): boolean {
    const known = knowsCpuid(cpu.silicon, leaf, subleaf, register, bit);
    if (!known) this.trace.unknown.add(unknownCpuidRef(cpu.silicon, leaf, subleaf, register, bit));
    return known;
  }

  cpuidRegister(leaf: number, subleaf: number, register: Register, cpu: Cpu = this.cpu): number {
    const value = cpuidOf(cpu.silicon, leaf, subleaf)[register];
    this.knowsCpuid(leaf, subleaf, register, null, cpu);
    this.trace.read(`cpuid:${leaf.toString(16)}.${subleaf.toString(16)}.${register}`, value, -1);
    return value;
  }

  cpuidBit(leaf: number, subleaf: number, register: Register, bit: number, cpu: Cpu = this.cpu): boolean {
    const value = ((cpuidOf(cpu.silicon, leaf, subleaf)[register] >>> bit) & 1) === 1;
    this.knowsCpuid(leaf, subleaf, register, bit, cpu);
    this.trace.read(`cpuid:${leaf.toString(16)}.${subleaf.toString(16)}.${register}[${bit}]`, value, -1);
    return value;
  }

  /**
   * What RDMSR gives now, writes of this kernel included; null: it faults. An unknown MSR counts as faulting, and is noted as unknown, but for
   * those that hold zero after every reset.
   */
  private rawMsr(index: number, cpu: Cpu, bit: number | null = null): bigint | null {
    const own = cpu === this.cpu ? this.written.get(index) : undefined;
    if (own !== undefined) return own;
    const value = heldMsr(cpu.silicon, index);
    if (value === undefined) this.trace.unknown.add(`msr:${index.toString(16)}`);
    else if (cpu.silicon.msrKnown.has(index) && !knowsMsr(cpu.silicon, index, bit))
      this.trace.unknown.add(`msr:${index.toString(16)}${bit === null ? '' : `[${bit}]`}`);
    return value ?? null;
  }

  /** rdmsrl_safe(): the value, or null when the read faults. */
  msr(index: number, cpu: Cpu = this.cpu): bigint | null {
    const value = this.rawMsr(index, cpu);
    this.trace.read(`msr:${index.toString(16)}`, value, -1);
    return value;
  }

  /** @returns a bit of an MSR; false where the read faults. */
  msrBit(index: number, bit: number, cpu: Cpu = this.cpu): boolean {
    const raw = this.rawMsr(index, cpu, bit);
    const value = raw !== null && bit64(raw, bit);
    this.trace.read(`msr:${index.toString(16)}[${bit}]`, value, -1);
    return value;
  }

  /** @returns whether the profile says anything of the MSR: its value, that it faults, or what a write of it takes. */
  knowsMsr(index: number, cpu: Cpu = this.cpu): boolean {
    return heldMsr(cpu.silicon, index) !== undefined || cpu.silicon.msrWritable.has(index);
  }

  /** wrmsrl_safe(): would a write of these bits be taken? An MSR of which the profile says nothing takes what it can be read as. */
  msrAccepts(index: number, bits: bigint, cpu: Cpu = this.cpu): boolean {
    const writable = cpu.silicon.msrWritable.get(index);
    const held = heldMsr(cpu.silicon, index);
    const value = writable === undefined ? held != null : (bits & ~writable) === 0n;
    if (writable === undefined && held === undefined) this.trace.unknown.add(`msr:${index.toString(16)}`);
    this.trace.read(`writable:${index.toString(16)}`, value, -1);
    return value;
  }

  /** wrmsrl(): what later reads on the boot CPU see. */
  writeMsr(index: number, value: bigint): void {
    this.written.set(index, value);
  }

  /** The microcode revision in force: intel_get_microcode_revision(), MSR_AMD64_PATCH_LEVEL. */
  revision(cpu: Cpu = this.cpu): number {
    if (!cpu.silicon.revisionKnown) this.trace.unknown.add('revision');
    this.trace.read('revision', cpu.revision, -1);
    return cpu.revision;
  }

  /**
   * Whether the revision is older than one that cures something. A revision that nobody knows counts as new enough: the kernel takes features
   * away from old ones, and what it would leave is noted as unknown.
   */
  olderThan(bound: number, cpu: Cpu = this.cpu): boolean {
    return this.revision(cpu) < bound && cpu.silicon.revisionKnown;
  }

  /** What the kernel finds out by trying; `fallback` where the profile does not say. */
  behaviour(name: string, fallback: boolean, cpu: Cpu = this.cpu): boolean {
    const value = cpu.silicon.behaviours[name] ?? fallback;
    this.trace.read(`behaviour:${name}`, value, -1);
    return value;
  }
}
