import type { InhibitorRow } from '../../engine/model/report.ts';
import { loadReasonText } from './load-reasons.ts';
import { listed } from './word-of.ts';

/** What an inhibitor that was overridden lets happen; clauses. */
export const consequenceWords: Readonly<Record<string, string>> = {
  'kvm-caps-stale': 'KVM goes on offering guests the features of before',
  'arch-capabilities-stale': 'KVM goes on telling new guests the ARCH_CAPABILITIES that it read at its load',
  'user-return-msrs-stale': 'KVM goes on with the MSRs it found at its load, and puts back the values of then',
  'vmcs-config-stale': 'a CPU whose VMX capabilities changed no longer fits the loaded module when it comes online',
  'l1d-flush-choice-stale': 'the L1D flush before guests stays as it was chosen',
  'new-guests-told-old-cpu': 'guests that start now are told of the CPU as it was',
  'guest-cpuid-frozen': 'the guest keeps its CPUID until it is powered off',
  'tsx-ctrl-put-back': 'a thread that ran the guest puts the old TSX_CTRL back',
  'nested-vmx-msrs-stale': 'the guest hypervisor keeps VMX capabilities that no longer hold',
  'illegal-instruction-in-processes': 'running processes may execute an instruction that is gone, and are killed',
  'illegal-instruction-in-kernel': 'code of the kernel that was chosen at boot may do the same',
  'xstate-buffers-do-not-fit': 'the state of a task may be saved into a buffer that is too small',
  'msr-access-faults': 'access to an MSR that is gone faults',
  'base-undefined': 'the CPUs start from different revisions, and nobody has tested that',
  'sgx-svn-stays': 'attestation goes on showing the old SVN until the last enclave is gone',
  'attested-tcb-changes': 'the guest attests another platform than it was started on',
  'pebs-constraints-flip': 'perf sessions that run may lose PEBS under their feet',
  'reboot-goes-back': 'the next reboot goes back to the older update',
  'effects-unknown': 'what changes is not known to anybody',
  'loss-not-noticed': 'what goes away is found out by what fails',
};

/** What frees an inhibitor of the policy. */
export const releaseWords: Readonly<Record<string, string>> = {
  'kvm-unload': 'unload kvm_intel or kvm_amd, then kvm',
  'guest-stop': 'migrate or stop the guest',
  'enclaves-close': 'close all enclaves, those of guests too',
  'perf-stop': 'stop the perf sessions',
  'image-rebuild': 'rebuild the initramfs with this update',
  'descriptor-complete': 'a descriptor that says all',
  reboot: 'nothing at run time: early loading and a reboot',
};

/** Arguments that say who or what it is about, of which one stands behind the sentence. */
const DETAILS = ['guest', 'features', 'registers', 'msrs', 'revisions'] as const;

/** @returns why it is held, as a sentence without its full stop. */
export function inhibitorReason({ reason, args = {} }: Pick<InhibitorRow, 'reason' | 'args'>): string {
  const text = loadReasonText(reason, args);
  const detail = DETAILS.map((name) => args[name]).find((value) => value !== undefined);
  if (detail === undefined || text.includes('(')) return text;
  return `${text} (${Array.isArray(detail) ? listed(detail) : String(detail)})`;
}
