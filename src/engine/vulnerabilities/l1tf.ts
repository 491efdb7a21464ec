import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { smtActive, smtDisable } from '../boot/smt.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { chooseByWord } from './_early-param.ts';
import { mitigationsAutoNosmt, mitigationsOff, shouldMitigate, smtMitigations } from './_global.ts';
import { memoryReaches, parseMemoryLimit } from './_memory.ts';
import { askedOff, bootPart, either, type Part, type Standing } from './_protection.ts';
import { meltdownPossible } from './meltdown.ts';

/*
 * L1 Terminal Fault. The kernel itself is protected by inverting page table entries, for which the CPU needs nothing; what
 * happens before a guest is entered is kvm_intel's decision (l1tf-vmx.ts), of which the line tells once that is loaded.
 */

/** Models that use 44 address bits inside the cache whatever CPUID says (cpu/bugs.c override_cache_bits()). */
const CACHE_44_BITS: ReadonlySet<number> = new Set([0x1e, 0x25, 0x2a, 0x3a, 0x3c, 0x45, 0x46, 0x3d, 0x47, 0x4e, 0x5e, 0x8e, 0x9e]);

function affected(b: Boot): void {
  b.begin();
  if (meltdownPossible(b) && !listed(b, 'whitelist', 'NO_L1TF')) b.forceBug('L1TF', 'l1tf/affected/not-excluded');
}

const WORDS: Readonly<Record<string, string>> = {
  off: 'L1TF_MITIGATION_OFF',
  'flush,nowarn': 'L1TF_MITIGATION_FLUSH_NOWARN',
  flush: 'L1TF_MITIGATION_FLUSH',
  'flush,nosmt': 'L1TF_MITIGATION_FLUSH_NOSMT',
  full: 'L1TF_MITIGATION_FULL',
  'full,force': 'L1TF_MITIGATION_FULL_FORCE',
};

function initial(b: Boot): void {
  b.begin();
  const built = b.config('CONFIG_MITIGATION_L1TF');
  const on = b.trait('phased-mitigations') ? 'L1TF_MITIGATION_AUTO' : 'L1TF_MITIGATION_FLUSH';
  b.choose('l1tf', built ? on : 'L1TF_MITIGATION_OFF', 'l1tf/default');
  b.begin();
  chooseByWord(b, { id: 'l1tf', option: 'l1tf', bug: 'L1TF', words: WORDS, ask: 'bug-first' });
  parseMemoryLimit(b);
}

function stopSiblings(b: Boot): void {
  const choice = b.choice('l1tf');
  if (choice === 'L1TF_MITIGATION_FULL_FORCE') smtDisable(b, true, 'l1tf/smt/force');
  else if (choice === 'L1TF_MITIGATION_FLUSH_NOSMT' || choice === 'L1TF_MITIGATION_FULL') smtDisable(b, false, 'l1tf/smt/off');
}

/** l1tf_pfn_limit() in bytes: half of what the cache can address, above which an inverted entry would point at real memory. */
function halfOfAddressSpace(b: Boot): bigint {
  const physical = b.cpu.extendedLevel >= 0x80000008 ? b.cpuidRegister(0x80000008, 0, 'eax') & 0xff : 36;
  const cache = b.cpu.family === 6 && CACHE_44_BITS.has(b.cpu.model) ? Math.max(physical, 44) : physical;
  return 1n << BigInt(cache - 1);
}

function invertEntries(b: Boot): void {
  b.begin();
  const half = halfOfAddressSpace(b);
  if (b.choice('l1tf') !== 'L1TF_MITIGATION_OFF' && memoryReaches(b, half)) {
    b.print('L1TF: System has more than MAX_PA/2 memory. L1TF mitigation not effective.');
    b.print(`L1TF: You may make it effective by booting the kernel with mem=${half} parameter.`);
    b.print('L1TF: However, doing so will make a part of your RAM unusable.');
    b.print('L1TF: Reading https://www.kernel.org/doc/html/latest/admin-guide/hw-vuln/l1tf.html might help you decide.');
    return;
  }
  b.force('L1TF_PTEINV', 'l1tf/apply/invert');
}

