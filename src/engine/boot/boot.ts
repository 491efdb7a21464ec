import { bit64 } from '../../base/bits.ts';
import { zeroAfterReset } from '../../data/bits/msr-reset.ts';
import { configNames } from '../../data/kernels/config-names.ts';
import type { KernelTables, Register } from '../../data/kernels/types.ts';
import { Trace, type Value } from '../look/trace.ts';
import { knowsCpuid, knowsMsr } from '../silicon/knowledge.ts';
import { cpuidOf, msrOf, type Registers, type Silicon } from '../silicon/silicon.ts';
import { leavesOpen, unknownBits, unknownCpuidRef } from '../silicon/unknown-bits.ts';
import { type CapIndex, capIndex, dependents } from './cap-index.ts';
import { type Option, parseCommandLine, rawWords } from './command-line.ts';
import { blankCpu, type Cpu, copyCpu } from './cpu.ts';

/** The kernel that boots: its tables, and what its builder and its user chose. */
export interface KernelSpec {
  readonly tables: KernelTables;
  readonly traits: ReadonlySet<string>;
  readonly config: Readonly<Record<string, string>>;
  readonly cmdline: string;
  /** Memory of the machine, where it is known: L1TF asks whether it reaches beyond half the address space. */
  readonly memoryBytes?: number;
  /** Vulnerabilities, by id, of which this release knows nothing: no bug, no file. */
  readonly absent: ReadonlySet<string>;
  /** Options that only those listen to; like every unknown option they are passed over in silence. */
  readonly unknownOptions: ReadonlySet<string>;
}

/**
 * What every 64-bit kernel needs: the boot code checks it, and from then on cpu_has() of such a feature is the constant 1, so
 * `clearcpuid=sse2` changes /proc/cpuinfo and nothing else (asm/required-features.h, Kconfig.cpufeatures REQUIRED_MASK).
 */
const REQUIRED_FEATURES: ReadonlySet<string> = new Set(['FPU', 'PAE', 'CX8', 'CMOV', 'FXSR', 'XMM', 'XMM2', 'MSR', 'LM', 'NOPL']);

interface CommandLine {
  readonly options: readonly Option[];
  readonly words: readonly string[];
}

/** Every event works on a copy of the kernel, but its command line is taken apart once. */
const commandLines = new WeakMap<KernelSpec, CommandLine>();

function commandLineOf(spec: KernelSpec): CommandLine {
  const known = commandLines.get(spec);
  if (known) return known;
  const line = { options: parseCommandLine(spec.cmdline).filter(({ name }) => !spec.unknownOptions.has(name)), words: rawWords(spec.cmdline) };
  commandLines.set(spec, line);
  return line;
}

/** @returns what an MSR holds after a reset, null where reading it faults, undefined where nobody knows. */
function heldMsr(silicon: Silicon, index: number): bigint | null | undefined {
  const value = msrOf(silicon, index);
  return value === undefined && zeroAfterReset.has(index) ? 0n : value;
}

interface Written<T> {
  readonly value: T;
  readonly from: number;
}

/**
 * A kernel while it boots, and afterwards its memory: the capability words, what was forced, what every mitigation chose.
 * It is also the only way to see anything: each question is recorded, so that every row knows its causes.
 */
