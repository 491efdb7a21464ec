import type { Silicon } from '../silicon/silicon.ts';
import { dependents } from './cap-index.ts';
import { CapabilityBits } from './capability-bits.ts';
import { type Cpu, copyCpu } from './cpu.ts';

export type { KernelSpec } from './kernel-spec.ts';

/**
 * A kernel while it boots, and afterwards its memory: the capability words, what was forced, what every mitigation chose.
 * It is also the only way to see anything: each question is recorded, so that every row knows its causes. The classes below it are its
 * memory, what it asks of the silicon, and what it asks of its own capability words; here it writes them.
 */
export class Boot extends CapabilityBits {
  /** boot_cpu_data as it was when alternatives were patched (alternative_instructions()): what patched code executes ever after. Null while booting. */
  patched: Cpu | null = null;
  /** The same for KVM's own text, which is patched when the module is loaded (arch/x86/kernel/module.c). */
  patchedModule: Cpu | null = null;
  /** Features that fast paths ask boot_cpu_data for instead of being patched: a policy's work, empty in every released kernel. */
  asksAgain: ReadonlySet<string> = new Set();
  /** A policy has looked at features, bugs or mitigations again: what the kernel says need not be what its code does. */
  lookedAgain = false;

  /** @returns a kernel with the same memory: an event works on the copy and leaves this one as it was. */
  copy(silicon: Silicon = this.silicon): Boot {
    const other = new Boot(this.spec, silicon);
    other.trace.adopt(this.trace);
    Object.assign(other.cpu, copyCpu(this.cpu), { silicon });
    for (const name of ['cleared', 'forced', 'forcedFrom'] as const) other[name].set(this[name]);
    other.log.push(...this.log);
    for (const taint of this.taints) other.taints.add(taint);
    for (const [index, value] of this.written) other.written.set(index, value);
    for (const [id, choice] of this.choices) other.choices.set(id, choice);
    for (const [name, share] of this.shares) other.shares.set(name, share);
    for (const [bit, step] of this.left ?? []) other.left?.set(bit, step);
    other.patched = this.patched;
    other.patchedModule = this.patchedModule;
    other.asksAgain = this.asksAgain;
    other.lookedAgain = this.lookedAgain;
    return other;
  }

  private writeBit(bit: number, value: boolean, cpu: Cpu, from: number): void {
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    cpu.words[word] = value ? cpu.words[word]! | mask : cpu.words[word]! & ~mask;
    cpu.origins[bit] = from;
  }

  /** static_cpu_has() and ALTERNATIVE in the kernel's own text: what the running code does, whatever boot_cpu_data has come to say since. */
  runs(feature: string): boolean {
    return this.readBit(this.featureBit(feature), this.asksAgain.has(feature) ? this.cpu : (this.patched ?? this.cpu));
  }

  /** The same in KVM's text; before a module is loaded, what it would be patched with now. */
  runsInKvm(feature: string): boolean {
    return this.readBit(this.featureBit(feature), this.asksAgain.has(feature) ? this.cpu : (this.patchedModule ?? this.cpu));
  }

  /** set_cpu_cap(): this CPU only, gone at the next identification. */
  set(feature: string, rule: string, cpu: Cpu = this.cpu): void {
    const bit = this.featureBit(feature);
    if (bit >= 0) this.writeBit(bit, true, cpu, this.trace.step(rule));
  }

  /** set_cpu_bug(). */
  setBug(bug: string, rule: string, cpu: Cpu = this.cpu): void {
    const bit = this.bugBit(bug);
    if (bit >= 0) this.writeBit(bit, true, cpu, this.trace.step(rule));
  }

  /** clear_cpu_cap(): this CPU only, with everything that depends on the feature (cpuid-deps.c do_clear_cpu_cap()). */
  clear(feature: string, rule: string, cpu: Cpu = this.cpu): void {
    const bit = this.featureBit(feature);
    if (bit < 0) return;
    this.warnWhenPatched(bit, true);
    const from = this.trace.step(rule);
    this.writeBit(bit, false, cpu, from);
    for (const other of dependents(this.index, bit)) this.writeBit(other, false, cpu, from);
  }

  /** setup_force_cpu_cap(): now, and again at every identification of every CPU; by absolute bit for `setcpuid=`. */
  force(feature: string | number, rule: string): void {
    this.forceBit(typeof feature === 'number' ? feature : this.featureBit(feature), rule);
  }

  /** setup_force_cpu_bug(). */
  forceBug(bug: string, rule: string): void {
    this.forceBit(this.bugBit(bug), rule);
  }

  /** WARN_ON(alternatives_patched): a feature of the boot CPU is forced or cleared when the code that depends on it is patched. */
  private warnWhenPatched(bit: number, whenSet: boolean): void {
    if (!this.shares.has('alternatives_patched') || !this.trait('warn-after-alternatives')) return;
    const set = ((this.cpu.words[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
    if (set === whenSet) this.taint('WARN');
  }

  private forceBit(bit: number, rule: string): void {
    if (bit < 0) return;
    this.warnWhenPatched(bit, false);
    const from = this.trace.step(rule);
    this.writeBit(bit, true, this.cpu, from);
    this.forced[bit >>> 5]! |= 1 << (bit & 31);
    this.forcedFrom[bit] = from;
  }

  /** setup_clear_cpu_cap(), with dependents; also by absolute bit, for `clearcpuid=` numbers. */
  forceClear(feature: string | number, rule: string): void {
    const bit = typeof feature === 'number' ? feature : this.featureBit(feature);
    if (bit < 0) return;
    this.warnWhenPatched(bit, true);
    const from = this.trace.step(rule);
    for (const one of [bit, ...dependents(this.index, bit)]) {
      this.writeBit(one, false, this.cpu, from);
      this.cleared[one >>> 5]! |= 1 << (one & 31);
      // A bit that is forced as well stays forced: apply_forced_caps() clears first and sets then.
      if (((this.forced[one >>> 5]! >>> (one & 31)) & 1) === 0) this.forcedFrom[one] = from;
    }
  }

  /** Takes a forced bit back, for all CPUs: no kernel does, policies do before they look at bugs again. */
  unforce(bit: number, rule: string, cpu: Cpu = this.cpu): void {
    if (bit < 0) return;
    this.forced[bit >>> 5]! &= ~(1 << (bit & 31));
    this.writeBit(bit, false, cpu, this.trace.step(rule));
  }

  /** apply_forced_caps(): what was cleared for good, then what was forced. */
  applyForced(cpu: Cpu = this.cpu): void {
    for (let word = 0; word < cpu.words.length; word++) {
      const before = cpu.words[word]!;
      const touched = this.cleared[word]! | this.forced[word]!;
      if (touched === 0) continue;
      cpu.words[word] = (before & ~this.cleared[word]!) | this.forced[word]!;
      for (let bit = 0; bit < 32; bit++) if ((touched >>> bit) & 1) cpu.origins[word * 32 + bit] = this.forcedFrom[word * 32 + bit]!;
    }
  }

  /** memset() of the capability words at the start of an identification. */
  zero(cpu: Cpu = this.cpu): void {
    cpu.words.fill(0);
    cpu.origins.fill(-1);
  }
}
