import type { Cpu } from './cpu.ts';
import { SiliconQuestions } from './silicon-questions.ts';

/**
 * What every 64-bit kernel needs: the boot code checks it, and from then on cpu_has() of such a feature is the constant 1, so
 * `clearcpuid=sse2` changes /proc/cpuinfo and nothing else (asm/required-features.h, Kconfig.cpufeatures REQUIRED_MASK).
 */
const REQUIRED_FEATURES: ReadonlySet<string> = new Set(['FPU', 'PAE', 'CX8', 'CMOV', 'FXSR', 'XMM', 'XMM2', 'MSR', 'LM', 'NOPL']);

/** What a kernel asks of capability words: cpu_has() and its family. */
export class CapabilityBits extends SiliconQuestions {
  /** @returns the absolute bit of an X86_FEATURE_ name, -1 where this line has no such feature. */
  featureBit(feature: string): number {
    return this.index.features.get(feature) ?? -1;
  }

  /** @returns the absolute bit of an X86_BUG_ name, -1 where this line has no such bug. */
  bugBit(bug: string): number {
    return this.index.bugs.get(bug) ?? -1;
  }

  protected readBit(bit: number, cpu: Cpu): boolean {
    if (bit < 0) return false;
    const value = ((cpu.words[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
    const from = cpu.origins[bit]!;
    this.trace.read(bit, value, from < 0 && this.left !== null ? (this.left.get(bit) ?? -1) : from);
    return value;
  }

  /**
   * A rule looked at this bit and left it as it is. Recorded only where the profile leaves something open: a bug that is not set because
   * nobody knows an MSR must not look like one that the CPU does not have.
   */
  protected leave(bit: number, rule: string): void {
    if (bit < 0 || this.left === null) return;
    this.readBit(bit, this.cpu);
    this.left.set(bit, this.trace.step(rule));
  }

  /** @see leave; other CPUs than the boot CPU do as it did. */
  leaveFeature(feature: string, rule: string, cpu: Cpu = this.cpu): void {
    if (cpu === this.cpu) this.leave(this.featureBit(feature), rule);
  }

  /** @see leave */
  leaveBug(bug: string, rule: string): void {
    this.leave(this.bugBit(bug), rule);
  }

  /** @returns the step behind a capability bit of the boot CPU as it stands, -1: CPUID itself. */
  stepBehind(bit: number, cpu: Cpu = this.cpu): number {
    const from = cpu.origins[bit]!;
    return from < 0 ? (this.left?.get(bit) ?? -1) : from;
  }

  /** cpu_has() and, without a CPU, boot_cpu_has(): X86_FEATURE_ name; a name this line does not know is never set. */
  has(feature: string, cpu: Cpu = this.cpu): boolean {
    return REQUIRED_FEATURES.has(feature) || this.readBit(this.featureBit(feature), cpu);
  }

  /** test_cpu_cap(): the bit itself, where the kernel's code takes the feature from a table and so cannot know that it is required. */
  hasBit(feature: string, cpu: Cpu = this.cpu): boolean {
    return this.readBit(this.featureBit(feature), cpu);
  }

  /** cpu_feature_enabled(): the bit is set and this build did not compile the feature out (asm/disabled-features.h). */
  enabled(feature: string, cpu: Cpu = this.cpu): boolean {
    const row = this.tables.disabledFeatures.find(([name]) => name === feature);
    if (row && (row[1] === null || !this.config(row[1]))) return false;
    return this.has(feature, cpu);
  }

  /** boot_cpu_has_bug(): X86_BUG_ name. */
  bug(bug: string, cpu: Cpu = this.cpu): boolean {
    return this.readBit(this.bugBit(bug), cpu);
  }
}