export class Boot {
  readonly tables: KernelTables;
  readonly trace = new Trace();
  /** boot_cpu_data. */
  readonly cpu: Cpu;
  /** cpu_caps_cleared and cpu_caps_set. */
  readonly cleared: Uint32Array;
  readonly forced: Uint32Array;
  readonly forcedFrom: Int32Array;
  /** Bits of cpu_caps_set and cleared are copied into a CPU's words by applyForced(), here stands which step asked. */
  readonly options: readonly Option[];
  /** Lines the CPU code prints, without time stamps. */
  readonly log: string[] = [];
  /** Taint bits by name, e.g. CPU_OUT_OF_SPEC. */
  readonly taints = new Set<string>();
  /** MSRs the kernel has written on the boot CPU, over what the silicon came up with. */
  readonly written = new Map<number, bigint>();
  /** boot_cpu_data as it was when alternatives were patched (alternative_instructions()): what patched code executes ever after. Null while booting. */
  patched: Cpu | null = null;
  /** The same for KVM's own text, which is patched when the module is loaded (arch/x86/kernel/module.c). */
  patchedModule: Cpu | null = null;
  /** Features that fast paths ask boot_cpu_data for instead of being patched: a policy's work, empty in every released kernel. */
  asksAgain: ReadonlySet<string> = new Set();
  /** A policy has looked at features, bugs or mitigations again: what the kernel says need not be what its code does. */
  lookedAgain = false;
  /** cmdline_find_option() finds nothing: boot_command_line is init data, and a policy reads it after it was freed. */
  commandLineFreed = false;
  private readonly words: readonly string[];
  private readonly index: CapIndex;
  /** Bits that were looked at and left as they are, with the step that says why; null where the profile leaves nothing open. */
  private readonly left: Map<number, number> | null;
  private readonly choices = new Map<string, Written<string>>();
  private readonly shares = new Map<string, Written<Value>>();

  constructor(
    readonly spec: KernelSpec,
    readonly silicon: Silicon,
  ) {
    this.tables = spec.tables;
    this.index = capIndex(spec.tables);
    this.cpu = blankCpu(spec.tables, silicon);
    this.cleared = new Uint32Array(this.cpu.words.length);
    this.forced = new Uint32Array(this.cpu.words.length);
    this.forcedFrom = new Int32Array(this.cpu.words.length * 32).fill(-1);
    const line = commandLineOf(spec);
    this.options = line.options;
    this.words = line.words;
    this.trace.unknownBits = unknownBits(spec.tables, silicon);
    this.left = leavesOpen(spec.tables, silicon) ? new Map() : null;
  }

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

  /** What is written from here on does not rest on the reads so far. */
  begin(): void {
    this.trace.begin();
  }

  // ---- capability bits -------------------------------------------------------------------------------------------

  /** @returns the absolute bit of an X86_FEATURE_ name, -1 where this line has no such feature. */
  featureBit(feature: string): number {
    return this.index.features.get(feature) ?? -1;
  }

  /** @returns the absolute bit of an X86_BUG_ name, -1 where this line has no such bug. */
  bugBit(bug: string): number {
    return this.index.bugs.get(bug) ?? -1;
  }

