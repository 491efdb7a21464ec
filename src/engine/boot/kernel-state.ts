import { configNames } from '../../data/kernels/config-names.ts';
import type { KernelTables } from '../../data/kernels/types.ts';
import { Trace, type Value } from '../look/trace.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { leavesOpen, unknownBits } from '../silicon/unknown-bits.ts';
import { type CapIndex, capIndex } from './cap-index.ts';
import { commandLineOf, type Option } from './command-line.ts';
import { blankCpu, type Cpu } from './cpu.ts';
import type { EarlyLines } from './early-options.ts';
import type { KernelSpec } from './kernel-spec.ts';

export interface Written<T> {
  readonly value: T;
  readonly from: number;
}

/** A kernel's memory, and what its builder and its user chose; every question is recorded. */
export class KernelState {
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
  /** cmdline_find_option() finds nothing: boot_command_line is init data, and a policy reads it after it was freed. */
  commandLineFreed = false;
  /** What early options print, while they are parsed (early-options.ts); and the place of the one that is being handled. */
  earlyLines: EarlyLines | null = null;
  optionAt: number | null = null;
  protected readonly words: readonly string[];
  protected readonly index: CapIndex;
  /** Bits that were looked at and left as they are, with the step that says why; null where the profile leaves nothing open. */
  protected readonly left: Map<number, number> | null;
  protected readonly choices = new Map<string, Written<string>>();
  protected readonly shares = new Map<string, Written<Value>>();

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

  /** What is written from here on does not rest on the reads so far. */
  begin(): void {
    this.trace.begin();
  }

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

  /** The constant of a mitigation's enum that stands now, e.g. `MDS_MITIGATION_FULL`. */
  choice(id: string): string {
    const choice = this.choices.get(id);
    this.trace.read(`choice:${id}`, choice?.value ?? '', choice?.from ?? -1);
    return choice?.value ?? '';
  }

  choose(id: string, value: string, rule: string): void {
    this.choices.set(id, { value, from: this.trace.step(rule) });
  }

  /** A rule looked at a choice and left it as it is; the same as `leave` for bits. */
  leaveChoice(id: string, rule: string): void {
    const choice = this.choices.get(id);
    if (this.left === null || choice === undefined) return;
    this.trace.read(`choice:${id}`, choice.value, choice.from);
    this.choices.set(id, { value: choice.value, from: this.trace.step(rule) });
  }

  /** A variable or static key of the kernel by its C name: `verw_clear_cpu_buf_mitigation_selected`, `cpu_buf_idle_clear`. */
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
    if (this.earlyLines !== null && this.optionAt !== null) this.earlyLines.push({ at: this.optionAt, line });
    else this.log.push(line);
  }

  /** pr_warn_once() and its like. */
  printOnce(line: string): void {
    if (!this.log.includes(line)) this.log.push(line);
  }

  taint(name: string): void {
    this.taints.add(name);
  }
}
