import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { kernelBool } from '../loader/kernel-bool.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability } from './_define.ts';
import { mitigationsOff } from './_global.ts';
import { archCapNow, either, IMMUNE, type Part, type Standing } from './_protection.ts';

/*
 * iTLB multihit: a guest can hang the machine. KVM's affair alone: it splits huge executable pages. The line depends on whether
 * VMX is switched on at the moment it is read.
 */

/** Stands before the first return of cpu_set_bug_bits(): the one bug that CPUs without speculation are asked for, too. */
function affected(b: Boot): void {
  b.begin();
  if (!listed(b, 'whitelist', 'NO_ITLB_MULTIHIT') && !archCap(b, 'PSCHANGE_MC_NO')) b.forceBug('ITLB_MULTIHIT', 'itlb_multihit/affected/not-excluded');
}

/** get_nx_auto_mode(). */
function autoMode(b: Boot): boolean {
  return b.bug('ITLB_MULTIHIT') && !mitigationsOff(b);
}

function byWord(b: Boot, word: string): boolean | null {
  if (word === 'auto') return autoMode(b);
  if (word === 'force') return true;
  return word === 'off' || word === 'never' ? false : kernelBool(b, word);
}

/**
 * kvm.nx_huge_pages, settled when kvm.ko is loaded (kvm/mmu/mmu.c set_nx_huge_pages(), kvm_mmu_x86_module_init()): writes
 * `itlb_multihit_kvm_mitigation`.
 * @param parameters every value given for the option, in order; null: it stood without one
 * @returns false where a value is none it knows, or follows a `never`, after which nothing may be set: kvm is then not loaded
 */
export function setNxHugePages(b: Boot, parameters: readonly (string | null)[]): boolean {
  b.begin();
  const words = parameters.length === 0 ? ['auto'] : parameters.map((value) => value?.replace(/\n$/, '') ?? '');
  if (words.indexOf('never') >= 0 && words.indexOf('never') < words.length - 1) return false;
  const values = words.map((word) => byWord(b, word));
  if (values.includes(null)) return false;
  b.share('itlb_multihit_kvm_mitigation', values.at(-1)!, words.at(-1) === 'auto' ? 'itlb_multihit/kvm/auto' : 'itlb_multihit/kvm/parameter');
  return true;
}

/** itlb_multihit_show_state(). `cr4_vmxe`: CR4.VMXE of the CPU that reads the file, set while KVM has virtualization switched on. */
function show(b: Boot): string {
  if (!b.config('CONFIG_KVM_INTEL')) return 'Processor vulnerable';
  if (!b.has('MSR_IA32_FEAT_CTL') || !b.has('VMX')) return 'KVM: Mitigation: VMX unsupported';
  if (b.shared('cr4_vmxe') !== true) return 'KVM: Mitigation: VMX disabled';
  return b.shared('itlb_multihit_kvm_mitigation') === true ? 'KVM: Mitigation: Split huge pages' : 'KVM: Vulnerable';
}

/** Only a guest can do it: without VMX there is none, and with it KVM splits huge pages. */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (archCapNow(standing, 'PSCHANGE_MC_NO')) return [{ part: 'guest', ...IMMUNE }];
  if (!k.has('MSR_IA32_FEAT_CTL') || !k.has('VMX') || k.shared('cr4_vmxe') !== true) return [{ part: 'guest', state: 'protected', why: 'vmx-off' }];
  const split = k.shared('itlb_multihit_kvm_mitigation') === true;
  return [{ part: 'guest', state: either(split), why: split ? 'huge-pages-split' : 'opted-out', optedOut: !split }];
}

export const itlbMultihit = defineVulnerability({
  id: 'itlb_multihit',
  sysfs: 'itlb_multihit',
  bug: 'ITLB_MULTIHIT',
  title: 'iTLB multihit',
  cves: ['CVE-2018-12207'],
  document: 'multihit',
  parameters: ['kvm.nx_huge_pages'],
  evenWithoutSpeculation: true,
  affected,
  show,
  protection,
});