  private readBit(bit: number, cpu: Cpu): boolean {
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
  private leave(bit: number, rule: string): void {
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

  private writeBit(bit: number, value: boolean, cpu: Cpu, from: number): void {
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    cpu.words[word] = value ? cpu.words[word]! | mask : cpu.words[word]! & ~mask;
    cpu.origins[bit] = from;
  }

  /** cpu_has() and, without a CPU, boot_cpu_has(): X86_FEATURE_ name; a name this line does not know is never set. */
  has(feature: string, cpu: Cpu = this.cpu): boolean {
    return REQUIRED_FEATURES.has(feature) || this.readBit(this.featureBit(feature), cpu);
  }

  /** test_cpu_cap(): the bit itself, where the kernel's code takes the feature from a table and so cannot know that it is required. */
  hasBit(feature: string, cpu: Cpu = this.cpu): boolean {
    return this.readBit(this.featureBit(feature), cpu);
  }

  /** static_cpu_has() and ALTERNATIVE in the kernel's own text: what the running code does, whatever boot_cpu_data has come to say since. */
  runs(feature: string): boolean {
    return this.readBit(this.featureBit(feature), this.asksAgain.has(feature) ? this.cpu : (this.patched ?? this.cpu));
  }

  /** The same in KVM's text; before a module is loaded, what it would be patched with now. */
  runsInKvm(feature: string): boolean {
    return this.readBit(this.featureBit(feature), this.asksAgain.has(feature) ? this.cpu : (this.patchedModule ?? this.cpu));
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

  // ---- silicon ---------------------------------------------------------------------------------------------------

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

  // ---- what builder and user chose -------------------------------------------------------------------------------

  /** Every value given for an option, in order; null where it stood without `=`. Name with `_` for `-`. */
  params(name: string): (string | null)[] {
    const values: (string | null)[] = [];
    for (const option of this.options) if (option.name === name) values.push(option.value);
    this.trace.read(`cmdline:${name}`, values.join(' ') || (values.length > 0 ? '' : null), -1);
    return values;
  }

  /** cmdline_find_option(): the last value given with `=`, or null; it takes name and value letter by letter, quotes and all (lib/cmdline.c). */
  param(name: string): string | null {
    const prefix = `${name}=`;
    const word = this.commandLineFreed || this.spec.unknownOptions.has(name) ? undefined : this.words.findLast((one) => one.startsWith(prefix));
    const found = word === undefined ? null : word.slice(prefix.length);
    this.trace.read(`cmdline:${name}`, found, -1);
    return found;
  }

  /** cmdline_find_option_bool(): the bare word stands on the command line, letter by letter. */
  flag(name: string): boolean {
    const found = !this.commandLineFreed && !this.spec.unknownOptions.has(name) && this.words.includes(name);
    this.trace.read(`cmdline:${name}`, found, -1);
    return found;
  }

  /** IS_ENABLED(): y or m. Asked by the newest name; what a line builds in always is on. */
  config(name: string): boolean {
    const own = configNames[this.tables.line]?.[name] ?? name;
    const value = own === true ? 'y' : this.spec.config[own];
    this.trace.read(`config:${name}`, value ?? null, -1);
    return value === 'y' || value === 'm';
  }

  /** A named clause that this kernel has. */
  trait(name: string): boolean {
    return this.spec.traits.has(name);
  }

  // ---- what the kernel keeps -------------------------------------------------------------------------------------

  /** The constant of a mitigation's enum that stands now, e.g. `MDS_MITIGATION_FULL`. */
  choice(id: string): string {
    const choice = this.choices.get(id);
    this.trace.read(`choice:${id}`, choice?.value ?? '', choice?.from ?? -1);
    return choice?.value ?? '';
  }

  choose(id: string, value: string, rule: string): void {
    this.choices.set(id, { value, from: this.trace.step(rule) });
  }

  /** A variable or static key of the kernel by its C name: `verw_clear_cpu_buf_mitigation_selected`, `cpu_buf_idle_clear`. */
  /** A rule looked at a choice and left it as it is; the same as `leave` for bits. */
  leaveChoice(id: string, rule: string): void {
    const choice = this.choices.get(id);
    if (this.left === null || choice === undefined) return;
    this.trace.read(`choice:${id}`, choice.value, choice.from);
    this.choices.set(id, { value: choice.value, from: this.trace.step(rule) });
  }

  shared(name: string): Value {
    const share = this.shares.get(name);
    this.trace.read(`kernel:${name}`, share?.value ?? null, share?.from ?? -1);
    return share?.value ?? null;
  }

  share(name: string, value: Value, rule: string): void {
    this.shares.set(name, { value, from: this.trace.step(rule) });
  }

  /** @returns everything that was chosen or shared, for the ledger of snapshots. */
  memory(): { choices: ReadonlyMap<string, Written<string>>; shares: ReadonlyMap<string, Written<Value>> } {
    return { choices: this.choices, shares: this.shares };
  }

  print(line: string): void {
    this.log.push(line);
  }

  /** pr_warn_once() and its like. */
  printOnce(line: string): void {
    if (!this.log.includes(line)) this.log.push(line);
  }

  taint(name: string): void {
    this.taints.add(name);
  }
}