function selectAtOnce(b: Boot): void {
  if (!b.bug('L1TF')) return;
  // The global switch overrules `l1tf=`, in both directions.
  if (mitigationsOff(b)) b.choose('l1tf', 'L1TF_MITIGATION_OFF', 'l1tf/select/mitigations-off');
  else if (mitigationsAutoNosmt(b)) b.choose('l1tf', 'L1TF_MITIGATION_FLUSH_NOSMT', 'l1tf/select/auto-nosmt');
  stopSiblings(b);
  invertEntries(b);
}

function select(b: Boot): void {
  if (!b.bug('L1TF')) return b.choose('l1tf', 'L1TF_MITIGATION_OFF', 'l1tf/select/not-affected');
  if (b.choice('l1tf') !== 'L1TF_MITIGATION_AUTO') return;
  if (!shouldMitigate(b, 'L1TF')) b.choose('l1tf', 'L1TF_MITIGATION_OFF', 'l1tf/select/no-attack-vector');
  else if (smtMitigations(b) === 'on') b.choose('l1tf', 'L1TF_MITIGATION_FLUSH_NOSMT', 'l1tf/select/auto-nosmt');
  else b.choose('l1tf', 'L1TF_MITIGATION_FLUSH', 'l1tf/select/auto');
}

function apply(b: Boot): void {
  if (!b.bug('L1TF')) return;
  stopSiblings(b);
  invertEntries(b);
}

/** l1tf_show_state(); what KVM flushes stands in it from the time kvm_intel is loaded. */
function show(b: Boot): string {
  if (!b.has('L1TF_PTEINV')) return 'Vulnerable';
  const base = textOf(b, 'messages', 'L1TF_DEFAULT_MSG');
  const vmx = b.shared('l1tf_vmx_mitigation') ?? 'VMENTER_L1D_FLUSH_AUTO';
  if (vmx === 'VMENTER_L1D_FLUSH_AUTO' || !b.config('CONFIG_KVM_INTEL')) return base;
  const line = `${base}; VMX: ${textOf(b, 'l1tf_vmx_states', String(vmx))}`;
  const smt = smtActive(b);
  // Where nothing is flushed, or nothing has to be, a running sibling changes nothing.
  if (vmx === 'VMENTER_L1D_FLUSH_EPT_DISABLED' || (vmx === 'VMENTER_L1D_FLUSH_NEVER' && smt)) return line;
  return `${line}, SMT ${smt ? 'vulnerable' : 'disabled'}`;
}

/** Inverted entries guard the host by themselves. Guests hang on the flush that kvm_intel set up; with FLUSH_L1D at boot it is one MSR write. */
function protection({ k }: Standing): Part[] {
  const off = askedOff(k, 'l1tf');
  const host = bootPart('host', k.has('L1TF_PTEINV'), off, { on: 'pte-inversion', not: 'too-much-memory' });
  const vmx = String(k.shared('l1tf_vmx_mitigation') ?? 'VMENTER_L1D_FLUSH_AUTO');
  const parts = [host];
  if (vmx !== 'VMENTER_L1D_FLUSH_AUTO') {
    const never = vmx === 'VMENTER_L1D_FLUSH_NEVER';
    const why = never
      ? 'opted-out'
      : vmx === 'VMENTER_L1D_FLUSH_NOT_REQUIRED'
        ? 'silicon-immune'
        : k.runsInKvm('FLUSH_L1D')
          ? 'l1d-flush-command'
          : 'l1d-software-flush';
    parts.push({ part: 'guest', state: either(!never), why, optedOut: never });
  }
  if (k.choice('l1d_flush') !== 'L1D_FLUSH_ON') return parts;
  const flushes = k.shared('switch_mm_cond_l1d_flush') === true;
  return [...parts, { part: 'task', state: either(flushes), why: flushes ? 'l1d-flush-for-tasks' : 'no-flush-command-at-boot' }];
}

export const l1tf = defineVulnerability({
  id: 'l1tf',
  sysfs: 'l1tf',
  bug: 'L1TF',
  title: 'L1 Terminal Fault',
  cves: ['CVE-2018-3615', 'CVE-2018-3620', 'CVE-2018-3646'],
  document: 'l1tf',
  parameters: ['l1tf', 'kvm_intel.vmentry_l1d_flush'],
  affected,
  initial,
  single: { l1tf_select_mitigation: selectAtOnce },
  phased: { l1tf_select_mitigation: select, l1tf_apply_mitigation: apply },
  show,
  protection,
});
